"""The settings beside a text: what is wrong in them is told in plain words, the same by every command."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.read.misfits import WISHES
from pipeline.read.sidecar import Sidecar, read_sidecar

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
