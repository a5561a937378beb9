"""Reading: encodings found, bytes given back, markup and front matter taken off, and every bad input named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import disjoint, undo
from pipeline.errors import InputError
from pipeline.model import Document
from pipeline.read import read, source_files
from pipeline.read.encoding import decode, encode

SPEECH = "第一章 開始\n\n今天天氣很好，我們一起去公園散步。他說：「好。」\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "big5"]


def read_bytes(folder: Path, content: bytes, name: str = "a.txt") -> Document:
    path = folder / name
    path.write_bytes(content)
    return read(path)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_gives_the_text_and_the_bytes_back(tmp_path: Path, encoding: str) -> None:
    content = SPEECH.encode(encoding)
    document = read_bytes(tmp_path, content)
    assert document.text == SPEECH
    assert encode(document.source, document.origin.encoding) == content
    assert document.notes == ()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5"])
def test_a_lost_byte_costs_its_line_and_not_the_file(tmp_path: Path, encoding: str) -> None:
    line = "今天天氣很好，我們一起去公園散步。\n".encode(encoding)
    content = line * 20 + line[1:] + line * 20
    document = read_bytes(tmp_path, content)
    assert document.text.count("今天天氣很好，我們一起去公園散步。\n") >= 40
    assert encode(document.source, document.origin.encoding) == content


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16"])
@pytest.mark.parametrize("padding", ["\0", "\0\0", "\0" * 4001, "\0\0\n\0\n"])
@pytest.mark.parametrize("odd", [b"", b"\0"])
def test_nuls_behind_a_text_are_padding(tmp_path: Path, encoding: str, padding: str, odd: bytes) -> None:
    content = f"{SPEECH}{padding}".encode(encoding) + odd
    document = read_bytes(tmp_path, content)
    assert document.text == SPEECH
    assert encode(document.source, document.origin.encoding) == content
    assert [edit.rule for edit in document.edits if not edit.rule.startswith("byte")] == ["padding"]
    assert undo(document.text, document.edits) == document.source
    assert document.notes == ()


def test_half_a_pair_of_utf_16_is_no_character(tmp_path: Path) -> None:
    content = "\ufeff今天天气很好，山\udb53上的花都开了。\n".encode("utf-16-le", "surrogatepass")
    document = read_bytes(tmp_path, content)
    assert document.text == "今天天气很好，山\ufffd上的花都开了。\n"
    assert [note.rule for note in document.notes] == ["undecodable bytes"]
    assert encode(document.source, document.origin.encoding) == content


def test_bytes_that_mean_nothing_are_reported_and_kept(tmp_path: Path) -> None:
    content = "今天天气很好。".encode() * 20 + b"\xff\xfe\xff" + "我们去公园。".encode() * 20
    document = read_bytes(tmp_path, content)
    assert "\ufffd" in document.text and not any("\udc00" <= c <= "\udfff" for c in document.text)
    assert [note.rule for note in document.notes] == ["undecodable bytes"]
    assert encode(document.source, document.origin.encoding) == content


def test_a_line_in_another_encoding_is_read_in_it(tmp_path: Path) -> None:
    line = "今天天氣很好，我們一起去公園散步。\n"
    content = line.encode("gb18030") * 30 + line.encode() + line.encode("gb18030") * 30
    document = read_bytes(tmp_path, content)
    assert document.text == line * 61
    assert [note.rule for note in document.notes] == ["mixed encoding"]


@given(st.binary(min_size=1, max_size=300))
def test_decoding_keeps_every_byte(content: bytes) -> None:
    try:
        text, encoding = decode(content)
    except InputError:
        return
    assert encode(text, encoding) == content


def test_a_title_with_a_line_below_it_keeps_its_words(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "**春天**来了\n===\n好。\n".encode(), "a.md")
    assert document.text.split() == ["春天来了", "好。"]
    assert undo(document.text, document.edits) == document.source


@given(st.text(alphabet="章开始的好 \n\r，。ab#*_[]()`<>&\\|-=~!1.^:", max_size=200))
def test_markdown_edits_lead_back_to_the_source(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("md") / "a.md"
    path.write_bytes(f"好{text}".encode())
    document = read(path)
    assert undo(document.text, document.edits) == document.source == f"好{text}"
    assert disjoint(document.edits)


def test_line_ends_become_one(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, "一行\r\n二行\r三行\n".encode())
    assert document.text == "一行\n二行\n三行\n"
    assert document.source == "一行\r\n二行\r三行\n"
    assert {edit.rule for edit in document.edits} == {"newline"}


BAD = [
    (b"", "a.txt", "is empty"),
    (b" \n\t ", "a.txt", "is empty"),
    ("。。。……".encode(), "a.txt", "no Chinese and no letters"),
    (b"1234 !!! ---", "a.txt", "no Chinese and no letters"),
    (b"%PDF-1.7 text", "a.txt", "is a PDF"),
    (b"\x89PNG\r\n\x1a\n\0\0", "a.txt", "is a PNG picture"),
    (b"abc\0\0\0\0def\0" * 9, "a.txt", "is a binary file"),
    (SPEECH.encode() + b"\0x\0\0", "a.txt", "is a binary file"),
    (b"\0" * 100, "a.txt", "is a binary file"),
    ("これはテストです。日本語の文章を読みます。".encode("shift-jis"), "a.txt", "not in UTF-8"),
    (SPEECH.encode("utf-32"), "a.txt", "in UTF-32"),
    (b"PK\x03\x04", "a.epub", "a zip archive"),
    (b"text", "a.xyz", "its name ends in '.xyz'"),
    (b"text", "a", "its name has no ending"),
]


@pytest.mark.parametrize(("content", "name", "message"), BAD)
def test_bad_input_is_named_with_a_remedy(tmp_path: Path, content: bytes, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_bytes(tmp_path, content, name)
    assert caught.value.remedy
    assert name in caught.value.what


def test_a_missing_file_and_an_empty_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none.txt")
    with pytest.raises(InputError, match="has no texts in it") as caught:
        read(tmp_path)
    assert ".txt" in caught.value.remedy


def test_a_folder_is_one_book_in_natural_order(tmp_path: Path) -> None:
    for name, text in {
        "第十章.txt": "十章的正文。",
        "第二章.txt": "第二章\n二章的正文。",
        "10.md": "# 附\n\n文。",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF-")
    assert [path.name for path in source_files(tmp_path)] == ["10.md", "第二章.txt", "第十章.txt"]
    book = read(tmp_path)
    assert book.text == "附\n\n文。\n第二章\n二章的正文。\n第十章\n十章的正文。\n"
    assert [book.source[slice(*h.span)] for h in book.headings] == ["# 附", "第二章", "第十章"]
    assert undo(book.text, book.edits) == book.source


def test_a_folder_may_mix_books_of_every_kind(tmp_path: Path) -> None:
    samples = Path(__file__).parent / "samples"
    for number, name in enumerate(["spring.md", "spring-3.epub", "spring.docx", "spring.html"], 1):
        (tmp_path / f"{number}-{name}").write_bytes((samples / name).read_bytes())
    book = read(tmp_path)
    assert undo(book.text, book.edits) == book.source
    assert disjoint(book.edits)
    assert book.text.count("第二章 听雨") == 4
    assert sum("第二章 听雨" in book.source[slice(*heading.span)] for heading in book.headings) == 4


MARKDOWN = """---
title: 春天
author: "某人"
date: 2024-01-02
---
# 第一章 *开始*

