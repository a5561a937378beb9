"""`audiobook play` with players that only note what they were given, and with none."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_book import TEXT, audiobook, book_of, manifest_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("play")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    assert audiobook("build", "信.txt", "--engine", "tone", cwd=folder).returncode == 0
    return folder


def player(where: Path, name: str, code: int = 0) -> None:
    """A program of that name that notes its arguments in `asked`, one a line."""
    where.mkdir(exist_ok=True)
    path = where / name
    path.write_text(f"#!/bin/sh\nprintf '%s\\n' {name} \"$@\" >> {shlex.quote(str(where / 'asked'))}\nexit {code}\n")
    path.chmod(0o755)


def play(folder: Path, programs: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline", "play", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PATH": str(programs), "PYTHONPATH": str(Path(__file__).parents[1])},
    )


def asked(programs: Path) -> list[str]:
    return (programs / "asked").read_text().splitlines()


def test_mpv_is_asked_first_and_gets_the_chapter_and_time(folder: Path, tmp_path: Path) -> None:
    player(tmp_path, "mpv")
    player(tmp_path, "ffplay")
    assert play(folder, tmp_path, "", "2", "--from", "0:03.5").returncode == 0
    words = asked(tmp_path)
    assert words[0] == "mpv" and "ffplay" not in words
    assert "--start=3.500" in words
    assert Path(words[-1]) == book_of(folder) / manifest_of(folder)["sections"][1]["file"]
    assert words[-2] == "--"


def test_without_a_chapter_the_whole_book_plays_from_a_time(folder: Path, tmp_path: Path) -> None:
    player(tmp_path, "ffplay")
    assert play(folder, tmp_path, "--from", "0:25").returncode == 0
    words = asked(tmp_path)
    assert words[words.index("-ss") + 1] == "25.000"
    assert Path(words[-1]) == book_of(folder) / f"{book_of(folder).name}.m4b"


def test_a_player_that_fails_gives_way_to_the_next(folder: Path, tmp_path: Path) -> None:
    player(tmp_path, "mpv", code=1)
    player(tmp_path, "ffplay")
    assert play(folder, tmp_path).returncode == 0
    assert "ffplay" in asked(tmp_path)


def test_without_a_sound_device_it_says_so_and_where_the_file_is(folder: Path, tmp_path: Path) -> None:
    """mpv ends with 2 then; ffplay only says so, and ends with 0."""
    player(tmp_path, "mpv", code=2)
    player(tmp_path, "ffplay")
    path = tmp_path / "ffplay"
    path.write_text(path.read_text().replace("exit 0", "echo 'no more to try, audio open failed' >&2\nexit 0"))
    done = play(folder, tmp_path)
    book = book_of(folder)
    assert done.returncode == 5
    told = f"audiobook: nothing here can play {book / book.name}.m4b (mpv ended with 2, ffplay finds no sound device)"
    assert told in done.stderr and "audiobook serve" in done.stderr and "install" not in done.stderr
    assert "audio open failed" in done.stderr, "what the player says is passed on"


@pytest.mark.parametrize("code", [0, 4])
def test_a_person_who_ends_it_is_done(folder: Path, tmp_path: Path, code: int) -> None:
    player(tmp_path, "mpv", code=code)
    player(tmp_path, "ffplay")
    assert play(folder, tmp_path).returncode == 0
    assert "ffplay" not in asked(tmp_path)


def test_where_nothing_plays_it_says_what_to_install(folder: Path, tmp_path: Path) -> None:
    done = play(folder, tmp_path, "", "1")
    assert done.returncode == 5
    assert "mpv" in done.stderr and "ffmpeg" in done.stderr and "audiobook serve" in done.stderr
    player(tmp_path, "mpv", code=2)
    done = play(folder, tmp_path, "", "1")
    assert done.returncode == 5 and "mpv ended with 2" in done.stderr


def test_pydub_plays_the_chapter_where_only_it_can(folder: Path, tmp_path: Path) -> None:
    """simpleaudio as pydub calls it, noting how many seconds it is given."""
    packages = tmp_path / "packages"
    packages.mkdir()
    (packages / "simpleaudio.py").write_text(
        "class Sound:\n"
        "    def wait_done(self): print('done')\n"
        "def play_buffer(data, num_channels, bytes_per_sample, sample_rate):\n"
        "    print(len(data) / num_channels / bytes_per_sample / sample_rate)\n"
        "    return Sound()\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "play", "", "--from", "0:25"],
        cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"PATH": str(tmp_path), "PYTHONPATH": f"{Path(__file__).parents[1]}{os.pathsep}{packages}"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seconds, end = done.stdout.splitlines()
    section = next(s for s in manifest_of(folder)["sections"] if s["start"] <= 25_000 < s["end"])
    assert float(seconds) == pytest.approx((section["end"] - 25_000) / 1000, abs=0.15) and end == "done"


@pytest.mark.parametrize("arguments", [("", "9"), ("", "1", "--from", "9:00"), ("--from", "9:00:00"), ("another",)])
def test_what_is_not_there_is_a_usage_error(folder: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    player(tmp_path, "mpv")
    assert play(folder, tmp_path, *arguments).returncode == 2
