"""A section's clips and the book's gain come in; the chapter's encoding, or its bare sound block by block, goes out."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline import codec, sound
from pipeline.errors import InputError
from pipeline.model import Clip, Samples
from pipeline.stitch.gain import CEILING_DBTP
from pipeline.stitch.timeline import HEAD_S, TAIL_S, timeline

FORMAT = 1  # raise it when what makes a chapter's bytes changes here


def chapter_key(clips: Sequence[Clip], gain: float) -> str:
    """The SHA-256 of all that makes a chapter's bytes: clips, pauses, gain and the encoder's settings."""
    facts = {
        "format": FORMAT,
        "clips": [(clip.key, clip.chunk.pause) for clip in clips],
        "ends": (HEAD_S, TAIL_S),
        "gain": gain,
        "ceiling": CEILING_DBTP,
        "codec": codec.AAC_BITS,
    }
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def encode(clips: Sequence[Clip], gain: float, target: Path) -> None:
    """Write a chapter as an untagged m4a, whole or not at all, with one clip in memory at a time."""
    codec.write_aac(chapter_blocks(clips, gain), clips[0].rate, target)


def chapter_blocks(clips: Sequence[Clip], gain: float) -> Iterator[Samples]:
    """A chapter's samples in order: silence and, between, the clips at the book's loudness."""
    times = timeline(clips)
    yield np.zeros(times.starts[0], np.int16)
    ends = [*times.starts[1:], times.length]
    for clip, (start, end) in zip(clips, zip(times.starts, ends, strict=True), strict=True):
        yield sound.limited(_samples(clip), clip.rate, gain, CEILING_DBTP)
        yield np.zeros(end - start - clip.length, np.int16)


def _samples(clip: Clip) -> Samples:
    """A clip's sound. A damaged file is removed, so that the next build speaks it again."""
    import soundfile

    try:
        samples, _ = soundfile.read(clip.path, dtype="int16")
    except (soundfile.LibsndfileError, OSError):
        samples = np.zeros(0, np.int16)
    if len(samples) != clip.length:
        clip.path.unlink(missing_ok=True)
        raise InputError(
            f"the clip of {clip.chunk.text[:20]!r} was damaged and is removed", "run the same command again"
        )
    return np.asarray(samples, np.int16)
