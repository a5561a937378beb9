"""Written text comes in; the text as it is said goes out, numbers and signs in words, each piece with its rule."""

import re
from collections.abc import Callable
from functools import lru_cache

from pipeline.model import Piece, Spoken

DIGITS = "零一二三四五六七八九"
Rule = tuple[str, re.Pattern[str], Callable[[re.Match[str]], str]]


def integer(number: int) -> str:
    """A number in words.

    >>> [integer(n) for n in (0, 10, 15, 101, 2000, 10_500, 123_456_789)]
    ['零', '十', '十五', '一百零一', '两千', '一万零五百', '一亿两千三百四十五万六千七百八十九']
    """
    if number < 0:
        return f"负{integer(-number)}"
    said = _grouped(number).strip("零") or "零"
    return said[1:] if said.startswith("一十") else said


def digits(text: str) -> str:
    """Digit by digit.

    >>> digits("2011")
    '二零一一'
    """
    return "".join(DIGITS[int(digit)] if digit.isdecimal() else digit for digit in text)


def quantity(text: str) -> str:
    """A decimal number as a quantity.

    >>> quantity("1,234.50")
    '一千两百三十四点五零'
    """
    whole, _, fraction = text.replace(",", "").partition(".")
    if len(whole) > 16 or (len(whole) > 1 and whole.startswith("0")):
        return digits(whole)
    return integer(int(whole)) + (f"点{digits(fraction)}" if fraction else "")


def _counted(match: re.Match[str]) -> str:
    said = quantity(match[1])
    return "两" if said == "二" else said


RULES: tuple[Rule, ...] = (
    ("date", re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)"),
     lambda m: f"{digits(m[1])}年{integer(int(m[2]))}月{integer(int(m[3]))}日"),
    ("year", re.compile(r"(\d{4}|\d{2})(?=年)(?!年[来级])"), lambda m: digits(m[1])),
    ("time", re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?!\d)"),
     lambda m: f"{integer(int(m[1]))}点{integer(int(m[2]))}分" + (f"{integer(int(m[3]))}秒" if m[3] else "")),
    ("percent", re.compile(r"(\d[\d,]*(?:\.\d+)?)[%％]"), lambda m: f"百分之{quantity(m[1])}"),
    ("ordinal", re.compile(r"(?<=第)(\d+)"), lambda m: quantity(m[1])),
    ("digits", re.compile(r"(?<!\d)(\d{7,}|0\d+)(?![\d.])"), lambda m: digits(m[1])),
    ("counted", re.compile(r"(?<![\d.])(2)(?=[个位名只条件项本次场部家种人天年])"), _counted),
    ("quantity", re.compile(r"(\d[\d,]*\d(?:\.\d+)?|\d(?:\.\d+)?)"), lambda m: quantity(m[1])),
)  # fmt: skip
_ANY = re.compile(r"\d")


@lru_cache(maxsize=4096)
def spoken(text: str) -> Spoken:
    """The spoken form of a text; the first rule in RULES that fits a place has it.

    >>> spoken("1998年有2个人，占3.5%。").text
    '一九九八年有两个人，占百分之三点五。'
    """
    pieces: list[Piece] = []
    position = plain = 0
    while found := _ANY.search(text, position):
        hit = next(((name, m, say) for name, rule, say in RULES if (m := rule.match(text, found.start()))), None)
        if hit is None:
            position = found.end()
            continue
        name, match, say = hit
        if plain < match.start():
            pieces.append(_as_written(text, plain, match.start()))
        pieces.append(Piece(match.span(), match[0], say(match), name))
        position = plain = match.end()
    if plain < len(text):
        pieces.append(_as_written(text, plain, len(text)))
    return Spoken("".join(piece.spoken for piece in pieces), tuple(pieces))


def _as_written(text: str, start: int, end: int) -> Piece:
    return Piece((start, end), text[start:end], text[start:end])


def _grouped(number: int) -> str:
    for unit, name in ((10**12, "万亿"), (10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if number >= unit:
            high, low = divmod(number, unit)
            head = "两" if high == 2 and unit > 10 else _grouped(high)
            gap = "零" if 0 < low < unit // 10 else ""
            return head + name + gap + (_grouped(low) if low else "")
    return DIGITS[number]
