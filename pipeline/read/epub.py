"""An EPUB (2 or 3) comes in; a Document goes out: the text of its spine in order, its headings from nav or NCX.

The `source` is the text of the spine's documents without their tags (see `flow`); a title that only the table of
contents has stands in front of its chapter. Footnotes, page numbers, ruby and the table of contents are left out, each
by its rule. Nothing is unpacked to a disk.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import sha256_of
from pipeline.model import Document, Note, Origin
from pipeline.read.elements import Walked, kinds, lines_of
from pipeline.read.flow import Line, day_of, document_of, language_of
from pipeline.read.linked import CONTENTS, without_contents
from pipeline.read.notes import without_footnotes
from pipeline.read.package import Package, broken, locked, opened, resolved
from pipeline.read.styles import raise_up, raised_classes
from pipeline.read.titles import Title, titled
from pipeline.read.tree import Element, all_named, attribute, html_of, local, text_in, text_of, xml_of

CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
NOT_LINEAR = "outside the reading order"
NO_DATE = "0101-01-01"  # what calibre writes where it knows none
FONT_ALGORITHMS = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_TEXTS = ("html", "xml", "text")


@dataclass(frozen=True)
class Book:
    """An open EPUB: its package document and what that lists, by id, with the parts' names resolved."""

    package: Package
    name: str  # of the package document
    opf: Element
    items: Mapping[str, Element]
    names: Mapping[str, str]


def read_epub(path: Path) -> Document:
    """Read an EPUB. Raises InputError for one that is damaged, locked, or larger than a book can be."""
    book = book_in(opened(path))
    walked, notes = _spine(book)
    titles = _titles(book)
    lines = titled(without_contents(without_footnotes(walked.lines, walked.marks), titles), titles)
    document = document_of(lines, Origin(path.name, sha256_of(path), "epub"))
    return replace(
        document,
        title=_meta(book, "title"),
        creator=", ".join(dict.fromkeys(_metas(book, "creator"))),
        date=_meta(book, "date"),
        language=language_of(_meta(book, "language"), document.text),
        notes=(*notes, *document.notes),
    )


def book_in(package: Package) -> Book:
    """The book in a package. Raises InputError for one that names no book, or is locked."""
    container = xml_of(package.part(CONTAINER), package.path, CONTAINER)
    name = next((root.get("full-path", "") for root in all_named(container, "rootfile")), "")
    if not name:
        raise broken(package.path, f"{CONTAINER} names no book")
    _demand_unlocked(package)
    opf = xml_of(package.part(name), package.path, name)
    items = {item.get("id", ""): item for item in all_named(opf, "item")}
    return Book(package, name, opf, items, {key: resolved(name, item.get("href", "")) for key, item in items.items()})


def _demand_unlocked(package: Package) -> None:
    """Fonts may be scrambled; anything else that is encrypted is DRM."""
    if ENCRYPTION not in package:
        return
    encryption = xml_of(package.part(ENCRYPTION), package.path, ENCRYPTION)
    methods = {method.get("Algorithm", "") for method in all_named(encryption, "encryptionmethod")}
    if methods - FONT_ALGORITHMS:
        raise locked(package.path)


def _spine(book: Book) -> tuple[Walked, list[Note]]:
    """The lines of the documents in reading order, and notes on those that are listed and not there."""
    lines: list[Line] = []
    marks: list[tuple[int, str]] = []
    notes: list[Note] = []
    contents, raised = _contents_pages(book), raised_classes(_sheets(book))
    for reference in all_named(book.opf, "itemref"):
        key = reference.get("idref", "")
        name = book.names.get(key, "")
        if name not in book.package:
            notes.append(Note("missing part", (0, 0), f"the book lists {name or key!r} and does not have it"))
        elif any(kind in book.items[key].get("media-type", "html") for kind in _TEXTS):
            walked = _walked(book, name, raised)
            rule = CONTENTS if name in contents else NOT_LINEAR if reference.get("linear") == "no" else ""
            marks += ((len(lines) + line, _anchor(name, href)) for line, href in walked.marks if not rule)
            led = (replace(line, link=_anchor(name, line.link)) if line.link else line for line in walked.lines)
            lines += (line.without(rule) if rule else line for line in led)
    if not lines:
        raise InputError(
            f"{book.package.path} has no text in its reading order",
            "its pages may be pictures: have their text recognised, and name the file with that",
        )
    return Walked(lines, marks), notes


