"""A text that goes on: whatever comes behind it, the chapters that were there are cut as they were."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache

import pytest

from pipeline.errors import InputError
from pipeline.growth import Text, cut, digests, read_on
from pipeline.model import (
    Chapter,
    Choice,
    Coverage,
    Document,
    Manifest,
    Origin,
    Recipe,
    Section,
    SpokenChunk,
    SpokenSection,
    Verdict,
)
from pipeline.repair import repair
from pipeline.segment import Sizes
from pipeline.speak.spoken import spoken
from pipeline.verify.ledger import coverage
from pipeline.write.book import chapter_names

PROSE = "春天来了，山上的花都开了。孩子们在溪边跑来跑去，笑声传得很远很远。"
LONG = PROSE.replace("春天", "{}天") + "我坐在{}门口，看了整整一个下午。" + "远处的{}山像洗过一样，清清楚楚地站在那里。"


def prose(seed: str, times: int = 3) -> str:
    """Paragraphs that are all different."""
    return "".join(f"{LONG.format(seed, number, seed)}第{number}次是这样。\n" for number in range(1, times + 1))


def chapter(number: str, title: str, times: int = 3) -> str:
    return f"第{number}章 {title}\n\n{prose(title, times)}\n"


def raw(text: str) -> Document:
    return Document("", text, text, Origin("书.txt", "", "utf-8"))


def sections_of(text: Text) -> Sequence[Section]:
    return cut(text, Sizes()).sections


def sections_if_any(text: Text) -> Sequence[Section]:
    with suppress(InputError):
        return sections_of(text)
    return ()


def book_of(text: Text) -> Manifest:
    """The manifest of a text, as far as it tells of text."""
    sections = sections_of(text)
    sources = digests(text.document.source, [section.chunks[-1].span[1] for section in sections])
    recipe = Recipe("tone", "sine")
    return Manifest(
        format=2, title=text.document.title, creator=text.document.creator, narrator="", date=text.document.date,
        language=text.document.language, origin=text.document.origin, recipe=recipe, identity={}, chapter_format="m4a",
        fingerprint="", gain=1.0, loudness=-19.0, duration=0, pronounce={}, coverage=Coverage(0, 0, {}, {}),
        edits=text.document.edits, notes=(), outputs={}, grown=text.grown,
        sections=tuple(
            SpokenSection(
                number=section.number, title=section.title, level=section.level, start=0, end=0, recipe=recipe,
                file=f"chapters/{section.number:02}-{section.title}.m4a", choice=Choice(), encoding="", source=source,
                chunks=tuple(
                    SpokenChunk(chunk.text, chunk.span, chunk.pause, chunk.heading, "", "", 0, 0, 0, Verdict())
                    for chunk in section.chunks
                ),
            )
            for section, source in zip(sections, sources, strict=True)
        ),
    )  # fmt: skip


def read(text: str, previous: Manifest | None = None) -> Text:
    return read_on(raw(text), cache(repair), previous, sections_if_any)


THREE = chapter("一", "山") + chapter("二", "水") + chapter("三", "火")
SPEECH = "同志们：\n" + prose("春", 4) + "一、土地\n" + prose("土", 30) + "二、河流\n" + prose("河", 30)
GROWTH = {
    "a chapter more": (THREE, chapter("四", "木")),
    "a second volume": ("第一卷 春\n\n" + THREE, "第二卷 夏\n\n" + chapter("四", "木")),
    "a heading above all of them": ("# 山中\n\n" + "## 一\n\n" + prose("山"), "# 番外\n\n## 一\n\n" + prose("水")),
    "long parts below the chapters": (
        chapter("一", "山", 1) + "一、东\n" + prose("东", 2) + "二、西\n" + prose("西", 2),
        chapter("二", "水", 1) + "".join(f"{n}、{t}\n{prose(t, 50)}" for n, t in zip("一二三", "南北中", strict=True)),
    ),
    "a page of a site with its date": (THREE, "第四章 木\n时间:2022-03-29 06:05:00\n来源：某网\n" + prose("木")),
    "a speech that goes on": (SPEECH, "三、山林\n" + prose("山", 20) + "同志们，再见！\n谢谢大家。\n"),
    "old text without its last line end": (THREE.rstrip(), "\n\n" + chapter("四", "木")),
    "lines of another system": (THREE.replace("\n", "\r\n"), chapter("四", "木").replace("\n", "\r\n")),
    "traditional characters": (THREE, "第四章 雲\n\n" + "他說這裡的雲很輕，風從東邊來。\n" * 2),
}


@pytest.mark.parametrize(("before", "more"), GROWTH.values(), ids=GROWTH.keys())
def test_what_stands_stays_whatever_comes_behind_it(before: str, more: str) -> None:
    first = read(before)
    grown = read(before + more, book_of(first))
    was, now = sections_of(first), sections_of(grown)
    assert now[: len(was)] == was
    assert len(now) > len(was)
    assert [section.number for section in now] == list(range(1, len(now) + 1))
    named = (grown.document.title, grown.document.creator, grown.document.date)
    assert named == (first.document.title, first.document.creator, first.document.date)
    outline = cut(grown, Sizes())
    ledger = coverage(grown.document, outline.sections, outline.dropped, spoken)
    assert ledger.characters == len(before + more), "every character has its account"


@pytest.mark.parametrize(("before", "more"), GROWTH.values(), ids=GROWTH.keys())
def test_a_text_that_grew_is_read_the_same_way_the_next_time_and_goes_on_growing(before: str, more: str) -> None:
    grown = read(before + more, book_of(read(before)))
    again = read(before + more, book_of(grown))
    assert sections_of(again) == sections_of(grown)
    assert again.grown == grown.grown
    further = read(f"{before}{more}\n{chapter('九', '土')}", book_of(grown))
    assert list(sections_of(further)[: len(sections_of(grown))]) == list(sections_of(grown))


def test_a_text_without_headings_changes_its_last_section_alone() -> None:
    lines = [f"{PROSE}这是第{number}段。\n" for number in range(1000)]
    was = sections_of(read("".join(lines[:600])))
    now = sections_of(read("".join(lines), book_of(read("".join(lines[:600])))))
    assert len(was) >= 4
    assert now[: len(was) - 1] == was[:-1]
    lengths = [sum(len(chunk.text) for chunk in section.chunks) for section in now]
    assert max(lengths) < 2 * min(lengths)


def test_a_second_volume_would_have_changed_a_title() -> None:
    """What the tests above guard against does happen without the book."""
    before, more = GROWTH["a second volume"]
    assert sections_of(read(before + more))[0].title != sections_of(read(before))[0].title
    assert read(before + more, book_of(read(before))).grown


def test_a_text_that_grows_as_one_would_guess_needs_no_mark() -> None:
    before, more = GROWTH["a chapter more"]
    assert read(before + more, book_of(read(before))).grown == ()


def test_the_line_that_promised_more_may_go() -> None:
    before = "第一卷 春\n\n" + THREE + "（未完待续）\n"
    after = before.replace("（未完待续）\n", "第二卷 夏\n\n" + chapter("四", "木"))
    was, now = sections_of(read(before)), sections_of(read(after, book_of(read(before))))
    assert now[:2] == was[:2]
    assert [section.title for section in now] == [s.title for s in was] + ["第二卷 夏 第四章 木"]


def test_a_chapter_that_goes_on_is_one_changed_chapter() -> None:
    was, now = sections_of(read(THREE)), sections_of(read(THREE.rstrip() + prose("风"), book_of(read(THREE))))
    assert now[:2] == was[:2]
    assert now[2].title == was[2].title
    assert len(now) == 3
    assert len(now[2].chunks) > len(was[2].chunks)


def test_a_chapter_that_goes_on_under_a_second_volume() -> None:
    before = GROWTH["a second volume"][0]
    was = sections_of(read(before))
    now = sections_of(read(before.rstrip() + prose("风") + GROWTH["a second volume"][1], book_of(read(before))))
    assert now[:2] == was[:2]
    assert [section.title for section in now[2:]] == ["第三章 火", "第二卷 夏 第四章 木"]


@pytest.mark.parametrize(
    "after",
    [
        chapter("零", "序") + THREE,
        THREE.replace("第二章 水", "第二章 江"),
        chapter("一", "山"),
        "完全是另一本书。",
        GROWTH["a second volume"][0].replace("第二章", "第二卷 冬\n\n第二章") + chapter("四", "木"),
    ],
)
def test_any_other_change_is_read_as_if_the_book_were_new(after: str) -> None:
    book = book_of(read(GROWTH["a second volume"][0] if "第一卷" in after else THREE))
    assert read(after, book) == read(after)


def test_a_manifest_without_digests_changes_nothing() -> None:
    """One that an older version wrote."""
    old = book_of(read(THREE))
    old = replace(old, sections=tuple(replace(section, source="") for section in old.sections))
    assert read(THREE + chapter("四", "木"), old) == read(THREE + chapter("四", "木"))


def chapters(count: int) -> list[Chapter]:
    return [Chapter(Section(n, f"第{n}回", 1, ()), 0, 0, None, ()) for n in range(1, count + 1)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("before", "after", "last"), [(9, 10, "10"), (99, 100, "100"), (120, 90, "090")])
def test_a_book_keeps_the_names_of_its_files_when_their_number_gets_longer(before: int, after: int, last: str) -> None:
    names = chapter_names(chapters(before), "m4a", None)
    book = book_of(read(THREE))
    book = replace(
        book,
        sections=tuple(
            replace(book.sections[0], number=n, title=f"第{n}回", file=name) for n, name in names.items()
        ),
    )  # fmt: skip
    now = chapter_names(chapters(after), "m4a", book)
    assert {n: now[n] for n in names if n in now} == {n: name for n, name in names.items() if n in now}
    assert now[after] == f"chapters/{last}-第{after}回.m4a"
    assert chapter_names(chapters(100), "m4a", None)[1] == "chapters/001-第1回.m4a"
