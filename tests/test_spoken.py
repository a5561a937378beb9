"""The spoken form: cases from a table, and what holds of any text at all."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speak.spoken import RULES, spoken
from pipeline.speak.spoken.words import table

CASES = Path(__file__).with_name("cases") / "spoken.tsv"
WRITTEN_NUMBERS = st.text("0123456789.,:-–~/%￥$年月日号个点第 至kmhABx²()，。+=", max_size=24)
UNITS = {*table("units"), *table("currencies"), "ad", "AD", "bc", "BC", "bce", "BCE", "am", "AM", "pm", "PM"}
ENGLISH = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2).filter(
        lambda word: word.lower() not in {unit.lower() for unit in UNITS}
    ),
    max_size=8,
)


def _cases() -> list[tuple[str, str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [(row[0], row[1], row[2]) for row in rows[1:]]


@pytest.mark.parametrize(("kind", "written", "said"), _cases())
def test_said_as_a_listener_expects(kind: str, written: str, said: str) -> None:
    assert spoken(written).text == said


@given(st.text() | WRITTEN_NUMBERS)
def test_pieces_cover_the_text_without_gaps(text: str) -> None:
    said = spoken(text)
    assert "".join(piece.written for piece in said.pieces) == text
    assert "".join(piece.spoken for piece in said.pieces) == said.text
    ends = [0, *(piece.span[1] for piece in said.pieces)]
    assert [piece.span[0] for piece in said.pieces] == ends[:-1]
    assert all(piece.written == text[slice(*piece.span)] for piece in said.pieces)


@given(WRITTEN_NUMBERS)
def test_no_digit_is_left(text: str) -> None:
    assert not re.search(r"\d", spoken(text).text)


@given(st.text())
def test_what_no_rule_has_stays(text: str) -> None:
    names = {rule.name for rule in RULES} | {"width"}
    assert all(piece.rule in names if piece.rule else piece.spoken == piece.written for piece in spoken(text).pieces)


@given(ENGLISH, st.sampled_from([" ", ", ", "，", "和", " 1998 ", "在2个", " - "]))
def test_no_english_word_is_altered(words: list[str], between: str) -> None:
    text = between.join(words)
    assert re.findall("[A-Za-z]+", spoken(text).text) == words


def test_every_rule_is_used_by_a_case() -> None:
    used = {piece.rule for _, written, _ in _cases() for piece in spoken(written).pieces}
    assert {rule.name for rule in RULES} <= used
