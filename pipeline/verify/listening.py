"""Clips come in; what a recogniser writes down of each goes out, kept by content so that nothing is heard twice.

A clip is heard in two passes where the recogniser has a cheaper one: what that writes down counts where it agrees
with what should be said, for chance does not write a sentence; every other clip is heard with care.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from pipeline.files import write_whole

AHEAD = 16  # clips that may wait for the recogniser: keeps it busy, and memory flat
Result = TypeVar("Result")


class Known(Protocol):
    """Whatever writes down what it hears, by its recipe."""

    def identity(self) -> Mapping[str, Any]:
        """All that changes what is written down of the same sound."""
        ...


class FirstPass(Known, Protocol):
    """A cheaper way to hear clips, some of one length at once."""

    batch: int  # how many at once

    def window(self, clip: Path) -> int:
        """What must be the same of clips that are heard at once; 0 for a clip that cannot be heard so."""
        ...

    def heard(self, clips: Sequence[Path]) -> list[str]:
        """What is written down of each."""
        ...


class Ear(Known, Protocol):
    """A recogniser, as far as it matters here."""

    workers: int  # how many clips it hears at once, from threads
    first_pass: FirstPass | None

    def heard(self, clip: Path) -> str:
        """What is written down of a clip."""
        ...


class Spoken(NamedTuple):
    """A clip by its key and file; `agrees` tells whether what was heard of it is what should be said."""

    key: str
    path: Path
    agrees: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Notebook:
    """What was heard, one small file a clip below `folder`."""

    folder: Path

    def read(self, clip: str, ear: Known) -> str | None:
        """What this recogniser has written down of the clip with that key; None if it never heard it, or the note
        is damaged."""
        try:
            return str(json.loads(self._path(clip, ear).read_bytes())["heard"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, clip: str, ear: Known, heard: str) -> None:
        """Note it down."""
        facts = {"clip": clip, **ear.identity(), "heard": heard}
        write_whole(self._path(clip, ear), json.dumps(facts, ensure_ascii=False, sort_keys=True).encode())

    def settled(self, clip: Spoken, ear: Ear) -> str | None:
        """What counts of a clip that was heard before: what was heard with care, else the first pass if it agrees."""
        known = self.read(clip.key, ear)
        if known is None and ear.first_pass:
            hasty = self.read(clip.key, ear.first_pass)
            return hasty if hasty is not None and clip.agrees(hasty) else None
        return known

    def _path(self, clip: str, ear: Known) -> Path:
        name = hashlib.sha256(json.dumps([clip, ear.identity()], sort_keys=True).encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.json"


def listen(clips: Iterable[Spoken], ear: Ear, notebook: Notebook) -> Iterator[str]:
    """What is heard in each clip, in order, as soon as it is known."""
    waiting: deque[Future[str]] = deque()
    pool = ThreadPoolExecutor(ear.workers, thread_name_prefix="ear")
    try:
        for clip, text in _settled(clips, ear, notebook, pool):
            waiting.append(pool.submit(_heard, clip, ear, notebook) if text is None else _done(text))
            while waiting and (len(waiting) >= AHEAD or waiting[0].done()):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _settled(
    clips: Iterable[Spoken], ear: Ear, notebook: Notebook, pool: ThreadPoolExecutor
) -> Iterator[tuple[Spoken, str | None]]:
    """Each clip with what `Notebook.settled` would say after a first pass; one group is heard while another is read."""
    if ear.first_pass is None:
        yield from ((clip, notebook.read(clip.key, ear)) for clip in clips)
        return
    groups: deque[_Group] = deque()
    coming = iter(clips)
    while group := list(islice(coming, AHEAD)):
        careful = {clip.key: notebook.read(clip.key, ear) for clip in group}
        fresh = [clip for clip in group if careful[clip.key] is None]
        groups.append(_Group(group, careful, _submitted(fresh, ear.first_pass, notebook, pool)))
        if len(groups) > 1:
            yield from groups.popleft().results()
    for last in groups:
        yield from last.results()


class _Group(NamedTuple):
    """Clips in order, and by key what was heard of them with care, and what the first pass hears in any order."""

    clips: list[Spoken]
    careful: Mapping[str, str | None]
    hasty: list[Future[dict[str, str]]]

    def results(self) -> Iterator[tuple[Spoken, str | None]]:
        hasty = {key: text for future in self.hasty for key, text in future.result().items()}
        for clip in self.clips:
            text = hasty.get(clip.key)
            yield clip, text if text is not None and clip.agrees(text) else self.careful[clip.key]


def _submitted(
    clips: Sequence[Spoken], first_pass: FirstPass, notebook: Notebook, pool: ThreadPoolExecutor
) -> list[Future[dict[str, str]]]:
    """The first pass over some clips: what is noted, and the others in batches of one length."""
    noted: dict[str, str] = {}
    alike: dict[int, dict[str, Path]] = {}  # a window -> the clips in it, by key
    for clip in clips:
        text = notebook.read(clip.key, first_pass)
        if text is not None:
            noted[clip.key] = text
        elif window := first_pass.window(clip.path):
            alike.setdefault(window, {})[clip.key] = clip.path
    batches = [
        dict(list(paths.items())[start : start + first_pass.batch])
        for paths in alike.values()
        for start in range(0, len(paths), first_pass.batch)
    ]
    return [_done(noted), *(pool.submit(_skimmed, batch, first_pass, notebook) for batch in batches)]


def _skimmed(clips: Mapping[str, Path], first_pass: FirstPass, notebook: Notebook) -> dict[str, str]:
    texts = dict(zip(clips, first_pass.heard(list(clips.values())), strict=True))
    for key, text in texts.items():
        notebook.write(key, first_pass, text)
    return texts


def _heard(clip: Spoken, ear: Ear, notebook: Notebook) -> str:
    known = notebook.read(clip.key, ear)
    if known is None:
        known = ear.heard(clip.path)
        notebook.write(clip.key, ear, known)
    return known


def _done(result: Result) -> Future[Result]:
    future: Future[Result] = Future()
    future.set_result(result)
    return future
