"""A source comes in; the picture that it brings as its cover goes out, as it lies in the file.

An EPUB names it by a property (3), by an entry `cover` of its metadata (2), or by a page that shows it (2, guide).
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from pipeline.errors import InputError
from pipeline.read.epub import Book, book_in, document_in
from pipeline.read.package import opened, resolved
from pipeline.read.tree import all_named, local

_PAGES = ("html", "xml")


def cover_of(source: Path) -> bytes:
    """The picture; b"" where the source brings none, or one that cannot be taken out: a book can do without it."""
    if source.suffix.lower() != ".epub" or not source.is_file():
        return b""
    book = book_in(opened(source))
    for name in filter(None, _named(book)):
        with suppress(InputError):
            return book.package.part(name)
    return b""


def _named(book: Book) -> Iterator[str]:
    """The parts that may be the cover, the likeliest first."""
    for key, item in book.items.items():
        if "cover-image" in item.get("properties", "").split():
            yield book.names[key]
    for meta in all_named(book.opf, "meta"):
        if meta.get("name") == "cover":
            content = meta.get("content", "")
            yield book.names.get(content) or resolved(book.name, content)
    for reference in all_named(book.opf, "reference"):
        if reference.get("type", "").lower() == "cover":
            with suppress(InputError):
                yield _shown(book, resolved(book.name, reference.get("href", "")))


def _shown(book: Book, name: str) -> str:
    """The first picture that a page shows; the part itself where it is a picture, "" where there is none."""
    kinds = {book.names[key]: item.get("media-type", "") for key, item in book.items.items()}
    if not any(kind in kinds.get(name, "") for kind in _PAGES) or name not in book.package:
        return name
    for element in document_in(book, name).iter():
        links = [value for key, value in element.items() if key.endswith(("src", "href"))]
        if local(element) in ("img", "image") and links:
            return resolved(name, links[0])
    return ""
