"""A torn place comes in, with what it may have been; how well each would stand there goes out.

The evidence is how likely the text is as Chinese (evidence.py), and brackets and quotations that must close.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from pipeline.frequencies import frequencies
from pipeline.repair.evidence import in_context, is_used, likelihood, simple
from pipeline.repair.origin import Site
from pipeline.repair.readings import GLOSS
from pipeline.repair.torn_bytes import LOSSES
from pipeline.repair.wraps import SOFT

_OPENERS = dict(zip("”’》）」』", "“‘《（「『", strict=True))
_CLOSERS = {opener: closer for closer, opener in _OPENERS.items()} | {"（": "）)"}
CONTEXT = 8  # characters on each side that are weighed with a restored piece
CHOSEN = 30  # single characters that are weighed in full, by what stands next to them
NEAR = 5  # characters on each side by which a single one is chosen
UNBALANCED = -8.0  # a closing mark without its opening one, or the other way about at the end of a line
CLOSED = 3.0  # a closing mark where one is awaited, or an opening one that is closed behind


class Place(NamedTuple):
    """A loss at `at` of the text, what stands left of it as restored so far, the margin that holds there, the site."""

    text: str
    at: int
    left: str
    margin: float
    site: Site


def score(place: Place, middle: str, end: int, horizon: int) -> float:
    """How likely the text is up to the horizon with `middle` in place of what stands there up to `end`."""
    left, middle = GLOSS.sub("", place.left), GLOSS.sub("", middle)
    unbalanced = sum(not is_open(c, left + middle[:k]) for k, c in enumerate(middle))
    behind = GLOSS.sub("", place.text[end:horizon].replace(SOFT, "")) + right_of(place.text, horizon)
    if behind.endswith("\n"):
        line = left + middle + behind
        unbalanced += sum(line.count(opener) > line.count(closer) for closer, opener in _OPENERS.items())
    closed = sum(c in _OPENERS and is_open(c, left + middle[:k]) for k, c in enumerate(middle))
    closed += sum(_is_closed(c, middle[k + 1 :] + behind) for k, c in enumerate(middle))
    return likelihood(left[-CONTEXT:] + middle + behind) + UNBALANCED * unbalanced + CLOSED * closed


def is_open(character: str, left: str) -> bool:
    """Whether a character may stand here: a closing mark that has an opening one to close, or any other."""
    return character not in _OPENERS or is_awaited(character, left)


def is_awaited(closer: str, left: str) -> bool:
    """Whether a closing mark has an opening one to close."""
    return left.count(_OPENERS[closer]) > left.count(closer)


def _is_closed(character: str, right: str) -> bool:
    """Whether a character opens a bracket or quotation that is closed on the right before another one opens."""
    closers = _CLOSERS.get(character, "")
    first = next((c for c in right if c in closers or c == character), "")
    return first != "" and first in closers


def likeliest(pieces: Sequence[str], left: str, right: str) -> Sequence[str]:
    """The pieces that begin with a character that texts use, the likeliest between left and right first."""
    return pieces if len(pieces) <= 1 else _ranked(tuple(pieces), GLOSS.sub("", left)[-NEAR:], right[:NEAR])


@lru_cache(maxsize=16384)
def _ranked(pieces: tuple[str, ...], left: str, right: str) -> Sequence[str]:
    """The same places are looked at again until nothing changes any more; those that did not change cost nothing."""
    found = [(piece, simple(piece)) for piece in pieces if is_used(piece[0])]
    left, right = simple(left), simple(right)
    if len(found) > CHOSEN:
        near = left[-2:]
        found.sort(key=lambda one: -in_context(near + one[1] + right[:2], len(near)))
        found[CHOSEN:] = [one for one in found[CHOSEN:] if _makes_a_word(left, one[1], right)]
    weighed = sorted(found, key=lambda one: -likelihood(left + one[1] + right))
    return [piece for piece, _ in weighed]


def _makes_a_word(left: str, piece: str, right: str) -> bool:
    """Whether a piece is a word together with one to three characters on one side, all simplified."""
    count = frequencies().count
    return any(count(left[-k:] + piece) or count(piece + right[:k]) for k in (1, 2, 3))


def right_of(text: str, end: int) -> str:
    """What stands behind a place, without glosses, up to the next loss or the end of the line."""
    behind = GLOSS.sub("", text[end : end + 60].replace(SOFT, "") + "\n")
    return re.split(f"[{LOSSES}]|(?<=\n)", behind)[0][:CONTEXT]
