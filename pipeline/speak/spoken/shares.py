"""Places that are shares of a whole, or look like one, come in as matches; how they are said goes out."""

import re

from pipeline.speak.spoken.numbers import digits, integer, quantity
from pipeline.speak.spoken.quantities import plus
from pipeline.speak.spoken.words import after, before, compiled

_SIGNS = {"": "", "-": "负", "−": "负", "+": "正", "±": "正负"}


def percent(match: re.Match[str]) -> str:
    """Per cent and per mille, with a sign.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("增幅0.4%").text, spoken("-98%").text, spoken("12‰").text, spoken("同比+15%").text
    ('增幅百分之零点四', '负百分之九十八', '千分之十二', '同比加百分之十五')
    """
    sign = plus(before(match)) if match[1] == "+" else _SIGNS[match[1]]
    return sign + _share(match[2], match[3])


def percents(match: re.Match[str]) -> str:
    """From one percentage to another; a sign behind the second is meant for both.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("10-20%").text, spoken("75%~98%").text
    ('百分之十到百分之二十', '百分之七十五到百分之九十八')
    """
    first, last = _share(match[2], match[5]), _share(match[4], match[5])
    return f"{_SIGNS[match[1]]}{first}到{_SIGNS[match[3]]}{last}"


def _share(number: str, mark: str) -> str:
    return ("千分之" if mark == "‰" else "百分之") + quantity(number)


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
    """Two numbers with a slash that are no part of a whole: 985/211, 血压130/85, 80/20, 24/7, 8/12GB, a date."""
    top, bottom, tail = match[2], match[3], after(match)
    if re.match(r"\s?[GMT]B?(?![A-Za-z])", tail):
        return f"{quantity(top)}或{quantity(bottom)}"
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


def pressure(match: re.Match[str]) -> str:
    """Blood pressure: two numbers, not a fraction.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("120/80mmHg").text
    '一百二十、八十毫米汞柱'
    """
    return f"{quantity(match[1])}、{quantity(match[2])}毫米汞柱"
