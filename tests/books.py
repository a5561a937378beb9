"""Small EPUBs and Word documents for the tests, made part by part."""

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.edits import apply, disjoint, undo
from pipeline.model import Document
from pipeline.read import read

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
META = (
    "<dc:title>山里的书</dc:title><dc:creator>某人</dc:creator><dc:date>2020-05-06</dc:date>"
    "<dc:language>zh</dc:language>"
)
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def zipped(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def page(body: str, head: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
        f'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>页</title>{head}</head><body>{body}</body></html>'
    )


def epub_parts(pages: Sequence[str], ncx: str = "", nav: str = "", spine: str = "") -> dict[str, str | bytes]:
    """The parts of an EPUB of these pages, p0.xhtml and on, with a table of contents in either form."""
    items = [f'<item id="p{k}" href="p{k}.xhtml" media-type="application/xhtml+xml"/>' for k in range(len(pages))]
    parts: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    if ncx:
        items.append('<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>')
        parts["OPS/toc.ncx"] = f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{ncx}</navMap></ncx>'
    if nav:
        items.append('<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>')
        parts["OPS/nav.xhtml"] = page(f'<nav epub:type="toc"><ol>{nav}</ol></nav>')
    references = spine or "".join(f'<itemref idref="p{k}"/>' for k in range(len(pages)))
    parts["OPS/book.opf"] = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/">{META}</metadata><manifest>{"".join(items)}</manifest>'
        f"<spine>{references}</spine></package>"
    )
    return parts | {f"OPS/p{k}.xhtml": body if body.startswith("<?xml") else page(body) for k, body in enumerate(pages)}


def docx_parts(body: str, styles: str = "", others: Mapping[str, str] | None = None) -> dict[str, str | bytes]:
    """The parts of a Word document; `others` are notes, comments and the like: kind -> content."""
    kinds = {"styles": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>', **(others or {})}
    relations = "".join(
        f'<Relationship Id="r{k}" Type="{RELATION}/{kind}" Target="{kind}.xml"/>' for k, kind in enumerate(kinds)
    )
    first = f'<Relationship Id="r" Type="{RELATION}/officeDocument" Target="word/document.xml"/>'
    return {
        "_rels/.rels": f'<Relationships xmlns="{RELATIONS}">{first}</Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}">{relations}</Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        **{f"word/{kind}.xml": content for kind, content in kinds.items()},
    }


def whole(path: Path) -> Document:
    """A Document whose edits lead from its source to its text and back."""
    document = read(path)
    assert undo(document.text, document.edits) == document.source
    assert apply(document.source, document.edits) == document.text
    assert disjoint(document.edits)
    return document


def lines(document: Document) -> list[str]:
    return [line.strip() for line in document.text.splitlines() if line.strip()]


def headings(document: Document) -> list[tuple[str, int]]:
    return [(document.source[slice(*heading.span)], heading.level) for heading in document.headings]


def left_out(document: Document) -> list[tuple[str, str]]:
    return [(edit.rule, edit.before.strip()) for edit in document.edits if not edit.after]
