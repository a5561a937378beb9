"""Places that are years come in as matches; how they are said goes out, None where they count years or other things."""

import re

from pipeline.speak.spoken.numbers import digits, integer
from pipeline.speak.spoken.words import after, before, compiled, countable


def _head(match: re.Match[str]) -> str:
    """The text in front, without the blanks that some books set between digits and Chinese: 公元前 217 年."""
    return before(match).rstrip(" \u3000")


def _tail(match: re.Match[str]) -> str:
    return after(match).lstrip(" \u3000")


def before_christ(match: re.Match[str]) -> str:
    """Years of a life before Christ, in brackets.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("（前310－前250）").text
    '（前三一零－前二五零）'
    """
    return digits(match[1])


def era(match: re.Match[str]) -> str:
    """AD and BC behind a year.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2934ad").text, spoken("1234b.c.").text, spoken("1823年3月bc").text
    ('公元二九三四年', '公元前一二三四年', '公元前一八二三年三月')
    """
    name = "公元前" if match[3].lower().startswith("b") else "公元"
    return f"{name}{digits(match[1])}年" + (f"{integer(int(match[2]))}月" if match[2] else "")


def years(match: re.Match[str]) -> str | None:
    """A span of years: 1878–1937, 1970-80年代, 2018-19赛季, 1994至97年.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("（1878–1937）").text, spoken("1970-80年代").text, spoken("2014/2015年度").text
    ('（一八七八到一九三七）', '一九七零到八零年代', '二零一四到二零一五年度')
    >>> spoken("公元前 1600－1100年").text, spoken("2011-2012中国足球").text
    ('公元前 一六零零到一一零零年', '二零一一到二零一二中国足球')
    """
    first, dash, last = match[1], match[2], match[3]
    wide = len(last) == 4
    later = int(last) > int(first) if wide else int(last) > int(first[2:]) or int(last) == 0
    said = f"{digits(first)}{'至' if dash == '至' else '到'}{digits(last)}"
    seasonal = compiled("<season>").match(after(match))
    if wide and re.search(r"公元前$", _head(match)) and re.match("年", _tail(match)):
        return said
    if not later or (dash == "/" and not seasonal) or (not wide and not seasonal and dash not in "-–—至"):
        return None
    follows = wide and "1900" <= first < last <= "2049" and int(last) - int(first) == 1
    if not (seasonal or follows) and countable(after(match), r"<blank>(?:<unit>|<scale>|(?!年)<measure>)"):
        return None
    if re.match(r"年(?:间|前|的?历史)", after(match)) and first.endswith("000"):
        return None
    return said


def seasons(match: re.Match[str]) -> str | None:
    """A season over two years, each with two digits.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("22/23赛季").text, spoken("99/00赛季").text
    ('二二到二三赛季', '九九到零零赛季')
    """
    return f"{digits(match[1])}到{digits(match[2])}" if (int(match[1]) + 1) % 100 == int(match[2]) else None


def year(match: re.Match[str]) -> str | None:
    """Four digits in front of 年 are a year, unless a round number counts years.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1998年").text, spoken("5000年历史").text, spoken("距今约6000年").text
    ('一九九八年', '五千年历史', '距今约六千年')
    """
    if match[1].endswith("00") and _counts_years(match):
        return None
    return digits(match[1])


def _counts_years(match: re.Match[str]) -> bool:
    head = _head(match)
    if re.search(r"公元前?$", head):
        return head.endswith("前") and match[1].endswith("000")
    if int(match[1]) > 2200 or re.search(r"距(?:今|现在|离现在)[约近已有]{0,2}$", head):
        return True
    lasting = (
        "年(?:之久|的?(?:历史|文明))"
        if match[1] == "2000"
        else "年(?:之久|的?(?:历史|文明)|以?来|[里内后]|前(?!后)|之[前后内])"
    )
    counted = re.search(r"[约近达过长历有了经余]$", head) or re.match(lasting, _tail(match))
    return match[1].endswith("000") and counted is not None


