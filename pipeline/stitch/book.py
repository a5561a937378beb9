"""Spoken sections come in as they are finished; encoded chapters on one timeline, at one loudness, go out.

A chapter is encoded while the next is spoken, so the gain must be known before the last clip is: it is taken from
the first minutes (the same clips on every run, hence the same bytes), and held against the whole book at the end.
What the last build encoded keeps the gain it has. When the whole is then further than TOLERANCE_LU from the target,
what is new is brought to the target by itself; only when that is not enough is everything encoded again.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from pipeline import sound
from pipeline.errors import DamageError
from pipeline.files import sha256_of
from pipeline.model import Chapter, Clip, Samples, Section
from pipeline.stamps import DigestOf
from pipeline.stitch.encode import Encoding, chapter_blocks, chapter_key, encode
from pipeline.stitch.gain import ROUNDS, TARGET_LUFS, gain_for, nearer
from pipeline.stitch.timeline import timeline
from pipeline.stow import Stowed

ENCODERS = 2  # chapters encoded at once, while others are spoken
ENOUGH_TO_JUDGE_S = 120
TOLERANCE_LU = 0.4  # the check allows 0.5, and the encoder changes the loudness by some hundredths

Made = TypeVar("Made")
Spoken = tuple[Section, Sequence[Clip]]
Encoder = Callable[[Sequence[Clip], float], Encoding]


@dataclass(frozen=True, slots=True)
class Levels:
    """What the last build settled: the gain for what is new, and the gain of each encoding that there is, by its name.

    Gains are linear; None where none is known yet.
    """

    gain: float | None = None
    standing: Mapping[str, float] = field(default_factory=dict)

    def of(self, clips: Sequence[Clip]) -> float | None:
        """The gain with which these clips were encoded; None where they were not."""
        gains = dict.fromkeys(self.standing.values())
        return next((gain for gain in gains if chapter_key(clips, gain) in self.standing), None)


@dataclass(frozen=True, slots=True)
class Stitched:
    """A book as sound: its chapters with the clips and the linear gain of each, and the loudness of all in LUFS.

    `gain` is the last build's, or what the chapters that are new to this one have.
    """

    chapters: tuple[Chapter, ...]
    clips: tuple[Sequence[Clip], ...]
    gains: tuple[float, ...]
    gain: float
    loudness: float

    def sound_of(self, number: int) -> Iterator[Samples]:
        """A section's samples, block by block, at the book's loudness."""
        index = next(k for k, chapter in enumerate(self.chapters) if chapter.section.number == number)
        return chapter_blocks(self.clips[index], self.gains[index])


def stitch(sections: Iterable[Spoken], folder: Path, levels: Levels, digest_of: DigestOf = sha256_of) -> Stitched:
    """Encode each section into `folder`, named by content, at the levels of the last build while they still fit.

    The sections may come in any order where the last build's gain is known; else it is taken from the first.
    """
    encoder: Encoder = partial(encode, folder=folder, digest_of=digest_of)
    came: list[Spoken] = []
    gain, gains = levels.gain, []
    with ThreadPoolExecutor(ENCODERS, thread_name_prefix="encoder") as pool:
        under_way: list[Future[Encoding]] = []
        for section, clips in sections:
            came.append((section, Stowed(clips)))
            gains.append(levels.of(clips))
            gain = gain or _first_gain(came)
            if gain:
                late = range(len(under_way), len(came))
                under_way += [pool.submit(encoder, came[k][1], gains[k] or gain) for k in late]
        made = [encoding.result() for encoding in under_way]
    if not gain:
        gain = gain_for(_clips(came))
        made = _encoded(came, gains, gain, encoder)
    order = sorted(range(len(came)), key=lambda k: came[k][0].number)
    spoken = [came[k] for k in order]
    found = _measured([made[k] for k in order], [gains[k] for k in order], gain)
    levelled = _levelled(spoken, found, encoder)
    chapters = tuple(_on_one_line(spoken, levelled.encodings))
    final = tuple(own or levelled.gain for own in levelled.known)
    loudness = round(max(levelled.loudness, -99.0), 2)
    return Stitched(chapters, tuple(clips for _, clips in spoken), final, levelled.gain, loudness)


class _Levelled(NamedTuple):
    """Chapters as encoded: those that are `known` with their own gain, the others with `gain`; LUFS of the whole."""

    encodings: list[Encoding]
    known: Sequence[float | None]
    gain: float
    loudness: float


def _levelled(spoken: Sequence[Spoken], done: _Levelled, encoder: Encoder) -> _Levelled:
    """The chapters at the target: as they are, or else the new ones brought to it, or else all with one gain."""
    known = done.known
    new = [part for part, own in zip(spoken, known, strict=True) if own is None]
    if not _fits(done) and 0 < len(new) < len(spoken):
        gain = gain_for(_clips(new))
        done = _measured(_encoded(spoken, known, gain, encoder), known, gain)
    for attempt in range(ROUNDS):
        if _fits(done):
            break
        gain = nearer(done.gain, done.loudness) if attempt else gain_for(_clips(spoken))
        alike = [None] * len(spoken)
        done = _measured(_encoded(spoken, alike, gain, encoder), alike, gain)
    return done


def _measured(encodings: list[Encoding], known: Sequence[float | None], gain: float) -> _Levelled:
    """The chapters with the loudness of the whole, which is measured once."""
    energies = [sound.unpacked(encoding.energies) for encoding in encodings]
    return _Levelled(encodings, known, gain, sound.integrated_loudness(np.concatenate(energies)))


def _fits(done: _Levelled) -> bool:
    """Whether the whole has the target loudness; what is silent has none."""
    return abs(done.loudness - TARGET_LUFS) <= TOLERANCE_LU or not math.isfinite(done.loudness)


def mended(make: Callable[[], Made], told: Callable[[str], None]) -> Made:
    """What `make` gives; where it finds a clip damaged, which it removes, it is asked again.

    Raises DamageError for a clip that is damaged when it was only just spoken.
    """
    met: set[str] = set()
    while True:
        try:
            return make()
        except DamageError as error:
            if error.what in met:
                raise
            met.add(error.what)
            told(error.what)


def _first_gain(spoken: Sequence[Spoken]) -> float | None:
    """The gain of the sections so far, once they are long enough to judge by."""
    clips = _clips(spoken)
    seconds = sum(clip.length / clip.rate for clip in chain.from_iterable(clips))
    return gain_for(clips) if seconds >= ENOUGH_TO_JUDGE_S else None


def _encoded(spoken: Iterable[Spoken], known: Sequence[float | None], gain: float, encoder: Encoder) -> list[Encoding]:
    """Every chapter's encoding at its known gain or else at this one."""
    return [encoder(clips, own or gain) for (_, clips), own in zip(spoken, known, strict=True)]


def _clips(spoken: Iterable[Spoken]) -> list[Sequence[Clip]]:
    return [clips for _, clips in spoken]


def _on_one_line(spoken: Iterable[Spoken], encodings: Iterable[Encoding]) -> Iterator[Chapter]:
    """The chapters one after the other; their times are rounded once, from the count of samples."""
    start = 0
    for (section, clips), encoding in zip(spoken, encodings, strict=True):
        clips = tuple(clips)
        times, rate = timeline(clips), clips[0].rate
        end = start + times.length
        yield Chapter(section, round(1000 * start / rate), round(1000 * end / rate), encoding.path, Stowed(times.lines))
        start = end
