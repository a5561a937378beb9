"""The ledger gives every source character exactly one account, or names the place that has none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import Replacement, edited
from pipeline.errors import CheckError
from pipeline.model import Chunk, Document, Edit, Origin, Piece, Section, Spoken
from pipeline.verify.ledger import coverage


def document(source: str) -> Document:
    return Document("", source, source, Origin("t", "", "utf-8"))


def as_written(text: str) -> Spoken:
    return Spoken(text, (Piece((0, len(text)), text, text),))


def section(*chunks: Chunk) -> Section:
    return Section(1, "", 1, chunks)


def test_written_rewritten_and_removed_sum_to_the_source() -> None:
    raw = document("局長(zhǎng)來了。\n共3人。")
    repaired = edited(edited(raw, "gloss", [Replacement(2, 9, "")]), "t2s", [Replacement(1, 2, "长")])
    chunks = (Chunk("局长來了。", (0, 12), 0.3), Chunk("共3人。", (13, 17), 0.3))

    def said(text: str) -> Spoken:
        if "3" not in text:
            return as_written(text)
        return Spoken(
            "共三人。", (Piece((0, 1), "共", "共"), Piece((1, 2), "3", "三", "quantity"), Piece((2, 4), "人。", "人。"))
        )

    found = coverage(repaired, [section(*chunks)], [Edit("layout", (12, 13), "\n", "")], said)
    assert found.characters == 17
    assert found.rewritten == {"t2s": 1, "quantity": 1}
    assert found.removed == {"gloss": 7, "layout": 1}
    assert found.as_written == 7


def test_a_lost_character_fails_with_its_place() -> None:
    with pytest.raises(CheckError, match="at 2: '丙"):
        coverage(document("甲乙丙丁"), [section(Chunk("甲乙", (0, 2), 0))], [], as_written)


def test_a_chunk_that_is_not_the_text_fails() -> None:
    with pytest.raises(CheckError, match="is not the text"):
        coverage(document("甲乙"), [section(Chunk("甲丙", (0, 2), 0))], [], as_written)


@given(st.text(min_size=1, max_size=60), st.lists(st.integers(0, 59), max_size=6), st.data())
def test_accounts_sum_whatever_is_edited_and_cut(source: str, cuts: list[int], data: st.DataObject) -> None:
    places = sorted({cut for cut in cuts if cut < len(source)})
    changes = [Replacement(p, p + 1, data.draw(st.sampled_from(["", "甲", "乙丙"]))) for p in places]
    changed = edited(document(source), "any", changes)
    whole = Chunk(changed.text, (0, len(source)), 0)
    found = coverage(changed, [section(whole)], [], as_written)
    assert found.as_written + sum(found.rewritten.values()) + sum(found.removed.values()) == len(source)
