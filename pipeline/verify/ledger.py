"""A document, its chunks and what was left out come in; the coverage goes out, and it sums to every character.

Each source character gets one account: spoken as written, rewritten by a rule (of repair or of speech), or removed
by a rule. The accounts are painted onto the characters, so none can be counted twice and a gap shows its place.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import CheckError
from pipeline.model import Chunk, Coverage, Document, Edit, Section, Span, Spoken

Said = Callable[[str], Spoken]
NOBODY, AS_WRITTEN = 0, 1
SLICE = 1 << 20  # characters that are counted together


def coverage(document: Document, sections: Iterable[Section], dropped: Sequence[Edit], said: Said) -> Coverage:
    """The ledger of a document. Raises CheckError with the place where a character has no account."""
    page = _Page(document)
    for edit in dropped:
        page.paint(edit.span, f"-{edit.rule}")
    for section in sections:
        for chunk in section.chunks:
            page.paint_chunk(chunk, said(chunk.voiced))
    page.paint_repairs()
    page.demand_whole()
    return page.coverage()


class _Page:
    """The source's characters, each with the number of its account; "-rule" removes, "rule" rewrites."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._accounts: NDArray[np.int16] = np.zeros(len(document.source), np.int16)
        self._numbers: dict[str, int] = {}
        self._source_starts = [edit.span[0] for edit in document.edits]
        grown = np.cumsum([0, *(len(e.after) - (e.span[1] - e.span[0]) for e in document.edits)])
        self._shifts: list[int] = [int(shift) for shift in grown]  # text offset minus source offset, behind k edits

    def paint(self, span: Span, account: str) -> None:
        self._accounts[span[0] : span[1]] = self._number(account)

    def paint_chunk(self, chunk: Chunk, spoken: Spoken) -> None:
        start = self._text_offset(chunk.span[0])
        if self._document.text[start : start + len(chunk.voiced)] != chunk.voiced:
            raise CheckError(f"the chunk {chunk.text[:20]!r} is not the text at {chunk.span}", "report this: a bug")
        if "".join(piece.written for piece in spoken.pieces) != chunk.voiced:
            raise CheckError(f"the spoken form of {chunk.text[:20]!r} does not cover it", "report this: a bug")
        self._accounts[chunk.span[0] : chunk.span[1]] = AS_WRITTEN
        for piece in spoken.pieces:
            if piece.rule:
                span = (self._source_offset(start + piece.span[0]), self._source_offset(start + piece.span[1]))
                self.paint(span, piece.rule if piece.spoken else f"-{piece.rule}")

    def paint_repairs(self) -> None:
        """Repairs go over what is spoken; where a rule left the text out, that rule stays in the account."""
        for edit in self._document.edits:
            start, end = edit.span
            removed = self._accounts[start:end]
            number = self._number(f"-{edit.rule}" if not edit.after else edit.rule)
            if edit.after and len(removed) and self._is_removal(int(removed[0])):
                continue
            self._accounts[start:end] = number

    def demand_whole(self) -> None:
        missing = np.flatnonzero(self._accounts == NOBODY)
        if len(missing):
            place = int(missing[0])
            raise CheckError(
                f"{len(missing)} characters of the source are neither spoken nor removed by a rule, the first at "
                f"{place}: {self._document.source[place : place + 20]!r}",
                "report this text: the ledger must sum to 100 %",
            )

    def coverage(self) -> Coverage:
        counts = np.zeros(len(self._numbers) + 2, np.int64)
        for start in range(0, len(self._accounts), SLICE):
            counts += np.bincount(self._accounts[start : start + SLICE], minlength=len(counts))
        by_rule = {rule: int(counts[number]) for rule, number in sorted(self._numbers.items()) if counts[number]}
        return Coverage(
            characters=len(self._document.source),
            as_written=int(counts[AS_WRITTEN]),
            rewritten={rule: n for rule, n in by_rule.items() if not rule.startswith("-")},
            removed={rule[1:]: n for rule, n in by_rule.items() if rule.startswith("-")},
        )

    def _number(self, account: str) -> int:
        return self._numbers.setdefault(account, len(self._numbers) + 2)

    def _is_removal(self, number: int) -> bool:
        return any(n == number and account.startswith("-") for account, n in self._numbers.items())

    def _text_offset(self, source_offset: int) -> int:
        k = bisect_right(self._source_starts, source_offset) - 1
        if k >= 0 and source_offset < self._document.edits[k].span[1]:
            return self._source_starts[k] + self._shifts[k]
        return source_offset + self._shifts[k + 1]

    def _source_offset(self, text_offset: int) -> int:
        """The source offset of a text offset: the start of the edit where it lies inside one."""
        low, high = 0, len(self._source_starts)
        while low < high:
            middle = (low + high) // 2
            if self._source_starts[middle] + self._shifts[middle] <= text_offset:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return text_offset
        edit = self._document.edits[low - 1]
        text_end = edit.span[0] + self._shifts[low - 1] + len(edit.after)
        return edit.span[0] if text_offset < text_end else edit.span[1] + text_offset - text_end
