"""The marked lines of a page come in; the lines of its table of contents go out, to be left out, and what they name.

A contents is a run of titles that come again further on, as lines of their own or by their number: under 目录, or as
three headings and more without text between them. Titles without a number that it lists are the headings of the text.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import NamedTuple

from pipeline.segment.candidates import Candidates
from pipeline.segment.headings import STRONG, STRONG_RANKS, Mark

TITLE = re.compile(r"[【\[《]?(?:目\s*[录錄次]|contents|table of contents)[】\]》]?[:：]?", re.IGNORECASE)
_BEHIND_ITS_BOOK = re.compile(rf".{{0,30}}[\s.．:：·—-](?:{TITLE.pattern})", re.IGNORECASE)  # 山海记——目 录
LEAST_TITLES = 3
LONGEST = 60  # characters of an entry
FRONT = 3_000  # characters before a contents without a title whose entries are worded otherwise than the text's
STRAY = 2  # lines in a row that are no entries, between two that are
STRAY_LENGTH = 30  # characters
AGAIN = 0.5  # of the chapters listed come again
LISTED_SHARE = 0.6  # of the titles listed without a number come again
LEAST_BODY = 200  # characters below the typical one of them
_LEADER = re.compile(r"(?:[.·…．。\-_—]{2,}|[\s\u3000]+|[(（/])[\s.·…]*[(（]?(?:[0-9０-９]{1,4}|[ivxIVX]{1,6})[)）]?$")
_LINK = re.compile(r"[\s\u3000#*·•.…\-]+")
_PAGE = re.compile("[0-9０-９]{1,4}$")
_SENTENCE = re.compile("[。…，,；;]")
_PROSE = re.compile("，.*。")


class Contents(NamedTuple):
    """The lines of tables of contents, and the headings without a number that they name, with their marks."""

    lines: frozenset[int]
    listed: Mapping[int, Mark]


def contents_of(candidates: Candidates) -> Contents:
    """The tables of contents of a page."""
    index = _Index(candidates)
    lines: set[int] = set()
    listed: dict[int, Mark] = {}
    tried: set[int] = set()
    for place, number in enumerate(candidates.filled):
        if number in lines:
            continue
        whole = _under(candidates, number)
        if whole or TITLE.fullmatch(candidates.lines[number].text):
            run = whole or _run(index, place + 1, STRAY)
            lines.update([number, *run] if run else [])
            listed |= _listed(index, run)
        elif number in candidates.marks and number not in tried and index.comes_again(number):
            run = _run(index, place, 0)
            tried.update(run)
            lines.update(run if _is_bare_contents(index, run) else [])
    return Contents(frozenset(lines), {line: mark for line, mark in listed.items() if line not in lines})


@dataclass(frozen=True)
class _Index:
    """Where the lines of a page come last: as they are written, and by their number."""

    candidates: Candidates

    @cached_property
    def places(self) -> Mapping[str, Sequence[int]]:
        found: dict[str, list[int]] = {}
        for number in self.candidates.filled:
            found.setdefault(_key(self.candidates.lines[number].text), []).append(number)
        return found

    @cached_property
    def last(self) -> Mapping[tuple[str, int], int]:
        marks = self.candidates.marks.items()
        return {(mark.kind, mark.number): line for line, mark in marks if mark.number is not None}

    @cached_property
    def texts(self) -> Mapping[str, int]:
        """Where each line comes last, as it is written."""
        return {self.candidates.lines[number].text: number for number in self.candidates.filled}

    def part_again(self, line: int, above: int) -> bool:
        """Whether a line is a further part of the chapter above it, 下山(2) below 下山(1), and comes again."""
        text = self.candidates.lines[line].text
        alike = above >= 0 and _key(text) == _key(self.candidates.lines[above].text)
        return alike and self.texts[text] > line and self.texts[self.candidates.lines[above].text] > line

    def written_again(self, line: int) -> bool:
        text = self.candidates.lines[line].text
        return any(self.places.get(key, (-1,))[-1] > line for key in (_key(text), _PAGE.sub("", _key(text))) if key)

    def numbered_again(self, line: int) -> bool:
        mark = self.candidates.marks.get(line)
        return bool(mark and mark.number is not None and self.last[(mark.kind, mark.number)] > line)

    def comes_again(self, line: int) -> bool:
        strong = line in self.candidates.marks and self.candidates.marks[line].kind in STRONG
        prose = line not in self.candidates.marks and bool(_PROSE.search(self.candidates.lines[line].text))
        return (self.written_again(line) and not prose) or (strong and self.numbered_again(line))


def _key(text: str) -> str:
    """An entry as it would stand as a heading: without dots and page number."""
    return _LINK.sub("", _LEADER.sub("", text)) if len(text) <= LONGEST else text[:LONGEST]


def _run(index: _Index, place: int, stray: int) -> list[int]:
    """The entries from filled[place] on, up to the text: to a title or a chapter's number that was listed already.

    Between two entries may stand up to `stray` short lines that come not again, and chapters that are not written yet.
    Behind the last may stand more of those chapters; the last of all could be the first of the text.
    """
    candidates = index.candidates
    run: list[int] = []
    pending: list[int] = []
    strays = 0
    keys: set[str] = set()
    numbers: dict[str, set[int]] = {kind: set() for kind in STRONG_RANKS}
    last: dict[str, int] = {}
    for number in (candidates.filled[k] for k in range(place, len(candidates.filled))):
        text, mark = candidates.lines[number].text, candidates.marks.get(number)
        kind = mark.kind if mark and mark.kind in STRONG else ""
        listed = _key(text) in keys or (mark and kind and mark.number in numbers[kind])
        if listed and not index.part_again(number, run[-1] if run else -1):
            return [*run, *_up_to_mark(candidates, pending, 1)]
        again = index.comes_again(number) or (stray and (index.numbered_again(number) or bool(_LEADER.search(text))))
        counts = stray and mark and (mark.number or 0) in (1, last.get(mark.kind, 0) + 1)
        strays = 0 if again or kind or counts else strays + 1
        if len(text) > LONGEST or strays > stray or not (again or kind or counts or _is_stray(text)):
            break
        run += [*pending, number] if again else []
        pending = [] if again else [*pending, number]
        keys.add(_key(text))
        if mark:
            last[mark.kind] = mark.number or 0
        if mark and kind:
            numbers |= {below: set() for below in STRONG_RANKS[STRONG_RANKS.index(kind) + 1 :]}
            numbers[kind].update([mark.number] if mark.number is not None else [])
    return [*run, *_up_to_mark(candidates, pending, 2)] if stray and run else run


def _under(candidates: Candidates, number: int) -> list[int]:
    """The lines below a heading of the format that says contents, up to the next such heading, where none is text.

    One line in twenty may be long: a name in two languages.
    """
    text = candidates.lines[number].text
    if number not in candidates.declared or not (TITLE.fullmatch(text) or _BEHIND_ITS_BOOK.fullmatch(text)):
        return []
    end = min((line for line in candidates.declared if line > number), default=number)
    below = [line for line in range(number + 1, end) if candidates.lines[line].text]
    texts = [candidates.lines[line].text for line in below]
    long = sum(len(text) > LONGEST for text in texts)
    return [] if 20 * long > len(texts) or any(map(_PROSE.search, texts)) else below


def _up_to_mark(candidates: Candidates, lines: Sequence[int], last: int) -> Sequence[int]:
    """The lines up to the last with a mark, or the last but one."""
    marked = [k for k, line in enumerate(lines) if line in candidates.marks]
    return lines[: marked[-last] + 1] if len(marked) >= last else ()


def _is_stray(text: str) -> bool:
    return len(text) <= STRAY_LENGTH and not _SENTENCE.search(text)


def _is_bare_contents(index: _Index, run: Sequence[int]) -> bool:
    """Whether a run without a title is a contents: titles that all come again, or most of the chapters by number."""
    if len(run) < LEAST_TITLES:
        return False
    if all(line in index.candidates.marks and index.written_again(line) for line in run):
        return True
    numbered = [line for line in run if index.candidates.marks.get(line) and index.candidates.marks[line].number]
    again = sum(map(index.numbered_again, numbered))
    front = index.candidates.sizes[run[0]] <= FRONT
    return front and len(numbered) >= LEAST_TITLES and again >= max(2, AGAIN * len(numbered))


def _listed(index: _Index, run: Sequence[int]) -> dict[int, Mark]:
    """The lines of the text that entries without a number name, below the contents and in its order."""
    candidates = index.candidates
    if candidates.page.document.headings or not run:
        return {}
    named = [line for line in run if line not in candidates.marks]
    numbered = [line for line in run if line in candidates.marks and candidates.marks[line].number is not None]
    found: dict[int, Mark] = {}
    last = run[-1]
    for line in named:
        text = candidates.lines[line].text
        places = index.places.get(_key(text)) or index.places.get(_PAGE.sub("", _key(text)), ())
        place = bisect_right(places, last)
        inside = bool(numbered) and numbered[0] < line < numbered[-1]
        if place < len(places):
            last = places[place]
            found[last] = Mark("leaf" if inside else "chapter", None, candidates.plain(last))
    if len(found) < max(LEAST_TITLES, LISTED_SHARE * len(named)) or _weak_inside(candidates, numbered):
        return {}
    return found if median(candidates.bodies(list(found))) >= LEAST_BODY else {}


def _weak_inside(candidates: Candidates, numbered: Sequence[int]) -> bool:
    return any(candidates.marks[line].kind not in STRONG for line in numbered)
