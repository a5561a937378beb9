"""The energies of clips come in; the one gain that brings their book to the target loudness goes out."""

import math
from collections.abc import Sequence

import numpy as np

from pipeline import sound
from pipeline.model import Clip

TARGET_LUFS = -19.0  # mono: what -16 LUFS is for stereo
CEILING_DBTP = -4.0  # a lossy encoder adds 0.4 to 1.0 dB


def loudness_of(clips: Sequence[Clip]) -> float:
    """The integrated loudness of clips one after the other, LUFS; -inf for silence."""
    return sound.integrated_loudness(np.concatenate([np.asarray(clip.energies, np.float32) for clip in clips]))


def gain_for(clips: Sequence[Clip]) -> float:
    """The linear gain that brings the clips to TARGET_LUFS, in steps of 0.01 dB; 1 for silence."""
    loudness = loudness_of(clips)
    return 10 ** (round(TARGET_LUFS - loudness, 2) / 20) if math.isfinite(loudness) else 1.0
