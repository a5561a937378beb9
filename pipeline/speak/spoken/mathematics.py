"""Places of mathematics (operators, powers, orders) come in as matches; how they are said goes out."""

import re

from pipeline.speak.spoken.numbers import digits, quantity
from pipeline.speak.spoken.words import after, before, compiled, table

_OPERATORS = {
    "+": "加", "-": "减", "−": "减", "–": "减", "*": "乘", "×": "乘", "x": "乘", "X": "乘", "÷": "除以", "/": "除以",
    "=": "等于", "==": "等于", "<": "小于", ">": "大于", "<=": "小于等于", ">=": "大于等于", "≤": "小于等于",
    "≥": "大于等于", "≠": "不等于", "!=": "不等于", "≈": "约等于", "±": "正负",
}  # fmt: skip
_POWERS = {"²": "的平方", "³": "的立方"}
_RAISED = str.maketrans("⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", "-+0123456789")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def expression(match: re.Match[str]) -> str | None:
    """Mathematics: numbers and single letters with operators between them, one of which is more than a dash.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("1+2", "-1+2", "2 = 1 + 1", "2<=4", "5-3=2", "3×4")]
    ['一加二', '负一加二', '二等于一加一', '二小于等于四', '五减三等于二', '三乘四']
    >>> spoken("a²+b²=c²").text, spoken("1920*1080").text
    ('a的平方加b的平方等于c的平方', '一千九百二十乘一千零八十')
    """
    if not re.search(r"[+=×÷*<>≤≥≠≈]|(?<=\d)[xX](?=\d)", match[0]) or not re.search(r"[\d=²³<>]", match[0]):
        return None
    if before(match, 1) == "<" or after(match, 1) == ">":
        return None
    cross = "|[xX]" if re.search(r"\d\s*[xX]\s*\d", match[0]) else ""
    parts = re.split(rf"\s*(<=|>=|==|!=|[-−–+*×÷=<>≤≥≠≈±]{cross}|(?<!\d)/|/(?!\d))\s*", match[0])
    return "".join(_operator(parts, k) if k % 2 else _operand(part) for k, part in enumerate(parts))


def _operator(parts: list[str], k: int) -> str:
    unary = not parts[k - 1]
    return ("负" if unary else "减") if parts[k] in "-−–" else _OPERATORS[parts[k]]


def _operand(text: str) -> str:
    part = re.fullmatch(r"(\d+)/(\d+)", text)
    if part:
        return f"{quantity(part[2])}分之{quantity(part[1])}"
    said = compiled("<number>").sub(lambda number: quantity(number[0]), text)
    said = re.sub(r"\^(\S+)", r"的\1次方", said)
    return re.sub("[²³]", lambda power: _POWERS[power[0]], said)


def compared(match: re.Match[str]) -> str:
    """An order in front of a number.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("pH<7").text, spoken("≥100万").text, spoken(">25°C").text
    ('pH小于七', '大于等于一百万', '大于二十五摄氏度')
    """
    return _OPERATORS[match[1]]


def power(match: re.Match[str]) -> str:
    """A square or a cube.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("πr²").text, spoken("10⁸").text
    ('派r的平方', '十的八次方')
    """
    power = match[0][: match.start(1) - match.start()] if match[1] else match[0]
    return _power(power.rstrip(" /").translate(_RAISED)) + _behind_power(match, 1)


def exponent(match: re.Match[str]) -> str:
    """A power behind a circumflex.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2^10").text, spoken("x^2").text, spoken("3×10^8m/s").text, spoken("4.0×10^9/L").text
    ('二的十次方', 'x的平方', '三乘十的八次方米每秒', '四点零乘十的九次方每升')
    """
    return _power(match[1].lower()) + _behind_power(match, 2)


def _behind_power(match: re.Match[str], group: int) -> str:
    """The unit behind a power, with the slash that may stand between them."""
    if match[group] is None:
        return ""
    return ("每" if match.string[match.start(group) - 1] == "/" else "") + table("units")[match[group]][0]


def _power(power: str) -> str:
    if power in ("2", "3"):
        return "的平方" if power == "2" else "的立方"
    return f"的{quantity(power) if power[-1].isdecimal() else power}次方"


def subscript(match: re.Match[str]) -> str:
    """Small digits below the line.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("H₂O").text
    'H二O'
    """
    return digits(match[0].translate(_LOWERED))


def equals(match: re.Match[str]) -> str:
    """What a letter or a word stands for.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("电压U=220V").text
    '电压U等于两百二十伏'
    """
    return "等于"


def cross(match: re.Match[str]) -> str:
    """Times, between the sides of something measured.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("10*20cm").text, spoken("5x10cm").text
    ('十乘二十厘米', '五乘十厘米')
    """
    return "乘"
