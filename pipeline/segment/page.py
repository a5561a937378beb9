"""A Document comes in; its lines go out, each without the blanks around it, by their offsets in the text.

A line is a paragraph. What repair put in place of a piece of the source cannot be divided between two chunks (both
would claim the same piece), so a line end inside such a piece does not end a line.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from pipeline.edits import Alignment
from pipeline.model import Document, Span

BLANKS = "".join(map(chr, (*range(0x21), 0x7F, 0x85, 0xA0, 0xAD, 0x1680, *range(0x2000, 0x2010), 0x2028, 0x2029))) + (
    "\u202f\u205f\u2060\u3000\ufeff"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line's text without the blanks around it, at `start` of the document's text; "" for a blank line."""

    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)


@dataclass(frozen=True)
class Page:
    """A document as lines, and where its text may be divided."""

    document: Document

    @cached_property
    def alignment(self) -> Alignment:
        return Alignment(self.document.edits)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(self._lines())

    def divided(self, offset: int) -> bool:
        """Whether `offset` of the text lies inside what an edit put there."""
        k = bisect_left(self.alignment.starts, offset) - 1
        return k >= 0 and offset < self.alignment.ends[k]

    def source_span(self, start: int, end: int) -> Span:
        return self.alignment.source_span(start, end)

    def _lines(self) -> Iterator[Line]:
        text = self.document.text
        start = 0
        while start < len(text):
            end = self._line_end(start)
            yield self._stripped(start, end)
            start = end + 1

    def _line_end(self, start: int) -> int:
        text = self.document.text
        end = text.find("\n", start)
        while end >= 0 and (self.divided(end) or self.divided(end + 1)):
            end = text.find("\n", end + 1)
        return end if end >= 0 else len(text)

    def _stripped(self, start: int, end: int) -> Line:
        text = self.document.text
        raw = text[start:end]
        first = start + len(raw) - len(raw.lstrip(BLANKS))
        last = max(first, start + len(raw.rstrip(BLANKS)))
        while first > start and self.divided(first):
            first -= 1
        while last < end and self.divided(last):
            last += 1
        return Line(first, text[first:last])
