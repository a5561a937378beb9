"""Ten programs at once on one output folder, on the same books and on others: every book is as if built alone."""

import json
import subprocess
import threading
import time
from pathlib import Path

from pipeline.sharing import alone, together
from pipeline.shelf import Shelf
from tests.crash import ENVIRONMENT, LONGEST_S, PROGRAM, books, drafts
from tests.quick import Told, built, wrong
from tests.test_crash import TEXT


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [*PROGRAM, *arguments]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def ended(programs: list[subprocess.Popen[str]]) -> None:
    for program in programs:
        _, told = program.communicate(timeout=LONGEST_S)
        assert program.returncode == 0, told


def text(folder: Path, name: str, title: str = "") -> None:
    """A text; the same words as the others, so that they share clips and encoded chapters."""
    (folder / name).write_text(TEXT, encoding="utf-8")
    (folder / f"{name}.toml").write_text(f'title = "{title or Path(name).stem}"\n', encoding="utf-8")


def test_ten_at_once_leave_the_books_that_each_alone_would_have(tmp_path: Path) -> None:
    crowd, quiet = tmp_path / "crowd", tmp_path / "quiet"
    for folder in (crowd, quiet):
        folder.mkdir()
        for name in ("甲.txt", "乙.txt", "丙.txt", "丁.txt"):
            text(folder, name)
    built(crowd / "丁.txt")
    builds = [started(crowd, "build", name, "--engine", "tone") for name in ("甲.txt", "乙.txt", "丙.txt") * 3]
    ended([*builds, started(crowd, "redo", "丁", "2")])
    for name in ("丁.txt", "甲.txt", "乙.txt", "丙.txt"):
        built(quiet / name)
    ended([started(quiet, "redo", "丁", "2")])
    assert books(crowd) == books(quiet)
    assert not drafts(crowd)


def test_two_books_of_one_title_begun_at_once_do_not_overwrite_each_other(tmp_path: Path) -> None:
    text(tmp_path, "甲.txt", title="信")
    text(tmp_path, "乙.txt", title="信")
    ended([started(tmp_path, "build", name, "--engine", "tone") for name in ("甲.txt", "乙.txt")])
    homes = Shelf(tmp_path / "output").books()
    manifests = [json.loads((home / "manifest.json").read_bytes()) for home in homes]
    assert {manifest["origin"]["name"] for manifest in manifests} == {"甲.txt", "乙.txt"}
    for name in ("甲.txt", "乙.txt"):
        book = built(tmp_path / name)
        assert not book.fresh and wrong(book) == []


def test_who_waited_for_the_same_book_finds_it_finished(tmp_path: Path) -> None:
    text(tmp_path, "甲.txt")
    second: list[bool] = []
    told = Told()

    class First(Told):
        def stitching(self) -> None:
            other = threading.Thread(target=lambda: second.append(built(tmp_path / "甲.txt", told).fresh))
            other.start()
            while not told.messages:
                time.sleep(0.01)
            others.append(other)

    others: list[threading.Thread] = []
    assert built(tmp_path / "甲.txt", First()).fresh
    others[0].join(LONGEST_S)
    assert second == [False]
    assert "another build of 甲 is running" in told.messages[0]
    assert told.spoken == 0


def test_nobody_clears_away_what_another_build_is_using_and_who_is_alone_does(tmp_path: Path) -> None:
    text(tmp_path, "甲.txt")
    text(tmp_path, "乙.txt")
    first = built(tmp_path / "甲.txt")
    cache = tmp_path / "output/.cache"
    (cache / "running/of-the-dead").write_text("甲", encoding="utf-8")
    left = [cache / "clips/00", first.home / "chapters", tmp_path / "output"]
    left = [folder / ".audiobook-draft-abcdefgh.flac" for folder in left]
    for draft in left:
        draft.parent.mkdir(exist_ok=True)
        draft.touch()

    class Meanwhile(Told):
        def stitching(self) -> None:  # of a book of the same words: its encodings are those of the first
            built(tmp_path / "甲.txt", rate=30)
            assert all(draft.exists() for draft in left)

    with Shelf(tmp_path / "output").in_use(first.home):
        book = built(tmp_path / "乙.txt", Meanwhile())
    assert wrong(book) == []
    assert all((cache / f"chapters/{s.encoding}.m4a").exists() for s in book.manifest.sections)
    built(tmp_path / "甲.txt", rate=20)
    assert not any(draft.exists() for draft in left)
    assert list((cache / "running").iterdir()) == []


def test_alone_is_who_has_no_other_beside_him(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with together(lock), together(lock), alone(lock) as free:
        assert not free
    with alone(lock) as free:
        assert free
        with alone(lock) as second:
            assert not second
    with together(tmp_path / "no" / "folder" / "lock"):
        assert (tmp_path / "no" / "folder" / "lock").exists()
