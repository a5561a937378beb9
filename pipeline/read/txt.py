"""A plain text file comes in; a Document goes out, its line ends made one and its undecodable bytes reported."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.edits import Replacement, edited
from pipeline.errors import InputError
from pipeline.model import Document, Edit, Note, Origin
from pipeline.read.binary import known_binary
from pipeline.read.encoding import ESCAPED, NO_CHARACTER, decode, foreign

BYTE_ORDER_MARK = "\ufeff"
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")  # what `\n` stands in for, the longest first
MIXED = "mixed encoding"
LOST = "undecodable bytes"
PADDING = "padding"
_NULS = "\0\udc00"  # the second is a NUL behind the last pair of bytes in UTF-16
LARGEST = 64 << 20  # bytes: twenty million characters, some 1,500 hours


def read_txt(path: Path) -> Document:
    """Read a plain text. Raises InputError for a file that is missing, empty, no text, or in an unknown encoding."""
    content = content_of(path)
    text, encoding = _decoded(content, path)
    document = Document("", text, text, Origin(path.name, hashlib.sha256(content).hexdigest(), encoding))
    return one_newline(without_lost_bytes(without_padding(without_mark(document))))


def content_of(path: Path) -> bytes:
    """The bytes of a file; raises InputError where there are none, or more than a text can have."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise unreadable(path, error) from error
    if size > LARGEST:
        raise InputError(
            f"{path} has {size:,} bytes, and a text can have {LARGEST >> 20} MB", "divide it: a folder is one book"
        )
    if not content.strip():
        raise InputError(f"{path} is empty", "put the text into it, or name another file")
    return content


def unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot read {path}: {error.strerror or error}", "check the path and its permissions")


def without_mark(document: Document) -> Document:
    """The document without a byte order mark at its start."""
    if not document.text.startswith(BYTE_ORDER_MARK):
        return document
    return edited(document, "byte order mark", [Replacement(0, 1, "")])


def without_padding(document: Document) -> Document:
    """The document without the NULs behind its text, with which some programs fill up a block.

    >>> without_padding(Document("", "好。\\n\\0\\0", "好。\\n\\0\\0", Origin("", "", ""))).text
    '好。\\n'
    """
    end = _end_of(document.text)
    return edited(document, PADDING, [Replacement(end, len(document.text), "")])


def _end_of(text: str) -> int:
    """Where the NULs begin with which a text ends, perhaps with a line end among them."""
    end = len(text.rstrip(f"{_NULS}\r\n"))
    return next((place for place, character in enumerate(text[end:], end) if character in _NULS), len(text))


def one_newline(document: Document) -> Document:
    """The document with every line end as a line feed.

    >>> one_newline(Document("", "一\\r\\n二\\r三", "一\\r\\n二\\r三", Origin("", "", ""))).text
    '一\\n二\\n三'
    """
    ends = LINE_ENDS.finditer(document.text)
    return edited(document, "newline", [Replacement(*end.span(), "\n") for end in ends])


def without_lost_bytes(document: Document) -> Document:
    """Lines in another encoding are read in it; bytes that mean nothing become one U+FFFD a run; each with a note."""
    if not NO_CHARACTER.search(document.text):
        return document
    lines = (_in_another(document, start, line) for start, line in _damaged_lines(document.text))
    document = edited(document, MIXED, [line for line in lines if line])
    document = edited(
        document, LOST, [Replacement(*run.span(), "\ufffd") for run in NO_CHARACTER.finditer(document.text)]
    )
    notes = (Note(edit.rule, edit.span, _found(edit)) for edit in document.edits if edit.rule in (MIXED, LOST))
    return replace(document, notes=(*document.notes, *notes))


def _found(edit: Edit) -> str:
    if edit.rule == MIXED:
        return f"a line in another encoding than the file's, read as: {edit.after[:20]}"
    return f"{len(edit.before)} bytes that mean nothing in the file's encoding"


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    kind = known_binary(content)
    if kind:
        raise _no_text(path, kind)
    try:
        text, encoding = decode(content)
    except InputError as error:
        if b"\0" in content:
            raise _no_text(path, "a binary file") from error
        raise InputError(f"{path}: {error.what}", error.remedy) from error
    if "\0" in text[: _end_of(text)] or not text.strip(f"{_NULS}\r\n"):
        raise _no_text(path, "a binary file")
    return text, encoding


def _no_text(path: Path, kind: str) -> InputError:
    return InputError(f"{path} is {kind}, not a text", "save its text as UTF-8 in a .txt file and read that aloud")


def _damaged_lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        if ESCAPED.search(line):
            yield start, line
        start += len(line) + 1


def _in_another(document: Document, start: int, line: str) -> Replacement | None:
    found = foreign(line, document.origin.encoding)
    return Replacement(start, start + len(line), found.text) if found else None
