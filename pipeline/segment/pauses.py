"""The mark a chunk ends with, and its place in the text, come in; the pause after it goes out, in seconds.

All figures stand in `pauses.tsv`: a row with marks is chosen by the last mark of a chunk, the others by its place.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.errors import InputError

CLOSERS = "”’」』）》〉】〕］｝)]}>\"'"
INSIDE = "inside"  # a paragraph
VOICE = "voice"  # the same, where another voice goes on


def pause_after(text: str, place: str, pauses: Mapping[str, float]) -> float:
    """The pause behind `text` at `place` ("inside" a paragraph, or its end as named in the table); the longer counts.

    Where another voice goes on, what changes says enough: the pause is no longer than the table has for it.

    >>> pause_after("他走了。”", "inside", table()), pause_after("他走了。", "paragraph", table())
    (0.45, 0.75)
    >>> pause_after("“走！”", "voice", table()), pause_after("他说，", "voice", table())
    (0.3, 0.2)
    """
    by_mark = pauses[_marks().get(text.rstrip(CLOSERS)[-1:], INSIDE)]
    return min(pauses[VOICE], by_mark) if place == VOICE else max(pauses[place], by_mark)


def table() -> Mapping[str, float]:
    """Every pause by its name."""
    return {place: float(seconds) for place, seconds, _ in _rows()}


def paused(own: Mapping[str, float]) -> Mapping[str, float]:
    """The table with a person's own seconds in it. Raises InputError for a name the table does not have."""
    unknown = own.keys() - table().keys()
    if unknown:
        raise InputError(f"there is no pause called {min(unknown)!r}", f"pauses are: {', '.join(table())}")
    return {**table(), **own}


@cache
def _marks() -> Mapping[str, str]:
    return {mark: place for place, _, marks in _rows() for mark in marks}


@cache
def _rows() -> tuple[tuple[str, str, str], ...]:
    lines = Path(__file__).with_name("pauses.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple((place, seconds, marks) for place, seconds, marks in (line.split("\t") for line in lines))
