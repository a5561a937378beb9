"""Twos, and numbers that may be one, come in as matches or text; they go out as 两 where they count, else as 二."""

import re

from pipeline.speak.spoken.numbers import counted, quantity
from pipeline.speak.spoken.words import after, before, compiled, table


def count(match: re.Match[str]) -> str | None:
    """Two in front of what is counted is 两, in front of a rank or a name it is 二.

    >>> from pipeline.speak.spoken import spoken
    >>> [spoken(t).text for t in ("2个", "2年后", "2楼", "2月", "第2季", "2两", "2至20人", "2年级")]
    ['两个', '两年后', '二楼', '二月', '第二季', '二两', '二至二十人', '二年级']
    """
    if re.match(r"章\d+节", after(match)) or (
        after(match, 1) == "班" and re.search(r"(?:年级|[高初].|\d排|\d连|\d年|[大中小])$", before(match))
    ):
        return "二"
    if is_ranked(before(match), after(match)) or re.match(r"层[为是的设和与及、（(]", after(match)):
        return "二"
    if (
        re.search(
            r"(?:昭和|平成|大正|明治|令和|民国|公元|[宗帝祖]|光绪|宣统|同治|咸丰|道光|嘉庆|乾隆|雍正|康熙|顺治)$",
            before(match),
        )
        and after(match, 1) == "年"
    ):
        return "二"
    return "两"


def is_ranked(head: str, tail: str) -> bool:
    """Whether a two is one of a row of ranks, or a place in rows and files: 第1、2款, 1、2班, 2排4座, 2代机, 2床."""
    if re.search(r"第[\d、，,和及与或至到~～ -]{0,20}$", head) or two_before(tail) == "二":
        return True
    in_row = re.search(r"[13][、和及]$", head) and re.match(r"[班队组排连营团厂院部](?!人|长)", tail)
    placed = re.match(r"排\d", tail) or (re.search(r"\d[排行列班]$", head) and re.match(r"[座号列班组]", tail))
    named = re.match(r"代(?![人单君领]|之间|同堂|以[上内])|床(?![被棉毯褥单席凉大小新厚薄铺])", tail)
    return bool(in_row or placed or named)


def two_of_span(match: re.Match[str]) -> str:
    """Two in front of 到 and a number: 两 where what follows is counted; 至 is of the written language and has 二.

    >>> from pipeline.speak.spoken import spoken
    >>> spoken("2到3个").text, spoken("2至3个").text, spoken("第2到3章").text
    ('两到三个', '二至三个', '第二到三章')
    """
    span = re.match(r"到\d+", after(match))
    if span is None or is_ranked(before(match), ""):
        return "二"
    return counted_before("2", after(match, 24)[span.end() :])


def two_before(tail: str) -> str:
    """How a two is said in front of a measure: 两 where it counts, 二 where it ranks; "" in front of anything else.

    >>> two_before("个"), two_before("楼"), two_before("。")
    ('两', '二', '')
    """
    found = compiled("<blank>(<measure>)").match(tail)
    return table("measures")[found[1]][0] if found else ""


def counted_before(number: str, tail: str) -> str:
    """A quantity, 两 where a measure follows that counts.

    >>> counted_before("2", "层"), counted_before("2", "。")
    ('两', '二')
    """
    return counted(number) if two_before(tail) == "两" else quantity(number)
