"""The lines of a book and the marks in them come in; the lines go out without the footnotes that the marks lead to.

A note is where a mark leads, further on in the book; the link back from the note leads the other way. What is long or
has a heading in it is a chapter, not a note.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipeline.read.elements import FOOTNOTE
from pipeline.read.flow import Line

LONGEST_NOTE = 3_000  # characters
MOST_LINES = 40  # of a note
_TITLE = re.compile(
    r"(?:本章|本书|本書|全书|全書)?(?:注释|註釋|注解|註解|附注|附註|脚注|腳註|尾注|尾註|注|註|notes|footnotes|endnotes)[:：]?",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"""\s*(?:
        [\[(（〔［【]?\s*(?:[注註]|note)?\s*[0-9０-９]{1,4}  # [1], 注3
      | [\[(（〔［【]?\s*(?:[*＊†‡§①-⑳㊀-㊉❶-❿]|[注註][:：])  # ①, 注：
      | [\[(（〔［【]?[一二三四五六七八九十]{1,3}[\])）〕］】、]  # （一）
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def without_footnotes(lines: Sequence[Line], marks: Iterable[tuple[int, str]]) -> list[Line]:
    """The lines with the notes left out; `marks` are pairs of a line's number and the anchor its mark leads to."""
    found = set(_notes(lines, list(marks)))
    kept = [line.without(FOOTNOTE) if number in found else line for number, line in enumerate(lines)]
    return [line.without(FOOTNOTE) if _is_title(number, kept) else line for number, line in enumerate(kept)]


def _notes(lines: Sequence[Line], marks: Sequence[tuple[int, str]]) -> Iterator[int]:
    places = _places(lines, {anchor for _, anchor in marks})
    for number, anchor in marks:
        note = places.get(anchor, [])
        if note and note[0] > number and len(note) <= MOST_LINES and _is_note([lines[k] for k in note]):
            yield from note


def _places(lines: Sequence[Line], wanted: set[str]) -> Mapping[str, list[int]]:
    """The numbers of the lines that each wanted anchor stands at or around."""
    places: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        for anchor in line.anchors:
            if anchor in wanted:
                places.setdefault(anchor, []).append(number)
    return places


def _is_note(lines: Sequence[Line]) -> bool:
    """Short, without a heading, and it begins with its number or has a link back (a mark that is left out)."""
    short = sum(len(line.written) for line in lines) <= LONGEST_NOTE
    marked = any(piece.rule for line in lines for piece in line.pieces)
    return short and not any(line.level for line in lines) and (marked or bool(_NOTE.match(lines[0].written)))


def _is_title(number: int, lines: Sequence[Line]) -> bool:
    """A heading that says notes, with nothing but notes below it."""
    if not _TITLE.fullmatch(lines[number].read.strip()) or number + 1 == len(lines):
        return False
    return any(piece.rule == FOOTNOTE for piece in lines[number + 1].pieces) and not lines[number + 1].read.strip()
