"""A web page comes in; a Document goes out: its main text with the headings, and the menus around it by rule.

The `source` is the page's text without its tags (see `flow`), menus and footnotes included, each left out by a rule.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import sha256_of
from pipeline.model import Document, Origin
from pipeline.read.binary import known_binary
from pipeline.read.elements import HIDDEN, RULES, lines_of
from pipeline.read.flow import document_of, language_of
from pipeline.read.main_text import around_text
from pipeline.read.notes import without_footnotes
from pipeline.read.tree import Element, all_named, html_of, text_in, text_of
from pipeline.read.txt import content_of, read_txt

TITLE_LENGTH = 60
PAGE_RULES = tuple(rule for rule in RULES if rule[0] != HIDDEN)  # a page may hide its text until a script runs
_SITE = re.compile(r"\s*[_|｜–—]\s*|\s+-\s+|-(?=[^-]*$)")  # between a page's title and the name of its site
_AUTHOR = ("author", "article:author", "dc.creator", "dcterms.creator", "og:article:author", "parsely-author")
_DATE = (
    "article:published_time", "datepublished", "pubdate", "publishdate", "publish-date", "og:release_date", "dc.date",
    "dcterms.date", "date",
)  # fmt: skip


def read_html(path: Path) -> Document:
    """Read a web page. Raises InputError as `read_txt`."""
    text, origin = _page(path)
    root = html_of(text, path)
    walked = lines_of(root, PAGE_RULES, around_text(root))
    marks = [(line, f"#{href.partition('#')[2]}") for line, href in walked.marks]
    lines = without_footnotes(walked.lines, marks)
    document = document_of(lines, origin)
    return replace(
        document,
        title=_title(root, [line.read.strip() for line in lines if line.level == 1 and line.read.strip()]),
        creator=_meta(root, _AUTHOR),
        date=_meta(root, _DATE)[:10],
        language=language_of(root.get("lang", ""), document.text),
    )


def _page(path: Path) -> tuple[str, Origin]:
    """The page as a text, in the encoding that it declares where it is in none of the usual ones of Chinese."""
    try:
        page = read_txt(path)
    except InputError:
        content = content_of(path)
        if known_binary(content) or b"\0" in content:
            raise
        return text_of(content), Origin(path.name, sha256_of(path), "as declared")
    return page.text, page.origin


def _title(root: Element, headings: list[str]) -> str:
    """The only large heading, or the page's title without the name of the site."""
    if len(headings) == 1 and len(headings[0]) <= TITLE_LENGTH:
        return headings[0]
    declared = _meta(root, ("og:title",)) or next((text_in(title) for title in all_named(root, "title")), "")
    return _SITE.split(declared)[0].strip()


def _meta(root: Element, names: tuple[str, ...]) -> str:
    """The first of these names that the head of the page has a value for."""
    found = dict(_metas(root))
    return next((found[name] for name in names if found.get(name)), "")


def _metas(root: Element) -> Iterator[tuple[str, str]]:
    for meta in all_named(root, "meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield name.lower(), " ".join(meta.get("content", "").split())
