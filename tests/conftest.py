"""Small voices for the tests: they keep the protocol, make real sound, and can be made to fail on purpose."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
import pytest

from pipeline.errors import EngineBusy, EngineError
from pipeline.model import Audio
from tests.browser import started

RATE = 24_000


@dataclass
class Hum:
    """A voice that hums 0.2 s a character, each text at its own pitch, and fails for scripts it is told to fail for."""

    busy: dict[str, int] = field(default_factory=dict)  # script -> how many times it is busy first
    broken: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    hasty: set[str] = field(default_factory=set)  # scripts of which it says a third, the first time
    echo: dict[str, str] = field(default_factory=dict)  # script -> the script it says instead
    rate: int = 0
    spoken: list[str] = field(default_factory=list)
    limit = 60
    workers = 2

    def identity(self) -> Mapping[str, Any]:
        return {"engine": "hum", "rate": self.rate}

    def script(self, text: str) -> str:
        return text

    def speak(self, script: str) -> Audio:
        if script in self.broken:
            raise EngineError("it will not be said", "say something else")
        if self.busy.get(script, 0) > 0:
            self.busy[script] -= 1
            raise EngineBusy("not now")
        self.spoken.append(script)
        if script in self.hasty and self.spoken.count(script) == 1:
            script = script[: len(script) // 3]
        script = self.echo.get(script, script)
        times = np.arange(int(0.2 * RATE * len(script))) / RATE
        level = 0 if script in self.silent else 8000
        pitch = 200 + crc32(script.encode()) % 99_991 / 100
        return Audio((level * np.sin(2 * np.pi * pitch * times)).astype(np.int16), RATE)


@pytest.fixture
def hum() -> Hum:
    return Hum()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One for all pages of a test file."""
    with started() as found:
        yield found
