"""A text and a place in it where a byte is pending come in; what its bytes say when read one byte earlier goes out.

Where a lead byte lost its partner the pairs behind it are out of step until a single byte brings them back. `reread`
follows the right step: with the pending byte as lead it takes one byte of each character as written, until both
readings end at the same place. What cannot be known is left as UNKNOWN.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.repair.readings import LETTERS, TONES, is_reading, spelled
from pipeline.repair.torn_bytes import LOSSES, MARK_LEAD, MARK_TRAILS, SWALLOWS, beginning, code, pairs

UNKNOWN = "\0"  # a character whose second byte is lost; its first byte is `Rereading.lead`
MOST = 400  # steps, over all ways together; a row of question marks has too many
REACH = 120  # characters out of step at the most
MARKS = 3  # losses that are read as the marks they show, before one must be a loss: each doubles the ways
_GLOSSES = re.compile(rf"\(([{LETTERS}]{{1,6}}{TONES}?)\)(?:\(\1\))*")
TORN_GLOSS = re.compile(rf"[{LOSSES}]\(?([{LETTERS}]{{1,6}}{TONES}?)\)(?:\(\1\))*")


class Rereading(NamedTuple):
    """What stands up to `end` of the text in truth.

    Where it ends in UNKNOWN that character's first byte is `lead`; `swallowed` tells that an ASCII character behind
    it went with its second byte.
    """

    text: str
    end: int
    lead: int = 0
    swallowed: bool = False


class _State(NamedTuple):
    """So much is read: the characters found, where to go on, the byte that waits for its partner, losses passed."""

    found: str
    place: int
    lead: int
    passed: int = 0


def reread(text: str, place: int, lead: int) -> Iterator[Rereading]:
    """Every way to read on from `place` with `lead` pending until the readings meet.

    >>> [(r.text, r.end) for r in reread("诎l(fā)展", 0, 0xD4)]
    [('在發', 2)]
    """
    states = [_State("", place, lead)]
    for _ in range(MOST):
        if not states:
            return
        state = states.pop()
        if len(state.found) > REACH:
            continue
        for step in _steps(text, state):
            if isinstance(step, Rereading):
                yield step
            else:
                states.append(step)


def _steps(text: str, state: _State) -> Iterator[_State | Rereading]:
    """What the next character as written may be: half of each of two, the end of one, a mark, a loss, a gloss."""
    found, place, lead, passed = state
    written = text[place : place + 1]
    gloss = _GLOSSES.match(text, place) if written == "(" else None
    if gloss and place and is_reading(gloss[1], text[place - 1]):
        yield _State(found, gloss.end(), lead, passed)
        return
    lost = written in LOSSES and written != ""
    if lost:
        yield from _losses(text, state)
    if written in MARK_TRAILS and not gloss and (passed < MARKS or not lost) and (lead, MARK_LEAD) in pairs():
        yield _State(found + pairs()[lead, MARK_LEAD], place + 1, MARK_TRAILS[written], passed + lost)
    if not written or written.isspace():
        yield Rereading(found + UNKNOWN, place, lead)
        return
    bytes_here = code(written)
    character = pairs().get((lead, bytes_here[0])) if bytes_here else None
    if character and len(bytes_here) == 2:
        yield _State(found + character, place + 1, bytes_here[1], passed)
    elif character:
        yield Rereading(found + character, place + 1)


def _losses(text: str, state: _State) -> Iterator[Rereading]:
    """A lost byte that belongs to the pending one: named by the gloss that it tore, or unknown."""
    found, place, lead, _ = state
    torn = TORN_GLOSS.match(text, place)
    if torn:
        for character in spelled(torn[1], beginning(lead)):
            yield Rereading(found + character, torn.end())
        return
    if text[place] == SWALLOWS:
        yield Rereading(found + UNKNOWN, place + 1, lead, swallowed=True)
    yield Rereading(found + UNKNOWN, place + 1, lead)
