"""The lines of a page come in; they go out with the marks they begin with, and with what stands below each."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from pipeline.segment.dates import date_mark
from pipeline.segment.headings import Mark, bare, hash_mark, mark_of
from pipeline.segment.page import Line, Page

Rank = tuple[int, int]
Marked = tuple[int, Mark]  # the number of a line, and the mark it begins with


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
    """The lines of a page with the marks they begin with; lines in `skipped` (a table of contents) have none.

    `listed` are the lines that a table of contents names, with the marks they have by that. `fronts` is what stands in
    front of the mark in every heading of the page (the book's name), without decoration.
    """

    page: Page
    skipped: frozenset[int] = frozenset()
    listed: Mapping[int, Mark] = field(default_factory=dict)
    fronts: tuple[str, ...] = ()

    @property
    def lines(self) -> Sequence[Line]:
        return self.page.lines

    @cached_property
    def marks(self) -> Mapping[int, Mark]:
        found = ((number, self._mark(number)) for number, line in enumerate(self.lines) if line.text)
        return {number: mark for number, mark in found if mark and number not in self.skipped}

    @cached_property
    def declared(self) -> Mapping[int, int]:
        """The line and level of each heading of the format: the first line that ends behind the heading's start."""
        headings = self.page.document.headings
        lines = enumerate(self.lines) if headings else ()
        filled = [(k, self.page.source_span(line.start, line.end)) for k, line in lines if line.text]
        ends = [span[1] for _, span in filled]
        found: dict[int, int] = {}
        for heading in headings:
            place = bisect_left(ends, heading.span[0] + 1)
            if place < len(filled) and (heading.span[0] == heading.span[1] or filled[place][1][0] < heading.span[1]):
                found[filled[place][0]] = heading.level
        return {line: level for line, level in found.items() if line not in self.skipped}

    @cached_property
    def sizes(self) -> Sequence[int]:
        """Characters in the lines before each line."""
        lengths = (0 if k in self.skipped else len(line.text) for k, line in enumerate(self.lines))
        return [0, *accumulate(lengths)]

    @cached_property
    def filled(self) -> Sequence[int]:
        """The numbers of the lines that are not blank."""
        return [k for k, line in enumerate(self.lines) if line.text and k not in self.skipped]

    def echoes(self, line: int) -> bool:
        """Whether a line says the same as the one above it, as headings do that a site doubled."""
        place = bisect_left(self.filled, line)
        return place > 0 and self.lines[self.filled[place - 1]].text == self.lines[line].text

    def following(self, line: int) -> int:
        """The next line that is not blank, -1 at the end."""
        place = bisect_left(self.filled, line + 1)
        return self.filled[place] if place < len(self.filled) else -1

    def following_other(self, line: int) -> int:
        """The next line that is not blank and says something else, -1 at the end."""
        below = self.following(line)
        while below >= 0 and self.echoes(below):
            below = self.following(below)
        return below

    def bodies(self, headings: Sequence[int], end: int | None = None) -> list[int]:
        """The characters below each of the headings, up to the next, or to line `end` (the end of the page)."""
        ends = [*headings[1:], len(self.lines) if end is None else end]
        return [self.sizes[end] - self.sizes[line + 1] for line, end in zip(headings, ends, strict=True)]

    def indented(self, line: int) -> bool:
        """Whether blanks stand in front of a line, as in front of a paragraph."""
        return self.depth(line) > 0

    def depth(self, line: int) -> int:
        """How many blanks stand in front of a line."""
        text, start = self.page.document.text, self.lines[line].start
        blanks = 0
        while blanks < start and text[start - blanks - 1] not in "\r\n":
            blanks += 1
        return blanks

    def plain(self, line: int) -> str:
        """A line as a heading reads: without decoration, and without what stands in front of every heading."""
        title = bare(_unhashed(self.lines[line].text))
        for front in self.fronts:
            rest = title[len(front) :] if title.startswith(front) else ""
            if rest and front.endswith(("（", "(")):
                rest = rest.removesuffix("）").removesuffix(")")
            if rest and mark_of(rest):
                return bare(rest)
        return title

    def _mark(self, line: int) -> Mark | None:
        if line in self.listed:
            return self.listed[line]
        text = self.lines[line].text
        return self._mark_of(line, text) or date_mark(text)

    def _mark_of(self, line: int, text: str) -> Mark | None:
        if self.fronts and len(text) <= 2 * len(max(self.fronts, key=len)) + 60:
            return mark_of(self.plain(line))
        return mark_of(_unhashed(text))


def _unhashed(text: str) -> str:
    """A line without the # that Markdown puts in front of a heading."""
    hashed = hash_mark(text)
    return text[hashed[1] :] if hashed else text
