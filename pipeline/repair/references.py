"""A Document comes in; the same goes out without the numbers in its text that lead to notes.

`周公[1]东征` is how plain text writes a raised number. They are told from other numbers in brackets, as those of a
list in a program, by counting: each goes on from the one before, or begins again at 1 with a chapter.
"""

import re

from pipeline.edits import Replacement, edited
from pipeline.model import Document

FEWEST = 3  # numbers that show that they count
STEP = 3  # one or two may be left out: behind a word in Latin letters, or lost
SHARE = 0.8  # of them come next, are the same again, or 1
_MARKS = re.compile(r"(?<=[㐀-鿿，。；：、！？”’》）」』…])(?:[\[〔［【]\d{1,3}[\]〕］】])+(?![(（])")
_NUMBER = re.compile(r"\d+")


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
    counted = sum(
        number == 1 or 0 <= number - last <= STEP for last, number in zip([0, *numbers], numbers, strict=False)
    )
    if max(numbers, default=0) < FEWEST or counted < SHARE * len(numbers):
        return document
    return edited(document, "note number", [Replacement(*match.span(), "") for match in found])
