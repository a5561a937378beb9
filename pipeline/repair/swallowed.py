"""What stands before and behind a lost ASCII character comes in; the likeliest character goes out.

A lead byte that lost its step takes the next ASCII character along. In Chinese that is a mark that the site had made
ASCII, or a digit. A digit can be known only in a year; elsewhere "?" says that it is lost.
"""

import re

YEARS = range(1840, 2050)  # of which texts speak
_ASKS = re.compile(
    "(?:吗|嗎|呢|什么|什麼|怎么|怎麼|为何|為何|谁|誰|哪里|哪裡|哪儿|几时|幾時|是否|何)[^，。！？；,!?;]{0,6}$"
)
_SAYS = re.compile("(?:说|説|說|道|曰|问|問|答|喊|叫|如下|例如|写道|寫道|们|們)$")
_COUNTS = re.compile("[在有约約达達第共为為爲由于於了近到至及和是从從自超过過每前后後仅僅、\\d]$")
_CLAUSE = re.compile("[。！？!?\n]")


def swallowed(left: str, right: str) -> str:
    """The likeliest of the ASCII characters that may have stood between two pieces of text.

    >>> [swallowed(*pair) for pair in (("在", "011年"), ("在", "5号"), ("样", "3000名"), ("了", "但是"))]
    ['2', '?', ',', ',']
    >>> [swallowed(*pair) for pair in (("他说", "“好"), ("办法", "试行)的"), ("你来吗", "他问"))]
    [':', '(', '?']
    >>> swallowed("平方米是", "²的意思")
    ','
    """
    if right[:1].isdecimal():  # ² and ① are digits, but begin no number
        return _digit(left, right)
    if re.match(r"[^(（]*[)）]", right) and not re.search(r"[(（][^)）]*$", left):
        return "("
    if re.search(r"[(（][^()（）]{1,30}$", left) and not re.match(r"[^(（]*[)）]", right):
        return ")"
    if _SAYS.search(left) and (right[:1] in '“「"' or not right):
        return ":"
    if _ASKS.search(_CLAUSE.split(left)[-1]):
        return "?"
    return ","


def _digit(left: str, right: str) -> str:
    """The first digit of a year, or "?" for a digit that cannot be known, or a comma where a number begins."""
    number, unit = re.match(r"(\d+)(.?)", right, re.DOTALL).groups()  # type: ignore[union-attr]
    fitting = [digit for digit in "12" if unit == "年" and int(digit + number) in YEARS]
    if len(fitting) == 1:
        return fitting[0]
    return "?" if number[0] == "0" or _COUNTS.search(left) else ","
