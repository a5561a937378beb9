"""The head of an MP4 and chapters encoded as MP4 files of one track come in; one file with all their packets goes out.

A muxer takes a book packet by packet: five million calls, and half a gigabyte of tables, for sixty hours. But a
chapter's packets lie in its file one behind the other, and so do their sizes: both are copied in one piece, and only
the tables that lead to them are made here (ISO/IEC 14496-12, 8.6 and 8.7). Tags, cover, chapters and durations are the
muxer's own: they come from the head, a whole file that has only a few of the packets.
"""

import errno
import os
import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from itertools import accumulate, chain
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from pipeline.errors import InputError

PACKET = 1024  # samples
SOUND, TEXT = b"soun", b"text"  # tracks, by their handlers
TO_TABLES = (b"mdia", b"minf", b"stbl")
PLACES = {b"co64": b"stco"}  # the wide table of places stands where the narrow one stood
NARROW = 1 << 32  # bytes that an offset of 32 bits reaches
COPIED = 1 << 20  # bytes at a time
UNABLE = (errno.EXDEV, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP)  # between these files the system cannot copy
REMEDY = "remove the file and build the book again: what was spoken is still in the cache"


class Span(NamedTuple):
    """Bytes of a file, from `start` to before `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


class Chunk(NamedTuple):
    """So many packets in a row, the first of them at `start`."""

    packets: int
    start: int


@dataclass(frozen=True, slots=True)
class Packets:
    """Where in a chapter's file its packets lie, and the table of their sizes; without the encoder's priming."""

    path: Path
    content: Span
    sizes: Span
    chunks: tuple[Chunk, ...]  # counted from the start of the content

    @property
    def count(self) -> int:
        return self.sizes.size // 4


@dataclass(frozen=True, slots=True)
class Copied:
    """A piece of a new file that is copied from another one."""

    path: Path
    span: Span

    def __len__(self) -> int:
        return self.span.size


Piece = bytes | Copied
Tables = Mapping[bytes, bytes | list[Piece]]  # an atom's name -> what stands in it


def packets_of(path: Path) -> Packets:
    """The packets of a chapter, but for the first. Raises InputError for what is no MP4 of one track in one piece."""
    try:
        with path.open("rb") as file:
            tops = dict(_top_level(file, path.stat().st_size))
            file.seek(tops[b"moov"].start)
            return _packets(path, tops, file.read(tops[b"moov"].size))
    except (OSError, KeyError, IndexError, struct.error, ValueError) as error:
        raise InputError(f"{path} is no whole chapter: {error!r}", REMEDY) from error


def write_joined(head: bytes, parts: Sequence[Packets], target: Path) -> None:
    """Write a file with the head's tags and the parts' packets, its tables in front; memory stays flat."""
    spans = dict(_atoms(head, Span(0, len(head))))
    moov, mdat = head[slice(*spans[b"moov"])], spans[b"mdat"]
    titles = head[mdat.start : _offsets(_tables(_track(moov, SOUND)))[0]]  # the chapters': they stand before the sound
    size = len(titles) + sum(part.content.size for part in parts)
    opening = _opening(size)

    def front(start: int) -> list[Piece]:
        changes = {SOUND: _leading(_tables(_track(moov, SOUND)), parts, start + len(titles))}
        changes[TEXT] = _shifted(moov, start - mdat.start)
        ftyp = _atom(b"ftyp", [head[slice(*spans[b"ftyp"])]])
        return [*ftyp, *_atom(b"moov", list(_tracks(moov, changes))), opening]

    start = sum(map(len, front(0)))  # the tables are as long wherever they lead
    with target.open("wb") as file:
        for piece in [*front(start), titles, *(Copied(part.path, part.content) for part in parts)]:
            _put(file, piece)


def _opening(size: int) -> bytes:
    """What stands in front of so many bytes of sound; past 4 GiB the size stands behind the name (14496-12, 4.2)."""
    if size + 8 < NARROW:
        return struct.pack(">I4s", size + 8, b"mdat")
    return struct.pack(">I4sQ", 1, b"mdat", size + 16)


def _packets(path: Path, tops: Mapping[bytes, Span], moov: bytes) -> Packets:
    tables = _tables(_track(moov, SOUND))
    sizes = np.frombuffer(tables[b"stsz"], ">u4", offset=12)
    offsets, counts = _offsets(tables), _counts(tables)
    start = offsets[0] + int(sizes[0])
    content = Span(start, tops[b"mdat"].end)
    if sum(counts) != len(sizes) or content.size != int(sizes[1:].sum(dtype=np.int64)):
        raise ValueError("its packets do not lie one behind the other")
    chunks = [Chunk(counts[0] - 1, 0), *map(Chunk, counts[1:], (at - start for at in offsets[1:]))]
    table = tops[b"moov"].start + moov.index(tables[b"stsz"]) + 12
    behind = Span(table + 4, table + 4 * len(sizes))
    return Packets(path, content, behind, tuple(chunk for chunk in chunks if chunk.packets))


def _leading(old: Mapping[bytes, bytes], parts: Sequence[Packets], start: int) -> Tables:
    """The tables of times, sizes and places for the parts' packets, the first of which lies at `start` of the file."""
    starts = list(accumulate((part.content.size for part in parts), initial=start))
    count = sum(part.count for part in parts)
    chunks = [Chunk(n, at + own) for part, at in zip(parts, starts, strict=False) for n, own in part.chunks]
    runs = chain.from_iterable((number, chunk.packets, 1) for number, chunk in enumerate(chunks, 1))
    wide = starts[-1] + NARROW // 64 >= NARROW  # whatever stands in front, so that the length is known before the place
    places = struct.pack(f">II{len(chunks)}{'Q' if wide else 'I'}", 0, len(chunks), *(chunk.start for chunk in chunks))
    return {
        b"stts": struct.pack(">IIII", 0, 1, count, PACKET),
        b"stsc": struct.pack(f">II{3 * len(chunks)}I", 0, len(chunks), *runs),
        b"stsz": [struct.pack(">III", 0, 0, count), *(Copied(part.path, part.sizes) for part in parts)],
        b"co64" if wide else b"stco": places,
        b"sbgp": struct.pack(">I4sIII", 0, b"roll", 1, count, 1),  # every packet needs the one before it
        b"stsd": _with_rate(old[b"stsd"], (starts[-1] - start) * 8, count * PACKET),
    }


