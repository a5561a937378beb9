"""Nouns come in by the thousand and wait in a temporary file: a long book takes hardly more memory than a short one.

A book of 60 hours has 30,000 chunks, and each is met in several shapes: as cut, as a clip, as lines, in the manifest.
They are asked for a section at a time, in their order; to read one back takes some 10 us.
"""

import contextlib
import pickle
import struct
import tempfile
import threading
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeVar, overload

from pipeline.errors import InputError

Noun = TypeVar("Noun")

_TOGETHER = 256  # items of a `Stowed` that are packed, and read, together
_HOLD_BYTES = 1 << 26  # then another file is begun, so that what nobody needs any more makes room
_FASTEST = 1  # of zlib's levels
_LENGTH = struct.Struct(">I")
_REMEDY = "free some space there, or name another folder: TMPDIR=/path/to/folder audiobook ..."


class Hold:
    """A file without a name, which is gone with the hold; what was put there is found again by its place.

    Any thread may put and read. Raises InputError where the system refuses to write.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.size = 0
        with _writing():
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as it is used)

    def put(self, content: bytes) -> int:
        """Keep some bytes; their place."""
        with self._lock, _writing():
            place = self._file.seek(self.size)
            self.size += self._file.write(_LENGTH.pack(len(content)) + content)
            return place

    def at(self, place: int) -> bytes:
        with self._lock, _writing():
            self._file.seek(place)
            return self._file.read(*_LENGTH.unpack(self._file.read(_LENGTH.size)))


class Stowed(Sequence[Noun]):
    """A tuple whose items lie in a file.

    They are made anew each time they are asked for: equal, but not the same. Raises InputError as `Hold` does.
    """

    __slots__ = ("_length", "_pages")

    def __init__(self, items: Iterable[Noun]) -> None:
        rest = iter(items)
        self._pages: list[tuple[Hold, int]] = []
        self._length = 0
        while some := tuple(islice(rest, _TOGETHER)):
            hold = _newest_hold()
            self._pages.append((hold, hold.put(zlib.compress(_packed(some), _FASTEST))))
            self._length += len(some)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Noun]:
        for number in range(len(self._pages)):
            yield from self._page(number)

    @overload
    def __getitem__(self, index: int) -> Noun: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Noun, ...]: ...
    def __getitem__(self, index: int | slice) -> Noun | tuple[Noun, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        number, within = divmod(range(self._length)[index], _TOGETHER)
        return self._page(number)[within]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (tuple(self),)

    def _page(self, number: int) -> tuple[Noun, ...]:
        hold, place = self._pages[number]
        page: tuple[Noun, ...] = pickle.loads(zlib.decompress(hold.at(place)))
        return page


class Filed(Mapping[str, Noun]):
    """A dict from words to nouns, both of which lie in a file; in memory are the words' hashes.

    Of two words with one hash it has the later. Raises InputError as `Hold` does.
    """

    __slots__ = ("_hold", "_places")

    def __init__(self, items: Iterable[tuple[str, Noun]] = ()) -> None:
        self._hold = Hold()
        self._places: dict[int, int] = {}
        for word, noun in items:
            self.put(word, noun)

    def put(self, word: str, noun: Noun) -> None:
        self._places[hash(word)] = self._hold.put(_packed((word, noun)))

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        return (self._row(place)[0] for place in self._places.values())

    def __getitem__(self, word: str) -> Noun:
        own, noun = self._row(self._places[hash(word)])
        if own != word:
            raise KeyError(word)
        return noun

    def _row(self, place: int) -> tuple[str, Noun]:
        row: tuple[str, Noun] = pickle.loads(self._hold.at(place))
        return row


_packed = pickle.dumps
_newest: list[Hold] = []  # at most one


def _newest_hold() -> Hold:
    """Where the next is stowed; two threads may begin one each."""
    hold = next(iter(_newest), None)
    if hold is None or hold.size > _HOLD_BYTES:
        hold = Hold()
        _newest[:] = [hold]
    return hold


@contextlib.contextmanager
def _writing() -> Iterator[None]:
    """Raises InputError for an error of the system that concerns the temporary file."""
    try:
        yield
    except OSError as error:
        raise InputError(f"no temporary file can be written: {error}", _REMEDY) from error
