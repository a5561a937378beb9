"""The settings beside a text: what is wrong in them is told in plain words, the same by every command."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pipeline.edition import Request, recipes_for
from pipeline.errors import InputError
from pipeline.read.misfits import WISHES
from pipeline.read.sidecar import Sidecar, read_sidecar
from pipeline.shelf import Shelf

TEXT = "第一章 敲门\n\n他轻轻地敲门，没有人应。\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "门.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def settings(source: Path, words: str) -> Path:
    source.with_suffix(".toml").write_text(words, encoding="utf-8")
    return source


def run(source: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, cwd=source.parent, capture_output=True, text=True, timeout=120, check=False)


def test_every_setting_has_its_words() -> None:
    assert list(WISHES) == list(Sidecar.model_fields)


WRONG = [
    ('titel = "门"', "there is no setting 'titel'; did you mean title?", "settings are: title, creator"),
    ("[Pauses]\nheading = 1", "there is no setting 'Pauses'; did you mean pauses?", "pauses"),
    ('foo = "x"', "there is no setting 'foo'", "settings are"),
    ('skip = "序"', 'skip: "序" is not a list of titles', 'skip = ["序", "后记"]'),
    ('skip = ["序", 2]', "skip: 2 is not a title in quotation marks", 'skip = ["序", "后记"]'),
    ("title = 1984", "title: 1984 is not a text in quotation marks", 'title = "'),
    ("rate = 1.5", "rate: 1.5 is not a whole number from -50 to 100", "rate = 10"),
    ('quality = "best"', 'quality: "best" is not "normal" or "high"', 'quality = "high"'),
    ("[pauses]\nheading = 99", "[pauses] heading: 99 is not a number of seconds from 0 to 30", "heading = 2.0"),
    ('[rename]\n"一" = 1', "[rename] 一: 1 is not a title in quotation marks", "[rename]"),
    ("date = 10:00:00", 'date: "10:00:00" is not a date', "date = 2022-03-29"),
]


@pytest.mark.parametrize(("words", "what", "remedy"), WRONG)
def test_what_is_wrong_is_told_with_the_file_and_what_may_stand_there(
    source: Path, words: str, what: str, remedy: str
) -> None:
    with pytest.raises(InputError) as raised:
        read_sidecar(settings(source, words))
    assert raised.value.what.startswith(f"{source.with_suffix('.toml')}: {what}")
    assert remedy in raised.value.remedy


@pytest.mark.parametrize(("written", "date"), [
    ("2022-03-29", "2022-03-29"), ("2022-03-29T08:00:00Z", "2022-03-29"),
    ("1925", "1925"), ('"民国十四年"', "民国十四年"),
])  # fmt: skip
def test_a_date_needs_no_quotation_marks(source: Path, written: str, date: str) -> None:
    assert read_sidecar(settings(source, f"date = {written}")).date == date


COMMANDS = [("inspect",), ("plan",), ("build",), ("inspect", "--polyphones")]
MISREAD = [
    ("foo", "the reading of '敲门' has 1 syllables: 'foo'"),
    ("qiāo mén", "the reading of '敲门' has no syllable 'qiāo'"),
    ("qiao1", "the reading of '敲门' has 1 syllables: 'qiao1'"),
    ("", "the reading of '敲门' has 0 syllables: ''"),
]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("engine", ["tone", "kokoro"])
def test_a_reading_that_is_none_is_refused_by_every_command(source: Path, command: list[str], engine: str) -> None:
    reading, told = MISREAD[1]
    done = run(settings(source, f'[pronounce]\n"敲门" = "{reading}"\n'), *command, source.name, "--engine", engine)
    assert done.returncode == 3, done.stderr
    assert f"门.toml: [pronounce] {told}" in done.stderr and "chong2 qing4" in done.stderr
    assert not (source.parent / "output" / "门").exists()


@pytest.mark.parametrize(("reading", "told"), MISREAD)
@pytest.mark.parametrize("engine", ["tone", "kokoro", "edge"])
def test_every_engine_refuses_it_with_the_same_words(source: Path, reading: str, told: str, engine: str) -> None:
    sidecar = read_sidecar(settings(source, f'[pronounce]\n"敲门" = "{reading}"\n'))
    with pytest.raises(InputError) as raised:
        recipes_for(source, sidecar, Request(Shelf(source.parent), engine))
    assert raised.value.what == f"{source.with_suffix('.toml')}: [pronounce] {told}"


def test_a_word_with_letters_has_the_syllables_that_the_voice_allows(source: Path) -> None:
    sidecar = read_sidecar(settings(source, '[pronounce]\n"WPS" = "da2 bu4 liu1 pi1 ai1"\n'))
    assert recipes_for(source, sidecar, Request(Shelf(source.parent), "edge"))
    with pytest.raises(InputError, match=r"门.toml: \[pronounce\] the reading of 'WPS' has 5 syllables"):
        recipes_for(source, sidecar, Request(Shelf(source.parent), "kokoro"))


def test_a_reading_may_be_written_with_capitals_and_with_two_dots(source: Path) -> None:
    assert read_sidecar(settings(source, '[pronounce]\n"女" = "Nü3"\n')).pronounce == {"女": "nv3"}
    assert run(source, "inspect", source.name).returncode == 0


@pytest.mark.parametrize(("words", "code", "told"), [
    ('cover = "none.png"', 3, "there is no picture none.png for the cover"),
    ('cover = "门.txt"', 3, "门.txt is not a picture that can be read"),
    ('cover = "torn.png"', 3, "torn.png is not a picture that can be read"),
    ('engine = "tone"\nvoice = "nope"', 2, "the tone engine has no voice 'nope'"),
])  # fmt: skip
def test_a_plan_refuses_what_a_build_refuses(source: Path, words: str, code: int, told: str) -> None:
    whole = source.with_name("whole.png")
    Image.effect_noise((64, 64), 50).save(whole)
    source.with_name("torn.png").write_bytes(whole.read_bytes()[:2000])
    settings(source, words)
    for command in ("plan", "build"):
        done = run(source, command, source.name, "--engine", "tone")
        assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert not (source.parent / "output" / "门").exists()


def test_a_cover_that_is_a_picture_passes_the_plan(source: Path) -> None:
    Image.effect_noise((64, 64), 50).save(source.with_name("whole.png"))
    assert run(settings(source, 'cover = "whole.png"'), "plan", source.name, "--engine", "tone").returncode == 0
