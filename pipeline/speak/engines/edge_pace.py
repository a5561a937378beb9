"""The turns of all threads come in; they go out at the pace the service bears, and not at all while it refuses.

Refusals in a row lengthen a pause that all threads share and halve how many ask at once; answers widen it again
by one for each round. After several refusals in a row nobody asks for some minutes, and a file says so, so that
a build that is started again does not hammer the service either.
"""

import json
import math
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from pipeline.errors import EngineBusy, EngineError, InputError
from pipeline.files import safe_name, write_whole


class Refused(EngineBusy):
    """The service itself says no for now, perhaps for how many seconds: too many requests, overloaded, no sound."""

    def __init__(self, what: str, remedy: str = "", wait: float = 0.0) -> None:
        super().__init__(what, remedy)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast to ask and how patiently to wait; times in seconds."""

    at_once: int = 4  # requests under way, at most
    at_first: float = 2.0
    gap: float = 0.25  # between the starts of two requests
    pause: float = 3.0  # after the first refusal; doubled with each that follows
    longest_pause: float = 30.0
    refusals: int = 5  # in a row, before the service is left in peace
    peace: float = 300.0


@dataclass
class Pace:
    """One for each service, shared by all threads; `record` is where a time of peace is remembered."""

    record: Path
    tempo: Tempo = field(default_factory=Tempo)
    service: str = "the edge voice's service"

    def __post_init__(self) -> None:
        self._change = threading.Condition()
        self._under_way = 0
        self._slots = min(self.tempo.at_first, self.tempo.at_once)
        self._next_start = 0.0  # of time.monotonic, as is the next
        self._last_refusal = -math.inf
        self._refusals = 0  # in a row

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn, and learn from how it ends. Raises EngineError while the service is left in peace."""
        started = self._enter()
        try:
            yield
        except Refused as refusal:
            self._refused(started, refusal.wait)
            raise
        else:
            self._answered(started)
        finally:
            self._leave()

    def _enter(self) -> float:
        with self._change:
            while (wait := self._wait()) > 0:
                self._change.wait(wait)
            now = time.monotonic()
            self._under_way += 1
            self._next_start = now + self.tempo.gap * random.uniform(0.5, 1.5)
            return now

    def _wait(self) -> float:
        """Seconds until it is worth asking again whether there is a turn; 0 when there is."""
        peace_until = _peace_until(self.record, self.tempo.peace)
        if peace_until > time.time():
            clock = time.strftime("%H:%M:%S", time.localtime(peace_until))
            raise EngineError(
                f"{self.service} refused again and again; it is left in peace until {clock}",
                f"build again after {clock} (what is spoken is kept), or use the embedded voice: --engine kokoro",
            )
        if self._under_way >= int(self._slots):
            return self.tempo.longest_pause
        return self._next_start - time.monotonic()

    def _refused(self, started: float, wait: float) -> None:
        with self._change:
            if started <= self._last_refusal:
                return  # it was asked before the pause began: the same trouble, not a new one
            now = time.monotonic()
            pause = min(self.tempo.longest_pause, self.tempo.pause * 2**self._refusals)
            self._next_start = now + max(wait, pause * random.uniform(0.75, 1.25))
            self._last_refusal = now
            self._refusals += 1
            self._slots = max(1.0, self._slots / 2)
            if self._refusals >= self.tempo.refusals:
                self._refusals -= 1  # so that the first refusal after the peace is enough for another
                self._next_start = 0.0
                _keep_peace(self.record, time.time() + self.tempo.peace)

    def _answered(self, started: float) -> None:
        with self._change:
            if started > self._last_refusal:
                self._refusals = 0
                self._slots = min(float(self.tempo.at_once), self._slots + 1 / self._slots)

    def _leave(self) -> None:
        with self._change:
            self._under_way -= 1
            self._change.notify_all()


@cache
def pace_of(server: str, engine: str = "edge") -> Pace:
    """The pace for a service, the same for every voice that uses it."""
    from platformdirs import user_cache_path

    record = user_cache_path("audiobook") / engine / f"{safe_name(server or 'microsoft')}.json"
    return Pace(record, service=f"the {engine} voice's service")


def _keep_peace(record: Path, until: float) -> None:
    # Where no file can be written, the pauses within this run must do.
    with suppress(InputError):
        write_whole(record, json.dumps({"until": until}).encode())


def _peace_until(record: Path, longest: float) -> float:
    """The end of the time of peace, in seconds of the epoch; 0 where there is none, or none that can be meant."""
    try:
        until = float(json.loads(record.read_bytes())["until"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0.0
    return until if until <= time.time() + longest else 0.0
