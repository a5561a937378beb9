"""The lines of a page come in; what stands in front of the mark in every chapter's heading goes out: the book's name.

青牛记 第一章 下山, 青牛记-第二章 入城: the same words each time, and numbers that count up with text between them.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.segment.candidates import Candidates, Marked
from pipeline.segment.headings import STRONG_LENGTH, Mark, bare, mark_of
from pipeline.segment.page import Page

LONGEST = 20  # characters in front of the mark
LEAST = 3  # headings with the same front; two where it is in the first lines or the title of the book
MOST = 8  # fronts of one page, one a volume
COUNTING = 0.8  # of the numbers follow each other closely
GAP = 3
LEAST_BODY = 100  # characters below the typical one
OPENING_LINES = 3
_NUMERAL = "[0-9０-９〇零一二三四五六七八九十百千万两]{1,7}"
_INSIDE = re.compile(rf"第\s?{_NUMERAL}\s?[章回节節话話集卷](?!第?{_NUMERAL}期)")  # 第六十卷第三期 is a journal's
_SENTENCE = re.compile('[。，；！？!?…“”‘’"、]')


def fronts_of(page: Page) -> tuple[str, ...]:
    """The fronts of a page's headings, none where they begin with their mark.

    >>> from pipeline.model import Document, Origin
    >>> text = "".join(f"青牛记-第{n}章 山\\n{'话说天下大势。' * 20}\\n" for n in "一二三")
    >>> fronts_of(Page(Document("", text, text, Origin("", "", ""))))
    ('青牛记-',)
    """
    found: dict[str, list[Marked]] = {}
    for line, front, fronted in _fronted(page):
        found.setdefault(front, []).append((line, fronted))
    if not found:
        return ()
    opening = [line.text for line in page.lines if line.text][:OPENING_LINES]
    named = " ".join((page.document.title, *opening))
    groups = [front for front, lines in found.items() if len(lines) >= (2 if _name(front) in named else LEAST)]
    if not groups:
        return ()
    plain = {(mark.kind, mark.number) for line in page.lines if "第" in line.text[:4] and (mark := mark_of(line.text))}
    often = sorted(groups, key=lambda front: len(found[front]), reverse=True)[:MOST]
    candidates = Candidates(page)
    return tuple(front for front in often if _counts(candidates, found[front]) and not _spoken_of(plain, found[front]))


def _fronted(page: Page) -> Iterator[tuple[int, str, Mark]]:
    """The lines with a chapter's mark behind other words: their number, the words, and the mark."""
    for number, line in enumerate(page.lines):
        inside = _INSIDE.search(line.text) if "第" in line.text[1:] and len(line.text) <= STRONG_LENGTH else None
        text = bare(line.text) if inside and inside.start() else ""
        inside = _INSIDE.search(text)
        front = text[: inside.start()].rstrip() if inside else ""
        if inside and 0 < len(front) <= LONGEST and not _SENTENCE.search(front) and not mark_of(text):
            found = mark_of(text[inside.start() :])
            if found and found.number is not None:
                yield number, front, found


def _name(front: str) -> str:
    return front.strip(" \t\u3000-—_:：·|")


def _counts(candidates: Candidates, lines: Sequence[Marked]) -> bool:
    """Whether the numbers count up and text stands below most of the lines."""
    pairs = list(pairwise(mark for _, mark in lines))
    closely = sum(_follows(before, after) for before, after in pairs)
    bodies = candidates.bodies([line for line, _ in lines])
    return closely >= COUNTING * len(pairs) and median(bodies) >= LEAST_BODY


def _follows(before: Mark, after: Mark) -> bool:
    """Whether a chapter follows another: by its number, as the next part of the same, or as the first of a volume."""
    step = (after.number or 0) - (before.number or 0)
    return 0 < step <= GAP or after.number == 1 or (step == 0 and before.rest != after.rest)


def _spoken_of(plain: Collection[tuple[str, int | None]], lines: Sequence[Marked]) -> bool:
    """Whether chapters of the same numbers stand without the words: then the words only speak of them."""
    numbers = {(mark.kind, mark.number) for _, mark in lines}
    return sum(number in plain for number in numbers) * 2 > len(numbers)
