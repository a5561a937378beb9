"""Segmenting: nothing lost, headings as a reader sees them, chunks that a voice speaks well, in linear time."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import Replacement, edited
from pipeline.model import Document, Heading, Origin, Outline
from pipeline.segment import Sizes, segment

ALPHABET = "一二三四第章节回、。，！？…—“”《》（）()#*-=.·1234567890ab \t\u3000\n\r序言目录同志们好的"


def document_of(text: str, headings: tuple[Heading, ...] = ()) -> Document:
    return Document("", text, text, Origin("", "", ""), headings=headings)


def cut(text: str, sizes: Sizes | None = None) -> Outline:
    return segment(document_of(text), sizes or Sizes())


def accounted(outline: Outline) -> list[tuple[int, int]]:
    """The source spans of all chunks and dropped edits, in order."""
    chunks = [chunk.span for section in outline.sections for chunk in section.chunks]
    return sorted([*chunks, *(edit.span for edit in outline.dropped)])


def demand_whole(document: Document, outline: Outline) -> None:
    """Every character of a text without removals is in one chunk or in one dropped edit, in order."""
    position = 0
    for start, end in accounted(outline):
        assert start == position, document.source[position:start]
        position = end
    assert position == len(document.source)


@settings(max_examples=300)
@given(
    st.one_of(st.text(max_size=200), st.text(alphabet=ALPHABET, max_size=300)), st.integers(2, 80), st.integers(1, 40)
)
def test_every_character_is_in_one_chunk_or_dropped_by_a_rule(text: str, limit: int, low: int) -> None:
    document = document_of(text)
    outline = segment(document, Sizes(limit, low))
    demand_whole(document, outline)
    for section in outline.sections:
        assert section.chunks
        for chunk in section.chunks:
            assert document.text[slice(*chunk.span)] == chunk.text
            assert any(c.isalnum() for c in chunk.text)
            assert "\n" not in chunk.text
    for edit in outline.dropped:
        assert edit.before == document.source[slice(*edit.span)]
        if edit.rule == "layout":
            assert not any(c.isalnum() for c in edit.before)


@given(
    st.text(alphabet=ALPHABET, min_size=1, max_size=120),
    st.lists(
        st.tuples(st.integers(0, 119), st.integers(1, 9), st.text(alphabet=ALPHABET, min_size=1, max_size=6)),
        max_size=5,
    ),
)
def test_repaired_pieces_are_never_claimed_twice(text: str, changes: list[tuple[int, int, str]]) -> None:
    document = document_of(text)
    position = 0
    replacements = []
    for start, length, after in sorted(changes):
        if position <= start < len(text):
            position = min(len(text), start + length)
            replacements.append(Replacement(start, position, after))
    document = edited(document, "repair", replacements)
    outline = segment(document, Sizes(12, 4))
    demand_whole(document, outline)
