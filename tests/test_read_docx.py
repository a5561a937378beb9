"""DOCX: headings by style and outline level, the text in order, and each thing that is not read under its rule."""

from pathlib import Path

import pytest

from tests.books import WORD, docx_parts, headings, left_out, lines, whole, zipped
from tests.test_read_epub import SAMPLES, SPRING

STYLES = """
<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="a3"><w:name w:val="标题 2"/></w:style>
<w:style w:styleId="own"><w:name w:val="我的章"/><w:basedOn w:val="1"/></w:style>
<w:style w:styleId="lvl"><w:name w:val="节"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
<w:style w:styleId="T"><w:name w:val="Title"/></w:style>
<w:style w:styleId="toc1"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="ring"><w:name w:val="x"/><w:basedOn w:val="ring2"/></w:style>
<w:style w:styleId="ring2"><w:name w:val="y"/><w:basedOn w:val="ring"/></w:style>
"""


def run(text: str, properties: str = "") -> str:
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(inner: str, style: str = "", properties: str = "") -> str:
    styled = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{styled}{properties}</w:pPr>{inner if '<' in inner else run(inner)}</w:p>"


def test_a_document_by_another_writer_is_read_as_it_was_written() -> None:
    book = whole(SAMPLES / "spring.docx")
    assert lines(book) == SPRING
    assert (book.title, book.creator, book.language) == ("春天的书", "某人", "zh-CN")
    assert headings(book) == [("春天的书", 1), ("第一章 看花", 2), ("一、桃花", 3), ("第二章 听雨", 2)]
    assert left_out(book)[-1] == ("footnote", "公园在城东，离车站两里。\n窗是木头的。")


def test_headings_by_style_by_what_it_builds_on_and_by_outline_level(tmp_path: Path) -> None:
    body = (
        paragraph("甲", "1")
        + paragraph("乙", "a3")
        + paragraph("丙", "own")
        + paragraph("丁", "lvl")
        + paragraph("戊", properties='<w:outlineLvl w:val="3"/>')
        + paragraph("己", "1", '<w:outlineLvl w:val="9"/>')
        + paragraph("庚", "ring")
    )
    book = whole(zipped(tmp_path / "a.docx", docx_parts(body, STYLES)))
    assert headings(book) == [("甲", 1), ("乙", 2), ("丙", 1), ("丁", 3), ("戊", 4)]
    assert book.title == ""


def test_a_title_stands_above_the_chapters(tmp_path: Path) -> None:
    body = paragraph("书名", "T") + paragraph("第一章", "1") + paragraph("文。")
    book = whole(zipped(tmp_path / "a.docx", docx_parts(body, STYLES)))
    assert headings(book) == [("书名", 1), ("第一章", 2)]
    assert book.title == "书名"


RAISED = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
READ = [
    ("<w:ins>" + run("加") + "</w:ins><w:del><w:r><w:delText>删</w:delText></w:r></w:del>", "加", [("deleted", "删")]),
    (run("藏", "<w:rPr><w:vanish/></w:rPr>") + run("见"), "见", [("hidden", "藏")]),
    (run("见", '<w:rPr><w:vanish w:val="0"/></w:rPr>'), "见", []),
    (run("共10") + run("2", RAISED) + run("。") + run("1", RAISED), "共10²。", [("footnote mark", "1")]),
    (
        "<w:r><w:ruby><w:rt>" + run("hàn") + "</w:rt><w:rubyBase>" + run("漢") + "</w:rubyBase></w:ruby></w:r>",
        "漢",
        [("ruby", "hàn")],
    ),
    ('<w:hyperlink r:id="r9" xmlns:r="r">' + run("链") + "</w:hyperlink>" + run("接"), "链接", []),
    ('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>' + run("文"), "文", []),
    ("<w:r><w:t>一</w:t><w:br/><w:t>二</w:t><w:tab/><w:t>三</w:t></w:r>", "一\n二 三", []),
    ("<w:sdt><w:sdtContent>" + run("控件") + "</w:sdtContent></w:sdt>", "控件", []),
    (run("前") + '<w:r><w:footnoteReference w:id="2"/></w:r>' + run("后"), "前后", []),
]


@pytest.mark.parametrize(("inner", "text", "removed"), READ)
def test_what_a_paragraph_reads_as(tmp_path: Path, inner: str, text: str, removed: list[tuple[str, str]]) -> None:
    book = whole(zipped(tmp_path / "a.docx", docx_parts(paragraph(inner))))
    assert "\n".join(lines(book)) == text
    assert left_out(book) == removed


def test_a_table_is_read_row_by_row(tmp_path: Path) -> None:
    def cell(*texts: str) -> str:
        return f"<w:tc>{''.join(paragraph(text) for text in texts)}</w:tc>"

    rows = [cell("花") + cell("月份"), cell("桃花") + cell("") + cell("三月"), cell("一段。", "两段。") + cell("后")]
    body = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    book = whole(zipped(tmp_path / "a.docx", docx_parts(body)))
    assert lines(book) == ["花，月份", "桃花，三月", "一段。", "两段。", "后"]


def test_contents_notes_comments_and_page_headers_are_left_out_by_name(tmp_path: Path) -> None:
    body = paragraph("第一章 1", "toc1") + paragraph("第一章", "1") + paragraph("文。")
    others = {
        kind: f'<w:{kind} xmlns:w="{WORD}">{paragraph(text)}</w:{kind}>'
        for kind, text in {"footnotes": "释。", "comments": "评。", "header": "页眉", "footer": "3"}.items()
    }
    book = whole(zipped(tmp_path / "a.docx", docx_parts(body, STYLES, others)))
    assert lines(book) == ["第一章", "文。"]
    assert sorted(left_out(book)) == [
        ("comment", "评。"),
        ("contents", "第一章 1"),
        ("footnote", "释。"),
        ("page header", "3"),
        ("page header", "页眉"),
    ]


@pytest.mark.parametrize("kind", ["drop", "margin"])
def test_a_big_first_letter_stands_in_its_paragraph(tmp_path: Path, kind: str) -> None:
    frame = f'<w:framePr w:dropCap="{kind}" w:lines="3"/>'
    body = paragraph("前文。") + paragraph("春", properties=frame) + paragraph("天来了。") + paragraph("完。")
    book = whole(zipped(tmp_path / "a.docx", docx_parts(body)))
    assert lines(book) == ["前文。", "春天来了。", "完。"]


def test_a_frame_without_a_big_letter_is_a_paragraph(tmp_path: Path) -> None:
    body = paragraph("旁注", properties='<w:framePr w:w="2000"/>') + paragraph("天来了。")
    assert lines(whole(zipped(tmp_path / "a.docx", docx_parts(body)))) == ["旁注", "天来了。"]
