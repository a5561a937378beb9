"""A file comes in; what was found in it goes out, from the last time where nobody has written to it since.

The system says so, by the rule of git's index (its documentation, racy-git): size, times of content and of inode, and
the inode's number are those that were noted, and both times are older than the note itself. What no program writes,
a byte that changes on the disk by itself, is seen by `audiobook check`, which reads everything.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import sha256_of, write_whole

Stamp = tuple[int, int, int, int, str]  # bytes, modified and changed (ns), inode, what was found
DigestOf = Callable[[Path], str]
SEAL = 32  # bytes in front of a note: its SHA-256


class Stamps:
    """What a program found in the files below `root`, kept in the file `note`; another program's counts for nothing."""

    def __init__(self, note: Path, root: Path, program: str) -> None:
        self._note, self._program = note, program
        self._above = f"{root}{os.sep}"
        self._known = self._read()
        self._asked: dict[str, Stamp] = {}

    def digest_of(self, path: Path) -> str:
        """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError where it cannot be read."""
        return self.found_in(path, sha256_of)

    def found_in(self, path: Path, look: Callable[[Path], str]) -> str:
        """What `look` finds in a file, the same in all these stamps. Raises OSError, and what it raises."""
        name, state = str(path).removeprefix(self._above), _state(path)
        stamp = self._asked.get(name) or self._known.get(name)
        if stamp and stamp[:4] == state:
            self._asked[name] = stamp
            return stamp[4]
        found = look(path)
        if _state(path) == state:  # nobody wrote while it was read
            self._asked[name] = (*state, found)
        return found

    def save(self) -> None:
        """Keep what was asked for, for the next time; where nothing can be written, it is found again."""
        if self._asked != self._known:
            with contextlib.suppress(InputError):
                content = json.dumps(self._asked).encode()
                write_whole(self._note, self._seal(content) + content)
        self._known, self._asked = {}, {}  # of a long book's clips they are 40 MB

    def _read(self) -> dict[str, Stamp]:
        """What was noted of files that were not written to at the time of the note or later."""
        try:
            noted = self._note.stat().st_mtime_ns
            sealed = self._note.read_bytes()
        except OSError:
            return {}
        seal, content = sealed[:SEAL], sealed[SEAL:]
        if seal != self._seal(content):
            return {}
        stamps = {
            name: (size, modified, changed, inode, found)
            for name, (size, modified, changed, inode, found) in json.loads(content).items()
        }
        return {name: stamp for name, stamp in stamps.items() if max(stamp[1:3]) < noted}

    def _seal(self, content: bytes) -> bytes:
        """A byte that changed on the disk is seen, and so is another program's note."""
        return hashlib.sha256(self._program.encode() + content).digest()


def _state(path: Path) -> tuple[int, int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
