"""A numeral as it stands in a heading comes in (12, １２, 十二, 廿二, 壹佰, XII, ⑫); its value goes out."""

import re
from unicodedata import normalize, numeric

CHINESE = "〇零一二三四五六七八九十百千万兩两壹贰貳叁參肆伍陆陸柒捌玖拾佰仟廿卅元"
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_WITHOUT_VALUE = {"两": 2, "元": 1}  # 卷元 does not exist, but 元 opens old counts
_DIGITS = "零一二三四五六七八九"
_TEN_THOUSAND = 10_000


def value_of(numeral: str) -> int | None:
    """The value of a numeral, None where it is none.

    >>> [value_of(n) for n in ("12", "１２", "十二", "一百零五", "一二三", "廿二", "XIV", "⑫", "⑴", "甲")]
    [12, 12, 12, 105, 123, 22, 14, 12, 1, None]
    """
    plain = normalize("NFKC", numeral).strip("(). ")
    if plain.isdecimal():
        return int(plain[:9])
    if plain and all(character in _ROMAN for character in plain.upper()):
        return _roman(plain.upper())
    if plain and all(character in CHINESE for character in plain):
        return _chinese(plain)
    return None


def like(numeral: str, value: int) -> str:
    """A value written as `numeral` is: in digits, or in Chinese.

    >>> like("十三", 12), like("13", 12), like("一百零三", 110)
    ('十二', '12', '一百一十')
    """
    if not all(character in CHINESE for character in numeral) or value >= _TEN_THOUSAND:
        return str(value)
    digits = [(int(digit), unit) for digit, unit in zip(f"{value:04}", ("千", "百", "十", ""), strict=True)]
    written = "".join(f"{_DIGITS[digit]}{unit}" if digit else "零" for digit, unit in digits)
    plain = re.sub("零+", "零", written.strip("零"))
    return plain.removeprefix("一") if 10 <= value < 20 else plain


def _roman(numeral: str) -> int:
    values = [_ROMAN[character] for character in numeral]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _chinese(numeral: str) -> int:
    total = part = digit = 0
    for character in numeral:
        value = _WITHOUT_VALUE.get(character) or int(numeric(character))
        if value < 10:
            digit = digit * 10 + value
        elif value == _TEN_THOUSAND:
            total, part, digit = (total + part + digit) * value, 0, 0
        elif character in "廿卅":
            part += value
        else:
            part, digit = part + max(1, digit) * value, 0
    return total + part + digit
