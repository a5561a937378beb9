"""The lines of a book and its table of contents come in; the lines go out with the headings that the contents name.

The contents say where chapters begin and how they stand to each other. Where the text has no such line, the title
is put in front as one, so that the listener hears where a part begins (as a file's name is, in a folder of texts).
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipeline.read.flow import Line, Piece

NEAR = 4  # lines that are read: the heading stands among the first behind a link's target
REACH = 64  # lines behind a link's target that are looked at
DEEPEST = 6


class Title(NamedTuple):
    """An entry of a table of contents: the anchor it leads to, and its depth from 1."""

    anchor: str
    text: str
    depth: int


def titled(lines: Sequence[Line], titles: Sequence[Title]) -> list[Line]:
    """The lines with a heading for every title that leads to text.

    >>> lines = [Line((Piece("一"),), 0, ("a",)), Line((Piece("文"),), 0, ("b",))]
    >>> [(line.read, line.level) for line in titled(lines, [Title("a", "一", 1), Title("b", "二", 1)])]
    [('一', 1), ('二', 1), ('文', 0)]
    """
    first = first_lines(lines)
    places = [place_of(title.anchor, first) for title in titles]
    stops = sorted({place for place in places if place is not None})
    levels: dict[int, int] = {}  # of lines that are headings by the contents
    added: dict[int, list[Title]] = {}  # titles to stand in front of a line
    for title, start, following in zip(titles, places, (*titles[1:], None), strict=False):
        if start is None:
            continue
        k = bisect_right(stops, start)
        reach = range(start, min(start + REACH, stops[k] if k < len(stops) else len(lines)))
        heading = _heading(lines, reach, title, levels)
        if heading is not None:
            levels[heading] = min(title.depth, DEEPEST)
        elif any(lines[k].read.strip() for k in reach) or (following and following.depth > title.depth):
            added.setdefault(start, []).append(title)
    return list(_levelled(lines, levels, added))


def first_lines(lines: Sequence[Line]) -> dict[str, int]:
    """The line that each anchor stands at: the first, where several have it."""
    first: dict[str, int] = {}
    for number, line in enumerate(lines):
        for anchor in line.anchors:
            first.setdefault(anchor, number)
    return first


def place_of(anchor: str, first: Mapping[str, int]) -> int | None:
    """The line a link leads to; where its fragment is not in the text, the beginning of its document."""
    return first.get(anchor, first.get(anchor.partition("#")[0]))


def _heading(lines: Sequence[Line], places: Sequence[int], title: Title, taken: dict[int, int]) -> int | None:
    """The line that is the heading for a title: one that says the same, or the first that is declared one."""
    near = [k for k in places if lines[k].read.strip() and k not in taken][:NEAR]
    same = [k for k in near if key(lines[k].read) == key(title.text)]
    declared = [k for k in near if lines[k].level]
    begins = [k for k in near[:1] if key(title.text).startswith(key(lines[k].read)) and len(near) > 1]
    return next(iter((*same, *declared, *begins)), None)


def key(text: str) -> str:
    """What two titles have in common that are written with other signs and blanks."""
    return "".join(character for character in text if character.isalnum()).casefold()


def _levelled(lines: Sequence[Line], levels: dict[int, int], added: dict[int, list[Title]]) -> Iterator[Line]:
    """A heading that no title names stands below the title it is under."""
    depth = 0
    for number, line in enumerate(lines):
        for title in added.get(number, ()):
            depth = min(title.depth, DEEPEST)
            yield Line((Piece(title.text),), depth)
        if number in levels:
            depth = levels[number]
            yield replace(line, level=depth)
        else:
            yield replace(line, level=max(line.level, depth + 1)) if line.level and depth else line
