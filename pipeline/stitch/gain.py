"""Clips come in; the one gain that brings their book to the target loudness, limiter included, goes out."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline import sound
from pipeline.errors import InputError
from pipeline.model import Audio, Clip, Samples

TARGET_LUFS = -19.0  # mono: what -16 LUFS is for stereo
CEILING_DBTP = -4.0  # a lossy encoder adds 0.4 to 1.0 dB
ROUNDS = 3  # the limiter takes up to 1 LU from peaky voices: what it takes is given back, round by round


def gain_for(clips: Sequence[Clip]) -> float:
    """The linear gain at which the clips, limited, have TARGET_LUFS; in steps of 0.01 dB, 1 for silence."""
    gain = nearer(1.0, sound.integrated_loudness(_joined(clip.energies for clip in clips)))
    for _ in range(ROUNDS):
        limited = (sound.limited(samples_of(clip), clip.rate, gain, CEILING_DBTP) for clip in clips)
        energies = [sound.block_energies(Audio(s, clips[0].rate)) for s in limited]
        gain = nearer(gain, sound.integrated_loudness(_joined(energies)))
    return gain


def nearer(gain: float, loudness: float) -> float:
    """The gain that would have given TARGET_LUFS where `gain` gave `loudness`."""
    change = round(TARGET_LUFS - loudness, 2) if math.isfinite(loudness) else 0.0
    return gain * 10 ** (change / 20)


def samples_of(clip: Clip) -> Samples:
    """A clip's sound. A damaged file is removed, so that the next build speaks it again; raises InputError."""
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


def _joined(energies: Iterable[Sequence[float] | np.typing.NDArray[np.float32]]) -> np.typing.NDArray[np.float32]:
    return np.concatenate([np.asarray(some, np.float32) for some in energies])
