"""A Document comes in; the same goes out in simplified characters, and with 着 where a form of it is written 著."""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of
from pipeline.repair.script import NAMES, SHARED, Script, script_among, tables


def simplified(document: Document) -> Document:
    """Traditional characters become simplified, the longest phrase of the tables first; sound simplified text stays.

    >>> from pipeline.repair.rule import document_of
    >>> [simplified(document_of(t)).text for t in ("後來乾隆皇帝乾杯", "乾隆说什么坏布", "擡頭", "沈厚的愛")]
    ['后来乾隆皇帝干杯', '乾隆说什么坏布', '抬头', '沉厚的爱']
    """
    return edited(document, "t2s", _changes(document.text))


def _changes(text: str) -> Iterator[Replacement]:
    if _changing().isdisjoint(text):
        return
    script_of = script_among(text)
    for offset, line in lines_of(text):
        if not _changing().isdisjoint(line):
            yield from _line_changes(line, offset, script_of(line))


def _line_changes(line: str, offset: int, script: Script) -> Iterator[Replacement]:
    """The changes of a line: all in traditional text, in simplified text only what can be nothing else."""
    position = 0
    for match in _jumps().finditer(line):
        start = match.start()
        if start < position:
            continue
        before, after = tables().unit(line, start)
        position = start + len(before)
        if before != after and _may_change(before, script):
            yield from _differences(before, after, offset + start)


def _may_change(before: str, script: Script) -> bool:
    return script is Script.TRADITIONAL or any(_is_sure(character, script) for character in before)


def _is_sure(character: str, script: Script) -> bool:
    """Whether the tables change a character, and it is none that the script may have for another reason."""
    characters = tables().characters
    if characters.get(character, character) == character or character in SHARED:
        return False
    return script is Script.UNKNOWN or character not in NAMES


def _differences(before: str, after: str, start: int) -> Iterator[Replacement]:
    """A change for each character that differs; for the whole where the length differs."""
    if len(before) != len(after):
        yield Replacement(start, start + len(before), after)
        return
    for k, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            yield Replacement(start + k, start + k + 1, new)


@cache
def _changing() -> frozenset[str]:
    """The characters that become others."""
    return frozenset(before for before, after in tables().characters.items() if before != after)


@cache
def _jumps() -> re.Pattern[str]:
    """Where a change can begin: a character that changes, or one that such a phrase begins with and goes on with.

    The rare characters beyond the first plane stand apart: they would make the whole class slow.
    """
    seconds: dict[str, str] = {}
    for phrase in tables().phrases:
        seconds[phrase[0]] = seconds.get(phrase[0], "") + phrase[1]
    singles = "".join(sorted(_changing()))
    starts = "".join(first for first in seconds if first not in _changing())
    nexts = "".join(dict.fromkeys("".join(seconds[first] for first in starts)))
    first_plane = "".join(c for c in singles if c <= "\uffff")
    return re.compile(f"[{first_plane}]|[{starts}](?=[{nexts}])|[{singles[len(first_plane) :]}]")
