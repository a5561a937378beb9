"""Bytes of UTF-8 come in, some of them lost; the text goes out, each lost byte chosen so that the text makes sense.

UTF-8 that was read as GBK or Windows-1252 loses the bytes that mean nothing there. What is left of a character names
the few that it can have been; its neighbours choose among them.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import product

from pipeline.repair.evidence import likelihood
from pipeline.repair.script import telling
from pipeline.repair.torn_bytes import everyday, pairs

CONTINUING = range(0x80, 0xC0)  # the bytes behind the first of a character
LOSS = "\ufffd"
MARK = 0x3F  # the question mark, which some decoders write for a lost byte
NEAR = 6  # characters on each side that choose
ROUNDS = 2  # what was chosen first is chosen again beside what was chosen behind it
MOST_LOST = 2  # bytes of one character

Byte = int | None  # None: lost
Losing = Callable[[Byte], Collection[int]]  # the bytes that a reader loses in front of this one


def lost_in_gbk(behind: Byte) -> Collection[int]:
    """The bytes that GBK cannot read in front of another: those that make no pair with it.

    >>> [f"{byte:X}" for byte in lost_in_gbk(0xE5)]
    ['80', 'AA', 'AB', 'AC', 'AD', 'AE', 'AF']
    """
    return [byte for byte in CONTINUING if behind is None or (byte, behind) not in pairs()]


def whole(content: Sequence[Byte], lost: Losing) -> str:
    """The text of these bytes, with what `lost` says for each that is None, and U+FFFD where nothing is said.

    >>> whole([*"看了".encode(), *"一".encode()[:2], None, *"次".encode()], lost_in_gbk)
    '看了一次'
    """
    places = _in_one_script(list(_places(content, lost)))
    text = [choices[0] for choices in places]
    for _ in range(ROUNDS):
        for k, choices in enumerate(places):
            if len(choices) > 1:
                left, right = "".join(text[max(0, k - NEAR) : k]), "".join(text[k + 1 : k + 1 + NEAR])
                text[k] = _likeliest(choices, left, right)
    return "".join(text)


def _in_one_script(places: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """The places without traditional characters where they leave a choice, unless such a one is sure."""
    if any(len(choices) == 1 and choices[0] in telling() for choices in places):
        return places
    return [
        [c for c in choices if c not in telling()] or choices if len(choices) > 1 else choices for choices in places
    ]


def _likeliest(choices: Sequence[str], left: str, right: str) -> str:
    """The character that makes most sense between its neighbours."""
    return max(choices, key=lambda c: likelihood(left + c + right))


def _places(content: Sequence[Byte], lost: Losing) -> Iterator[Sequence[str]]:
    """For each character what it can be."""
    place = 0
    while place < len(content):
        length = _length(content[place])
        found = _choices(content[place : place + length + 1], length, lost)
        yield found or LOSS
        place += length if found else 1
        while not found and place < len(content) and not _length(content[place]):
            place += 1


def _length(first: Byte) -> int:
    """How many bytes a character has that begins with this one; 0 where none does."""
    if first is None:
        return 0
    return next((n for n, top in ((1, 0x80), (0, 0xC2), (2, 0xE0), (3, 0xF0), (4, 0xF5)) if first < top), 0)


def _choices(content: Sequence[Byte], length: int, lost: Losing) -> Sequence[str]:
    """The characters that the first bytes can be: the one they are, or among several those in common use."""
    own = [None if k and byte == MARK else byte for k, byte in enumerate(content[:length])]
    if not length or len(own) < length or own.count(None) > MOST_LOST:
        return ()
    filled = [lost(after) if byte is None else (byte,) for byte, after in zip(own, [*content[1:], None], strict=False)]
    found = [character for one in product(*filled) if (character := _decoded(bytes(one)))]
    return found if len(found) <= 1 else [c for c in found if c in everyday()]


def _decoded(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeError:
        return ""