看[花](http://a.b "t")和**粗体**，![图](p.png)，`code`，a &amp; b，\\*星\\*。

> 引一句。
- 项目

    缩进的段落。

```python
print("hi")
```

| 甲 | 乙 |
|---|---|
| 一 | 二 |
"""


def test_markdown_is_read_as_a_listener_expects(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, MARKDOWN.encode(), "a.md")
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    assert lines == [
        "第一章 开始",
        "看花和粗体，图，code，a & b，*星*。",
        "引一句。",
        "项目",
        "缩进的段落。",
        "甲，乙",
        "一，二",
    ]
    assert (document.title, document.creator, document.date) == ("春天", "某人", "2024-01-02")
    assert [(document.source[slice(*h.span)], h.level) for h in document.headings] == [("# 第一章 *开始*", 1)]
    assert {edit.rule for edit in document.edits} == {"front matter", "markdown", "code block"}


POST = """---
layout: post
date : 2011-11-26 23:58:57.000000000 +09:00
tags : [ 求职, 故事 ]
---
{% include setup %}

##开始
花开了，看![图]({{ IMAGES }}/a.png)。

##再说##
###又说
#话题# 不是标题。

| **名称** | `用处` |
|---|---|
| [花](u) | 看 |
"""


def test_a_post_of_a_generator_of_pages(tmp_path: Path) -> None:
    document = read_bytes(tmp_path, POST.encode(), "a.md")
    lines = [line.strip() for line in document.text.splitlines() if line.strip()]
    assert lines == ["开始", "花开了，看图。", "再说", "又说", "#话题# 不是标题。", "名称，用处", "花，看"]
    assert [heading.level for heading in document.headings] == [2, 2, 3]
    assert (document.title, document.date) == ("", "2011-11-26")
    assert {rule for edit in document.edits for rule in edit.rule.split("+")} == {
        "front matter",
        "markdown",
        "template",
    }
    assert undo(document.text, document.edits) == POST


def test_a_play_between_two_rules_is_no_front_matter(tmp_path: Path) -> None:
    play = "---\n甲：你来了。\n乙：我来了。\n---\n\n幕落。\n"
    document = read_bytes(tmp_path, play.encode(), "a.md")
    assert "甲：你来了。" in document.text


NOTES = [
    ("天色暗了[^1]。\n\n[^1]: 注。\n", "天色暗了。"),
    ("天色暗了[^1]。\n\n[^1]: 有 空格 的注，见《某书》。\n", "天色暗了。"),
    ("一[^a]二[^注2]。\n[^a]: 甲 甲\n[^注2]: 乙\n    接着。\n正文。\n\n    又一段。\n", "一二。正文。又一段。"),
    ("# 章[^1]\n\n**重**[^1]，[看花](u)[^1]。\n> 引[^1]。\n> [^1]: 注 一\n", "章重，看花。引。"),
    ("在另一章的注[^12]。", "在另一章的注。"),
    ("一[^甲]。\n\n[^甲]：全角的冒号。", "一。"),
    ("`[^1]`与\\[^1]与[^x]与^1。\n\n[^1]: 注。", "[^1]与[^1]与[^x]与^1。"),
]


@pytest.mark.parametrize(("written", "read_as"), NOTES)
def test_footnotes_of_markdown_go_with_their_marks(tmp_path: Path, written: str, read_as: str) -> None:
    document = read_bytes(tmp_path, written.encode(), "a.md")
    assert "".join(document.text.split()) == read_as
    assert {edit.rule for edit in document.edits} == {"markdown"}
    assert undo(document.text, document.edits) == document.source
