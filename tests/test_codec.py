"""Real encoders: what was put at a sample is found at that sample, in chapter files, in the joined book, in mp3."""

import contextlib
import errno
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pipeline import aac, codec
from pipeline.codec import FRAME
from pipeline.errors import DamageError, InputError
from pipeline.model import Samples
from pipeline.tags import Tags

RATE = 24_000
CHIRP = np.hanning(480) * np.sin(2 * np.pi * (500 * np.arange(480) / RATE + 60_000 * (np.arange(480) / RATE) ** 2))
NEAR = 2 * RATE // 100  # samples to each side in which a chirp is searched for
ODD_TITLES = [
    "第一章 春天",
    "= ; # \\ ' \"",
    "é 😀 𠮷",
    "長" * 300,
    "1",
    "100% [a] {b} <c> & d",
    "Ⅻ．·—…",
    "ends with blank ",
]


def chapter(length: int, chirp: int) -> Samples:
    """Silence of `length` samples with a chirp at a sample."""
    samples = np.zeros(length, np.int16)
    samples[chirp : chirp + len(CHIRP)] = 12_000 * CHIRP
    return samples


def found_near(samples: Samples, place: int) -> int:
    """Where in `samples` the chirp begins, looked for around a place."""
    start = max(0, place - NEAR)
    window = samples[start : place + len(CHIRP) + NEAR].astype(np.float64)
    return start + int(np.argmax(np.correlate(window, CHIRP)))