def early_year(match: re.Match[str]) -> str | None:
    """Three digits in front of 年: a year in brackets, behind 公元 or a preposition, or with a month behind it.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("开皇八年（588年4月）").text, spoken("公元前221年").text, spoken("历时130年").text
    ('开皇八年（五八八年四月）', '公元前二二一年', '历时一百三十年')
    """
    if re.match(r"年(?:\d{1,2}月|[(（至]|[春夏秋冬正初底末十]|[一二三四五六七八九]月|\d+月)", _tail(match)):
        return digits(match[1])
    if re.match(r"年(?:的?历史|[前来](?!后)|以[前来上]|之|的|多|间|左右)", _tail(match)):
        return digits(match[1]) if re.search(r"公元前?$", _head(match)) else None
    if re.search(r"(?:公元前?|[(（前于在自从至到]|\d年[-–—－~])$", _head(match)):
        return digits(match[1])
    opening = re.search(r"(?:[、;，。]|^\s*)$", _head(match)) is not None
    return digits(match[1]) if opening and not match[1].endswith("00") else None


def early_years(match: re.Match[str]) -> str | None:
    """A span of years before 1000, behind 公元 or in brackets.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("公元527-565年").text, spoken("845至864年").text, spoken("3-5年").text
    ('公元五二七到五六五年', '八四五至八六四年', '三到五年')
    """
    exact = len(match[1]) == len(match[3]) == 3 and match[1] < match[3] and (match[1] + match[3])[2::3] != "00"
    told = re.search(r"(?:公元前?|[(（])$", _head(match)) or _both_dated(match) or exact
    if not told or re.match(r"年(?:代|前|的?历史|以[上下])", _tail(match)):
        return None
    return f"{digits(match[1])}{'至' if match[2] == '至' else '到'}{digits(match[3])}"


def _both_dated(match: re.Match[str]) -> bool:
    if match[2] == "至" and len(match[1]) == 3:
        return True
    recent = len(match[1]) == len(match[3]) == 2 and "50" <= match[1] < match[3]
    return recent and re.search(r"(?:[在于自从(（，。]|^\s*)$", _head(match)) is not None


def short_year(match: re.Match[str]) -> str | None:
    """Two digits in front of 年: a year with a leading zero, with a month behind it, or behind a word that dates.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("05年").text, spoken("86年8月18日").text, spoken("98年世界杯").text, spoken("20年后").text
    ('零五年', '八六年八月十八日', '九八年世界杯', '二十年后')
    """
    if match[1][0] == "0" or re.search(r"\d{4}年[至到~-]$", _head(match)):
        return digits(match[1])
    if re.search(
        r"(?:[国治正平和绪熙隆庆丰历德泰统宁元定景祐宗帝康政保永文禄长第近约共达每满了有这又前后过历任]|\d)$",
        _head(match),
    ):
        return None
    if re.match(
        r"年\s*(?:\d{1,2}\s?月|的?世界杯|奥运|亚运|春|夏|秋|冬|洪水|抗洪|高考|毕业|出生|状元|选秀|初|底|末)",
        _tail(match),
    ):
        return digits(match[1])
    recent = int(match[1]) >= 70
    dated = re.search(r"(?:生于|出生于|毕业于|始于|早在|[于自从])$", _head(match))
    return digits(match[1]) if recent and dated else None


def decade(match: re.Match[str]) -> str:
    """The 1990s in English spelling.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("1990s的音乐").text
    '一九九零年代的音乐'
    """
    return f"{digits(match[1])}年代"


def short_decade(match: re.Match[str]) -> str:
    """The '90s in English spelling.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("’90s的音乐").text
    '’九十年代的音乐'
    """
    return f"{integer(int(match[1]))}年代"


def generation(match: re.Match[str]) -> str:
    """People by the decade or half-decade of their birth.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("90后和95后").text, spoken("00后").text
    ('九零后和九五后', '零零后')
    """
    return digits(match[1])


