"""Numbers in digits come in; their Chinese words go out: as a quantity, digit by digit, or as a telephone number."""

import re

DIGITS = "零一二三四五六七八九"
MOST_DIGITS = 16  # longer than a number anybody says as a quantity
_PLACES = ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
_GROUPS = ("", "万", "亿", "万亿", "亿亿")


def integer(number: int) -> str:
    """A whole number in words.

    >>> [integer(n) for n in (0, 10, 15, 101, 110, 2000, 10_500, 10_011)]
    ['零', '十', '十五', '一百零一', '一百一十', '两千', '一万零五百', '一万零一十一']
    >>> [integer(n) for n in (-20, 123_456_789, 10_000_100_000, 10_010_000_000)]
    ['负二十', '一亿两千三百四十五万六千七百八十九', '一百亿零十万', '一百亿一千万']
    """
    if number < 0:
        return f"负{integer(-number)}"
    if number == 0:
        return "零"
    groups = [number // 10_000**k % 10_000 for k in range(len(_GROUPS))]
    said = ""
    for k in reversed(range(len(groups))):
        skipped = k + 1 < len(groups) and groups[k + 1] == 0
        gap = "零" if said and groups[k] and (skipped or groups[k] < 1000) else ""
        said += gap + _group(groups[k], k, not said)
    return said


def _group(group: int, k: int, first: bool) -> str:
    """Up to four digits with the name of their group: 2011, 1 -> 两千零一十一万."""
    if group == 0:
        return ""
    said = ""
    for place, name in _PLACES:
        digit = group // place % 10
        if digit:
            gap = "零" if said and group // (place * 10) % 10 == 0 else ""
            said += gap + _digit(digit, place, alone=digit == group and k > 0) + name
    short = first or (k > 0 and 10 <= group < 20)
    return (said[1:] if short and said.startswith("一十") else said) + _GROUPS[k]


def _digit(digit: int, place: int, *, alone: bool) -> str:
    return "两" if digit == 2 and (place >= 100 or (place == 1 and alone)) else DIGITS[digit]


def digits(text: str) -> str:
    """Digit by digit; what is no digit stays.

    >>> digits("2011"), digits("9A0")
    ('二零一一', '九A零')
    """
    return "".join(DIGITS[int(c)] if c.isdecimal() else c for c in text)


def telephone(text: str) -> str:
    """Digit by digit with 幺, as telephone and room numbers are said; marks are dropped.

    >>> telephone("010-6403 5547"), telephone("12315")
    ('零幺零六四零三五五四七', '幺二三幺五')
    """
    return digits(re.sub(r"\D", "", text)).replace("一", "幺")


def quantity(text: str) -> str:
    """A number with commas, sign or decimals, as a quantity; with a leading zero, digit by digit.

    >>> [quantity(t) for t in ("1,234.50", "-0.5", "007", "2", "+3", ".5")]
    ['一千两百三十四点五零', '负零点五', '零零七', '二', '正三', '零点五']
    """
    sign = {"-": "负", "−": "负", "–": "负", "+": "正", "±": "正负"}.get(text[:1], "")
    whole, dot, fraction = text[len(sign) > 0 :].replace(",", "").partition(".")
    return sign + _whole(whole or "0") + (f"点{digits(fraction)}" if dot else "")


def _whole(text: str) -> str:
    if len(text) > MOST_DIGITS or (len(text) > 1 and text.startswith("0")):
        return digits(text)
    return integer(int(text))


def counted(text: str) -> str:
    """A quantity in front of what is counted: 2 is 两.

    >>> counted("2"), counted("12"), counted("2.5")
    ('两', '十二', '二点五')
    """
    return "两" if text == "2" else quantity(text)
