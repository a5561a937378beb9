"""Subtitles as other programs read them: the written text whole, in short lines, when it sounds."""

import json
import re
from base64 import b64encode
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any
from unicodedata import normalize

import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Line
from pipeline.write.captions import WIDEST, _width, captions, sentences
from tests.browser import needs_browser, opened, started
from tests.test_book import TEXT, audiobook, book_of, manifest_of

ODD = "四、标签\n\n他写道：<b>a & b</b> --> c，[方括号]里是1,000,000元；还有3.14，是2022年3月29日12:30的事。"

texts = st.text(st.sampled_from("春天来了山上的花，。！？；：“”（）…—3.14 abc，，。\n"), min_size=1, max_size=150)


def width(text: str) -> float:
    return sum(map(_width, text))


def bare(text: str) -> str:
    return re.sub(r"\s", "", normalize("NFKC", text))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("subtitled")
    (folder / "信.txt").write_text(TEXT + "\n" + ODD, encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", "--formats", "vtt,srt,lrc", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def seconds(clock: str) -> float:
    total = 0.0
    for part in clock.replace(",", ".").split(":"):
        total = 60 * total + float(part)
    return total


def read(path: Path) -> list[tuple[float, float, str]]:
    """Start, end (s) and text of each cue, by a reader that is not ours; LRC says no ends."""
    if path.suffix == ".vtt":
        return [(seconds(c.start), seconds(c.end), unescape(c.text)) for c in webvtt.read(str(path))]
    if path.suffix == ".srt":
        return [
            (e.start / 1000, e.end / 1000, e.plaintext) for e in pysubs2.load(str(path), keep_unknown_html_tags=True)
        ]
    lines = re.findall(r"^\[(\d+):(\d\d\.\d\d)\](.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    starts = [60 * int(minutes) + float(rest) for minutes, rest, _ in lines]
    return [(start, start, text) for start, (_, _, text) in zip(starts, lines, strict=True)]


def files(folder: Path, suffix: str) -> list[tuple[Path, list[Any], int]]:
    """Each subtitle file, the manifest's sections it holds, and where its time begins, ms."""
    home, manifest = book_of(folder), manifest_of(folder)
    chapters = [((home / s["file"]).with_suffix(f".{suffix}"), [s], s["start"]) for s in manifest["sections"]]
    return [*chapters, (home / f"{home.name}.{suffix}", manifest["sections"], 0)]


@pytest.mark.parametrize("suffix", ["vtt", "srt", "lrc"])
def test_every_character_is_shown_in_its_time_in_short_lines(folder: Path, suffix: str) -> None:
    for path, sections, begin in files(folder, suffix):
        cues = read(path)
        chunks = [chunk for section in sections for chunk in section["chunks"]]
        expected = bare("".join(chunk["text"] for chunk in chunks))
        assert bare("".join(text for _, _, text in cues)) == expected
        assert max(width(text) for _, _, text in cues) <= WIDEST + 1
        for (start, end, text), (later, _, _) in pairwise(cues):
            assert start <= end <= later + 0.0005
            assert text.strip()
        starts = {round((chunk["start"] - begin) / 1000, 2) for chunk in chunks}
        shown = {round(start, 2) for start, _, _ in cues}
        assert all(min(abs(start - s) for s in shown) <= 0.011 for start in starts), "each breath begins when it sounds"


def test_marks_of_the_formats_are_text_in_them(folder: Path) -> None:
    home = book_of(folder)
    vtt = "".join(text for _, _, text in read(home / f"{home.name}.vtt"))
    assert "<b>a&b</b>" in bare(vtt)
    assert "[方括号]" in vtt


def test_the_manifest_vouches_for_them_and_check_sees_a_change(folder: Path) -> None:
    outputs = manifest_of(folder)["outputs"]
    assert {str(path.relative_to(book_of(folder))) for path, _, _ in files(folder, "srt")} <= set(outputs)
    changed = book_of(folder) / f"{book_of(folder).name}.srt"
    content = changed.read_bytes()
    changed.write_bytes(content + b"\n")
    checked = audiobook("check", "--json", cwd=folder)
    changed.write_bytes(content)
    assert checked.returncode == 6
    failed = [failure["claim"] for failure in json.loads(checked.stdout)["failures"]]
    assert [claim for claim in failed if claim.startswith("file ")] == [f"file {changed.name}"]


TRACK = """
<video><track default kind="subtitles" srclang="zh" src="data:text/vtt;charset=utf-8;base64,{content}"></video>
<script>document.querySelector("video").textTracks[0].mode = "showing"</script>
"""


@needs_browser
def test_a_browser_shows_the_same_cues(folder: Path, tmp_path: Path) -> None:
    path = book_of(folder) / f"{book_of(folder).name}.vtt"
    page = tmp_path / "page.html"
    page.write_text(TRACK.format(content=b64encode(path.read_bytes()).decode()), encoding="utf-8")
    with started() as browser, opened(browser, page) as tab:
        tab.wait('document.querySelector("track").readyState == 2')
        shown = tab.page.evaluate(
            '[...document.querySelector("track").track.cues]'
            ".map(cue => [cue.startTime, cue.endTime, cue.getCueAsHTML().textContent])"
        )
    assert [(start, end, text) for start, end, text in shown] == read(path)


@given(texts, st.integers(min_value=0, max_value=60_000))
def test_captions_lose_nothing_and_follow_each_other(text: str, length: int) -> None:
    line = Line(500, 500 + length, text, (10, 10 + len(text)))
    for parts in (captions(line), sentences(line)):
        assert bare("".join(part.text for part in parts)) == bare(text)
        assert all(part.start <= part.end for part in parts)
        assert all(a.end <= b.start and a.span[1] <= b.span[0] for a, b in pairwise(parts))
        assert all(bare(text[part.span[0] - 10 : part.span[1] - 10]) == bare(part.text) for part in parts)


@pytest.mark.parametrize(("text", "whole"), [
    ("他在2022年3月29日12点30分说了这样的一句话给所有的人们听", "29日"),
    ("总共花掉了整整三千五百六十七万八千九百元人民币这样大的一笔钱", "三千五百六十七万八千九百"),
    ("请大家都到https://example.org/a?b=c&d=e.html这个地方去看一看", "https://example.org/a?b=c&d=e.html"),
    ("我们公司今年的销售额一共是12,345,678.90元比去年多出来了不少", "12,345,678.90元"),
])  # fmt: skip
def test_no_cut_is_made_in_a_number_or_an_address(text: str, whole: str) -> None:
    parts = [part.text for part in captions(Line(0, 9000, text, (0, len(text))))]
    assert len(parts) > 1
    assert any(whole in part for part in parts)


def test_a_cut_without_marks_prefers_the_end_of_a_word() -> None:
    text = "切实增强做好社会管理创新工作的责任感和使命感"
    assert [part.text for part in captions(Line(0, 9000, text, (0, len(text))))] == [text[:15], text[15:]]


def test_a_line_with_an_edit_in_it_keeps_the_span_of_the_whole() -> None:
    parts = captions(Line(0, 9000, "孩子们在溪边跑来跑去，笑声传得很远很远，我坐在门口看。", (5, 99)))
    assert {part.span for part in parts} == {(5, 99)}
    assert len(parts) == 2
