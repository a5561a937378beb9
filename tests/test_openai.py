"""The engine for OpenAI-compatible servers against a local one: a whole sound or the right error, and no key shown."""

import random
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from pipeline.edition import Request, fingerprint_for
from pipeline.errors import EngineBusy, EngineError, UsageError
from pipeline.model import Audio
from pipeline.progress import Watcher
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak.cache import clip_key
from pipeline.speak.engines import openai_server as settings
from pipeline.speak.engines.edge_pace import Pace, Tempo
from pipeline.speak.engines.openai import OpenAI, Patience
from tests.edge_speech import RATE, speech
from tests.openai_server import Fault, OpenAIServer

TEXT = "春天来了。山上的花都开了，红的白的都有！你去看过没有？"
KEY = "sk-a-very-secret-key"
WHOLE = (Fault.NONE, Fault.MP3, Fault.FLAC, Fault.STREAMED_WAV, Fault.OTHER_RATE)
FOR_GOOD = (
    Fault.TOO_MANY_WAIT_LONG,
    Fault.QUOTA,
    Fault.BAD_KEY,
    Fault.FORBIDDEN,
    Fault.NO_MODEL,
    Fault.BAD_REQUEST,
    Fault.REDIRECT,
)
FOR_NOW = tuple(fault for fault in Fault if fault not in (*WHOLE, *FOR_GOOD))
STALLS = (Fault.STALLED, Fault.STALLED_IN_THE_MIDDLE, Fault.TRICKLE)
HURRIED = Tempo(gap=0.0, pause=0.01, longest_pause=0.02, refusals=1000)
IMPATIENT = Patience(total=1.5, per_character=0.0)

Serve = Callable[..., OpenAIServer]
Open = Callable[..., OpenAI]


