"""Nouns come in by the thousand and wait in a temporary file: a long book takes hardly more memory than a short one.

A book of 60 hours has 30,000 chunks, and each is met in several shapes: as cut, as a clip, as lines, in the manifest.
They are asked for a section at a time, in their order; to read them back takes some 10 us each.
"""

import contextlib
import os
import pickle
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar, overload

from pipeline.files import unwritable

Noun = TypeVar("Noun")

_TOGETHER = 256  # items that are packed, and read, together
_FILE_BYTES = 1 << 26  # then another file is begun, so that what nobody needs any more makes room
_FASTEST = 1  # of zlib's levels
_lock = threading.Lock()


class Stowed(Sequence[Noun]):
    """A tuple whose items lie in a file without a name, which is gone with the last that lies in it.

    Items are made anew each time they are asked for: equal, but not the same.
    """

    __slots__ = ("_length", "_places")

    def __init__(self, items: Iterable[Noun]) -> None:
        """Raises InputError where the temporary file cannot be written."""
        rest = iter(items)
        self._places: list[_Place] = []
        self._length = 0
        while some := tuple(islice(rest, _TOGETHER)):
            self._places.append(_put(zlib.compress(pickle.dumps(some, pickle.HIGHEST_PROTOCOL), _FASTEST)))
            self._length += len(some)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Noun]:
        for place in self._places:
            yield from place.read()

    @overload
    def __getitem__(self, index: int) -> Noun: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Noun, ...]: ...
    def __getitem__(self, index: int | slice) -> Noun | tuple[Noun, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        number, within = divmod(range(self._length)[index], _TOGETHER)
        item: Noun = self._places[number].read()[within]
        return item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)


class Lines:
    """Lines in a file without a name, each found again by where it begins; any thread may put and read them."""

    def __init__(self) -> None:
        """Raises InputError where the temporary file cannot be written; so does `put`."""
        self._lock = threading.Lock()
        with _writing():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as it is used)

    def put(self, line: bytes) -> int:
        """Keep a line, which ends in its only line feed; where it begins."""
        with self._lock, _writing():
            start = self._file.seek(0, os.SEEK_END)
            self._file.write(line)
            return start

    def at(self, start: int) -> bytes:
        with self._lock:
            self._file.seek(start)
            return self._file.readline()


class _File:
    """A temporary file without a name, to the end of which is written; any thread may read it."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (open as long as something lies in it)
        self.size = 0

    def put(self, content: bytes) -> "_Place":
        start = self.size
        while content:
            written = self._file.write(content)
            content, self.size = content[written:], self.size + written
        return _Place(self, start, self.size - start)

    def read(self, start: int, length: int) -> bytes:
        return os.pread(self._file.fileno(), length, start)


class _Place:
    """Where items lie that were packed together."""

    __slots__ = ("_file", "_length", "_start")

    def __init__(self, file: _File, start: int, length: int) -> None:
        self._file, self._start, self._length = file, start, length

    def read(self) -> tuple[Any, ...]:
        items: tuple[Any, ...] = pickle.loads(zlib.decompress(self._file.read(self._start, self._length)))
        return items


_newest: list[_File] = []  # at most one


def _put(content: bytes) -> _Place:
    with _lock, _writing():
        if not _newest or _newest[0].size > _FILE_BYTES:
            _newest[:] = [_File()]
        return _newest[0].put(content)


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Raises InputError for an error of the system that concerns the temporary file."""
    try:
        yield
    except OSError as error:
        raise unwritable(Path(tempfile.gettempdir()), error) from error
