"""The room for PyAV: sound files are decoded, encoded, joined, tagged and probed here; AAC by `aac`, at its side."""

import base64
import contextlib
import errno
import io
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from subprocess import PIPE
from typing import IO, Any

import numpy as np

from pipeline import aac, atoms
from pipeline.errors import InputError
from pipeline.files import draft_of
from pipeline.model import Audio, Samples
from pipeline.mp4 import packets_of, write_joined
from pipeline.tags import Tags, iso_639_2, metadata, sort_fields

FRAME = 1024  # samples in an AAC packet
AAC_BITS = 64_000
MP3_BITS = 96_000
BLOCK_S = 8
REMEDY = "remove the file and build the book again: what was spoken is still in the cache"


@dataclass(frozen=True, slots=True)
class ChapterMark:
    """A chapter in a file, milliseconds from its start."""

    title: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file says of itself."""

    duration_ms: float
    rate: int
    chapters: tuple[ChapterMark, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """How sound is put into a file: bits a second (0: lossless) and samples a second (0: as they come)."""

    container: str
    encoder: str
    bits: int = 0
    rate: int = 0


FORMS = {
    "mp3": Form("mp3", "libmp3lame", MP3_BITS),
    "acx": Form("mp3", "libmp3lame", 192_000, 44_100),  # what the shop ACX asks for; constant bit rate
    "opus": Form("opus", "libopus", 40_000),
    "flac": Form("flac", "flac"),
}


def decode_blocks(path: Path) -> Iterator[Audio]:
    """A file's sound in blocks of whole 100 ms, mono int16, memory flat. Raises InputError."""
    import av

    with _opened(path) as (container, stream):
        resampler = av.AudioResampler(format="s16", layout="mono", rate=stream.rate)
        size = stream.rate * BLOCK_S
        held: list[Samples] = []
        count = 0
        for frame in container.decode(stream):
            for plain in resampler.resample(frame):
                held.append(np.asarray(plain.to_ndarray().reshape(-1), np.int16))
                count += len(held[-1])
            if count >= size:
                whole = np.concatenate(held)
                yield Audio(whole[:size], stream.rate)
                held, count = [whole[size:]], len(whole) - size
        if count:
            yield Audio(np.concatenate(held), stream.rate)


def decode(path: Path) -> Audio:
    """A file's whole sound, mono int16."""
    blocks = list(decode_blocks(path))
    if not blocks:
        raise InputError(f"{path} is without sound", REMEDY)
    return Audio(np.concatenate([block.samples for block in blocks]), blocks[0].rate)


def probe(path: Path) -> Probe:
    """A file's length, rate, chapters and tags, without decoding it."""
    with _opened(path) as (container, stream):
        length = 1000 * float((stream.duration or 0) * (stream.time_base or 0))
        marks = tuple(
            ChapterMark(
                str(mark["metadata"].get("title", "")),
                1000 * float(mark["start"] * (mark["time_base"] or 0)),
                1000 * float(mark["end"] * (mark["time_base"] or 0)),
            )
            for mark in container.chapters()
        )
        return Probe(length, stream.rate, marks, dict(container.metadata))


def write_aac(blocks: Iterable[Samples], rate: int, target: Path) -> None:
    """Encode blocks, in all a multiple of FRAME samples, into an untagged m4a; the file is whole or absent."""
    with draft_of(target) as draft:
        command = [sys.executable, "-P", aac.__file__, str(draft), str(rate), str(AAC_BITS)]
        with subprocess.Popen(command, bufsize=0, stdin=PIPE, stderr=PIPE, process_group=0) as encoder:
            assert encoder.stdin and encoder.stderr
            with contextlib.suppress(BrokenPipeError):  # it has stopped, and says why
                for block in blocks:
                    _send(encoder.stdin, block.tobytes())
                encoder.stdin.write(bytes(aac.LENGTH))
            told = encoder.stderr.read().decode(errors="replace").strip()
        if encoder.returncode:
            number, _, why = told.rpartition("\n")[2].partition(" ")
            raise OSError(int(number) if number.isdigit() else errno.EIO, why)


def _send(pipe: IO[bytes], content: bytes) -> None:
    rest = memoryview(len(content).to_bytes(aac.LENGTH, "little") + content if content else b"")
    while rest:
        rest = rest[pipe.write(rest) :]


def write_form(form: Form, blocks: Iterable[Samples], rate: int, tags: Tags, target: Path) -> None:
    """Encode blocks into a tagged file of a form; the file is whole or absent."""
    import av

    with draft_of(target) as draft, av.open(str(draft), "w", format=form.container, options=_EXACT) as out:
        stream: Any = out.add_stream(form.encoder, rate=form.rate or rate, layout="mono")
        if form.bits:
            stream.bit_rate = form.bits
        out.metadata.update({**metadata(tags), **sort_fields(tags, form.container)})
        if form.container == "opus" and tags.cover:
            out.metadata["METADATA_BLOCK_PICTURE"] = _picture_block(tags.cover)
            tags = replace(tags, cover=None)
        with _cover(out, tags) as cover:
            if cover:
                out.mux(cover)
            _encode(out, stream, blocks, rate)


