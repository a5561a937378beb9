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

from pipeline.model import Chapter, Clip, Samples, Section
from pipeline.stitch.encode import chapter_blocks, chapter_key, encode
from pipeline.stitch.gain import TARGET_LUFS, gain_for, loudness_of
from pipeline.stitch.timeline import timeline

ENOUGH_TO_JUDGE_S = 120
TOLERANCE_LU = 0.5

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
    with ThreadPoolExecutor(1, thread_name_prefix="encoder") as encoder:
        encodings: list[Future[Path]] = []
        for part in sections:
            spoken.append(part)
            gain = gain or _first_gain(spoken)
            if gain:
                waiting = spoken[len(encodings) :]
                encodings += [encoder.submit(_encoded, clips, gain, folder) for _, clips in waiting]
        for encoding in encodings:
            encoding.result()
    gain = _fitting(gain, list(_clips(spoken)))
    chapters = tuple(_on_one_line(spoken, gain, folder))
    loudness = loudness_of(list(_clips(spoken))) + 20 * math.log10(gain)
    return Stitched(chapters, tuple(clips for _, clips in spoken), gain, round(max(loudness, -99.0), 2))


def _first_gain(spoken: Sequence[Spoken]) -> float | None:
    """The gain of the sections so far, once they are long enough to judge by."""
    clips = list(_clips(spoken))
    return gain_for(clips) if sum(clip.length / clip.rate for clip in clips) >= ENOUGH_TO_JUDGE_S else None


def _fitting(gain: float | None, clips: Sequence[Clip]) -> float:
    """The gain if the whole book is near enough to the target with it, else the book's own."""
    if gain and abs(loudness_of(clips) + 20 * math.log10(gain) - TARGET_LUFS) <= TOLERANCE_LU:
        return gain
    return gain_for(clips)


def _clips(spoken: Iterable[Spoken]) -> Iterator[Clip]:
    return chain.from_iterable(clips for _, clips in spoken)


def _encoded(clips: tuple[Clip, ...], gain: float, folder: Path) -> Path:
    """The chapter's encoding, made unless it is there."""
    path = folder / f"{chapter_key(clips, gain)}.m4a"
    if not path.is_file():
        encode(clips, gain, path)
    return path


def _on_one_line(spoken: Iterable[Spoken], gain: float, folder: Path) -> Iterator[Chapter]:
    """The chapters one after the other; their times are rounded once, from the count of samples."""
    start = 0
    for section, clips in spoken:
        times, rate = timeline(clips), clips[0].rate
        end = start + times.length
        path = _encoded(clips, gain, folder)
        yield Chapter(section, round(1000 * start / rate), round(1000 * end / rate), path, times.lines)
        start = end
