"""Folders and a point in time come in; the sources to be built go out, and what became of each: no book stops another.

All books of a call are built in one process: the voice's model is loaded once, and the voice's workers are the same for
all. One book is made after the other, the shortest text first, so that a long one holds up as few as can be.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from pipeline.errors import AudiobookError, InputError, Interrupted, UsageError
from pipeline.read import READABLE, is_text, source_files
from pipeline.read.folder import natural
from pipeline.read.sidecar import settings_of
from pipeline.record import gaps_of
from pipeline.run import Built

_AGE = re.compile(r"(\d+(?:\.\d+)?)([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
BUILT, FINISHED, FAILED, GAPS = "built", "nothing to do", "failed", "built, with gaps"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one source: its book, or the error that ended it; and how long that took."""

    source: Path
    seconds: float
    built: Built | None = None
    error: AudiobookError | None = None

    @property
    def gaps(self) -> int:
        """The sentences that could not be spoken."""
        return len(gaps_of(self.built.manifest)) if self.built else 0

    @property
    def state(self) -> str:
        """What became of it, in words."""
        if self.built is None:
            return FAILED
        return GAPS if self.gaps else BUILT if self.built.fresh else FINISHED


def books_in(folder: Path) -> list[Path]:
    """Every text of a folder, and every folder of texts in it, as a source of its own; in natural order.

    Raises InputError where there is none.
    """
    if not folder.is_dir():
        return [folder]
    inside = sorted(folder.iterdir(), key=lambda path: natural(path.name))
    found = [path for path in inside if _is_source(path)]
    if not found:
        raise InputError(f"{folder} has no texts in it", f"put files into it that can be read: {READABLE}")
    return found


def _is_source(path: Path) -> bool:
    if path.is_dir():
        return not path.name.startswith(".") and any(map(is_text, path.iterdir()))
    return is_text(path)


def moment_of(text: str, now: datetime) -> datetime:
    """A date, a date with a time (both local), or an age, as a moment. Raises UsageError.

    >>> now = datetime(2026, 11, 25, 12)
    >>> [str(moment_of(text, now)) for text in ("2026-11-01", "2026-11-01T08:30", "90m", "7d")]
    ['2026-11-01 00:00:00', '2026-11-01 08:30:00', '2026-11-25 10:30:00', '2026-11-18 12:00:00']
    """
    age = _AGE.fullmatch(text.strip())
    try:
        if age:
            return now - timedelta(**{UNITS[age[2]]: float(age[1])})
        return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{text!r} is no time", "write a date like 2026-11-25, or an age: 90m, 24h, 7d, 2w") from error


def changed_since(sources: Iterable[Path], moment: datetime) -> list[Path]:
    """The sources of which a text or the settings were written since; one that cannot be looked at stays, to fail."""
    return [source for source in sources if not _is_older(source, moment)]


def _is_older(source: Path, moment: datetime) -> bool:
    try:
        files = [*source_files(source), *filter(None, [settings_of(source)])]
        return all(datetime.fromtimestamp(file.stat().st_mtime) < moment for file in files)
    except (InputError, OSError):
        return False


def in_fair_order(sources: Sequence[Path]) -> list[Path]:
    """Each source once, the shortest text first: so most books are there soonest. What cannot be read fails at once."""
    return sorted({source.resolve(): source for source in sources}.values(), key=_size)


def _size(source: Path) -> int:
    try:
        return sum(file.stat().st_size for file in source_files(source))
    except (InputError, OSError):
        return 0


def outcomes(sources: Iterable[Path], make: Callable[[Path], Built]) -> Iterator[Outcome]:
    """Make the book of each source; give what became of it. Only a person's interruption is raised."""
    for source in sources:
        began = time.monotonic()
        try:
            built = make(source)
        except Interrupted:
            raise
        except AudiobookError as error:
            yield Outcome(source, time.monotonic() - began, error=error)
        else:
            yield Outcome(source, time.monotonic() - began, built)
