"""Two voices in one book, only when asked: who spoke what is told, stays so, and can be put right later."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.answers import check_book
from pipeline.edition import Request
from pipeline.errors import EngineError, UsageError
from pipeline.explain import Spot, explain
from pipeline.model import Manifest, Recipe
from pipeline.progress import Watcher
from pipeline.redo import Place, Wish, redo
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak import leave_a_gap
from pipeline.speak.fallback import stand_in_for
from pipeline.write.manifest import read_manifest
from tests.openai_server import Fault, OpenAIServer

ODD = "这一段谁都不肯念出来"  # the sentence that is refused
SPRING = f"第一章 春天\n\n春天来了，山上的花都开了。\n\n{ODD}，因为它太长。\n\n"
TEXT = SPRING + "第二章 夏天\n\n夏天也来了，树上的叶子都绿了。\n"
SINE = Recipe("tone", "sine")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenAIServer]:
    """A server that refuses one sentence for good."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("AUDIOBOOK_OPENAI_KEY", raising=False)
    with OpenAIServer(refused={ODD: Fault.BAD_REQUEST}) as running:
        monkeypatch.setenv("AUDIOBOOK_OPENAI_URL", running.url)
        yield running


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "四季.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def request_on(folder: Path, **wishes: str) -> Request:
    return Request(Shelf(folder), "openai", "nova", **wishes)  # type: ignore[arg-type]


def speakers(manifest: Manifest) -> dict[str, Recipe | None]:
    return {chunk.text: chunk.speaker for section in manifest.sections for chunk in section.chunks}


def clips(manifest: Manifest) -> dict[str, str]:
    return {chunk.text: chunk.clip for section in manifest.sections for chunk in section.chunks}


def odd_one(manifest: Manifest) -> str:
    [text] = [text for text in speakers(manifest) if ODD in text]
    return text


def test_without_a_fallback_the_build_stops_and_keeps_what_was_spoken(
    server: OpenAIServer, source: Path, tmp_path: Path
) -> None:
    request = request_on(tmp_path / "out")
    with pytest.raises(EngineError, match=ODD[:6]):
        build(source, request, Watcher())
    server.refused.clear()
    manifest = build(source, request, Watcher()).manifest
    assert set(speakers(manifest).values()) == {None}
    said = [asked["input"] for asked in server.asked]
    assert said.count("春天来了，山上的花都开了。") == 1, "what was spoken before the refusal is kept"
    assert said.count(odd_one(manifest)) == 2


@pytest.mark.parametrize("fault", [Fault.BAD_REQUEST, Fault.ERROR_AS_SOUND], ids=["for good", "busy five times"])
def test_what_is_refused_is_spoken_by_the_fallback_and_the_manifest_says_so(
    server: OpenAIServer, source: Path, tmp_path: Path, fault: Fault
) -> None:
    server.refused[ODD] = fault
    shelf = Shelf(tmp_path / "out")
    built = build(source, request_on(shelf.folder, fallback="tone"), Watcher())
    told = speakers(built.manifest)
    odd = odd_one(built.manifest)
    assert {text: speaker for text, speaker in told.items() if speaker} == {odd: SINE}
    [chunk] = [c for section in built.manifest.sections for c in section.chunks if c.speaker]
    assert chunk.verdict.ok and chunk.end - chunk.start == pytest.approx(200 * len(odd.rstrip("。")), abs=250)
    assert built.manifest.recipe.engine == "openai" and read_manifest(built.home) == built.manifest
    assert check_book(shelf, str(built.home))["failures"] == []
    assert explain(shelf, str(built.home), Spot(phrase=ODD))["recipe"]["engine"] == "tone"
    assert explain(shelf, str(built.home), Spot(phrase="夏天也来了"))["recipe"]["engine"] == "openai"


