"""Texts that are one thing over and over: every rule's time grows with the text, and not with its square."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import pytest

from pipeline.model import Outline
from pipeline.read import read
from pipeline.repair import repair
from pipeline.repair.rule import document_of
from pipeline.segment import Sizes, segment

SECONDS = 30.0  # of CPU on a slow machine; most take less than one, and minutes or hours where a rule is quadratic
TEXTS = {
    "blanks, none of them before a tag": "中" + " " * 300_000 + "中",
    "an ASCII bracket that is never closed": "好,好" * 200 + "(" + "中" * 200_000,
    "a quotation that ends in a word": "中'" + "中" * 200_000 + "'s",
    "dots before a letter": "." * 300_000 + "a",
    "a site's lines below a title": "题\n" + "時間:2022-03-29\n" * 60_000,
    "readings on one line": "长(zhǎng)春(chūn)" * 8_000,
    "a lesson's readings on one line": "“长”(zhǎng)、花(huā)、" * 8_000,
    "marks with nothing to say": "—。" * 100_000 + "中",
    "chapters": "".join(f"第{number}章 春\n花开。\n" for number in range(1, 8_000)),
    "one heading over and over": "第一章 青\n" * 20_000 + "花开。",
    "one title over and over": "一 青\n一 青\n二 白\n" * 7_000 + "花开。",
    "lines without a heading": "　　花开了，风从很远的地方吹过来，山上的树都绿了，他想，春天到了。\n" * 20_000,
    "brackets with a site in them": "[书吧" * 60_000,
    "addresses without an end": "www.a." * 40_000,
    "question marks behind characters": "中?" * 60,
    "question marks in mojibake": "浣犲ソ?" * 60,
}
MARKDOWN = {
    "blanks in a field": "---\ntitle: 春" + " " * 100_000 + "天\n---\n花开。",
    "blanks in a table": "|甲|乙|\n|-|-|\n|一" + " " * 100_000 + "二|三|\n",
    "blanks below a table's head": "|甲|乙|\n|-" + " " * 100_000 + "中\n",
}


class TooLong(Exception):  # noqa: N818 - a finding, not an error of the program
    """A text took longer than it may."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TooLong when what is inside takes more CPU time."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong(f"more than {seconds:.0f} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def outline_of(text: str) -> Outline:
    return segment(repair(document_of(text)), Sizes())


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_text_of_one_thing_takes_no_time(text: str) -> None:
    with at_most(SECONDS):
        assert outline_of(text).sections


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_a_markdown_file_of_blanks_takes_no_time(tmp_path: Path, text: str) -> None:
    path = tmp_path / "书.md"
    path.write_text(text, encoding="utf-8")
    with at_most(SECONDS):
        assert read(path).text


def test_a_chapter_far_ahead_is_noted_without_counting_up_to_it() -> None:
    """第九亿章 behind 第一章 once had a list of nine hundred million numbers, 第一万万万章 no end."""
    for number, said in (("999999999", "第2章 to 第999999998章 missing"), ("一" + "万" * 20, "missing")):
        with at_most(SECONDS):
            notes = outline_of(f"第1章 春\n花开。\n第{number}章 夏\n花落。\n").notes
        assert [said in note.message for note in notes] == [True]
