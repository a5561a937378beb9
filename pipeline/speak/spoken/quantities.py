"""Places that count or measure come in as matches; how they are said goes out, None where they don't."""

import re

from pipeline.speak.spoken.numbers import counted, digits, integer, quantity
from pipeline.speak.spoken.words import after, before, compiled, table

_COLD = re.compile(
    r"气温|温度|低温|高温|最低|最高|天气|降温|降至|降到|零度|气象|寒|冷|冻|冰|体感|今[天晚夜]|明[天晚]|白天|夜间"
)
_COUNTED_IN_GAMES = (
    r"(?:声望|体力|生命|攻击力?|防御力?|法力|魔力|精力|耐力|力量|敏捷|智力|智慧|精神力?|魅力|幸运|气血|血量|好感度?|忠诚度?|熟练度|信仰|"
    r"金币|银币|积分|功德|功勋|灵力|灵石|寿命|寿元|道德|威望|人气|经验|修为|等级|饥饿度?|心情|移速|攻速|移动速度|攻击速度|理智|健康|"
    r"(?<![A-Za-z])<game>)\s?$"
)
_DEGREES = ("摄氏度", "华氏度", "度")


def percent(match: re.Match[str]) -> str:
    """Per cent and per mille, with a sign.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("增幅0.4%").text, spoken("-98%").text, spoken("12‰").text, spoken("同比+15%").text
    ('增幅百分之零点四', '负百分之九十八', '千分之十二', '同比加百分之十五')
    """
    return _percent(match[1], match[2], match[3], _plus(before(match)))


def percents(match: re.Match[str]) -> str:
    """From one percentage to another; a sign behind the second is meant for both.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("10-20%").text, spoken("75%~98%").text
    ('百分之十到百分之二十', '百分之七十五到百分之九十八')
    """
    return f"{_percent(match[1], match[2], match[5])}到{_percent(match[3], match[4], match[5])}"


def _percent(sign: str, number: str, mark: str, plus: str = "正") -> str:
    name = "千分之" if mark == "‰" else "百分之"
    return {"-": "负", "−": "负", "+": plus, "±": "正负"}.get(sign, "") + name + quantity(number)


def fraction(match: re.Match[str]) -> str | None:
    """A fraction, also a mixed one; behind the name of a side it is a score.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("总量的1/5").text, spoken("1又1/2").text, spoken("-1/3").text
    ('总量的五分之一', '一又二分之一', '负三分之一')
    """
    sign, top, bottom = match[1], match[2], match[3]
    if not sign and (said := _no_fraction(match)):
        return said
    if int(bottom) == 0 or (top[0] == "0" and len(top) > 1) or (sign and before(match, 1).isdecimal()):
        return None
    if compiled(r"<side>队?<blank>$").search(before(match)):
        return f"{integer(int(top))}比{integer(int(bottom))}"
    return ("负" if sign else "") + f"{quantity(bottom)}分之{quantity(top)}"


def _no_fraction(match: re.Match[str]) -> str | None:
    """Two numbers with a slash that are no part of a whole: 985/211, 血压130/85, 80/20, 24/7, the first of a month."""
    top, bottom, tail = match[2], match[3], after(match)
    if (top, bottom) == ("24", "7"):
        return "二十四七"
    if len(top) == len(bottom) == 2 and int(top) + int(bottom) == 100 and int(top) >= 50:
        return f"{quantity(top)}比{quantity(bottom)}"
    if bottom == "1" and 2 <= int(top) <= 12:
        return f"{integer(int(top))}月一日"
    if len(top) < 3 or top[0] == "0" or bottom[0] == "0" or int(top) <= int(bottom):
        return None
    if re.search(r"(?:血压|收缩压|舒张压|高压)[^，。；]{0,6}$", before(match)):
        return f"{quantity(top)}、{quantity(bottom)}"
    if len(top) == len(bottom) == 3 or re.match(r"\s?Z?R\d\d", tail):
        return f"{digits(top)}、{digits(bottom)}"
    return None


def measured(match: re.Match[str]) -> str | None:
    """A number, or a span of two, with a sign for a unit.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("10km/h", "38°C", "120m²", "10-20 kg", "9.8m/s²")]
    ['每小时十公里', '三十八摄氏度', '一百二十平方米', '十到二十千克', '九点八米每二次方秒']
    >>> spoken("气温-5℃").text, spoken("300w张").text
    ('气温零下五摄氏度', '三百万张')
    """
    sign, number, own, last, unit, under = match[1], match[2], match[3], match[5], match[6], match[7]
    latin = re.search(r"[A-Za-z]\s*$", before(match))
    if latin and (unit == "s" or re.match(r"\s+[A-Za-z]", after(match))):
        return None  # iPhone 5s; in 5 min or so
    said = table("units")[unit][0]
    said, _, per = said.partition("每")
    if under:
        per = _unit(under)
    if unit == "W" and re.search(r"(?:编号|代号|第|型号)$", before(match)):
        return None
    if said == "百万分之一":
        return _parts(match, said)
    if unit == "W" and (
        re.match(r"[+粉人元块次播阅字张台辆套册]|像素|美[元金]|存款|年薪", after(match)) or _is_spent(match)
    ):
        said = "万"
    first = _signed(sign, number, match, said) + (said if own == unit else _unit(own))
    return (f"每{per}" if per else "") + f"{first}{_last(match[4], last)}{said}".replace("@", "每")


