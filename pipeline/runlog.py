"""A build as it goes comes in; one line about it goes out, into its book's log: the manifest itself has no clock."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from pipeline.model import Clip, Section

DONE = "done"


class Watch(Protocol):
    """Who is told how a build goes."""

    def waiting(self, message: str) -> None: ...
    def planned(self, sections: Sequence[Section]) -> None: ...
    def heard(self, section: Section, clip: Clip, fresh: bool) -> None: ...
    def stitching(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Work:
    """What an engine did: sentences, the characters it was given for them, and how long they sound."""

    sentences: int = 0
    given: int = 0
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A build that came to its end, or was stopped: when it began (UTC), the error that ended it if one did.

    `seconds` are by stage ("reading", "speaking" with the chapters' encoding, "binding"); `spoken` is by engine;
    `found` sentences were in the cache.
    """

    began: str
    ended: str
    seconds: Mapping[str, float]
    spoken: Mapping[str, Work] = field(default_factory=dict)
    found: int = 0


class Stopwatch:
    """Follows a build of an engine's voice for the log, and passes on what it is told to another watch."""

    def __init__(self, watch: Watch, engine: str) -> None:
        self._watch = watch
        self._engine = engine
        self._began = datetime.now(UTC)
        self._laps = [("", time.monotonic())]
        self._spoken: dict[str, Work] = {}
        self._found = 0

    def waiting(self, message: str) -> None:
        """Another build holds the book."""
        self._watch.waiting(message)

    def planned(self, sections: Sequence[Section]) -> None:
        """The text is read, repaired and cut."""
        self._lap("reading")
        self._watch.planned(sections)

    def heard(self, section: Section, clip: Clip, fresh: bool) -> None:
        """A clip is there."""
        if fresh:
            engine = clip.speaker.engine if clip.speaker else self._engine
            work = self._spoken.get(engine, Work())
            self._spoken[engine] = Work(
                work.sentences + 1,
                work.given + len(clip.script),
                work.milliseconds + clip.length * 1000 // clip.rate,
            )
        else:
            self._found += 1
        self._watch.heard(section, clip, fresh)

    def stitching(self) -> None:
        """All is spoken."""
        self._lap("speaking")
        self._watch.stitching()

    @contextlib.contextmanager
    def logged(self, log: Path) -> Iterator[None]:
        """Put a line into the log when the build is done, or stopped by an error; a killed one leaves none."""
        ended = DONE
        try:
            yield
            self._lap("binding")
        except BaseException as error:
            ended = type(error).__name__
            raise
        finally:
            _append(log, self._run(ended))

    def _lap(self, stage: str) -> None:
        self._laps.append((stage, time.monotonic()))

    def _run(self, ended: str) -> Run:
        seconds: dict[str, float] = {}  # a stage may come again: a damaged clip is spoken anew
        for (_, start), (stage, end) in pairwise(self._laps):
            seconds[stage] = round(seconds.get(stage, 0.0) + end - start, 2)
        return Run(f"{self._began:%Y-%m-%dT%H:%M:%SZ}", ended, seconds, self._spoken, self._found)


def read_runs(log: Path) -> list[Run]:
    """The builds in a book's log, the oldest first; a line that is not whole is left out."""
    from pydantic import TypeAdapter, ValidationError

    try:
        lines = log.read_bytes().splitlines()
    except OSError:
        return []
    known, runs = TypeAdapter(Run), []
    for line in lines:
        with contextlib.suppress(ValidationError):
            runs.append(known.validate_json(line))
    return runs


def _append(log: Path, run: Run) -> None:
    """One write, the end of a line first: behind half a line that a crash has left, it still stands alone."""
    with contextlib.suppress(OSError):  # a book is not lost for want of a note about it
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write("\n" + json.dumps(asdict(run)))
