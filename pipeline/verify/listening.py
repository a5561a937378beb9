"""Clips come in; what a recogniser writes down of each goes out, kept by content so that nothing is heard twice."""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pipeline.files import write_whole

AHEAD = 16  # clips that may wait for the recogniser: keeps it busy, and memory flat


class Ear(Protocol):
    """A recogniser, as far as it matters here."""

    workers: int  # how many clips it hears at once, from threads

    def identity(self) -> Mapping[str, Any]:
        """All that changes what is written down of the same sound."""
        ...

    def heard(self, clip: Path) -> str:
        """What is written down of a clip."""
        ...


@dataclass(frozen=True, slots=True)
class Notebook:
    """What was heard, one small file a clip below `folder`."""

    folder: Path

    def read(self, clip: str, ear: Ear) -> str | None:
        """What this recogniser has written down of the clip with that key; None if it never heard it, or the note
        is damaged."""
        try:
            return str(json.loads(self._path(clip, ear).read_bytes())["heard"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, clip: str, ear: Ear, heard: str) -> None:
        """Note it down."""
        facts = {"clip": clip, **ear.identity(), "heard": heard}
        write_whole(self._path(clip, ear), json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())

    def _path(self, clip: str, ear: Ear) -> Path:
        name = hashlib.sha256(json.dumps([clip, ear.identity()], sort_keys=True).encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.json"


def listen(clips: Iterable[tuple[str, Path]], ear: Ear, notebook: Notebook) -> Iterator[str]:
    """What is heard in each clip (its key and file), in order, as soon as it is known."""
    waiting: deque[Future[str]] = deque()
    pool = ThreadPoolExecutor(ear.workers, thread_name_prefix="ear")
    try:
        for key, path in clips:
            waiting.append(pool.submit(_heard, key, path, ear, notebook))
            if len(waiting) >= AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _heard(key: str, path: Path, ear: Ear, notebook: Notebook) -> str:
    known = notebook.read(key, ear)
    if known is None:
        known = ear.heard(path)
        notebook.write(key, ear, known)
    return known
