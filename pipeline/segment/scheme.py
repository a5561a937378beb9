"""The lines and the marks they begin with come in; those that are headings go out: one document, one scheme.

Chapters (第三章, 序言, what the format declares) are headings by their form or by their number (`proof`), enumerations
(一、 1. ①) where they count up and have a body of text below them (`enumerations`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from pipeline.segment.candidates import Candidates, Heading, Rank
from pipeline.segment.enumerations import dated, enumerated
from pipeline.segment.headings import RANKS, STRONG, Mark, hash_mark
from pipeline.segment.proof import proven

LEAST_CHAPTER = 600  # characters, 2 minutes: what headings directly below volumes must have to begin sections
LEAST_NAMES = 3  # headings alike, each directly above another, that are the name of the book
SUBTITLE_LENGTH = 20  # characters
SUBTITLE_SHARE = 0.8  # of the chapters with their number alone
_SPOKEN = re.compile("[。，；：、…“”「」‘’]")


def headings_of(candidates: Candidates) -> list[Heading]:
    """The headings of a document, in order; a chapter's title on a line of its own belongs to its heading."""
    return _with_subtitles(candidates, _all_headings(candidates))


def _all_headings(candidates: Candidates) -> list[Heading]:
    declared = _declared(candidates)
    strong = _strong(candidates, declared.keys())
    known = declared.keys() | {heading.line for heading in strong}
    weak = [
        _heading(candidates, line, (RANKS.index(kind), candidates.marks[line].numeral.count(".")))
        for kind, lines in (*enumerated(candidates, known).items(), ("date", dated(candidates, sorted(known))))
        for line in lines
    ]
    return sorted((*declared.values(), *strong, *weak), key=lambda heading: heading.line)


def _declared(candidates: Candidates) -> dict[int, Heading]:
    """What the format declares, and # in plain text, where it is used more than once."""
    found = dict(candidates.declared)
    hashed = {k: mark[0] for k in candidates.filled if (mark := hash_mark(candidates.lines[k].text))}
    if len(hashed) > 1:
        found = hashed | found
    for line in book_names(candidates):
        found.pop(line, None)
    return {line: _heading(candidates, line, (0, level)) for line, level in found.items()}


def book_names(candidates: Candidates) -> list[int]:
    """The lines on which an EPUB says the name of the book above the heading of each of its chapters."""
    declared = candidates.declared
    alike: dict[str, list[int]] = {}
    for line in sorted(declared):
        mark = candidates.marks.get(line)
        if not (mark and mark.kind in STRONG):
            alike.setdefault(candidates.lines[line].text, []).append(line)
    title = candidates.page.document.title
    often = (lines for text, lines in alike.items() if len(lines) >= (2 if text == title else LEAST_NAMES))
    return sorted(k for lines in often if all(candidates.following(k) in declared for k in lines) for k in lines)


def _heading(candidates: Candidates, line: int, rank: Rank) -> Heading:
    title = candidates.plain(line)
    return Heading(line, rank, " ".join(title.split()), candidates.marks.get(line) or Mark("declared", None, title))


def _strong(candidates: Candidates, taken: Iterable[int]) -> list[Heading]:
    known = frozenset(taken)
    marks = [(line, mark) for line, mark in candidates.marks.items() if mark.kind in STRONG and line not in known]
    lines = proven(candidates, marks)
    return [_heading(candidates, line, (RANKS.index(candidates.marks[line].kind), 0)) for line in lines]


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


def section_ranks(headings: Sequence[Heading], candidates: Candidates, least: int) -> list[Rank]:
    """The ranks whose headings begin sections, from the top: chapters always, what is below them where it is long.

    A rank that would make the typical section shorter than `least` characters stays inside its section. 楔子 and 后记
    are no chapters: between them the numbers are; and so they are below volumes, if they are not very short.
    """
    chosen: list[Rank] = []
    for rank in sorted({heading.rank for heading in headings}):
        own = [heading for heading in headings if heading.rank == rank]
        above = [heading.mark for heading in headings if heading.rank in chosen and not heading.mark.frame]
        chapters = any(heading.mark.kind in ("part", "chapter") for heading in own)
        needed = LEAST_CHAPTER if all(mark.kind == "part" for mark in above) else least
        lines = [heading.line for heading in headings if heading.rank <= rank]
        if len(above) <= 1 or chapters or median(candidates.bodies(lines)) >= needed:
            chosen.append(rank)
    return chosen