def ffmpeg(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    import imageio_ffmpeg

    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", *arguments]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


def decoded_by_ffmpeg(path: Path) -> Samples:
    return np.frombuffer(ffmpeg("-i", str(path), "-map", "0:a", "-f", "s16le", "-ac", "1", "-").stdout, np.int16)


@pytest.fixture(scope="module")
def plan() -> list[tuple[int, int]]:
    """The lengths of 50 chapters, and where in each there is a chirp: odd packets, odd places."""
    rng = np.random.default_rng(50)
    lengths = [int(rng.integers(6, 60)) * FRAME for _ in range(50)]
    return [(length, int(rng.integers(2 * FRAME, length - 2 * FRAME))) for length in lengths]


@pytest.fixture(scope="module")
def parts(plan: Sequence[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("parts")
    for number, (length, chirp) in enumerate(plan):
        whole = chapter(length, chirp)
        cuts = [0, *sorted(np.random.default_rng(number).integers(0, length, 3).tolist()), length]
        blocks = [whole[start:end] for start, end in pairwise(cuts)]
        codec.write_aac([*blocks, np.zeros(0, np.int16)], RATE, folder / f"{number}.m4a")
    titles = [*ODD_TITLES, *(f"第{number}章" for number in range(len(ODD_TITLES), len(plan)))]
    return [(folder / f"{number}.m4a", title) for number, title in enumerate(titles)]


@pytest.fixture(scope="module")
def cover(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cover") / "cover.jpg"
    Image.new("RGB", (300, 300), (158, 42, 34)).save(path)
    return path


@pytest.fixture(scope="module")
def tags(cover: Path) -> Tags:
    return Tags("山中来信", "书信集", "某人", "云希", "2011-05-06", "zh", 7, cover)


@pytest.fixture(scope="module")
def book(parts: list[tuple[Path, str]], tags: Tags, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "book.m4b"
    codec.join(parts, tags, path)
    return path


@pytest.fixture(params=["PyAV", "ffmpeg"])
def heard(request: pytest.FixtureRequest, book: Path) -> Samples:
    """The book's sound, by us and by a decoder that is not ours."""
    return codec.decode(book).samples if request.param == "PyAV" else decoded_by_ffmpeg(book)


def starts_of(plan: Sequence[tuple[int, int]]) -> Iterator[int]:
    return accumulate((length for length, _ in plan[:-1]), initial=0)


def test_no_sample_of_fifty_chapters_is_lost_or_added(heard: Samples, plan: list[tuple[int, int]]) -> None:
    assert len(heard) == sum(length for length, _ in plan)


def test_what_was_put_into_each_chapter_sounds_where_it_was_put(heard: Samples, plan: list[tuple[int, int]]) -> None:
    for start, (_, chirp) in zip(starts_of(plan), plan, strict=True):
        assert abs(found_near(heard, start + chirp) - (start + chirp)) <= 1


def test_the_marks_say_where_the_chapters_sound(book: Path, plan: list[tuple[int, int]], heard: Samples) -> None:
    """From a mark to its chapter's chirp it is as far as it was put, within a millisecond, fifty chapters on."""
    marks = codec.probe(book).chapters
    assert len(marks) == len(plan)
    for mark, (length, chirp) in zip(marks, plan, strict=True):
        sounds = found_near(heard, round(mark.start_ms * RATE / 1000) + chirp)
        assert abs(1000 * (sounds - chirp) / RATE - mark.start_ms) <= 1
        assert abs(1000 * length / RATE - (mark.end_ms - mark.start_ms)) <= 1


def test_ffmpeg_reads_the_same_marks(book: Path, plan: list[tuple[int, int]]) -> None:
    told = ffmpeg("-i", str(book)).stderr.decode()
    starts = [float(value) for value in re.findall(r"Chapter #\S+ start (\S+),", told)]
    assert starts == pytest.approx([start / RATE for start in starts_of(plan)], abs=0.001)


def test_titles_of_all_kinds_come_back(book: Path, parts: list[tuple[Path, str]]) -> None:
    assert [mark.title for mark in codec.probe(book).chapters] == [title for _, title in parts]


def test_joining_leaves_every_chapter_as_it_sounds_alone(
    book: Path, parts: list[tuple[Path, str]], tags: Tags, tmp_path: Path
) -> None:
    """Nothing is encoded again: the book is the chapter files one after the other, sample for sample."""
    alone = []
    for path, _ in parts:
        codec.join([(path, "")], tags, tmp_path / "one.m4a")
        alone.append(codec.decode(tmp_path / "one.m4a").samples)
    together = codec.decode(book).samples
    assert np.abs(np.concatenate(alone).astype(np.int32) - together).max() <= 4


def test_more_chapters_than_one_byte_counts_are_all_readable(parts: list[tuple[Path, str]], tmp_path: Path) -> None:
    """The Nero list ends at 255; the QuickTime track has them all."""
    many = [(parts[0][0], f"第{number}回") for number in range(1, 401)]
    codec.join(many, Tags("大书"), tmp_path / "big.m4b")
    found = codec.probe(tmp_path / "big.m4b")
    assert [mark.title for mark in found.chapters] == [title for _, title in many]
    length = len(decoded_by_ffmpeg(tmp_path / "big.m4b"))
    assert length % 400 == 0
    step = 1000 * length / 400 / RATE
    assert [mark.start_ms for mark in found.chapters] == pytest.approx([step * k for k in range(400)], abs=1)
    assert len(re.findall(rb"Chapter #", ffmpeg("-i", str(tmp_path / "big.m4b")).stderr)) == 400


def test_a_book_of_one_chapter_is_marked_as_well(parts: list[tuple[Path, str]], tags: Tags, tmp_path: Path) -> None:
    codec.join(parts[:1], tags, tmp_path / "one.m4b")
    found = codec.probe(tmp_path / "one.m4b")
    assert [mark.title for mark in found.chapters] == [parts[0][1]]
    assert found.tags["major_brand"] == "M4B "


def test_the_book_carries_its_tags(book: Path) -> None:
    found = codec.probe(book).tags
    expected = {
        "major_brand": "M4B ", "title": "山中来信", "album": "书信集", "artist": "某人", "album_artist": "某人",
        "composer": "云希", "date": "2011-05-06", "genre": "Audiobook", "media_type": "2", "track": "7",
    }  # fmt: skip
    assert {name: found.get(name) for name in expected} == expected
    assert not {"creation_time", "encoder"} & set(found), "bytes must depend neither on the clock nor on the library"
    assert re.search(rb"Stream #0:0.*\(zho\): Audio: aac", ffmpeg("-i", str(book)).stderr)


def test_the_index_comes_first_so_that_a_player_can_start_at_once(book: Path) -> None:
    content = book.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


@pytest.mark.parametrize("suffix", ["m4b", "m4a", "mp3"])
def test_the_cover_comes_back_byte_for_byte(
    parts: list[tuple[Path, str]], tags: Tags, cover: Path, tmp_path: Path, suffix: str
) -> None:
    target = tmp_path / f"one.{suffix}"
    if suffix == "mp3":
        codec.write_mp3([chapter(RATE, 5000)], RATE, tags, target)
    else:
        codec.join(parts[:1], tags, target)
    picture = ffmpeg("-i", str(target), "-map", "0:v", "-c", "copy", "-f", "image2pipe", "-").stdout
    assert picture == cover.read_bytes()


def test_a_chapter_file_is_tagged_as_music_players_read_it(
    parts: list[tuple[Path, str]], tags: Tags, tmp_path: Path
) -> None:
    codec.join(parts[:1], tags, tmp_path / "one.m4a")
    found = codec.probe(tmp_path / "one.m4a")
    assert found.tags["major_brand"] == "M4A "
    assert found.chapters == ()
    assert (found.tags["title"], found.tags["track"]) == ("山中来信", "7")


@pytest.mark.parametrize("length", [FRAME * 9, 10_007, 24_000, 31_337])
def test_an_mp3_of_any_length_loses_no_sample(tags: Tags, tmp_path: Path, length: int) -> None:
    target = tmp_path / "one.mp3"
    codec.write_mp3([chapter(length, 5001)[:4000], chapter(length, 5001)[4000:]], RATE, tags, target)
    for samples in (codec.decode(target).samples, decoded_by_ffmpeg(target)):
        assert len(samples) == length
        assert abs(found_near(samples, 5001) - 5001) <= RATE // 1000
    found = codec.probe(target).tags
    assert (found["title"], found["composer"], found["language"]) == ("山中来信", "云希", "zho")


def test_the_same_sound_gives_the_same_bytes(parts: list[tuple[Path, str]], tags: Tags, tmp_path: Path) -> None:
    digests = set()
    for attempt in ("first", "second"):
        folder = tmp_path / attempt
        codec.write_aac([chapter(30 * FRAME, 5000)], RATE, folder / "part.m4a")
        codec.write_mp3([chapter(30 * FRAME, 5000)], RATE, tags, folder / "one.mp3")
        codec.join([(folder / "part.m4a", "一"), parts[1]], tags, folder / "book.m4b")
        files = sorted(folder.iterdir())
        digests.add(tuple(hashlib.sha256(path.read_bytes()).hexdigest() for path in files))
    assert len(digests) == 1


def test_a_long_file_is_decoded_in_blocks_of_whole_tenths_of_a_second(book: Path) -> None:
    blocks = list(codec.decode_blocks(book))
    assert len(blocks) > 1
    assert {len(block.samples) % (RATE // 10) for block in blocks[:-1]} == {0}
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks]), codec.decode(book).samples)


BROKEN = {
    "missing.m4a": None,
    "empty.m4a": b"",
    "text.m4a": "不是声音".encode(),
    "noise.mp3": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", [*BROKEN, "half.m4a", "scrambled.m4a", "picture.jpg"])
def test_a_broken_file_is_an_error_that_names_it_and_the_remedy(
    parts: list[tuple[Path, str]], cover: Path, tmp_path: Path, name: str
) -> None:
    whole = parts[0][0].read_bytes()
    middle = len(whole) // 2
    contents = BROKEN | {
        "half.m4a": whole[:middle],
        "scrambled.m4a": whole[: middle // 2] + bytes(middle) + whole[middle // 2 + middle :],
        "picture.jpg": cover.read_bytes(),
    }
    path = tmp_path / name
    if contents[name] is not None:
        path.write_bytes(contents[name])
    with pytest.raises(InputError, match=name) as raised:
        codec.decode(path)
    assert raised.value.remedy


def test_a_book_with_a_broken_part_is_not_begun(parts: list[tuple[Path, str]], tmp_path: Path) -> None:
    (tmp_path / "broken.m4a").write_bytes(parts[0][0].read_bytes()[:500])
    with pytest.raises(InputError, match=r"broken\.m4a"):
        codec.join([*parts[:3], (tmp_path / "broken.m4a", "四")], Tags("书"), tmp_path / "book.m4b")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.m4a"]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
import numpy as np
from pipeline import aac, codec
from pipeline.errors import DamageError, InputError
from pipeline.tags import Tags
kind, folder, short = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
noise = np.random.default_rng(0).normal(0, 3000, codec.FRAME * 200).astype(np.int16)
codec.write_aac([noise], 24_000, folder / "part.m4a")
write = {
    "m4a": lambda path: codec.write_aac([noise], 24_000, path),
    "mp3": lambda path: codec.write_mp3([noise], 24_000, Tags("x"), path),
    "m4b": lambda path: codec.join([(folder / "part.m4a", "x")], Tags("x"), path),
}[kind]
write(folder / f"good.{kind}")
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = (folder / f"good.{kind}").stat().st_size - short
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    write(folder / f"bad.{kind}")
except InputError as error:
    print(error)
print(sorted(path.name for path in folder.iterdir()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the system limits no file's size")
@pytest.mark.parametrize(("kind", "short"), [("m4a", 1), ("m4a", 30_000), ("mp3", 1), ("m4b", 1), ("m4b", 30_000)])
def test_a_disk_that_is_full_at_the_last_byte_leaves_nothing_and_is_named(
    tmp_path: Path, kind: str, short: int
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, kind, str(tmp_path), str(short)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert f"cannot write {tmp_path / f'bad.{kind}'}" in told
    assert "-o DIR" in told
    assert told.splitlines()[-1] == str([f"good.{kind}", "part.m4a"])


def test_an_encoder_that_cannot_write_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.symlink_to("/dev/full")
    noise = np.random.default_rng(1).integers(-9000, 9000, 3_000 * FRAME).astype(np.int16)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "draft_of", contextlib.nullcontext)
        with pytest.raises(OSError, match="No space left on device") as failure:
            codec.write_aac(np.array_split(noise, 100), RATE, full)
    assert failure.value.errno == errno.ENOSPC


def test_where_the_sound_breaks_off_there_is_no_file(tmp_path: Path) -> None:
    def blocks() -> Iterator[Samples]:
        yield np.zeros(50 * FRAME, np.int16)
        raise DamageError("a clip", "speak it again")

    with pytest.raises(DamageError):
        codec.write_aac(blocks(), RATE, tmp_path / "part.m4a")
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_whose_program_was_killed_ends_by_itself(tmp_path: Path) -> None:
    part = tmp_path / "part.m4a"
    block = bytes(2 * 50 * FRAME)
    begun = len(block).to_bytes(aac.LENGTH, "little") + block
    command = [sys.executable, "-P", aac.__file__, str(part), str(RATE), str(codec.AAC_BITS)]
    ended = subprocess.run(command, input=begun, capture_output=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr, part.exists()) == (1, b"the sound has no end\n", False)