@pytest.fixture
def openai(tmp_path: Path) -> Open:
    """Open an engine that waits for nothing longer than it must."""
    return partial(OpenAI, patience=IMPATIENT, pace=Pace(tmp_path / "peace.json", HURRIED))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a server with a plan of faults, and point new engines at it."""
    monkeypatch.setenv("NO_PROXY", "*")
    for name in (settings.GENERAL_KEY_VARIABLE, settings.MODEL_VARIABLE, settings.FORMAT_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(settings.KEY_VARIABLE, KEY)
    running: list[OpenAIServer] = []

    def start(*plan: Fault, elsewhere: str = "") -> OpenAIServer:
        server = OpenAIServer(plan, elsewhere).__enter__()
        running.append(server)
        monkeypatch.setenv(settings.URL_VARIABLE, server.url)
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)


def assert_says(audio: Audio, text: str, rate: int = 0) -> None:
    """The sound is that of the text, from its first syllable to its last: as long, and loud at the same moments."""
    wanted = speech(text, rate).samples.astype(float)
    assert audio.rate == RATE and audio.samples.dtype == np.int16
    assert len(audio.samples) / RATE == pytest.approx(len(wanted) / RATE, abs=0.12)
    levels = [
        np.abs(s[: len(s) // 480 * 480]).reshape(-1, 480).mean(axis=1) for s in (audio.samples.astype(float), wanted)
    ]
    shortest = min(map(len, levels))
    overlaps = [np.corrcoef(levels[0][k : shortest - 5 + k], levels[1][: shortest - 5])[0, 1] for k in range(5)]
    assert max(overlaps) > 0.9


@pytest.mark.parametrize("fault", WHOLE)
def test_whole_answers_in_every_form_are_whole_sounds(serve: Serve, openai: Open, fault: Fault) -> None:
    serve(fault)
    assert_says(openai().speak(TEXT), TEXT)


@pytest.mark.parametrize("fault", [fault for fault in FOR_NOW if fault not in STALLS])
def test_what_may_pass_is_busy_and_the_next_call_is_whole(serve: Serve, openai: Open, fault: Fault) -> None:
    serve(fault)
    engine = openai()
    with pytest.raises(EngineBusy) as caught:
        engine.speak(TEXT)
    assert "kokoro" in caught.value.remedy
    assert_says(engine.speak(TEXT), TEXT)


@pytest.mark.parametrize("fault", STALLS)
def test_a_silent_or_slow_server_is_given_up_in_time(serve: Serve, openai: Open, fault: Fault) -> None:
    serve(fault)
    start = time.monotonic()
    with pytest.raises(EngineBusy, match="in time"):
        openai().speak(TEXT)
    assert time.monotonic() - start < IMPATIENT.total + 1.0


@pytest.mark.parametrize("fault", FOR_GOOD)
def test_what_stays_is_an_error_that_names_the_way_out(serve: Serve, openai: Open, fault: Fault) -> None:
    server = serve(fault, elsewhere="http://127.0.0.1:9/v1")
    with pytest.raises(EngineError) as caught:
        openai().speak(TEXT)
    assert not isinstance(caught.value, EngineBusy)
    assert "--engine kokoro" in caught.value.remedy
    assert len(server.asked) == 1


def test_the_server_is_given_the_time_it_asks_for(serve: Serve, openai: Open) -> None:
    serve(Fault.TOO_MANY_WAIT)
    engine = openai()
    with pytest.raises(EngineBusy):
        engine.speak(TEXT)
    start = time.monotonic()
    assert_says(engine.speak(TEXT), TEXT)
    assert time.monotonic() - start > 0.9


def test_no_server_is_an_error_that_names_the_way_out(openai: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, and not listening: nobody else gets the port
        monkeypatch.setenv(settings.URL_VARIABLE, f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(EngineError, match="cannot be reached") as caught:
            openai().speak(TEXT)
    assert not isinstance(caught.value, EngineBusy) and "--engine kokoro" in caught.value.remedy


def test_a_redirect_takes_the_key_nowhere(serve: Serve, openai: Open) -> None:
    other = serve()
    serve(Fault.REDIRECT, elsewhere=other.url)
    with pytest.raises(EngineError, match="another address"):
        openai().speak(TEXT)
    assert other.keys == []


def test_all_settings_reach_the_server(serve: Serve, openai: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve()
    monkeypatch.setenv(settings.MODEL_VARIABLE, "kokoro")
    monkeypatch.setenv(settings.FORMAT_VARIABLE, "FLAC")
    assert_says(openai("zf_xiaoxiao", 25).speak(TEXT), TEXT, rate=25)
    wanted = {"model": "kokoro", "voice": "zf_xiaoxiao", "input": TEXT, "response_format": "flac", "speed": 1.25}
    assert server.asked == [wanted]
    assert server.keys == [f"Bearer {KEY}"]


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault not in STALLS])
def test_no_secret_is_ever_shown(
    serve: Serve, openai: Open, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], fault: Fault
) -> None:
    """Not in a message, nor in its causes, the engine's identity, a clip's key, or what is printed."""
    server = serve(fault, elsewhere="http://127.0.0.1:9/v1")
    address = server.url.replace("http://", "http://somebody:pass-of-somebody@") + "?token=query-secret"
    monkeypatch.setenv(settings.URL_VARIABLE, address)
    engine = openai()
    shown = [str(engine.identity()), repr(engine), repr(settings.server_from({settings.URL_VARIABLE: address}))]
    try:
        engine.speak(TEXT)
    except EngineError as error:
        shown += traceback.format_exception(error)
    shown += capfd.readouterr()
    assert server.keys == [f"Bearer {KEY}"], "the server itself gets it"
    for secret in (KEY, "pass-of-somebody", "query-secret", "somebody"):
        assert not any(secret in text for text in shown), secret


def test_a_password_in_the_address_is_sent_where_there_is_no_key(
    serve: Serve, openai: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    monkeypatch.setenv(settings.KEY_VARIABLE, "")
    monkeypatch.setenv(settings.GENERAL_KEY_VARIABLE, KEY)
    monkeypatch.setenv(settings.URL_VARIABLE, server.url.replace("http://", "http://me:my%20word@"))
    assert_says(openai().speak(TEXT), TEXT)
    assert server.keys == ["Basic bWU6bXkgd29yZA=="]


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({"OPENAI_API_KEY": "general"}, "Bearer general"),
        ({"AUDIOBOOK_OPENAI_URL": "https://voice.example/v1", "OPENAI_API_KEY": "general"}, "Bearer general"),
        ({"AUDIOBOOK_OPENAI_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": "general"}, "Bearer general"),
        ({"AUDIOBOOK_OPENAI_URL": "http://voice.example/v1", "OPENAI_API_KEY": "general"}, ""),
        ({"AUDIOBOOK_OPENAI_URL": "http://voice.example/v1", "AUDIOBOOK_OPENAI_KEY": "own"}, "Bearer own"),
        ({"AUDIOBOOK_OPENAI_KEY": " own\n", "OPENAI_API_KEY": "general"}, "Bearer own"),
        ({"AUDIOBOOK_OPENAI_URL": "https://x/v1", "AUDIOBOOK_OPENAI_KEY": "", "OPENAI_API_KEY": "general"}, ""),
    ],
)
def test_which_key_goes_where(environment: dict[str, str], sent: str) -> None:
    assert settings.server_from(environment).authorization == sent


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AUDIOBOOK_OPENAI_URL": "ftp://user:pass-word@x"},
        {"AUDIOBOOK_OPENAI_URL": "http://user:pass-word@x:port/v1"},
        {"AUDIOBOOK_OPENAI_URL": "http://x", "AUDIOBOOK_OPENAI_FORMAT": "pcm"},
        {"AUDIOBOOK_OPENAI_URL": "http://x", "AUDIOBOOK_OPENAI_KEY": "pass-word\r\nX-Evil: 1"},
    ],
)
def test_settings_that_cannot_be_are_refused_without_being_repeated(environment: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        settings.server_from(environment)
    assert caught.value.remedy and "pass-word" not in str(caught.value)


def test_a_key_that_is_not_ours_is_not_shown_either() -> None:
    """A server in between may tell with which key it failed behind it (LiteLLM does so)."""
    server = settings.server_from({settings.URL_VARIABLE: "http://x"})
    told = server.without_secrets("you sent Bearer abc.def and sk-proj-12345678, a risk-free try")
    assert told == "you sent Bearer *** and ***, a risk-free try"


def test_identity_and_clip_key_hang_on_what_changes_the_sound_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.MODEL_VARIABLE, raising=False)
    monkeypatch.delenv(settings.FORMAT_VARIABLE, raising=False)

    def key_with(name: str = settings.URL_VARIABLE, value: str = "http://voice.example/v1", **kind: int) -> str:
        with monkeypatch.context() as patch:
            patch.setenv(settings.URL_VARIABLE, "http://voice.example/v1")
            patch.setenv(name, value)
            return clip_key(OpenAI(**kind).identity(), TEXT, 0)  # type: ignore[arg-type]

    plain = key_with()
    assert key_with(settings.KEY_VARIABLE, KEY) == plain
    assert key_with(settings.URL_VARIABLE, "http://me:word@voice.example/v1/?key=1") == plain
    others = [
        key_with(settings.URL_VARIABLE, "http://other.example/v1"),
        key_with(settings.MODEL_VARIABLE, "tts-1-hd"),
        key_with(settings.FORMAT_VARIABLE, "mp3"),
        key_with(rate=5),
    ]
    assert len({plain, *others}) == 5


def test_many_threads_and_many_faults_never_give_half_a_clip(serve: Serve, openai: Open) -> None:
    """100 chunks from 4 threads, one request in five spoilt; every chunk is whole after a few calls."""
    dice = random.Random(3)
    quick = [fault for fault in FOR_NOW if fault not in (*STALLS, Fault.TOO_MANY_WAIT)]
    server = serve(*(dice.choice(quick) if dice.random() < 0.2 else Fault.NONE for _ in range(1000)))
    engine = openai(patience=Patience())
    texts = [f"第{n}段。花开{'花' * (n % 20)}了。再见！" for n in range(100)]

    def spoken(text: str) -> int:
        for busy in range(8):
            try:
                assert_says(engine.speak(text), text)
            except EngineBusy:
                continue
            return busy
        raise AssertionError(f"{text} was never spoken")

    with ThreadPoolExecutor(engine.workers) as pool:
        refusals = sum(pool.map(spoken, texts))
    assert refusals == len(server.asked) - len(texts) > 5


def test_another_server_or_model_is_another_book_and_another_key_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = tmp_path / "a.txt"
    source.write_text(TEXT)
    request = Request(Shelf(tmp_path / "out"), "openai")
    prints = []
    for name, value in (
        (settings.URL_VARIABLE, "http://voice.example/v1"),
        (settings.KEY_VARIABLE, KEY),
        (settings.MODEL_VARIABLE, "tts-1-hd"),
    ):
        monkeypatch.setenv(name, value)
        prints.append(fingerprint_for(source, request))
    assert prints[0] == prints[1] != prints[2]


def test_a_book_is_built_and_holds_no_key(serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    serve(Fault.CRASHED, Fault.CUT_WAV)
    source = tmp_path / "a.txt"
    source.write_text("春天\n\n" + TEXT * 3)
    built = build(source, Request(Shelf(tmp_path / "out"), "openai", "nova"), Watcher())
    assert {chunk.verdict.ok for section in built.manifest.sections for chunk in section.chunks} == {True}
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(files) > 5 and not any(KEY.encode() in path.read_bytes() for path in files)


def test_scripts_sound_as_the_text_and_the_person_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.URL_VARIABLE, "http://x")
    engine = OpenAI(pronounce={"朝阳": "zhao1 yang2"})
    assert engine.script("第3章") == "第三章。"
    assert engine.script("朝阳升起。")[0] != "朝"
    with pytest.raises(EngineError, match="nothing to say"):
        engine.speak("……！")
