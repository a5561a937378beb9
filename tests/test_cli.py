"""The command line against what the README says of it, and the lines in and out of `audiobook text`."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from pipeline.cli import app

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `audiobook (\w+)([^|`]*(?:\\\|[^|`]*)*)` \| (.+) \|$", README, re.MULTILINE)
REPORTS = {"plan", "inspect", "sections", "check", "explain", "voices", "doctor"}


def options_of(command: str) -> set[str]:
    [found] = [c for name, c in get_command(app).commands.items() if name == command]  # type: ignore[attr-defined]
    return {option for parameter in found.params for option in parameter.opts if option.startswith("-")}


def text(step: str, lines: str, *more: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "text", step, *more], input=lines, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_the_readme_lists_every_command_and_no_other() -> None:
    assert {command for command, _, _ in ROWS} == set(get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("command", "told"), [(command, told) for command, _, told in ROWS])
def test_every_option_that_the_readme_names_is_there(command: str, told: str) -> None:
    named = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", told.split("`", 1)[-1]))
    assert named <= options_of(command) if command != "text" else True


@pytest.mark.parametrize("command", sorted(REPORTS))
def test_what_reports_gives_json(command: str) -> None:
    assert "--json" in options_of(command)


@pytest.mark.parametrize("command", re.findall(r"^\.venv/bin/audiobook (.+?) *(?:#|$)", README, re.MULTILINE))
def test_the_readmes_examples_are_understood(command: str) -> None:
    words = command.split()
    assert {word for word in words[1:] if word.startswith("-")} <= options_of(words[0])


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z]+)\b(?=[ `\n])", README)) - {"a", "it"}))
def test_the_readmes_targets_are_in_the_makefile(target: str) -> None:
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_text_goes_in_and_comes_out_line_by_line() -> None:
    assert text("repair", "隨著時代\n\n") == ["随着时代", ""]
    assert text("spoken", "1998年\n") == ["一九九八年"]
    assert text("pinyin", "他还钱。\n") == ["ta1 huan2 qian2 。"]


def test_the_line_may_stand_behind_the_command() -> None:
    assert text("repair", "不读。\n", "隨著時代") == ["随着时代"]
    assert text("spoken", "", "1998年", "5月") == ["一九九八年 五月"]
    assert text("repair", "不读。\n", "") == [""]
    assert text("pinyin", "", "银行") == ["yin2hang2"]
    assert text("pinyin", "", "银行\n重庆") == ["yin2hang2", "chong2qing4"]
    assert json.loads(text("spoken", "", "2个", "--json")[0]) == {"text": "2个", "spoken": "两个"}


def test_text_as_json_has_one_entry_a_character() -> None:
    line = "我们在MP3里听了一个小时。"
    [found] = [json.loads(row) for row in text("pinyin", line + "\n", "--json")]
    assert found["text"] == line
    assert len(found["pinyin"]) == len(found["sounded"]) == len(line)
    assert found["pinyin"][line.index("M")] is None
    assert found["sounded"][line.index("一")] == "yi2"
    assert found["pinyin"][line.index("一")] == "yi1"
    [repaired] = [json.loads(row) for row in text("repair", "隨著\n", "--json")]
    assert set(repaired) == {"text", "repaired", "edits"}
    [spoken] = [json.loads(row) for row in text("spoken", "2个\n", "--json")]
    assert spoken == {"text": "2个", "spoken": "两个"}
