"""A paragraph of Markdown comes in; the replacements that turn it into what is to be read go out.

markdown-it finds the markup but forgets where it stood, so its rules are wrapped to note the place of each find.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipeline.edits import Replacement
from pipeline.read.md_notes import MARK, with_marks

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

INLINE_LIMIT = 20_000  # characters; the markup of a longer paragraph is left as it is
SHORT_LINE = 20  # characters; a shorter line was ended by its author, not by the width of the page
_MARKUP = re.compile(r"[*_`\[\]<>\\&\n]")
_BAR = r"(?:(?<![ \t])[ \t]++)?\|[ \t]*+"  # a run of blanks is read once
_TABLE_EDGE = re.compile(rf"^[ \t]*+\|[ \t]*|{_BAR}$", re.MULTILINE)
_TABLE_BAR = re.compile(_BAR)
_CELL = re.compile(r"[^|\n]+")
_STOPS = tuple("。！？!?…：:；;”’」』）)—,，、")


class Find(NamedTuple):
    """A rule fired at text[start:end]; `label_end` closes a link's label; `tokens` are those it added."""

    rule: str
    start: int
    end: int
    label_end: int
    tokens: Sequence["Token"]


def inline_replacements(text: str, references: Mapping[str, Any]) -> list[Replacement]:
    """What to replace in a paragraph, sorted; `references` are the document's definitions of links and notes.

    >>> [tuple(r) for r in inline_replacements("*春*[风](u)", {})]
    [(0, 1, ''), (2, 3, ''), (3, 4, ''), (5, 9, '')]
    """
    if len(text) > INLINE_LIMIT or not _MARKUP.search(text):
        return []
    finds: list[Find] = []
    parser = _parser()
    parser.inline.parse(text, parser, {"references": references, "finds": finds}, [])
    return list(disjoint(change for find in finds for change in _REPLACED[find.rule](text, find)))


def table_replacements(text: str, references: Mapping[str, Any]) -> list[Replacement]:
    """What to replace in a table: its second line and the markup of its cells go, and a comma stands between them.

    >>> [tuple(r) for r in table_replacements("|*甲*|乙|\\n|-|-|", {})]
    [(0, 1, ''), (1, 2, ''), (3, 4, ''), (4, 5, '，'), (6, 7, ''), (8, 13, '')]
    """
    end = text.find("\n", text.index("\n") + 1)
    rule = Replacement(text.index("\n") + 1, end if end >= 0 else len(text), "")
    outer = [Replacement(*edge.span(), "") for edge in _TABLE_EDGE.finditer(text)]
    inner = [Replacement(*bar.span(), "，") for bar in _TABLE_BAR.finditer(text)]
    cells = [change for change in disjoint([*outer, *inner]) if not rule.start <= change.start < rule.end]
    return list(disjoint([rule, *cells, *_in_cells(text, references)]))


def _in_cells(text: str, references: Mapping[str, Any]) -> Iterator[Replacement]:
    for cell in _CELL.finditer(text):
        for start, end, after in inline_replacements(cell[0], references):
            yield Replacement(cell.start() + start, cell.start() + end, after)


def disjoint(changes: Iterable[Replacement]) -> Iterator[Replacement]:
    """The changes in order, without those that reach into an earlier one."""
    end = 0
    for change in sorted(changes):
        if change.start >= end:
            yield change
            end = change.end


def joined(before: str, after: str) -> str:
    """What a line end between two lines of a paragraph becomes: nothing, a blank, or the line end it is.

    >>> joined("这是很长很长很长很长很长很长很长很长很长的一行", "接着"), joined("他走了。", "她也走了。")
    ('', '\\n')
    """
    if len(before) < SHORT_LINE or before.endswith(_STOPS) or after[:1].isspace():
        return "\n"
    return " " if before[-1:].isascii() and after[:1].isascii() else ""


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    parser = with_marks(MarkdownIt("commonmark", {"html": True}).disable("fragments_join"))
    for name, rule in [(name, rule) for name, rule in _rules(parser) if name in _REPLACED]:
        parser.inline.ruler.at(name, _noting(name, rule))
    return parser


def _rules(parser: "MarkdownIt") -> Iterable[tuple[str, Callable[["StateInline", bool], bool]]]:
    return zip(parser.inline.ruler.get_active_rules(), parser.inline.ruler.getRules(""), strict=True)


def _noting(name: str, rule: Callable[["StateInline", bool], bool]) -> Callable[["StateInline", bool], bool]:
    """The rule, made to note what it found in the environment's list."""

    def noting(state: "StateInline", silent: bool) -> bool:
        start, known, finds = state.pos, len(state.tokens), state.env["finds"]
        noted = len(finds)
        matched = rule(state, silent)
        if matched and not silent:
            if name == "image":  # what it found in its description is in offsets of the description
                del finds[noted:]
            finds.append(Find(name, start, state.pos, _label_end(name, state, start), state.tokens[known:]))
        return matched

    return noting


def _label_end(name: str, state: "StateInline", start: int) -> int:
    if name not in ("link", "image"):
        return -1
    end: int = state.md.helpers.parseLinkLabel(state, start + (name == "image"), name == "link")
    return end


def _emphasis(text: str, find: Find) -> Iterator[Replacement]:
    """Marks that became emphasis, and stars that were meant so (CommonMark fails at `**“春”**风`)."""
    marks = find.tokens[-(find.end - find.start) :]
    for offset, token in enumerate(marks, find.start):
        if token.type != "text" or not token.content or (len(marks) > 1 and text[offset] == "*"):
            yield Replacement(offset, offset + 1, "")


def _escape(text: str, find: Find) -> Iterator[Replacement]:
    yield Replacement(find.start, find.start + 1, "")


def _backticks(text: str, find: Find) -> Iterator[Replacement]:
    if find.tokens and find.tokens[-1].type == "code_inline":
        marks = len(find.tokens[-1].markup)
        yield Replacement(find.start, find.start + marks, "")
        yield Replacement(find.end - marks, find.end, "")


def _link(text: str, find: Find) -> Iterator[Replacement]:
    yield Replacement(find.start, find.start + 1 + (find.rule == "image"), "")
    yield Replacement(find.label_end, find.end, "")


def _note_mark(text: str, find: Find) -> Iterator[Replacement]:
    yield Replacement(find.start, find.end, "")


def _autolink(text: str, find: Find) -> Iterator[Replacement]:
    yield Replacement(find.start, find.start + 1, "")
    yield Replacement(find.end - 1, find.end, "")


def _html(text: str, find: Find) -> Iterator[Replacement]:
    yield Replacement(find.start, find.end, "\n" if text[find.start : find.end].lower().startswith("<br") else "")


def _entity(text: str, find: Find) -> Iterator[Replacement]:
    if find.tokens:
        yield Replacement(find.start, find.end, find.tokens[-1].content)


def _newline(text: str, find: Find) -> Iterator[Replacement]:
    line_start = text.rfind("\n", 0, find.start) + 1
    line = text[line_start : find.start].rstrip(" ")
    hard = find.tokens and find.tokens[-1].type == "hardbreak"
    after = "\n" if hard else joined(line, text[find.start + 1 : find.end + 1])
    yield Replacement(line_start + len(line), find.end if after != "\n" else find.start + 1, after)


_REPLACED: Mapping[str, Callable[[str, Find], Iterator[Replacement]]] = {
    "newline": _newline,
    "escape": _escape,
    "backticks": _backticks,
    "emphasis": _emphasis,
    MARK: _note_mark,
    "link": _link,
    "image": _link,
    "autolink": _autolink,
    "html_inline": _html,
    "entity": _entity,
}
