"""A text that is piped in: built, found again, grown, and refused where it is none."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.books import epub_parts, zipped
from tests.test_book import TEXT, audiobook, digests, manifest_of
from tests.test_growth import THREE, chapter


def piped(folder: Path, content: bytes, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline", *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=folder, input=content, capture_output=True, timeout=120, env=environment)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def build(folder: Path, content: bytes, *more: str) -> subprocess.CompletedProcess[str]:
    return piped(folder, content, "build", "-", "--engine", "tone", *more)


def test_a_piped_text_is_a_book_that_can_be_redone_and_explained(tmp_path: Path) -> None:
    done = build(tmp_path, TEXT.encode())
    assert done.returncode == 0, done.stderr
    assert manifest_of(tmp_path)["title"] == "山中来信", "its first line"
    assert "nothing to do" in build(tmp_path, TEXT.encode()).stderr
    subprocess.run(["rm", "-rf", str(tmp_path / "output" / ".cache" / "clips")], check=True)
    done = audiobook("redo", "", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads(audiobook("explain", "", "0:05", "--json", cwd=tmp_path).stdout)
    assert told["source"] == TEXT[slice(*told["span"])]


def test_a_given_title_stays_and_the_text_may_grow(tmp_path: Path) -> None:
    title = '山 / "水" \\ 集'
    done = build(tmp_path, THREE.encode(), "--title", title)
    assert done.returncode == 0, done.stderr
    before = digests(tmp_path)
    done = build(tmp_path, (THREE + chapter("四", "木")).encode(), "--title", title)
    assert "1 new chapter; 3 kept as they were" in done.stderr
    assert manifest_of(tmp_path)["title"] == title
    now = digests(tmp_path)
    assert all(now[name] == digest for name, digest in before.items() if name.endswith(".m4a"))


def test_what_is_piped_in_is_known_by_its_first_bytes(tmp_path: Path) -> None:
    book = zipped(tmp_path / "book.zip", epub_parts([f"<p>{'春天来了。' * 9}</p>"])).read_bytes()
    for content in (book, "<!DOCTYPE html><title>山里的书</title><p>春天来了，山上的花都开了。</p>".encode()):
        found = piped(tmp_path, content, "inspect", "-", "--json")
        assert json.loads(found.stdout)["title"] == "山里的书", found.stderr
    planned = piped(tmp_path, "\ufeff山中来信\r\n\r\n春天来了。\r\n".encode("utf-16"), "plan", "-", "--json")
    assert json.loads(planned.stdout)["title"] == "山中来信"
    assert not (tmp_path / "output").exists(), "looking at a text leaves nothing"


@pytest.mark.parametrize(
    ("content", "arguments", "code", "words"),
    [
        (b"", ("build", "-"), 3, "standard input is empty"),
        (b" \n\n", ("plan", "-"), 3, "standard input is empty"),
        ("第一章 山\n\n春天来了。".encode(), ("build", "-"), 2, "--title"),
        ("春天来了，山上的花都开了。".encode(), ("build", "-"), 2, "--title"),
        (b"", ("build", "x.txt", "--title", "x"), 2, ".toml"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), ("build", "-"), 3, "not a text"),
    ],
)
def test_what_is_no_text_is_refused(
    tmp_path: Path, content: bytes, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = piped(tmp_path, content, *arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.rglob("*.txt"))


def test_a_terminal_is_not_waited_for(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pipeline", "build", "-"]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, cwd=tmp_path, stdin=theirs, capture_output=True, timeout=60, env=environment)
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2
    assert b"nothing is piped in" in done.stderr
