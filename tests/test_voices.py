"""The list of voices: by language, what can speak now, and a line in each of them for choosing."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import soundfile

from pipeline import sound
from pipeline.errors import UsageError
from pipeline.model import Audio
from pipeline.speak.engines import PROBE_S, voices
from pipeline.speak.engines.edge_reach import unreachable
from pipeline.speak.samples import samples_of
from tests.edge_server import EdgeServer
from tests.openai_server import Fault, OpenAIServer

LINE = "春天来了，山上的花都开了。"


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    for name in [name for name in os.environ if name.startswith("AUDIOBOOK_") or name == "OPENAI_API_KEY"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AUDIOBOOK_EDGE_URL", "ws://127.0.0.1:9/nobody")


def test_a_language_has_its_voices_and_those_of_every_language() -> None:
    taiwan = voices(language="zh-TW")
    assert {row["language"] for row in taiwan if row["engine"] == "edge"} == {"zh-TW"}
    assert {row["engine"] for row in taiwan} == {"edge", "openai", "tone"}
    assert {row["engine"] for row in voices(language="zh-cn")} == {"kokoro", "edge", "openai", "tone"}
    assert len(voices("edge", "zh")) == len(voices("edge"))
    with pytest.raises(UsageError, match="fr-FR") as caught:
        voices("kokoro", "fr-FR")
    assert "zh-CN" in caught.value.remedy


def test_what_can_speak_now_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def usable(engine: str) -> set[str]:
        return {row["usable"] for row in voices(engine)}

    assert usable("kokoro") == usable("tone") == {"yes"}
    assert all(word.startswith("not now: 127.0.0.1") for word in usable("edge"))
    assert all("AUDIOBOOK_OPENAI_URL" in word for word in usable("openai"))
    monkeypatch.setenv("AUDIOBOOK_OPENAI_URL", "http://127.0.0.1:9/v1")
    assert usable("openai") == {"yes"}
    with EdgeServer() as server:
        monkeypatch.setenv("AUDIOBOOK_EDGE_URL", server.url)
        assert usable("edge") == {"yes"}


def test_a_server_that_never_answers_is_not_waited_for() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        full = [socket.socket() for _ in range(4)]
        for caller in full:  # the queue of those who wait to be let in is full
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        start = time.monotonic()
        told = unreachable(f"ws://127.0.0.1:{deaf.getsockname()[1]}/x", PROBE_S)
        assert time.monotonic() - start < PROBE_S + 0.2 and told.startswith("127.0.0.1")
        for caller in full:
            caller.close()


def test_a_line_is_spoken_by_all_that_can_and_equally_loud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with OpenAIServer([Fault.NONE, Fault.NO_MODEL]) as server:
        monkeypatch.setenv("AUDIOBOOK_OPENAI_URL", server.url)
        rows = [*voices("openai")[:3], voices("tone")[0], voices("edge")[0]]
        found = list(samples_of(LINE, rows, tmp_path / "samples"))
    assert [bool(sample.file) for sample in found] == [True, False, True, True, False]
    assert "404" in found[1].skipped and "not now" in found[4].skipped
    assert sorted(path.name for path in (tmp_path / "samples").iterdir()) == sorted(s.file for s in found if s.file)
    loudness = []
    for name in (sample.file for sample in found if sample.file):
        samples, rate = soundfile.read(tmp_path / "samples" / name, dtype="int16")
        assert len(samples) / rate > 0.15 * len(LINE)
        loudness.append(sound.integrated_loudness(sound.block_energies(Audio(samples, rate))))
    assert max(loudness) - min(loudness) < 1.0


def test_a_busy_service_is_asked_for_one_voice_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with OpenAIServer([Fault.ERROR_AS_SOUND] * 20) as server:
        monkeypatch.setenv("AUDIOBOOK_OPENAI_URL", server.url)
        found = list(samples_of(LINE, voices("openai")[:3], tmp_path))
        assert len(server.asked) == 5, "five times for the first voice"
    assert [sample.file for sample in found] == ["", "", ""] and "busy" in found[2].skipped


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    def audiobook(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pipeline", "voices", *words, "-o", tmp_path / "out"],
            capture_output=True,
            text=True,
            timeout=60,
        )

    done = audiobook("--engine", "tone", "--sample", LINE)
    assert done.returncode == 0 and "3 of 3 voices spoke" in done.stdout
    assert (tmp_path / "out" / "samples" / "tone-sine.wav").is_file()
    done = audiobook("--engine", "edge", "--language", "zh-TW", "--sample", LINE, "--json")
    assert done.returncode == 4
    rows = json.loads(done.stdout)
    assert len(rows) == 3 and all(row["skipped"].startswith("not now") and not row["file"] for row in rows)