def _is_spent(match: re.Match[str]) -> bool:
    return (
        re.search(
            r"(?:[花赚亏欠赔挣卖售]了?|价|年薪|融资|投资|播放量?|粉丝|存款|奖金|身价|票房|首付|房款)[近约达到为:超过]{0,2}\s?$",
            before(match),
        )
        is not None
    )


def _parts(match: re.Match[str], name: str) -> str:
    """Parts of a million: 420ppm is 百万分之四百二十."""
    share = name.removesuffix("一")
    last = f"到{share}{quantity(match[5])}" if match[5] else ""
    return f"{share}{quantity(match[2])}{last}"


def _unit(unit: str | None) -> str:
    return table("units").get(unit, (unit,))[0] if unit else ""


def _last(sign: str | None, number: str | None) -> str:
    if number is None:
        return ""
    return (
        "到" + ("负" if sign and sign.endswith(("-", "−")) and len(sign) > 1 and sign != "--" else "") + counted(number)
    )


def _signed(sign: str | None, number: str, match: re.Match[str], unit: str = "") -> str:
    if not sign:
        return counted(number)
    if sign in "-−":
        return ("零下" if unit in _DEGREES and _COLD.search(before(match, 30)) else "负") + counted(number)
    return {"+": "正", "±": "正负", "~": "约", "～": "约"}[sign] + counted(number)


def pressure(match: re.Match[str]) -> str:
    """Blood pressure: two numbers, not a fraction.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("120/80mmHg").text
    '一百二十、八十毫米汞柱'
    """
    return f"{quantity(match[1])}、{quantity(match[2])}毫米汞柱"


def height(match: re.Match[str]) -> str:
    """Centimetres behind metres.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("身高1米75").text, spoken("1米8").text
    ('身高一米七五', '一米八')
    """
    return digits(match[0])


def spaced(match: re.Match[str]) -> str | None:
    """Thousands set apart by blanks, in front of what is counted.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("16 000公顷").text
    '一万六千公顷'
    """
    return None if _is_rank(after(match)) else quantity(re.sub(r"\s", "", match[0]))


def freezing(match: re.Match[str]) -> str:
    """A negative number in front of degrees in words.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("最低气温为-23摄氏度").text, spoken("-23摄氏度").text
    ('最低气温为零下二十三摄氏度', '负二十三摄氏度')
    """
    return _signed("-", match[1], match, "度")


def span(match: re.Match[str]) -> str | None:
    """From one number to another.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("3–15厘米", "2-3个", "5月5-6日", "16~18岁", "第3-5章")]
    ['三到十五厘米', '两到三个', '五月五到六日', '十六到十八岁', '第三到五章']
    """
    first, last = match[1], match[3]
    if re.match(r"\s*[=×÷*]", after(match)) or re.search(r"[A-Za-z图表式题]-?$|\d-$", before(match)):
        return None
    ago = re.search(r"距今[约近]?$|前$", before(match))
    falls = float(first.replace(",", "")) >= float(last.replace(",", ""))
    if (falls and not ago) or (first[0] == "0" and len(first) > 1 and "." not in first):
        return None
    ranked = _is_ranked(before(match), after(match))
    pair = not ranked and (match[2] or compiled(r"<blank><measure>").match(after(match)))
    if len(first) >= 3 and before(match, 1) in "(（" and after(match, 1) in ")）":
        return f"{digits(first)}到{digits(last)}"
    spelt = counted if pair else quantity
    return f"{spelt(first)}{match[2] or ''}到{spelt(last)}"


def count(match: re.Match[str]) -> str | None:
    """Two in front of what is counted is 两, in front of a rank or a name it is 二.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("2个", "2年后", "2楼", "2月", "第2季", "2两", "2至20人", "2年级")]
    ['两个', '两年后', '二楼', '二月', '第二季', '二两', '二至二十人', '二年级']
    """
    if re.match(r"章\d+节", after(match)) or (
        after(match, 1) == "班" and re.search(r"(?:年级|[高初].|\d排|\d连|\d年|[大中小])$", before(match))
    ):
        return "二"
    if _is_ranked(before(match), after(match)) or re.match(r"层[为是的设和与及、（(]", after(match)):
        return "二"
    if (
        re.search(
            r"(?:昭和|平成|大正|明治|令和|民国|公元|[宗帝祖]|光绪|宣统|同治|咸丰|道光|嘉庆|乾隆|雍正|康熙|顺治)$",
            before(match),
        )
        and after(match, 1) == "年"
    ):
        return "二"
    return "两"