def _walked(book: Book, name: str, raised: frozenset[str]) -> Walked:
    root = document_in(book, name)
    raise_up(root, raised)
    return lines_of(root, place=name)


def _sheets(book: Book) -> Iterator[str]:
    """The style sheets of the book, as far as they are there and whole: without its looks a book can still be read."""
    for key, item in book.items.items():
        if "css" in item.get("media-type", ""):
            with suppress(InputError):
                yield book.package.part(book.names[key]).decode("utf-8", "replace")


def document_in(book: Book, name: str) -> Element:
    """A document of the book, as XML or, where it is no good XML, as a browser would read it."""
    content = book.package.part(name)
    if not content.strip():
        raise broken(book.package.path, f"its part {name!r} is empty")
    try:
        return xml_of(content, book.package.path, name)
    except InputError:
        if b"<!ENTITY" in content.upper():
            raise
    return html_of(text_of(content), book.package.path)


def _anchor(base: str, href: str) -> str:
    """Where a link leads: the name of a document, with the fragment inside it."""
    target, _, fragment = href.partition("#")
    name = resolved(base, target) if target else base
    return f"{name}#{fragment}" if fragment else name


def _contents_pages(book: Book) -> frozenset[str]:
    """The documents of the spine that are the table of contents: nav, and what the guide of an EPUB 2 calls so."""
    navs = {book.names[key] for key, item in book.items.items() if _is_nav(item)}
    guide = (r for r in all_named(book.opf, "reference") if r.get("type", "").lower() == "toc")
    return frozenset(navs | {resolved(book.name, reference.get("href", "")) for reference in guide})


def _is_nav(item: Element) -> bool:
    return "nav" in item.get("properties", "").split()


def _titles(book: Book) -> list[Title]:
    """The table of contents: the nav of EPUB 3, or else the NCX of EPUB 2."""
    navs = (book.names[key] for key, item in book.items.items() if _is_nav(item))
    for name in navs:
        if name in book.package:
            found = list(_nav_titles(document_in(book, name), name))
            if found:
                return found
    ncx = (book.names[key] for key, item in book.items.items() if "dtbncx" in item.get("media-type", ""))
    return next((list(_ncx_titles(book, name)) for name in ncx if name in book.package), [])


def _nav_titles(root: Element, name: str) -> Iterator[Title]:
    navs = list(all_named(root, "nav"))
    tables = [nav for nav in navs if "toc" in kinds(nav)] or navs[:1]
    for link in (link for table in tables[:1] for link in all_named(table, "a", "span")):
        depth = sum(local(above) == "ol" for above in link.iterancestors())
        href = link.get("href", "") or _first_link_below(link)
        if href and text_in(link):
            yield Title(_anchor(name, href), text_in(link), max(1, depth))


def _first_link_below(span: Element) -> str:
    """A heading in the contents that leads nowhere itself begins where its first entry does."""
    entry = span.getparent()
    if local(entry) != "li":
        return ""
    return next((str(link.get("href", "")) for link in all_named(entry, "a")), "")


def _ncx_titles(book: Book, name: str) -> Iterator[Title]:
    root = xml_of(book.package.part(name), book.package.path, name)
    for point in all_named(root, "navpoint"):
        depth = 1 + sum(local(above) == "navpoint" for above in point.iterancestors())
        label = next((text_in(child) for child in point if local(child) == "navlabel"), "")
        target = next((child.get("src", "") for child in point if local(child) == "content"), "")
        if label and target:
            yield Title(_anchor(name, target), label, depth)


def _metas(book: Book, name: str) -> Iterator[str]:
    """The values of a Dublin Core element of the package."""
    for metadata in all_named(book.opf, "metadata"):
        yield from (text_in(element) for element in all_named(metadata, name) if text_in(element))


def _meta(book: Book, name: str) -> str:
    """The first value, for a date that of the publication."""
    if name == "date":
        dates = [e for m in all_named(book.opf, "metadata") for e in all_named(m, "date") if text_in(e)]
        published = [e for e in dates if attribute(e, "event") in ("", "publication")]
        known = (day_of(text_in(e)) for e in (*published, *dates))
        return next((date for date in known if date != NO_DATE), "")
    return next(_metas(book, name), "")
