"""A novel that grows, as its reader's listener sees it: what was there stays byte for byte, what is new is added."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import feedparser
import pytest

from pipeline.codec import probe
from pipeline.speak.engines.kokoro import Kokoro
from tests.test_book import audiobook, book_of, clips, digests, manifest_of
from tests.test_growth import GROWTH, PROSE, chapter

BASE = "https://example.org/novel/"
SETTINGS = f'formats = "vtt, metadata, chapters, feed"\nbase_url = "{BASE}"\ndate = "2024-05-06"\n'
FIRST, MORE = GROWTH["a second volume"]  # which would change the first chapter's title


def write_file(folder: Path, text: str) -> None:
    (folder / "novel.txt").write_text(text, encoding="utf-8")
    (folder / "novel.toml").write_text(SETTINGS, encoding="utf-8")


def write_folder(folder: Path, text: str) -> None:
    """A file a chapter, 9.txt, 10.txt and on: in natural order, not in that of characters."""
    (folder / "novel").mkdir(exist_ok=True)
    (folder / "novel" / "book.toml").write_text(SETTINGS, encoding="utf-8")
    parts = re.split("(?m)^(?=第.章)", re.sub("(?m)^第.卷.*\n", "", text))
    for number, part in enumerate(parts[1:], 9):
        (folder / "novel" / f"{number}.txt").write_text(part, encoding="utf-8")


SOURCES = {"novel.txt": write_file, "novel": write_folder}
Grown = tuple[Path, dict[str, str], bytes, Any]


@pytest.fixture(scope="module", params=SOURCES)
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """A folder with a book that has grown by two chapters; its files, feed and player as they were before."""
    folder = tmp_path_factory.mktemp("serial")
    write: Callable[[Path, str], None] = SOURCES[request.param]
    write(folder, FIRST)
    done = audiobook("build", request.param, "--engine", "tone", cwd=folder)
    assert done.returncode == 0, done.stderr
    before, feed = digests(folder), (book_of(folder) / "feed.xml").read_bytes()
    player = key_of(folder)
    write(folder, FIRST + MORE + chapter("五", "土"))
    done = audiobook("build", request.param, "--engine", "tone", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "2 new chapters; 3 kept as they were" in done.stderr
    return folder, before, feed, player


def key_of(folder: Path) -> tuple[str, str, str]:
    """What the player, the library and publication.json know the book by."""
    home = book_of(folder)
    pages = [path.read_text(encoding="utf-8") for path in (home / "index.html", home.parent / "index.html")]
    own, library = (re.findall('"key":"([^"]+)"', page) for page in pages)
    [key] = own
    assert key in library
    return key, json.loads((home / "publication.json").read_bytes())["id"], ",".join(library)


def test_the_old_chapters_files_keep_their_bytes_and_names(grown: Grown) -> None:
    folder, before, _, _ = grown
    old = {name: digest for name, digest in before.items() if name.startswith("chapters/")}
    now = digests(folder)
    assert {name: now.get(name) for name in old} == old
    new = sorted(name for name in now if name.endswith(".m4a") and name not in old)
    assert [re.sub("-.*", "", Path(name).name) for name in new] == ["04", "05"]


def test_the_book_is_joined_of_all(grown: Grown) -> None:
    folder = grown[0]
    manifest = manifest_of(folder)
    marks = probe(book_of(folder) / f"{book_of(folder).name}.m4b").chapters
    assert [mark.title for mark in marks] == [section["title"] for section in manifest["sections"]]
    assert len(marks) == 5
    checked = audiobook("check", cwd=folder)
    assert checked.returncode == 0, checked.stdout


def test_the_feed_has_new_items_and_its_old_ones_as_they_were(grown: Grown) -> None:
    folder, _, feed, _ = grown
    was, now = (feedparser.parse(text) for text in (feed, (book_of(folder) / "feed.xml").read_bytes()))
    assert not now.bozo
    assert now.entries[:3] == was.entries, "guid, pubDate and enclosure with its length"
    assert len(now.entries) == 5
    assert len({entry.id for entry in now.entries}) == 5
    assert [entry.published_parsed for entry in now.entries] == sorted(entry.published_parsed for entry in now.entries)
    old, new = (set(re.findall("(?s)<item>.*?</item>", text.decode())) for text in (feed, now_of(folder)))
    assert old < new


def now_of(folder: Path) -> bytes:
    return (book_of(folder) / "feed.xml").read_bytes()


def test_where_a_person_stopped_is_still_known(grown: Grown) -> None:
    folder, _, _, player = grown
    assert key_of(folder) == player


def test_any_second_is_explained(grown: Grown) -> None:
    folder = grown[0]
    for section in manifest_of(folder)["sections"][::4]:
        last = section["chunks"][-1]
        told = json.loads(audiobook("explain", "", str(last["start"] / 1000 + 0.1), "--json", cwd=folder).stdout)
        assert (told["section"], told["text"]) == (section["number"], last["text"])
        assert told["source"] == last["text"]


def test_a_second_build_does_nothing(grown: Grown) -> None:
    folder = grown[0]
    before = digests(folder)
    source = "novel" if (folder / "novel").is_dir() else "novel.txt"
    again = audiobook("build", source, "--engine", "tone", cwd=folder)
    assert "nothing to do" in again.stderr
    assert digests(folder) == before


def test_redo_and_plan_and_inspect_see_the_book_as_it_grew(tmp_path: Path) -> None:
    write_file(tmp_path, FIRST)
    assert audiobook("build", "novel.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    write_file(tmp_path, FIRST + MORE)
    assert audiobook("build", "novel.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    before, titles = digests(tmp_path), [section["title"] for section in manifest_of(tmp_path)["sections"]]
    for command in ("plan", "inspect"):
        found = audiobook(command, "novel.txt", "--engine", "tone", "--json", cwd=tmp_path)
        assert [section["title"] for section in json.loads(found.stdout)["sections"]] == titles
    done = audiobook("redo", "", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 changed; 3 kept as they were" in done.stderr
    changed = {name for name, digest in digests(tmp_path).items() if before.get(name) != digest}
    assert {Path(name).name[:2] for name in changed if name.startswith("chapters/")} == {"02"}
    assert audiobook("check", cwd=tmp_path).returncode == 0


def test_a_book_without_its_cache_grows_all_the_same(tmp_path: Path) -> None:
    write_file(tmp_path, FIRST)
    assert audiobook("build", "novel.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    before, spoken = digests(tmp_path), clips(tmp_path)
    for path in sorted((tmp_path / "output" / ".cache").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    write_file(tmp_path, FIRST + MORE)
    assert audiobook("build", "novel.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    assert spoken < clips(tmp_path)
    now = digests(tmp_path)
    assert {name: now[name] for name in before if name.startswith("chapters/")} == {
        name: digest for name, digest in before.items() if name.startswith("chapters/")
    }


@pytest.mark.skipif(bool(Kokoro.remedy()), reason="the embedded voice is not installed")
def test_the_embedded_voice_reads_on(tmp_path: Path) -> None:
    source = tmp_path / "novel.txt"
    text = f"第一章 山\n\n{PROSE}\n\n第二章 水\n\n雨停以后，远处的山像洗过一样，清清楚楚。\n"
    source.write_text(text, encoding="utf-8")
    done = audiobook("build", "novel.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    before = digests(tmp_path)
    source.write_text(f"{text}\n第三章 火\n\n晚上有许多萤火虫，在田埂上飞来飞去。\n", encoding="utf-8")
    done = audiobook("build", "novel.txt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1 new chapter; 2 kept as they were" in done.stderr
    now = digests(tmp_path)
    assert {name: now[name] for name in before if name.startswith("chapters/")} == {
        name: digest for name, digest in before.items() if name.startswith("chapters/")
    }
    checked = audiobook("check", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
