"""The listening check really listens: the voice speaks, Whisper writes down, faults made on purpose are found."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from pipeline import sound
from pipeline.audition import audition, judge_of
from pipeline.edition import Request
from pipeline.model import Audio, Manifest
from pipeline.progress import Watcher
from pipeline.retakes import Listening, with_retakes
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak.engines.kokoro import Kokoro
from pipeline.speak.pinyin import Pronouncer
from pipeline.verify.listening import FirstPass, Notebook, Spoken, listen
from pipeline.verify.recogniser import Recogniser
from pipeline.verify.syllables import judge
from pipeline.write.manifest import read_manifest

TOLD = "今年是中国共产党成立九十周年，也是我市全面建设小康社会的重要一年，我们要认清形势，抓好落实。"
OTHER = "春天来了，山上的花都开了，孩子们在溪边跑来跑去，笑声传得很远。"


def readings(text: str) -> list[str | None]:
    return [syllable.citation for syllable in Pronouncer({}).syllables(text)]


def judged(expected: str, heard: str) -> str:
    return judge(expected, heard, readings).judgement


@pytest.mark.parametrize(
    ("said", "heard", "judgement"),
    [
        ("他们在那里等我们", "她们在哪里等我们", "right"),
        ("认真地学习的态度", "认真的学习得态度", "right"),
        ("我局的工作", "我举的工作", "right"),
        ("市委的决策部署", "是为的决策不熟", "right"),
        ("今天下午三点开会，请大家准时参加", "今天下午三点开会", "wrong"),
        ("今天下午三点开会，请大家准时参加，不要迟到", "今天下午三点开会，不要迟到", "wrong"),
        ("今天下午三点开会", "今天上午八点半开会", "wrong"),
        ("银行里没有人", "银醒里没有人", "doubtful"),
        ("他用的是GDP这个词", "他用的是 G D P 这个词", "right"),
    ],
)
def test_what_counts_as_an_error(said: str, heard: str, judgement: str) -> None:
    assert judged(said, heard) == judgement


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("因征地拆迁", "因征底拆迁"),
        ("因征地拆迁", "因征地拆迁"),
        ("认真地学习", "认真的学习"),
        ("他跑得快", "他跑地快"),
    ],
)
def test_a_particle_is_written_in_three_ways_but_earth_is_read_as_it_is(said: str, heard: str) -> None:
    assert judge_of({})(said, heard)[1].errors == 0


def test_a_traditional_character_has_the_readings_of_its_simplified_form() -> None:
    assert judge_of({})("人民关心经济增长", "人民關心經濟增長")[1].errors == 0


@pytest.fixture(scope="module")
def ear() -> Recogniser:
    return Recogniser()


@pytest.fixture(scope="module")
def told() -> Audio:
    voice = Kokoro()
    return sound.trimmed(voice.speak(voice.script(TOLD)))


@pytest.fixture(scope="module")
def hears(tmp_path_factory: pytest.TempPathFactory, ear: Recogniser) -> Callable[[Audio], str]:
    def heard(audio: Audio) -> str:
        path = tmp_path_factory.mktemp("clip") / "clip.flac"
        soundfile.write(path, audio.samples, audio.rate)
        return ear.heard(path)

    return heard


def verdict_on(heard: str, expected: str = TOLD) -> str:
    return judge_of({})(expected, heard)[1].judgement


def test_a_good_clip_is_heard_right(told: Audio, hears: Callable[[Audio], str]) -> None:
    assert verdict_on(hears(told)) == "right"


def test_a_truncated_clip_is_heard_wrong(told: Audio, hears: Callable[[Audio], str]) -> None:
    assert verdict_on(hears(Audio(told.samples[: len(told.samples) * 3 // 4], told.rate))) == "wrong"


def test_a_clip_without_its_middle_is_heard_wrong(told: Audio, hears: Callable[[Audio], str]) -> None:
    third = len(told.samples) // 3
    cut = np.concatenate([told.samples[:third], told.samples[2 * third :]])
    assert verdict_on(hears(Audio(cut, told.rate))) == "wrong"


def test_a_clip_of_another_text_is_heard_wrong(told: Audio, hears: Callable[[Audio], str]) -> None:
    assert verdict_on(hears(told), OTHER) == "wrong"


def test_a_number_misread_is_not_right(hears: Callable[[Audio], str]) -> None:
    voice = Kokoro()
    misread = sound.trimmed(voice.speak(voice.script("这件事发生在一千九百九十八的那一年，大家都记得。")))
    assert verdict_on(hears(misread), "这件事发生在1835的那一年，大家都记得。") != "right"


@dataclass
class Reader:
    """Hears what the manifest says is in a clip; of some clips, as often as told, it hears only the first half."""

    home: Path
    halved: dict[str, int] = field(default_factory=dict)  # text of a chunk -> its first takes that are bad
    asked: list[str] = field(default_factory=list)
    workers = 2
    first_pass: FirstPass | None = None

    def identity(self) -> Mapping[str, Any]:
        return {"recogniser": "reader"}

    def heard(self, clip: Path) -> str:
        self.asked.append(clip.stem)
        manifest = json.loads((self.home / "manifest.json").read_text(encoding="utf-8"))
        chunk = next(c for s in manifest["sections"] for c in s["chunks"] if c["clip"] == clip.stem)
        text = str(chunk["text"])
        return text[: len(text) // 2] if chunk["take"] < self.halved.get(text, 0) else text


TEXT = """第一章 山

