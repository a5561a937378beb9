"""Places with signs (enumerations, slashes, dashes, emoji) come in as matches; how they are said goes out."""

import re

from pipeline.speak.spoken.numbers import integer
from pipeline.speak.spoken.words import after, before, compiled, table

_CIRCLED = "⓪①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


def sign(match: re.Match[str]) -> str:
    """A sign that is said the same wherever it stands.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("A≈B").text, spoken("½杯").text, spoken("5¼英寸").text
    ('A约等于B', '二分之一杯', '五又四分之一英寸')
    """
    mixed = match[0] in "½⅓⅔¼¾⅕⅛⅜⅝⅞" and before(match, 1).isdecimal()
    return ("又" if mixed else "") + table("signs")[match[0]][0]


def circled(match: re.Match[str]) -> str:
    """A number in a circle or in brackets of its own, as used in lists.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("①背景②方法").text, spoken("⑿结论").text, spoken("㈠总则").text
    ('一，背景二，方法', '十二，结论', '一，总则')
    """
    comma = (
        ""
        if re.match(r"[-–~—、，。．.：:；;)）\s]|$", after(match, 1)) or re.search(r"[A-Za-z]$", before(match))
        else "，"
    )
    return integer(_circled(match[0])) + comma


def _circled(mark: str) -> int:
    if mark in _CIRCLED:
        return _CIRCLED.index(mark)
    for first, last, least in (
        ("㈠", "㈩", 1),
        ("㊀", "㊉", 1),
        ("⑴", "⒇", 1),
        ("⒈", "⒛", 1),
        ("㉑", "㉟", 21),
        ("❶", "❿", 1),
    ):
        if first <= mark <= last:
            return ord(mark) - ord(first) + least
    return ord(mark) - ord("㊱") + 36


def enumerated(match: re.Match[str]) -> str:
    """A number with a point at the head of a line.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1. 背景").text, spoken("2.方法").text
    ('一、背景', '二、方法')
    """
    return f"{integer(int(match[1]))}、"


def numbered_heading(match: re.Match[str]) -> str | None:
    """The number of a section at the head of a line: whole numbers with points between.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1.1 背景").text, spoken("3.2.10 结果").text, spoken("1.10 小结").text
    ('一点一 背景', '三点二点十 结果', '一点十 小结')
    """
    if compiled(r"[ \u3000]*(?:<unit>|<measure>|%)").match(after(match)):
        return None
    return "点".join(integer(int(part)) for part in match[0].split("."))


def per(match: re.Match[str]) -> str | None:
    """A slash between a unit and what it is per.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("229人/平方公里").text, spoken("80公里/小时").text, spoken("5元/kg").text, spoken("点卡/月卡").text
    ('两百二十九人每平方公里', '八十公里每小时', '五元每千克', '点卡/月卡')
    """
    if not re.search(
        r"\d[^\d，。；\s]{1,5}$|(?:元|人|公里|千米|米|吨|公斤|千克|克|升|次|发|转|度|斤)$|\d ?[A-Za-zμ]{1,3}$",
        before(match),
    ) or re.match(r"/(?:日元|人民币|[美欧英港]|月卡)", match[0] + after(match, 3)):
        return None
    return "每" + (table("units")[match[1]][0] if match.lastindex else "")


def ampersand(match: re.Match[str]) -> str:
    """And, between Chinese words; R&D and AT&T are left to the voice.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("天使&魔鬼").text, spoken("R&D").text
    ('天使和魔鬼', 'R&D')
    """
    return "和"


def between(match: re.Match[str]) -> str:
    """A dash between two dates, times or stations, each with its own word.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("12月3日-12月5日").text, spoken("周一~周五").text, spoken("双山站-青岛北站").text
    ('十二月三日到十二月五日', '周一到周五', '双山站到青岛北站')
    """
    return "到"


def between_amounts(match: re.Match[str]) -> str | None:
    """A dash between two amounts or dates; a unit with no number in front of it is the end of a name or a noun.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("100米-200米").text, spoken("米-17").text, spoken("3世纪—5世纪").text
    ('一百米到两百米', '米十七', '三世纪到五世纪')
    """
    noun = re.search(
        r"(?<![\d零一二两三四五六七八九十百千万亿几半数多余方厘毫分公微纳海英美日欧港澳加韩])[米度人名点元里号个周站]$",
        before(match),
    )
    if noun:
        return None
    if len(match[0]) < 2:
        return "到"
    same = re.match(
        rf"(?:公元前?|约)?[\d.,年月日时点分秒十百千万亿世]{{1,14}}{re.escape(before(match, 1))}", after(match, 16)
    )
    return "到" if same else None  # a long dash may as well open a remark: 2.5亿美元——1937年的数字


def beside(match: re.Match[str]) -> str:
    """A slash between two figures of one thing.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("220V/50Hz").text
    '两百二十伏、五十赫兹'
    """
    return "、"


def plus(match: re.Match[str]) -> str:
    """A plus between words, or behind a number.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("茶+面包").text, spoken("4.8+").text, spoken("A+").text
    ('茶加面包', '四点八加', 'A+')
    """
    return "加"


def between_dates(match: re.Match[str]) -> str | None:
    """A dash between two dates in digits.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2021/9/1-2021/12/31").text
    '二零二一年九月一日到二零二一年十二月三十一日'
    """
    return "到" if re.search(r"\d{4}([-/.])\d{1,2}\1\d{1,2}\s?$", before(match)) else None


def trend(match: re.Match[str]) -> str:
    """An arrow or a triangle in front of a number.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("指数↓2.5%").text
    '指数下降百分之二点五'
    """
    return "上升" if match[0] in "↑▲" else "下降"


def inch(match: re.Match[str]) -> str:
    """Inches of a screen.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("6.7″屏").text
    '六点七英寸屏'
    """
    return "英寸"


def about(match: re.Match[str]) -> str:
    """A wave in front of a number; behind another it is a span.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("重~5斤").text, spoken("1:2~1:3").text
    ('重约五斤', '一比二到一比三')
    """
    return "到" if before(match, 1).isdecimal() else "约"


def between_names(match: re.Match[str]) -> str | None:
    """A dash between two of a series.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("A1-A5").text, spoken("第1-第5名").text, spoken("（1）-（3）").text, spoken("1/3-1/2").text
    ('A一到A五', '第一到第五名', '（一）到（三）', '三分之一到二分之一')
    """
    letters = re.search(r"([A-Z])\d+$", before(match))
    if letters and not re.match(rf"{letters[1]}\d", after(match)):
        return None
    fractions = re.search(r"\d/\d+$", before(match)) and re.match(r"\d+/\d", after(match))
    other = re.match(r"[A-Z第(（]", after(match)) or compiled("<circled>").match(after(match))
    return "到" if fractions or other else None


def blank(match: re.Match[str]) -> str | None:
    """× in place of a name or of digits that are not told; between amounts it is a sign of mathematics.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("××省×先生").text, spoken("电话139××××").text, spoken("长×宽").text, spoken("三×四").text
    ('某某省某先生', '电话幺三九叉叉叉叉', '长乘宽', '三乘四')
    """
    if before(match, 1).isdecimal():
        return "叉" * len(match[0]) if len(match[0]) > 1 else None
    beside = re.search(r"[长宽高厚深底径积价量数度率速力重一二三四五六七八九十百千万]$", before(match))
    return None if beside and len(match[0]) == 1 else "某" * min(2, len(match[0]))


def emoji(match: re.Match[str]) -> str:
    """Pictures are not said.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("好的😀👍🏻！").text
    '好的！'
    """
    return ""
