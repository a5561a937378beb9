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
    "<h1>春游</h1><div class='mw-parser-output'><table class='infobox'><tr><th>日期</th><td>四月。</td></tr></table>"
    "<div class='hatnote'>关于秋天，请见“秋游”。</div>{text}"
    "<div class='licenseContainer'>本作品在全世界都属于公有领域。</div></div>",
]


@pytest.mark.parametrize("body", AROUND)
def test_the_main_text_is_read_and_what_is_around_it_is_not(tmp_path: Path, body: str) -> None:
    page = read_page(tmp_path, body.format(menu=MENU, text=PARAGRAPHS))
    assert lines(page) == ["春游", *TEXT]
    assert headings(page) == [("春游", 1)]
    assert page.title == "春游"
    assert {rule for rule, _ in left_out(page)} <= {"menu", "around the text", "form", "hidden"}


LINKS = "".join(f"<li><a href='{k}'>今日要闻：第{k}号台风来了！</a></li>" for k in range(9))
BESIDE = [
    "<div class='c'><h1>春游</h1><div class='info'>2021-04-05 08:00 来源：晚报</div>{body}</div>"
    "<div class='post_side'><h2>大家都爱看</h2><ul>{links}</ul></div>",
    "<div class='c'><h1>春游</h1>{body}<div>{next}</div></div>"
    "<div class='right'>{links}<p>台风来了，请大家当心。</p></div>",
    "<div class='c'><h1>春游</h1>{body}<div><h3>相关推荐</h3><p>另一篇写秋天的文章，写得也很好。</p></div></div>",
    "<h1>春游</h1><div>{body}<div class='k'>标签</div><div>评论（0）</div><div>已有9人参与</div></div><p>{next}</p>",
    "<h1>春游</h1><div>{body}</div><div class='wx_tip'>扫一扫，关注我们的公众号，天天有好文章。</div>",
]


@pytest.mark.parametrize("body", BESIDE)
def test_what_is_no_prose_beside_the_text_is_left_out(tmp_path: Path, body: str) -> None:
    shown = f"<div class='article'>{PARAGRAPHS * 2}</div>"
    page = read_page(tmp_path, body.format(body=shown, links=LINKS, next="<a href='9'>下一篇：秋游去哪里？</a>"))
    assert lines(page) == ["春游", *TEXT * 2]
    assert {rule for rule, _ in left_out(page)} <= {"menu", "around the text"}


KEPT = [
    "<div class='preface'><p>这篇短文写于去年，那时候孩子还小。</p></div><div class='chapter'>{text}</div>",
    "<div class='chapter-title'>第一章</div><div class='chapter'>{text}</div>",
    "<div class='chapter'>{text}</div><div class='poem'>春眠不觉晓</div>",
    "<div>春游记事</div><div>{text}</div>",
    "<div class='footer'>{text}</div><div>这一段很短，也是正文。</div>",
    "<div class='chapter'>{text}</div><ul><li>面包、水、雨伞</li></ul>",
    "<div class='chapter'>{text}</div><div>又及：后来我们又去过一次，<a href='9'>照片在这里</a>，那天下着小雨。</div>",
]


@pytest.mark.parametrize("body", KEPT)
def test_prose_titles_and_verse_beside_the_text_are_read(tmp_path: Path, body: str) -> None:
    page = read_page(tmp_path, body.format(text=PARAGRAPHS), "<title>春游记事</title>")
    assert len(lines(page)) == len(TEXT) + 1


def test_the_footer_of_a_short_article_is_not_taken_for_the_text(tmp_path: Path) -> None:
    footer = "<p>本网站的全部内容，未经许可，不得转载；如有意见，请来信，也请来电。</p>" * 2
    links = "<a href='1'>台风来了</a>" * 9
    page = read_page(tmp_path, f"<div>{links}<p>{TEXT[0]}</p><p>{TEXT[2]}</p></div><div class='footer'>{footer}</div>")
    assert {TEXT[0], TEXT[2]} <= set(lines(page))


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


def test_a_page_of_nothing_but_menus_by_name_is_read(tmp_path: Path) -> None:
    blocks = "".join(f"<div class='share'><b>相关阅读</b><p>{text}</p></div>" for text in TEXT * 4)
    assert lines(read_page(tmp_path, blocks)) == [line for text in TEXT * 4 for line in ("相关阅读", text)]


def test_a_page_shows_when_it_appeared(tmp_path: Path) -> None:
    stamp = (
        "<div class='bar'>2026年1月2日</div><h1>春游</h1><div class='info'><a href='/'>晚报</a> 2021/4/5 08:00</div>"
    )
    assert read_page(tmp_path, f"{stamp}{PARAGRAPHS}").date == "2021-04-05"
    assert read_page(tmp_path, f"<h1>春游</h1>{PARAGRAPHS}<p>2021年4月5日</p>").date == ""


@pytest.mark.parametrize("author", ["name, email@example.com", "104363"])
def test_what_a_template_left_is_no_author(tmp_path: Path, author: str) -> None:
    assert read_page(tmp_path, PARAGRAPHS, f"<meta name='author' content='{author}'>").creator == ""


def test_the_title_that_an_authority_declares(tmp_path: Path) -> None:
    head = "<title>某省人民政府网站</title><meta name='ArticleTitle' content='春游的通知'>"
    assert read_page(tmp_path, f"<h1>某省人民政府网站</h1>{PARAGRAPHS}", head).title == "春游的通知"


def test_a_hyphen_between_figures_is_in_the_title(tmp_path: Path) -> None:
    assert read_page(tmp_path, PARAGRAPHS, "<title>1-10月春游人次</title>").title == "1-10月春游人次"


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
