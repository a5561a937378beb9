"""The tree of an (X)HTML document comes in; its lines go out, and what no listener wants is marked with its rule.

Each rule is a function `element -> bool`; the first that holds for an element holds for all inside it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from pipeline.read.flow import MARK, RAISED, SUPERSCRIPT, Line, Lines, raised
from pipeline.read.tree import Element, local, short_text_in, text_in

Rule = tuple[str, Callable[[Element], bool]]
BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div",
    "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "ul",
))  # fmt: skip
NO_TEXT = frozenset((
    "head", "script", "style", "template", "iframe", "object", "audio", "video", "canvas", "map", "noembed",
    "noframes",
))  # fmt: skip
TELLING = frozenset((
    "rt", "rp", "rtc", "a", "sup", "svg", "button", "select", "textarea", "input", "datalist", "noscript",
))  # fmt: skip
AROUND = 8  # of the elements that a line stands inside: links that lead to those further out lead to no note
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
FOOTNOTE = "footnote"
HIDDEN = "hidden"
TABLE = "table"
_INDENT = re.compile("\n[ \t]*(?=\u3000\u3000)")  # a paragraph begins, though the markup does not say so
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)  # what is only invisible, a script will show
_PAGE_CLASS = re.compile(r"(?:^|\s)(?:page-?_?(?:num|number|no|break)|pagenumber|pagebreak|pb)(?:\s|$)", re.IGNORECASE)
_PAGE = re.compile(
    r"[\[({（【]?\s*(?:第|p{1,2}\.?|page)?\s*(?:[0-9]{1,4}|[ivxlcdm]{1,8})\s*页?\s*[\])}）】]?", re.IGNORECASE
)
_NOTE_CLASS = re.compile(
    r"(?:^|\s)(?:note-?ref|footnote-?ref|endnote-?ref|fn-?ref|footnote-anchor|duokan-footnote)(?:\s|$)", re.IGNORECASE
)
_NOTES_CLASS = re.compile(
    r"(?:^|\s)(?:footnotes?|endnotes?|duokan-footnote-content|duokan-footnote-item|reflist)(?:\s|$)", re.IGNORECASE
)
_BACK_CLASS = re.compile(r"(?:^|\s)(?:footnote-back|reversefootnote|footnote-backref|mw-cite-backlink)(?:\s|$)", re.I)
_NUMBER = r"(?:注|註|note\s*)?\s*(?:[0-9０-９]{1,4}|[一二三四五六七八九十]{1,3})|注|註"
_SIGN = r"[*＊†‡§①-⑳⓪㊀-㊉❶-❿]+"
_BRACKETED = re.compile(rf"[\[\(（〔［【](?:{_NUMBER}|{_SIGN}|[a-z]|注释?)[\]\)）〕］】]|{_SIGN}", re.IGNORECASE)
_BARE = re.compile(rf"[\[\(（〔［【]?(?:{_NUMBER}|{_SIGN}|[a-z])[\]\)）〕］】]?\.?", re.IGNORECASE)
_CHARACTER = re.compile("[\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BACK = re.compile(r"[↩↵↑⏎^\ufe0e\ufe0f]+|返回(?:正文)?")


class Walked(NamedTuple):
    """The lines of a document, and where the marks of its footnotes lead, with the number of the mark's line."""

    lines: list[Line]
    marks: list[tuple[int, str]]


def kinds(element: Element) -> frozenset[str]:
    """What EPUB (`epub:type`) and DPUB-ARIA (`role`) call an element, without "doc-"."""
    said = [value for key, value in element.items() if key == "role" or key.endswith(("}type", ":type"))]
    return frozenset(" ".join(said).lower().replace("doc-", "").split()) if said else frozenset()


def is_ruby(element: Element) -> bool:
    """The small characters over a word that say how it sounds: the word below is read, once."""
    return local(element) in ("rt", "rp", "rtc")


def is_page_number(element: Element) -> bool:
    """Where a page of the print begins."""
    if kinds(element) & {"pagebreak", "page-list", "pagelist"}:
        return True
    if not _PAGE_CLASS.search(element.get("class", "")):
        return False
    text = short_text_in(element)
    return text is not None and bool(_PAGE.fullmatch(text or "1"))


def is_mark(element: Element) -> bool:
    """The number in the text that leads to a footnote: declared, or a link that looks like one."""
    if kinds(element) & {"noteref", "backlink", "biblioref"} or _BACK_CLASS.search(element.get("class", "")):
        return True
    name = local(element)
    if name == "sup":
        text = short_text_in(element) or ""
        return bool(_BRACKETED.fullmatch(text)) or (_leads(element) and bool(_BARE.fullmatch(text)))
    return name == "a" and _is_mark_link(element)


def _is_mark_link(link: Element) -> bool:
    if _NOTE_CLASS.search(link.get("class", "")):
        return True
    text = short_text_in(link) or "" if "#" in link.get("href", "") else ""
    raised = any(local(child) == "sup" for child in link)
    return bool(_BRACKETED.fullmatch(text) or _BACK.fullmatch(text) or (raised and _BARE.fullmatch(text)))


def _leads(element: Element) -> bool:
    return any("#" in inner.get("href", "") for inner in (element, *element))


def is_footnote(element: Element) -> bool:
    """A note that is declared as one."""
    if kinds(element) & {"footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes"}:
        return True
    return local(element) in ("aside", "div", "section", "ol", "ul", "li") and bool(
        _NOTES_CLASS.search(element.get("class", ""))
    )


def is_hidden(element: Element) -> bool:
    """What no reader of the page sees."""
    hidden = element.get("hidden") is not None and element.get("hidden") != "until-found"
    return hidden or bool(_HIDDEN.search(element.get("style", "")))


