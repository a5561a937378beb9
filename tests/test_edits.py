"""The ledger's arithmetic holds for any text and any chain of replacements."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import Alignment, Replacement, apply, disjoint, edited, undo
from pipeline.model import Document, Origin

TEXTS = st.text(alphabet="甲乙丙丁ab(),\n", max_size=20)


@st.composite
def chains(draw: st.DrawFn) -> Document:
    """A document after up to five rules, each with sorted, disjoint replacements."""
    source = draw(TEXTS)
    document = Document("", source, source, Origin("", "", ""))
    for number in range(draw(st.integers(0, 5))):
        size = len(document.text)
        cuts = sorted(draw(st.lists(st.integers(0, size), max_size=6)))
        spans = zip(cuts[::2], cuts[1::2], strict=False)
        changes = [Replacement(a, b, draw(st.text(alphabet="甲x", max_size=3))) for a, b in spans]
        document = edited(document, f"rule {number}", changes, guess=draw(st.booleans()))
    return document


@given(chains())
def test_undo_gives_the_source_back(document: Document) -> None:
    assert undo(document.text, document.edits) == document.source


@given(chains())
def test_apply_gives_the_text_again(document: Document) -> None:
    assert apply(document.source, document.edits) == document.text


@given(chains())
def test_edits_are_disjoint_and_say_what_stood_there(document: Document) -> None:
    assert disjoint(document.edits)
    for edit in document.edits:
        assert document.source[slice(*edit.span)] == edit.before != edit.after


@given(chains(), st.data())
def test_every_piece_leads_back_into_the_source(document: Document, data: st.DataObject) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(document.text))] * 2)))
    low, high = Alignment(document.edits).source_span(start, end)
    assert 0 <= low <= high <= len(document.source)


def test_nothing_changed_is_the_same_document() -> None:
    document = Document("", "甲", "甲", Origin("", "", ""))
    assert edited(document, "rule", [Replacement(0, 1, "甲")]) is document


def test_a_guess_stays_one_when_a_sure_rule_touches_it() -> None:
    document = Document("", "甲乙", "甲乙", Origin("", "", ""))
    guessed = edited(document, "torn", [Replacement(0, 1, "發")], guess=True)
    assert [edit.guess for edit in edited(guessed, "t2s", [Replacement(0, 1, "发")]).edits] == [True]
