"""The quality and the device: from the command line and the sidecar into recipe, identity, manifest, and redo."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.edition import Request, recipes_for
from pipeline.model import Choice, Recipe
from pipeline.read.sidecar import Sidecar
from pipeline.shelf import Shelf
from pipeline.speak.fallback import stand_in_for
from pipeline.speak.takes import chosen
from pipeline.write.manifest import read_manifest

HIGH = Sidecar(quality="high")


def quality(sidecar: Sidecar, **wishes: Any) -> str:
    return recipes_for(Path("书.txt"), sidecar, Request(Shelf(Path()), **wishes))[0].quality


def test_the_command_line_goes_before_the_sidecar_and_normal_is_nothing() -> None:
    assert quality(HIGH) == "high"
    assert quality(HIGH, quality="normal") == ""
    assert quality(Sidecar(), quality="high") == "high"
    assert quality(Sidecar(quality="normal")) == quality(Sidecar()) == ""


def test_a_sidecar_speaks_of_its_own_engine() -> None:
    assert quality(HIGH, engine="tone") == ""
    assert quality(Sidecar(engine="tone"), engine="kokoro", quality="high") == "high"


def test_a_sections_choice_keeps_the_quality_and_a_stand_in_has_what_it_can() -> None:
    book = Recipe("kokoro", "zm_yunxi", quality="high")
    assert chosen(book, Choice(voice="zf_xiaoyi", take=1)).quality == "high"
    assert stand_in_for(book, "edge").quality == ""
    assert stand_in_for(Recipe("edge", "zh-CN-YunxiNeural"), "kokoro").quality == ""


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipeline", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(("arguments", "code", "said"), [
    (("--engine", "tone", "--quality", "high"), 2, "the tone engine has no choice of quality"),
    (("--quality", "best"), 2, "the kokoro engine has no quality 'best'\n  -> choose one of: normal, high\n"),
    (("--engine", "edge", "--device", "cuda"), 2, "the edge engine has no choice of device"),
    (("--device", "tpu"), 2, "the kokoro engine has no device 'tpu'"),
])  # fmt: skip
def test_what_an_engine_has_not_is_refused_before_anything_is_done(
    tmp_path: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    (tmp_path / "书.txt").write_text("山上的花都开了。", encoding="utf-8")
    done = run(tmp_path, "build", "书.txt", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert not (tmp_path / "output" / "书").exists()


def test_a_book_of_high_quality_stays_one(tmp_path: Path) -> None:
    (tmp_path / "书.txt").write_text("山上的花都开了。", encoding="utf-8")
    (tmp_path / "书.toml").write_text('quality = "high"', encoding="utf-8")
    assert run(tmp_path, "build", "书.txt").returncode == 0
    first = read_manifest(tmp_path / "output" / "书")
    (tmp_path / "书.toml").unlink()
    done = run(tmp_path, "redo", "书", "1", "--rate", "20")
    assert done.returncode == 0, done.stderr
    second = read_manifest(tmp_path / "output" / "书")
    assert first is not None and second is not None
    for manifest in (first, second):
        assert manifest.recipe.quality == manifest.sections[0].recipe.quality == "high"
        assert manifest.identity["graph"].startswith("float")
    assert second.duration < first.duration
