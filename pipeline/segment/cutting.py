"""The draft of a section comes in; its chunks with their pauses go out, and at last the edits for all that is left."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain
from typing import NamedTuple

from pipeline.model import Chunk, Edit, Role, Section, Span
from pipeline.segment.chunks import Sizes, chunk_spans
from pipeline.segment.dialogue import HEADING, Stretch, stretches_of
from pipeline.segment.headings import hash_mark
from pipeline.segment.page import BLANKS, Line, Page
from pipeline.segment.pauses import CLOSERS, INSIDE, VOICE, pause_after
from pipeline.segment.sections import Draft
from pipeline.stow import Stowed

LAYOUT = "layout"
HEADING_MARK = "heading mark"
VERSE_LENGTH = 20  # characters; a longer line without a mark at its end is no verse
_ENDED = re.compile(f"[。｡.！!？?…⋯；;：:—][{re.escape(CLOSERS)}]*$")
_OPENERS = tuple('“‘「『"')


class Taken(NamedTuple):
    """text[start:end] left out by `rule`; "" where a chunk holds it."""

    start: int
    end: int
    rule: str


class Piece(NamedTuple):
    """A chunk's place in the text, and the place a pause is chosen by."""

    start: int
    end: int
    place: str
    heading: bool
    paragraph: int
    role: Role | None


def pieces_of(page: Page, draft: Draft, sizes: Sizes) -> Iterator[Piece]:
    """The pieces of the text that a section speaks, in order, without blanks around them."""
    bodies = [_body(page, page.lines[number], number in draft.headings) for number in draft.lines]
    parts = _parts_of(page, draft, bodies, sizes.cast)
    following = [*draft.lines[1:], -1]
    for paragraph, (body, stretches) in enumerate(zip(bodies, parts, strict=True)):
        heading = draft.lines[paragraph] in draft.headings
        for stretch in stretches:
            *inner, last = _trimmed(page, body, stretch, sizes)
            place = VOICE
            if stretch is stretches[-1]:
                place = _place(page, draft, draft.lines[paragraph], following[paragraph])
            yield from (Piece(*span, INSIDE, heading, paragraph, stretch.role) for span in inner)
            yield Piece(*last, place, heading, paragraph, stretch.role)


def _parts_of(page: Page, draft: Draft, bodies: Sequence[Line], cast: Mapping[str, str]) -> list[list[Stretch]]:
    """The stretches of each line, by who speaks them; headings are the narrator's."""
    if not cast:
        return [[Stretch(0, len(body.text))] for body in bodies]
    found = stretches_of([body.text for body in bodies], cast, lambda k, offset: page.divided(bodies[k].start + offset))
    return [
        [Stretch(0, len(body.text), HEADING)] if number in draft.headings else stretches
        for number, body, stretches in zip(draft.lines, bodies, found, strict=True)
    ]


def section_of(page: Page, draft: Draft, number: int, pieces: Sequence[Piece], sizes: Sizes) -> Section:
    """A section of these pieces."""
    return Section(number, draft.title, draft.level, Stowed(_chunk(page, piece, sizes) for piece in pieces))


def dropped_edits(page: Page, pieces: Iterable[Piece], rules: Mapping[int, str]) -> Iterator[Edit]:
    """What is left around the pieces, which come in order: lines left out by their rule, heading marks, layout."""
    named = [Taken(page.lines[number].start, page.lines[number].end, rule) for number, rule in rules.items()]
    spoken = (Taken(piece.start, piece.end, "") for piece in pieces)
    whole = Taken(len(page.document.text), len(page.document.text), "")
    position = 0
    for start, end, rule in chain(merge(sorted(named), spoken), [whole]):
        yield from _gap(page, position, start)
        if rule:
            yield _dropped(page, start, end, rule)
        position = end


def _gap(page: Page, start: int, end: int) -> Iterator[Edit]:
    gap = page.document.text[start:end]
    mark = len(gap.rstrip(BLANKS)) - len(gap.rstrip(BLANKS).rstrip("#"))
    edge = end - (len(gap) - len(gap.rstrip(BLANKS)))
    parts = ((start, edge - mark, LAYOUT), (edge - mark, edge, HEADING_MARK), (edge, end, LAYOUT))
    yield from (_dropped(page, *part) for part in parts if part[0] < part[1])


def _dropped(page: Page, start: int, end: int, rule: str) -> Edit:
    span = page.source_span(start, end)
    return Edit(rule, span, page.document.source[slice(*span)], "")


def _body(page: Page, line: Line, heading: bool) -> Line:
    """A heading's line without the # in front of it, where that can be divided from the rest."""
    hashed = hash_mark(line.text) if heading else None
    if hashed is None or page.divided(line.start + hashed[1]):
        return line
    return Line(line.start + hashed[1], line.text[hashed[1] :])


def _trimmed(page: Page, line: Line, stretch: Stretch, sizes: Sizes) -> Iterator[Span]:
    """The chunks of a line's stretch in offsets of the text, without blanks around them."""
    text, origin = line.text[stretch.start : stretch.end], line.start + stretch.start
    for start, end in chunk_spans(text, sizes, lambda offset: page.divided(origin + offset)):
        raw = text[start:end]
        first = origin + end - len(raw.lstrip(BLANKS))
        last = origin + start + len(raw.rstrip(BLANKS))
        yield (origin + start if page.divided(first) else first, origin + end if page.divided(last) else last)


def _place(page: Page, draft: Draft, number: int, following: int) -> str:
    """Where in the text a line ends, as the table of pauses names it."""
    if following < 0:
        return "section"
    if number in draft.headings or following in draft.headings:
        return "heading"
    line, after = page.lines[number].text, page.lines[following].text
    if any(page.lines[between].text for between in range(number + 1, following)):
        return "scene"
    if following == number + 1 and len(line) <= VERSE_LENGTH and not _ENDED.search(line):
        return "verse"
    return "quotation" if line.startswith(_OPENERS) and after.startswith(_OPENERS) else "paragraph"


def _chunk(page: Page, piece: Piece, sizes: Sizes) -> Chunk:
    text = page.document.text[piece.start : piece.end]
    pause = pause_after(text, piece.place, sizes.pauses)
    return Chunk(text, page.source_span(piece.start, piece.end), pause, piece.heading, piece.paragraph, role=piece.role)
