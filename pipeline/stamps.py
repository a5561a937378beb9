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
from pipeline.files import draft_of, sha256_of
from pipeline.stow import Hold

Stamp = tuple[int, int, int, int, str]  # bytes, modified and changed (ns), inode, what was found
DigestOf = Callable[[Path], str]


class Stamps:
    """What a program found in the files below `root`, kept in the file `note`; another program's counts for nothing.

    A long book's clips have 30,000 lines of it, 15 MB: they stay in a file, in memory is where each begins there.
    """

    def __init__(self, note: Path, root: Path, program: str) -> None:
        """Raises InputError where no temporary file can be written."""
        self._note, self._program = note, program
        self._above = f"{root}{os.sep}"
        self._hold = Hold()
        self._known = self._read()  # the hash of a file's name -> where its line is
        self._asked: dict[int, int] = {}

    def digest_of(self, path: Path) -> str:
        """The SHA-256 of a file's bytes, in hexadecimal. Raises OSError where it cannot be read."""
        return self.found_in(path, sha256_of)

    def found_in(self, path: Path, look: Callable[[Path], str]) -> str:
        """What `look` finds in a file, the same in all these stamps. Raises OSError, and what it raises."""
        name, state = self._name_of(path), _state(path)
        place = self._asked.get(hash(name), self._known.get(hash(name)))
        if place is not None:
            noted, *stamp = json.loads(self._hold.at(place))
            if (noted, *stamp[:4]) == (name, *state):
                self._asked[hash(name)] = place
                return str(stamp[4])
        found = look(path)
        if _state(path) == state:  # nobody wrote while it was read
            self._keep(name, (*state, found))
        return found

    def note(self, path: Path, found: str) -> None:
        """Keep what `look` would find in a file that was written just now. Raises OSError where it is gone."""
        self._keep(self._name_of(path), (*_state(path), found))

    def save(self) -> None:
        """Keep what was asked for, for the next time; where nothing can be written, it is found again."""
        if self._asked != self._known:
            seal = hashlib.sha256(self._program.encode())
            with contextlib.suppress(InputError), draft_of(self._note) as draft, draft.open("wb") as file:
                for place in self._asked.values():
                    line = self._hold.at(place)
                    seal.update(line)
                    file.write(line)
                file.write(seal.hexdigest().encode())
        self._known, self._asked = {}, {}

    def _name_of(self, path: Path) -> str:
        return str(path).removeprefix(self._above)

    def _keep(self, name: str, stamp: Stamp) -> None:
        self._asked[hash(name)] = self._hold.put(json.dumps([name, *stamp]).encode() + b"\n")

    def _read(self) -> dict[int, int]:
        """Where the lines are of files that were not written to at the time of the note or later.

        Nothing where a byte of it has changed on the disk, or it is another program's.
        """
        seal, last = hashlib.sha256(self._program.encode()), b""
        places: dict[int, int] = {}
        try:
            noted = self._note.stat().st_mtime_ns
            with self._note.open("rb") as file:
                for line in file:
                    if not line.endswith(b"\n"):
                        last = line
                        break
                    seal.update(line)
                    name, _, modified, changed, _, _ = json.loads(line)
                    if max(modified, changed) < noted:
                        places[hash(name)] = self._hold.put(line)
        except (OSError, ValueError, TypeError):
            return {}
        return places if last == seal.hexdigest().encode() else {}


def _state(path: Path) -> tuple[int, int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
