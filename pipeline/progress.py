"""What is being done comes in; a bar goes out on a terminal, nothing elsewhere. Each is a context manager around it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from pipeline.screen import clean, say

if TYPE_CHECKING:
    from pipeline.audition import Heard
    from pipeline.model import Clip, Section

PICTURE_S = 0.05  # a bar is drawn ten times a second, and a thousand clips may be found in one


class _Bar:
    """A bar with a text in front of it and one behind; `fields` are what the texts show at first."""

    stays = True  # whether it is left on the screen at the end

    def __init__(self, before: str, after: str = "", **fields: Any) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        behind = [TextColumn(after)] if after else []
        columns = (TextColumn(before), BarColumn(), *behind, TimeRemainingColumn())
        drawn = sys.stderr.isatty()
        self._bar = Progress(*columns, console=Console(stderr=True), transient=not self.stays, disable=not drawn)
        self._task = self._bar.add_task("", total=None, **fields)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


class Listener(_Bar):
    """Follows the listening."""

    def __init__(self) -> None:
        super().__init__("listening {task.fields[place]}", place="")

    def heard(self, heard: Heard, length: int) -> None:
        """A chunk was heard; the book is `length` milliseconds long."""
        place = clean(f"{heard.section.number} {heard.section.title}")[:24]
        self._bar.update(self._task, completed=heard.chunk.end, total=length, place=place)


class Scanner(_Bar):
    """Follows a look at a whole text or book."""

    stays = False

    def scanned(self, done: int, total: int) -> None:
        """So much of so much was looked at."""
        self._bar.update(self._task, completed=done, total=total)


class Watcher(_Bar):
    """Follows one build."""

    def __init__(self) -> None:
        counts = "{task.fields[count]} chunks  {task.fields[speed]}"
        super().__init__("{task.fields[place]}", counts, place="reading", count="0", speed="")
        self._chunks = self._done = self._said = self.spoken = 0
        self._shown = 0.0
        self._began = time.monotonic()
        self.spoken_ms = 0

    @property
    def seconds(self) -> float:
        """Since the build began."""
        return time.monotonic() - self._began

    def waiting(self, message: str) -> None:
        """Another build holds the book."""
        say(message)

    def planned(self, sections: Sequence[Section]) -> None:
        """The book's sections are known; they are gone through from the first."""
        self._done = self._said = 0
        self._chunks = sum(len(section.chunks) for section in sections)
        characters = sum(len(chunk.text) for section in sections for chunk in section.chunks)
        self._bar.reset(self._task, total=characters, place="speaking", count=f"0/{self._chunks}", speed="")

    def heard(self, section: Section, clip: Clip, fresh: bool) -> None:
        """A clip is there: spoken just now, or found."""
        self._done += 1
        self._said += len(clip.chunk.text)
        if fresh:
            self.spoken += 1
            self.spoken_ms += clip.length * 1000 // clip.rate
        if time.monotonic() - self._shown < PICTURE_S and self._done < self._chunks:
            return
        self._shown = time.monotonic()
        speed = f"{1000 * self.seconds / self.spoken_ms:.2f} x real time" if self.spoken_ms else "found"
        self._bar.update(
            self._task,
            completed=self._said,
            place=clean(f"{section.number} {section.title}")[:24],
            count=f"{self._done}/{self._chunks}",
            speed=speed,
        )

    def stitching(self) -> None:
        """All is spoken; the last chapters are encoded and the book is joined."""
        self._bar.update(self._task, place="stitching")