def _is_ranked(head: str, tail: str) -> bool:
    """Whether a two is one of a row of ranks, or a place in rows and files: 第1、2款, 1、2班, 2排4座, 2代机, 2床."""
    if re.search(r"第[\d、，,和及与或至到~～ -]{0,20}$", head) or _is_rank(tail):
        return True
    in_row = re.search(r"[13][、和及]$", head) and re.match(r"[班队组排连营团厂院部](?!人|长)", tail)
    placed = re.match(r"排\d", tail) or (re.search(r"\d[排行列班]$", head) and re.match(r"[座号列班组]", tail))
    named = re.match(r"代(?![人单君领]|之间|同堂|以[上内])|床(?![被棉毯褥单席凉大小新厚薄铺])", tail)
    return bool(in_row or placed or named)


def two_of_span(match: re.Match[str]) -> str:
    """Two in front of 到 and a number: 两 where what follows is counted; 至 is of the written language and has 二.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2到3个").text, spoken("2至3个").text, spoken("第2到3章").text
    ('两到三个', '二至三个', '第二到三章')
    """
    span = re.match(r"到\d+", after(match))
    if span is None or _is_ranked(before(match), ""):
        return "二"
    return counted_before("2", after(match, 24)[span.end() :])


def _is_rank(tail: str) -> bool:
    found = compiled("<blank>(<measure>)").match(tail)
    return found is not None and table("measures")[found[1]][0] == "二"


def more_than(match: re.Match[str]) -> str:
    """A plus behind a number, in front of what is counted.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("100+个").text, spoken("80+").text
    ('一百多个', '八十加')
    """
    return f"{quantity(match[1])}多"


def angle(match: re.Match[str]) -> str:
    """Degrees, minutes and seconds of arc.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("北纬29度59'").text, spoken("38°15′20″").text
    ('北纬二十九度五十九分', '三十八度十五分二十秒')
    """
    seconds = f"{quantity(match[4])}秒" if match[4] else ""
    return f"{quantity(match[1])}度{'零' if match[3][0] == '0' else ''}{integer(int(match[3]))}分{seconds}"


def plain(match: re.Match[str]) -> str:
    """Any other number is a quantity.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("有1998个").text, spoken("3.14").text
    ('有一千九百九十八个', '三点一四')
    """
    return quantity(match[0])


def negative(match: re.Match[str]) -> str | None:
    """A minus: behind a mark, a blank or a verb, or in front of an amount; behind a name the hyphen is silent.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("计算-2的绝对值").text, spoken("-5.5").text, spoken("歼-20").text, spoken("铀-235").text
    ('计算负二的绝对值', '负五点五', '歼二十', '铀二三五')
    """
    head = before(match)
    if re.search(r"[A-Za-z0-9\-–—)）}\]\u0370-\u03ff]$", head):
        return None
    joined = re.search(r"[\u4e00-\u9fff]$", head)
    amount = "." in match[1] or compiled(
        r"<blank>(?:%|<scale>|元|度|美元|公斤|千克|克|斤|吨|厘米|毫米|公里|千米|米|分贝|个百分点|秒)"
    ).match(after(match))
    if (
        joined
        and not amount
        and not re.search(r"[为是至到于达算在和与或约比从即得低高温度润率值长数的]$|[下库场]$", head)
    ):
        return digits(match[1]) if len(match[1]) == 3 and not match[1].endswith("00") else quantity(match[1])
    return "负" + quantity(match[1])


def minus(match: re.Match[str]) -> str:
    """A minus in front of a fraction in words.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("-百分之1").text
    '负百分之一'
    """
    return "负"


def positive(match: re.Match[str]) -> str:
    """A plus in front of a number: 加 behind what grows, else 正.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("氧化态有+2和+3").text, spoken("经验值+100").text
    ('氧化态有正二和正三', '经验值加一百')
    """
    return _plus(before(match)) + quantity(match[1])


def _plus(head: str) -> str:
    grows = re.search(r"[\u4e00-\u9fff]\s?$", head) and not re.search(
        r"(?:[有和与为是到至价从在即或呈显约达第说]|态|电荷)\s?$", head
    )
    return "加" if grows else "正"


def gained(match: re.Match[str]) -> str | None:
    """A plus or a minus behind what a game counts.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("体力-5，HP+50").text, spoken("动力-5型").text
    ('体力减五，HP加五十', '动力五型')
    """
    if not compiled(_COUNTED_IN_GAMES).search(before(match)) or re.match(r"[型号]|-\d", after(match)):
        return None
    return ("加" if match[1] == "+" else "减") + counted_before(match[2], after(match))


def counted_before(number: str, tail: str) -> str:
    """A quantity, 两 where a measure follows that counts.

    >>> counted_before("2", "层"), counted_before("2", "。")
    ('两', '二')
    """
    found = compiled("<blank>(<measure>)").match(tail)
    return counted(number) if found and table("measures")[found[1]][0] == "两" else quantity(number)


def digits_after_point(match: re.Match[str]) -> str:
    """A decimal without its zero.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("打击率.325").text
    '打击率点三二五'
    """
    return "点" + digits(match[1])
