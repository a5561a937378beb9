"""Places that name amounts of money come in as matches; how they are said goes out, None where they name none."""

import re

from pipeline.speak.spoken.numbers import counted
from pipeline.speak.spoken.words import after, before, table

_SCALES = {"K": 10**3, "k": 10**3, "M": 10**6, "B": 10**9}


def money(match: re.Match[str]) -> str:
    """A sign of currency in front of an amount: the name goes behind.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("￥1,234.56").text, spoken("$1.5万").text, spoken("A$13.5").text, spoken("$1.5B").text
    ('一千两百三十四点五六元', '一点五万美元', '十三点五澳元', '十五亿美元')
    """
    name = table("currencies")[match[1]][0]
    named = after(match, len(name)) == name or (name == "元" and re.match(r"[\u4e00-\u9fff]?元", after(match)))
    return _amount(match[2], match[3], match[4]) + ("" if named else name)


def money_behind(match: re.Match[str]) -> str:
    """A code or sign of currency behind the amount.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("13.5USD").text, spoken("100€").text
    ('十三点五美元', '一百欧元')
    """
    return _amount(match[1], None, match[2]) + table("currencies")[match[3]][0]


def _amount(number: str, last: str | None, scale: str | None) -> str:
    span = f"到{counted(last)}" if last else ""
    if scale in _SCALES and not last:
        return counted(f"{float(number.replace(',', '')) * _SCALES[scale]:.0f}")
    return f"{counted(number)}{span}{scale or ''}"


def thousand(match: re.Match[str]) -> str | None:
    """k behind an amount of money is a thousand.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("月薪8k-12k").text, spoken("3k元").text, spoken("4K").text
    ('月薪八千到一万两千', '三千元', '四K')
    """
    told = re.search(r"(?:薪|工资|价|奖金|收入|元|赚|花了?|粉丝)[为是约]?\s?$", before(match))
    if not told and not re.match(r"元|块|/月|左右|以[上下]", after(match)):
        return None
    amounts = [float(amount.replace(",", "")) * 1000 for amount in match.groups() if amount]
    return "到".join(counted(f"{amount:.0f}") for amount in amounts)
