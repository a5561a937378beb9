"""The log of a book's builds: what was spoken and found, how long it took, and what stopped it."""

from pathlib import Path

import pytest

from pipeline.answers import manifest_of
from pipeline.edition import Request
from pipeline.errors import Interrupted
from pipeline.progress import Watcher
from pipeline.redo import Place, Wish, redo
from pipeline.run import build
from pipeline.runlog import Stopwatch, Work, read_runs
from pipeline.shelf import Shelf
from tests.test_review import TEXT


def test_a_log_tells_what_was_spoken_and_what_was_found(tmp_path: Path) -> None:
    source, shelf = tmp_path / "信.txt", Shelf(tmp_path / "output")
    source.write_text(TEXT, encoding="utf-8")
    request = Request(shelf, engine="tone")
    home = build(source, request, Watcher()).home
    chunks = [chunk for section in manifest_of(home).sections for chunk in section.chunks]
    [first] = read_runs(shelf.log_of(home))
    assert first.ended == "done" and first.found == 0
    assert set(first.seconds) == {"reading", "speaking", "binding"}
    sounds = sum(chunk.end - chunk.start for chunk in chunks)
    assert first.spoken == {"tone": Work(len(chunks), sum(len(c.script) for c in chunks), pytest.approx(sounds, abs=9))}

    assert not build(source, request, Watcher()).fresh
    assert len(read_runs(shelf.log_of(home))) == 1, "where nothing was done there is nothing to tell"

    redo(Place(shelf, "", source), Wish((2,)), Watcher())
    second = read_runs(shelf.log_of(home))[1]
    assert 0 < second.spoken["tone"].sentences < len(chunks) and second.found > 0


def test_what_stops_a_build_is_noted_and_goes_on_up(tmp_path: Path) -> None:
    log = tmp_path / "runs" / "book.jsonl"
    with pytest.raises(Interrupted), Stopwatch(Watcher(), "tone").logged(log):
        raise Interrupted("stopped")
    [run] = read_runs(log)
    assert (run.ended, run.seconds, run.spoken) == ("Interrupted", {}, {})


def test_half_a_line_spoils_no_other(tmp_path: Path) -> None:
    log = tmp_path / "book.jsonl"
    for _ in range(2):
        with Stopwatch(Watcher(), "tone").logged(log):
            pass
    log.write_bytes(log.read_bytes()[:-20])
    with Stopwatch(Watcher(), "tone").logged(log):
        pass
    assert [run.ended for run in read_runs(log)] == ["done", "done"]
    log.write_text('\n[]\n{"began": 1}\nnull\n{"began":"","ended":"","seconds":{},"spoken":[1]}', encoding="utf-8")
    assert read_runs(log) == []


def test_a_log_that_cannot_be_written_stops_no_build(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file where the folder should be")
    with Stopwatch(Watcher(), "tone").logged(tmp_path / "runs" / "book.jsonl"):
        pass
    assert read_runs(tmp_path / "runs" / "book.jsonl") == []
