"""HTML: the main text and its headings are read; menus, share buttons, comments and footers are left out by name."""

from pathlib import Path

import pytest

from pipeline.model import Document
from tests.books import headings, left_out, lines, whole
from tests.test_read_epub import SAMPLES, SPRING

TEXT = [
    "今天天气很好，我们一起去公园散步。",
    "花开了，红的、白的，都很好看，风也是暖的。",
    "他说：“好。”于是大家都笑了，谁也不想回去。",
]
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXT)
MENU = "<ul><li><a href='/'>首页</a></li><li><a href='/n'>新闻</a></li><li><a href='/b'>图书</a></li></ul>"


def read_page(folder: Path, body: str, head: str = "<title>春游_散文网</title>", encoding: str = "utf-8") -> Document:
    path = folder / "a.html"
    path.write_bytes(
        f"<!DOCTYPE html><html lang='zh-CN'><head>{head}</head><body>{body}</body></html>".encode(encoding)
    )
    return whole(path)


def test_a_page_by_another_writer_is_read_as_it_was_written() -> None:
    page = whole(SAMPLES / "spring.html")
    assert lines(page) == SPRING
    assert (page.title, page.creator, page.date) == ("春天的书", "某人", "2024-03-01")


AROUND = [
    "<nav>{menu}</nav><main><h1>春游</h1>{text}</main><footer>版权所有，请勿转载。</footer>",
    "<div id='header'>{menu}</div><div class='article'><h1>春游</h1>{text}</div><div id='footer'>{menu}</div>",
    "<header><h1>春游</h1></header><div><div class='text'>{text}</div><div class='sidebar'>{menu}</div></div>",
    "<article><h1>春游</h1>{text}<div class='share'>分享到：微信、微博。</div></article><aside>{menu}</aside>",
    "<table><tr><td>{menu}</td><td><h1>春游</h1>{text}</td><td>{menu}</td></tr></table>",
    "<div><h1>春游</h1>{text}</div><div class='comments'><p>写得真好，我也想去，下次一起吧。</p></div>",
    "<div><h1>春游</h1>{text}<p><a href='1'>上一篇</a> <a href='2'>下一篇</a></p></div>",
    "<div role='navigation'>{menu}</div><h1>春游</h1>{text}<form><input value='x'/><button>搜索</button></form>",
    "<main><nav class='toc'><a href='#a'>一</a> <a href='#b'>二</a></nav><h1>春游</h1>{text}</main>",
    "<div class='nav'><h1>春游</h1>{text}</div>",
    "<h1>春游</h1><div style='visibility: hidden'>{text}</div><p style='display:none'>请打开脚本。</p>",
    "<h1>春游</h1><div id='js_content' style='display: none'>{text}</div>",
    "<div class='top'>您的位置：<a href='/'>网</a> &gt; 春游</div><div><h1>春游</h1><p><a href='0'>上一章</a> &larr; "
    "<a href='2'>下一章</a></p><div id='content'>{text}</div></div>"
    "<div class='footer'><p>本站作品，均由网友上传。</p></div>",
]


@pytest.mark.parametrize("body", AROUND)
def test_the_main_text_is_read_and_what_is_around_it_is_not(tmp_path: Path, body: str) -> None:
    page = read_page(tmp_path, body.format(menu=MENU, text=PARAGRAPHS))
    assert lines(page) == ["春游", *TEXT]
    assert headings(page) == [("春游", 1)]
    assert page.title == "春游"
    assert {rule for rule, _ in left_out(page)} <= {"menu", "around the text", "form", "hidden"}


def test_lines_that_end_in_br_and_blanks_of_the_markup(tmp_path: Path) -> None:
    page = read_page(tmp_path, f"<div>　　{TEXT[0]}<br>\n　　花开\n了。<br/>a\n b</div>")
    assert lines(page) == [TEXT[0], "花开了。", "a b"]


def test_what_is_no_text_is_not_in_the_source(tmp_path: Path) -> None:
    page = read_page(tmp_path, f"<script>var a = '好。'</script><style>p{{}}</style><!-- 注 -->{PARAGRAPHS}")
    assert page.source == "\n".join([*TEXT, ""])


def test_a_page_says_who_wrote_it_and_when(tmp_path: Path) -> None:
    head = (
        "<meta property='og:title' content='春游'><meta name='author' content='某人'>"
        "<meta property='article:published_time' content='2021-04-05T08:00:00+08:00'>"
    )
    page = read_page(tmp_path, PARAGRAPHS, head)
    assert (page.title, page.creator, page.date, page.language) == ("春游", "某人", "2021-04-05", "zh-CN")


@pytest.mark.parametrize("title", ["春游_散文网", "春游 - 散文网", "春游-散文网", "春游 | 散文网"])
def test_the_name_of_the_site_is_not_the_title(tmp_path: Path, title: str) -> None:
    assert read_page(tmp_path, PARAGRAPHS, f"<title>{title}</title>").title == "春游"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
def test_pages_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    text = "今天天氣很好，我們一起去公園散步。"
    assert lines(read_page(tmp_path, f"<p>{text}</p>", encoding=encoding)) == [text]


def test_a_page_of_tag_soup(tmp_path: Path) -> None:
    soup = f"<p><b>{TEXT[0]}<p><font size=2>{TEXT[1]}</b><table><tr><td>{TEXT[2]}</div></p></span>"
    assert lines(read_page(tmp_path, soup)) == TEXT


def test_the_lost_bytes_of_a_page_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"<p>{TEXT[0]}</p>".encode() * 9 + b"<p>\xff\xfe\xff</p>" + f"<p>{TEXT[1]}</p>".encode())
    page = whole(path)
    assert [note.rule for note in page.notes] == ["undecodable bytes"]
    assert page.source[slice(*page.notes[0].span)].strip("\ufffd") == ""
