"""A Document comes in; the same goes out with lines joined that were broken at a fixed width.

Old text files and e-mails break every line at the same column, in the middle of sentences. Verse, lists, headings and
markup break theirs on purpose; only where lines are long, alike in width and end anywhere is the break no one's.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of

NARROWEST = 44  # columns (a Chinese character has two); verse is narrower
WIDEST = 120
RAGGED = 6  # columns that a full line may be short of the widest: a mark may not begin a line, a word not be cut
FEWEST = 3  # lines in a paragraph that show the width
FULL_SHARE = 0.9  # of the lines that are not the last of their paragraph are full
OPEN_SHARE = 0.6  # of them end inside a sentence
_ENDS = tuple("。！？…”』」）!?.:：;；")
_OWN_LINE = re.compile(r"\s|[#>|*+\-•·=]|\d+[.、)）]|[（(]?[一二三四五六七八九十]+[)）、]|第.{1,6}[章回节節卷部篇]")


class Line(NamedTuple):
    """A line with the offset where it starts."""

    start: int
    text: str


def wraps(document: Document) -> Document:
    """The lines of a paragraph that was wrapped become one.

    >>> from pipeline.repair.rule import document_of
    >>> text = "这是一段在固定的宽度上被折断的文字，每一行都有一样多的字，而句子在行尾并没有结束，读的时候就会停。" * 3
    >>> text = "\\n".join(text[k : k + 25] for k in range(0, len(text), 25))
    >>> wraps(document_of(text)).text.count("\\n")
    0
    >>> wraps(document_of("床前明月光，\\n疑是地上霜。\\n举头望明月，\\n低头思故乡。")).text.count("\\n")
    3
    """
    if document.headings or "\n" not in document.text:
        return document
    paragraphs = [paragraph for paragraph in _paragraphs(document.text) if len(paragraph) > 1]
    full = [line for paragraph in paragraphs for line in paragraph[:-1]]
    if len(full) < FEWEST:
        return document
    if sum(not line.text.endswith(_ENDS) for line in full) < OPEN_SHARE * len(full):
        return document
    width = max(_columns(line.text) for line in full)
    if not NARROWEST <= width <= WIDEST or sum(_is_full(line, width) for line in full) < FULL_SHARE * len(full):
        return document
    joints = [_joint(a, b) for p in paragraphs for a, b in pairwise(p) if _is_full(a, width)]
    return edited(document, "wrapped lines", joints)


def _paragraphs(text: str) -> Iterator[list[Line]]:
    """Runs of lines without a blank one, an indented one or one with a mark of its own between."""
    paragraph: list[Line] = []
    for start, line in lines_of(text):
        if paragraph and (not line.strip() or _OWN_LINE.match(line)):
            yield paragraph
            paragraph = []
        if line.strip():
            paragraph.append(Line(start, line.rstrip()))
    if paragraph:
        yield paragraph


def _is_full(line: Line, width: int) -> bool:
    return width - _columns(line.text) <= RAGGED


def _columns(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WFA") for character in text)


def _joint(before: Line, after: Line) -> Replacement:
    """What stands between two lines goes; between two Latin words a blank stays."""
    between = " " if before.text[-1:].isascii() and after.text[:1].isascii() else ""
    return Replacement(before.start + len(before.text), after.start, between)
