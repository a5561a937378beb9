"""Places that name something by digits come in as matches; how they are said goes out, None where they count."""

import re

from pipeline.speak.spoken.numbers import digits, integer, quantity, telephone
from pipeline.speak.spoken.twos import two_before
from pipeline.speak.spoken.words import after, before, compiled, countable, table

_NAMED = (
    r"(?:号(?:航班|病房|跑道|房间?|高速|公路|国道|文件|令|楼|公交|线|院|店|舰|艇|机|井|矿|仓|库|信箱|公告|决议|法案|提案|档案)?(?!召|称|人|个|[文头数])|"
    r"室(?!内|外|温)|房间|病房|航班|次(?:列车|特快|快车|动车|高铁|航班|直快|普快)|路(?![人程军])|"
    r"线(?![索段下上])|班(?![车次机人])|区间|国道|省道|县道|乡道|高速|信箱|高地|阵地|部队|事件|工程|基地|型|系(?:列|统)?(?!数)|特别班次|案|大街|弄|公交|医院|"
    r"房(?![子价地东产屋车租贷顶客企卡])|旅(?![客行游程途馆店居])|团(?!体|结|队|圆|购|聚)|师(?!生|傅|范|资))"
)
_ANNOUNCING = r"((?:(?<![A-Za-z])|(?=[\u4e00-\u9fff]))<code_word>)(?:号码|号|码)?"
_COUNTING = r"(?:<measure>|<unit>|<scale>|[多余来几以之的是和与及或至到比后前年月]|将(?![在于会要再来推发上]))"
_FORMULA = r"(?=.*\d.*\d)(?:(?:C|H|O|N|S|P|F|K|Na|Cl|Ca|Fe|Mg|Al|Si|Cu|Zn|Mn|Br|I)\d{0,2}){2,}"  # C6H12O6
_AMOUNTS = ("GB", "MB", "KB", "TB", "PB", "G", "M", "T", "K", "Gb", "Mb", "W", "KW")


def phone(match: re.Match[str]) -> str:
    """A telephone number by its shape.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("010-64035547").text, spoken("+86 135-0123-4567").text, spoken("400-800-8820").text
    ('零幺零六四零三五五四七', '八六幺三五零幺二三四五六七', '四零零八零零八八二零')
    """
    return telephone(match[0])


def hotline(match: re.Match[str]) -> str | None:
    """A number that everybody knows as one to call: by the words around, or standing alone.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("给12315打个电话").text, spoken("110").text, spoken("110个").text
    ('给幺二三幺五打个电话', '幺幺零', '一百一十个')
    """
    shaped = re.fullmatch(r"(?:9[56]|12|100|106)\d{3,4}", match[0]) and not match[0].endswith("000")
    known = match[0] in table("hotlines")
    if not known and not shaped:
        return None
    famous = (known and len(match[0]) > 3) or match[0] in ("110", "119", "114", "122")
    alone = famous and match[0] == match.string.strip()
    counts = compiled(r"<blank>(?:<measure>|<unit>|[%多余来几]|-?\d)").match(after(match))
    called = not counts and re.search(
        r"(?:(?:[拨打][打通]?|[快喊]叫|呼叫|拨)[了过]?(?:个|一个)?|叫了?个?|给|致电|电话|热线|平台|报警|专线|联系|通过|号码)[是为了:“]?$",
        before(match),
    )
    calling = re.match(
        r"”?(?:警(?!告|惕)|火警|热线|电话|专线|平台|报警|急救|指挥中心|客服|打|投诉|举报|巡警|民警|出警|接警|来电|网站|官网|订票|购票)",
        after(match),
    )
    return telephone(match[0]) if alone or called or calling else None


def hyphened(match: re.Match[str]) -> str | None:
    """Groups of digits with hyphens: more than two groups, or two behind a word that announces a code.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("ISBN 978-7-111-12345-6").text, spoken("编号2020-15").text, spoken("4-4-2阵型").text
    ('ISBN 九七八七一一一一二三四五六', '编号二零二零一五', '四四二阵型')
    """
    word = compiled(_ANNOUNCING + r"\s*[:为是]?\s*$").search(before(match, 20))
    if match[0].count("-") < 2 and not word:
        return None
    called = word is not None and table("codes")[word[1]][0] == "telephone"
    return telephone(match[0]) if called else digits(match[0].replace("-", ""))


def announced(match: re.Match[str]) -> str | None:
    """Digits behind a word that announces a code: 电话, 编号, 房间, 小行星 ...

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("尾号是3385").text, spoken("编号为551、552").text, spoken("波音737").text, spoken("型号1998").text
    ('尾号是三三八五', '编号为五五一、五五二', '波音七三七', '型号一九九八')
    """
    found = compiled(
        _ANNOUNCING + r"\s*[(（]?(?:\s*(?:是|为|叫|设为|改为|[:：#“])\s*)?(?:[\d-]+(?:[、，,/和与及或]|以及)){0,20}$"
    ).search(before(match, 80))
    if found is None or compiled(r"<blank>(?:<unit>|[年月余])").match(after(match)) or two_before(after(match)) == "两":
        return None
    return telephone(match[0]) if table("codes")[found[1]][0] == "telephone" else digits(match[0])


