"""A Document comes in; the same goes out without the numbers in its text that lead to notes.

`周公[1]东征` is how plain text writes a raised number, or `东征。1三年`, where it lost the height and got no brackets.
They are told from other numbers, as those of a list in a program, by counting: each goes on from the one before, or
begins again at 1 with a chapter.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from pipeline.edits import Replacement, edited
from pipeline.model import Document

RULE = "note number"
FEWEST = 3  # numbers that show that they count
STEP = 3  # one or two may be left out: behind a word in Latin letters, or lost
SHARE = 0.8  # of them come next, are the same again, or 1
_MARKS = re.compile(r"(?<=[㐀-鿿，。；：、！？”’》）」』…])(?:[\[〔［【]\d{1,3}[\]〕］】])+(?![(（])")
_NUMBER = re.compile(r"\d+")
FEWEST_BARE = 10  # numbers without brackets that show that they count
LEAST_LAST = 5  # the greatest of them; parts of chapters are 1 and 2
_BARE = re.compile(
    r"(?<=[。！？”’…』」）])\d{1,3}(?![年月日号時时点分秒个個名位人岁歲世天次元万萬亿億千百多余餘几])"
    r"(?=[㐀-鿿“‘《（「『]|[ \t　\r]*$)",
    re.MULTILINE,
)


def references(document: Document) -> Document:
    """Numbers in brackets behind words go, where they count notes.

    >>> from pipeline.repair.rule import document_of
    >>> references(document_of("周公[1]东征，三年[2]而归。[3]作《大诰》[4][5]。\\n[1] 周公：名旦。")).text
    '周公东征，三年而归。作《大诰》。\\n[1] 周公：名旦。'
    >>> references(document_of("数组[0]和列表[5]，数组[3]和矩阵[2]")).text
    '数组[0]和列表[5]，数组[3]和矩阵[2]'
    """
    found = list(_MARKS.finditer(document.text))
    numbers = [int(number) for match in found for number in _NUMBER.findall(match[0])]
    if max(numbers, default=0) < FEWEST or not _count(numbers):
        return document
    return edited(document, RULE, [Replacement(*match.span(), "") for match in found])


def bare_references(document: Document) -> Document:
    """Numbers without brackets behind the ends of sentences go, where there are many and they count.

    >>> from pipeline.repair.rule import document_of
    >>> text = "".join(f"他走了。{n}雪落下来。" for n in range(1, 11)) + "三年过去了。3年又三年。99户人家。"
    >>> bare_references(document_of(text)).text.replace("他走了。雪落下来。", "")
    '三年过去了。3年又三年。99户人家。'
    >>> bare_references(document_of("他走了。5头牛也走了。\\n" * 20)).text.count("5")
    20
    """
    found = list(_BARE.finditer(document.text))
    numbers = [int(match[0]) for match in found]
    steps = sum(before < after for before, after in pairwise(numbers))
    if len(found) < FEWEST_BARE or max(numbers) < LEAST_LAST or steps * 2 < len(found) or not _count(numbers):
        return document
    near = zip([0, *numbers], numbers, [*numbers[1:], 0], strict=False)
    goes_on = [number == 1 or 0 <= number - last <= STEP or 0 < after - number <= STEP for last, number, after in near]
    cuts = [Replacement(*match.span(), "") for match, own in zip(found, goes_on, strict=True) if own]
    return edited(document, RULE, cuts)


def _count(numbers: Sequence[int]) -> bool:
    """Whether numbers count: each goes on from the one before, or is 1."""
    pairs = zip([0, *numbers], numbers, strict=False)
    return sum(number == 1 or 0 <= number - last <= STEP for last, number in pairs) >= SHARE * len(numbers)
