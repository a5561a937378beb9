"""A finished file comes in; what a studio's meters show of it goes out, in one pass and flat memory."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import codec, sound
from pipeline.model import Audio, Samples

SILENT_DBFS = -60.0
FLOOR_WINDOW = 5  # blocks of 100 ms
FULL_SCALE = 32768.0


@dataclass(frozen=True, slots=True)
class Reading:
    """A file's meters: LUFS, dBTP, RMS and noise floor in dBFS, the longest silence in s, and its samples.

    The noise floor is the RMS of the quietest half second, as ACX asks for it. `openings` are the samples from each
    place that was asked for.
    """

    loudness: float
    peak: float
    rms: float
    floor: float
    silence: float
    length: int
    rate: int
    openings: tuple[Samples, ...]


def read_meters(path: Path, places: Sequence[float] = (), seconds: float = 2.0) -> Reading:
    """Decode a file and measure it; `places` are the times in s, ascending, from which `seconds` are kept.

    Raises InputError.
    """
    weighted: list[NDArray[np.floating]] = []
    plain: list[NDArray[np.float64]] = []
    openings: list[list[Samples]] = [[] for _ in places]
    starts: list[int] = []  # of the openings, samples
    peak, length, rate = -math.inf, 0, 1
    for block in _ahead(codec.decode_blocks(path)):
        rate = block.rate
        weighted.append(sound.block_energies(block))
        plain.append(_squares(block))
        peak = max(peak, sound.true_peak(block.samples, rate))
        starts, wanted = starts or [round(place * rate) for place in places], round(seconds * rate)
        for k in range(bisect_right(starts, length - wanted), bisect_left(starts, length + len(block.samples))):
            first = starts[k] - length
            openings[k].append(block.samples[max(0, first) : first + wanted].copy())  # a view would keep the block
        length += len(block.samples)
    squares = np.concatenate(plain)
    return Reading(
        loudness=sound.integrated_loudness(np.concatenate(weighted)),
        peak=peak,
        rms=_decibels(float(squares.mean())),
        floor=_decibels(float(_windows(squares).min())),
        silence=_longest_silence(squares),
        length=length,
        rate=rate,
        openings=tuple(np.concatenate(kept) if kept else np.zeros(0, np.int16) for kept in openings),
    )


def _ahead(blocks: Iterator[Audio]) -> Iterator[Audio]:
    """The same blocks, the next of which is decoded while one is measured."""
    with ThreadPoolExecutor(1) as decoder:
        coming = decoder.submit(next, blocks, None)
        while (block := coming.result()) is not None:
            coming = decoder.submit(next, blocks, None)
            yield block


def alike(one: Samples, other: Samples, shift: int = 0) -> float:
    """The correlation of two stretches of sound, 0 to 1, the best within `shift` samples; silence is like silence.

    >>> alike(np.array([1, -2, 3, 0], np.int16), np.array([0, 2, -4, 6], np.int16), shift=1)
    1.0
    """
    size = min(len(one), len(other)) - shift
    if size <= 0:
        return 0.0
    pairs = [(one[k : k + size], other[:size]) for k in range(shift + 1)]
    pairs += [(one[:size], other[k : k + size]) for k in range(1, shift + 1)]
    return round(max(_correlation(first, second) for first, second in pairs), 4)


def _correlation(one: Samples, other: Samples) -> float:
    first, second = one.astype(np.float64), other.astype(np.float64)
    power = float(first @ first) * float(second @ second)
    if power == 0:
        return 0.0 if first.any() or second.any() else 1.0
    return max(0.0, float(first @ second) / math.sqrt(power))


def _squares(block: Audio) -> NDArray[np.float64]:
    """The mean square of each 100 ms, full scale 1."""
    size = block.rate // 10
    whole = block.samples[: len(block.samples) // size * size].reshape(-1, size).astype(np.float64)
    return np.asarray(((whole / FULL_SCALE) ** 2).mean(axis=1))


def _windows(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(squares) < FLOOR_WINDOW:
        return np.asarray(squares.mean(keepdims=True))
    return np.convolve(squares, np.full(FLOOR_WINDOW, 1 / FLOOR_WINDOW), "valid")


def _longest_silence(squares: NDArray[np.float64]) -> float:
    loud = np.flatnonzero(np.concatenate([[True], squares >= 10 ** (SILENT_DBFS / 10), [True]]))
    return float(np.diff(loud).max() - 1) / 10


def _decibels(square: float) -> float:
    return 10 * math.log10(square) if square > 0 else -math.inf
