"""What older programs left is read, or made again with a word about it; what a newer one left is refused."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.speak.cache import FORMAT as CLIPS
from pipeline.stitch.encode import FORMAT as CHAPTERS
from pipeline.vintage import NAME as NOTE
from pipeline.write.manifest import FORMAT, NAME, read_manifest
from tests.crash import ENVIRONMENT, PROGRAM, clips, forgotten_encodings
from tests.quick import Told, built, wrong

OLD = Path(__file__).parent / "samples" / "old"
FOLDERS = sorted(path.name for path in OLD.iterdir() if path.is_dir())


def with_old(name: str, folder: Path) -> Path:
    """The text in a folder, and beside it what an older program left; gives the text."""
    home, cache = folder / "output" / "短信", folder / "output" / ".cache"
    home.mkdir(parents=True)
    shutil.copy(OLD / name / NAME, home)
    for part in ("clips", "chapters"):
        shutil.copytree(OLD / name / part, cache / part)
    return Path(shutil.copy(OLD / "短信.txt", folder))


def test_every_format_that_was_has_a_sample() -> None:
    formats = {json.loads((OLD / name / NAME).read_bytes())["format"] for name in FOLDERS}
    assert formats == set(range(1, FORMAT + 1))
    assert {int(name.split("-")[3]) for name in FOLDERS} == set(range(1, CHAPTERS))


@pytest.mark.parametrize("name", FOLDERS)
def test_a_book_of_an_older_program_keeps_its_takes_and_is_made_anew_with_a_word(name: str, tmp_path: Path) -> None:
    source, told = with_old(name, tmp_path), Told()
    old = read_manifest(tmp_path / "output" / "短信")
    assert old and old.format == FORMAT and old.sections[0].choice.take == 1
    book = built(source, told)
    assert f"chapters in {tmp_path}" in told.messages[0] and f"now {CHAPTERS}" in told.messages[0]
    assert book.manifest.sections[0].choice.take == 1
    assert book.manifest.format == FORMAT
    assert wrong(book) == []
    assert forgotten_encodings(tmp_path) == 0
    again = Told()
    assert not built(source, again).fresh
    assert again.messages == []


def test_clips_of_the_present_format_are_found_though_they_were_not_sealed(tmp_path: Path) -> None:
    source, told = with_old("manifest-2-chapters-3-later", tmp_path), Told()
    before = clips(tmp_path)
    built(source, told)
    assert told.spoken == 0
    assert clips(tmp_path) == before != {}


def test_a_manifest_of_a_newer_program_is_refused_and_stays(tmp_path: Path) -> None:
    source = with_old(FOLDERS[-1], tmp_path)
    path = tmp_path / "output" / "短信" / NAME
    newer = path.read_text(encoding="utf-8").replace(f'"format": {FORMAT},', f'"format": {FORMAT + 1},')
    path.write_text(newer.replace('"sections"', '"parts"'), encoding="utf-8")
    before = path.read_bytes()
    for arguments in (["build", source.name, "--engine", "tone"], ["check"], ["redo", "", "1"]):
        done = subprocess.run(
            [*PROGRAM, *arguments], cwd=tmp_path, capture_output=True, text=True, env=ENVIRONMENT, check=False
        )
        assert done.returncode == 3, done.stderr
        assert "newer" in done.stderr and "upgrade audiobook" in done.stderr
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [NAME]


@pytest.mark.parametrize("kind", ["clips", "chapters", "dreams"])
def test_a_cache_of_a_newer_program_is_refused_and_stays(kind: str, tmp_path: Path) -> None:
    source = with_old(FOLDERS[-1], tmp_path)
    note = tmp_path / "output" / ".cache" / NOTE
    note.write_text(json.dumps({"clips": CLIPS, "chapters": CHAPTERS, kind: 99}), encoding="utf-8")
    before = note.read_bytes()
    with pytest.raises(InputError, match=f"{kind} of format 99") as refused:
        built(source)
    assert "upgrade audiobook" in refused.value.remedy
    assert note.read_bytes() == before


@pytest.mark.parametrize("content", ["", "[]", '{"format": true}', '{"format": "2"}', '{"format": 0}', '{"format": 2}'])
def test_what_is_no_manifest_is_refused_with_the_remedy(content: str, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=NAME) as refused:
        read_manifest(tmp_path)
    assert "build the book again" in refused.value.remedy
