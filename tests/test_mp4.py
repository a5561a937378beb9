"""Joining in one piece against joining packet by packet with the muxer; hundreds of chapters; files past 4 GiB."""

import errno
import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pipeline import codec, mp4
from pipeline.errors import InputError

RATE = 24_000


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Chapters of different lengths, one long enough for several chunks of a MiB, one of two packets."""
    folder = tmp_path_factory.mktemp("chapters")
    noise = np.random.default_rng(3)
    paths = []
    for number, packets in enumerate((30, 4_000, 2, 77)):
        sound = (noise.normal(0, 5000, packets * codec.FRAME)).clip(-30000, 30000).astype(np.int16)
        sound[: codec.FRAME] = 0
        paths.append(folder / f"{number}.m4a")
        codec.write_aac(np.array_split(sound, 40), RATE, paths[-1])
    return paths


def packets(path: Path) -> list[tuple[int | None, int | None, int | None, bytes]]:
    with av.open(str(path)) as file:
        return [(p.pts, p.dts, p.duration, bytes(p)) for p in file.demux(file.streams.audio[0]) if p.size]


def joined_by_the_muxer(parts: Sequence[Path], target: Path) -> None:
    """The plain way: every packet but a chapter's first is given to the muxer."""
    with av.open(str(target), "w", format="mp4", options={"fflags": "+bitexact"}) as out:
        with av.open(str(parts[0])) as first:
            stream = out.add_stream_from_template(first.streams.audio[0])
        place = 0
        for part in parts:
            for _, _, _, content in packets(part)[1:]:
                packet = av.Packet(content)
                packet.stream, packet.time_base = stream, Fraction(1, RATE)
                packet.pts = packet.dts = place * codec.FRAME
                packet.duration = codec.FRAME
                out.mux(packet)
                place += 1


def facts(path: Path) -> dict[str, Any]:
    with av.open(str(path)) as file:
        sound = file.streams.audio[0]
        return {
            "length": (sound.duration, file.duration),
            "bits": sound.bit_rate,
            "start": sound.start_time,
            "setup": sound.codec_context.extradata,
            "frames": sound.frames,
        }


def test_packets_times_and_rates_are_those_the_muxer_writes(chapters: list[Path], tmp_path: Path) -> None:
    joined_by_the_muxer(chapters, tmp_path / "plain.m4a")
    codec.join([(path, "") for path in chapters], codec.Tags("书"), tmp_path / "joined.m4a")
    assert packets(tmp_path / "joined.m4a") == packets(tmp_path / "plain.m4a")
    assert facts(tmp_path / "joined.m4a") == facts(tmp_path / "plain.m4a")