def write_mp3(blocks: Iterable[Samples], rate: int, tags: Tags, target: Path) -> None:
    """Encode blocks into a tagged mp3."""
    write_form(FORMS["mp3"], blocks, rate, tags, target)


def join(parts: Sequence[tuple[Path, str]], tags: Tags, target: Path) -> None:
    """Join encoded chapters (file, title) without encoding again, sample-exactly; an .m4b is marked with its chapters.

    Each encoder puts one packet of its own (priming) in front: it is dropped, and packet k begins at sample 1024 k.
    Needs >= 1024 samples of silence at each chapter's start, which the first packet is decoded from.
    """
    packets = [packets_of(path) for path, _ in parts]
    with draft_of(target) as draft:
        write_joined(_head(parts, [own.count for own in packets], tags, target.suffix == ".m4b"), packets, draft)


def _head(parts: Sequence[tuple[Path, str]], counts: Sequence[int], tags: Tags, book: bool) -> bytes:
    """A file with all the words of the joined one, and of its packets the first of each chapter and the last."""
    import av

    whole = io.BytesIO()
    options = {**_EXACT, "brand": "M4B " if book else "M4A "}
    with av.open(whole, "w", format="mp4", options=options) as out:
        with _opened(parts[0][0]) as (container, first):
            stream = out.add_stream_from_template(first)
            rate = first.rate
            content = next(bytes(packet) for packet in container.demux(first) if packet.size)
        stream.metadata["language"] = iso_639_2(tags.language)
        if book:
            out.set_chapters(_marks(parts, counts, rate))
        out.metadata.update({**metadata(tags), atoms.PLACE: atoms.placeholder(tags.sorts)})
        with _cover(out, tags) as cover:
            if cover:
                out.mux(cover)
            for position in sorted({0, *accumulate(counts[:-1]), sum(counts) - 1}):
                _mux_at(position, content, out, stream)
    return atoms.with_names(whole.getvalue(), tags.sorts)


def _mux_at(position: int, content: bytes, out: Any, stream: Any) -> None:
    import av

    packet = av.Packet(content)
    packet.stream, packet.time_base = stream, Fraction(1, stream.rate)
    packet.pts = packet.dts = position * FRAME
    packet.duration = FRAME
    out.mux(packet)


_EXACT = {"fflags": "+bitexact"}


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[tuple[Any, Any]]:
    """A file and the stream of its sound. Raises InputError where there is none, or it cannot be decoded."""
    import av

    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputError(f"{path} is without sound", REMEDY)
            yield container, container.streams.audio[0]
    except av.FFmpegError as error:
        raise InputError(f"{path} cannot be decoded: {error.strerror}", REMEDY) from error


def _encode(out: Any, stream: Any, blocks: Iterable[Samples], rate: int) -> None:
    import av

    position = 0
    for block in (block for block in blocks if len(block)):  # the encoder refuses an empty frame
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), position
        position += len(block)
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _marks(parts: Sequence[tuple[Path, str]], counts: Sequence[int], rate: int) -> list[Any]:
    marks: list[Any] = []
    start = 0
    for number, ((_, title), count) in enumerate(zip(parts, counts, strict=True), 1):
        end = start + count * FRAME
        marks.append(
            {"id": number, "start": start, "end": end, "time_base": Fraction(1, rate), "metadata": {"title": title}}
        )
        start = end
    return marks


def _picture_block(cover: Path) -> str:
    """A JPEG as Ogg files carry it: FLAC's PICTURE block (RFC 9639, 8.8) in base 64."""
    import av

    with av.open(str(cover)) as picture:
        size = picture.streams.video[0]
        width, height = size.width, size.height
    content, kind = cover.read_bytes(), b"image/jpeg"
    front = struct.pack(">II", 3, len(kind)) + kind  # 3 is the front cover
    sizes = struct.pack(">IIIIII", 0, width, height, 24, 0, len(content))  # without words of its own; 24 bits a pixel
    return base64.b64encode(front + sizes + content).decode()


@contextlib.contextmanager
def _cover(out: Any, tags: Tags) -> Iterator[Any]:
    """A stream for the cover, and the packet that is the whole picture; None where there is no cover."""
    import av

    if tags.cover is None:
        yield None
        return
    with av.open(str(tags.cover)) as picture:
        source = picture.streams.video[0]
        stream = out.add_stream_from_template(source)
        stream.disposition = av.stream.Disposition.attached_pic
        stream.metadata["comment"] = "Cover (front)"
        packet = next(picture.demux(source))
        packet.stream = stream
        yield packet