def _with_rate(description: bytes, bits: int, samples: int) -> bytes:
    """The description of the sound with the mean bit rate of all of it, where esds and btrt keep that."""
    rate = struct.unpack_from(">I", description, 40)[0] >> 16
    mean = struct.pack(">I", round(bits * rate / samples))
    found = bytearray(description)
    esds = description.index(b"esds")
    place = description.index(b"\x04", description.index(b"\x03", esds + 8) + 8) + 5 + 9
    found[place : place + 4] = mean
    if b"btrt" in description:
        place = description.index(b"btrt") + 12
        found[place : place + 4] = mean
    return bytes(found)


def _shifted(moov: bytes, by: int) -> Tables:
    """The places of the chapters' titles, `by` bytes further on; nothing where there is no such track."""
    track = _track(moov, TEXT)
    if not track:
        return {}
    places = [place + by for place in _offsets(_tables(track))]
    return {b"stco": struct.pack(f">II{len(places)}I", 0, len(places), *places)}


def _tracks(moov: bytes, changes: Mapping[bytes, Tables]) -> Iterator[Piece]:
    """What stands in moov, with the changed tables of each track."""
    for name, span in _atoms(moov, Span(0, len(moov))):
        inside = moov[slice(*span)]
        yield from _atom(name, _changed(inside, changes[_handler(inside)], TO_TABLES) if name == b"trak" else [inside])


