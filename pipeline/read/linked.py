"""The lines of a book come in; they go out without the lists of links that are a table of contents among its pages.

Many a book has its contents once more as a page, and those of each part on the part's page, with a link back at the
end. A listener cannot follow a link. A line is an entry where all of it is one link, and what it leads to is called so;
choices that a reader has at the end of a page lead to text that has no such name, and stay.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.read.flow import Line
from pipeline.read.titles import NEAR, Title, first_lines, key, place_of

CONTENTS = "contents"
CALLED_SO = 0.5  # of a list's links lead to what is called as they are
_CONTENTS = r"(?:主|总|總)?目\s*[录錄次]|(?:table of )?contents"
_TITLE = re.compile(_CONTENTS, re.IGNORECASE)
_SIGNS = r"[\s|｜·•/<>《》«»\[\]【】（）()←→↑]*"
_PLACE = rf"(?:返回|回到?|back to )?(?:本书|本書)?(?:{_CONTENTS})页?|返回|首页|封面|[上下]一?[章页頁节節回篇]"
_AWAY = re.compile(rf"(?:{_SIGNS}(?:{_PLACE}))+{_SIGNS}", re.IGNORECASE)


def without_contents(lines: Sequence[Line], titles: Sequence[Title]) -> list[Line]:
    """The lines with lists of links and links away from the page left out, and the word contents above a list.

    >>> from pipeline.read.flow import Piece
    >>> entry = lambda name, link: Line((Piece(name),), link=link)
    >>> lines = [entry("目录", ""), entry("一", "a"), entry("二", "b"), entry("返回目录", "c")]
    >>> lines += [Line((Piece(name),), 1, (anchor,)) for name, anchor in (("一", "a"), ("二", "b"))]
    >>> [line.read for line in without_contents(lines, [])]
    ['', '', '', '', '一', '二']
    """
    first = first_lines(lines)
    named = {title.anchor: key(title.text) for title in titles}
    gone = {number for run in _runs(lines) if _is_contents(lines, run, first, named) for number in run}
    gone |= {number for number, line in enumerate(lines) if line.link and _AWAY.fullmatch(line.read)}
    gone |= {number for number in _filled(lines) if number not in gone and _is_title_of(number, lines, gone)}
    return [line.without(CONTENTS) if number in gone else line for number, line in enumerate(lines)]


def _filled(lines: Sequence[Line]) -> Iterator[int]:
    return (number for number, line in enumerate(lines) if line.read.strip())


def _runs(lines: Sequence[Line]) -> Iterator[list[int]]:
    """The numbers of lines, one after another, that are nothing but links."""
    for linked, run in groupby(_filled(lines), key=lambda number: bool(lines[number].link)):
        if linked:
            yield list(run)


def _is_contents(lines: Sequence[Line], run: Sequence[int], first: Mapping[str, int], named: Mapping[str, str]) -> bool:
    """Whether enough links of a list lead to what the book calls as they do: two of them, or one with a link back."""
    entries = [number for number in run if not _AWAY.fullmatch(lines[number].read)]
    called = sum(_is_called_so(lines, number, first, named) for number in entries)
    return called >= max(2 if entries == run else 1, CALLED_SO * len(entries))


def _is_called_so(lines: Sequence[Line], number: int, first: Mapping[str, int], named: Mapping[str, str]) -> bool:
    """Whether a link has the name that the book's own contents give its target, or that stands at its target."""
    line, name = lines[number], key(lines[number].read)
    target = place_of(line.link, first)
    if target is None or not name or target == number:
        return False
    stands = [key(near.read) for near in lines[target : target + NEAR]]
    return named.get(line.link, "") == name or any(other and (name in (other, other[: len(name)])) for other in stands)


def _is_title_of(number: int, lines: Sequence[Line], gone: set[int]) -> bool:
    """Whether a line says contents, and what stands below it is one."""
    if not _TITLE.fullmatch(lines[number].read.strip()):
        return False
    below = next((k for k in range(number + 1, len(lines)) if lines[k].written.strip()), None)
    return below in gone
