"""A Word document (DOCX) comes in; a Document goes out, its headings by their styles and outline levels.

The `source` is the text of the document without its tags (see `flow`), then that of its footnotes, comments and page
headers. These, text deleted under revision, hidden text and a table of contents are left out, each by its rule.
Numbers that Word only counts (lists, footnotes, automatic chapter numbers) are not in the file and so not in the text.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pipeline.files import sha256_of
from pipeline.model import Document, Origin
from pipeline.read.elements import FOOTNOTE, TABLE
from pipeline.read.flow import RAISED, SUPERSCRIPT, Line, Lines, day_of, document_of, language_of, raised
from pipeline.read.package import Package, broken, opened, resolved
from pipeline.read.tree import Element, all_named, attribute, local, text_in, xml_of

RELATIONS = "_rels/.rels"
CORE = "docProps/core.xml"
TITLE = "title"  # the style of a document's own title
DEEPEST = 9
LONGEST_CHAIN = 20  # of styles that build on each other; Word itself allows 10 or so
BESIDE: Mapping[str, str] = {
    "footnotes": FOOTNOTE,
    "endnotes": FOOTNOTE,
    "comments": "comment",
    "header": "page header",
    "footer": "page header",
}
LEFT_OUT: Mapping[str, str] = {"del": "deleted", "movefrom": "deleted", "rt": "ruby"}
_SIGNS: Mapping[str, str] = {"tab": " ", "ptab": " ", "nobreakhyphen": "-"}
_TEXTS = frozenset(("t", "deltext"))
_HEADING = re.compile(r"(?:heading|标题|標題)\s*([1-9])", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目录|目錄)\s*(?:[1-9]|heading|标题|標題)", re.IGNORECASE)
_OFF = frozenset(("0", "false", "off"))


class Style(NamedTuple):
    """What a paragraph style says: the name, the style it builds on, its outline level (0 none, 1 topmost)."""

    name: str
    base: str
    level: int


Styles = Mapping[str, Style]


def read_docx(path: Path) -> Document:
    """Read a Word document. Raises InputError for one that is damaged, locked, or larger than a text can be."""
    package = opened(path)
    name = _main_part(package)
    relations = dict(_relations(package, name))
    styles = _styles(package, relations.get("styles", ""))
    lines = _raised(_lines(xml_of(package.part(name), path, name), styles))
    beside = (line for part in sorted(set(relations)) for line in _beside(package, part, relations[part], styles))
    document = document_of([*lines, *beside], Origin(path.name, sha256_of(path), "docx"))
    core = xml_of(package.part(CORE), path, CORE) if CORE in package else None
    return replace(
        document,
        title=_meta(core, "title") or _title(lines),
        creator=_meta(core, "creator"),
        date=day_of(_meta(core, "created")),
        language=language_of(_meta(core, "language"), document.text),
    )


def _main_part(package: Package) -> str:
    root = xml_of(package.part(RELATIONS), package.path, RELATIONS)
    for relation in all_named(root, "relationship"):
        if relation.get("Type", "").endswith("/officeDocument"):
            return resolved("", relation.get("Target", "").lstrip("/"))
    raise broken(package.path, "there is no document in it")


def _relations(package: Package, name: str) -> Iterator[tuple[str, str]]:
    """The parts beside the main one: kind (with a number, where there are many) and name."""
    folder, _, file = name.rpartition("/")
    part = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
    if part not in package:
        return
    for number, relation in enumerate(all_named(xml_of(package.part(part), package.path, part), "relationship")):
        kind = relation.get("Type", "").rpartition("/")[2]
        if relation.get("TargetMode") != "External":
            many = kind in ("header", "footer")
            yield f"{kind} {number:05}" if many else kind, _target(name, relation.get("Target", ""))


def _target(base: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else resolved(base, target)


def _styles(package: Package, name: str) -> Styles:
    if name not in package:
        return {}
    root = xml_of(package.part(name), package.path, name)
    return {attribute(style, "styleId"): _style(style) for style in all_named(root, "style")}


def _style(style: Element) -> Style:
    values = {local(e): attribute(e, "val") for e in style.iter() if local(e) in ("name", "basedon", "outlinelvl")}
    return Style(values.get("name", ""), values.get("basedon", ""), _outline_level(values.get("outlinelvl", "")))


def _outline_level(value: str) -> int:
    """Word counts from 0, and 9 is body text."""
    return int(value) + 1 if value.isdecimal() and int(value) < DEEPEST else 0


def _chain(styles: Styles, key: str) -> list[Style]:
    """A style and those it builds on; a ring of styles is walked once."""
    found: dict[str, Style] = {}
    while key in styles and key not in found and len(found) < LONGEST_CHAIN:
        found[key] = styles[key]
        key = styles[key].base
    return list(found.values())


def _level(paragraph: Element, styles: Styles) -> int:
    """The level of a heading, 0 for a paragraph; the document's own title is of level 1."""
    properties = _properties(paragraph)
    chain = _chain(styles, properties.get("pstyle", ""))
    if "outlinelvl" in properties:
        return _outline_level(properties["outlinelvl"])
    if any(style.name.lower() == TITLE for style in chain[:1]):
        return 1
    named = (_HEADING.fullmatch(style.name) for style in chain)
    levels = (int(name[1]) if name else style.level for name, style in zip(named, chain, strict=True))
    return next((level for level in levels if level), 0)


def _properties(paragraph: Element) -> dict[str, str]:
    return {local(e): attribute(e, "val") for first in paragraph[:1] if local(first) == "ppr" for e in first}


