"""Two rules for markdown-it: footnotes (`[^1]: …`), which CommonMark does not know, and the marks in the text (`[^1]`).

A note goes on in the lines below it that are indented; where a blank line stands between, they are the text's own.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MARK = "note_mark"
INDENT = 2  # columns
_MARK = re.compile(r"\[\^([^\s\[\]^]{1,60})\](?!\()")
_NOTE = re.compile(_MARK.pattern + "[:：]")
_NUMBER = re.compile(r"[0-9]{1,4}")


def with_notes(parser: "MarkdownIt") -> "MarkdownIt":
    """The parser, which now finds notes: they are definitions, as those of links are."""
    parser.block.ruler.before("reference", "note", _note, {"alt": ["paragraph", "reference", "blockquote"]})
    return parser


def with_marks(parser: "MarkdownIt") -> "MarkdownIt":
    """The parser, which now finds the marks of notes."""
    parser.inline.ruler.before("link", MARK, _mark)
    return parser


def _note(state: "StateBlock", first: int, last: int, silent: bool) -> bool:
    note = _NOTE.match(state.src, state.bMarks[first] + state.tShift[first], state.eMarks[first])
    if note is None or silent:
        return note is not None
    end = first + 1
    while end < last and not state.isEmpty(end) and state.sCount[end] - state.blkIndent >= INDENT:
        end += 1
    state.env.setdefault("references", {})[_key(note[1])] = {"title": "", "href": "", "map": [first, end]}
    token = state.push("definition", "", 0)
    token.map = [first, end]
    state.line = end
    return True


def _mark(state: "StateInline", silent: bool) -> bool:
    """A mark leads to a note of this text, or is a number: its note may stand in another file."""
    mark = _MARK.match(state.src, state.pos)
    if mark is None or not (_NUMBER.fullmatch(mark[1]) or _key(mark[1]) in state.env["references"]):
        return False
    state.pos = mark.end()
    return True


def _key(label: str) -> str:
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(f"^{label}")
