"""EPUB: the spine in order, titles from nav, NCX or headings, and each thing that is not read under its rule."""

from pathlib import Path

import pytest

from pipeline.read.covers import cover_of
from tests.books import epub_parts, headings, left_out, lines, page, whole, zipped

SAMPLES = Path(__file__).parent / "samples"
SPRING = [
    "春天的书",
    "某人",
    "2024-03-01",
    "第一章 看花",
    "今天天气很好，我们一起去公园散步。花开了，红的、白的，都很好看。",
    "他说：“好。”于是大家都笑了。",
    "一、桃花",
    "桃花开得最早。",
    "花，月份",
    "桃花，三月",
    "荷花，七月",
    "第二章 听雨",
    "夜里下了雨，打在窗上。没有人说话，只有雨声。",
]


def point(title: str, target: str, inner: str = "") -> str:
    label = f"<navLabel><text>{title}</text></navLabel>"
    return f'<navPoint id="x">{label}<content src="{target}"/>{inner}</navPoint>'


def entry(title: str, target: str, inner: str = "") -> str:
    return f'<li><a href="{target}">{title}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>'


@pytest.mark.parametrize("name", ["spring-2.epub", "spring-3.epub"])
def test_a_book_by_another_writer_is_read_as_it_was_written(name: str) -> None:
    book = whole(SAMPLES / name)
    assert lines(book) == SPRING
    assert (book.title, book.creator, book.date, book.language) == ("春天的书", "某人", "2024-03-01", "zh-CN")
    assert headings(book)[1:] == [("第一章 看花", 1), ("一、桃花", 2), ("第二章 听雨", 1)]
    assert [rule for rule, _ in left_out(book)] == ["footnote mark", "footnote", "footnote mark", "footnote"]


def test_titles_of_an_ncx_become_headings_where_they_stand_or_are_put_in_front(tmp_path: Path) -> None:
    pages = [
        "<p class='t'>第一章　起</p><p>文一。</p>",
        "<p>文二。</p><h2 id='s'>小节</h2><p>文三。</p>",
        "<img src='x'/>",
    ]
    ncx = (
        point("第一章 起", "p0.xhtml")
        + point("第二章 承", "p1.xhtml", point("小节", "p1.xhtml#s"))
        + point("图", "p2.xhtml")
    )
    book = whole(zipped(tmp_path / "a.epub", epub_parts(pages, ncx=ncx)))
    assert headings(book) == [
        ("第一章 起" if "第一章 起" in book.source else "第一章　起", 1),
        ("第二章 承", 1),
        ("小节", 2),
    ]
    assert lines(book) == ["第一章　起", "文一。", "第二章 承", "文二。", "小节", "文三。"]


def test_titles_of_a_nav_and_a_nav_among_the_pages(tmp_path: Path) -> None:
    nav = entry("上卷", "p0.xhtml", entry("第一章", "p0.xhtml#c1")) + entry("下卷", "p1.xhtml")
    pages = ["<h1>上卷</h1><h1 id='c1'>第一章</h1><p>文一。</p><h3>细目</h3><p>细。</p>", "<p>文二。</p>"]
    spine = '<itemref idref="nav"/><itemref idref="p0"/><itemref idref="p1"/>'
    book = whole(zipped(tmp_path / "a.epub", epub_parts(pages, nav=nav, spine=spine)))
    assert headings(book) == [("上卷", 1), ("第一章", 2), ("细目", 3), ("下卷", 1)]
    assert left_out(book) == [("contents", "上卷\n第一章\n下卷")]


def test_the_spine_decides_the_order(tmp_path: Path) -> None:
    spine = '<itemref idref="p1"/><itemref idref="p0"/><itemref idref="p2" linear="no"/>'
    book = whole(zipped(tmp_path / "a.epub", epub_parts(["<p>后。</p>", "<p>先。</p>", "<p>旁。</p>"], spine=spine)))
    assert lines(book) == ["先。", "后。"]
    assert left_out(book) == [("outside the reading order", "旁。")]


