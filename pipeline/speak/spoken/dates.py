"""Places that are dates come in as matches; how they are said goes out, None where it is no date after all."""

import re

from pipeline.speak.spoken.numbers import digits, integer
from pipeline.speak.spoken.words import after, before, compiled


def full_date(match: re.Match[str]) -> str | None:
    """Year, month and day.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2008-08-08").text, spoken("2019·2·10").text
    ('二零零八年八月八日', '二零一九年二月十日')
    """
    return _date(match[1], match[3], match[4])


def american_date(match: re.Match[str]) -> str | None:
    """Day and month in front of the year, in either order; where both are possible the month comes first.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("08-09-2008").text, spoken("25/12/2008").text
    ('二零零八年八月九日', '二零零八年十二月二十五日')
    """
    return _date(match[4], match[1], match[3]) or _date(match[4], match[3], match[1])


def short_date(match: re.Match[str]) -> str | None:
    """A year of two digits: 12/2/2, 12.2.3; with points it is a version where software is spoken of.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("标注日期是12/2/2").text
    '标注日期是一二年二月二日'
    """
    if re.match(r"[./\d]*\d", after(match)) or (
        match[2] == "." and re.search(r"[A-Za-z第版级]\s*$|本[为是]?$", before(match))
    ):
        return None
    return _date(match[1], match[3], match[4])


def _date(year: str, month: str, day: str) -> str | None:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return None
    return f"{digits(year)}年{integer(int(month))}月{integer(int(day))}日"


def months(match: re.Match[str]) -> str | None:
    """From one month to another, each with its year.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2021.9-2022.6").text
    '二零二一年九月到二零二二年六月'
    """
    if not (1 <= int(match[2]) <= 12 and 1 <= int(match[4]) <= 12):
        return None
    first = f"{digits(match[1])}年{integer(int(match[2]))}月"
    return f"{first}到{digits(match[3])}年{integer(int(match[4]))}月"


def packed_date(match: re.Match[str]) -> str | None:
    """Year, month and day in eight digits.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("20201231").text, spoken("20201331").text
    ('二零二零年十二月三十一日', '两千零二十万一千三百三十一')
    """
    if compiled(r"<blank>(?:<measure>|<unit>|<scale>)").match(after(match)):
        return None
    return _date(match[1], match[2], match[3])


def memorial(match: re.Match[str]) -> str:
    """A day that became a name: each digit for itself.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("3·15晚会").text, spoken("“9.18”事变").text, spoken("12·9运动").text
    ('三一五晚会', '“九一八”事变', '一二九运动')
    """
    return "十一" if match.group(1, 2) == ("10", "1") else digits(match[1] + match[2])


def year_month(match: re.Match[str]) -> str | None:
    """Year and month: 2008-08, 2002/1; 2018-19 and 1811-12年 are spans of years.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2008-08").text, spoken("2005/06赛季").text
    ('二零零八年八月', '二零零五到零六赛季')
    """
    if not 1 <= int(match[3]) <= 12 or compiled("<season>").match(after(match)):
        return None
    if match[2] == "." and (len(match[3]) < 2 or compiled(r"<blank>(?:<unit>|<measure>|%)").match(after(match))):
        return None
    return f"{digits(match[1])}年{integer(int(match[3]))}月"


def month_year(match: re.Match[str]) -> str | None:
    """Month in front of the year.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("08/2008").text
    '二零零八年八月'
    """
    return f"{digits(match[2])}年{integer(int(match[1]))}月"


def month_day(match: re.Match[str]) -> str | None:
    """Month and day without a year: with a leading zero, or behind a word that announces a date.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("08-08").text, spoken("举办时间：6/25").text, spoken("6/25").text
    ('八月八日', '举办时间：六月二十五日', '二十五分之六')
    """
    announced = match[2] == "/" and re.search(r"(?:日期|时间|截止|截至|定于|生日)[为是到至于:]?\s*$", before(match))
    if not announced and not (match[1][0] == "0" and len(match[3]) == 2):
        return None
    if match[2] == "." and compiled(r"<blank>(?:<unit>|<measure>|%)").match(after(match)):
        return None
    return f"{integer(int(match[1]))}月{integer(int(match[3]))}日"


def month_or_day(match: re.Match[str]) -> str:
    """The number of a month, or of a day: never 两, never a leading zero.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2月2日").text, spoken("08月08号").text
    ('二月二日', '八月八号')
    """
    return integer(int(match[1]))
