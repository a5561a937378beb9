"""Many books in one call, with the rehearsal voice: what fails stops no other, and a table says what became of each."""

import os
import re
import shutil
import time
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.batch import books_in, changed_since, in_fair_order, moment_of
from pipeline.errors import InputError, UsageError
from pipeline.run import build
from tests.quick import Told, request
from tests.test_book import audiobook

TEXTS = {
    "长.txt": "很长的一段话，说了又说。" * 30,
    "短.txt": "短短的一句话。",
    "中.md": "# 中\n\n不长也不短的一段话。" * 3,
}
STATES = ("built", "nothing to do", "failed")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    folder = tmp_path / "library"
    (folder / "集").mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "集" / "1.txt").write_text("第一篇文章。", encoding="utf-8")
    (folder / "集" / "2.txt").write_text("第二篇文章。", encoding="utf-8")
    (folder / "短.toml").write_text('creator = "某人"', encoding="utf-8")
    (folder / ".hidden.txt").write_text("看不见。", encoding="utf-8")
    (folder / "picture.jpg").write_bytes(b"\xff\xd8")
    return folder


def rows(printed: str) -> dict[str, str]:
    """Book -> state, from the table."""
    found = (re.match(r"(\S+)  .* [0-9.]+ +(built|nothing to do|failed)\s*$", line) for line in printed.splitlines())
    return {row[1]: row[2] for row in found if row}


def test_every_text_and_every_folder_of_texts_is_a_book_with_each(library: Path) -> None:
    assert {path.name for path in books_in(library)} == {"长.txt", "短.txt", "中.md", "集"}
    assert books_in(library / "短.txt") == [library / "短.txt"]
    (library / "集" / "空").mkdir()
    with pytest.raises(InputError, match="no texts"):
        books_in(library / "集" / "空")


def test_the_shortest_is_first_and_nothing_comes_twice(library: Path) -> None:
    named = [library / name for name in ("长.txt", "短.txt", "absent.txt", "集/../短.txt")]
    assert [path.name for path in in_fair_order(named)] == ["absent.txt", "短.txt", "长.txt"]


def test_what_is_older_is_left_out_but_newer_settings_count(library: Path) -> None:
    old = time.time() - 86_400 * 10
    for path in [*library.rglob("*")]:
        os.utime(path, (old, old))
    week = moment_of("7d", datetime.now())
    assert changed_since(books_in(library), week) == []
    os.utime(library / "短.toml")
    os.utime(library / "集" / "2.txt")
    assert {path.name for path in changed_since(books_in(library), week)} == {"短.txt", "集"}
    assert changed_since([library / "absent.txt"], week) == [library / "absent.txt"]


@pytest.mark.parametrize("wrong", ["", "yesterday", "7x", "2026-13-01", "1e999d", "99999999999d"])
def test_a_time_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="is no time"):
        moment_of(wrong, datetime.now())


def test_a_library_is_built_past_its_failures_and_the_exit_code_is_theirs(library: Path, tmp_path: Path) -> None:
    (library / "坏.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    (library / "另.txt").write_text("另外一句话。", encoding="utf-8")
    (library / "另.toml").write_text("rate = 1000", encoding="utf-8")
    command = ("build", "--each", "library", "--engine", "tone", "--formats", "none")
    first = audiobook(*command, cwd=tmp_path)
    assert first.returncode == 3, first.stderr  # 坏 is the shortest, so its failure is the first
    assert rows(first.stdout) == {
        "坏.txt": "failed", "另.txt": "failed", "短": "built", "集": "built", "中": "built", "长": "built",
    }  # fmt: skip
    assert "4 built" in first.stdout
    assert "2 failed" in first.stdout
    messages = first.stderr.partition("failed: ")[2]
    assert "坏.txt is a PNG picture" in messages
    assert "另.toml: rate: 1000 is not a whole number from -50 to 100" in messages
    (library / "坏.txt").unlink()
    (library / "另.toml").unlink()
    second = audiobook(*command, cwd=tmp_path)
    assert second.returncode == 0, second.stderr
    assert sorted(rows(second.stdout).values()) == ["built", *["nothing to do"] * 4]
    third = audiobook(*command, "--since", "2000-01-01", cwd=tmp_path)
    assert set(rows(third.stdout).values()) == {"nothing to do"}
    none = audiobook(*command, "--since", "2999-01-01", cwd=tmp_path)
    assert (none.returncode, none.stdout.strip()) == (0, "no source was changed since")


def test_one_source_fails_as_it_always_did(tmp_path: Path) -> None:
    done = audiobook("build", "absent.txt", "--engine", "tone", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stdout == ""
    assert done.stderr.startswith("audiobook: absent.txt does not exist")


def test_sources_that_differ_in_their_ending_alone_get_books_of_their_own(tmp_path: Path) -> None:
    page = "<!doctype html><title>春天的书</title><article><p>{}</p></article>"
    for ending, content in (("txt", "{}"), ("md", "# 春天的书\n\n## 一\n\n{}"), ("html", page), ("htm", page)):
        text = content.format(f"山上的花都开了，这是第{len(ending)}种写法，{ending}。孩子们在溪边跑来跑去，笑声很远。")
        (tmp_path / f"春天的书.{ending}").write_text(text, encoding="utf-8")
    built = [build(source, request(tmp_path), Told()) for source in sorted(tmp_path.glob("春天的书.*"))]
    assert len({book.home for book in built}) == len(built) == 4
    assert {book.manifest.title for book in built} == {"春天的书"}
    again = [build(tmp_path / book.manifest.origin.name, request(tmp_path), Told()) for book in built]
    assert not any(book.fresh for book in again)


def test_texts_of_one_name_in_two_folders_are_two_books(tmp_path: Path) -> None:
    """The title is the file's name, as it is of many a novel: neither may take the other's place."""
    texts = [tmp_path / "全集" / name / "全文.txt" for name in ("山", "水", "水/水")]
    for text in texts:
        text.parent.mkdir(parents=True)
        text.write_text(f"{text.parent.name}里住着一个人，{len(text.parts)}。他每天都唱歌。", encoding="utf-8")
    asked = request(tmp_path)
    built = [build(text, asked, Told()) for text in texts]
    assert [book.home.name for book in built][:2] == ["全文", "全文 [水]"]
    assert len({book.home for book in built}) == len(texts)

    texts[1].write_text(texts[1].read_text(encoding="utf-8") + "也画画。", encoding="utf-8")
    again = [build(text, asked, Told()) for text in texts]
    assert [(book.home, book.fresh) for book in again] == [(b.home, b is built[1]) for b in built]


def test_a_text_that_moved_keeps_its_book_and_so_does_all_that_was_copied_together(tmp_path: Path) -> None:
    here = tmp_path / "here"
    text = here / "seeds" / "书.txt"
    text.parent.mkdir(parents=True)
    text.write_text("山里住着一个人。", encoding="utf-8")
    first = build(text, request(here), Told())
    shutil.copytree(here, tmp_path / "copy")
    copied = tmp_path / "copy/seeds/书.txt"
    copied.write_text("山里住着两个人。", encoding="utf-8")
    assert build(copied, request(tmp_path / "copy"), Told()).home == tmp_path / "copy/output/书"

    moved = text.replace(here / "书.txt")
    moved.write_text("山里住着三个人。", encoding="utf-8")
    assert build(moved, request(here), Told()).home == first.home
