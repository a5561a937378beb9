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
from pipeline.read.flow import day_of, document_of, language_of
from pipeline.read.main_text import around_text
from pipeline.read.notes import without_footnotes
from pipeline.read.tree import Element, all_named, html_of, text_in, text_of
from pipeline.read.txt import content_of, read_txt

TITLE_LENGTH = 60
NEAR = 400  # characters below a page's title, in which it says when it appeared
PAGE_RULES = tuple(rule for rule in RULES if rule[0] != HIDDEN)  # a page may hide its text until a script runs
_SITE = re.compile(r"\s*[_|｜–—]\s*|\s+-\s+|(?<!\d)-(?=[^-]*$)")  # between a page's title and the name of its site
_MOMENT = re.compile(
    r"(?P<said>(?:发布|發布|發佈|[时時][间間]|日期)\s?[:：]\s?)?"
    r"(?P<day>(?:19|20)\d{2}\s?[-/.年]\s?(?:0?[1-9]|1[0-2])\s?[-/.月]\s?(?:0?[1-9]|[12]\d|3[01]))(?!\d)日?"
    r"(?(said)|[\sT]{0,3}\d{1,2}[:：]\d{2})"
)
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
    title = _title(root, [line.read.strip() for line in lines if line.level == 1 and line.read.strip()])
    return replace(
        document,
        title=title,
        creator=_name(_meta(root, _AUTHOR)),
        date=day_of(_meta(root, _DATE)) or _published(document.source, title),
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
    """What the page declares, as those of authorities must; the only large heading; its title without the site's."""
    article = _meta(root, ("articletitle",))
    if article:
        return article
    if len(headings) == 1 and len(headings[0]) <= TITLE_LENGTH:
        return headings[0]
    declared = _meta(root, ("og:title",)) or next((text_in(title) for title in all_named(root, "title")), "")
    return _SITE.split(declared)[0].strip(" \u3000-_|")


def _published(page: str, title: str) -> str:
    """The first date that is said to be one, or has a time of day, near below a page's title, as ISO 8601.

    >>> _published("今天是2026年1月1日 天奇中标 2019年9月6日 12:11 证券时报网", "天奇中标")
    '2019-09-06'
    """
    below = max(page.find(title), 0)
    match = _MOMENT.search(page, below, below + len(title) + NEAR)
    return day_of("".join(match["day"].split())) if match else ""


def _name(author: str) -> str:
    """An author's name; nothing for what a template left, a number, an address, is none."""
    return "" if "@" in author or author.isdecimal() else author


def _meta(root: Element, names: tuple[str, ...]) -> str:
    """The first of these names that the head of the page has a value for."""
    found = dict(_metas(root))
    return next((found[name] for name in names if found.get(name)), "")


def _metas(root: Element) -> Iterator[tuple[str, str]]:
    for meta in all_named(root, "meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        yield name.lower(), " ".join(meta.get("content", "").split())