def test_who_spoke_stays_until_it_is_put_right(server: OpenAIServer, source: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "out")
    first = build(source, request_on(shelf.folder, fallback="tone"), Watcher())
    odd = odd_one(first.manifest)

    source.write_text(TEXT + "\n第三章 秋天\n\n秋天是后来的。\n", encoding="utf-8")
    asked = len(server.asked)
    second = build(source, request_on(shelf.folder), Watcher())  # without the fallback
    assert speakers(second.manifest)[odd] == SINE
    assert all("秋天" in request["input"] for request in server.asked[asked:])

    with pytest.raises(EngineError):
        redo(Place(shelf, str(second.home)), Wish(voice_of="openai"), Watcher())
    assert read_manifest(second.home) == second.manifest, "the service still refuses: the book stays as it was"

    server.refused.clear()
    asked = len(server.asked)
    third = redo(Place(shelf, str(second.home)), Wish(voice_of="openai"), Watcher())
    assert set(speakers(third.manifest).values()) == {None}
    assert [request["input"] for request in server.asked[asked:]] == [odd]
    assert check_book(shelf, str(third.home))["failures"] == []
    before, after = clips(second.manifest), clips(third.manifest)
    assert {text for text in before if before[text] != after[text]} == {odd}
    with pytest.raises(UsageError, match="every sentence"):
        redo(Place(shelf, str(third.home)), Wish(voice_of="openai"), Watcher())
    with pytest.raises(UsageError, match="read by openai"):
        redo(Place(shelf, str(third.home)), Wish(voice_of="edge"), Watcher())


def test_another_section_spoken_afresh_leaves_the_fallbacks_sentence(
    server: OpenAIServer, source: Path, tmp_path: Path
) -> None:
    shelf = Shelf(tmp_path / "out")
    first = build(source, request_on(shelf.folder, fallback="tone"), Watcher())
    again = redo(Place(shelf, str(first.home)), Wish((2,)), Watcher())
    assert speakers(again.manifest)[odd_one(first.manifest)] == SINE


def test_where_both_refuse_the_build_stops_or_leaves_a_gap(
    server: OpenAIServer, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_EDGE_URL", "ws://127.0.0.1:9/nobody")
    with pytest.raises(EngineError, match=r"400.*in its place edge: .*cannot be reached"):
        build(source, request_on(tmp_path / "out", fallback="edge"), Watcher())
    request = Request(Shelf(tmp_path / "out"), "openai", "nova", unsaid=leave_a_gap, fallback="edge")
    manifest = build(source, request, Watcher()).manifest
    [gap] = [c for section in manifest.sections for c in section.chunks if not c.verdict.ok]
    assert ODD in gap.text and gap.speaker is None


def test_a_fallback_that_cannot_be_is_refused_before_anything_is_spoken(
    server: OpenAIServer, source: Path, tmp_path: Path
) -> None:
    for name in ("nobody", "openai"):
        with pytest.raises(UsageError):
            build(source, request_on(tmp_path / "out", fallback=name), Watcher())
    assert server.asked == []


@pytest.mark.parametrize(
    ("voice", "namesake"),
    [
        ("zh-CN-YunxiNeural", "zm_yunxi"),
        ("zh-CN-YunyangNeural", "zm_yunyang"),
        ("zh-CN-liaoning-XiaobeiNeural", "zf_xiaobei"),
    ],
)
def test_the_namesake_speaks_where_there_is_one(voice: str, namesake: str) -> None:
    assert stand_in_for(Recipe("edge", voice, -5), "kokoro") == Recipe("kokoro", namesake, -5)


def test_without_a_namesake_somebody_of_the_same_gender_speaks() -> None:
    assert stand_in_for(Recipe("edge", "zh-HK-WanLungNeural"), "kokoro").voice.startswith("zm_")
    assert stand_in_for(Recipe("edge", "zh-HK-HiuMaanNeural"), "kokoro").voice.startswith("zf_")
    assert stand_in_for(Recipe("kokoro", "zf_xiaoxiao"), "edge").voice == "zh-CN-XiaoxiaoNeural"
    assert stand_in_for(Recipe("openai", "somebody"), "kokoro").voice == "zm_yunxi", "nothing is known: the default"


def test_the_embedded_voice_takes_over_from_a_service_that_is_not_there(tmp_path: Path) -> None:
    """From the command line, with the real embedded voice and no network."""
    (tmp_path / "a.txt").write_text("春天来了，山上的花都开了。\n", encoding="utf-8")
    known = {key: value for key, value in os.environ.items() if not key.startswith("AUDIOBOOK_")}
    environment = known | {
        "AUDIOBOOK_EDGE_URL": "ws://127.0.0.1:9/nobody",
        "NO_PROXY": "*",
        "XDG_CACHE_HOME": str(tmp_path),
    }

    def audiobook(*words: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "pipeline", *words]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)

    assert audiobook("build", "a.txt", "--engine", "edge").returncode == 4
    done = audiobook("build", "a.txt", "--engine", "edge", "--fallback", "kokoro")
    assert done.returncode == 0, done.stderr
    assert "kokoro zm_yunxi" in done.stderr and "--voice-of edge" in done.stderr
    again = audiobook("redo", "", "--voice-of", "edge")
    assert again.returncode == 4 and "cannot be reached" in again.stderr
