"""The online voice against a local service: for every fault a whole sound or the right error, never half a clip."""

import random
import ssl
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import edge_tts
import numpy as np
import pytest
import soundfile
from edge_tts.drm import DRM
from pypinyin import Style, lazy_pinyin

from pipeline import sound
from pipeline.errors import EngineBusy, EngineError, InputError, UsageError
from pipeline.model import Audio, Chunk, Clip, Section
from pipeline.speak import Job, Part, Studio
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines.edge import URL_VARIABLE, Edge, Patience
from pipeline.speak.engines.edge_answer import Answer, Boundary, whole_sound
from pipeline.speak.engines.edge_pace import Pace, Tempo
from pipeline.speak.spoken import spoken
from pipeline.stitch.timeline import timeline
from pipeline.verify.clip import Inspector
from tests.edge_server import CERTIFICATE, SKEW_S, EdgeServer, Fault
from tests.edge_speech import ENCODER_DELAY_S, RATE, speech

TEXT = "春天来了。山上的花都开了，红的白的都有！你去看过没有？"
IMPATIENT = Patience(silence=0.5, total=1.5, per_character=0.0)

WHOLE = (Fault.NONE, Fault.SKEWED, Fault.SLOW, Fault.REPEATED_BOUNDARY, Fault.HANG_UP)
FOR_GOOD = (Fault.FORBIDDEN, Fault.FORBIDDEN_WITHOUT_DATE, Fault.GONE)
FOR_NOW = tuple(fault for fault in Fault if fault not in (*WHOLE, *FOR_GOOD))

HURRIED = Tempo(gap=0.0, pause=0.01, longest_pause=0.02, refusals=1000)

Serve = Callable[..., EdgeServer]
Open = Callable[..., Edge]


@pytest.fixture
def edge(tmp_path: Path) -> Open:
    """Open an engine that waits for nothing longer than it must."""
    return partial(Edge, patience=IMPATIENT, pace=Pace(tmp_path / "peace.json", HURRIED))


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a service with a plan of faults, and point new engines at it."""
    monkeypatch.setattr(DRM, "clock_skew_seconds", 0.0)
    monkeypatch.setenv("NO_PROXY", "*")
    running: list[EdgeServer] = []

    def start(*plan: Fault, tls: bool = False) -> EdgeServer:
        server = EdgeServer(plan, tls=tls).__enter__()
        running.append(server)
        monkeypatch.setenv(URL_VARIABLE, server.url)
        return server

    yield start
    for server in running:
        server.__exit__(None, None, None)


def assert_says(audio: Audio, text: str, rate: int = 0) -> None:
    """The samples are, but for what MP3 loses, those of the service's own sound."""
    wanted = speech(text, rate).samples
    assert audio.rate == RATE and audio.samples.dtype == np.int16
    assert abs(len(audio.samples) - len(wanted)) < 0.1 * RATE
    heard = audio.samples[round(ENCODER_DELAY_S * RATE) :][: len(wanted)].astype(float)
    assert np.corrcoef(heard, wanted[: len(heard)].astype(float))[0, 1] > 0.95


@pytest.mark.parametrize("fault", WHOLE)
def test_harmless_faults_give_the_whole_sound(serve: Serve, edge: Open, fault: Fault) -> None:
    server = serve(fault)
    assert_says(edge().speak(TEXT), TEXT)
    assert set(server.texts) == {TEXT}


@pytest.mark.parametrize("fault", FOR_NOW)
def test_passing_faults_are_busy_and_the_next_call_is_whole(serve: Serve, edge: Open, fault: Fault) -> None:
    serve(fault)
    engine = edge()
    with pytest.raises(EngineBusy, match="the edge voice") as caught:
        engine.speak(TEXT)
    assert "--engine kokoro" in caught.value.remedy
    assert_says(engine.speak(TEXT), TEXT)


def test_a_server_that_hangs_up_again_and_again_is_busy(serve: Serve, edge: Open) -> None:
    serve(*[Fault.HANG_UP] * 4)
    with pytest.raises(EngineBusy, match="connection to the edge voice broke"):
        edge().speak(TEXT)


