"""A file, or a folder of files, comes in; one Document goes out.

Adding a format is one file with a function `Path -> Document` and one line in READERS.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from pkgutil import resolve_name

from pipeline.errors import InputError
from pipeline.files import legible
from pipeline.model import Document
from pipeline.read.binary import known_binary
from pipeline.read.folder import bound, natural

READERS: Mapping[str, str] = {
    ".txt": "pipeline.read.txt:read_txt",
    ".text": "pipeline.read.txt:read_txt",
    ".md": "pipeline.read.md:read_md",
    ".markdown": "pipeline.read.md:read_md",
    ".html": "pipeline.read.html:read_html",
    ".htm": "pipeline.read.html:read_html",
    ".xhtml": "pipeline.read.html:read_html",
    ".epub": "pipeline.read.epub:read_epub",
    ".docx": "pipeline.read.docx:read_docx",
}
READABLE = ", ".join(READERS)


def read(path: Path) -> Document:
    """Read a text, or a folder of texts as one book. `title` is "" where the format declares none.

    Raises InputError for what is missing, empty, no text, in an unknown format or encoding, or has nothing to say.
    """
    files = source_files(path)
    document = bound(path.name, [_read_file(file) for file in files]) if path.is_dir() else _read_file(path)
    if not any(character.isalpha() for character in document.text):
        raise InputError(f"{path} has no Chinese and no letters in it", "nothing could be spoken: name another file")
    return replace(document, origin=replace(document.origin, name=legible(document.origin.name)))


def source_files(path: Path) -> list[Path]:
    """The files that a source is made of, in reading order. Raises InputError when there are none."""
    if not path.exists():
        raise InputError(f"{path} does not exist", "check the name; a source is a file or a folder of texts")
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise InputError(f"{path} is neither a file nor a folder", "save what comes out of it as a file first")
    ordered = sorted(filter(is_text, path.iterdir()), key=lambda file: natural(file.name))
    if not ordered:
        raise InputError(f"{path} has no texts in it", f"put files into it that can be read: {READABLE}")
    return ordered


def is_text(path: Path) -> bool:
    """Whether something in a folder is a text by its name: of a known format, and not hidden."""
    return path.suffix.lower() in READERS and not path.name.startswith(".")


def _read_file(path: Path) -> Document:
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise _unknown(path)
    document: Document = resolve_name(reader)(path)
    return document


def _unknown(path: Path) -> InputError:
    with path.open("rb") as file:
        kind = known_binary(file.read(4096))
    what = f"it is {kind}" if kind else f"its name ends in {path.suffix!r}" if path.suffix else "its name has no ending"
    return InputError(f"{path} cannot be read: {what}", f"these can be read: {READABLE}; rename or convert it")
