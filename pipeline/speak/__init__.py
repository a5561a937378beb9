"""Chunks and an engine come in; clips go out in reading order, each spoken once, checked, and kept in the cache."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from pipeline.errors import EngineBusy, EngineError
from pipeline.model import Audio, Chunk, Clip, Engine, Recipe, Section, Verdict
from pipeline.speak.cache import ClipCache, clip_key
from pipeline.speak.mending import say

GAP_S, GAP_RATE = 1.0, 24_000  # the silence in place of a chunk that could not be spoken
AHEAD = 8  # chunks a worker that may be under way or waiting: keeps all busy, and memory flat


@dataclass(frozen=True, slots=True)
class Job:
    """One chunk, the voice that is to speak it, the number of the take, and who it is, if not the section's voice."""

    chunk: Chunk
    engine: Engine
    take: int = 0
    speaker: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its jobs, one a chunk."""

    section: Section
    jobs: tuple[Job, ...]


class Known(NamedTuple):
    """What is known of a text, perhaps from the last build: its script, and the clip that is spoken of it."""

    script: str
    clip: str


Check = Callable[[Audio, str, Mapping[str, Any]], Verdict]  # a sound, its script, the voice's identity
Unsaid = Callable[[EngineError, Job, ClipCache], Clip]  # what becomes of a chunk that no attempt can say
Heard = Callable[[Section, Clip, bool], None]  # the section, a clip of it, and whether it was spoken just now


def stop(error: EngineError, job: Job, cache: ClipCache) -> Clip:
    """A chunk that cannot be spoken ends the build; what was spoken is kept."""
    raise error


def leave_a_gap(error: EngineError, job: Job, cache: ClipCache) -> Clip:
    """A chunk that cannot be spoken becomes a silence, and its verdict says so; the next build tries it again.

    A voice that is only busy now still ends the build: its chunks would all be gaps.
    """
    if isinstance(error, EngineBusy):
        raise error
    verdict = Verdict(False, (error.what,))
    key = clip_key({"gap": error.what}, job.chunk.voiced, job.take)
    return cache.store(key, Audio(np.zeros(round(GAP_S * GAP_RATE), np.int16), GAP_RATE), (job.chunk, ""), verdict)


@dataclass(frozen=True, slots=True)
class Studio:
    """Where speaking happens: the cache, the check every new clip must pass, and who is told of each clip."""

    cache: ClipCache
    check: Check
    heard: Heard
    workers: int
    unsaid: Unsaid = stop
    known: Mapping[str, Known] = field(default_factory=dict)  # by text

    def speak(self, parts: Iterable[Part]) -> Iterator[tuple[Section, tuple[Clip, ...]]]:
        """Yield each section with its clips as soon as they are all there, while the voice goes on with the next.

        Raises EngineError, naming the place, when a chunk cannot be spoken; what was spoken before is kept.
        """
        pool = ThreadPoolExecutor(self.workers, thread_name_prefix="voice")
        try:
            yield from self._in_order(pool, parts)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    def _in_order(self, pool: ThreadPoolExecutor, parts: Iterable[Part]) -> Iterator[tuple[Section, tuple[Clip, ...]]]:
        """The next sections are handed out while a section's last chunks are spoken: no worker waits for its end."""
        remaining = iter(parts)
        under_way: deque[tuple[Section, list[Future[tuple[Clip, bool]]]]] = deque()
        waiting = 0
        while True:
            waiting += self._hand_out(pool, remaining, under_way, AHEAD * self.workers - waiting)
            if not under_way:
                return
            section, futures = under_way.popleft()
            clips = []
            for future in futures:
                clip, fresh = future.result()
                waiting += self._hand_out(pool, remaining, under_way, AHEAD * self.workers - waiting + 1) - 1
                self.heard(section, clip, fresh)
                clips.append(clip)
            yield section, tuple(clips)

    def _hand_out(self, pool: ThreadPoolExecutor, remaining: Iterator[Part], under_way: deque[Any], wanted: int) -> int:
        """Give whole sections to the pool until so many chunks are wanted no more; how many were given."""
        given = 0
        while given < wanted and (part := next(remaining, None)):
            under_way.append((part.section, [self._promised(pool, part.section, job) for job in part.jobs]))
            given += len(part.jobs)
        return given

    def _promised(self, pool: ThreadPoolExecutor, section: Section, job: Job) -> Future[tuple[Clip, bool]]:
        """A chunk's clip to be; what is known and there costs less than to hand it to another thread."""
        known = self.known.get(job.chunk.voiced)
        found = found_clip(job, self.cache, known) if known and holds(known, job) else None
        if found is None:
            return pool.submit(self._clip, section, job, known)
        there: Future[tuple[Clip, bool]] = Future()
        there.set_result((found, False))
        return there

    def _clip(self, section: Section, job: Job, known: Known | None) -> tuple[Clip, bool]:
        try:
            return clip_of(job, self.cache, self.check, known)
        except EngineError as error:
            place = f"section {section.number} ({section.title[:20]}), at {job.chunk.text[:20]!r}"
            return self.unsaid(type(error)(f"{place}: {error.what}", error.remedy), job, self.cache), True


def holds(known: Known, job: Job) -> bool:
    """Whether the voice, speaking a script now, would make the clip that was made of it then."""
    return clip_key(job.engine.identity(), known.script, job.take) == known.clip


def named(job: Job, known: Known | None = None) -> Known:
    """The script of a job and the name of its clip."""
    if known and holds(known, job):
        return known
    script = job.engine.script(job.chunk.voiced)
    return Known(script, clip_key(job.engine.identity(), script, job.take))


def found_clip(job: Job, cache: ClipCache, name: Known) -> Clip | None:
    """The clip of a job, if it is there."""
    found = cache.find(name.clip, job.chunk, name.script)
    return replace(found, speaker=job.speaker) if found and job.speaker else found


def clip_of(job: Job, cache: ClipCache, check: Check, known: Known | None = None) -> tuple[Clip, bool]:
    """The clip of a job, and whether it was spoken just now. Raises EngineError."""
    chunk, engine, name = job.chunk, job.engine, named(job, known)
    found = found_clip(job, cache, name)
    if found:
        return found, False
    audio, verdict = say(chunk.voiced, engine, lambda audio, said: check(audio, said, engine.identity()))
    return replace(cache.store(name.clip, audio, (chunk, name.script), verdict), speaker=job.speaker), True