def test_where_the_system_cannot_copy_between_files_we_do(
    chapters: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, or after it did a part; a full disk is no such reason."""
    parts = [(path, path.stem) for path in chapters]
    codec.join(parts, codec.Tags("书"), tmp_path / "a.m4b")

    def refused(*_: int, offset_src: int) -> int:
        raise OSError(errno.EXDEV, "another file system")

    monkeypatch.setattr(os, "copy_file_range", refused, raising=False)
    codec.join(parts, codec.Tags("书"), tmp_path / "b.m4b")
    assert (tmp_path / "b.m4b").read_bytes() == (tmp_path / "a.m4b").read_bytes()

    def partly(source: int, target: int, count: int, offset_src: int) -> int:
        return os.write(target, os.pread(source, 7, offset_src)) if count > 1000 else 0

    monkeypatch.setattr(os, "copy_file_range", partly, raising=False)
    codec.join(parts[2:3], codec.Tags("书"), tmp_path / "c.m4a")
    monkeypatch.setattr(os, "copy_file_range", refused, raising=False)
    codec.join(parts[2:3], codec.Tags("书"), tmp_path / "d.m4a")
    assert (tmp_path / "c.m4a").read_bytes() == (tmp_path / "d.m4a").read_bytes()

    def full(*_: int, offset_src: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "copy_file_range", full, raising=False)
    with pytest.raises(InputError, match="No space"):
        codec.join(parts, codec.Tags("书"), tmp_path / "e.m4b")
    assert not (tmp_path / "e.m4b").exists()


def test_a_joined_file_seeks_into_every_chunk(chapters: list[Path], tmp_path: Path) -> None:
    """A wrong table of places would give other packets behind a seek than in a row."""
    target = tmp_path / "书.m4b"
    codec.join([(path, path.stem) for path in chapters], codec.Tags("书"), target)
    in_a_row = {packet[0]: packet[3] for packet in packets(target)}
    with av.open(str(target)) as file:
        sound = file.streams.audio[0]
        for place in range(0, len(in_a_row), 97):
            file.seek(place * codec.FRAME, stream=sound)
            packet = next(file.demux(sound))
            assert bytes(packet) == in_a_row[packet.pts]


def test_chapter_starts_are_exact_after_three_hundred_chapters(chapters: list[Path], tmp_path: Path) -> None:
    parts = [(chapters[number % 4], f"第{number}章") for number in range(320)]
    target = tmp_path / "书.m4b"
    codec.join(parts, codec.Tags("书"), target)
    counts = [len(packets(path)) - 1 for path in chapters]
    starts = np.cumsum([0, *(counts[number % 4] for number in range(320))]) * codec.FRAME / RATE * 1000
    found = codec.probe(target)
    assert [mark.title for mark in found.chapters] == [title for _, title in parts]
    assert np.abs(np.array([mark.start_ms for mark in found.chapters]) - starts[:-1]).max() < 1
    assert found.duration_ms == pytest.approx(starts[-1], abs=0.1)


def test_past_four_gibibytes_places_are_wide(chapters: list[Path]) -> None:
    """The tables alone: each of these chapters says that it has half a gibibyte."""
    packed = mp4.packets_of(chapters[0])
    large = mp4.Packets(packed.path, mp4.Span(0, 1 << 29), packed.sizes, packed.chunks)
    head = chapters[0].read_bytes()
    moov = next(head[slice(*span)] for name, span in mp4._atoms(head, mp4.Span(0, len(head))) if name == b"moov")
    tables = mp4._leading(mp4._tables(mp4._track(moov, mp4.SOUND)), [large] * 9, 1000)
    assert "stco" not in {name.decode() for name in tables}
    places = mp4._offsets({b"co64": bytes(tables[b"co64"])})  # type: ignore[arg-type]
    assert places == [1000 + (number << 29) for number in range(9)]


def test_a_book_past_four_gibibytes_is_whole(
    chapters: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eighty chapters of 64 MiB; their packets are holes in the file, so that nobody has to write five gigabytes."""
    size, count, number = 4096, 1 << 14, 80
    (tmp_path / "sizes").write_bytes(np.full(count, size, ">u4").tobytes())
    content = mp4.Span(0, size * count)
    part = mp4.Packets(tmp_path / "sizes", content, mp4.Span(0, 4 * count), (mp4.Chunk(count, 0),))
    titles = [f"第{n}章" for n in range(1, number + 1)]
    head = codec._head([(chapters[0], title) for title in titles], [count] * number, codec.Tags("长书"), True)
    put = mp4._put

    def put_or_skip(file: Any, piece: Any) -> None:
        if isinstance(piece, mp4.Copied) and piece.span == content:
            file.seek(content.size - 1, os.SEEK_CUR)
            file.write(b"\0")
        else:
            put(file, piece)

    monkeypatch.setattr(mp4, "_put", put_or_skip)
    book = tmp_path / "long.m4b"
    mp4.write_joined(head, [part] * number, book)
    assert book.stat().st_size > 5 << 30 > book.stat().st_blocks * 512 * 100
    found = codec.probe(book)
    seconds = count * mp4.PACKET / RATE
    assert [mark.title for mark in found.chapters] == titles
    assert found.duration_ms == pytest.approx(number * seconds * 1000, abs=0.1)
    with av.open(str(book)) as file:
        sound = file.streams.audio[0]
        file.seek(round((number - 1) * seconds * RATE) + mp4.PACKET, stream=sound)
        last = [packet for packet in file.demux(sound) if packet.size]
    assert {packet.size for packet in last} == {size}
    assert last[-1].pts == (number * count - 1) * mp4.PACKET
    assert last[-1].pos + size == book.stat().st_size


@pytest.mark.parametrize("kept", [0, 40, 2_000, -300])
def test_a_chapter_that_is_cut_off_is_named(chapters: list[Path], tmp_path: Path, kept: int) -> None:
    cut = tmp_path / "cut.m4a"
    cut.write_bytes(chapters[0].read_bytes()[:kept])
    with pytest.raises(InputError, match=r"cut\.m4a"):
        codec.join([(cut, "")], codec.Tags("书"), tmp_path / "joined.m4a")
    assert not (tmp_path / "joined.m4a").exists()