@pytest.mark.parametrize("fault", FOR_GOOD)
def test_lasting_refusals_are_final_and_name_the_embedded_voice(serve: Serve, edge: Open, fault: Fault) -> None:
    serve(fault, fault)
    with pytest.raises(EngineError) as caught:
        edge().speak(TEXT)
    assert not isinstance(caught.value, EngineBusy)
    assert "--engine kokoro" in caught.value.remedy
    assert ("pip install -U edge-tts" in caught.value.remedy) == (fault is not Fault.GONE)


def test_a_wrong_clock_is_set_by_the_server_s_date(serve: Serve, edge: Open) -> None:
    server = serve(Fault.SKEWED)
    edge().speak(TEXT)
    assert DRM.clock_skew_seconds == pytest.approx(SKEW_S, abs=5)
    assert len(set(server.tokens)) == 2, "the second token must be made with the mended clock"


@pytest.mark.parametrize(
    "url",
    ["ws://127.0.0.1:9/edge/v1?x=y", "ws://no-such-host.invalid/edge/v1?x=y"],
    ids=["refused", "no such name"],
)
def test_no_network_is_final(serve: Serve, edge: Open, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv(URL_VARIABLE, url)
    with pytest.raises(EngineError, match="cannot be reached") as caught:
        edge().speak(TEXT)
    assert not isinstance(caught.value, EngineBusy)
    assert caught.value.exit_code == 4 and "--engine kokoro" in caught.value.remedy


def test_tls(serve: Serve, edge: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(tls=True)
    with pytest.raises(EngineError, match="cannot be trusted") as caught:
        edge().speak(TEXT)
    assert not isinstance(caught.value, EngineBusy)
    monkeypatch.setattr(edge_tts.communicate, "_SSL_CTX", ssl.create_default_context(cafile=str(CERTIFICATE)))
    assert_says(edge().speak(TEXT), TEXT)


@pytest.mark.parametrize("fault", [Fault.STALLED, Fault.STALLED_AT_ONCE, Fault.TRICKLE])
def test_a_silent_or_slow_server_is_given_up_in_time(serve: Serve, edge: Open, fault: Fault) -> None:
    serve(fault)
    start = time.monotonic()
    with pytest.raises(EngineBusy, match="in time"):
        edge().speak(TEXT)
    assert time.monotonic() - start < IMPATIENT.total + 1.0


def test_voice_and_rate_reach_the_service(serve: Serve, edge: Open) -> None:
    serve()
    fast = edge("zh-TW-YunJheNeural", 25).speak(TEXT)
    assert_says(fast, TEXT, rate=25)


def test_long_texts_go_out_in_pieces_and_come_back_in_order(serve: Serve, edge: Open) -> None:
    server = serve()
    text = "".join(f"第{n}句说的是山水与花草树木。" for n in range(60))
    audio = edge(patience=Patience()).speak(text)
    assert len(server.texts) == 2 and "".join(server.texts) == text
    assert all(len(piece.encode()) < 4096 for piece in server.texts)
    assert len(audio.samples) / RATE == pytest.approx(sum(len(speech(t).samples) for t in server.texts) / RATE, abs=0.2)


def test_signs_of_markup_are_said_and_not_obeyed(serve: Serve, edge: Open) -> None:
    server = serve()
    text = "甲<乙>与A&B相等，</speak>。"
    assert_says(edge().speak(text), text)
    assert server.texts == [text]


def test_nothing_to_say_is_an_error_and_no_request(serve: Serve, edge: Open) -> None:
    server = serve()
    with pytest.raises(EngineError, match="nothing to say"):
        edge().speak("……！")
    assert server.tokens == []


def test_many_threads_and_many_faults_never_give_half_a_clip(serve: Serve, edge: Open) -> None:
    """200 chunks from 4 threads, one connection in ten spoilt; every chunk is whole after a few calls."""
    dice = random.Random(2)
    quick = [fault for fault in FOR_NOW if fault not in (Fault.TRICKLE, Fault.STALLED, Fault.STALLED_AT_ONCE)]
    server = serve(*(dice.choice(quick) if dice.random() < 0.1 else Fault.NONE for _ in range(1000)))
    engine = edge(patience=Patience())
    texts = [f"第{n % 20}段。花开{'花' * (n % 20)}了。再见！" for n in range(200)]

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
    assert refusals == len(server.tokens) - len(texts) > 5, "each refusal is one request and the other way round"


def test_sentences_sound_when_the_service_says(serve: Serve, edge: Open, tmp_path: Path) -> None:
    """The marks are of the text as it is written, and outlive the cache; the third sentence has a number in it."""
    serve(Fault.NONE, Fault.REPEATED_BOUNDARY)
    for folder in ("plain", "doubled"):
        text = "春天来了。“山上的花都开了！”共有3种颜色，你看过没有？"
        studio = Studio(ClipCache(tmp_path / folder), Inspector(tmp_path / "p").check, lambda *_: None, 1)
        parts = [_part(edge(), 1, [text])]
        [(_, [clip])] = studio.speak(parts)
        assert [text[slice(*mark.span)] for mark in clip.marks] == [
            "春天来了。",
            "“山上的花都开了！”",
            "共有3种颜色，你看过没有？",
        ]
        told = speech(clip.script).sentences
        head = told[0].start - 0.03  # what is trimmed
        for mark, sentence in zip(clip.marks[1:], told[1:], strict=True):
            assert mark.start / RATE == pytest.approx(sentence.start - head, abs=0.04)
        assert (clip.marks[0].start, clip.marks[-1].end) == (0, clip.length)
        assert next(iter(studio.speak(parts)))[1] == (clip,)
        assert [line.text for line in timeline([clip]).lines] == [text[slice(*mark.span)] for mark in clip.marks]


def test_boundaries_that_the_sound_contradicts_are_not_believed() -> None:
    said = speech(TEXT)
    true = [Boundary(s.text, s.end, s.start) for s in said.sentences]
    pieces = tuple(said.mp3[k : k + 1440] for k in range(0, len(said.mp3), 1440))
    assert len(whole_sound(TEXT, Answer(pieces, tuple(true))).sentences) == 3
    late = Boundary(true[2].text, true[2].end, true[2].end - 0.001)
    early = Boundary(true[1].text, true[0].start, 0.0)
    for wrong in ([*true[:1], early, true[2]], [true[0], Boundary(true[1].text, true[1].end, 0.0), late]):
        assert whole_sound(TEXT, Answer(pieces, tuple(wrong))).sentences == ()


@pytest.mark.marathon
def test_a_thousand_chunks_and_a_hundred_faults_leave_a_thousand_whole_clips(
    serve: Serve, edge: Open, tmp_path: Path
) -> None:
    """Through cache, checks and retries, as a build goes; every fault there is but the refusals for good."""
    dice = random.Random(5)
    faults = [fault for fault in Fault if fault not in (Fault.NONE, *FOR_GOOD)]
    server = serve(*(dice.choice(faults) if dice.random() < 0.1 else Fault.NONE for _ in range(2000)))
    engine = edge(patience=Patience(silence=3.0, total=20.0))
    numbers = [f"{n // 100}百{n // 10 % 10}十{n % 10}" for n in range(1000)]
    texts = [spoken(f"第{number}段。花开{'花' * (n % 9)}了。").text for n, number in enumerate(numbers)]
    parts = [_part(engine, number, texts[50 * number : 50 * number + 50]) for number in range(20)]
    inspector = Inspector(tmp_path / "paces")
    studio = Studio(ClipCache(tmp_path / "clips"), inspector.check, lambda *_: None, engine.workers)
    clips = [clip for _, clips in studio.speak(parts) for clip in clips]
    assert [clip.chunk.text for clip in clips] == texts
    assert len(server.tokens) > len(texts) + 50, "the faults were met"
    kept = list((tmp_path / "clips").rglob("*"))
    assert {path for path in kept if path.is_file()} == {clip.path for clip in clips}
    for clip in clips:
        _assert_kept_whole(clip)


def _part(engine: Edge, number: int, texts: list[str]) -> Part:
    chunks = tuple(Chunk(text, (0, len(text)), 0.3) for text in texts)
    return Part(Section(number + 1, f"第{number + 1}章", 1, chunks), tuple(Job(chunk, engine) for chunk in chunks))


def _assert_kept_whole(clip: Clip) -> None:
    """The clip is as long as what the service says for its script, and loud at the same moments."""
    wanted = sound.trimmed(Audio(speech(clip.script).samples, RATE)).samples.astype(float)
    heard, rate = soundfile.read(clip.path, dtype="int16")
    assert rate == RATE and len(heard) == clip.length and abs(len(heard) - len(wanted)) < 0.06 * RATE
    levels = [np.abs(s[: len(s) // 480 * 480]).reshape(-1, 480).mean(axis=1) for s in (heard.astype(float), wanted)]
    shortest = min(map(len, levels))
    assert np.corrcoef(levels[0][:shortest], levels[1][:shortest])[0, 1] > 0.9, clip.script


def test_identity_tells_all_that_changes_the_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    own = Edge().identity()
    assert own == {
        "engine": "edge",
        "voice": "zh-CN-YunxiNeural",
        "rate": 0,
        "format": "audio-24khz-48kbitrate-mono-mp3",
    }
    assert Edge(rate=5).identity() != own != Edge("zh-CN-YunyangNeural").identity()
    monkeypatch.setenv(URL_VARIABLE, "wss://voice.example/edge/v1?TrustedClientToken=secret")
    other = Edge().identity()
    assert other != own and "secret" not in str(other)


def test_wrong_settings_are_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no voice 'zh-CN-NobodyNeural'") as caught:
        Edge("zh-CN-NobodyNeural")
    assert "zh-CN-XiaoxiaoNeural" in caught.value.remedy
    with pytest.raises(InputError, match="重庆"):
        Edge(pronounce={"重庆": "chóng qìng"})
    monkeypatch.setenv(URL_VARIABLE, "https://voice.example")
    with pytest.raises(UsageError, match=URL_VARIABLE):
        Edge()


def test_voices_are_listed_without_network() -> None:
    assert Edge.default_voice in Edge.voices
    assert {facts["language"][:5] for facts in Edge.voices.values()} == {"zh-CN", "zh-HK", "zh-TW"}
    assert all(set(facts) == {"language", "gender", "style"} for facts in Edge.voices.values())
    assert Edge.remedy() == ""


def test_a_service_that_refuses_again_and_again_is_left_in_peace(serve: Serve, tmp_path: Path) -> None:
    server = serve(*[Fault.UNAVAILABLE] * 3)
    record = tmp_path / "peace.json"
    tempo = Tempo(gap=0.0, pause=0.01, refusals=3, peace=1.0)
    engine = Edge(pace=Pace(record, tempo))
    for _ in range(3):
        with pytest.raises(EngineBusy):
            engine.speak(TEXT)
    for again in (engine, Edge(pace=Pace(record, tempo))):  # the second is a build that was started again
        with pytest.raises(EngineError, match="left in peace") as caught:
            again.speak(TEXT)
        assert not isinstance(caught.value, EngineBusy) and "--engine kokoro" in caught.value.remedy
    assert len(server.tokens) == 3, "no request may go out in the time of peace"
    time.sleep(1.0)
    assert_says(engine.speak(TEXT), TEXT)


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("第3章。", "di4 san1 zhang1 。"),
        ("总体要求", "zong3 ti3 yao1 qiu2 。"),  # closed, so that the service takes a heading for a sentence
        ("朝阳升起。", "zhao1 yang2 sheng1 qi3 。"),
        ("见单家村单老。", "jian4 shan4 jia1 cun1 dan1 lao3 。"),  # only the word is respelt, not its characters
        ("用WPS写。", "yong4 da2 bu4 liu1 xie3 。"),
        ("用5G网。", "yong4 wu3 ji1 wang3 。"),
    ],
)
def test_scripts_sound_as_the_text_and_the_person_say(text: str, sounds: str) -> None:
    words = {"朝阳": "zhao1 yang2", "单家": "shan4 jia1", "WPS": "da2 bu4 liu1", "5G": "wu3 ji1"}
    script = Edge(pronounce=words).script(text)
    assert lazy_pinyin(script, style=Style.TONE3) == sounds.split()
