"""Odd locales, time zones, homes and paths: the book is the same book, byte for byte, and its messages can be read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash import ENVIRONMENT, PROGRAM, books

TEXT = "第一章 春\n\n春天来了，山上的花都开了。\n\n第二章 夏\n\n夏天很热，他们到河里去。\n"
PLAIN = {name: value for name, value in ENVIRONMENT.items() if not name.startswith(("LC_", "LANG", "PYTHONUTF8"))}


def built(folder: Path, **surroundings: str) -> tuple[dict[str, str], str]:
    """The files of the text's book and of the page above it, and what the commands printed."""
    folder.mkdir(parents=True)
    (folder / "四季.txt").write_text(TEXT, encoding="utf-8")
    told = ""
    for command in (["build", "四季.txt", "--engine", "tone"], ["sections"], ["check"], ["explain", "", "0:01"]):
        done = subprocess.run(
            [*PROGRAM, *command], cwd=folder, capture_output=True, env=PLAIN | surroundings, timeout=120, check=False
        )
        told += done.stdout.decode() + done.stderr.decode()
        assert done.returncode == 0, told
    return books(folder), told


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found, _ = built(tmp_path_factory.mktemp("plain") / "here", LANG="C.UTF-8", TZ="UTC")
    return found


@pytest.mark.parametrize(
    "surroundings",
    [
        {"LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Nowhere/Never"},
        {"LC_ALL": "tr_TR.ISO-8859-9", "TZ": ":/etc/passwd"},
        {"HOME": "/proc/nowhere", "XDG_CACHE_HOME": "/proc/nowhere", "TERM": "dumb", "COLUMNS": "20"},
    ],
    ids=["C", "POSIX without UTF-8", "a locale that is not here", "no home"],
)
def test_the_surroundings_change_no_byte_of_a_book(
    surroundings: dict[str, str], wanted: dict[str, str], tmp_path: Path
) -> None:
    found, told = built(tmp_path / "here", **surroundings)
    assert found == wanted
    assert "Traceback" not in told and "春" in told


@pytest.mark.parametrize("name", ["我 的 书", 'it\'s "so" $HOME `ls`', "%20&#65;<b>", "-rf", "a\tb", "é" * 60])
def test_the_path_changes_no_byte_of_a_book(name: str, wanted: dict[str, str], tmp_path: Path) -> None:
    found, _ = built(tmp_path / name)
    assert found == wanted


@pytest.mark.skipif(sys.platform == "win32" or os.sep != "/", reason="a name of bytes is POSIX's")
def test_a_name_that_is_no_text_is_a_book_all_the_same(tmp_path: Path) -> None:
    source = os.fsencode(tmp_path) + b"/\xb4\xba.txt"
    Path(os.fsdecode(source)).write_text(TEXT, encoding="utf-8")
    done = subprocess.run(
        [*PROGRAM, "build", source, "--engine", "tone"], cwd=tmp_path, capture_output=True, env=PLAIN, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert [path.name for path in (tmp_path / "output").iterdir() if path.suffix == "" and path.name[0] != "."]
