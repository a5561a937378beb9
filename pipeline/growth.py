"""A text that may have grown since its book was built comes in, and how it is repaired; it goes out ready to be cut.

What comes later changes how what is there is read: a second volume puts the first one's name into the titles of its
chapters, more headings of a kind show that they are headings, more damage is evidence of damage. But a listener has
those chapters already. So where a text only went on, what was there is repaired and cut as it was without the rest.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import itemgetter

from pipeline.edits import Alignment, apply
from pipeline.errors import InputError
from pipeline.model import Document, Edit, Manifest, Outline, Section, SpokenSection
from pipeline.segment import Sizes, segment

DIGEST_LENGTH = 16  # hexadecimal digits; it tells apart the states of one text

Repair = Callable[[Document], Document]


@dataclass(frozen=True, slots=True)
class Text:
    """A document, repaired; where it has grown, `stood` is what it was, and that part of it stands as it was then.

    `document` is what is read aloud; `whole` is the same repaired in the light of all of it, and what is new is cut
    from that.
    """

    document: Document
    whole: Document
    stood: "Text | None" = None

    @property
    def grown(self) -> tuple[int, ...]:
        """The lengths of the source at which it stood."""
        return (*self.stood.grown, len(self.stood.document.source)) if self.stood else ()


SectionsOf = Callable[[Text], Sequence[Section]]  # as the book would have them; none where it cannot be cut


def text_of(raw: Document, repair: Repair, grown: Sequence[int] = ()) -> Text | None:
    """The text of a document that stood at these lengths; None where what was read cannot be divided there."""
    whole = repair(raw)
    if not grown:
        return Text(whole, whole)
    at = grown[-1]
    stood = None if _divided(at, (*raw.edits, *whole.edits)) else text_of(_until(raw, at), repair, grown[:-1])
    return Text(_joined(stood.document, whole), whole, stood) if stood else None


def cut(text: Text, sizes: Sizes) -> Outline:
    """The outline of a text. Raises InputError where what stands and what is new are one section."""
    outline = segment(text.whole, sizes)
    if text.stood is None:
        return outline
    at, stood = len(text.stood.document.source), cut(text.stood, sizes)
    across = next((s for s in outline.sections if s.chunks[0].span[0] < at < s.chunks[-1].span[1]), None)
    if across:
        raise InputError(f"the section {across.title!r} goes on behind what stands", "")
    later = [section for section in outline.sections if section.chunks[0].span[0] >= at]
    numbered = (replace(section, number=number) for number, section in enumerate(later, len(stood.sections) + 1))
    return Outline(
        (*stood.sections, *numbered),
        (*stood.dropped, *(_behind(edit, at) for edit in outline.dropped if edit.span[1] > at)),
        (*stood.notes, *(note for note in outline.notes if note.span[0] >= at)),
    )


def read_on(raw: Document, repair: Repair, previous: Manifest | None, sections_of: SectionsOf) -> Text:
    """The text of a document whose book may be there: of the ways to read it, the one that changes least of that.

    Only where all sections are there, but perhaps the last, has a text grown; any other change is read afresh.
    """
    there = _there(raw.source, previous)
    if previous is None or not there or len(there) < len(previous.sections) - 1:
        return Text(repair(raw), repair(raw))
    *earlier, end = (section.chunks[-1].span[1] for section in there)
    stood = tuple(at for at in previous.grown if at <= end)
    ways = [stood, *((*(at for at in stood if at < last), last) for last in (end, *earlier[-1:])), ()]
    found: list[tuple[int, bool, Text]] = []
    for grown in dict.fromkeys(ways):
        text = text_of(raw, repair, grown)
        sections = sections_of(text) if text else ()
        if text and sections:
            found.append((_standing(sections, there), _named_alike(text.document, previous), text))
        if found and found[-1][:2] == (len(there), True):
            break
    return max(found, key=itemgetter(0, 1))[2] if found else Text(repair(raw), repair(raw))


def _named_alike(document: Document, previous: Manifest) -> bool:
    """Whether a book has the words on it that its chapter files are tagged with."""
    now = (document.title, document.creator, document.date, document.language)
    return now == (previous.title, previous.creator, previous.date, previous.language)


def digests(source: str, ends: Iterable[int]) -> Iterator[str]:
    """A digest of a source's characters from each of these places to the next, the first from its start."""
    start = 0
    for end in ends:
        yield hashlib.sha256(source[start:end].encode(errors="surrogatepass")).hexdigest()[:DIGEST_LENGTH]
        start = end


def _there(source: str, previous: Manifest | None) -> list[SpokenSection]:
    """The sections of a book, from its first on, whose source is what it was when they were spoken."""
    sections = previous.sections if previous else ()
    pairs = zip(sections, digests(source, (section.chunks[-1].span[1] for section in sections)), strict=True)
    return [section for section, _ in takewhile(lambda pair: pair[0].source == pair[1], pairs)]


def _standing(sections: Sequence[Section], there: Sequence[SpokenSection]) -> int:
    """How many of the sections that are there come first, in their order, with the title and text they have."""
    pairs = zip(sections, there, strict=False)
    return sum(1 for _ in takewhile(lambda pair: _same(*pair), pairs))


def _same(section: Section, old: SpokenSection) -> bool:
    same_text = "".join(chunk.voiced for chunk in section.chunks) == "".join(chunk.voiced for chunk in old.chunks)
    return (section.name, section.level) == (old.name, old.level) and same_text


def _divided(at: int, edits: Iterable[Edit]) -> bool:
    return any(edit.span[0] < at < edit.span[1] for edit in edits)


def _until(raw: Document, at: int) -> Document:
    """A document's beginning, as if there were no more of it."""
    edits = tuple(edit for edit in raw.edits if edit.span[0] < at)
    source = raw.source[:at]
    return replace(
        raw,
        source=source,
        text=apply(source, edits),
        edits=edits,
        headings=tuple(heading for heading in raw.headings if heading.span[0] < at),
        notes=tuple(note for note in raw.notes if note.span[0] < at),
    )


def _joined(stood: Document, whole: Document) -> Document:
    """What stood, and behind it the rest of the whole."""
    at = len(stood.source)
    place = Alignment(whole.edits).text_offset(at)
    text = stood.text + whole.text[place:]
    written = (stood.written or stood.text) + (whole.written or whole.text)[place:]
    return replace(
        stood,
        source=whole.source,
        text=text,
        written=written if written != text else "",
        origin=whole.origin,
        edits=(*stood.edits, *(edit for edit in whole.edits if edit.span[0] >= at)),
        headings=(*stood.headings, *(heading for heading in whole.headings if heading.span[0] >= at)),
        notes=(*stood.notes, *(note for note in whole.notes if note.span[0] >= at)),
    )


def _behind(edit: Edit, at: int) -> Edit:
    """What of a removal lies behind a place."""
    skipped = max(0, at - edit.span[0])
    return replace(edit, span=(edit.span[0] + skipped, edit.span[1]), before=edit.before[skipped:])