def lone_year(match: re.Match[str]) -> str | None:
    """A year without 年: in brackets alone, in a span, at the end of a title, in front of a noun that is not counted.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("天监七年（1938）").text, spoken("2000至2007年").text, spoken("2016夏天").text, spoken("1998个").text
    ('天监七年（一九三八）', '二零零零至二零零七年', '二零一六夏天', '一千九百九十八个')
    """
    head, tail = before(match), after(match)
    if head.endswith("第") or (match[1] > "2099" and not head.endswith("公元")):
        return None
    dated = any(re.search(left, head) and re.match(right, tail) for left, right in _YEAR_PLACES)
    issued = match[1] >= "1900" and re.match(r"年?[版款届级](?!别)", tail)
    return digits(match[1]) if dated or issued or _in_list(match) or _names_something(match[1], head, tail) else None


def _in_list(match: re.Match[str]) -> bool:
    """Whether a year stands in a list that 年 ends: 1988、1993年, 2012、2013两年, 1930、40年代."""
    more = re.match(
        r"(?:[、，,和与及/至到~～–—-]\s?(?:[12]\d{3}|\d\d)(?!\d)){1,20}\s?(?:[两三四五六七八九十]个?年|年|财年|赛季|学年|[两三]?届)",
        after(match, 120),
    )
    last = re.search(r"[12]\d{3}[、和及]$", before(match)) and re.match(r"[两三四五六七八九十]年(?!级)", after(match))
    return bool(more or last) and re.search(r"[约共近达]$", before(match, 1)) is None


_TIMES = r"(?:备战|重生|回到|穿越到?|梦回|穿回|告别|迎接|你好|再见|走进|决战|展望|相约|回望|回首)\s?$"
_GAMES = (
    r"(?:世界杯|奥运|亚运|大运会|全运会|世锦赛|欧洲杯|美洲杯|亚洲杯|欧冠|中超|"
    r"车展|博览会|国考|高考|中考|考研|春晚|电影节|音乐节|世博)"
)
_YEAR_PLACES = (
    (r"[(（\[]$", r"[)）\]]"),  # (1938)
    (r"[A-Za-z][，,]\s?$", r"[)）]"),  # (Bordwell, 2000)
    (r"[A-Za-z]{2}[.,，]?\s?$", r"\s?(?:[)）.,，;；:]|$)"),  # London, 1990; March 1979.
    (r"\b[A-Z][a-z]{2,8}\.?\s\d{1,2},\s?$", ""),  # July 27, 2001
    (
        r"(?:出版社|印书馆|书局|书店|书社|出版|大学)[，,．.:：\s]{0,2}$",
        r"\s?(?:[)）.．,，；:：]|年?版|$)",
    ),  # 商务印书馆，1937)
    (r"(?:^|[。！？])\s*$", r"\s[A-Za-z]{2}"),  # 2009 ChinaJoy
    (r"公元前?$", ""),
    (r"\b(?:[Ii]n|[Ss]ince|[Ff]rom|[Uu]ntil|[Oo]f)\s$", ""),  # in 1945
    (r"[A-Z] ?\d+[-–]$", ""),  # GB/T 7714-2015
    ("", r"[至到]\d{2,4}(?:年|赛季|学年)"),  # 2000至2007年
    (r"\d{4}年?[至到]$", r"年|赛季|学年"),
    (r"\d{4}年[^，。；]{0,10}[至到]$", "的"),  # 2002年的30%提高至2006的64%
    (r"(?:^|[^约近达共])[在于自从]$", r"的|[，。]"),  # 在1721的北方战争
    (r"[\u4e00-\u9fff]$", r"[》〉」』]"),  # 《星际大争霸2005》
)


def _names_something(year: str, head: str, tail: str) -> bool:
    """Whether 1900 to 2049 stands in front of a noun, and nothing around says that it counts."""
    if not "1900" <= year <= "2049":
        return False
    if re.search(_TIMES, head) and not compiled(r"\s?(?:<measure>|<unit>|<scale>|[多余来几.])").match(tail):
        return True
    if re.match(rf"\s?[\u4e00-\u9fff]{{0,6}}{_GAMES}", tail) and not compiled(r"\s?[个名位场次届]").match(tail):
        return True
    if re.search(r"[约共达有近超过为了第每价售花值得仅满数余各到至低高是]$", head):
        return False
    named = re.match(r"\s?[\u4e00-\u9fff]", tail) is not None
    return named and not countable(tail, r"\s?(?:<measure>|<unit>|<scale>|[多余来几以之的是]|左右)")