def is_form(element: Element) -> bool:
    return local(element) in ("button", "select", "textarea", "input", "datalist", "noscript")


def is_picture(element: Element) -> bool:
    """The letters inside a drawing; its caption is read."""
    return local(element) == "svg"


RULES: tuple[Rule, ...] = (
    ("ruby", is_ruby),
    ("page number", is_page_number),
    (FOOTNOTE, is_footnote),
    (MARK, is_mark),
    (HIDDEN, is_hidden),
    ("form", is_form),
    ("picture", is_picture),
)


def lines_of(
    root: Element, rules: Sequence[Rule] = RULES, outer: Mapping[Element, str] | None = None, place: str = ""
) -> Walked:
    """The lines of a document; `outer` says which elements are left out as a whole, `place` is the document's name."""
    walk = _Walk(rules, outer or {}, place)
    walk.through(root)
    return Walked(walk.lines.done, walk.marks)


class _Walk:
    """One way through a tree, without recursion: a page may be deep."""

    def __init__(self, rules: Sequence[Rule], outer: Mapping[Element, str], place: str) -> None:
        self.lines = Lines([place])
        self.marks: list[tuple[int, str]] = []
        self._rules = rules
        self._outer = outer
        self._place = place
        self._active = [""]  # the rule that holds inside each open element
        self._anchors: list[str] = []  # of the open elements
        self._links: list[str] = []  # the open ones
        self._led: dict[str, None] = {}  # where the text of this line leads; "" for what is no link
        self._level = 0
        self._preformatted = 0

    def through(self, root: Element) -> None:
        from lxml import etree

        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            if event == "start":
                if local(element) in NO_TEXT:
                    events.skip_subtree()
                    self._active.append(self._active[-1])
                else:
                    self._open(element)
            else:
                self._close(element)
        self._end_line()

    def _open(self, element: Element) -> None:
        name = local(element)
        if name in BLOCKS and not self._cell(element):
            self._end_line()
        rule = self._active[-1] or self._outer.get(element, "") or self._first_rule(element, name)
        self._active.append(rule)
        self._anchor(element)
        if name == "a":
            self._links.append(element.get("href", ""))
        if name in HEADINGS:
            self._level = int(name[1])
        self._preformatted += name == "pre"
        self._note(element, rule)
        self._leaf(element, name)
        self._add(element.text)

    def _close(self, element: Element) -> None:
        name = local(element)
        if name in BLOCKS and not (name in ("td", "th") and _row_goes_on(element)):
            self._end_line()
        if name == "a":
            self._links.pop()
        if name in HEADINGS:
            self._level = 0
        self._preformatted -= name == "pre" and self._preformatted > 0
        self._active.pop()
        if element.get("id") and name not in NO_TEXT:
            self._anchors.pop()
        self._add(element.tail)

    def _first_rule(self, element: Element, name: str) -> str:
        """Most elements have no attributes and a name that no rule asks for."""
        if name not in TELLING and not len(element.attrib):
            return ""
        rule = next((rule for rule, holds in self._rules if holds(element)), "")
        return rule or (raised(short_text_in(element) or "", self.lines.last) if name == "sup" else "")

    def _anchor(self, element: Element) -> None:
        if element.get("id"):
            self._anchors.append(f"{self._place}#{element.get('id')}")
        for name in (element.get("id"), element.get("name") if local(element) == "a" else None):
            if name:
                self.lines.anchor(f"{self._place}#{name}")

    def _note(self, element: Element, rule: str) -> None:
        """Where a mark leads: its own link, or the one inside."""
        if rule != MARK or self._active[-2] == MARK:
            return
        links = [inner.get("href") for inner in element.iter() if inner.get("href")]
        self.marks += ((len(self.lines.done), href) for href in links if "#" in href)

    def _leaf(self, element: Element, name: str) -> None:
        """A line break, and the picture of a rare character that no font of the author's had."""
        if name == "br":
            self._add(" ") if self._level else self._end_line()
        elif name == "img" and _CHARACTER.fullmatch(element.get("alt", "")):
            self._add(element.get("alt"))

    def _cell(self, element: Element) -> bool:
        """Whether a cell of a table goes on with the line of its row, behind a comma."""
        if local(element) not in ("td", "th") or not _row_goes_on(element.getprevious()):
            return False
        if self.lines.begun and text_in(element):
            rule = self._active[-1]
            self.lines.add("\t", rule or TABLE, "" if rule else "，")
        return True

    def _add(self, text: str | None) -> None:
        if not text:
            return
        rule = self._active[-1]
        if not rule and any(map(str.isalnum, text)):
            self._led[self._links[-1] if self._links else ""] = None
        if rule == SUPERSCRIPT:
            self.lines.add(text, rule, text.translate(RAISED))
            return
        first, *rest = text.split("\n") if self._preformatted else _INDENT.split(text)
        self.lines.add(first, rule)
        for line in rest:
            self._end_line()
            self.lines.add(line, rule)

    def _end_line(self) -> None:
        self.lines.end(self._level, self._anchors[-AROUND:], "" if "" in self._led else next(iter(self._led), ""))
        self._led.clear()


def _row_goes_on(cell: Element | None) -> bool:
    """Whether the cell behind this one stands in the same line."""
    following = cell.getnext() if cell is not None else None
    return following is not None and not _is_layout(cell) and not _is_layout(following)


def _is_layout(cell: Element) -> bool:
    """A cell with paragraphs in it holds a part of the page, not a value."""
    return any(local(inner) in BLOCKS or local(inner) == "br" for inner in cell.iterdescendants())
