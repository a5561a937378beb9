"""A finished book in the hands of programs that are not ours: mpv, ffprobe, mutagen, the W3C's own schemas."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mutagen
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from tests.test_book import TEXT, audiobook, book_of, manifest_of

SETTINGS = 'title = "重庆来信"\ncreator = "某人"\nnarrator = "朗读者"\ndate = "2011-05-06"\n'
SCHEMAS = Path(__file__).parent / "w3c"
SCHEMA = "https://www.w3.org/ns/pub-schema/audiobooks/audiobooks.schema.json"
needs_mpv = pytest.mark.skipif(not shutil.which("mpv"), reason="no mpv here (Debian: apt-get install mpv)")
needs_ffprobe = pytest.mark.skipif(not shutil.which("ffprobe"), reason="no ffprobe here (apt-get install ffmpeg)")


def built(folder: Path, *more: str) -> Path:
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    (folder / "信.toml").write_text(SETTINGS, encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("consumers"))


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    return book_of(folder)


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Any:
    return manifest_of(folder)


def words_of(path: Path) -> dict[str, Any]:
    """A file's tags by mutagen, each with its first value."""
    return {name: value[0] for name, value in mutagen.File(path).tags.items()}


def test_mutagen_reads_what_an_audiobook_player_shows_and_sorts_by(home: Path) -> None:
    tags = words_of(home / f"{home.name}.m4b")
    shown = {name: tags[name] for name in ("©nam", "©alb", "©ART", "aART", "©wrt", "©day", "stik")}
    assert shown == {
        "©nam": "重庆来信", "©alb": "重庆来信", "©ART": "某人", "aART": "某人", "©wrt": "朗读者",
        "©day": "2011-05-06", "stik": 2,
    }  # fmt: skip
    sorted_by = {name: tags[name] for name in ("sonm", "soal", "soar", "soaa", "soco")}
    assert sorted_by == {
        "sonm": "chong qing lai xin", "soal": "chong qing lai xin", "soar": "mou ren", "soaa": "mou ren",
        "soco": "lang du zhe",
    }  # fmt: skip
    assert bytes(tags["covr"]) == (home / "cover.jpg").read_bytes()
    assert "ldes" not in tags


def test_mutagen_reads_the_chapters_files_in_order(home: Path, manifest: Any) -> None:
    tags = [words_of(home / section["file"]) for section in manifest["sections"]]
    assert [own["©nam"] for own in tags] == [section["title"] for section in manifest["sections"]]
    assert [own["trkn"] for own in tags] == [(section["number"], 0) for section in manifest["sections"]]
    assert tags == sorted(tags, key=lambda own: own["sonm"])
    assert {(own["©alb"], own["stik"], own["©wrt"]) for own in tags} == {("重庆来信", 2, "朗读者")}


def test_mutagen_reads_what_other_formats_are_sorted_by(tmp_path: Path) -> None:
    for name, keys in {"mp3": ("TSOT", "TSOA", "TSOP"), "flac": ("titlesort", "albumsort", "artistsort")}.items():
        (tmp_path / name).mkdir()
        first = min((book_of(built(tmp_path / name, "--chapter-format", name)) / "chapters").glob(f"*.{name}"))
        title, *others = (str(mutagen.File(first).tags[key][0]) for key in keys)
        assert title.startswith("0001 ")
        assert others == ["chong qing lai xin", "mou ren"]


@needs_ffprobe
def test_ffprobe_reads_the_books_chapters_to_the_millisecond(home: Path, manifest: Any) -> None:
    asked = ["ffprobe", "-v", "error", "-show_chapters", "-show_format", "-of", "json", f"{home / home.name}.m4b"]
    told = json.loads(subprocess.run(asked, capture_output=True, check=True, timeout=60).stdout)
    found = [(float(c["start_time"]), float(c["end_time"]), c["tags"]["title"]) for c in told["chapters"]]
    for (start, end, title), section in zip(found, manifest["sections"], strict=True):
        assert (start, end) == pytest.approx((section["start"] / 1000, section["end"] / 1000), abs=0.0011)
        assert title == section["title"]
    assert told["format"]["tags"]["sort_name"] == "chong qing lai xin"
    assert float(told["format"]["duration"]) == pytest.approx(manifest["duration"] / 1000, abs=0.05)


def mpv(*arguments: str) -> subprocess.CompletedProcess[str]:
    """mpv without a screen and a loudspeaker, as fast as it can."""
    quiet = ("--no-config", "--ao=null", "--ao-null-untimed", "--vo=null", "--no-video", "--msg-color=no")
    return subprocess.run(["mpv", *quiet, *arguments], capture_output=True, text=True, timeout=120, check=False)


@needs_mpv
def test_mpv_plays_the_book_and_knows_its_chapters(home: Path, manifest: Any) -> None:
    sections = manifest["sections"]
    titles = "|".join(f"${{chapter-list/{k}/title}}" for k in range(len(sections)))
    message = f"--term-playing-msg=told ${{=duration}} ${{chapters}} {titles}"
    done = mpv(message, f"--start=#{len(sections)}", f"{home / home.name}.m4b")
    assert done.returncode == 0, done.stdout + done.stderr
    _, duration, count, names = next(
        line.split(" ", 3) for line in done.stdout.splitlines() if line.startswith("told ")
    )
    assert float(duration) == pytest.approx(manifest["duration"] / 1000, abs=0.1)
    assert int(count) == len(sections)
    assert names == "|".join(section["title"] for section in sections)


@needs_mpv
def test_mpv_plays_the_playlist_through(home: Path, manifest: Any) -> None:
    done = mpv("--length=0.5", "--term-playing-msg=told ${media-title}", str(home / f"{home.name}.m3u8"))
    assert done.returncode == 0, done.stdout + done.stderr
    told = [line.removeprefix("told ") for line in done.stdout.splitlines() if line.startswith("told ")]
    assert told == [section["title"] for section in manifest["sections"]]


@needs_mpv
@pytest.mark.parametrize("name", ["mp3", "opus", "flac", "acx"])
def test_mpv_plays_every_chapter_format(name: str, tmp_path: Path) -> None:
    home = book_of(built(tmp_path, "--chapter-format", name))
    for section in manifest_of(tmp_path)["sections"][:2]:
        done = mpv("--start=1", "--term-playing-msg=told ${=duration}", str(home / section["file"]))
        assert done.returncode == 0, done.stdout + done.stderr
        [told] = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("told ")]
        assert float(told) == pytest.approx((section["end"] - section["start"]) / 1000, abs=0.1)


def schemas() -> Iterator[tuple[str, Resource[Any]]]:
    for path in SCHEMAS.rglob("*.schema.json"):
        content = json.loads(path.read_bytes())
        yield content["$id"], Resource.from_contents(content)


def test_publication_json_is_valid_against_the_w3cs_schemas(home: Path) -> None:
    registry: Registry[Any] = Registry().with_resources(schemas())
    validator = Draft7Validator(registry.contents(SCHEMA), registry=registry)
    facts = json.loads((home / "publication.json").read_bytes())
    assert [error.message for error in validator.iter_errors(facts)] == []
    assert not validator.is_valid({**facts, "duration": "five minutes"})
    assert not validator.is_valid({name: value for name, value in facts.items() if name != "readingOrder"})
