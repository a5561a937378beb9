"""Chunks and an engine come in; clips go out in reading order, each spoken once, checked, and kept in the cache."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import stamina

from pipeline import sound
from pipeline.errors import EngineBusy, EngineError
from pipeline.model import Audio, Chunk, Clip, Engine, Section, Verdict
from pipeline.speak.cache import ClipCache, clip_key

ATTEMPTS = 5  # calls of a busy voice before the build stops
AHEAD = 8  # chunks a worker that may be under way or waiting: keeps all busy, and memory flat


@dataclass(frozen=True, slots=True)
class Job:
    """One chunk, the voice that is to speak it, and the number of the take."""

    chunk: Chunk
    engine: Engine
    take: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its jobs, one a chunk."""

    section: Section
    jobs: tuple[Job, ...]


Check = Callable[[Audio, str], Verdict]
Heard = Callable[[Section, Clip, bool], None]  # the section, a clip of it, and whether it was spoken just now


@dataclass(frozen=True, slots=True)
class Studio:
    """Where speaking happens: the cache, the check every new clip must pass, and who is told of each clip."""

    cache: ClipCache
    check: Check
    heard: Heard
    workers: int

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
        remaining = iter(parts)
        under_way: deque[tuple[Section, list[Future[tuple[Clip, bool]]]]] = deque()
        waiting = 0
        while True:
            while waiting < AHEAD * self.workers and (part := next(remaining, None)):
                under_way.append((part.section, [pool.submit(self._clip, part.section, j) for j in part.jobs]))
                waiting += len(part.jobs)
            if not under_way:
                return
            section, futures = under_way.popleft()
            clips = []
            for future in futures:
                clip, fresh = future.result()
                self.heard(section, clip, fresh)
                clips.append(clip)
            waiting -= len(futures)
            yield section, tuple(clips)

    def _clip(self, section: Section, job: Job) -> tuple[Clip, bool]:
        try:
            script = job.engine.script(job.chunk.text)
            key = clip_key(job.engine.identity(), script, job.take)
            found = self.cache.find(key, job.chunk, script)
            if found:
                return found, False
            audio, verdict = self._audio(job.engine, script)
        except EngineError as error:
            place = f"section {section.number} ({section.title[:20]}), at {job.chunk.text[:20]!r}"
            raise type(error)(f"{place}: {error.what}", error.remedy) from error
        return self.cache.store(key, audio, (job.chunk, script), verdict), True

    def _audio(self, engine: Engine, script: str) -> tuple[Audio, Verdict]:
        """The sound of a script, trimmed and checked; a voice that is busy is asked again."""
        for attempt in stamina.retry_context(on=EngineBusy, attempts=ATTEMPTS, timeout=None):
            with attempt:
                audio = sound.trimmed(engine.speak(script))
                verdict = self.check(audio, script)
                if not verdict.ok:
                    raise EngineError(
                        f"the voice's sound fails its check: {'; '.join(verdict.findings)}",
                        "try another voice (--voice NAME) or reword the sentence",
                    )
        return audio, verdict
