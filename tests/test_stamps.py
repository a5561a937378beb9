"""What was found in a file is believed while nobody has written to it; scripts while the program is the same."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.files import sha256_of
from pipeline.shelf import changed_outputs
from pipeline.speak import cache
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines.tone import Tone
from pipeline.stamps import Stamps
from tests.quick import Told, built, request

TEXT = "第一章 山\n\n山上有花。\n\n第二章 水\n\n水里有鱼。\n"


class Looks:
    """Counts how often a file was read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, path: Path) -> str:
        self.read.append(path.name)
        return sha256_of(path)


@pytest.fixture
def noted(tmp_path: Path) -> Path:
    """A file that was looked at, and its note."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"old bytes")
    time.sleep(0.02)  # the system's clock for files has steps of up to 10 ms
    stamps = Stamps(tmp_path / "note", tmp_path, "ours")
    stamps.digest_of(path)
    stamps.save()
    return path


def found(path: Path, program: str = "ours") -> tuple[str, int]:
    """What is said of the file now, and how often it was read for that."""
    looks = Looks()
    said = Stamps(path.parent / "note", path.parent, program).found_in(path, looks)
    return said, len(looks.read)


def replaced_in_place(path: Path) -> None:
    kept = path.stat()
    with path.open("r+b") as file:
        file.write(b"new")
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))  # as one does who hides it


def renamed_over(path: Path) -> None:
    other = path.with_name("b.txt")
    other.write_bytes(b"new bytes")
    other.replace(path)


def test_a_file_nobody_wrote_to_is_not_read_again(noted: Path) -> None:
    assert found(noted) == (sha256_of(noted), 0)


@pytest.mark.parametrize("write", [replaced_in_place, renamed_over, lambda path: path.write_bytes(b"longer bytes")])
def test_whoever_writes_to_it_is_noticed(noted: Path, write: Callable[[Path], object]) -> None:
    write(noted)
    assert found(noted) == (sha256_of(noted), 1)


def test_a_file_as_new_as_the_note_is_read_again(noted: Path) -> None:
    """A write in the same step of the clock would leave its times as they are."""
    status = noted.stat()
    os.utime(noted.parent / "note", ns=(status.st_ctime_ns, status.st_ctime_ns))
    assert found(noted) == (sha256_of(noted), 1)


def test_a_note_holds_whatever_its_seal_is(noted: Path) -> None:
    """A seal of bytes would be a line's end now and then."""
    for program in map(str, range(60)):
        stamps = Stamps(noted.parent / "note", noted.parent, program)
        stamps.digest_of(noted)
        time.sleep(0.005)
        stamps.save()
        assert found(noted, program)[1] == 0


@pytest.mark.parametrize("place", [0, 40, -20])
def test_a_note_that_was_damaged_or_is_another_programs_says_nothing(noted: Path, place: int) -> None:
    note = noted.parent / "note"
    assert found(noted, "a newer one")[1] == 1
    content = bytearray(note.read_bytes())
    content[place] ^= 1
    note.write_bytes(content)
    assert found(noted)[1] == 1
    note.write_bytes(b"")
    assert found(noted)[1] == 1


def test_what_is_not_asked_for_is_forgotten_and_a_note_that_cannot_be_written_is_done_without(noted: Path) -> None:
    other = noted.with_name("b.txt")
    other.write_bytes(b"other")
    time.sleep(0.02)
    stamps = Stamps(noted.parent / "note", noted.parent, "ours")
    stamps.digest_of(other)
    stamps.save()
    assert found(noted)[1] == 1
    (noted.parent / "taken").write_bytes(b"")
    unwritable = Stamps(noted.parent / "taken" / "note", noted.parent, "ours")
    assert unwritable.digest_of(other) == sha256_of(other)
    unwritable.save()


def test_a_finished_book_is_found_without_reading_its_sound(tmp_path: Path) -> None:
    source = tmp_path / "书.txt"
    source.write_text(TEXT, encoding="utf-8")
    book = built(source)
    shelf = request(tmp_path).shelf
    time.sleep(0.02)
    assert shelf.up_to_date(book.manifest.fingerprint)
    looks = Looks()
    stamps = shelf.stamps_of(book.home, "outputs")
    assert changed_outputs(book.home, book.manifest, lambda path: stamps.found_in(path, looks)) == []
    assert looks.read == []
    replaced_in_place(book.home / "书.m4b")
    assert not shelf.up_to_date(book.manifest.fingerprint)
    assert built(source).fresh
    assert not built(source).fresh


def test_scripts_are_made_anew_only_for_what_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    plain = Tone.script
    monkeypatch.setattr(Tone, "script", lambda self, text: made.append(text) or plain(self, text))  # type: ignore[func-returns-value]
    source, told = tmp_path / "书.txt", Told()
    source.write_text(TEXT, encoding="utf-8")
    first = built(source)
    assert {"山上有花。", "水里有鱼。"} <= set(made)

    made.clear()
    source.write_text(TEXT.replace("有鱼", "有虾"), encoding="utf-8")
    edited = built(source, told)
    assert (set(made), told.spoken) == ({"水里有虾。"}, 1)
    assert edited.manifest.sections[0].chunks == first.manifest.sections[0].chunks

    made.clear()
    source.with_suffix(".toml").write_text('[pronounce]\n"山上" = "shan1 shang5"\n', encoding="utf-8")
    built(source)
    assert {"山上有花。", "水里有虾。"} <= set(made), "a person's own readings change scripts"

    made.clear()
    monkeypatch.setattr("pipeline.record.program_digest", lambda: "a newer one")
    source.write_text(TEXT, encoding="utf-8")
    built(source)
    assert {"山上有花。", "水里有鱼。"} <= set(made), "so does another program"


def test_the_build_after_the_first_opens_no_clip_and_reads_no_encoding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, opened = tmp_path / "书.txt", Looks()
    source.write_text(TEXT, encoding="utf-8")
    first = built(source)
    for section in first.manifest.sections:
        for chunk in section.chunks:
            path = ClipCache(tmp_path / "output/.cache/clips").path(chunk.clip)
            stamps = request(tmp_path).shelf.stamps_of(first.home, "clips")
            assert stamps.found_in(path, opened) == cache._header(path)
    assert opened.read == []

    monkeypatch.setattr(cache, "_header", opened)
    monkeypatch.setattr("pipeline.stamps.sha256_of", opened)
    source.write_text(TEXT.replace("有鱼", "有虾"), encoding="utf-8")
    edited = built(source)
    assert f"{first.manifest.sections[0].encoding}.m4a" not in opened.read
    assert not [name for name in opened.read if name.endswith(".flac")]
    assert edited.manifest.sections[0] == first.manifest.sections[0]