def _is_contents(paragraph: Element, styles: Styles) -> bool:
    chain = _chain(styles, _properties(paragraph).get("pstyle", ""))
    return any(_CONTENTS.fullmatch(style.name) for style in chain)


def _lines(root: Element, styles: Styles, rule: str = "") -> list[Line]:
    walk = _Walk(styles, rule)
    walk.through(root)
    return walk.lines.done


def _beside(package: Package, kind: str, name: str, styles: Styles) -> Iterator[Line]:
    rule = BESIDE.get(kind.partition(" ")[0], "")
    if rule and name in package:
        root = xml_of(package.part(name), package.path, name)
        yield from (replace(line, level=0) for line in _lines(root, styles, rule))


def _raised(lines: list[Line]) -> list[Line]:
    """Under a title of the document's own, on its first line, the chapters are one level deeper."""
    tops = [k for k, line in enumerate(lines) if "title" in line.anchors]
    if not tops or not any(line.level for line in lines[tops[0] + 1 :]):
        return lines
    return [
        replace(line, level=line.level + 1) if line.level and k not in tops else line for k, line in enumerate(lines)
    ]


def _title(lines: list[Line]) -> str:
    return next((line.read.strip() for line in lines if "title" in line.anchors), "")


def _meta(core: Element | None, name: str) -> str:
    return next((text_in(e) for e in all_named(core, name) if text_in(e)), "") if core is not None else ""


class _Walk:
    """One way through the paragraphs of a part."""

    def __init__(self, styles: Styles, rule: str) -> None:
        self.lines = Lines()
        self._styles = styles
        self._active = [rule]
        self._levels = [0]  # of the paragraphs that are open: one inside a text box stands in another
        self._capital = False  # the last paragraph was the big first letter of the next

    def through(self, root: Element) -> None:
        from lxml import etree

        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            name = local(element)
            if event == "end":
                self._close(element, name)
            elif name == "fallback":  # the same text again, for old programs
                events.skip_subtree()
                self._active.append(self._active[-1])
            else:
                self._open(element, name)

    def _open(self, element: Element, name: str) -> None:
        self._active.append(self._active[-1] or self._rule(element, name))
        if name == "p":
            self._open_paragraph(element)
        elif name in _TEXTS:
            after = (element.text or "").translate(RAISED) if self._active[-1] == SUPERSCRIPT else ""
            self.lines.add(element.text, self._active[-1], after)
        elif name in _SIGNS and local(element.getparent()) == "r":
            self.lines.add(_SIGNS[name], self._active[-1])
        elif name in ("br", "cr"):
            self._break()

    def _close(self, element: Element, name: str) -> None:
        self._active.pop()
        if name == "p":
            self._capital = _is_drop_cap(element)
            if not self._capital and not _goes_on(element):
                self.lines.end(self._levels[-1])
            self._levels.pop()

    def _rule(self, element: Element, name: str) -> str:
        if name == "p" and _is_contents(element, self._styles):
            return "contents"
        if name == "r":
            style = {local(e): e for first in element[:1] if local(first) == "rpr" for e in first}
            if "vanish" in style and _is_on(style["vanish"]):
                return "hidden"
            if "vertalign" in style and attribute(style["vertalign"], "val") == "superscript":
                return raised(text_in(element), self.lines.last)
        return LEFT_OUT.get(name, "")

    def _open_paragraph(self, paragraph: Element) -> None:
        if not self._capital and not _goes_on_from(paragraph):
            self.lines.end(self._levels[-1])
        elif not self._capital and self.lines.begun and text_in(paragraph):
            self.lines.add("\t", self._active[-1] or TABLE, "" if self._active[-1] else "，")
        self._levels.append(_level(paragraph, self._styles))
        chain = _chain(self._styles, _properties(paragraph).get("pstyle", ""))
        if self._levels[-1] == 1 and any(style.name.lower() == TITLE for style in chain[:1]):
            self.lines.anchor("title")

    def _break(self) -> None:
        if self._levels[-1]:
            self.lines.add(" ", self._active[-1])
        else:
            self.lines.end()


def _is_drop_cap(paragraph: Element) -> bool:
    """Whether a paragraph is a frame with the next one's first letter (ECMA-376 1, 17.3.1.11)."""
    frames = (e for first in paragraph[:1] if local(first) == "ppr" for e in first if local(e) == "framepr")
    return any(attribute(frame, "dropCap") in ("drop", "margin") for frame in frames)


def _is_on(switch: Element) -> bool:
    return attribute(switch, "val").lower() not in _OFF


def _cell(paragraph: Element) -> Element | None:
    """The table cell of which this is the only paragraph."""
    cell = paragraph.getparent()
    if cell is None or local(cell) != "tc":
        return None
    inside = islice((e for e in cell if local(e) in ("p", "tbl")), 2)
    return cell if len(list(inside)) == 1 else None


def _goes_on(paragraph: Element) -> bool:
    """Whether the cell behind this one stands in the same line."""
    cell = _cell(paragraph)
    following = next((e for e in cell.itersiblings() if local(e) == "tc"), None) if cell is not None else None
    return following is not None and any(_cell(e) is not None for e in following if local(e) == "p")


def _goes_on_from(paragraph: Element) -> bool:
    cell = _cell(paragraph)
    before = (
        next((e for e in cell.itersiblings(preceding=True) if local(e) == "tc"), None) if cell is not None else None
    )
    return before is not None and any(_cell(e) is not None for e in before if local(e) == "p")
