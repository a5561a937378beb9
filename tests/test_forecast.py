"""What a build would do is told without doing it, and without making the scripts of a long book that is new."""

from pathlib import Path

import pytest

from pipeline.edition import Request
from pipeline.forecast import plan
from pipeline.progress import Watcher
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak.engines.tone import Tone

SENTENCE = "这是第{}章里的第{}句话，说的是山里的一家人和他们的一条老狗，还有那一年冬天下的大雪。"


def novel(path: Path, chapters: range, sentences: int = 12) -> Path:
    """A text of chapters in which no two sentences are the same."""
    lines = [
        f"第{chapter}章 雪\n" + "".join(SENTENCE.format(chapter, sentence) for sentence in range(1, sentences + 1))
        for chapter in chapters
    ]
    path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def request_(tmp_path: Path) -> Request:
    return Request(Shelf(tmp_path / "output"), engine="tone")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts whose scripts are made."""
    texts: list[str] = []
    script = Tone.script

    def noted(engine: Tone, text: str) -> str:
        texts.append(text)
        return script(engine, text)

    monkeypatch.setattr(Tone, "script", noted)
    return texts


def test_a_new_book_beside_another_is_looked_for_in_three_places_a_section(
    tmp_path: Path, request_: Request, asked: list[str]
) -> None:
    build(novel(tmp_path / "先.txt", range(1, 3)), request_, Watcher())
    other = novel(tmp_path / "后.txt", range(11, 15))
    asked.clear()
    found = plan(other, request_)
    assert found["cached"] == 0 and found["requests"] == sum(s["chunks"] for s in found["sections"]) > 40
    assert len(asked) == 3 * 4


def test_a_section_that_was_begun_is_counted_chunk_by_chunk(tmp_path: Path, request_: Request) -> None:
    """What an interrupted build leaves: clips and no manifest."""
    built = build(novel(tmp_path / "书.txt", range(1, 4)), request_, Watcher())
    (built.home / "manifest.json").unlink()
    assert plan(tmp_path / "书.txt", request_)["requests"] == 0
    chunks = built.manifest.sections[1].chunks
    for chunk in chunks[5:]:
        request_.shelf.clips.joinpath(chunk.clip[:2], f"{chunk.clip}.flac").unlink()
    found = plan(tmp_path / "书.txt", request_)
    assert [section["to_speak"] for section in found["sections"]] == [0, len(chunks) - 5, 0]


def test_chapters_that_another_book_has_too_are_found(tmp_path: Path, request_: Request) -> None:
    build(novel(tmp_path / "选.txt", range(2, 4)), request_, Watcher())
    found = plan(novel(tmp_path / "全.txt", range(1, 6)), request_)
    assert [section["to_speak"] == 0 for section in found["sections"]] == [False, True, True, False, False]


def test_after_an_edit_only_what_changed_is_asked_for(tmp_path: Path, request_: Request, asked: list[str]) -> None:
    source = novel(tmp_path / "书.txt", range(1, 4))
    build(source, request_, Watcher())
    source.write_text(source.read_text(encoding="utf-8").replace("第2章里的第7句话", "第2章里的另一句话"), "utf-8")
    asked.clear()
    assert [section["to_speak"] for section in plan(source, request_)["sections"]] == [0, 1, 0]
    assert len(set(asked)) == 1


def test_another_voice_has_all_to_say(tmp_path: Path, request_: Request) -> None:
    source = novel(tmp_path / "书.txt", range(1, 3))
    build(source, request_, Watcher())
    found = plan(source, Request(request_.shelf, engine="tone", voice="high"))
    assert found["cached"] == 0 and found["requests"] > 20


def test_it_is_told_how_far_the_look_is(tmp_path: Path, request_: Request) -> None:
    told: list[tuple[int, int]] = []
    found = plan(novel(tmp_path / "书.txt", range(1, 4)), request_, lambda done, total: told.append((done, total)))
    chunks = sum(section["chunks"] for section in found["sections"])
    assert len(told) == 3 and told[-1] == (chunks, chunks) and told == sorted(told)
