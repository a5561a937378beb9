"""A repaired Document comes in; its Outline goes out: sections of chunks, and a named rule for all that no chunk holds.

Every character of the document's text is in exactly one chunk or in exactly one dropped edit.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise

from pipeline.model import Document, Outline
from pipeline.segment.back_matter import back_matter_of
from pipeline.segment.candidates import Candidates, Heading, Rank
from pipeline.segment.chunks import Sizes, speakable
from pipeline.segment.contents import contents_of
from pipeline.segment.cutting import dropped_edits, pieces_of, section_of
from pipeline.segment.fronts import fronts_of
from pipeline.segment.headings import STRONG
from pipeline.segment.numbering import numbering_notes
from pipeline.segment.page import Page
from pipeline.segment.scheme import book_names, headings_of
from pipeline.segment.sections import drafts_of
from pipeline.stow import Stowed

__all__ = ["Sizes", "segment"]

CONTENTS = "contents"
REPEATED = "repeated heading"
RULE_LINE = "rule line"
HABIT = 0.3  # of the headings come twice, when they are the tops of pages


def segment(document: Document, sizes: Sizes) -> Outline:
    """Cut a document into sections and chunks; `sizes` are the voice's.

    >>> from pipeline.model import Origin
    >>> text = "第一章 起\\n\\n话说。\\n第二章 承\\n又说。\\n"
    >>> outline = segment(Document("", text, text, Origin("", "", "")), Sizes())
    >>> [(section.title, [chunk.text for chunk in section.chunks]) for section in outline.sections]
    [('第一章 起', ['第一章 起', '话说。']), ('第二章 承', ['第二章 承', '又说。'])]
    >>> {edit.rule for edit in outline.dropped}
    {'layout'}
    """
    page = Page(document)
    marked = Candidates(page, fronts=fronts_of(page))
    contents = contents_of(marked)
    candidates = Candidates(page, *contents, marked.fronts) if contents.lines else marked
    back = back_matter_of(candidates)
    if back:
        candidates = Candidates(page, contents.lines | back.keys(), contents.listed, marked.fronts)
    headings = headings_of(candidates)
    rules = {**_left_out(candidates, headings), **back}
    spoken = [number for number in candidates.filled if number not in rules]
    kept = [heading for heading in headings if heading.line not in rules]
    drafts = drafts_of(candidates, spoken, kept, document.title)
    pieces = [Stowed(pieces_of(page, draft, sizes)) for draft in drafts]
    sections = tuple(
        section_of(page, draft, number, own, sizes)
        for number, (draft, own) in enumerate(zip(drafts, pieces, strict=True), 1)
    )
    dropped = Stowed(dropped_edits(page, chain.from_iterable(pieces), rules))
    doubled = _doubled(headings, candidates)
    counted = [heading for heading in headings if heading.line not in rules or heading.line in doubled]
    return Outline(sections, dropped, tuple(numbering_notes(counted, candidates)))


def _left_out(candidates: Candidates, headings: Sequence[Heading]) -> Mapping[int, str]:
    """The lines that are not spoken, with the rule for each."""
    silent = {number: RULE_LINE for number in candidates.filled if not speakable(candidates.lines[number].text)}
    contents = dict.fromkeys(candidates.skipped, CONTENTS)
    repeated = dict.fromkeys(
        (
            *_repeats(headings),
            *_echoes(candidates, headings),
            *_said_twice(candidates, headings),
            *book_names(candidates)[1:],
        ),
        REPEATED,
    )
    return silent | contents | repeated


def _doubled(headings: Sequence[Heading], candidates: Candidates) -> set[int]:
    """The second of two headings alike with text between; none where that is the habit of the pages."""
    alike: dict[tuple[Rank, str], list[int]] = {}
    for heading in headings:
        alike.setdefault((heading.rank, heading.title), []).append(heading.line)
    pairs = [lines for lines in alike.values() if len(lines) == 2 and candidates.following(lines[0]) != lines[1]]
    return {line for _, line in pairs} if len(pairs) < HABIT * len(alike) else set()


def _echoes(candidates: Candidates, headings: Sequence[Heading]) -> Iterator[int]:
    """The lines that say a heading again directly below it."""
    for heading in headings:
        below = -1 if candidates.echoes(heading.line) else candidates.following(heading.line)
        while below >= 0 and candidates.echoes(below):
            yield below
            below = candidates.following(below)


def _said_twice(candidates: Candidates, headings: Sequence[Heading]) -> Iterator[int]:
    """The lines that name a chapter once more, directly below its heading: 第六章 below 第六章 【故人】.

    Of two, the one with a title stays.
    """
    for above, below in pairwise(headings):
        same = (above.mark.kind, above.mark.number) == (below.mark.kind, below.mark.number)
        counted = below.mark.kind in STRONG and below.mark.number is not None and below.subtitle < 0
        if same and counted and candidates.following_other(above.line) == below.line:
            yield above.line if below.mark.rest and not above.mark.rest else below.line


def _repeats(headings: Sequence[Heading]) -> Iterator[int]:
    """The lines of chapters' headings that only say again where one is: doubled by a site, or at the top of pages."""
    last: dict[Rank, str] = {}
    for heading in headings:
        if heading.mark.kind in STRONG and last.get(heading.rank) == heading.title:
            yield heading.line
        last = {rank: title for rank, title in last.items() if rank < heading.rank}
        last[heading.rank] = heading.title
