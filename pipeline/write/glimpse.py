"""A book's folder comes in; the little of its manifest that those need who look at many books goes out, unchecked."""

import contextlib
import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pipeline.write.lasting import lasting_id_in
from pipeline.write.manifest import NAME


class Glimpse(NamedTuple):
    """Words on a book, what it is known by, its length in ms, its source's name, its chapters' encodings in order."""

    title: str
    creator: str
    language: str
    key: str
    length: int
    source: str
    encodings: tuple[str, ...]


def glimpse_of(home: Path) -> Glimpse | None:
    """What the manifest in a folder tells; None where there is none, or none that can be read."""
    try:
        written = (home / NAME).stat()
    except OSError:
        return None
    return _told(home / NAME, (written.st_ino, written.st_mtime_ns, written.st_size))


@lru_cache(maxsize=65_536)
def _told(manifest: Path, _state: tuple[int, int, int]) -> Glimpse | None:
    """A manifest is read once in a process, while it stays: a long book's is 20 MB, and there may be thousands."""
    with contextlib.suppress(OSError, ValueError, KeyError, IndexError, TypeError, AttributeError):
        book = json.loads(manifest.read_bytes())
        return Glimpse(
            str(book["title"]),
            str(book["creator"]),
            str(book["language"]),
            str(lasting_id_in(book)),
            int(book["duration"]),
            str(book["origin"]["name"]),
            tuple(str(section["encoding"]) for section in book["sections"]),
        )
    return None
