"""What a voice has said so far comes in; how long it should take for a script goes out.

A voice's clips last `lead + slope * symbols of the script`, whatever the engine's symbols are. Measured with the
embedded voice on a speech: all of 73 clips within 14 % of that line, 4 % standard deviation. The line is learnt for
each voice from its own clips, and kept with the cache.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from pipeline.files import write_whole

ENOUGH = 20  # clips to learn a line from
REMEMBERED = 400  # clips of a voice; later ones change the line no more
SHARE = 0.3  # of the expected duration that a clip may be off
LEAST_S = 0.8
DEVIATIONS = 6.0


class Paces:
    """The pace of every voice met so far; threads may share one object."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._seen: dict[str, list[tuple[int, float]]] = {}
        self._grown: set[str] = set()

    def expected(self, voice: str, symbols: int) -> tuple[float, float] | None:
        """Shortest and longest duration in seconds that a script of so many symbols may have; None if not learnt."""
        with self._lock:
            seen = self._of(voice)
            if len(seen) < ENOUGH:
                return None
            counts, seconds = np.array(seen, np.float64).T
        line = np.stack([np.ones(len(counts)), counts])
        (lead, slope), *_ = np.linalg.lstsq(line.T, seconds, rcond=None)
        middle = lead + slope * symbols
        spread = float(np.std(seconds - (lead + slope * counts)))
        off = max(SHARE * middle, LEAST_S, DEVIATIONS * spread)
        return middle - off, middle + off

    def learn(self, voice: str, symbols: int, seconds: float) -> None:
        """Take a clip that passed its checks into account."""
        with self._lock:
            seen = self._of(voice)
            if len(seen) < REMEMBERED:
                seen.append((symbols, round(seconds, 3)))
                self._grown.add(voice)

    def keep(self) -> None:
        """Write down what was learnt."""
        with self._lock:
            for voice in self._grown:
                write_whole(self._path(voice), json.dumps(self._seen[voice]).encode())
            self._grown.clear()

    def _of(self, voice: str) -> list[tuple[int, float]]:
        if voice not in self._seen:
            path = self._path(voice)
            try:
                self._seen[voice] = [(int(n), float(s)) for n, s in json.loads(path.read_bytes())]
            except (OSError, ValueError, TypeError):  # absent or damaged: learnt anew
                self._seen[voice] = []
        return self._seen[voice]

    def _path(self, voice: str) -> Path:
        return self._folder / f"{voice}.json"


def voice_key(identity: Mapping[str, Any]) -> str:
    """A voice's name by all that makes its sound.

    >>> len(voice_key({"engine": "tone"}))
    32
    """
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
