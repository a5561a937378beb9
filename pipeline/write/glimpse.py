"""A book's folder comes in; the little of its manifest that those need who look at many books goes out, unchecked."""

import contextlib
from pathlib import Path
from typing import NamedTuple

from pipeline.model import Manifest
from pipeline.write.lasting import lasting_id, lasting_id_in
from pipeline.write.manifest import NAME, sections_in, without_sections


class Glimpse(NamedTuple):
    """Words on a book, what it is known by, its length in ms, its source's name, its chapters' encodings in order."""

    title: str
    creator: str
    language: str
    key: str
    length: int
    source: str
    encodings: tuple[str, ...]


_seen: dict[Path, tuple[tuple[int, int, int], Glimpse | None]] = {}  # the state a manifest was in, and what it told


def glimpse_of(home: Path) -> Glimpse | None:
    """What the manifest in a folder tells; None where there is none, or none that can be read.

    It is read once in a process, while it stays: a long book's is 20 MB, and there may be thousands.
    """
    state = _state(home)
    if state is None:
        return None
    if home not in _seen or _seen[home][0] != state:
        _seen[home] = state, _told(home / NAME)
    return _seen[home][1]


def keep_glimpse(home: Path, manifest: Manifest) -> None:
    """Take note of a manifest that was just written: it need not be read."""
    state = _state(home)
    if state is not None:
        encodings = tuple(section.encoding for section in manifest.sections)
        words = (manifest.title, manifest.creator, manifest.language, str(lasting_id(manifest)))
        _seen[home] = state, Glimpse(*words, manifest.duration, manifest.origin.name, encodings)


def _state(home: Path) -> tuple[int, int, int] | None:
    try:
        status = (home / NAME).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _told(manifest: Path) -> Glimpse | None:
    with contextlib.suppress(OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        book = without_sections(manifest)
        sections = book["sections"] or sections_in(manifest)
        told = [(section.get("source"), str(section["encoding"])) for section in sections]
        return Glimpse(
            str(book["title"]),
            str(book["creator"]),
            str(book["language"]),
            str(lasting_id_in(book, told[0][0])),
            int(book["duration"]),
            str(book["origin"]["name"]),
            tuple(encoding for _, encoding in told),
        )
    return None
