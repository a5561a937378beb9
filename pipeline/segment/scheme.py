"""The lines and the marks they begin with come in; those that are headings go out: one document, one scheme.

Chapters (第三章, 序言, what the format declares) are headings by their form. Enumerations (一、 1. ①) are, when most
lines with that mark read like titles, count from one, and have a body of text below them; otherwise they are items
of a list, or sentences that begin with a number, and stay in the text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from statistics import median

from pipeline.segment.headings import RANKS, STRONG, Mark, bare, hash_mark, mark_of
from pipeline.segment.page import Line, Page

TITLED_SHARE = 0.6  # of the lines with an enumeration's mark that read like titles
LARGEST_GAP = 3  # numbers left out in an enumeration that still goes on
BODY = {"comma": 60, "bracket": 60, "bare": 150}  # characters below the typical heading, at least
DEFAULT_BODY = 120
SUBTITLE_LENGTH = 20  # characters
SUBTITLE_SHARE = 0.8  # of the chapters with their number alone
INSIDE_SHARE = 0.3  # of the numbers alone on a line, when they are page numbers
_SPOKEN = re.compile("[。，；：、…“”「」‘’]")
_ENDED = re.compile("[。！？!?….”」』）)]$")
Rank = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that is a heading: a smaller rank stands above a greater one; `title` is how a list shows it."""

    line: int
    rank: Rank
    title: str
    mark: Mark
    subtitle: int = -1  # the line that holds the title, where the number stands alone


@dataclass(frozen=True)
class Candidates:
    """The lines of a page with the marks they begin with; lines in `skipped` (a table of contents) have none."""

    page: Page
    skipped: frozenset[int] = frozenset()

    @property
    def lines(self) -> Sequence[Line]:
        return self.page.lines

    @cached_property
    def marks(self) -> Mapping[int, Mark]:
        found = ((number, _mark(line.text)) for number, line in enumerate(self.lines) if line.text)
        return {number: mark for number, mark in found if mark and number not in self.skipped}

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Characters in the lines before each line."""
        lengths = (0 if k in self.skipped else len(line.text) for k, line in enumerate(self.lines))
        return [0, *accumulate(lengths)]

    @cached_property
    def filled(self) -> Sequence[int]:
        """The numbers of the lines that are not blank."""
        return [k for k, line in enumerate(self.lines) if line.text and k not in self.skipped]

    def following(self, line: int) -> int:
        """The next line that is not blank, -1 at the end."""
        place = bisect_left(self.filled, line + 1)
        return self.filled[place] if place < len(self.filled) else -1

    def bodies(self, headings: Sequence[int]) -> list[int]:
        """The characters below each of the headings, up to the next or the end."""
        ends = [*headings[1:], len(self.lines)]
        return [self.sizes[end] - self.sizes[line + 1] for line, end in zip(headings, ends, strict=True)]


def headings_of(candidates: Candidates) -> list[Heading]:
    """The headings of a document, in order; a chapter's title on a line of its own belongs to its heading."""
    return _with_subtitles(candidates, _all_headings(candidates))


def _all_headings(candidates: Candidates) -> list[Heading]:
    declared = _declared(candidates)
    strong = _strong(candidates, declared.keys())
    weak: list[Heading] = []
    for kind in RANKS:
        if kind not in STRONG:
            weak += _weak(candidates, kind, declared.keys() | {heading.line for heading in strong})
    return sorted((*declared.values(), *strong, *weak), key=lambda heading: heading.line)


def _mark(text: str) -> Mark | None:
    hashed = hash_mark(text)
    return mark_of(text[hashed[1] :]) if hashed else mark_of(text)


def _declared(candidates: Candidates) -> dict[int, Heading]:
    """What the format declares, and # in plain text, where it is used more than once."""
    found = {line: level for line, level in _format_headings(candidates.page) if line not in candidates.skipped}
    hashed = {k: mark[0] for k in candidates.filled if (mark := hash_mark(candidates.lines[k].text))}
    if len(hashed) > 1:
        found = hashed | found
    return {line: _heading(candidates, line, (0, level)) for line, level in found.items()}


def _format_headings(page: Page) -> Iterable[tuple[int, int]]:
    """The line and level of each heading of the document: the first line that ends behind the heading's start."""
    declared = page.document.headings
    if not declared:
        return
    filled = [(k, page.source_span(line.start, line.end)) for k, line in enumerate(page.lines) if line.text]
    ends = [span[1] for _, span in filled]
    for heading in declared:
        place = bisect_left(ends, heading.span[0] + 1)
        if place < len(filled) and (heading.span[0] == heading.span[1] or filled[place][1][0] < heading.span[1]):
            yield filled[place][0], heading.level


def _heading(candidates: Candidates, line: int, rank: Rank) -> Heading:
    text = candidates.lines[line].text
    hashed = hash_mark(text)
    title = bare(text[hashed[1] :] if hashed else text)
    return Heading(line, rank, " ".join(title.split()), candidates.marks.get(line) or Mark("declared", None, title))


