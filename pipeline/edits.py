"""The ledger's arithmetic: rules replace pieces of a text, and every piece still leads back to the source.

Replacements come in offsets of the text as it stands; the edits that are kept are in offsets of the source,
sorted and disjoint, so `undo` is one pass and needs nothing but the text and the edits.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from pipeline.model import Document, Edit, Span


class Replacement(NamedTuple):
    """Put `after` in place of `text[start:end]`."""

    start: int
    end: int
    after: str


class Alignment:
    """Leads from offsets in an edited text to offsets in its source, in O(log edits) a question."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        self.starts: list[int] = []  # where each edit's `after` starts in the text
        self.ends: list[int] = []
        self._sources = [edit.span for edit in edits]
        shift = 0
        for edit in edits:
            self.starts.append(edit.span[0] + shift)
            self.ends.append(self.starts[-1] + len(edit.after))
            shift += len(edit.after) - (edit.span[1] - edit.span[0])

    def source_span(self, start: int, end: int) -> Span:
        """The piece of the source that text[start:end] came from; an edit is never split."""
        source_start = self._source_start(start)
        return (source_start, max(source_start, self._source_end(end)) if end > start else source_start)

    def text_offset(self, source_offset: int) -> int:
        """Where a character of the source stands in the text; what is inside an edit, where the edit starts.

        >>> alignment = Alignment([Edit("", (2, 9), "(zhǎng)", "")])
        >>> [alignment.text_offset(offset) for offset in (1, 2, 5, 9, 10)]
        [1, 2, 2, 2, 3]
        """
        k = bisect_right(self._sources, source_offset, key=lambda span: span[0]) - 1
        if k < 0:
            return source_offset
        return (
            self.starts[k]
            if source_offset < self._sources[k][1]
            else self.ends[k] + source_offset - self._sources[k][1]
        )

    def _source_start(self, offset: int) -> int:
        """Where the character at `offset` starts in the source: behind what was removed in front of it."""
        k = bisect_right(self.starts, offset) - 1
        if k < 0:
            return offset
        if offset < self.ends[k]:
            return self._sources[k][0]
        return self._sources[k][1] + offset - self.ends[k]

    def _source_end(self, offset: int) -> int:
        """Where the character before `offset` ends in the source: in front of what was removed behind it."""
        k = bisect_left(self.starts, offset) - 1
        if k < 0:
            return offset
        if offset <= self.ends[k]:
            return self._sources[k][1]
        return self._sources[k][1] + offset - self.ends[k]


def edited(document: Document, rule: str, replacements: Iterable[Replacement], *, guess: bool = False) -> Document:
    """The document after `rule` made `replacements` (sorted, disjoint, in offsets of `document.text`).

    >>> from pipeline.model import Origin
    >>> raw = Document("", "局長(zhǎng)", "局長(zhǎng)", Origin("", "", ""))
    >>> once = edited(raw, "gloss", [Replacement(2, 9, "")])
    >>> twice = edited(once, "t2s", [Replacement(1, 2, "长")])
    >>> twice.text, [(e.rule, e.span, e.after) for e in twice.edits]
    ('局长', [('t2s', (1, 2), '长'), ('gloss', (2, 9), '')])
    >>> undo(twice.text, twice.edits)
    '局長(zhǎng)'
    """
    changes = [r for r in replacements if document.text[r.start : r.end] != r.after]
    if not changes:
        return document
    new_edits = tuple(_composed(document, rule, changes, guess))
    return replace(document, text=_replaced(document.text, changes), edits=new_edits)


def undo(text: str, edits: Sequence[Edit]) -> str:
    """The source again, from the edited text and its edits."""
    pieces: list[str] = []
    position = 0  # in the text
    source_position = 0
    for edit in edits:
        plain = edit.span[0] - source_position
        pieces += (text[position : position + plain], edit.before)
        position += plain + len(edit.after)
        source_position = edit.span[1]
    return "".join((*pieces, text[position:]))


def apply(source: str, edits: Sequence[Edit]) -> str:
    """The edited text, from the source and the edits."""
    return _replaced(source, [Replacement(*edit.span, edit.after) for edit in edits])


def _replaced(text: str, changes: Sequence[Replacement]) -> str:
    ends = [0, *(change.end for change in changes)]
    kept = [text[end : change.start] + change.after for end, change in zip(ends, changes, strict=False)]
    return "".join((*kept, text[ends[-1] :]))


def _composed(document: Document, rule: str, changes: Sequence[Replacement], guess: bool) -> Iterator[Edit]:
    """All edits after the changes: untouched ones as they are, touched ones merged with what touches them."""
    alignment = Alignment(document.edits)
    k = 0  # the next edit that is not yet given out
    for group, first, last in _groups(changes, alignment):
        yield from document.edits[k:first]
        k = last
        touched = document.edits[first:last]
        low = min([group[0].start, *alignment.starts[first:last]])
        high = max([group[-1].end, *alignment.ends[first:last]])
        start, end = alignment.source_span(low, high)
        if touched:
            start, end = min(start, touched[0].span[0]), max(end, touched[-1].span[1])
        local = [Replacement(c.start - low, c.end - low, c.after) for c in group]
        after = _replaced(document.text[low:high], local)
        before = document.source[start:end]
        if before != after:
            rules = "+".join(dict.fromkeys([*(r for e in touched for r in e.rule.split("+")), rule]))
            yield Edit(rules, (start, end), before, after, guess or any(e.guess for e in touched))
    yield from document.edits[k:]


def _groups(changes: Sequence[Replacement], alignment: Alignment) -> Iterator[tuple[list[Replacement], int, int]]:
    """Changes that reach into the same edit, with the range of edits they touch."""
    group: list[Replacement] = []
    first = last = 0
    for change in changes:
        low, high = _touched(change, alignment)
        if group and low < last:
            group.append(change)
            last = max(last, high)
            continue
        if group:
            yield group, first, last
        group, first, last = [change], low, max(low, high)
    if group:
        yield group, first, last


def _touched(change: Replacement, alignment: Alignment) -> tuple[int, int]:
    """The edits whose `after` a change cuts into, and the removals strictly inside it."""
    low = bisect_right(alignment.ends, change.start)
    high = bisect_left(alignment.starts, change.end)
    while low < high and alignment.starts[low] == alignment.ends[low] == change.start:
        low += 1
    return low, max(low, high)


def disjoint(edits: Sequence[Edit]) -> bool:
    """Whether the edits are sorted and do not overlap."""
    return all(a.span[1] <= b.span[0] for a, b in pairwise(edits))
