"""Pinyin: readings in context and as they sound, from cases; one syllable a character, whatever the text."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speak.engines.kokoro.phonemes import phonemes_of
from pipeline.speak.pinyin import Pronouncer
from pipeline.speak.pinyin.lexicon import lexicon
from pipeline.speak.pinyin.network import model
from pipeline.speak.pinyin.rules import table
from pipeline.speak.pinyin.words import HAN, cut_text

CASES = Path(__file__).parent / "cases" / "pinyin.tsv"
MARKS = "，。！？：；、…—「」『』“”‘’（）《》〈〉【】·～％　々"
COMMON = "的一是不了在有人我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里"
TEXTS = st.text(st.one_of(st.sampled_from(COMMON + "〇行长重乐还，。 a3\n"), st.characters()), max_size=40)


def _cases() -> list[list[str]]:
    with CASES.open(encoding="utf-8") as file:
        rows = csv.reader((line for line in file if not line.startswith("#")), delimiter="\t")
        return [[*row, ""][:3] for row in rows]


@pytest.mark.parametrize(("text", "citation", "sounded"), _cases())
def test_cases(text: str, citation: str, sounded: str) -> None:
    found = Pronouncer({}).syllables(text)
    assert " ".join(s.citation or "-" for s in found) == citation
    assert " ".join(s.sounded or "-" for s in found) == (sounded or citation)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_one_syllable_a_character_and_none_exactly_where_it_is_not_chinese(text: str) -> None:
    found = Pronouncer({}).syllables(text)
    assert "".join(s.character for s in found) == text
    for syllable in found:
        assert (syllable.citation is None) == (syllable.sounded is None)
        if syllable.character in lexicon().characters:
            assert syllable.citation is not None
        if not re.match(f"[{HAN}]", syllable.character) or syllable.character in MARKS:
            assert syllable.citation is None
        assert 0 <= syllable.doubt <= 1


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_every_reading_has_phonemes(text: str) -> None:
    for syllable in Pronouncer({}).syllables(text):
        for reading in (syllable.citation, syllable.sounded):
            assert reading is None or phonemes_of(reading)


def test_every_reading_of_the_dictionary_and_the_model_and_the_rules_has_phonemes() -> None:
    known = {r for readings in lexicon().characters.values() for r in readings.split()}
    known |= {r for readings in lexicon().words.values() for r in readings.split()}
    known |= {r for readings in model().candidates.values() for r in readings}
    known |= {r for readings in table("surnames.tsv").values() for r in readings.split()}
    assert all(phonemes_of(f"{reading[:-1]}{tone}") for reading in known for tone in "12345")


def test_words_lose_no_character() -> None:
    assert "".join(cut_text("他在ABC公司，3月去了重庆。\n")) == "他在ABC公司，3月去了重庆。\n"


def test_a_persons_own_reading_goes_before_everything() -> None:
    found = Pronouncer({"长大": "chang2 da4", "行": "heng2"}).syllables("他长大了，行不行")
    assert [s.citation for s in found] == ["ta1", "chang2", "da4", "le5", None, "heng2", "bu4", "heng2"]
    assert [s.reason for s in found][1:3] == ["override", "override"]


def test_a_persons_own_reading_is_not_bent_by_sandhi() -> None:
    found = Pronouncer({"你好": "ni3 hao3"}).syllables("你好")
    assert [s.sounded for s in found] == ["ni3", "hao3"]


def test_the_reading_of_a_sentence_does_not_hang_on_the_text_around_it() -> None:
    alone = Pronouncer({}).syllables("银行的行长还没有还钱。")
    inside = Pronouncer({}).syllables("银行的行长还没有还钱。" * 3)
    assert inside == alone * 3


def test_the_doubtful_is_doubted_more_than_the_plain() -> None:
    found = {s.character: s.doubt for s in Pronouncer({}).syllables("重庆人朝阳")}
    assert found["人"] == 0 < found["朝"]
