"""Several voices in one book: who speaks what is settled by the words, told, recorded, and evened out in loudness."""

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import codec, sound
from pipeline.answers import check_book, inspect
from pipeline.edition import Request, recipes_for
from pipeline.errors import UsageError
from pipeline.explain import Spot, explain
from pipeline.forecast import plan
from pipeline.model import Audio, Document, Manifest, Origin, Recipe, SpokenChunk
from pipeline.progress import Watcher
from pipeline.read.sidecar import read_sidecar, voice_place
from pipeline.record import stand_ins_of
from pipeline.redo import Place, Wish, redo
from pipeline.run import build
from pipeline.segment import Sizes, segment
from pipeline.segment.dialogue import stretches_of
from pipeline.shelf import Shelf
from pipeline.speak.spoken import spoken
from pipeline.verify.ledger import coverage
from pipeline.write.manifest import read_manifest
from tests.openai_server import Fault, OpenAIServer

CAST = {"dialogue": "d", "张三": "z", "李四": "l", "我": "w"}
TEXT = """第一章 客人

天黑了，屋外下着大雨。张三推开门，走了进来。

“外面的雨真大呀，我走了一整天。”张三说道，“一个人也没有遇到。”

李四笑道：“快坐下，喝一杯热茶，暖一暖身子。”

所谓“客随主便”，就是这个道理。

“明天早上，雨也许就停了吧！”

第二章 离别

第二天清早，张三走了。他只留下一张纸，上面写着：“谢谢你的茶。”
"""
TONES = """title = "客人"
engine = "tone"
[voices]
dialogue = "high"
"张三" = "low"
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "客.txt"
    path.write_text(TEXT, encoding="utf-8")
    path.with_suffix(".toml").write_text(TONES, encoding="utf-8")
    return path


def marked(*paragraphs: str) -> list[str]:
    """The paragraphs with each part's name in front of what it speaks: 张三<“走吧。”>, and the narrator's bare."""
    found = stretches_of(paragraphs, CAST, lambda paragraph, offset: False)
    return [
        "".join(
            text[s.start : s.end] if s.role.name == "narrator" else f"{s.role.name}<{text[s.start : s.end]}>"
            for s in stretches
            if s.role
        )
        for text, stretches in zip(paragraphs, found, strict=True)
    ]


def chunks_of(manifest: Manifest) -> list[SpokenChunk]:
    return [chunk for section in manifest.sections for chunk in section.chunks]


def audiobook(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipeline", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)


@pytest.mark.parametrize(
    "expected",
    [
        # somebody is named
        "张三<“走吧。”>张三道。",
        "张三<「走吧。」>张三道。",
        "张三说道：张三<“我不去了，你们去吧。”>李四笑道：李四<“那好。”>",
        "张三<“别走！”>张三冷冷地对李四喊道，张三<“外面下雨了。”>",
        "张三<“别走！”>张三喊道。张三<“外面下雨了。”>",
        "张三<“别走！”>张三喊道。李四<“外面下雨了。”>李四答道。",
        "张三<“好吧，”>张三说，张三<“那就这样。”>",
        "张三点点头，说道：张三<“行。好的。”>",
        "只听张三大声喝道：张三<“站住！”>",
        "张三<“那是谁？”>张三指着门口的人问道。",
        "张三<“你好吗？”>张三问他。",
        "张三：张三<“你好。”>",
        '张三<"你好吗？">张三冷冷地说。',
        "我<“不行。”>我摇摇头，说道。",
        "李四<“张三说‘快走！’，我就走了。”>李四说。",  # what is quoted inside stays with the outer
        "天黑了，张三说：张三<“好的”。>",
        # nobody is named for certain
        "dialogue<“来了！”>李四喊道：李四<“快走！”>",
        "dialogue<“你好！”>他笑了笑。dialogue<“再见！”>",
        "李四听见张三喊道：dialogue<“救命啊！”>",
        "张三和李四说道：dialogue<“我们来了。”>",
        "dialogue<“我们来了。”>张三和李四齐声说道。",
        "张三丰笑着说道：dialogue<“好的好的。”>",
        "张三的父亲说道：dialogue<“坐下。”>",
        "张三被李四拦住，喝道：dialogue<“让开！”>",
        "他大喊dialogue<“救命啊！”>跑了出去。",
        "dialogue<“嗯嗯，这个，”>他说，dialogue<“不太好吧？”>",
        "总书记强调，dialogue<“必须坚持以人民为中心。”>大家鼓掌。",
        # nobody speaks
        "所谓“新质生产力”，是指什么？要坚持“两个确立”，增强“四个意识”。",
        "“绿水青山就是金山银山！”的理念深入人心。",
        "墙上写着：“禁止吸烟！”",
        "张三想：“这不可能。”",
        "“这不可能。”张三心想。",
        "俗话说：“远亲不如近邻。”",
        "这是“张三”说的话。",
        "“滚！”张三骂道。",  # one character
        "他量了5”长的木板，说“好”。",
        "张三说道。天黑了。",
    ],
)
def test_who_speaks_is_told_by_the_words(expected: str) -> None:
    text = expected
    for name in CAST:
        text = text.replace(f"{name}<", "")
    assert marked(text.replace(">", "")) == [expected]


def test_what_one_paragraph_begins_the_next_goes_on_with() -> None:
    told = [
        "张三说道：",
        "张三<“第一段话还没完。>",
        "张三<“第二段接着说。>",
        "张三<“第三段完了。”>",
        "dialogue<“什么？”>",
    ]
    assert marked("张三说道：", "“第一段话还没完。", "“第二段接着说。", "“第三段完了。”", "“什么？”") == told
    assert marked("“这里少了一个引号。他走了。", "天黑了。") == ["“这里少了一个引号。他走了。", "天黑了。"]


def test_without_a_voice_for_the_dialogue_the_narrator_reads_what_nobody_certainly_says() -> None:
    text = "“走吧。”张三道。“走吧！”他说。"
    [found] = stretches_of([text], {"张三": "z"}, lambda paragraph, offset: False)
    assert [(s.role.name, text[s.start : s.end]) for s in found if s.role] == [
        ("张三", "“走吧。”"),
        ("narrator", "张三道。“走吧！”他说。"),
    ]


def document_of(text: str) -> Document:
    return Document("", text, text, Origin("t", "", "utf-8"))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('“”‘’「」『』"。，：！…的张三李四说道好\n 第一章'), max_size=60))
def test_the_ledger_holds_wherever_the_voice_changes(text: str) -> None:
    document = document_of(text)
    for cast in ({}, CAST):
        outline = segment(document, Sizes(20, 8, cast=cast))
        found = coverage(document, outline.sections, outline.dropped, spoken)
        assert found.as_written + sum(found.rewritten.values()) + sum(found.removed.values()) == len(text)
        chunks = [chunk for section in outline.sections for chunk in section.chunks]
        assert all((chunk.role is None) == (not cast) for chunk in chunks)
        assert all(any(map(str.isalnum, chunk.text)) for chunk in chunks)


def test_a_book_with_several_voices_says_who_speaks_what_and_why(source: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "out")
    built = build(source, Request(shelf), Watcher())
    manifest = built.manifest
    told = [(chunk.text, chunk.role.name, chunk.role.voice) for chunk in chunks_of(manifest) if chunk.role]
    assert [row for row in told if row[1] != "narrator"] == [
        ("“外面的雨真大呀，我走了一整天。”", "张三", "low"),
        ("“一个人也没有遇到。”", "张三", "low"),
        ("“快坐下，喝一杯热茶，暖一暖身子。”", "dialogue", "high"),
        ("“明天早上，雨也许就停了吧！”", "dialogue", "high"),
    ]
    assert len(told) == len(chunks_of(manifest)) and {voice for _, name, voice in told if name == "narrator"} == {""}
    assert manifest.narrator == "sine, high, low" and manifest.recipe.voice == "sine"
    assert stand_ins_of(manifest) == [] and read_manifest(built.home) == manifest
    assert check_book(shelf, str(built.home))["failures"] == []

    mine = explain(shelf, str(built.home), Spot(phrase="我走了一整天"))
    assert mine["role"] == {"name": "张三", "voice": "low", "reason": "张三说道，"}
    assert mine["recipe"]["voice"] == "low" and "lower" not in mine["script"]
    assert explain(shelf, str(built.home), Spot(phrase="客随主便"))["role"]["reason"].startswith("what is quoted")
    assert explain(shelf, str(built.home), Spot(phrase="雨也许"))["role"]["reason"].endswith("not certain")
    lines = audiobook(tmp_path, "explain", str(built.home), "我走了一整天").stdout
    assert "voice    tone low" in lines and "part     张三: 张三说道，" in lines


def test_the_voice_changes_after_a_short_pause(source: Path) -> None:
    [chunks, _] = [section["chunks"] for section in inspect(source, Request(Shelf(Path("out"))))["sections"]]
    for one, other in pairwise(chunks):
        if one["text"].endswith(("说道，", "笑道：")) or other["text"].startswith("张三说道"):
            assert 0.1 <= one["pause"] <= 0.3 and one["role"]["name"] != other["role"]["name"]
    assert sum(one["role"]["name"] != other["role"]["name"] for one, other in pairwise(chunks)) == 7


def test_plan_and_inspect_show_the_parts_before_anything_is_spoken(source: Path, tmp_path: Path) -> None:
    found = plan(source, Request(Shelf(tmp_path / "out")))
    assert found["cast"] == {"dialogue": "high", "张三": "low"}
    assert found["sections"][0]["speakers"] == {"narrator": 5, "张三": 2, "dialogue": 2}
    build(source, Request(Shelf(tmp_path / "out")), Watcher())
    assert plan(source, Request(Shelf(tmp_path / "out")))["requests"] == 0, "each part is looked for with its own voice"
    shown = audiobook(tmp_path, "plan", source.name).stdout
    assert "narrator: sine, 7 chunks" in shown and "张三: low, 2 chunks" in shown
    assert "[张三] “一个人也没有遇到。”" in audiobook(tmp_path, "inspect", source.name).stdout


def test_a_book_without_voices_is_cut_and_kept_as_ever(source: Path, tmp_path: Path) -> None:
    source.with_suffix(".toml").write_text('engine = "tone"\n')
    manifest = build(source, Request(Shelf(tmp_path / "out")), Watcher()).manifest
    assert {chunk.role for chunk in chunks_of(manifest)} == {None} and manifest.balance == {}
    assert "“外面的雨真大呀，我走了一整天。”张三说道，“一个人也没有遇到。”" in [c.text for c in chunks_of(manifest)]
    narrated = {chunk.text: chunk.clip for chunk in chunks_of(manifest)}
    source.with_suffix(".toml").write_text(TONES)
    cast = {
        chunk.text: chunk.clip for chunk in chunks_of(build(source, Request(Shelf(tmp_path / "b")), Watcher()).manifest)
    }
    same = narrated.keys() & cast.keys()
    assert len(same) == 6 and {text for text in same if narrated[text] != cast[text]} == {
        "“明天早上，雨也许就停了吧！”"
    }


def levels(home: Path, manifest: Manifest) -> dict[str, list[float]]:
    """The loudness of each chunk as the book has it, by the name of its part."""
    found: dict[str, list[float]] = {}
    for section in manifest.sections:
        heard = codec.decode(home / section.file)
        for chunk in section.chunks:
            ends = [(t - section.start) * heard.rate // 1000 for t in (chunk.start, chunk.end)]
            energies = sound.block_energies(Audio(heard.samples[slice(*ends)], heard.rate))
            assert chunk.role
            found.setdefault(chunk.role.name, []).append(sound.integrated_loudness(energies))
    return found


def apart(home: Path, manifest: Manifest) -> float:
    means = [float(np.mean(found)) for found in levels(home, manifest).values()]
    return max(means) - min(means)


def test_voices_are_equally_loud_and_stay_so(source: Path, tmp_path: Path) -> None:
    """The high tone is 9.5 dB softer, and K-weighting adds what it adds."""
    shelf = Shelf(tmp_path / "out")
    first = build(source, Request(shelf), Watcher())
    assert 4 < first.manifest.balance["high"] < 12
    assert apart(first.home, first.manifest) < 1.5
    source.write_text(TEXT.replace("雨也许就停了吧", "雪大概也会停的吧"), encoding="utf-8")
    second = build(source, Request(shelf), Watcher())
    assert second.manifest.balance == first.manifest.balance
    changed = [a.encoding != b.encoding for a, b in zip(first.manifest.sections, second.manifest.sections, strict=True)]
    assert changed == [True, False]


def test_another_voice_for_a_section_is_the_narrators(source: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "output")
    first = build(source, Request(shelf), Watcher())
    done = audiobook(tmp_path, "redo", "客人", "1", "--voice", "low")
    assert done.returncode == 0 and "these keep theirs" in done.stderr and "张三 (2), dialogue (2)" in done.stderr
    second = read_manifest(first.home)
    assert second
    pairs = zip(chunks_of(first.manifest), chunks_of(second), strict=True)
    moved = {before.text for before, after in pairs if before.clip != after.clip}
    own = {chunk.text for chunk in second.sections[0].chunks if chunk.role and chunk.role.name == "narrator"}
    assert moved == own
    assert check_book(shelf, "客人")["failures"] == []


def test_a_fresh_take_is_one_of_all_parts(source: Path, tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "out")
    first = build(source, Request(shelf), Watcher())
    again = redo(Place(shelf, str(first.home)), Wish((1,)), Watcher()).manifest
    before = {chunk.text: chunk.clip for chunk in first.manifest.sections[0].chunks}
    after = {chunk.text: chunk for chunk in again.sections[0].chunks}
    told = {
        chunk.role.name for text, chunk in after.items() if text in before and chunk.clip != before[text] and chunk.role
    }
    assert told == {"narrator", "张三", "dialogue"}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[OpenAIServer]:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in [name for name in os.environ if name.startswith("AUDIOBOOK_")]:
        monkeypatch.delenv(name)
    with OpenAIServer(refused={"热茶": Fault.BAD_REQUEST}) as running:
        monkeypatch.setenv("AUDIOBOOK_OPENAI_URL", running.url)
        yield running


def test_a_part_that_is_refused_is_a_stand_ins_until_it_is_put_right(
    server: OpenAIServer, source: Path, tmp_path: Path
) -> None:
    source.with_suffix(".toml").write_text(
        'title = "客人"\nengine = "openai"\nvoice = "nova"\n[voices]\ndialogue = "alloy"\n"张三" = "onyx"\n'
    )
    shelf = Shelf(tmp_path / "out")
    first = build(source, Request(shelf, fallback="tone"), Watcher())
    [(_, refused)] = stand_ins_of(first.manifest)
    assert "热茶" in refused.text and refused.speaker and refused.speaker.engine == "tone"
    assert refused.role and (refused.role.name, refused.role.voice) == ("dialogue", "alloy")
    asked = {request["input"]: request["voice"] for request in server.asked if "热茶" not in request["input"]}
    assert {asked[text] for text in asked if "一个人" in text or "一整天" in text} == {"onyx"}
    assert {asked[text] for text in asked if "雨也许" in text} == {"alloy"}
    assert {asked[text] for text in asked if "天黑了" in text} == {"nova"}

    server.refused.clear()
    count = len(server.asked)
    again = redo(Place(shelf, str(first.home)), Wish(voice_of="openai"), Watcher()).manifest
    assert stand_ins_of(again) == []
    assert [(request["input"], request["voice"]) for request in server.asked[count:]] == [(refused.script, "alloy")]
    assert [chunk.role for chunk in chunks_of(again)] == [chunk.role for chunk in chunks_of(first.manifest)]


def test_a_part_with_another_voice_is_not_left_to_the_old_stand_in(
    server: OpenAIServer, source: Path, tmp_path: Path
) -> None:
    settings_of = source.with_suffix(".toml")
    settings_of.write_text('title = "客人"\nengine = "openai"\n[voices]\ndialogue = "alloy"\n')
    shelf = Shelf(tmp_path / "out")
    assert stand_ins_of(build(source, Request(shelf, fallback="tone"), Watcher()).manifest)
    server.refused.clear()
    settings_of.write_text('title = "客人"\nengine = "openai"\n[voices]\ndialogue = "echo"\n')
    assert stand_ins_of(build(source, Request(shelf), Watcher()).manifest) == []


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (
            '\n[voices]\nnarrator = "sine"\n"李四" = "nobody"\n',
            "line 5: [voices] 李四: the tone engine has no voice 'nobody'",
        ),
        ('\n[voices]\nnarrator = "nobody"\n', "line 4: [voices] narrator: the tone engine has no voice 'nobody'"),
        ('voices = { dialogue = "nobody" }\n', "line 2: [voices] dialogue: the tone engine has no voice 'nobody'"),
        ("\n[voices]\ndialogue = 7\n", "line 4: [voices] dialogue: 7 is not the name of a voice"),
        ('\n[voices]\n"张三" = ""\n', 'line 4: [voices] 张三: "" is not the name of a voice'),
        ('voices = "sine"\n', 'line 2: [voices] voices: "sine" is not a table of voices'),
    ],
)
def test_a_wrong_voice_is_a_usage_error_that_names_the_line(source: Path, table: str, told: str) -> None:
    source.with_suffix(".toml").write_text(f'engine = "tone"\n{table}')
    done = audiobook(source.parent, "build", source.name)
    assert done.returncode == 2 and f"客.toml, {told}" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and not (source.parent / "output" / "客").exists()


def test_a_place_without_a_line_is_the_file(tmp_path: Path) -> None:
    assert voice_place(tmp_path / "a.txt", "张三") == f"{tmp_path / 'a.txt.toml'}: [voices] 张三"


def test_with_another_engine_the_same_persons_speak(source: Path) -> None:
    source.with_suffix(".toml").write_text(
        '[voices]\nnarrator = "zf_xiaoxiao"\ndialogue = "zf_xiaobei"\n"张三" = "zm_yunjian"\n'
    )
    sidecar = read_sidecar(source)
    shelf = Shelf(Path("out"))
    assert recipes_for(source, sidecar, Request(shelf)) == (
        Recipe("kokoro", "zf_xiaoxiao"),
        {"dialogue": "zf_xiaobei", "张三": "zm_yunjian"},
    )
    assert recipes_for(source, sidecar, Request(shelf, "edge")) == (
        Recipe("edge", "zh-CN-XiaoxiaoNeural"),
        {"dialogue": "zh-CN-liaoning-XiaobeiNeural", "张三": "zh-CN-YunjianNeural"},
    )
    assert recipes_for(source, sidecar, Request(shelf, "tone")) == (
        Recipe("tone", "high"),
        {"dialogue": "high", "张三": "low"},
    )
    assert recipes_for(source, sidecar, Request(shelf, voice="zm_yunxi"))[0].voice == "zm_yunxi"
    source.with_suffix(".toml").write_text('[voices]\n"张三" = "zh-CN-YunjianNeural"\n')
    assert recipes_for(source, read_sidecar(source), Request(shelf, "edge"))[1] == {"张三": "zh-CN-YunjianNeural"}
    with pytest.raises(UsageError, match=r"line 2: \[voices\] 张三: the kokoro engine"):
        recipes_for(source, read_sidecar(source), Request(shelf))


def test_the_embedded_voices_speak_their_parts_equally_loud(tmp_path: Path) -> None:
    """The softest and the loudest of them: 5 LU apart before they are evened out."""
    source = tmp_path / "茶.txt"
    source.write_text("屋外下着大雨，天已经完全黑了。\n\n张三笑道：“快坐下来，喝一杯热茶吧。”\n", encoding="utf-8")
    source.with_suffix(".toml").write_text('voice = "zm_yunxi"\n[voices]\n"张三" = "zf_xiaoxiao"\n', encoding="utf-8")
    shelf = Shelf(tmp_path / "out")
    built = build(source, Request(shelf), Watcher())
    assert built.manifest.balance["zf_xiaoxiao"] == pytest.approx(-5, abs=1.5)
    assert apart(built.home, built.manifest) < 1.5
    mine = [chunk for chunk in chunks_of(built.manifest) if chunk.role and chunk.role.voice]
    assert [(chunk.text, chunk.role and chunk.role.name) for chunk in mine] == [("“快坐下来，喝一杯热茶吧。”", "张三")]
    assert check_book(shelf, str(built.home))["failures"] == []
    assert mine[0].role and mine[0].role.reason == "张三笑道："
