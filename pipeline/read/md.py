"""A Markdown file comes in; a Document goes out: its headings by their places, its markup removed by named rules.

Links keep their text and pictures their description; footnotes go, with their marks. A fenced block is dropped as code
unless it holds Chinese and names no language (letters and poems are set so too). Lines indented by four spaces are
paragraphs, as Chinese authors mean them, not code.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import accumulate, count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.edits import Alignment, Replacement, edited
from pipeline.model import Document, Heading, Span
from pipeline.read.flow import day_of
from pipeline.read.markup import disjoint, inline_replacements, table_replacements
from pipeline.read.md_notes import with_notes
from pipeline.read.txt import read_txt

if TYPE_CHECKING:
    from markdown_it.token import Token

RULE = "markdown"
CODE = "code block"
FRONT_MATTER = "front matter"
TEMPLATE = "template"
TITLE = "title"
HEADING_LENGTH = 80  # a longer "heading" is a paragraph with a line of dashes below it
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELDS = re.compile(r"(?:[A-Za-z][\w-]*[ \t]*:.*\n|[ \t]*(?:[#-].*)?\n|[ \t]+\S.*\n)+")  # YAML
_TEMPLATE = re.compile(r"\{[{%][^{}\n]{0,300}[%}]\}")
_GLUED = re.compile(r"^(?:#{2,6}(?=[^\s#!])|#(?=[\u3400-\u9fff][^#\n]*$))", re.MULTILINE)  # ##花 is meant as a heading
_CLOSED = re.compile(r"^(?P<marks>#{2,6})(?= )(?P<title>.*[^\s#])(?P=marks)[ \t]*$", re.MULTILINE)  # ##花##
_FIELD = re.compile(r"^(title|author|creator|date)[ \t]*:(.*)$", re.MULTILINE | re.IGNORECASE)
_MARK = re.compile(r"(?:[>#]+|[-*+](?=\s))[ \t]*")
_FENCE = re.compile("```|~~~")
_TABLE_RULE = re.compile(r"[ \t]*+\|?[ \t]*+:?-+:?[ \t]*+(?:\|[ \t]*+:?-+:?[ \t]*+)*\|?[ \t]*+")
_CHINESE = re.compile("[\u3400-\u9fff]")
_FIRST_LINE = re.compile(r"\s*(\S.*)")
_PART = re.compile("第[^ ]{1,9}[章节節回卷部篇集册冊]|[0-9一二三四五六七八九十]{1,4}[、.． ]|卷")  # no name of a book


class Page(NamedTuple):
    """The lines of a Markdown text and the offset where each starts in it."""

    lines: Sequence[str]
    starts: Sequence[int]


def read_md(path: Path) -> Document:
    """Read a Markdown file; title, author and date come from its front matter. Raises InputError as `read_txt`."""
    return with_own_title(without_markup(without_code(without_templates(with_front_matter(read_txt(path))))))


def with_front_matter(document: Document) -> Document:
    """The document with its front matter as metadata, and without it in the text.

    >>> from pipeline.model import Origin
    >>> raw = "---\\ntitle: 春天\\nauthor: 某人\\n---\\n正文"
    >>> read = with_front_matter(Document("", raw, raw, Origin("", "", "")))
    >>> read.title, read.creator, read.text
    ('春天', '某人', '正文')
    """
    matter = _FRONT_MATTER.match(document.text)
    found = _FIELD.findall(matter[1] or "") if matter else ()
    fields = {name.lower(): value.strip(" \t").strip("'\"") for name, value in found}
    if not matter or not (fields or _FIELDS.fullmatch(matter[1] or "")):
        return document
    return replace(
        edited(document, FRONT_MATTER, [Replacement(0, matter.end(), "")]),
        title=fields.get("title", ""),
        creator=fields.get("author", fields.get("creator", "")),
        date=day_of(fields.get("date", "")),
    )


def without_templates(document: Document) -> Document:
    """The document without what a generator of pages puts something else for.

    >>> from pipeline.model import Origin
    >>> raw = "{% include setup %}花开了{{ site.mark }}。"
    >>> without_templates(Document("", raw, raw, Origin("", "", ""))).text
    '花开了。'
    """
    found = _TEMPLATE.finditer(document.text)
    return edited(document, TEMPLATE, [Replacement(*match.span(), "") for match in found])


def without_code(document: Document) -> Document:
    """The document without its fenced code; a fence around Chinese, with no language named, only loses its marks."""
    if not _FENCE.search(document.text):
        return document
    page = _page(document.text)
    fences = [block for block in _blocks(document.text)[0] if block.type == "fence"]
    code = [block for block in fences if block.info.strip() or not _CHINESE.search(block.content)]
    return edited(document, CODE, [Replacement(*_span(block, page), "") for block in code])


def without_markup(document: Document) -> Document:
    """The document as it is to be read: no markup in the text, headings by their places in the source.

    >>> from pipeline.model import Origin
    >>> raw = "# 春*天*\\n\\n- 看[花](u)\\n"
    >>> read = without_markup(Document("", raw, raw, Origin("", "", "")))
    >>> read.text, read.headings
    ('春天\\n\\n看花\\n', (Heading(span=(0, 6), level=1),))
    """
    blocks, references = _blocks(document.text)
    page = _page(document.text)
    alignment = Alignment(document.edits)
    declared = ((_span(block, page), block.tag) for block in blocks if block.type == "heading_open")
    headings = tuple(
        Heading(alignment.source_span(*span), int(tag[1]))
        for span, tag in declared
        if span[1] - span[0] <= HEADING_LENGTH
    )
    changes = sorted(change for block in blocks for change in _changes(block, page, references))
    return edited(replace(document, headings=headings), RULE, changes)


def with_own_title(document: Document) -> Document:
    """The document with its topmost heading as title, where that stands above all else and all others below it.

    >>> from pipeline.model import Origin
    >>> raw = "# 山里的书\\n\\n## 春\\n\\n花开了。"
    >>> read = with_own_title(without_markup(Document("", raw, raw, Origin("", "", ""))))
    >>> read.title, read.text.strip(), len(read.headings)
    ('山里的书', '春\\n\\n花开了。', 1)
    """
    first = _FIRST_LINE.match(document.text)
    top, *others = document.headings or (None,)
    if document.title or first is None or top is None or not others or _PART.match(first[1]):
        return document
    start, end = first.span(1)
    if min(heading.level for heading in others) <= top.level or not _meets(document, (start, end), top.span):
        return document
    untitled = edited(document, TITLE, [Replacement(start, end, "")])
    return replace(untitled, title=first[1].strip(), headings=tuple(others))


def _meets(document: Document, span: Span, place: Span) -> bool:
    """Whether a span of the text comes from a place in the source."""
    start, end = Alignment(document.edits).source_span(*span)
    return start < place[1] and place[0] < end


def _blocks(text: str) -> "tuple[list[Token], dict[str, Any]]":
    """The blocks of the text, not looked into, and its definitions of links and notes."""
    from markdown_it import MarkdownIt

    parser = with_notes(MarkdownIt("commonmark", {"inline_definitions": True}))
    parser.disable(["code", "html_block", "inline"])
    found: dict[str, Any] = {}
    spaced = _CLOSED.sub(r"\g<marks>\g<title> \g<marks>", _GLUED.sub(r"\g<0> ", text))
    blocks = parser.parse(spaced, found)
    return blocks, found.get("references", {})


def _page(text: str) -> Page:
    lines = text.split("\n")
    return Page(lines, [0, *accumulate(len(line) + 1 for line in lines)])


def _span(block: "Token", page: Page) -> Span:
    """The lines of a block, without the last line end."""
    first, last = block.map or (0, 0)
    return page.starts[first], page.starts[last - 1] + len(page.lines[last - 1])


def _line_span(number: int, page: Page) -> Span:
    return page.starts[number], page.starts[number] + len(page.lines[number])


def _changes(block: "Token", page: Page, references: Mapping[str, Any]) -> Iterator[Replacement]:
    first, last = block.map or (0, 0)
    if block.type == "definition":
        yield Replacement(*_span(block, page), "")
    elif block.type == "fence":
        yield Replacement(*_line_span(first, page), "")
        if last - first > 1 and page.lines[last - 1].strip(" \t>").startswith(block.markup):
            yield Replacement(*_line_span(last - 1, page), "")
    elif block.type == "inline":
        yield from disjoint(_paragraph(block, page, references))
    elif block.type == "heading_open" and block.markup in ("=", "-"):
        yield Replacement(*_line_span(last - 1, page), "")


def _paragraph(block: "Token", page: Page, references: Mapping[str, Any]) -> Iterator[Replacement]:
    """What goes from a paragraph or heading: the marks in front of and behind its lines, and the markup in them."""
    first = (block.map or [0])[0]
    lines = block.content.split("\n")
    places = [page.lines[number].find(line) for number, line in enumerate(lines, first)]
    if min(places) < 0:  # a tab half inside the indentation
        return
    starts = [page.starts[number] + place for number, place in enumerate(places, first)]
    for start, line, number in zip(starts, lines, count(first)):
        yield from _around(_line_span(number, page), (start, start + len(line)), page.lines[number])
    offsets = [0, *accumulate(len(line) + 1 for line in lines)]
    table = len(lines) > 1 and _TABLE_RULE.fullmatch(lines[1])
    for change in (table_replacements if table else inline_replacements)(block.content, references):
        yield Replacement(_placed(change.start, offsets, starts), _placed(change.end, offsets, starts), change.after)


def _placed(offset: int, offsets: Sequence[int], starts: Sequence[int]) -> int:
    """Where an offset of a paragraph's content stands in the text."""
    line = bisect_right(offsets, offset, hi=len(starts)) - 1
    return starts[line] + offset - offsets[line]


def _around(line_span: Span, span: Span, line: str) -> Iterator[Replacement]:
    """The marks of quotations, lists and headings around a line's content; numbers stay."""
    for mark in _MARK.finditer(line, 0, span[0] - line_span[0]):
        yield Replacement(line_span[0] + mark.start(), line_span[0] + mark.end(), "")
    behind = line[span[1] - line_span[0] :].strip()
    if behind and not behind.strip("#"):
        yield Replacement(span[1], line_span[1], "")
