"""Segmenting: nothing lost, headings as a reader sees them, chunks that a voice speaks well, in linear time."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import Replacement, edited
from pipeline.model import Document, Heading, Origin, Outline
from pipeline.segment import Sizes, segment
from pipeline.segment.chunks import chunk_spans, weight
from pipeline.segment.headings import STRONG, mark_of
from pipeline.segment.sentences import sentence_ends

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


CASES = Path(__file__).with_name("cases")
BODY = "这是一段正文，讲的是很久以前的故事，说来话长，一言难尽。他走了很远的路，终于到了那里。\n"
FILLED = {"~": BODY * 8, "≃": BODY * 28, "≈": BODY * 60}


def rows(name: str) -> list[list[str]]:
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]


def form_of(line: str) -> str:
    mark = mark_of(line)
    if mark is None:
        return "none"
    if mark.kind in STRONG:
        return mark.kind if mark.sure else f"maybe {mark.kind}"
    return f"{'item' if mark.titled else 'text'} {mark.kind}"


@pytest.mark.parametrize(("line", "form"), rows("headings_lines.tsv"))
def test_the_form_of_a_line(line: str, form: str) -> None:
    assert form_of(line) == form


@pytest.mark.parametrize(("case", "lines", "sections", "notes"), rows("headings.tsv"))
def test_the_sections_of_a_text(case: str, lines: str, sections: str, notes: str) -> None:
    text = "".join(f"{FILLED.get(line[:1], '').rstrip()}{line.lstrip('~≃≈')}\n" for line in lines.split("|"))
    outline = cut(text)
    assert "|".join(section.title for section in outline.sections) == sections, case
    assert ";".join(note.message for note in outline.notes) == notes, case
    demand_whole(document_of(text), outline)


def declared(*lines: tuple[int, str]) -> Document:
    """A document whose lines are headings of a level, or text (level 0)."""
    text, headings = "", []
    for level, line in lines:
        if level:
            headings.append(Heading((len(text), len(text) + len(line)), level))
        text += f"{line}\n"
    return document_of(text, tuple(headings))


def test_the_name_of_the_book_above_each_chapter_is_said_once() -> None:
    titles = ("第一章 下山", "第二章 入城", "第三章 夜雨")
    document = declared(*(line for title in titles for line in ((1, "青牛记"), (2, title), (0, BODY))))
    outline = segment(document, Sizes())
    assert [section.title for section in outline.sections] == list(titles)
    assert [chunk.text for section in outline.sections for chunk in section.chunks].count("青牛记") == 1
    assert [edit.before for edit in outline.dropped if edit.rule == "repeated heading"] == ["青牛记"] * 2
    demand_whole(document, outline)


def test_volumes_and_chapters_of_one_level_are_counted_apart() -> None:
    lines = [
        (1, "卷一 青牛村"),
        (1, "第一章 下山"),
        (0, BODY),
        (1, "第二章 入城"),
        (0, BODY),
        (1, "卷二 京城"),
        (0, BODY),
    ]
    outline = segment(declared(*lines, (1, "第三章 夜雨"), (0, BODY)), Sizes())
    assert not outline.notes


def test_chapters_that_the_contents_of_a_book_leave_out_are_not_missing() -> None:
    lines = [(1, "第一章 下山"), (0, BODY), (2, "第二章 入城"), (0, BODY), (1, "第三章 夜雨"), (0, BODY)]
    assert not segment(declared(*lines), Sizes()).notes


@pytest.mark.parametrize("title", ["目录", "青牛记——目 录", "第一部分 1.目录"])
def test_below_a_declared_heading_that_says_contents_stands_nothing_else(title: str) -> None:
    inside = ("下山", "师父的话", "山路", "夜宿", "客栈", "入城", "城门", "旧友", "酒家", "夜雨")
    chapters = [line for name in ("下山", "入城", "夜雨") for line in ((1, f"某人 {name}（1）"), (0, BODY))]
    document = declared((1, title), *((0, name) for name in inside), *chapters)
    outline = segment(document, Sizes())
    assert [section.title for section in outline.sections] == ["某人 下山（1）", "某人 入城（1）", "某人 夜雨（1）"]
    demand_whole(document, outline)


def test_a_chapter_whose_heading_comes_twice_in_a_row_is_one_section() -> None:
    text = "".join(
        f"第{n}章 【{name}】\n\n{again}\n{BODY * 3}\n"
        for n, name, again in (
            ("一", "下山", "第一章"),
            ("二", "入城", "第二章入城"),
            ("三", "夜雨", "第三章 夜雨（全）"),
        )
    )
    outline = cut(text)
    assert [section.title for section in outline.sections] == ["第一章 【下山】", "第二章 【入城】", "第三章 【夜雨】"]
    assert [edit.before for edit in outline.dropped if edit.rule == "repeated heading"] == [
        "第一章",
        "第二章入城",
        "第三章 夜雨（全）",
    ]
    demand_whole(document_of(text), outline)


def test_of_two_headings_in_a_row_the_one_with_a_title_stays() -> None:
    text = "".join(
        f"第{n}章\n第{n}章 {name}\n{BODY * 3}\n" for n, name in (("一", "下山"), ("二", "入城"), ("三", "夜雨"))
    )
    assert [section.title for section in cut(text).sections] == ["第一章 下山", "第二章 入城", "第三章 夜雨"]


def test_parts_of_chapters_in_the_contents_do_not_end_it() -> None:
    names = [f"第{n}章 下山({part})" for n in "一二三" for part in (1, 2, 3)]
    text = "".join(f"{name}\n" for name in names) + "".join(f"\n{name}\n\n{BODY * 60}\n" for name in names)
    outline = cut(text)
    assert [section.title for section in outline.sections] == names
    demand_whole(document_of(text), outline)


def test_an_index_leads_to_pages_that_a_recording_has_not() -> None:
    chapters = "".join(f"第{n}章 山\n{BODY * 3}\n" for n in "一二三")
    entries = "".join(f"{name}，{page}，{page + 7}\n" for page, name in enumerate(["青牛", "白马", "黑水"] * 6, 10))
    index = f"人名索引\n（条目后的数字为原文页码）\nA\n{entries}B\n王小二，见 老王\n"
    text = f"{chapters}{index}后记\n{BODY}\n"
    outline = cut(text)
    assert [section.title for section in outline.sections] == ["第一章 山", "第二章 山", "第三章 山", "后记"]
    left = "\n".join(edit.before for edit in outline.dropped if edit.rule == "index")
    assert left == index.rstrip("\n")
    demand_whole(document_of(text), outline)


def test_a_heading_that_was_reread_whole_keeps_its_mark() -> None:
    raw = document_of(f"# 山X\n{BODY}\n## 水\n{BODY}\n")
    document = edited(raw, "mixed encoding", [Replacement(0, 4, "# 山中")])
    outline = segment(document, Sizes())
    assert [section.chunks[0].text for section in outline.sections] == ["# 山中", "水"]
    demand_whole(document, outline)


CITED = (
    "[1] 王一：《山中的茶》，山城出版社，1998年，第12页\n[2] Smith, J., Tea of 王, London, 1901\n"
    "[3] 同上，王文\n[4] 王氏关于茶叶的进一步通讯\n[5]\n"
)


@pytest.mark.parametrize("title", ["参考文献", "主要参考书目：", "【參考資料】", "References"])
def test_what_was_quoted_is_not_read_out(title: str) -> None:
    cited = [CITED.replace("王", name) for name in ("赵", "钱", "孙")]
    text = "".join(f"第{n}章 山\n{BODY * 3}\n{title}\n{own}" for n, own in zip("一二三", cited, strict=True))
    outline = cut(text)
    assert [section.title for section in outline.sections] == ["第一章 山", "第二章 山", "第三章 山"]
    left = "\n".join(edit.before for edit in outline.dropped if edit.rule == "bibliography")
    assert left == "".join(f"{title}\n{own}" for own in cited).rstrip("\n")
    demand_whole(document_of(text), outline)


def test_a_bibliography_ends_where_the_text_goes_on() -> None:
    text = f"第一章 山\n{BODY}\n参考文献\n{CITED}{BODY}\n{BODY}\n"
    outline = cut(text)
    spoken = "".join(chunk.text for section in outline.sections for chunk in section.chunks)
    assert spoken.count(BODY.strip()[:8]) == 3 * BODY.count(BODY.strip()[:8])
    assert "Smith" not in spoken


NOTED = "1 引自王一：《山中的茶》，第12页。\n2 前揭书，页二八一。\n3 山城档案馆，第四柜。\n4 Smith, Tea, p. 7.\n"
TOLD = "1 山里人管这种茶叫青牛，我小时候常喝，现在已经没有了。\n2 那年我在山城的时候，他还是个孩子，见《山中的茶》。\n"


def test_notes_that_only_name_sources_are_not_read_out_and_others_are() -> None:
    outline = cut(f"第一章 山\n{BODY}\n注释：\n{NOTED}第二章 水\n{BODY}\n注释：\n{TOLD * 2}第三章 云\n{BODY}\n")
    left = "\n".join(edit.before for edit in outline.dropped if edit.rule == "source notes")
    assert left == f"注释：\n{NOTED}".rstrip("\n")


def test_prose_about_sources_is_read() -> None:
    prose = "本书的主要依据是1945年的文件，也有我在山城出版社工作时的经历，它们都在这里。\n" * 5
    outline = cut(f"第一章 山\n{BODY}\n参考资料\n{prose}")
    assert not [edit for edit in outline.dropped if edit.rule == "bibliography"]


def test_a_chapter_that_is_called_index_is_a_chapter() -> None:
    prose = "索引员在第12号柜前停了下来，她数到3。\n他在1984年的那一页上写着：见附录。\n" + BODY
    outline = cut("".join(f"第{n}章 山\n{BODY * 3}\n" for n in "一二三") + f"索引\n{prose * 6}\n")
    assert not [edit for edit in outline.dropped if edit.rule == "index"]


def test_numbers_in_a_preface_do_not_hide_those_of_the_chapters() -> None:
    preface = [(1, "前言"), *((0, line) for n in "一二三" for line in (f"（{n}）", BODY * 20))]
    chapters = [
        line
        for chapter in ("第一章 祸起", "第二章 不甘", "第三章 天府")
        for line in ((1, chapter), *((0, line) for n in "一二三" for line in (f"{n}、某年某月的事", BODY * 40)))
    ]
    titles = [section.title for section in segment(declared(*preface, *chapters), Sizes()).sections]
    assert "第二章 不甘 一、某年某月的事" in titles
    assert "三、某年某月的事" in titles


def test_where_an_essay_was_printed_first_is_no_heading() -> None:
    essays = "".join(
        f"{n}、论山\n{BODY * 20}\n※原载于《山海杂志》第六十三卷第{k}期\n"
        for n, k in zip("一二三四", "二三四五", strict=True)
    )
    assert [section.title for section in cut(essays).sections] == [f"{n}、论山" for n in "一二三四"]


def test_titles_stand_out_where_paragraphs_are_indented() -> None:
    essays = ("早春", "芳草", "落花", "流水")
    text = "".join(f"{title}\n\n" + f"　　{BODY}" * 60 for title in essays)
    outline = cut(f"青牛集\n\n{text}")
    assert [section.title for section in outline.sections] == list(essays)
    assert [section.chunks[0].text for section in outline.sections] == ["青牛集", *essays[1:]]
    demand_whole(document_of(f"青牛集\n\n{text}"), outline)


def test_short_lines_of_a_conversation_are_no_titles() -> None:
    text = "".join(f"他走了\n她没有说话\n　　{BODY}" for _ in range(200))
    assert {section.title[:1] for section in cut(text).sections} == {"第"}  # 第1节, by length


def test_no_section_is_longer_than_anybody_listens() -> None:
    text = f"序言\n{BODY * 5}第一章 起\n{BODY * 2000}第二章 承\n{BODY * 5}"
    titles = [section.title for section in cut(text).sections]
    assert titles[:3] == ["序言", "第一章 起（1）", "第一章 起（2）"]
    assert titles[-1] == "第二章 承"
    assert 12 <= len(titles) <= 20
    braces = cut(text.replace("第一章 起", "第一章 {起}"))
    assert [section.title for section in braces.sections][1] == "第一章 {起}（1）"
    longer = cut(text.replace("第二章", f"{BODY}第二章"))
    assert [s.title for s in longer.sections][:10] == titles[:10]  # an edit moves nothing that stands before it


@pytest.mark.parametrize("sentences", [row[0] for row in rows("sentences.tsv")])
def test_where_sentences_end(sentences: str) -> None:
    text = sentences.replace("|", "")
    ends = sentence_ends(text)
    assert "|".join(text[a:b] for a, b in pairwise([0, *ends])) == sentences


@given(st.text(alphabet=ALPHABET + '。！“”"', max_size=80))
def test_sentences_cover_their_paragraph(text: str) -> None:
    ends = [0, *sentence_ends(text)]
    assert ends == sorted(set(ends))
    assert ends[-1] == len(text)


@given(st.text(alphabet=ALPHABET.replace("\n", "").replace("\r", ""), max_size=200), st.integers(4, 60))
def test_chunks_stay_below_the_limit_and_part_no_number(text: str, limit: int) -> None:
    spans = chunk_spans(text, Sizes(limit, limit // 3), lambda offset: False)
    assert "".join(text[slice(*span)] for span in spans) == text
    for start, end in spans:
        assert weight("".join(c for c in text[start:end] if c.isalnum())) <= 2 * limit
    starts = {start for start, _ in spans}
    for number in re.finditer(r"[0-9]+", text):
        if starts & set(range(number.start() + 1, number.end())):
            assert weight(number[0]) > 2 * limit


@pytest.mark.parametrize(("limit", "low", "chunks"), rows("chunks.tsv"))
def test_how_a_paragraph_is_chunked(limit: str, low: str, chunks: str) -> None:
    text = chunks.replace("|", "")
    spans = chunk_spans(text, Sizes(int(limit), int(low)), lambda offset: False)
    assert "|".join(text[slice(*span)] for span in spans) == chunks


def test_long_sentences_are_cut_into_even_parts_at_clauses() -> None:
    sentence = "，".join(["他走过了许多地方的桥"] * 12) + "。"
    parts = [sentence[slice(*span)] for span in chunk_spans(sentence, Sizes(60, 24), lambda offset: False)]
    assert all(part[-1] in "，。" for part in parts)
    assert max(map(len, parts)) <= 60
    assert max(map(len, parts)) - min(map(len, parts)) <= 12


def test_an_edit_of_one_sentence_changes_the_chunks_of_its_paragraph_alone() -> None:
    before = [chunk.text for section in cut(BODY * 20).sections for chunk in section.chunks]
    after = cut(BODY * 9 + BODY.replace("一言难尽", "言难尽") + BODY * 10)
    changed = [chunk.text for section in after.sections for chunk in section.chunks if chunk.text not in before]
    assert len(changed) == 1
