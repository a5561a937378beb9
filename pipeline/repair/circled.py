"""A Document comes in; the same goes out without the circled numbers in its text that lead to notes.

Books print `蒙特梭利①女士` and the note `①意大利教育家。` at the foot of the page; in a file the note stands below the
paragraph, at the end of the chapter, or is lost. The items of a list have circled numbers, too: `包括①苹果②梨`.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of

RULE = "note number"
NUMBERS = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
FEWEST = 3  # numbers that show that there are notes
HABIT = 5  # numbers alone in their paragraphs: then two in one are no list either
APART = 2  # lines between two notes of a group, where a note has several
ANSWERED = 0.6  # as many numbers in the text as notes in the group below, at least
_OPEN, _CLOSE = r"[\[［〔【（(]?", r"[\]］〕】）)]?"
_MARK = re.compile(
    r"(?<=[㐀-鿿A-Za-z》”’）」』。！？…])(?<![^A-Za-z][A-Z])"  # not behind a letter of its own: 状态A①
    r"(?<![图圖式表由将將把与與和见見第注註题題例条條款项項点點种種类類为為是有即按从從到在同释釋])"  # 由①得②
    rf"{_OPEN}([{NUMBERS}]){_CLOSE}(?![{NUMBERS}])"
)
_NUMBER = re.compile(f"[{NUMBERS}]")
_NOTE = re.compile(rf"[\s　]*{_OPEN}([{NUMBERS}])")
_ENDED = frozenset("。！？…")


class Mark(NamedTuple):
    """A circled number inside a paragraph: its line, its place in the text, its value, how it stands there."""

    line: int
    start: int
    end: int
    value: int
    alone: bool  # the only one in its paragraph, behind a word
    behind_word: bool


def circled(document: Document) -> Document:
    """Circled numbers inside paragraphs go, where notes below answer them, or where they can be no list.

    >>> from pipeline.repair.rule import document_of
    >>> text = "蒙特梭利①女士到了山上。\\n她见了霍布斯②和他的书。③\\n①教育家。\\n②哲学家。\\n③在一九〇一年。"
    >>> circled(document_of(text)).text.split("\\n")[:2]
    ['蒙特梭利女士到了山上。', '她见了霍布斯和他的书。']
    >>> circled(document_of("要素包括①苹果②梨③桃。\\n由①得②。\\n步骤：①洗②切。")).text
    '要素包括①苹果②梨③桃。\\n由①得②。\\n步骤：①洗②切。'
    """
    if not _NUMBER.search(document.text):
        return document
    lines = list(lines_of(document.text))
    notes = [NUMBERS.index(note[1]) + 1 if (note := _NOTE.match(line)) else 0 for _, line in lines]
    marks = list(_marks(lines, notes))
    found = _answered(marks, notes)
    alone = [mark for mark in marks if mark.alone and not _goes_on(mark, notes)]
    found |= set(alone)
    if len(alone) >= HABIT and len(alone) * 2 >= sum(not mark.alone for mark in marks if mark not in found):
        found |= {mark for mark in marks if mark.behind_word}
    if len(found) < FEWEST:
        return document
    return edited(document, RULE, [Replacement(mark.start, mark.end, "") for mark in marks if mark in found])


def _marks(lines: Sequence[tuple[int, str]], notes: Sequence[int]) -> Iterator[Mark]:
    """The circled numbers inside paragraphs that do not begin with one."""
    for number, (offset, line) in enumerate(lines):
        found = list(_MARK.finditer(line)) if not notes[number] else []
        single = len(found) == 1 and len(_NUMBER.findall(line)) == 1
        for match in found:
            value = NUMBERS.index(match[1]) + 1
            behind_word = line[match.start() - 1] not in _ENDED
            start, end = match.span()
            yield Mark(number, offset + start, offset + end, value, single and behind_word, behind_word)


def _answered(marks: Sequence[Mark], notes: Sequence[int]) -> set[Mark]:
    """The numbers that a group of notes below answers: it has each of them, and hardly any besides."""
    found: set[Mark] = set()
    k = 0
    for first, last in _groups(notes):
        own: list[Mark] = []
        while k < len(marks) and marks[k].line < first:
            own.append(marks[k])
            k += 1
        values = [value for value in notes[first : last + 1] if value]
        if {mark.value for mark in own} <= set(values) and len(own) >= ANSWERED * len(values):
            found.update(own)
    return found


def _groups(notes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last lines of notes that stand together."""
    places = [number for number, value in enumerate(notes) if value]
    breaks = [k for k, (place, following) in enumerate(pairwise(places), 1) if following - place > APART + 1]
    for first, end in pairwise([0, *breaks, len(places)]):
        if end:
            yield places[first], places[end - 1]


def _goes_on(mark: Mark, notes: Sequence[int]) -> bool:
    """Whether the lines below go on counting, as a list does whose first item stands inside a sentence."""
    below = [value for value in notes[mark.line + 1 : mark.line + 8] if value]
    return mark.value + 1 in below[:1]
