"""Chapter files in every format, read back by programs that are not ours: sound, tags, cover, and what ACX asks for."""

import hashlib
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tinytag import TinyTag

from pipeline import codec, sound
from pipeline.codec import FORMS
from pipeline.model import Samples
from pipeline.tags import Tags
from pipeline.write.acx import levelled
from tests.browser import needs_browser, opened, started
from tests.test_book import TEXT, audiobook, book_of, build, manifest_of
from tests.test_codec import decoded_by_ffmpeg, ffmpeg

RATE = 24_000
SUFFIX = {"acx": "mp3"}
KBPS = {"mp3": (64, 110), "acx": (190, 194), "opus": (10, 60), "flac": (20, 400)}


def speech_like(seconds: float, level: float, pause: float = 0.3) -> Samples:
    """Bursts of a voice-like sound at an RMS level (dB) with pauses between, silence at both ends as chapters have."""
    rng = np.random.default_rng(7)
    times = np.arange(round(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 140 * k * times + rng.uniform(0, 6)) / k for k in range(1, 12))
    swell = 0.5 - 0.5 * np.cos(2 * np.pi * 3.3 * times)
    signal = np.where(times % (1 + pause) < 1, tone * swell, 0)
    signal *= 32768 * 10 ** (level / 20) / math.sqrt((signal**2).mean())
    loud = np.clip(signal, -32768, 32767).astype(np.int16)
    return np.concatenate([np.zeros(RATE // 2, np.int16), loud, np.zeros(RATE * 11 // 10, np.int16)])


@pytest.fixture(scope="module")
def tags(tmp_path_factory: pytest.TempPathFactory) -> Tags:
    cover = tmp_path_factory.mktemp("cover") / "cover.jpg"
    Image.new("RGB", (321, 300), (158, 42, 34)).save(cover)
    return Tags("第七章 & “花”", "山中来信", "某人", "云希", "2011-05-06", "zh", 7, cover)


def written(name: str, samples: Samples, tags: Tags, folder: Path) -> Path:
    target = folder / f"{name}.{SUFFIX.get(name, name)}"
    codec.write_form(FORMS[name], [samples[:50_000], samples[50_000:]], RATE, tags, target)
    return target


def same_at(heard: Samples, rate: int, samples: Samples) -> float:
    """How alike the sounds are (1: the same), where each should be."""
    own = np.interp(np.arange(len(heard)) / rate, np.arange(len(samples)) / RATE, samples.astype(np.float64))
    return float(np.corrcoef(own, heard.astype(np.float64))[0, 1])


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_chapter_file_sounds_as_long_and_as_it_should(name: str, tags: Tags, tmp_path: Path) -> None:
    samples = speech_like(7.3, -20)
    path = written(name, samples, tags, tmp_path)
    heard = codec.decode(path)
    assert abs(heard.seconds - len(samples) / RATE) < 0.001
    assert same_at(heard.samples, heard.rate, samples) > 0.98
    if name == "flac":
        np.testing.assert_array_equal(heard.samples, samples)


@pytest.mark.parametrize("name", sorted(FORMS))
def test_another_program_reads_words_number_and_cover(name: str, tags: Tags, tmp_path: Path) -> None:
    path = written(name, speech_like(20, -20), tags, tmp_path)
    found = TinyTag.get(str(path), image=True)
    assert (found.title, found.album, found.artist, found.albumartist) == ("第七章 & “花”", "山中来信", "某人", "某人")
    assert (found.composer, found.track, found.year, found.genre) == ("云希", 7, "2011-05-06", "Audiobook")
    assert found.images.front_cover is not None
    assert found.images.front_cover.data == tags.cover.read_bytes()  # type: ignore[union-attr]
    assert found.images.front_cover.mime_type == "image/jpeg"
    assert found.channels == 1
    low, high = KBPS[name]
    cover = tags.cover.stat().st_size  # type: ignore[union-attr]
    assert low < (path.stat().st_size - 1.4 * cover) * 8 / 1000 / 21.6 < high


@pytest.mark.parametrize("name", sorted(FORMS))
def test_the_same_sound_gives_the_same_bytes(name: str, tags: Tags, tmp_path: Path) -> None:
    digests = set()
    for attempt in ("first", "second"):
        (tmp_path / attempt).mkdir()
        content = written(name, speech_like(5, -20), tags, tmp_path / attempt).read_bytes()
        digests.add(hashlib.sha256(content).hexdigest())
    assert len(digests) == 1


def rms_db(samples: Samples) -> float:
    return 20 * math.log10(math.sqrt(float((samples.astype(np.float64) ** 2).mean())) / 32768)


def assert_acx_takes_it(path: Path) -> None:
    """The shop's list: rate, channels, constant bit rate, RMS, peak, noise floor, silence at both ends."""
    told = ffmpeg("-i", str(path)).stderr.decode()
    assert "44100 Hz, mono" in told
    assert "192 kb/s" in told
    samples = decoded_by_ffmpeg(path)
    assert -23 <= rms_db(samples) <= -18
    assert 20 * math.log10(np.abs(samples.astype(np.float64)).max() / 32768) <= -3
    heard = np.flatnonzero(np.abs(samples.astype(np.int32)) > 32768 * 10 ** (-50 / 20))
    head, tail = heard[0] / 44_100, (len(samples) - heard[-1]) / 44_100
    assert 0.5 <= head <= 1
    assert 1 <= tail <= 5
    assert rms_db(samples[: round(0.4 * 44_100)]) < -60 if np.any(samples[: round(0.4 * 44_100)]) else True
    assert bit_rates(path) == {192}


def bit_rates(path: Path) -> set[int]:
    """The bit rate of each MPEG frame, kbit/s: an own walk over the headers (ISO 11172-3, 2.4.1.3)."""
    table = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    content = path.read_bytes()
    size = content[6:10]
    at = 10 + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    found, count = set(), 0
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] == 0xFB:
        rate = table[content[at + 2] >> 4]
        found.add(rate)
        at += 144 * rate * 1000 // 44_100 + (content[at + 2] >> 1 & 1)
        count += 1
    assert count > 50
    return found


@pytest.mark.parametrize(("level", "pause"), [(-20, 0.3), (-27, 1.5), (-15, 0.1), (-33, 0.3)])
def test_any_level_becomes_one_that_acx_takes(level: float, pause: float, tags: Tags, tmp_path: Path) -> None:
    samples = speech_like(12, level, pause)
    louder = np.concatenate(list(levelled(lambda: [samples[:90_000], samples[90_000:]], RATE)))
    assert len(louder) == len(samples)
    assert_acx_takes_it(written("acx", louder, tags, tmp_path))


def test_silence_stays_silence() -> None:
    silence = np.zeros(RATE, np.int16)
    assert not np.concatenate(list(levelled(lambda: [silence], RATE))).any()


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    found = {}
    for name in ("m4a", *FORMS):
        folder = tmp_path_factory.mktemp(name)
        (folder / "信.txt").write_text(TEXT, encoding="utf-8")
        done = build(folder, "--chapter-format", name, "--formats", "none")
        assert done.returncode == 0, done.stderr
        found[name] = folder
    return found


@pytest.mark.parametrize("name", ["m4a", *FORMS])
def test_a_book_has_its_chapters_in_that_format(homes: dict[str, Path], name: str) -> None:
    manifest = manifest_of(homes[name])
    for section in manifest["sections"]:
        path = book_of(homes[name]) / section["file"]
        assert path.suffix == f".{SUFFIX.get(name, name)}"
        found: Any = TinyTag.get(str(path), image=True)
        assert (found.title, found.track, found.album) == (section["title"], section["number"], manifest["title"])
        assert found.images.any is not None
        length = codec.decode(path).seconds * 1000
        assert abs(length - (section["end"] - section["start"])) <= 1.5
    assert all(a["end"] == b["start"] for a, b in pairwise(manifest["sections"]))
    assert audiobook("check", cwd=homes[name]).returncode == 0


@needs_browser
def test_a_browser_plays_every_format_from_the_middle(homes: dict[str, Path], tmp_path: Path) -> None:
    for name, folder in homes.items():
        [section, *_] = manifest_of(folder)["sections"]
        page = tmp_path / f"{name}.html"
        sound = (book_of(folder) / section["file"]).as_uri()
        page.write_text(f'<audio muted preload="auto" src="{sound}"></audio>', encoding="utf-8")
        with started() as browser, opened(browser, page) as tab:
            tab.wait('document.querySelector("audio").readyState == 4')
            length = tab.page.evaluate('document.querySelector("audio").duration')
            assert abs(1000 * length - (section["end"] - section["start"])) < 60, name
            tab.page.evaluate('document.querySelector("audio").currentTime = 3')
            tab.page.evaluate('void document.querySelector("audio").play()')
            tab.wait('document.querySelector("audio").currentTime > 3.3')


def test_acx_takes_the_books_chapters(homes: dict[str, Path]) -> None:
    for section in manifest_of(homes["acx"])["sections"]:
        assert_acx_takes_it(book_of(homes["acx"]) / section["file"])


def test_the_chapters_of_another_format_do_not_pass_for_these(homes: dict[str, Path]) -> None:
    """acx and mp3 have one suffix: the files of the one must not be kept as the other's."""
    folder = homes["mp3"]
    before = manifest_of(folder)["outputs"]
    assert build(folder, "--chapter-format", "acx", "--formats", "none").returncode == 0
    after = manifest_of(folder)["outputs"]
    assert all(after[name] != digest for name, digest in before.items() if name.startswith("chapters/"))


def test_the_loudness_of_a_lossless_chapter_is_the_books(homes: dict[str, Path]) -> None:
    energies = [
        sound.block_energies(codec.decode(book_of(homes["flac"]) / section["file"]))
        for section in manifest_of(homes["flac"])["sections"]
    ]
    loudness = sound.integrated_loudness(np.concatenate(energies))
    assert abs(loudness - manifest_of(homes["flac"])["loudness"]) < 0.1
