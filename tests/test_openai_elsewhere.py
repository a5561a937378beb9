"""The engine for OpenAI-compatible servers against one that somebody else wrote: Supertonic's, from its package.

The server is whole, its model is not here: what it speaks is the tests' own speech.
"""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from supertonic.server.app import ServerState, create_app

from pipeline.edition import Request
from pipeline.errors import EngineError
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak.engines import openai_server as settings
from pipeline.speak.engines.openai import OpenAI
from tests.edge_speech import RATE, speech
from tests.quick import Told, wrong

MODEL, VOICE = "supertonic-3", "F1"
TEXT = "春天来了。山上的花都开了，红的白的都有！你去看过没有？"


class Speaker:
    """What the server takes for its model."""

    voice_style_names = (VOICE, "M1")
    sample_rate = RATE

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, Any]]] = []

    def get_voice_style(self, name: str) -> str:
        return name

    def synthesize(self, text: str, voice_style: str, **more: Any) -> tuple[Any, None]:
        self.asked.append((text, voice_style, more))
        return speech(text, 0).samples.astype(np.float32)[None] / 32768, None


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Speaker]:
    """The server runs, and the environment names it."""
    found = Speaker()
    app = create_app(state=ServerState(MODEL, tts=found, custom_styles_dir=tmp_path / "styles"))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    monkeypatch.setenv("NO_PROXY", "*")
    for name in (settings.KEY_VARIABLE, settings.GENERAL_KEY_VARIABLE, settings.FORMAT_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(settings.URL_VARIABLE, f"http://127.0.0.1:{listening.getsockname()[1]}/v1")
    monkeypatch.setenv(settings.MODEL_VARIABLE, MODEL)
    yield found
    server.should_exit = True
    thread.join(timeout=10)
    listening.close()


@pytest.mark.parametrize("audio_format", ["wav", "flac"])
def test_what_it_speaks_arrives_whole(speaker: Speaker, audio_format: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.FORMAT_VARIABLE, audio_format)
    engine = OpenAI(VOICE, rate=10)
    heard = engine.speak(engine.script(TEXT)).samples.astype(float)
    wanted = speech(TEXT, 0).samples.astype(float)
    assert len(heard) == pytest.approx(len(wanted), abs=RATE // 100)
    shorter = min(len(heard), len(wanted))
    assert np.corrcoef(heard[:shorter], wanted[:shorter])[0, 1] > 0.999
    assert [(text, voice, more["speed"]) for text, voice, more in speaker.asked] == [(TEXT, VOICE, pytest.approx(1.1))]


def test_a_book_is_built_with_it_and_every_claim_holds(speaker: Speaker, tmp_path: Path) -> None:
    source = tmp_path / "春.txt"
    source.write_text(f"第一章 春\n\n{TEXT}\n\n第二章 夏\n\n{TEXT[::-1]}\n", encoding="utf-8")
    book = build(source, Request(Shelf(tmp_path / "output"), "openai", VOICE), Told())
    assert book.manifest.recipe.engine == "openai" and len(book.manifest.sections) == 2
    assert wrong(book) == []
    assert {voice for _, voice, _ in speaker.asked} == {VOICE}


@pytest.mark.parametrize(
    ("voice", "variable", "value", "said"),
    [
        ("nobody", "", "", "unknown voice"),
        (VOICE, settings.MODEL_VARIABLE, "tts-1", "unknown model"),
        (VOICE, settings.FORMAT_VARIABLE, "mp3", "unsupported response_format"),
    ],
)
def test_what_it_refuses_is_said_in_its_words(
    speaker: Speaker, monkeypatch: pytest.MonkeyPatch, voice: str, variable: str, value: str, said: str
) -> None:
    if variable:
        monkeypatch.setenv(variable, value)
    engine = OpenAI(voice)
    with pytest.raises(EngineError, match=said):
        engine.speak(engine.script(TEXT))
    assert not speaker.asked
