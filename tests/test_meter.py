"""The meters of a finished book: what stands behind the marks, in memory that does not grow with the book."""

import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline import codec
from pipeline.model import Audio
from pipeline.verify.meter import read_meters

RATE = 24_000
BLOCK = 8 * RATE


def test_openings_are_the_samples_behind_the_marks_and_blocks_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    count, marks = 60, [0.0, 7.0, 7.5, 16.0, 250.25, 479.0]
    alive: list[Any] = []

    def blocks(_: Path) -> Iterator[Audio]:
        for number in range(count):
            samples = (np.arange(number * BLOCK, (number + 1) * BLOCK) % 30_011).astype(np.int16)
            alive.append(weakref.ref(samples))
            assert sum(one() is not None for one in alive) <= 3, "blocks that are measured are still held"
            yield Audio(samples, RATE)
            del samples

    monkeypatch.setattr(codec, "decode_blocks", blocks)
    meters = read_meters(Path("book.m4b"), marks)
    assert meters.length == count * BLOCK
    for mark, opening in zip(marks, meters.openings, strict=True):
        first = round(mark * RATE)
        assert len(opening) == min(2 * RATE, count * BLOCK - first)
        assert np.array_equal(opening, (np.arange(first, first + len(opening)) % 30_011).astype(np.int16))
