"""The bytes of an mp4 file and the names it is to be sorted by come in; the same go out with the names in them.

FFmpeg writes no atoms for sorting. So it is given a description exactly as long as they will be, and they are put in
its place: no other byte of the file changes. The atoms are Apple's (iTunes metadata format: sonm, soal, soar, ...).
"""

import struct
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pipeline.errors import InputError

PLACE = "synopsis"  # FFmpeg's name of the description that is replaced
PLACE_ATOM = b"ldes"
ATOMS = {"title": b"sonm", "album": b"soal", "artist": b"soar", "album_artist": b"soaa", "composer": b"soco"}
_HEADER = 8  # bytes: size and name
_VALUE = 16  # bytes in front of a text: a "data" atom of its own, type and locale
_INNER = {b"moov": 0, b"udta": 0, b"meta": 4, b"ilst": 0}  # atoms that lead there, and what stands before their inside


class Atom(NamedTuple):
    """Where an atom is in a file, its name, and where it ends."""

    start: int
    name: bytes
    end: int


def placeholder(names: Mapping[str, str]) -> str:
    """The description to be replaced by the names: equally long; "" for none.

    >>> len(placeholder({"title": "shan", "album": "shui"}))
    32
    """
    return "-" * (len(_atoms(names)) - _HEADER - _VALUE) if names else ""


def with_names(head: bytes, names: Mapping[str, str]) -> bytes:
    """The file's bytes with the names (title, album, ... -> what it is sorted by) in the place kept for them.

    Raises InputError where there is none.
    """
    content = _atoms(names)
    if not content:
        return head
    kept = (atom for atom in _walk(head, 0, len(head)) if atom.name == PLACE_ATOM)
    place = next((atom for atom in kept if atom.end - atom.start == len(content)), None)
    if place is None:
        raise InputError("the file has no place for the names it is sorted by", "report this: a bug")
    return head[: place.start] + content + head[place.end :]


def _atoms(names: Mapping[str, str]) -> bytes:
    return b"".join(_atom(ATOMS[name], text.encode()) for name, text in names.items())


def _atom(name: bytes, text: bytes) -> bytes:
    value = struct.pack(">I4sII", _VALUE + len(text), b"data", 1, 0) + text  # 1: UTF-8
    return struct.pack(">I4s", _HEADER + len(value), name) + value


def _walk(content: bytes, start: int, end: int) -> Iterator[Atom]:
    """The atoms between two places, and those inside the ones that lead to the description."""
    while start + _HEADER <= end:
        size, name = struct.unpack_from(">I4s", content, start)
        header = _HEADER
        if size == 1:  # the size is in the 64 bits behind
            size, header = struct.unpack_from(">Q", content, start + _HEADER)[0], 16
        atom = Atom(start, name, start + size if size else end)
        yield atom
        if name in _INNER:
            yield from _walk(content, start + header + _INNER[name], atom.end)
        start = atom.end
