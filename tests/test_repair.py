"""The repair stage on the seed, on lines found in the wild, on sound lines, and on arbitrary text."""

import importlib.util
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from pipeline.edits import disjoint, undo
from pipeline.frequencies import TOTAL, frequencies
from pipeline.read.txt import read_txt
from pipeline.repair import RULES, repair
from pipeline.repair.ngrams import following, ngrams
from pipeline.repair.rule import document_of
from tests.damage import FULL_WIDTH, Site, damaged, sparing, swallowing

HERE = Path(__file__).parent
SEED = HERE.parent / "seeds" / "000_e08b4ad7e4b3f63e.txt"
GOLDEN = HERE / "golden" / "repair" / SEED.name
TEXTS = HERE.parent / "benchmarks" / "texts"
FRAGMENTS = (
    "我們?cè)诎l(fā)展",
    "要求??倳\ue266浽?011年",
    "局長(zhǎng)在創(chuàng)新",
    "隨著",
    "乾隆坏布",
    "時間:2022-03-29 06:05:00\n",
    "同志們:",
    '"好"',
    "?F在,",
    "順應時展要求",
    "Ã©",
    "\n",
    "浣犲ソ",
)


def cases(name: str) -> list[list[str]]:
    lines = (HERE / "cases" / name).read_text(encoding="utf-8").splitlines()
    return [re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), line).split("\t") for line in lines[1:]]


def repaired(text: str) -> str:
    return repair(document_of(text)).text


def test_seed_is_restored_and_nothing_else_changed() -> None:
    document = repair(read_txt(SEED))
    assert document.text == GOLDEN.read_text(encoding="utf-8")
    assert (document.title, document.date) == ("局长在创新教育大会发言", "2022-03-29")
    assert undo(document.text, document.edits) == document.source


def test_seed_guesses_are_marked() -> None:
    guesses = [(edit.before, edit.after) for edit in repair(read_txt(SEED)).edits if edit.guess]
    assert guesses == [("??倳\ue266浽?", "。总书记在2"), ("時(shí)展", "时代发展")]


def test_what_follows_what_sums_to_one() -> None:
    """The stored model is a distribution: all that may follow a character or two, each chance in a rounded byte."""
    for before in ("", "我", "我们", "重要", "。—", "龘龘"):
        found = [following(before + character) for character in ngrams().number]
        assert sum(math.exp(one) for one in found if one is not None) == pytest.approx(1, abs=0.05)
    assert following("我\U00020000") is None


@pytest.mark.parametrize(("line", "expected"), cases("repair.tsv"))
def test_damaged_line(line: str, expected: str) -> None:
    assert repaired(line) == expected


@pytest.mark.parametrize("line", [row[0] for row in cases("repair_sound.tsv")])
def test_sound_line_stays(line: str) -> None:
    assert repaired(line) == line


def test_sound_lines_stay_together() -> None:
    text = "\n".join(row[0] for row in cases("repair_sound.tsv"))
    assert repaired(text) == text


def test_written_form_can_leave_out_the_characters() -> None:
    """t2s is the last rule, so that a text can be kept in the script of its source."""
    document = document_of("隨著(WTO)")
    for rule in RULES[:-1]:
        document = rule(document)
    assert document.text == "隨着(WTO)"


@pytest.mark.parametrize("decode", [swallowing, sparing])
def test_what_a_site_damaged_is_restored(decode: object) -> None:
    """The forward model's damage is undone on a passage with each kind of it."""
    passage = "我們在發展。總書記在2011年說，現在的要務是建設百強。同志們，要把工作做好，為服務經濟發展再立新功。"
    glosses = {"冊": "cè", "發": "fā", "強": "qiáng", "購": "gòu", "獎": "jiǎng", "務": "wù", "會": "huì"}
    site = Site(glosses, FULL_WIDTH, decode)  # type: ignore[arg-type]
    broken = damaged(passage, site)
    assert len(re.findall("[?\ufffd]", broken)) >= 4
    assert repaired(broken) == repaired(passage)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=6)), max_size=8).map("".join))
def test_repair_is_reversible_and_done_once(text: str) -> None:
    document = repair(document_of(text))
    assert disjoint(document.edits)
    assert undo(document.text, document.edits) == text
    assert repaired(document.text) == document.text


