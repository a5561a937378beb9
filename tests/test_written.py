"""The written form is chosen apart from the spoken one: kept, simplified, traditional; no sentence is respoken."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.repair import RULES, SETTLING, repair
from pipeline.repair.rule import document_of
from pipeline.repair.written import KEEP, SIMPLIFIED, TRADITIONAL, in_script
from tests.test_book import audiobook

KEPT = """山中來信(lái)

第一章 春天

春天來了，山上的花都開(kāi)了。孩子們在溪邊跑來跑去，笑聲傳得很遠。范先生看著他們，剛才還在這裡說話。

第二章 夏天

夏天的雨說來就來，之后遠處的山像洗過一樣。共收了3,000斤穀子，比皇后的還多。
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "信.txt").write_text(KEPT, encoding="utf-8")
    return tmp_path


def build(folder: Path, *more: str) -> Any:
    """Build the book; its manifest."""
    done = audiobook("build", "信.txt", "--engine", "tone", "--formats", "srt", *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return manifest_of(folder)


def manifest_of(folder: Path) -> Any:
    [path] = (folder / "output").glob("*/manifest.json")  # however it is written, it is the same book
    return json.loads(path.read_text(encoding="utf-8"))


def written(manifest: Any) -> str:
    return "".join(chunk["text"] for section in manifest["sections"] for chunk in section["chunks"])


def clips(manifest: Any) -> list[str]:
    return [chunk["clip"] for section in manifest["sections"] for chunk in section["chunks"]]


def subtitles(folder: Path) -> str:
    [path] = (folder / "output").glob("*/*.srt")
    return path.read_text(encoding="utf-8")


def accounted(manifest: Any) -> bool:
    ledger = manifest["coverage"]
    parts = (ledger["as_written"], *ledger["rewritten"].values(), *ledger["removed"].values())
    return sum(parts) == ledger["characters"] == len(KEPT)


def test_each_script_is_the_same_book_otherwise_written(folder: Path) -> None:
    simplified = build(folder)
    assert "看着他们，刚才还在这里说话" in written(simplified)
    kept = build(folder, "--script", "keep")
    assert "看著他們，剛才還在這裡說話" in written(kept)
    assert "之后遠處的山像洗過一樣" in written(kept)
    assert "看著他們" in subtitles(folder)
    traditional = build(folder, "--script", "traditional")
    assert "范先生看著他們，剛才還在這裡說話" in written(traditional)
    assert "之後遠處的山像洗過一樣" in written(traditional)
    assert "皇后的還多" in written(traditional)
    assert "之後遠處" in subtitles(folder)
    assert clips(simplified) == clips(kept) == clips(traditional)
    assert accounted(simplified) and accounted(kept) and accounted(traditional)
    assert audiobook("check", cwd=folder).returncode == 0


def test_titles_are_written_like_the_text(folder: Path) -> None:
    (folder / "信.txt").write_text(KEPT.replace("春天\n", "開門見山\n"), encoding="utf-8")
    titles = [section["title"] for section in build(folder, "--script", "keep")["sections"]]
    assert titles == ["第一章 開門見山", "第二章 夏天"]
    assert (next((folder / "output").glob("*/chapters/01-*.m4a"))).stem == "01-第一章 開門見山"
    titles = [section["title"] for section in build(folder)["sections"]]
    assert titles == ["第一章 开门见山", "第二章 夏天"]


def test_a_simplified_text_can_be_written_in_traditional_characters(folder: Path) -> None:
    (folder / "信.txt").write_text("皇后的头发，以后在台上说话，在里面煮面条。\n", encoding="utf-8")
    assert written(build(folder, "--script", "traditional")).startswith("皇后的頭髮，以後在臺上說話，在裏面煮麪條。")


def test_redo_keeps_the_script_and_a_changed_script_keeps_the_takes(folder: Path) -> None:
    build(folder, "--script", "keep")
    for phrase in ("孩子們在溪邊", "孩子们在溪边"):
        found = json.loads(audiobook("explain", "", phrase, "--json", cwd=folder).stdout)
        assert "孩子們" in found["text"]
        assert "孩子们" in found["spoken"]
    assert audiobook("redo", "", "1", cwd=folder).returncode == 0
    redone = manifest_of(folder)
    assert redone["script"] == "keep"
    assert "看著他們" in written(redone)
    again = build(folder, "--script", "simplified")
    assert clips(again) == clips(redone)
    assert [section["choice"]["take"] for section in again["sections"]] == [1, 0]


def test_the_sidecar_may_say_it_and_name_sections_either_way(folder: Path) -> None:
    (folder / "信.toml").write_text('script = "keep"\nskip = ["第二章 夏天"]\n', encoding="utf-8")
    assert "看著他們" in written(build(folder))
    assert "看着他们" in written(build(folder, "--script", "simplified"))
    (folder / "信.toml").write_text('script = "kept"\n', encoding="utf-8")
    refused = audiobook("build", "信.txt", "--engine", "tone", cwd=folder)
    assert refused.returncode == 3
    assert "script" in refused.stderr


def test_a_script_that_there_is_not_is_refused(folder: Path) -> None:
    refused = audiobook("build", "信.txt", "--script", "tradtional", cwd=folder)
    assert refused.returncode == 2
    assert "keep, simplified, traditional" in refused.stderr


@settings(deadline=None)
@given(st.text(alphabet="著著着隨随里裡后後們们說说乾干发發髮台(zhǎng)長长,?。\n １", max_size=60))
def test_the_written_form_is_the_text_character_by_character(source: str) -> None:
    document = repair(document_of(source))
    whole = document_of(source)
    for rule in RULES[: -len(SETTLING)]:
        whole = rule(whole)
    for script in (KEEP, TRADITIONAL):
        form = in_script(document, script)
        assert form.text == document.text
        assert len(form.written or form.text) == len(form.text)
    assert not in_script(document, SIMPLIFIED).written


@settings(deadline=None)
@given(st.text(alphabet="著隨里裡后後們說乾干發髮台天地人，。", max_size=40))
def test_what_is_kept_is_what_the_source_has(source: str) -> None:
    document = in_script(repair(document_of(source)), KEEP)
    assert (document.written or document.text) == source
