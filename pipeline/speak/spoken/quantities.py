"""Places that count or measure come in as matches; how they are said goes out, None where they don't."""

import re

from pipeline.speak.spoken.numbers import counted, digits, integer, quantity
from pipeline.speak.spoken.twos import counted_before, is_ranked, two_before
from pipeline.speak.spoken.words import after, before, compiled, table

_COLD = re.compile(
    r"气温|温度|低温|高温|最低|最高|天气|降温|降至|降到|零度|气象|寒|冷|冻|冰|体感|今[天晚夜]|明[天晚]|白天|夜间"
)
_COUNTED_IN_GAMES = (
    r"(?:声望|体力|生命|攻击力?|防御力?|法力|魔力|精力|耐力|力量|敏捷|智力|智慧|精神力?|魅力|幸运|气血|血量|好感度?|忠诚度?|熟练度|信仰|"
    r"金币|银币|积分|功德|功勋|灵力|灵石|寿命|寿元|道德|威望|人气|经验|修为|等级|饥饿度?|心情|移速|攻速|移动速度|攻击速度|理智|健康|"
    r"(?<![A-Za-z])<game>)\s?$"
)
_SPENT = (
    r"(?:[花赚亏欠赔挣卖售]了?|价|年薪|融资|投资|播放量?|粉丝|存款|奖金|身价|票房|首付|房款)[近约达到为:超过]{0,2}\s?$"
)
_DEGREES = ("摄氏度", "华氏度", "度")


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
    if said.endswith("分之一"):
        return _parts(match, said)
    amount = re.match(r"[+粉人元块次播阅字张台辆套册]|像素|美[元金]|存款|年薪", after(match))
    if unit == "W" and (amount or re.search(_SPENT, before(match))):
        said = "万"
    first = _signed(sign, number, match, said) + (said if own == unit else _unit(own))
    return (f"每{per}" if per else "") + f"{first}{_last(match[4], last)}{said}".replace("@", "每")


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
    return None if two_before(after(match)) == "二" else quantity(re.sub(r"\s", "", match[0]))


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
    ranked = is_ranked(before(match), after(match))
    pair = not ranked and (match[2] or compiled(r"<blank><measure>").match(after(match)))
    named = len(first) >= 3 and first.isdecimal() and last.isdecimal()
    if named and before(match, 1) in "(（" and after(match, 1) in ")）":
        return f"{digits(first)}到{digits(last)}"
    spelt = counted if pair else quantity
    return f"{spelt(first)}{match[2] or ''}到{spelt(last)}"


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


def zoomed(match: re.Match[str]) -> str:
    """How many times nearer a lens brings what it looks at.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("10x光变").text
    '十倍光变'
    """
    return f"{quantity(match[1])}倍"


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
    return plus(before(match)) + quantity(match[1])


def plus(head: str) -> str:
    """How a plus is said behind `head`: 加 where that grows, else 正."""
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


def digits_after_point(match: re.Match[str]) -> str:
    """A decimal without its zero.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("打击率.325").text
    '打击率点三二五'
    """
    return "点" + digits(match[1])
