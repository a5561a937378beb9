"""A chapter's sound comes in; the same at the level that the shop ACX accepts goes out.

ACX asks of every file by itself: RMS from -23 to -18 dB, silence included, and no peak above -3 dB. A book at -19 LUFS
is mostly there already; a chapter that is not, for its many pauses or few, is turned up or down as a whole.
https://help.acx.com/s/article/what-are-the-acx-audio-submission-requirements
"""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from pipeline import sound
from pipeline.model import Samples

LOWEST_DB, HIGHEST_DB = -22.5, -18.5  # half a decibel inside
AIM_DB = -20.5
CEILING_DBTP = -4.0  # what an encoder adds stays below -3 dB
ROUNDS = 4  # the limiter takes from what was added: what it took is added again

Sound = Callable[[], Iterable[Samples]]


def levelled(blocks_of: Sound, rate: int) -> Iterator[Samples]:
    """The chapter's blocks, which `blocks_of` gives as often as it is asked, at ACX's level; silence stays as it is."""
    gain = 1.0
    for _ in range(ROUNDS):
        level = _rms_db(_louder(blocks_of(), rate, gain))
        if LOWEST_DB <= level <= HIGHEST_DB or not math.isfinite(level):
            break
        gain *= 10 ** ((AIM_DB - level) / 20)
    return _louder(blocks_of(), rate, gain)


def _louder(blocks: Iterable[Samples], rate: int, gain: float) -> Iterator[Samples]:
    for block in blocks:
        yield block if gain == 1.0 else sound.limited(block, rate, gain, CEILING_DBTP)


def _rms_db(blocks: Iterable[Samples]) -> float:
    """The root mean square of all samples, dB of full scale."""
    total, count = 0.0, 0
    for block in blocks:
        total += float(np.square(block.astype(np.float64)).sum())
        count += len(block)
    return 10 * math.log10(total / count / sound.FULL_SCALE**2) if total else -math.inf