春天来了，山上的花都开了。孩子们在溪边跑来跑去，笑声传得很远。

第二章 水

夏天的雨说来就来，雨停以后远处的山像洗过一样。
"""


def book(folder: Path) -> tuple[Path, Request, Any]:
    (folder / "书.txt").write_text(TEXT, encoding="utf-8")
    request = Request(Shelf(folder / "output"), "tone")
    return folder / "书.txt", request, build(folder / "书.txt", request, Watcher())


def chunk_of(home: Path, start: str) -> Any:
    manifest = read_manifest(home)
    assert manifest is not None
    return next(c for s in manifest.sections for c in s.chunks if c.text.startswith(start))


def nobody(*_: object) -> None:
    """Nobody is told."""


def test_a_wrong_sentence_is_taken_again_until_it_is_right(tmp_path: Path) -> None:
    source, request, built = book(tmp_path)
    bad = chunk_of(built.home, "春天").text
    heard = with_retakes(built, source, request, Listening(Reader(built.home, {bad: 2}), nobody), Watcher())
    assert not heard.failed()
    mended = chunk_of(built.home, "春天")
    assert mended.take == 2
    assert [(take.take, take.hearing.judgement) for take in mended.heard] == [(0, "wrong"), (1, "wrong"), (2, "right")]
    assert not chunk_of(built.home, "夏天").heard
    assert not build(source, request, Watcher()).fresh, "the takes stay"
    assert chunk_of(built.home, "春天") == mended


def test_what_no_take_mends_keeps_its_best_and_is_told(tmp_path: Path) -> None:
    source, request, built = book(tmp_path)
    bad = chunk_of(built.home, "夏天").text
    listening = Listening(Reader(built.home, {bad: 99}), nobody, tries=2)
    heard = with_retakes(built, source, request, listening, Watcher())
    assert [failed.chunk.text for failed in heard.failed()] == [bad]
    assert len(chunk_of(built.home, "夏天").heard) == 3


def test_where_nothing_is_wrong_nothing_is_spoken_afresh(tmp_path: Path) -> None:
    (tmp_path / "春.txt").write_text(OTHER, encoding="utf-8")
    home = build(tmp_path / "春.txt", Request(Shelf(tmp_path / "output")), Watcher()).home
    before = (home / "manifest.json").read_bytes()
    command = [sys.executable, "-m", "pipeline", "redo", "春", "--failed"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert "no sentence is heard wrong" in done.stderr
    assert (home / "manifest.json").read_bytes() == before


def test_nothing_is_heard_twice(tmp_path: Path) -> None:
    _, request, built = book(tmp_path)
    ear = Reader(built.home)
    first = audition(request.shelf, str(built.home), ear, nobody)
    asked = len(ear.asked)
    again = audition(request.shelf, str(built.home), ear, nobody)
    assert asked == len(first.heard) == len(ear.asked)
    assert again == first


def unheard(_: str) -> bool:
    raise AssertionError("nobody asks whether a careful hearing agrees")


def test_hearings_come_in_order_and_are_kept(tmp_path: Path) -> None:
    _, _, built = book(tmp_path)
    manifest: Manifest | None = read_manifest(built.home)
    assert manifest is not None
    clips = [c.clip for s in manifest.sections for c in s.chunks]
    spoken = [Spoken(clip, Path(f"{clip}.flac"), unheard) for clip in clips]
    heard = list(listen(spoken, Reader(built.home), Notebook(tmp_path / "n")))
    assert heard == [c.text for s in manifest.sections for c in s.chunks]


@dataclass
class Skimmer:
    """A first pass that hears clips by their names: "3-7" lasts three seconds and is the seventh; odd ones amiss."""

    batches: list[list[str]] = field(default_factory=list)
    batch = 4

    def identity(self) -> Mapping[str, Any]:
        return {"recogniser": "skimmer"}

    def window(self, clip: Path) -> int:
        return int(clip.stem.split("-")[0])

    def heard(self, clips: Sequence[Path]) -> list[str]:
        self.batches.append([clip.stem for clip in clips])
        return [clip.stem if int(clip.stem.split("-")[1]) % 2 == 0 else "amiss" for clip in clips]


@dataclass
class Careful:
    """Hears every clip right; counts those it was asked for."""

    first_pass: FirstPass | None
    asked: list[str] = field(default_factory=list)
    workers = 2

    def identity(self) -> Mapping[str, Any]:
        return {"recogniser": "careful"}

    def heard(self, clip: Path) -> str:
        self.asked.append(clip.stem)
        return f"carefully {clip.stem}"


def test_only_what_the_first_pass_hears_amiss_is_heard_again(tmp_path: Path) -> None:
    names = [f"{seconds}-{number}" for number in range(20) for seconds in (3, 6, 0)]
    clips = [Spoken(name, Path(name), name.__eq__) for name in names]
    skimmer = Skimmer()
    ear, notebook = Careful(skimmer), Notebook(tmp_path)
    heard = list(listen(clips, ear, notebook))
    again = [name for name in names if name.startswith("0") or int(name.split("-")[1]) % 2]
    assert heard == [f"carefully {name}" if name in again else name for name in names]
    assert sorted(ear.asked) == sorted(again)
    assert all(len(batch) <= 4 and len({name[0] for name in batch}) == 1 for batch in skimmer.batches)
    assert sorted(name for batch in skimmer.batches for name in batch) == sorted(n for n in names if n[0] != "0")
    skimmed, asked = len(skimmer.batches), len(ear.asked)
    assert list(listen(clips, ear, notebook)) == heard == [notebook.settled(clip, ear) for clip in clips]
    assert (len(skimmer.batches), len(ear.asked)) == (skimmed, asked), "nothing is heard twice"


def test_what_was_heard_with_care_needs_no_first_pass(tmp_path: Path) -> None:
    clip = Spoken("3-2", Path("3-2"), "3-2".__eq__)
    careful, notebook = Careful(None), Notebook(tmp_path)
    assert list(listen([clip], careful, notebook)) == ["carefully 3-2"]
    skimmer = Skimmer()
    assert list(listen([clip], Careful(skimmer), notebook)) == ["carefully 3-2"]
    assert not skimmer.batches


def test_the_first_pass_hears_alone_what_it_hears_in_company(told: Audio, ear: Recogniser, tmp_path: Path) -> None:
    assert ear.first_pass is not None
    half = Audio(told.samples[: len(told.samples) // 2], told.rate)
    clips = [tmp_path / f"{number}.flac" for number in range(3)]
    for clip, audio in zip(clips, (told, half, Audio(told.samples * 0, told.rate)), strict=True):
        soundfile.write(clip, audio.samples, audio.rate)
    alone = ear.first_pass.heard(clips[:1])[0]
    assert judge_of({})(TOLD, alone)[1].judgement == "right"
    assert ear.first_pass.heard([clips[0], clips[2]])[0] == alone
    assert verdict_on(ear.first_pass.heard([clips[1]])[0]) == "wrong"


def test_the_first_pass_declines_what_whisper_cannot_take_at_once(ear: Recogniser, tmp_path: Path) -> None:
    assert ear.first_pass is not None
    clip = tmp_path / "clip.flac"
    for seconds, window in ((0.5, 3), (2, 3), (2.1, 6), (29, 30), (29.1, 0)):
        soundfile.write(clip, np.zeros(int(seconds * 8000), np.int16), 8000)
        assert ear.first_pass.window(clip) == window
