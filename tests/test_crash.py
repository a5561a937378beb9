"""Builds and redos that are killed anywhere go on where they were, and end as if nothing had happened."""

import random
import shutil
from pathlib import Path

import pytest

from tests.crash import books, clips, drafts, killed_after, killed_at, spoken_again, undisturbed
from tests.test_book import TEXT as LETTER

TEXT = LETTER[: LETTER.index("三、")]  # two sections
BUILD = ["build", "信.txt", "--engine", "tone"]
REDO = ["redo", "", "2"]
RANDOM_KILLS = 2


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], float]:
    """A finished book, what its files were, and how long it took."""
    folder = tmp_path_factory.mktemp("origin")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    seconds = undisturbed(BUILD, folder)
    return folder, books(folder), seconds


def finished(command: list[str], folder: Path, wanted: dict[str, str]) -> None:
    before = clips(folder)
    undisturbed(command, folder)
    assert books(folder) == wanted
    assert not drafts(folder)
    assert not spoken_again(before, clips(folder))


def copies(folder: Path, into: Path) -> tuple[Path, Path]:
    """Two copies of a finished book: one to be left whole, one to be killed."""
    whole, killed = (Path(shutil.copytree(folder, into / name)) for name in ("whole", "killed"))
    return whole, killed


def test_a_build_killed_at_every_stage_ends_as_an_undisturbed_one(
    origin: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    _, wanted, seconds = origin
    (tmp_path / "信.txt").write_text(TEXT, encoding="utf-8")
    for when, ending in [
        ("after", ".flac"),
        ("before", ".m4a"),
        ("after", "信.m4b"),
        ("before", "信/manifest.json"),
        ("after", "信/manifest.json"),
        ("before", "sources/信"),
    ]:
        before = clips(tmp_path)
        killed_at(when, ending, BUILD, tmp_path)
        assert not spoken_again(before, clips(tmp_path))
    finished(BUILD, tmp_path, wanted)
    chance = random.Random(3)
    for _ in range(RANDOM_KILLS):
        shutil.rmtree(tmp_path / "output")
        killed_after(chance.uniform(0.3, 1) * seconds, BUILD, tmp_path)
        finished(BUILD, tmp_path, wanted)


def test_a_redo_killed_at_every_stage_ends_as_an_undisturbed_one(
    origin: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    folder, old, _ = origin
    whole, victim = copies(folder, tmp_path)
    undisturbed(REDO, whole)
    wanted = books(whole)
    again = [*REDO, "--source", "信.txt"]
    killed_at("after", "02-二、夏天.m4a", again, victim)
    finished(BUILD, victim, old)  # before the manifest is written, the old book can be had again
    for when, ending in [("after", "02-二、夏天.m4a"), ("before", "信/manifest.json")]:
        killed_at(when, ending, again, victim)
    finished(again, victim, wanted)


def test_a_change_of_format_killed_at_the_manifest_leaves_no_file_of_the_old_one(
    origin: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    folder, wanted, _ = origin
    victim = tmp_path / "killed"
    shutil.copytree(folder, victim)
    killed_at("after", "信/manifest.json", [*BUILD, "--chapter-format", "mp3", "--formats", "srt"], victim)
    finished(BUILD, victim, wanted)


def test_a_book_killed_while_it_grows_ends_as_an_undisturbed_one(
    origin: tuple[Path, dict[str, str], float], tmp_path: Path
) -> None:
    folder, old, _ = origin
    whole, victim = copies(folder, tmp_path)
    for copy in (whole, victim):
        (copy / "信.txt").write_text(LETTER, encoding="utf-8")
    undisturbed(BUILD, whole)
    wanted = books(whole)
    chapters = [name for name in old if "chapters/0" in name]
    assert len(chapters) == 4 and all(wanted[name] == old[name] for name in chapters)
    for when, ending in [("after", "03-三、秋天.m4a"), ("before", "信/manifest.json"), ("after", "信/manifest.json")]:
        killed_at(when, ending, BUILD, victim)
        assert all(books(victim)[name] == old[name] for name in chapters)
    finished(BUILD, victim, wanted)
