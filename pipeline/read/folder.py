"""The Documents of a folder's files come in, in natural order; one Document goes out, a section or more a file.

The source of such a book is the files' texts, one after the other. Where a file does not begin with a line that can
be its title, the file's name stands in front of it as a line, so that the listener hears where a part begins.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from unicodedata import numeric

from pipeline.edits import Alignment
from pipeline.model import Document, Edit, Heading, Note, Origin, Span

TITLE_LENGTH = 40  # a longer first line is no title
_NUMERALS = re.compile("[0-9]+|[〇零一二三四五六七八九十百千万两兩壹贰叁肆伍陆柒捌玖拾佰仟]+")
_ORDER = re.compile(r"^[0-9]+[\s._\-—、]*")  # "01 - " in front of a file name only puts it in order
_FIRST_LINE = re.compile(r"\S[^\n]*")
_SENTENCE_END = tuple("。！？!?；;，,：:…”")


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """The key that sorts names as a person would: digits and Chinese numerals by value.

    >>> sorted(["第十章.txt", "第二章.txt", "第一章.txt", "10.txt", "9.txt"], key=natural)
    ['9.txt', '10.txt', '第一章.txt', '第二章.txt', '第十章.txt']
    """
    key: list[tuple[int, str]] = []
    end = 0
    for numeral in _NUMERALS.finditer(name):
        key += ((-1, name[end : numeral.start()].casefold()), (_value(numeral[0]), ""))
        end = numeral.end()
    return (*key, (-1, name[end:].casefold()), (-1, name))


def bound(name: str, documents: Sequence[Document]) -> Document:
    """One Document of a folder's Documents; its title, creator and date are the first that is declared."""
    parts: list[Document] = []
    start = 0
    for document in documents:
        parts.append(_moved(_opened(document), start))
        start += len(parts[-1].source)
    return Document(
        title=_first(part.title for part in parts if len(documents) == 1),
        source="".join(part.source for part in parts),
        text="".join(part.text for part in parts),
        origin=_origin(name, documents),
        creator=_first(part.creator for part in parts),
        date=_first(part.date for part in parts),
        language=parts[0].language,
        edits=tuple(edit for part in parts for edit in part.edits),
        headings=tuple(heading for part in parts for heading in part.headings),
        notes=tuple(note for part in parts for note in part.notes),
    )


def _opened(document: Document) -> Document:
    """A file's Document with a line end behind it and a heading in front: its first line, or the file's name."""
    ended = replace(document, source=f"{document.source}\n", text=f"{document.text}\n")
    first = _FIRST_LINE.search(ended.text)
    span = Alignment(ended.edits).source_span(*first.span()) if first else (0, 0)
    if any(heading.span[0] <= span[0] for heading in ended.headings[:1]):
        return ended
    if first and is_title(first[0]):
        return _headed(ended, span)
    name = _ORDER.sub("", document.origin.name.rsplit(".", 1)[0])
    return _headed(_named(ended, name), (0, len(name))) if name else _headed(ended, (0, 0))


def _named(document: Document, name: str) -> Document:
    moved = _moved(document, len(name) + 1)
    return replace(moved, source=f"{name}\n{document.source}", text=f"{name}\n{document.text}")


def _headed(document: Document, span: Span) -> Document:
    return replace(document, headings=(Heading(span, 1), *document.headings))


def is_title(line: str) -> bool:
    text = line.strip()
    return 0 < len(text) <= TITLE_LENGTH and not text.endswith(_SENTENCE_END)


def _moved(document: Document, by: int) -> Document:
    """The document with every place in it `by` characters further on."""
    if not by:
        return document

    def moved(thing: Edit | Heading | Note) -> Span:
        return (thing.span[0] + by, thing.span[1] + by)

    return replace(
        document,
        edits=tuple(replace(edit, span=moved(edit)) for edit in document.edits),
        headings=tuple(replace(heading, span=moved(heading)) for heading in document.headings),
        notes=tuple(replace(note, span=moved(note)) for note in document.notes),
    )


def _origin(name: str, documents: Sequence[Document]) -> Origin:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(f"{document.origin.name}\0{document.origin.sha256}\n".encode())
    encodings = dict.fromkeys(document.origin.encoding for document in documents)
    return Origin(name, digest.hexdigest(), ", ".join(encodings))


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")


def _value(numeral: str) -> int:
    """The value of digits or a Chinese numeral, near enough to sort by."""
    if numeral.isdecimal():
        return int(numeral[:18])
    total = digit = 0
    for character in numeral:
        value = 2 if character in "两兩" else int(numeric(character))
        if value < 10:
            digit = digit * 10 + value
        else:
            total, digit = (total + max(1, digit) * value, 0) if value < 10_000 else ((total + digit) * value, 0)
    return total + digit
