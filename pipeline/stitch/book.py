"""Spoken sections come in as they are finished; encoded chapters on one timeline, at one loudness, go out.

A chapter is encoded while the next is spoken, so the gain must be known before the last clip is: it is taken from
the first minutes (the same clips on every run, hence the same bytes), and held against the whole book at the end.
Only when the whole is then further than TOLERANCE_LU from the target is everything encoded again.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from pipeline import sound
from pipeline.model import Chapter, Clip, Samples, Section
from pipeline.stitch.encode import Encoding, chapter_blocks, encode
from pipeline.stitch.gain import ROUNDS, TARGET_LUFS, gain_for, nearer
from pipeline.stitch.timeline import timeline

ENCODERS = 2  # chapters encoded at once, while others are spoken
ENOUGH_TO_JUDGE_S = 120
TOLERANCE_LU = 0.4  # the check allows 0.5, and the encoder changes the loudness by some hundredths

Spoken = tuple[Section, tuple[Clip, ...]]


@dataclass(frozen=True, slots=True)
class Stitched:
    """A book as sound: its chapters, the clips of each, the linear gain of all, the loudness in LUFS that it gives."""

    chapters: tuple[Chapter, ...]
    clips: tuple[tuple[Clip, ...], ...]
    gain: float
    loudness: float

    def sound_of(self, number: int) -> Iterator[Samples]:
        """A section's samples, block by block, at the book's loudness."""
        index = next(k for k, chapter in enumerate(self.chapters) if chapter.section.number == number)
        return chapter_blocks(self.clips[index], self.gain)


def stitch(sections: Iterable[Spoken], folder: Path, gain: float | None) -> Stitched:
    """Encode each section into `folder`, named by content, with the `gain` of the last build while it still fits."""
    spoken: list[Spoken] = []
    with ThreadPoolExecutor(ENCODERS, thread_name_prefix="encoder") as encoder:
        under_way: list[Future[Encoding]] = []
        for part in sections:
            spoken.append(part)
            gain = gain or _first_gain(spoken)
            if gain:
                under_way += [encoder.submit(encode, clips, gain, folder) for _, clips in spoken[len(under_way) :]]
        for encoding in under_way:
            encoding.result()
    gain = gain or gain_for(list(_clips(spoken)))
    encodings, loudness = _encoded(spoken, gain, folder)
    for attempt in range(ROUNDS):
        if abs(loudness - TARGET_LUFS) <= TOLERANCE_LU or not math.isfinite(loudness):
            break
        gain = nearer(gain, loudness) if attempt else gain_for(list(_clips(spoken)))
        encodings, loudness = _encoded(spoken, gain, folder)
    chapters = tuple(_on_one_line(spoken, encodings))
    return Stitched(chapters, tuple(clips for _, clips in spoken), gain, round(max(loudness, -99.0), 2))


def _first_gain(spoken: Sequence[Spoken]) -> float | None:
    """The gain of the sections so far, once they are long enough to judge by."""
    clips = list(_clips(spoken))
    return gain_for(clips) if sum(clip.length / clip.rate for clip in clips) >= ENOUGH_TO_JUDGE_S else None


def _encoded(spoken: Iterable[Spoken], gain: float, folder: Path) -> tuple[list[Encoding], float]:
    """Every chapter's encoding at a gain, and the loudness of the whole, LUFS."""
    encodings = [encode(clips, gain, folder) for _, clips in spoken]
    return encodings, sound.integrated_loudness(sound.unpacked(np.concatenate([e.energies for e in encodings])))


def _clips(spoken: Iterable[Spoken]) -> Iterator[Clip]:
    return chain.from_iterable(clips for _, clips in spoken)


def _on_one_line(spoken: Iterable[Spoken], encodings: Iterable[Encoding]) -> Iterator[Chapter]:
    """The chapters one after the other; their times are rounded once, from the count of samples."""
    start = 0
    for (section, clips), encoding in zip(spoken, encodings, strict=True):
        times, rate = timeline(clips), clips[0].rate
        end = start + times.length
        yield Chapter(section, round(1000 * start / rate), round(1000 * end / rate), encoding.path, times.lines)
        start = end
