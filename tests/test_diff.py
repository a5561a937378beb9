"""Two builds of a book against each other, as a person changes its text, a sentence or its voice."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.diff import Place, compared
from pipeline.model import SpokenChunk, Verdict
from tests.test_book import TEXT, audiobook, book_of, build, built, folder

__all__ = ["built", "folder"]  # fixtures


def difference(folder: Path, *arguments: str) -> Any:
    done = audiobook("diff", *arguments, "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def put_aside(folder: Path) -> str:
    shutil.copy(book_of(folder) / "manifest.json", folder / "before.json")
    return "before.json"


def changes(found: Any) -> list[tuple[str, str]]:
    return [(change["change"], change["text"]) for change in found["changes"]]


def rebuilt(folder: Path, text: str) -> Any:
    before = put_aside(folder)
    (folder / "信.txt").write_text(text, encoding="utf-8")
    assert build(folder).returncode == 0
    return difference(folder, before, book_of(folder).name)


def test_a_book_is_the_same_as_itself(built: Path) -> None:
    found = difference(built, "信", str(book_of(built)))
    assert found["changes"] == [] and found["about"] == {}
    assert found["counts"]["same"] == sum(found["counts"].values()) > 5


def test_an_edited_text_is_a_sentence_removed_and_one_added(built: Path) -> None:
    found = rebuilt(built, TEXT.replace("笑声传得很远", "歌声传得很远"))
    assert sorted(kind for kind, _ in changes(found)) == ["added", "removed"]
    assert all(("歌声" in text) == (kind == "added") for kind, text in changes(found))
    assert found["counts"]["re-spoken"] == found["counts"]["moved"] == 0


def test_a_section_that_changes_its_place_has_moved(built: Path) -> None:
    head, spring, summer, autumn = TEXT.split("\n\n", 1)[0], *sections_of(TEXT)
    found = rebuilt(built, "\n\n".join([head, summer, spring, autumn]))
    kinds = {kind for kind, _ in changes(found)}
    assert kinds == {"moved"}
    assert all(change["before"]["section"] != change["after"]["section"] for change in found["changes"])


def sections_of(text: str) -> list[str]:
    paragraphs = text.strip().split("\n\n")[1:]
    return ["\n\n".join(paragraphs[k : k + 2]) for k in range(0, len(paragraphs), 2)]


def test_a_sentence_that_is_redone_is_re_spoken(built: Path) -> None:
    before = put_aside(built)
    assert audiobook("redo", "", "2", "--sentence", "2", cwd=built).returncode == 0
    found = difference(built, before, "信")
    [change] = found["changes"]
    assert change["change"] == "re-spoken"
    assert (change["after"]["section"], change["after"]["sentence"]) == (2, 2)
    assert change["before"]["clip"] != change["after"]["clip"]
    assert change["after"]["take"] == change["before"]["take"] + 1


def test_another_rate_re_speaks_all_and_is_named(built: Path) -> None:
    before = put_aside(built)
    assert build(built, "--rate", "10").returncode == 0
    found = difference(built, before, "信")
    assert {kind for kind, _ in changes(found)} == {"re-spoken"}
    assert found["counts"]["same"] == 0
    assert [recipe["rate"] for recipe in found["about"]["recipe"]] == [0, 10]


def test_people_get_a_table_and_a_sum(built: Path) -> None:
    before = put_aside(built)
    assert audiobook("redo", "", "2", "--sentence", "2", cwd=built).returncode == 0
    done = audiobook("diff", before, "信", cwd=built)
    assert done.returncode == 0
    assert "re-spoken" in done.stdout and "2.2 at 0:" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("0 added; 0 removed; 1 re-spoken; 0 moved; ")


@pytest.mark.parametrize(
    ("name", "content", "code"), [("nothing", None, 2), ("torn.json", "{", 3), ("other.json", "[]", 3)]
)
def test_what_is_no_manifest_is_refused(built: Path, name: str, content: str | None, code: int) -> None:
    if content is not None:
        (built / name).write_text(content, encoding="utf-8")
    done = audiobook("diff", name, "信", cwd=built)
    assert done.returncode == code
    assert name in done.stderr and "Traceback" not in done.stderr


def place(number: int, text: str, clip: str = "") -> Place:
    chunk = SpokenChunk(text, (0, 0), 0.0, False, text, clip or text, 0, 0, 0, Verdict())
    return Place(1, "", number, chunk)


texts = st.lists(st.sampled_from("甲乙丙丁戊己"), max_size=12)


@given(texts, texts)
def test_every_sentence_of_either_book_is_told_of_once(before: list[str], after: list[str]) -> None:
    one = [place(number, text) for number, text in enumerate(before, 1)]
    other = [place(number, text) for number, text in enumerate(after, 1)]
    found = compared(one, other)
    assert sorted(c.before.sentence for c in found if c.before) == [p.sentence for p in one]
    assert [c.after.sentence for c in found if c.after] == [p.sentence for p in other]
    assert all((c.before is None) == (c.kind == "added") and (c.after is None) == (c.kind == "removed") for c in found)
    assert all(c.before.chunk.text == c.after.chunk.text for c in found if c.before and c.after)
    removed, added = ({c.text for c in found if c.kind == kind} for kind in ("removed", "added"))
    assert not removed & added


@given(texts, st.integers(0, 11))
def test_one_clip_more_is_one_sentence_re_spoken(before: list[str], which: int) -> None:
    one = [place(number, text) for number, text in enumerate(before, 1)]
    spoken = [replace(p, chunk=replace(p.chunk, clip="new")) if p.sentence == which else p for p in one]
    kinds = [change.kind for change in compared(one, spoken) if change.kind != "same"]
    assert kinds == ["re-spoken"] * (0 < which <= len(one))