def named(match: re.Match[str]) -> str | None:
    """Three or more digits in front of what bears a number as its name: 1016号航班, 307房间, 985工程, 601型.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1016号航班").text, spoken("985工程").text, spoken("207路公交").text, spoken("第157团").text
    ('幺零幺六号航班', '九八五工程', '二零七路公交', '第一百五十七团')
    """
    if before(match, 1) == "第" or match[0].endswith("00") or not re.match(_NAMED, after(match)):
        return None
    spelt = telephone if re.match(r"号?(?:房|室|航班|病房|次)", after(match)) else digits
    return spelt(match[0])


def branded(match: re.Match[str]) -> str | None:
    """Three digits in front of a noun that nothing counts: a brand, a model, a day.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("骁龙888芯片").text, spoken("985高校").text, spoken("有231学生").text, spoken("231个").text
    ('骁龙八八八芯片', '九八五高校', '有两百三十一学生', '两百三十一个')
    """
    if match[0] == "360" and re.match("安全|浏览|杀毒|卫士|搜索|极速", after(match)):
        return digits(match[0])
    uncounted = re.match(r"[安卡牛帕][\u4e00-\u9fff]", after(match)) or (
        re.match(r"[\u4e00-\u9fff]", after(match)) and not countable(after(match), _COUNTING)
    )
    named = re.search(
        r"(?:^|[^\d第约近达共为到至有每超过出了仅余满够各卷长宽高重深降升增减涨跌得获占用花卖售价是在容计以这那比加乘])$",
        before(match, 1),
    )
    return digits(match[0]) if uncounted and named and not match[0].endswith("00") else None


def modelled(match: re.Match[str]) -> str | None:
    """Three or four digits behind the make of a processor; a round number of hundreds is said as one.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("骁龙 865，对垒麒麟990").text, spoken("天玑9000").text, spoken("骁龙300万片").text
    ('骁龙 八六五，对垒麒麟九九零', '天玑九千', '骁龙三百万片')
    """
    counts = compiled(r"<blank>(?:<measure>|<unit>|<scale>|[%多余来])").match(after(match))
    made = compiled(r"<model>\s?$").search(before(match))
    return None if counts or not made or match[0].endswith("00") else digits(match[0])


def cheered(match: re.Match[str]) -> str | None:
    """Numbers that cheer or laugh: 666, 2333.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("666，太强了").text, spoken("666个").text
    ('六六六，太强了', '六百六十六个')
    """
    counts = compiled(r"<blank>(?:<measure>|<unit>|<scale>|[%多余来几年月])").match(after(match))
    told = re.search(r"[约近达共为到至有每超第¥￥$]$", before(match))
    return None if counts or told else digits(match[0])


def listed(match: re.Match[str]) -> str | None:
    """Three digits in a list of numbers that count nothing: bus routes, tiles.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("20、220、921路").text, spoken("147、258或369").text
    ('二十、二二零、九二一路', '一四七、二五八或三六九')
    >>> spoken("291、749、632人").text
    '两百九十一、七百四十九、六百三十二人'
    """
    head, tail = before(match, 30), after(match, 60)
    if match[0].endswith("00") or not (re.search(r"\d[、或]$", head) or re.match(r"[、或]\d", tail)):
        return None
    end = re.match(r"(?:区间|路)?(?:[、或和及]\d+(?:区间|路)?(?![\d.]))*", tail)
    rest = tail[end.end() :] if end else tail
    if compiled(r"<blank>(?:<measure>|<unit>|[.%多余])").match(rest):
        return None
    return None if re.search(r"(?:分别|各|共|达|约|有|为)[^，。]{0,12}$", head) else digits(match[0])


def bracketed(match: re.Match[str]) -> str | None:
    """A number alone in brackets, or at the head of a title, names something; a round one may count.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("西宁(108)-开封(109)").text, spoken("《101拘捕令》").text, spoken("《101次求婚》").text
    ('西宁(一零八)-开封(一零九)', '《一零一拘捕令》', '《一百零一次求婚》')
    """
    if match[0].endswith("00"):
        return None
    alone = re.search(r"[(（〔\[【]$", before(match, 1)) and re.match(r"[)）〕\]】]", after(match, 1))
    title = before(match, 1) in "《“〈" and not compiled("<blank>(?:<measure>|<unit>|[多余])").match(after(match))
    return digits(match[0]) if alone or title else None


