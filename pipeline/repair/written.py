"""A Document and a script come in; the same goes out with its written form: what a reader sees, beside what is spoken.

The spoken form begins from simplified characters, always: `Document.text`. The written form is the same text character
by character, as the source wrote it or in traditional characters, so that every place in the one is the same place in
the other and no sentence is spoken anew for the sake of how it is written.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from pipeline.edits import Alignment, apply
from pipeline.errors import UsageError
from pipeline.model import Chunk, Document, Edit, Outline, Section
from pipeline.repair.script import Script, simplified_only, to_traditional, variants
from pipeline.stow import Stowed

KEEP, SIMPLIFIED, TRADITIONAL = "keep", "simplified", "traditional"
SCRIPTS = (KEEP, SIMPLIFIED, TRADITIONAL)


def demand_script(script: str) -> None:
    """Raises UsageError for a script that there is not; "" is none asked for."""
    if script not in ("", *SCRIPTS):
        raise UsageError(f"there is no script {script!r}", f"choose one of: {', '.join(SCRIPTS)}")


def with_written(plain: Document, whole: Document) -> Document:
    """`plain` with the written form that it had as `whole`, before its characters were settled.

    >>> from pipeline.edits import Replacement, edited
    >>> from pipeline.repair.rule import document_of
    >>> whole = edited(document_of("局長(zhǎng)說"), "gloss", [Replacement(2, 9, "")])
    >>> plain = edited(whole, "t2s", [Replacement(1, 2, "长"), Replacement(2, 3, "说")])
    >>> with_written(plain, whole).written
    '局長說'
    """
    written = apply(plain.source, [replace(edit, after=after) for edit, after in _afters(plain, whole)])
    return replace(plain, written="" if written == plain.text else written)


def _afters(plain: Document, whole: Document) -> Iterator[tuple[Edit, str]]:
    """Each edit of `plain` and what stood there in `whole`, where that is as long."""
    starts = [edit.span[0] for edit in whole.edits]
    for edit in plain.edits:
        start, end = edit.span
        inside = whole.edits[bisect_left(starts, start) : bisect_left(starts, max(end, start + 1))]
        before = apply(edit.before, [replace(own, span=(own.span[0] - start, own.span[1] - start)) for own in inside])
        yield edit, before if len(before) == len(edit.after) else edit.after


def in_script(document: Document, script: str) -> Document:
    """The document with the written form that was asked for: its text is left as it is, its title is written so.

    Raises UsageError for a script that there is not.
    """
    demand_script(script)
    if script == SIMPLIFIED:
        return replace(document, written="", written_title="")
    title = document.written_title or document.title
    written = document.written or document.text
    if script == TRADITIONAL:
        title, written = traditional(document.title, title), traditional(document.text, written)
    return replace(document, title=title, written="" if written == document.text else written)


def traditional(plain: str, written: str) -> str:
    """A text in traditional characters; where the source has one of its own, or chose among them, that one stays.

    >>> traditional("皇后以后在里面发展", "皇后以后在里面发展")
    '皇后以後在裏面發展'
    >>> traditional("范先生在这里，之后发现面条", "范先生在這裡，之后發現麵條")
    '范先生在這裡，之後發現麵條'
    >>> traditional("刚才的考核", "剛才的考核"), traditional("刚才的考核", "刚才的考核")
    ('剛才的考核', '剛纔的考覈')
    """
    whole = Script.of(written)
    lines = zip(plain.split("\n"), written.split("\n"), strict=True)
    return "\n".join("".join(_line(line, own, whole)) for line, own in lines)


def _line(plain: str, written: str, whole: Script) -> Iterator[str]:
    """The characters of a line: the source's where they tell, else those of the tables.

    A character that both scripts have (后 里 范) is the source's own choice in traditional text where it stands alone,
    or is but another form (剛才, not 剛纔); in a phrase (之后) it is a simplified one that was left there.
    """
    own = Script.of(written)
    chosen = Script.TRADITIONAL in (own, whole if own is Script.UNKNOWN else own)
    place = 0
    while place < len(plain):
        before, after = to_traditional().unit(plain, place)
        for k, (old, new) in enumerate(zip(before, after, strict=True), place):
            own_choice = (len(before) == 1 and old not in simplified_only()) or (new, old) in variants()
            yield written[k] if written[k] != old or (chosen and own_choice) else new
        place += len(before)


def as_written(outline: Outline, document: Document) -> Outline:
    """The outline of a document in its written form, each chunk and title with its simplified one beside it."""
    if not document.written:
        return outline
    alignment = Alignment(document.edits)
    sections = tuple(_written_section(section, document, alignment) for section in outline.sections)
    return replace(outline, sections=sections)


def _written_section(section: Section, document: Document, alignment: Alignment) -> Section:
    chunks = tuple(_written_chunk(chunk, document, alignment) for chunk in section.chunks)
    title = _written_title(section.title, chunks, document)
    return replace(section, chunks=Stowed(chunks), title=title, simple=section.title if title != section.title else "")


def _written_chunk(chunk: Chunk, document: Document, alignment: Alignment) -> Chunk:
    start = alignment.text_offset(chunk.span[0])
    written = document.written[start : start + len(chunk.text)]
    return replace(chunk, text=written, simple=chunk.text if written != chunk.text else "")


def _written_title(title: str, chunks: tuple[Chunk, ...], document: Document) -> str:
    """A title in the characters of the headings it is made of; one that the text does not have, in the text's."""
    words = []
    for word in title.split(" "):
        found = next((chunk for chunk in chunks if word in chunk.voiced), None)
        start = found.voiced.index(word) if found else 0
        own = found.text[start : start + len(word)] if found else _in_script_of(document, word)
        words.append(own)
    return " ".join(words)


def _in_script_of(document: Document, word: str) -> str:
    return traditional(word, word) if Script.of(document.written) is Script.TRADITIONAL else word