def _strong(candidates: Candidates, taken: Iterable[int]) -> list[Heading]:
    known = frozenset(taken)
    marks = [(line, mark) for line, mark in candidates.marks.items() if mark.kind in STRONG and line not in known]
    sure = [line for line, mark in marks if mark.sure] + _proven(candidates, marks)
    return [_heading(candidates, line, (RANKS.index(candidates.marks[line].kind), 0)) for line in sure]


def _proven(candidates: Candidates, marks: Sequence[tuple[int, Mark]]) -> list[int]:
    """Lines of unsure form (第三章他来了) that stand between the numbers before and after them."""
    proven: list[int] = []
    for kind in ("part", "chapter", "leaf"):
        same = [(line, mark) for line, mark in marks if mark.kind == kind and mark.number is not None]
        for (_, before), (line, mark), (_, after) in zip(
            [(-1, None), *same], same, [*same[1:], (-1, None)], strict=False
        ):
            if not mark.sure and _fits(before, mark, after) and len(same) > 1:
                proven.append(line)
    return proven


def _fits(before: Mark | None, mark: Mark, after: Mark | None) -> bool:
    number = mark.number or 0
    goes_on = before.number == number - 1 if before else number == 1
    return goes_on and (after is None or after.number == 1 or (after.number or 0) > number)


def _with_subtitles(candidates: Candidates, headings: Sequence[Heading]) -> list[Heading]:
    """第一章 alone on its line, with 开端 on the next: so in most chapters, or it is the first line of the text."""
    lines = {heading.line for heading in headings}
    alone = {h.line: candidates.following(h.line) for h in headings if h.mark.kind == "chapter" and not h.mark.rest}
    titled = {line for line, after in alone.items() if after not in lines and _is_subtitle(candidates, after)}
    if len(alone) < 2 or len(titled) < SUBTITLE_SHARE * len(alone):
        return list(headings)
    return [
        replace(h, title=f"{h.title} {candidates.lines[alone[h.line]].text}", subtitle=alone[h.line])
        if h.line in titled
        else h
        for h in headings
    ]


def _is_subtitle(candidates: Candidates, line: int) -> bool:
    text = candidates.lines[line].text if line >= 0 else ""
    return 0 < len(text) <= SUBTITLE_LENGTH and not _SPOKEN.search(text)


def _weak(candidates: Candidates, kind: str, taken: Iterable[int]) -> list[Heading]:
    known = frozenset(taken)
    marks = [(line, mark) for line, mark in candidates.marks.items() if mark.kind == kind and line not in known]
    lines = _counting(candidates, marks)
    numbers = [candidates.marks[line].number for line in lines]
    if len(lines) < 2 or 1 not in numbers or len(lines) < TITLED_SHARE * len(marks):
        return []
    if kind == "bare" and _interrupts(candidates, lines):
        return []
    if median(candidates.bodies(lines)) < BODY.get(kind, DEFAULT_BODY):
        return []
    rank = RANKS.index(kind)
    return [_heading(candidates, line, (rank, candidates.marks[line].numeral.count("."))) for line in lines]


def _interrupts(candidates: Candidates, lines: Sequence[int]) -> bool:
    """Whether numbers alone on their lines stand inside sentences: the page numbers of a print."""
    before = [bisect_left(candidates.filled, line) - 1 for line in lines]
    texts = [candidates.lines[candidates.filled[place]].text for place in before if place >= 0]
    inside = sum(not _ENDED.search(text) for text in texts)
    return inside > INSIDE_SHARE * len(texts)


def _counting(candidates: Candidates, marks: Sequence[tuple[int, Mark]]) -> list[int]:
    """The titles among the marks that count up, or from one again, and do not stand one below the other as a list."""
    kept: list[int] = []
    last = 0
    same = {line for line, _ in marks}
    above = {candidates.following(line) for line in same} & same
    for line, mark in marks:
        number = mark.number or 0
        listed = line in above or candidates.following(line) in same
        if mark.titled and not listed and (number == 1 or 0 < number - last <= LARGEST_GAP):
            kept.append(line)
            last = number
    return kept


def section_ranks(headings: Sequence[Heading], candidates: Candidates, least: int) -> list[Rank]:
    """The ranks whose headings begin sections, from the top: chapters always, what is below them where it is long.

    A rank that would make the typical section shorter than `least` characters stays inside its section.
    """
    chosen: list[Rank] = []
    for rank in sorted({heading.rank for heading in headings}):
        lines = [heading.line for heading in headings if heading.rank <= rank]
        above = [heading for heading in headings if heading.rank in chosen]
        chapters = any(heading.mark.kind in ("part", "chapter") for heading in headings if heading.rank == rank)
        if len(above) <= 1 or chapters or median(candidates.bodies(lines)) >= least:
            chosen.append(rank)
    return chosen