@pytest.mark.parametrize(
    "line",
    [
        "【纠错】责任编辑：焦鹏",
        "[責任編輯:李四]",
        "责编：张三",
        "图集 +1",
        "（未完待续）",
        "最快更新山海记最新章节！",
        "章节错误,点此举报(免注册),举报后维护人员会在两分钟内校正章节内容。",
        "温馨提示：方向键左右(← →)前后翻页，上下(↑ ↓)上下滚用",
        "加入书签",
        "投推荐票 上一章 章节目录 下一章 加入书签",
        "本书来自 http://www.example.com",
    ],
)
def test_a_line_of_the_site_goes_and_is_accounted_for(line: str) -> None:
    document = repair(document_of(f"雪落下来了。\n{line}\n春天到了。"))
    assert document.text.split() == ["雪落下来了。", "春天到了。"]
    assert {edit.rule for edit in document.edits} == {"site words"}


@pytest.mark.parametrize(
    "line",
    [
        "责任编辑走进来，把稿子放下。",
        "他的责任编辑：一个年轻人，说话很慢，常常要人等。",
        "纠错是编辑的本分。",
        "图集出版了。",
    ],
)
def test_what_an_author_says_of_editors_stays(line: str) -> None:
    assert repair(document_of(f"雪落下来了。\n{line}\n春天到了。")).text.split("\n")[1] == line


def test_every_word_of_jieba_is_found_with_its_count() -> None:
    spec = importlib.util.find_spec("jieba")
    assert spec and spec.origin
    lines = (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    counted = [(word, int(count)) for word, count, _ in map(str.split, lines)]
    words = frequencies()
    assert [(word, words.count(word)) for word, count in dict(counted).items() if words.count(word) != count] == []
    assert sum(count for _, count in counted) == TOTAL
    assert not any(words.count(word) for word in ("", "倳浽", "\ud800", "\U0010ffff"))


def broken_at(text: str, width: int) -> str:
    """The text as old files have it: paragraphs indented, each line as wide as it goes, no mark in front of one."""
    lines = []
    for paragraph in text.splitlines():
        line = "    "
        for k, character in enumerate(paragraph):
            line += character
            following = paragraph[k + 1 : k + 2]
            if len(line.encode("gbk")) > width - 2 and following and following not in "，。！？：；、”…—）》":
                lines.append(line)
                line = ""
        lines.append(line)
    return "\n".join(lines) + "\n"


def test_broken_lines_with_a_blank_one_behind_each_are_joined() -> None:
    lines = [x for x in (TEXTS / "novel.txt").read_text(encoding="utf-8").splitlines() if len(x.encode("gbk")) > 100]
    found = repaired(broken_at("\n".join(lines), 60).replace("\n", "\n\n"))
    assert [line.strip() for line in found.split("\n") if line] == repaired("\n".join(lines)).split("\n")


@pytest.mark.parametrize("name", ["novel", "modern"])
@pytest.mark.parametrize("damage", [None, swallowing, sparing])
def test_lines_that_were_broken_at_widths_are_joined_damaged_or_not(
    name: str, damage: Callable[[bytes], str] | None
) -> None:
    lines = [x for x in (TEXTS / f"{name}.txt").read_text(encoding="utf-8").splitlines() if len(x.encode("gbk")) > 100]
    paragraphs = [OpenCC("s2t").convert(line) for line in lines]
    half = len(paragraphs) // 2
    notes = "〔1〕一條短短的注。\n〔2〕又一條，比上面的長一點，也不到一行。\n"
    text = broken_at("\n".join(paragraphs[:half]), 60) + notes + broken_at("\n".join(paragraphs[half:]), 76)
    if damage:
        text = damaged(text, Site({"來": "lái", "說": "shuō", "個": "gè"}, FULL_WIDTH, damage))
    found = [line.strip() for line in repaired(text).split("\n") if line]
    assert len(found) == len(paragraphs) + 2
    ends = [(line[:6], line[-6:]) for line in found]
    wanted = [(line[:6], line[-6:]) for line in repaired("\n".join(paragraphs)).split("\n")]
    same = sum(a == b for a, b in zip([*ends[:half], *ends[half + 2 :]], wanted, strict=True))
    assert same >= 0.9 * len(paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            f"{place}的消息说明年要修一条新的路通到山里去的那个村子{'呀' * k}" for k, place in enumerate("甲乙丙丁戊己")
        ),
        "目录\n" + "\n".join(f"第一件小事{'.' * 40}ShiQing{k}\n没有名字的故事" for k in range(8)),
        "\n".join("风吹过来的时候，草都低下头去，远处的羊群慢慢走过山坡。" for _ in range(9)),
    ],
)
def test_lines_of_their_own_stay(text: str) -> None:
    assert repair(document_of(text)).text.count("\n") == text.count("\n")
