"""A finished book comes in; what its sentences hold goes out: syllables, readings in doubt, what each rule did."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.answers import Found, doubts_among
from pipeline.model import Edit, Manifest, SpokenChunk, SpokenSection

TELLING = 12  # syllables from which on a sentence has a rate of its own
JUDGED = 50  # and a section
SECTION_SHARE, SENTENCE_SHARE = 0.1, 0.25  # of the book's rate that is usual
DEVIATIONS = 4.0
EXAMPLES = 3

Examples = Mapping[str, Sequence[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Counted:
    """A sentence (counted from 1 in its section) with its syllables and its readings in doubt."""

    section: SpokenSection
    number: int
    chunk: SpokenChunk
    syllables: int
    doubts: tuple[Found, ...]

    @property
    def milliseconds(self) -> int:
        return self.chunk.end - self.chunk.start

    @property
    def rate(self) -> float:
        """Syllables a minute."""
        return 60_000 * self.syllables / max(1, self.milliseconds)


@dataclass(frozen=True, slots=True)
class Tally:
    """All sentences of a book, and examples of each rule of repair or of speech: (before, after)."""

    sentences: tuple[Counted, ...]
    examples: Examples


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast a book is spoken, syllables a minute: the usual rate, its bounds for a section, each section's own."""

    middle: float
    low: float
    high: float
    sections: Mapping[int, float]
    odd: frozenset[int]

    def is_odd(self, counted: Counted) -> bool:
        """Whether a sentence is far from the usual rate."""
        return counted.syllables >= TELLING and abs(counted.rate - self.middle) > SENTENCE_SHARE * self.middle


def tally(manifest: Manifest) -> Tally:
    """Read every sentence of a book once more, as it was spoken."""
    from pipeline.speak.pinyin import Pronouncer
    from pipeline.speak.spoken import spoken

    pronouncer = Pronouncer(manifest.pronounce)
    examples = _edited(manifest.edits)
    sentences = []
    for section in manifest.sections:
        for number, chunk in enumerate(section.chunks, 1):
            said = spoken(chunk.voiced)
            for piece in said.pieces:
                if piece.rule:
                    _add(examples, piece.rule, (piece.written, piece.spoken))
            syllables = pronouncer.syllables(said.text)
            count = sum(syllable.citation is not None for syllable in syllables)
            sentences.append(Counted(section, number, chunk, count, tuple(doubts_among(said.text, syllables))))
    return Tally(tuple(sentences), examples)


def rates_of(tally: Tally) -> Rates:
    """The usual rate is the sentences' median; a section is odd when it is further off than sections are wont to be."""
    telling = [counted.rate for counted in tally.sentences if counted.syllables >= TELLING]
    middle = float(np.median(telling)) if telling else 0.0
    totals: dict[int, list[int]] = {}
    for counted in tally.sentences:
        total = totals.setdefault(counted.section.number, [0, 0])
        total[0] += counted.syllables
        total[1] += counted.milliseconds
    sections = {number: 60_000 * syllables / max(1, ms) for number, (syllables, ms) in totals.items()}
    judged = [number for number, (syllables, _) in totals.items() if syllables >= JUDGED]
    spread = float(np.median([abs(sections[number] - middle) for number in judged])) if judged else 0.0
    off = max(SECTION_SHARE * middle, DEVIATIONS * spread)
    odd = frozenset(number for number in judged if abs(sections[number] - middle) > off)
    return Rates(middle, middle - off, middle + off, sections, odd)


def _edited(edits: Sequence[Edit]) -> dict[str, list[tuple[str, str]]]:
    examples: dict[str, list[tuple[str, str]]] = {}
    for edit in edits:
        _add(examples, edit.rule, (edit.before, edit.after))
    return examples


def _add(examples: dict[str, list[tuple[str, str]]], rule: str, example: tuple[str, str]) -> None:
    known = examples.setdefault(rule, [])
    if len(known) < EXAMPLES and example not in known:
        known.append(example)


def doubtful(tally: Tally) -> Iterator[tuple[Counted, Found]]:
    """Each reading in doubt with its sentence, the most doubtful first."""
    found = [(counted, doubt) for counted in tally.sentences for doubt in counted.doubts]
    yield from sorted(found, key=lambda pair: -pair[1]["doubt"])
