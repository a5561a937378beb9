"""What should have been said and what was heard come in as syllables; their alignment, and a judgement, go out.

Only sounds are compared: homophones and the form of numbers never count. Two syllables that recognisers take for
each other on sound speech (zh/z, in/ing, l/n) cost half of two that share nothing.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pipeline.model import Hearing

Alternatives = Callable[[str], Iterable[str]]  # a character -> all its readings
Readings = Callable[[str], Sequence[str | None]]  # text -> one reading a character, None for a sign

GAP = 1.0
UNLIKE = 1.0
ALIKE = 0.5  # one of initial and final is the same
NEAR = 0.25  # the same but for a pair that recognisers take for each other
LATIN = 0.5  # recognisers write foreign words in many ways
DROPPED_RUN = 3  # syllables in a row that are missing: a clause, not a slip
WRONG_RUN = 4  # syllables in a row of which none is right
WRONG_SHARE = 0.25  # of a sentence's syllables, by cost
DOUBTFUL_SHARE = 0.1

_LATIN = re.compile(r"[A-Za-z]+(?:[ .]+(?=[A-Z]\b)[A-Z]\b)*")
_SYLLABLE = re.compile(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]?)([a-zê]*)([1-5]?)")
_FOLDED = (
    ("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"), ("n", "l"), ("f", "h"),
    ("r", "l"),
)  # fmt: skip


def _no_others(_: str) -> Iterable[str]:
    return ()


class Sound(NamedTuple):
    """One syllable, or one Latin word: `base` without tone, `tone` "1" to "5" or "", and how it is written.

    `others` are the further readings of a character that a recogniser wrote: it knows no readings, only characters.
    """

    base: str
    tone: str
    written: str
    others: frozenset[str] = frozenset()

    @property
    def latin(self) -> bool:
        return self.written.isascii()


class Step(NamedTuple):
    """One step of an alignment; None stands where a side has nothing."""

    expected: Sound | None
    heard: Sound | None
    cost: float


def sounds(text: str, readings: Readings, alternatives: Alternatives = _no_others) -> list[Sound]:
    """The sounds of a text in words; `alternatives` are all readings of a character.

    >>> [sound.base for sound in sounds("我用 G D P", lambda text: ["wo3", "yong4", *[None] * 6])]
    ['wo', 'yong', 'gdp']
    """
    found: list[Sound] = []
    spelt = {match.start(): match for match in _LATIN.finditer(text)}
    for place, (character, reading) in enumerate(zip(text, readings(text), strict=True)):
        if place in spelt:
            word = re.sub(r"[ .]", "", spelt[place][0])
            found.append(Sound(word.lower(), "", word))
        elif reading:
            others = frozenset(other.rstrip("12345") for other in alternatives(character))
            tone = reading[-1] if reading[-1].isdigit() else ""
            found.append(Sound(reading.rstrip("12345"), tone, character, others))
    return found


def unlike(expected: Sound, heard: Sound) -> float:
    """The cost of one sound heard for another, 0 to 1."""
    if expected.base == heard.base or expected.base in heard.others:
        return 0.0
    if expected.latin or heard.latin:
        return LATIN
    if _folded(expected.base) == _folded(heard.base):
        return NEAR
    one, other = _parts(_folded(expected.base)), _parts(_folded(heard.base))
    return ALIKE if one[0] == other[0] or one[1] == other[1] else UNLIKE


def align(expected: Sequence[Sound], heard: Sequence[Sound]) -> list[Step]:
    """The cheapest alignment of two rows of sounds (Levenshtein, with the costs above)."""
    rows = [[column * GAP for column in range(len(heard) + 1)]]
    for number, sound in enumerate(expected, 1):
        above, row = rows[-1], [number * GAP]
        for column, other in enumerate(heard):
            row.append(min(above[column] + unlike(sound, other), above[column + 1] + GAP, row[column] + GAP))
        rows.append(row)
    return _steps(rows, expected, heard)


def _steps(rows: Sequence[Sequence[float]], expected: Sequence[Sound], heard: Sequence[Sound]) -> list[Step]:
    """The way back through the table of an alignment."""
    steps: list[Step] = []
    i, j = len(expected), len(heard)
    while i or j:
        cost = unlike(expected[i - 1], heard[j - 1]) if i and j else 0.0
        if i and j and rows[i][j] == rows[i - 1][j - 1] + cost:
            i, j = i - 1, j - 1
            steps.append(Step(expected[i], heard[j], cost))
        elif i and rows[i][j] == rows[i - 1][j] + GAP:
            i -= 1
            steps.append(Step(expected[i], None, GAP))
        else:
            j -= 1
            steps.append(Step(None, heard[j], GAP))
    return steps[::-1]


def judge(expected: str, heard: str, readings: Readings, alternatives: Alternatives = _no_others) -> Hearing:
    """What a sentence in words and what was heard of it come to; both texts have their numbers in words.

    >>> judge("今天", "金天", lambda text: [{"今": "jin1", "金": "jin1", "天": "tian1"}[c] for c in text]).judgement
    'right'
    """
    steps = align(sounds(expected, readings), sounds(heard, readings, alternatives))
    syllables = sum(step.expected is not None for step in steps)
    cost = sum(step.cost for step in steps)
    share = cost / max(1, syllables)
    differing = tuple((_name(step.expected), _name(step.heard)) for step in steps if step.cost)
    if _longest_run(steps, _missing) >= DROPPED_RUN or _longest_run(steps, _lost) >= WRONG_RUN or share > WRONG_SHARE:
        judgement = "wrong"
    else:
        judgement = "doubtful" if share > DOUBTFUL_SHARE or any(map(_lost, steps)) else "right"
    tones = sum(bool(s.expected and s.heard and not s.cost and s.expected.tone != s.heard.tone) for s in steps)
    return Hearing(judgement, heard, syllables, len(differing), round(cost, 2), tones, differing)


def _missing(step: Step) -> bool:
    return step.heard is None


def _lost(step: Step) -> bool:
    return step.cost >= UNLIKE


def _longest_run(steps: Sequence[Step], bad: Callable[[Step], bool]) -> int:
    longest = run = 0
    for step in steps:
        run = run + 1 if bad(step) else 0
        longest = max(longest, run)
    return longest


def _name(sound: Sound | None) -> str:
    return f"{sound.written} {sound.base}{sound.tone}" if sound else ""


def _folded(base: str) -> str:
    for long, short in _FOLDED:
        base = base.replace(long, short) if len(long) > 1 else re.sub(f"^{long}", short, base)
    return base


def _parts(base: str) -> tuple[str, str]:
    match = _SYLLABLE.fullmatch(base)
    return (match[1], match[2]) if match else ("", base)
