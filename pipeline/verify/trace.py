"""A book's finished sound comes in; what can be drawn of it goes out, in one pass over the sound.

The sound itself is never held: of each hour 180,000 flags of silence (one each 20 ms) and 36,000 energies are kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import codec, sound
from pipeline.model import Audio

FRAME_MS = 20
FRAMES_A_TENTH = 5
SILENT_DBFS = -50.0  # a finished book's pauses are digital silence and what a voice's breath leaves around it
SHORTEST_MS = 100  # a silence shorter than this belongs to the words around it
FULL_SCALE = 32768.0

Bounds = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True)
class Trace:
    """A sound in outline: for each `column` ms its lowest and highest sample (-1 to 1) and how much of it is silent.

    `energies` are K-weighted mean squares, one each 100 ms (see `pipeline.sound`); `silences` has the start and the
    length in ms of each silence, shape (n, 2).
    """

    column: int
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    silent: NDArray[np.float32]
    energies: NDArray[np.float32]
    silences: NDArray[np.int64]


def trace(
    files: Sequence[tuple[Path, int]], length: int, column: int, told: Callable[[int], None] = lambda done: None
) -> Trace:
    """The outline of `files` (each with the time in ms at which it begins), `length` ms in all.

    `column` is a multiple of 20 ms; `told` is given the ms that are done. Raises InputError.
    """
    frames, columns = -(-length // FRAME_MS), -(-length // column)
    low, high = np.zeros(columns, np.float32), np.zeros(columns, np.float32)
    quiet = np.ones(frames, np.bool_)
    energies = np.zeros(length // 100, np.float32)
    for start, block in _blocks(files):
        first = start // FRAME_MS
        lows, highs, silences = (part[: max(0, frames - first)] for part in _bounds(block))
        places = (first + np.arange(len(lows))) * FRAME_MS // column
        np.minimum.at(low, places, lows)
        np.maximum.at(high, places, highs)
        quiet[first : first + len(silences)] = silences
        weighted = sound.block_energies(block)[: max(0, len(energies) - start // 100)]
        energies[start // 100 : start // 100 + len(weighted)] = weighted
        told(min(length, start + round(1000 * block.seconds)))
    return Trace(column, low, high, _shares(quiet, column // FRAME_MS), energies, _runs(quiet))


def _blocks(files: Sequence[tuple[Path, int]]) -> Iterable[tuple[int, Audio]]:
    """Each block of sound with the time at which it begins, in ms, at a whole tenth of a second."""
    for path, start in files:
        position = round(start / 100) * 100
        for block in codec.decode_blocks(path):
            yield position, block
            position += len(block.samples) // (block.rate // 10) * 100


def _bounds(block: Audio) -> Bounds:
    """Of each frame of the block's whole tenths: the lowest and the highest sample, and whether it is silent."""
    tenth = block.rate // 10
    size = tenth // FRAMES_A_TENTH
    whole = block.samples[: len(block.samples) // tenth * tenth].reshape(-1, tenth)
    frames = whole[:, : size * FRAMES_A_TENTH].reshape(-1, size)
    levels = np.sqrt((frames.astype(np.float32) ** 2).mean(axis=1))
    return (
        frames.min(axis=1).astype(np.float32) / np.float32(FULL_SCALE),
        frames.max(axis=1).astype(np.float32) / np.float32(FULL_SCALE),
        levels < FULL_SCALE * 10 ** (SILENT_DBFS / 20),
    )


def _shares(quiet: NDArray[np.bool_], frames: int) -> NDArray[np.float32]:
    """How much of each column, `frames` long, is silent."""
    starts = np.arange(0, len(quiet), frames)
    counts = np.add.reduceat(quiet.astype(np.int32), starts)
    return (counts / np.diff([*starts, len(quiet)])).astype(np.float32)


def _runs(quiet: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Start and length of each silence, ms.

    >>> _runs(np.array([True] * 6 + [False] + [True] * 2)).tolist()
    [[0, 120]]
    """
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    starts, ends = edges[::2] * FRAME_MS, edges[1::2] * FRAME_MS
    long_enough = ends - starts >= SHORTEST_MS
    return np.stack([starts, ends - starts], axis=1)[long_enough]