LEFT_OUT = [
    ("<p><ruby>漢<rp>(</rp><rt>hàn</rt><rp>)</rp>字<rt>zì</rt></ruby>好。</p>", "漢字好。", ["ruby"] * 2),
    ("<p>前<span epub:type='pagebreak' id='p1'>12</span>后。</p>", "前后。", ["page number"]),
    ("<p>前<span role='doc-pagebreak'>12</span>后。</p>", "前后。", ["page number"]),
    ("<p>前<span class='pagenum'>[12]</span>后。</p>", "前后。", ["page number"]),
    ("<p>前<span class='pagenum'>不是页码</span>后。</p>", "前不是页码后。", []),
    (
        "<p>注<a epub:type='noteref' href='#n'>1</a>。</p><aside epub:type='footnote' id='n'><p>1. 释。</p></aside>",
        "注。",
        ["footnote mark", "footnote"],
    ),
    (
        "<p>注<sup><a href='#n' id='r'>[1]</a></sup>。</p><p id='n'><a href='#r'>[1]</a> 释。</p>",
        "注。",
        ["footnote mark", "footnote mark", "footnote"],
    ),
    (
        "<p>注<a href='#n' id='r'>①</a>。</p><h2>注释</h2><p><a id='n' href='#r'>①</a>释。</p>",
        "注。",
        ["footnote mark", "footnote", "footnote mark", "footnote"],
    ),
    (
        "<p>注<a class='duokan-footnote' href='#n'><img alt='' src='n.png'/></a>。</p>"
        "<ol class='duokan-footnote-content'><li class='duokan-footnote-item' id='n'>释。</li></ol>",
        "注。",
        ["footnote"],
    ),
    ("<p>水是H<sub>2</sub>O，十的平方是10<sup>2</sup>。</p>", "水是H2O，十的平方是10²。", []),
    ("<p>好的。<sup>12</sup>又好。</p>", "好的。又好。", ["footnote mark"]),
    ("<p>看<a href='#c'>第三章</a>。</p><p id='c'>第三章在这里。</p>", "看第三章。\n第三章在这里。", []),
    ("<p>看<a href='#c'>[3]</a>。</p><p id='c'>这一段不是注。</p>", "看。\n这一段不是注。", ["footnote mark"]),
    ("<p hidden='hidden'>藏</p><p style='display:none'>藏</p><p>见。</p>", "见。", ["hidden"]),
    ("<p>一<br/>二</p><h2>三<br/>四</h2>", "一\n二\n三 四", []),
    ("<p>用<img alt='㛃' src='z.png'/>字，<img alt='插图一' src='i.png'/>好。</p>", "用㛃字，好。", []),
    ("<h3>某章</h3>某章\n　　甲，\n又。\n　　乙。", "某章\n某章\n甲，又。\n乙。", []),
    ("<p>&nbsp;&nbsp;甲&mdash;乙&unknown;</p>", "甲—乙&unknown;", []),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text", "rules"), LEFT_OUT)
def test_what_is_left_out_and_by_which_rule(tmp_path: Path, body: str, text: str, rules: list[str]) -> None:
    book = whole(zipped(tmp_path / "a.epub", epub_parts([body])))
    assert "\n".join(lines(book)) == text
    assert [rule for rule, _ in left_out(book)] == rules


def test_what_a_style_sheet_sets_above_the_line_is_a_note_or_a_power(tmp_path: Path) -> None:
    body = (
        "<p>木匠做桌子。<span class='x x7'>6</span></p>"
        "<p>十平方米是10m<span style='vertical-align: super'>2</span>。</p>"
        "<p>注<a class='up' href='#n' id='r'>7</a>。<b class='plain'>7</b>是单数。</p>"
        "<p id='n'><a class='up' href='#r'>7</a>释。</p>"
    )
    parts = epub_parts([body])
    sheet = (
        "/* .plain { vertical-align: super } */ .plain { color: red }"
        ".x7, p a.up { font-size: 1em; vertical-align: super }"
    )
    item = '<item id="css" href="s.css" media-type="text/css"/><item id="gone" href="gone.css" media-type="text/css"/>'
    opf = str(parts["OPS/book.opf"]).replace("</manifest>", f"{item}</manifest>")
    book = whole(zipped(tmp_path / "a.epub", parts | {"OPS/book.opf": opf, "OPS/s.css": sheet}))
    assert lines(book) == ["木匠做桌子。", "十平方米是10m²。", "注。7是单数。"]
    assert [rule for rule, _ in left_out(book)] == ["footnote mark", "footnote mark", "footnote mark", "footnote"]


def led(*entries: tuple[str, str]) -> str:
    return "".join(f"<p><a href='{target}'>{name}</a></p>" for name, target in entries)


def test_lists_of_links_that_name_chapters_are_contents_and_links_back_too(tmp_path: Path) -> None:
    pages = [
        "<h3>主目录</h3>" + led(("第一部", "p1.xhtml"), ("附录：新话", "p4.xhtml")),
        "<h3>第一部</h3>" + led(("第1节", "p2.xhtml"), ("第2节", "p3.xhtml"), ("返回主目录", "p0.xhtml")),
        "<h3>第1节</h3><p>天冷了。</p>" + led(("【上一节】 目录 | 【下一节】", "p1.xhtml")),
        "<h3>第2节</h3><p>天晴了。</p>",
        "<h3>附录：新话</h3><p>见<a href='p2.xhtml'>第1节</a>。</p>",
    ]
    ncx = "".join(point(title, f"p{k}.xhtml") for k, title in enumerate(("主目录", "第一部", "第1节", "第2节", "附录")))
    book = whole(zipped(tmp_path / "a.epub", epub_parts(pages, ncx=ncx)))
    assert lines(book) == ["第一部", "第1节", "天冷了。", "第2节", "天晴了。", "附录：新话", "见第1节。"]
    assert {rule for rule, _ in left_out(book)} == {"contents"}
    assert headings(book) == [("第一部", 1), ("第1节", 1), ("第2节", 1), ("附录：新话", 1)]


def test_a_list_of_links_that_is_part_of_the_story_stays(tmp_path: Path) -> None:
    choices = led(("拔剑，翻到下一页", "p1.xhtml"), ("逃进山里", "p2.xhtml"), ("装死", "p2.xhtml"))
    pages = [f"<p>你遇见一只虎。</p>{choices}", "<p>虎跑了。</p>", "<p>山里更黑。</p>"]
    book = whole(zipped(tmp_path / "a.epub", epub_parts(pages)))
    assert lines(book) == ["你遇见一只虎。", "拔剑，翻到下一页", "逃进山里", "装死", "虎跑了。", "山里更黑。"]
    assert not left_out(book)


def test_what_is_no_date_and_no_tag_of_a_language_is_not_passed_on(tmp_path: Path) -> None:
    parts = epub_parts(["<p>好。</p>"])
    for date, language, expected in (
        ("0101-01-01T00:00:00+00:00", "简体中文", ("", "zh")),
        ("2011-02-18T16:00:00+00:00", "zh_CN", ("2011-02-18", "zh-CN")),
    ):
        opf = (
            str(parts["OPS/book.opf"])
            .replace("2020-05-06", date)
            .replace("<dc:language>zh", f"<dc:language>{language}")
        )
        book = whole(zipped(tmp_path / "a.epub", parts | {"OPS/book.opf": opf}))
        assert (book.date, book.language) == expected


PNG = b"\x89PNG\r\n\x1a\n picture"
ITEM = '<item id="c" href="c.png" media-type="image/png"{}/>'
COVERS = {  # what stands in the manifest, in the metadata, and behind the spine
    "a property": (ITEM.format(' properties="cover-image"'), "", ""),
    "an entry of the metadata": (ITEM.format(""), '<meta name="cover" content="c"/>', ""),
    "a name in the metadata": ("", '<meta content="c.png" name="cover"/>', ""),
    "a page": ("", "", '<guide><reference type="cover" href="p0.xhtml"/></guide>'),
    "a picture in the guide": ("", "", '<guide><reference type="cover" href="c.png"/></guide>'),
}


@pytest.mark.parametrize("way", COVERS)
def test_the_cover_of_a_book_is_found_by(tmp_path: Path, way: str) -> None:
    item, meta, guide = COVERS[way]
    parts = epub_parts(
        ["<svg xmlns:xlink='http://www.w3.org/1999/xlink'><image xlink:href='c.png'/></svg>", "<p>好。</p>"]
    )
    opf = (
        str(parts["OPS/book.opf"])
        .replace("</manifest>", f"{item}</manifest>")
        .replace("</metadata>", f"{meta}</metadata>")
    )
    parts |= {"OPS/book.opf": opf.replace("</spine>", f"</spine>{guide}"), "OPS/c.png": PNG}
    assert cover_of(zipped(tmp_path / "a.epub", parts)) == PNG
    del parts["OPS/c.png"]
    assert cover_of(zipped(tmp_path / "b.epub", parts)) == b""


def test_a_page_for_the_cover_that_cannot_be_read_shows_none(tmp_path: Path) -> None:
    parts = epub_parts(["<p>好。</p>"])
    item = '<item id="f" href="front.xhtml" media-type="application/xhtml+xml"/>'
    guide = '<guide><reference type="cover" href="front.xhtml"/></guide>'
    opf = (
        str(parts["OPS/book.opf"]).replace("</manifest>", f"{item}</manifest>").replace("</spine>", f"</spine>{guide}")
    )
    book = zipped(tmp_path / "a.epub", parts | {"OPS/book.opf": opf, "OPS/front.xhtml": ""})
    assert lines(whole(book)) == ["好。"]
    assert cover_of(book) == b""


def test_a_book_without_a_cover_and_what_is_no_epub_have_none(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("好。", encoding="utf-8")
    assert cover_of(zipped(tmp_path / "a.epub", epub_parts(["<p>好。</p>"]))) == b""
    assert cover_of(tmp_path / "a.txt") == cover_of(tmp_path) == b""


def test_notes_at_the_end_of_the_book_are_found_from_their_marks(tmp_path: Path) -> None:
    pages = [
        "<h1>第一章</h1><p>文<sup><a id='r1' href='p1.xhtml#n1'>1</a></sup>。</p>",
        "<h1>注释</h1><p id='n1'><a href='p0.xhtml#r1'>1</a>　释文。</p>",
    ]
    book = whole(zipped(tmp_path / "a.epub", epub_parts(pages)))
    assert lines(book) == ["第一章", "文。"]
    assert headings(book) == [("第一章", 1)]


def test_malformed_pages_are_read_as_a_browser_would(tmp_path: Path) -> None:
    book = whole(zipped(tmp_path / "a.epub", epub_parts(["<p>没有关<p>闭 & 的。", page("<p>好。</p>")])))
    assert lines(book) == ["没有关", "闭 & 的。", "好。"]


def test_a_listed_page_that_is_not_there_is_noted(tmp_path: Path) -> None:
    parts = epub_parts(["<p>一。</p>", "<p>二。</p>"])
    del parts["OPS/p1.xhtml"]
    book = whole(zipped(tmp_path / "a.epub", parts))
    assert [note.rule for note in book.notes] == ["missing part"]


def test_pages_in_other_encodings_say_so_themselves(tmp_path: Path) -> None:
    text = "今天天气很好，我们一起去公园散步。"
    parts = epub_parts([f"<p>{text}</p>"] * 2)
    parts["OPS/p0.xhtml"] = str(parts["OPS/p0.xhtml"]).replace("utf-8", "gb18030").encode("gb18030")
    parts["OPS/p1.xhtml"] = str(parts["OPS/p1.xhtml"]).replace("utf-8", "utf-16").encode("utf-16")
    assert lines(whole(zipped(tmp_path / "a.epub", parts))) == [text, text]


UNDECLARED = '<dc:date xsi:type="dcterms:W3CDTF">2010</dc:date>'


def test_a_package_document_may_use_prefixes_that_it_does_not_declare(tmp_path: Path) -> None:
    parts = epub_parts(["<p>好。</p>"])
    opf = str(parts["OPS/book.opf"]).replace("<dc:date>2020-05-06</dc:date>", UNDECLARED)
    for written in (opf, opf.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', "")):
        book = whole(zipped(tmp_path / "a.epub", parts | {"OPS/book.opf": written}))
        assert (book.title, book.creator, book.date, book.language) == ("山里的书", "某人", "2010", "zh")
        assert lines(book) == ["好。"]


def without_epub(page: str) -> str:
    return page.replace(' xmlns:epub="http://www.idpf.org/2007/ops"', "")


def test_so_may_the_tables_of_contents_and_the_pages(tmp_path: Path) -> None:
    note = "<p>注<a epub:type='noteref' href='#n'>1</a>。<br/></p><aside epub:type='footnote' id='n'>1. 释。</aside>"
    undeclared = (
        page(note).replace(' xmlns:epub="http://www.idpf.org/2007/ops"', "").replace("<title>页</title>", "<title/>")
    )
    ncx, nav = point("第一章", "p0.xhtml").replace("<text>", "<text x:y='z'>"), entry("第一章", "p0.xhtml")
    for parts in (epub_parts([undeclared], ncx=ncx), epub_parts([undeclared], nav=nav)):
        if "OPS/nav.xhtml" in parts:
            parts["OPS/nav.xhtml"] = str(parts["OPS/nav.xhtml"]).replace(
                ' xmlns:epub="http://www.idpf.org/2007/ops"', ""
            )
        book = whole(zipped(tmp_path / "a.epub", parts))
        assert lines(book) == ["第一章", "注。"]
        assert [rule for rule, _ in left_out(book)] == ["footnote mark", "footnote"]
