"""Clips come in; the one gain that brings their book to the target loudness, limiter included, goes out."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pipeline import sound
from pipeline.errors import DamageError
from pipeline.model import Audio, Clip, Samples

TARGET_LUFS = -19.0  # mono: what -16 LUFS is for stereo
CEILING_DBTP = -4.0  # a lossy encoder adds 0.4 to 1.0 dB
ROUNDS = 3  # the limiter takes up to 1 LU from peaky voices: what it takes is given back, round by round


def gain_for(chapters: Sequence[Sequence[Clip]]) -> float:
    """The linear gain at which the clips, limited, have TARGET_LUFS; in steps of 0.01 dB, 1 for silence."""
    gain = nearer(1.0, _loudness(chapters, lambda clip: sound.unpacked(clip.energies)))
    for _ in range(ROUNDS):
        gain = nearer(gain, _loudness(chapters, partial(_limited, gain=gain)))
    return gain


def nearer(gain: float, loudness: float) -> float:
    """The gain that would have given TARGET_LUFS where `gain` gave `loudness`."""
    change = round(TARGET_LUFS - loudness, 2) if math.isfinite(loudness) else 0.0
    return gain * 10 ** (change / 20)


def samples_of(clip: Clip) -> Samples:
    """A clip's sound. A damaged file is removed, so that the next build speaks it again; raises DamageError."""
    import soundfile

    try:
        samples, _ = soundfile.read(clip.path, dtype="int16")
    except (soundfile.LibsndfileError, OSError):
        samples = np.zeros(0, np.int16)
    if len(samples) != clip.length:
        clip.path.unlink(missing_ok=True)
        raise DamageError(
            f"the clip of {clip.chunk.text[:20]!r} was damaged and is removed", "run the same command again"
        )
    return np.asarray(samples, np.int16)


def _limited(clip: Clip, gain: float) -> NDArray[np.float32]:
    """The energies of a clip at a gain, limited."""
    samples = sound.limited(samples_of(clip), clip.rate, gain * clip.trim, CEILING_DBTP)
    return sound.block_energies(Audio(samples, clip.rate))


def _loudness(chapters: Iterable[Iterable[Clip]], energies_of: Callable[[Clip], NDArray[np.float32]]) -> float:
    """LUFS of the clips with their pauses: blocks that reach into a pause are softer, and they count."""
    parts: list[NDArray[np.float32]] = []
    for clip in chain.from_iterable(chapters):
        parts += [np.asarray(energies_of(clip), np.float32), np.zeros(round(10 * clip.chunk.pause), np.float32)]
    return sound.integrated_loudness(np.concatenate(parts))
