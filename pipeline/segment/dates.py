"""A line comes in; the mark of a diary's entry goes out where it is a date: 三月一日　晴, 2003年5月1日 星期四.

Whether dates are the headings of a text, all of them decide (`enumerations.dated`).
"""

import re

from pipeline.segment.headings import Mark
from pipeline.segment.numerals import value_of

_NUMBER = "[0-9０-９]{1,2}|[一二三四五六七八九十廿]{1,3}"
_DATE = re.compile(
    rf"(?:(?P<year>[0-9０-９]{{2,4}}|[〇○零一二三四五六七八九]{{2,4}})\s?年\s?)?(?P<month>{_NUMBER}|正|腊|臘)\s?月"
    rf"\s?(?P<day>初?(?:{_NUMBER}))\s?[日号號]?(?P<rest>[\s\u3000,，、.(（].{{0,20}})?"
)
_WEATHER = re.compile(
    r"(?:星期|周|週|礼拜|禮拜|[一二三四五六日天末晴阴陰雨雪风風云雲雾霧霜多转轉大中小暴雷阵陣到间間有时時]|[早晨上下午晚夜凌]"
    r"|[冷热熱暖炎℃度0-9()（）,，、.:：\s\u3000-])+"
)
_MONTHS = {"正": 1, "腊": 12, "臘": 12}


def date_mark(line: str) -> Mark | None:
    """The mark of a line that is a date and tells the weather at most; `numeral` is the date in digits.

    >>> date_mark("2003年5月1日 星期四").numeral, date_mark("三月十二日　晴转多云").numeral
    ('20030501', '00000312')
    >>> date_mark("三月一日，他走了。") is None
    True
    """
    found = _DATE.fullmatch(line) if "月" in line[:9] else None
    if not found or (found["rest"] and not _WEATHER.fullmatch(found["rest"])):
        return None
    year = value_of(found["year"].replace("○", "〇")) if found["year"] else 0
    month = _MONTHS.get(found["month"]) or value_of(found["month"])
    day = value_of(found["day"].removeprefix("初"))
    if year is None or not month or not day or month > 12 or day > 31:
        return None
    return Mark("date", None, (found["rest"] or "").strip(), numeral=f"{year:04}{month:02}{day:02}")