def _changed(content: bytes, tables: Tables, way: Sequence[bytes]) -> list[Piece]:
    """What stands in an atom, with the tables at the end of the way in place of those of their names."""
    pieces: list[Piece] = []
    new = {PLACES.get(name, name): (name, table) for name, table in tables.items()}
    for name, span in _atoms(content, Span(0, len(content))):
        inside = content[slice(*span)]
        if way and name == way[0]:
            pieces += _atom(name, _changed(inside, tables, way[1:]))
        elif not way and name in new:
            own, table = new[name]
            pieces += _atom(own, [table] if isinstance(table, bytes) else table)
        else:
            pieces += _atom(name, [inside])
    return pieces


def _track(moov: bytes, handler: bytes) -> bytes:
    """What stands in the track of a handler; nothing where there is none."""
    tracks = (moov[slice(*span)] for name, span in _atoms(moov, Span(0, len(moov))) if name == b"trak")
    return next((track for track in tracks if _handler(track) == handler), b"")


def _handler(track: bytes) -> bytes:
    return _inside(_inside(track, b"mdia"), b"hdlr")[8:12]


def _tables(track: bytes) -> Mapping[bytes, bytes]:
    for name in TO_TABLES:
        track = _inside(track, name)
    return {name: track[slice(*span)] for name, span in _atoms(track, Span(0, len(track)))}


def _inside(content: bytes, wanted: bytes) -> bytes:
    return next(content[slice(*span)] for name, span in _atoms(content, Span(0, len(content))) if name == wanted)


def _offsets(tables: Mapping[bytes, bytes]) -> list[int]:
    """Where each chunk lies in its file."""
    wide = tables.get(b"co64")
    places = np.frombuffer(wide, ">u8", offset=8) if wide else np.frombuffer(tables[b"stco"], ">u4", offset=8)
    return [int(place) for place in places]


def _counts(tables: Mapping[bytes, bytes]) -> list[int]:
    """How many packets each chunk has: the table names the chunks from which on there are more or fewer."""
    runs = np.frombuffer(tables[b"stsc"], ">u4", offset=8).reshape(-1, 3).tolist()
    ends = [*(run[0] for run in runs[1:]), len(_offsets(tables)) + 1]
    return [count for (first, count, _), end in zip(runs, ends, strict=True) for _ in range(first, end)]


def _atoms(content: bytes, span: Span) -> Iterator[tuple[bytes, Span]]:
    """The names of the atoms in a span, and where what they hold lies."""
    at = span.start
    while at + 8 <= span.end:
        size, name = struct.unpack_from(">I4s", content, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", content, at + 8)[0], 16
        yield name, Span(at + head, at + size)
        at += max(size, head)


def _top_level(file: BinaryIO, length: int) -> Iterator[tuple[bytes, Span]]:
    """The atoms of a file, without reading what they hold."""
    at = 0
    while at < length:
        file.seek(at)
        [(name, span)] = _atoms(file.read(16), Span(0, 8))
        yield name, Span(at + span.start, at + span.end)
        at += max(8, span.end)


def _atom(name: bytes, inside: Sequence[Piece]) -> list[Piece]:
    return [struct.pack(">I4s", 8 + sum(map(len, inside)), name), *inside]


def _put(file: BufferedWriter, piece: Piece) -> None:
    if isinstance(piece, bytes):
        file.write(piece)
        return
    with piece.path.open("rb") as source:
        done = _put_by_system(file, source, piece.span)
        source.seek(piece.span.start + done)
        left = piece.span.size - done
        while left and (block := source.read(min(left, COPIED))):
            left -= file.write(block)
    if left:
        raise InputError(f"{piece.path} is cut off", REMEDY)


def _put_by_system(file: BufferedWriter, source: BufferedReader, span: Span) -> int:
    """Have the system copy a span at the end of a file, at a third of the cost; how many bytes it did."""
    done = 0
    if hasattr(os, "copy_file_range"):
        file.flush()
        try:
            while done < span.size:
                ends = source.fileno(), file.fileno()
                copied = os.copy_file_range(*ends, span.size - done, offset_src=span.start + done)
                if not copied:
                    break
                done += copied
        except OSError as error:
            if error.errno not in UNABLE:
                raise
    return done