def long_string(match: re.Match[str]) -> str:
    """Identity cards, bank cards, ISBN: too long for a quantity.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("11010519491231002X").text
    '一一零一零五一九四九一二三一零零二X'
    """
    return digits(match[0])


def figure(match: re.Match[str]) -> str:
    """The number of a figure or table, or of a file in an archive.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("图3-1").text, spoken("档案9414/1/8").text
    ('图三杠一', '档案九四一四杠一杠八')
    """
    return "杠".join(digits(part) if len(part) > 2 else quantity(part) for part in re.split("[-–/]", match[0]))


def spelt(match: re.Match[str]) -> str:
    """Discounts of two digits.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("打85折").text
    '打八五折'
    """
    return digits(match[0])


def numbered(match: re.Match[str]) -> str:
    """# behind a number is 号.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("5#楼").text
    '五号楼'
    """
    return f"{quantity(match[1])}号"


def zero_led(match: re.Match[str]) -> str:
    """Digits that begin with zero; a rank has them only to stand in a column.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("007").text, spoken("041-2").text, spoken("第069章").text
    ('零零七', '零四一二', '第六十九章')
    """
    ranked = before(match, 1) == "第" and match[0].isdecimal()
    return integer(int(match[0])) if ranked else digits(match[0].replace("-", ""))


def plate(match: re.Match[str]) -> str:
    """A number plate.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("京A·12345").text, spoken("粤B8K2M1").text
    ('京A幺二三四五', '粤B八K二M幺')
    """
    return digits(re.sub(r"[·\s]", "", match[0])).replace("一", "幺")


def letters_first(match: re.Match[str]) -> str | None:
    """Letters with digits behind them: the letters stay, hyphens are silent.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("CCTV-1", "AK47", "NGC4349", "PM2.5", "iPhone 14", "C6H12O6", "MP3")]
    ['CCTV一', 'AK四七', 'NGC四三四九', 'PM二点五', 'iPhone 十四', 'C六H十二O六', 'MP三']
    """
    called = re.match(r"(?:次|航班)", after(match))
    if re.match(r"[岁号万亿个年月]", after(match, 1)) and (tail := re.fullmatch(r"([A-Za-z]+-?)(\d{1,2})", match[0])):
        return tail[1].rstrip("-") + quantity(tail[2])

    if re.fullmatch(_FORMULA, match[0]):
        return re.sub(r"\d+", lambda atoms: quantity(atoms[0]), match[0])
    if re.fullmatch(r"[A-Za-z]+-?[1-9]0s?", match[0]):
        return re.sub(r"-?(\d+)", lambda tens: quantity(tens[1]), match[0])

    def said(part: re.Match[str]) -> str:
        return part[1] + _coded(part[1], part[3], called is not None)

    return re.sub(r"([A-Za-z]*)([-–]?)(\d+(?:\.\d+)?)", said, match[0])


def english_ordinal(match: re.Match[str]) -> str:
    """1st, 2nd, 3rd.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("the 21st Century").text
    'the 第二十一 Century'
    """
    return f"第{quantity(match[1])}"


def digits_first(match: re.Match[str]) -> str:
    """Digits with letters behind them: 3D, 18R, 2TE116A.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("3D", "18R跑道", "2TE116A", "360p", "5G")]
    ['三D', '十八R跑道', '二TE一一六A', '三六零p', '五G']
    """
    head = re.match(r"[\d.,]+", match[0])
    assert head is not None
    spelt = (
        head[0].isdecimal() and len(head[0]) > 2 and not re.search("^.00$|000$", head[0]) and before(match, 1) != "第"
    )
    billions = match[0].endswith("B") and re.match(r"\s?(?:参数|的?模型|大模型|[Tt]oken)", after(match))
    spelt = spelt and not billions and (match[0][head.end() :] not in _AMOUNTS or match[0] == "401K")
    first = digits(head[0]) if spelt else quantity(head[0])
    return first + digits(match[0][head.end() :].replace("-", ""))


def named_number(match: re.Match[str]) -> str | None:
    """A number behind the blank that follows the name of a product.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("Windows 2000和Windows 11").text, spoken("Boeing 737").text
    ('Windows 二零零零和Windows 十一', 'Boeing 七三七')
    """
    name = re.search(r"([A-Za-zα-ωΑ-Ω]+)[.\s-]*$", before(match, 24))
    if name and len(match[0]) < 3 and match[0][0] != "0":
        return quantity(match[0])
    return _coded(name[1], match[0], False) if name else None


def _coded(letters: str, number: str, called: bool) -> str:
    if "." in number:
        return quantity(number)
    if called:
        return telephone(number)
    short = len(number) == 2 and (letters in table("products") or letters + number in table("products"))
    whole = len(number) == 1 or short or (len(number) == 3 and number.endswith("00") and letters in table("products"))
    return quantity(number) if whole and number[0] != "0" else digits(number)
