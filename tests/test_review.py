"""The review page in a real browser: it plays, marks, remembers, exports, and lets no word of the book act."""

import functools
import hashlib
import json
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.answers import manifest_of
from pipeline.audition import audition, judge_of
from pipeline.cli import app
from pipeline.model import Manifest
from pipeline.review import compared, page_of, review
from pipeline.shelf import Shelf
from pipeline.speak.pinyin import Pronouncer
from pipeline.verify.listening import FirstPass
from pipeline.write.review import NAME, html_of
from tests.browser import PHONE, Tab, needs_browser, opened
from tests.test_book import audiobook, digests

TITLE = "山中<script>document.title='taken'</script>来信"
CHAPTER = "夏<img src=x onerror=\"document.title='taken'\">天"
SETTINGS = f"""title = {json.dumps(TITLE, ensure_ascii=False)}
creator = "</title><script>document.title='taken'</script>"
[rename]
"二、夏天" = {json.dumps(CHAPTER, ensure_ascii=False)}
[pronounce]
"田埂" = "tian2 geng3"
"""
TEXT = """山中来信

一、春天

春天来了，山上的花都开了。孩子们在溪边跑来跑去，笑声传得很远很远。我坐在门口，看了整整一个下午。直到太阳落到山的后面，他们才各自回家吃饭去。

二、夏天

夏天的雨说来就来。雨停以后，远处的山像洗过一样，清清楚楚地站在那里。晚上有许多萤火虫，它们在田埂上飞来飞去，好像有人提着灯笼在走路。

三、秋天

秋天是收获的季节。村里的人从早忙到晚，谁也不肯休息。到了1998年，共收了三千斤谷子，村里的银行也忙了起来。大家都说，这样的好年成，十年里也遇不到一回两回。
"""
SLACK = 0.12  # seconds that a browser on a busy machine may play past an end


@dataclass
class Forgetful:
    """A recogniser that writes down each clip's text, without the last clause of a few of them."""

    texts: Mapping[str, str]
    drops: tuple[str, ...] = ()
    misheard: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    first_pass: FirstPass | None = None
    asked: list[str] = field(default_factory=list)

    def identity(self) -> Mapping[str, Any]:
        return {"recogniser": "forgetful", "drops": self.drops, "misheard": dict(self.misheard)}

    def heard(self, clip: Path) -> str:
        self.asked.append(clip.stem)
        text = self.texts[clip.stem]
        for said, heard in self.misheard.items():
            text = text.replace(said, heard)
        return text.rsplit("，", 1)[0] if any(word in text for word in self.drops) else text


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("review")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    (folder / "信.txt.toml").write_text(SETTINGS, encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", cwd=folder)
    assert done.returncode == 0, done.stderr
    return Shelf(folder / "output")


@pytest.fixture(scope="module")
def manifest(shelf: Shelf) -> Manifest:
    return manifest_of(shelf.find(""))


@pytest.fixture(scope="module")
def ear(manifest: Manifest) -> Forgetful:
    texts = {chunk.clip: chunk.text for section in manifest.sections for chunk in section.chunks}
    sly = "一回</script><script>document.title='taken'</script>"
    return Forgetful(texts, drops=("笑声传得很远",), misheard={"银行": "银杏", "一回": sly, "清清楚楚": "轻轻醋醋"})


@pytest.fixture(scope="module")
def page(shelf: Shelf, ear: Forgetful) -> Path:
    return review(shelf, "", ear, lambda heard, length: None)


@pytest.fixture
def tab(browser: Any, page: Path) -> Iterator[Tab]:
    with opened(browser, page) as found:
        yield found
        assert not found.complaints


def embedded(page: Path) -> Any:
    return json.loads(page.read_text(encoding="utf-8").split('id="book">')[1].split("</script>")[0])


def rows(page: Path) -> list[dict[str, Any]]:
    book = embedded(page)
    return [dict(zip(book["fields"], row, strict=True)) for row in book["sentences"]]


def texts(tab: Tab, selector: str) -> list[str]:
    return tab.page.locator(selector).all_inner_texts()


# ---- what the page is made of ----------------------------------------------------------------------------------


def test_sentences_come_by_doubt_with_what_differs(page: Path) -> None:
    found = rows(page)
    assert found[0]["judgement"] == "wrong"
    assert "".join(word for word, _ in found[0]["words"]).endswith("很远。")
    ranks = [["wrong", "doubtful", "right"].index(row["judgement"]) for row in found]
    assert ranks == sorted(ranks)
    bank = next(row for row in found if "银行" in row["written"])
    spoken = "".join(word for word, _ in bank["words"])
    assert [spoken[k] for k, sign in enumerate(bank["marks"]) if sign == "x"] == ["行"]
    assert ["杏", "x"] in bank["heard"]
    assert ["银行", "yin2 hang2"] in bank["words"]


def test_a_dropped_clause_is_marked_where_it_should_sound(page: Path) -> None:
    row = rows(page)[0]
    spoken = "".join(word for word, _ in row["words"])
    missing = "".join(spoken[k] for k, sign in enumerate(row["marks"]) if sign == "-")
    assert missing == "笑声传得很远很远"
    assert [text for text, sign in row["heard"] if sign == "-"] == [missing]


def test_numbers_are_compared_in_words(page: Path) -> None:
    row = next(row for row in rows(page) if "1998年" in row["written"])
    assert "一九九八年" in "".join(word for word, _ in row["words"])
    assert "".join(text for text, _ in row["heard"]).startswith("到了一九九八年")
    assert len(row["differing"]) == 1


@functools.cache
def judge_and_read() -> Any:
    return judge_of({}), Pronouncer({}).syllables


words = st.text(st.sampled_from("春天来了一行长儿得GDPaz .12年%，。“”〇-😀"), max_size=14)


@settings(deadline=None)
@given(said=words, heard=words)
def test_marks_and_pieces_fit_whatever_was_heard(said: str, heard: str) -> None:
    judged, read = judge_and_read()
    spoken, hearing = judged(said, heard)
    marks, pieces = compared(spoken, hearing, read)
    assert len(marks) == len(spoken)
    assert all(text and sign in ".tx-" for text, sign in pieces)
    differing = sum(sign in "x-" for sign in marks)
    assert bool(differing) <= bool(hearing.differing)
    assert bool(hearing.differing) == any(sign in "x-" for _, sign in pieces)


def test_nothing_is_heard_twice(shelf: Shelf, ear: Forgetful, page: Path) -> None:
    heard = len(ear.asked)
    before = page.read_bytes()
    assert review(shelf, "", ear, lambda heard, length: None).read_bytes() == before
    assert len(ear.asked) == heard == len(set(ear.asked))


def test_the_page_is_no_output_of_the_build(shelf: Shelf, page: Path, manifest: Manifest) -> None:
    folder = shelf.folder.parent
    assert NAME not in manifest.outputs
    assert audiobook("check", cwd=folder).returncode == 0
    before = digests(folder)
    (page.parent / "manifest.json").unlink()  # so that the book is written again
    assert audiobook("build", "信.txt", "--engine", "tone", cwd=folder).returncode == 0
    assert audiobook("check", cwd=folder).returncode == 0
    after = digests(folder)
    assert {name for name in before if after.get(name) != before[name]} <= {"manifest.json"}
    assert NAME in after and set(after) == set(before)


def test_the_sentences_lie_in_their_chapter_files(page: Path, manifest: Manifest) -> None:
    lengths = {section.number: section.end - section.start for section in manifest.sections}
    for row in rows(page):
        assert 0 <= row["start"] < row["end"] <= lengths[row["section"]]
    found = {(row["section"], row["number"]) for row in rows(page)}
    assert found == {(s.number, k) for s in manifest.sections for k in range(1, len(s.chunks) + 1)}


# ---- in the browser --------------------------------------------------------------------------------------------


@needs_browser
def test_no_word_of_the_book_acts_and_no_host_is_asked(tab: Tab) -> None:
    tab.page.locator("input[value=all]").check(force=True)
    assert tab.page.title() == f"Review: {TITLE}"
    assert tab.page.locator("h1").inner_text() == TITLE
    assert CHAPTER in texts(tab, ".chapter")
    assert tab.page.locator("main img, main script, #sheet script").count() == 0
    assert any("</script>" in text for text in texts(tab, ".heard .words"))
    tab.page.keyboard.press("Space")
    tab.wait("audio.currentTime > 0")
    assert {url.split(":")[0] for url in tab.asked} <= {"file", "data"}


@needs_browser
def test_a_program_in_the_page_would_not_run(browser: Any, page: Path, tmp_path: Path) -> None:
    """The second lock: even were a word of the book put into the page unescaped, the browser refuses to run it."""
    broken = tmp_path / NAME
    program = "<script>document.title='taken'</script>"
    broken.write_text(page.read_text(encoding="utf-8").replace("<main>", f"<main>{program}"), encoding="utf-8")
    with opened(browser, broken) as tab:
        assert tab.page.title() == f"Review: {TITLE}"
        assert any("Content Security Policy" in complaint for complaint in tab.complaints)


@needs_browser
def test_it_plays_the_sentence_and_stops_at_its_end(tab: Tab, page: Path) -> None:
    row = rows(page)[0]
    assert row["start"] > 0, "the sentence must not be the chapter's first, or seeking is not tested"
    tab.page.locator(".card .play").first.click()
    tab.wait("!audio.paused && audio.currentTime > 0")
    times = [tab.page.evaluate("audio.currentTime")]
    while not tab.page.evaluate("audio.paused"):
        times.append(tab.page.evaluate("audio.currentTime"))
    times.append(tab.page.evaluate("audio.currentTime"))
    assert row["start"] / 1000 - 0.01 <= min(times)
    assert row["end"] / 1000 - SLACK <= max(times) <= row["end"] / 1000 + SLACK
    assert texts(tab, ".playing") == []


@needs_browser
def test_space_pauses_and_goes_on(tab: Tab) -> None:
    tab.page.keyboard.press("Space")
    tab.wait("audio.currentTime > sentences[0].start / 1000 + 0.3")
    tab.page.keyboard.press("Space")
    assert tab.page.evaluate("audio.paused")
    paused = tab.page.evaluate("audio.currentTime")
    tab.page.keyboard.press("Space")
    tab.wait(f"audio.currentTime > {paused}")
    assert tab.page.evaluate("audio.currentTime") < paused + 1


@needs_browser
def test_keys_go_on_and_back_and_mark(tab: Tab) -> None:
    cards = tab.page.locator(".card")
    tab.page.keyboard.press("j")
    assert cards.nth(1).get_attribute("aria-current") == "true"
    tab.page.keyboard.press("x")
    assert cards.nth(1).locator(".tick.wrong").get_attribute("aria-pressed") == "true"
    tab.page.keyboard.press("k")
    tab.page.keyboard.press("k")
    assert cards.nth(0).get_attribute("aria-current") == "true"
    tab.page.keyboard.press("r")
    assert cards.nth(0).locator(".tick.right").get_attribute("aria-pressed") == "true"
    tab.page.keyboard.press("x")
    assert cards.nth(0).locator(".tick.right").get_attribute("aria-pressed") == "false"
    tab.page.keyboard.press("x")
    assert cards.nth(0).get_attribute("data-tick") == ""


@needs_browser
def test_after_a_click_space_plays_and_does_not_click_again(tab: Tab) -> None:
    tab.page.locator(".tick.wrong").first.click()
    tab.page.keyboard.press("Space")
    tab.wait("!audio.paused")
    assert tab.page.locator(".tick.wrong").first.get_attribute("aria-pressed") == "true"


@needs_browser
def test_ticks_are_exported_as_commands_and_remembered(tab: Tab, page: Path, shelf: Shelf) -> None:
    marked = rows(page)[:2]
    for k in range(2):
        tab.page.locator(".card").nth(k).locator(".tick.wrong").click()
    commands = tab.page.locator("#commands").input_value().splitlines()
    words = [shlex.split(command) for command in commands]
    assert [(int(w[-3]), int(w[-1])) for w in words] == sorted((row["section"], row["number"]) for row in marked)
    assert all(w[:3] == ["audiobook", "redo", "-o"] and Path(w[3]) == shelf.folder for w in words)
    assert all(shelf.find(w[4]) == page.parent for w in words)
    tab.page.reload()
    assert tab.page.locator("#commands").input_value().splitlines() == commands
    assert tab.page.locator(".tick.wrong[aria-pressed=true]").count() == 2
    tab.page.locator("#forget").click()
    assert tab.page.locator(".tick[aria-pressed=true]").count() == 0


@needs_browser
def test_an_exported_command_speaks_the_sentence_afresh(tab: Tab, shelf: Shelf, ear: Forgetful, tmp_path: Path) -> None:
    copy = tmp_path / "book"
    shutil.copytree(shelf.folder.parent, copy)
    tab.page.keyboard.press("x")
    [command] = tab.page.locator("#commands").input_value().splitlines()
    words = shlex.split(command)
    words[3] = str(copy / "output")
    source = ["--source", str(copy / "信.txt")]
    assert audiobook(*words[1:], *source, cwd=copy).returncode == 0
    assert len(list((copy / "output").glob(f"*/{NAME}"))) == 1, "a rebuild must not remove the page"
    changed = [
        (before.text, after.take)
        for one, other in zip(
            manifest_of(shelf.find("")).sections, manifest_of(Shelf(copy / "output").find("")).sections, strict=True
        )
        for before, after in zip(one.chunks, other.chunks, strict=True)
        if before.clip != after.clip
    ]
    assert [take for _, take in changed] == [1]
    assert "笑声传得很远很远" in changed[0][0]


@needs_browser
def test_written_words_and_what_differs_are_shown_in_words(tab: Tab) -> None:
    dropped = tab.page.locator(".card").first
    assert dropped.locator(".pair").all_inner_texts() == ["笑声传得很远很远 not heard"]
    assert not dropped.locator(".written").is_visible()  # the same as spoken
    card = tab.page.locator(".card", has_text="起来")
    assert card.locator(".pair").all_inner_texts() == ["行 háng→杏 xìng"]
    assert "1998年" in card.locator(".written .words").inner_text()
    assert card.locator(".heard mark").all_inner_texts() == ["杏"]


@needs_browser
def test_one_text_said_twice_in_a_chapter_is_one_command(
    browser: Any, shelf: Shelf, ear: Forgetful, tmp_path: Path
) -> None:
    short = page_of(audition(shelf, "", ear, lambda heard, length: None), "audiobook redo 书")
    one, other = short.sentences[0], short.sentences[1]
    twice = (one, replace(one, number=9), replace(one, section=2, number=1), other)
    path = tmp_path / NAME
    path.write_text(html_of(replace(short, sentences=twice)), encoding="utf-8")
    with opened(browser, path) as tab:
        tab.page.keyboard.press("x")
        assert tab.page.locator(".tick.wrong[aria-pressed=true]").count() == 3  # the same sound is wrong everywhere
        assert tab.page.locator("#commands").input_value().splitlines() == [
            f"audiobook redo 书 {one.section} --sentence {one.number}",
            "audiobook redo 书 2 --sentence 1",
        ]


@needs_browser
def test_a_silent_clip_and_an_added_word_are_said_in_words(
    browser: Any, shelf: Shelf, ear: Forgetful, tmp_path: Path
) -> None:
    deaf = replace(
        ear, misheard={"大家都说，这样的好年成，十年里也遇不到一回两回。": "", "春天来了": "春天天来了"}, drops=()
    )
    path = tmp_path / NAME
    path.write_text(html_of(page_of(audition(shelf, "", deaf, lambda heard, length: None), "")), encoding="utf-8")
    with opened(browser, path) as tab:
        tab.page.locator("input[value=all]").check(force=True)
        silent = tab.page.locator(".card", has_text="年成")
        added = tab.page.locator(".card", has_text="山上")
        assert "天 tiān was added" in added.locator(".pairs .words").inner_text()
        assert "not heard" in silent.locator(".pairs .words").inner_text()
        assert silent.locator(".heard .words").inner_text() == "nothing"


@needs_browser
def test_what_is_exported_can_be_copied(tab: Tab) -> None:
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.keyboard.press("x")
    tab.page.locator("[data-from=commands]").click()
    tab.wait("document.getElementById('status').textContent === 'Copied'")
    copied = tab.page.evaluate("navigator.clipboard.readText()")
    assert copied == tab.page.locator("#commands").input_value() != ""


@needs_browser
def test_a_marked_word_is_given_a_reading(tab: Tab) -> None:
    card = tab.page.locator(".card", has_text="起来")
    card.locator(".word", has_text="行").click()
    form = card.locator(".asking")
    assert form.locator("[name=word]").input_value() == "银行"
    assert form.locator("[name=reading]").input_value() == "yin2 hang2"
    for typed in ("yin2", "yin hang", "yin2 hang6", "yin2 qwx4", ""):
        form.locator("[name=reading]").fill(typed)
        form.locator("[name=reading]").press("Enter")
        assert form.locator(".amiss").inner_text(), typed
    form.locator("[name=reading]").fill("Yín xíng")
    form.locator("[name=reading]").press("Enter")
    assert form.count() == 0
    table = tab.page.locator("#pronounce").input_value()
    assert table == '[pronounce]\n"田埂" = "tian2 geng3"\n"银行" = "yin2 xing2"\n'
    tab.page.reload()
    assert tab.page.locator("#pronounce").input_value() == table


@needs_browser
@pytest.mark.parametrize(
    ("typed", "understood"),
    [("lüè yi5", ["lve4", "yi5"]), ("chan2yu2", ["chan2", "yu2"]), ("LV3", ["lv3"]), ("nu:3", ["nv3"])],
)
def test_readings_are_understood_as_people_type_them(tab: Tab, typed: str, understood: list[str]) -> None:
    assert tab.page.evaluate("readingsOf", typed) == understood


@needs_browser
def test_every_syllable_of_the_book_is_a_reading_and_has_its_accent(tab: Tab, page: Path) -> None:
    readings = sorted({reading for row in rows(page) for _, word in row["words"] for reading in word.split()})
    assert len(readings) > 50
    for reading in readings:
        accented = tab.page.evaluate("accented", reading)
        assert tab.page.evaluate("readingsOf", reading) == [reading]
        assert reading[-1] == "5" or tab.page.evaluate("readingsOf", accented) == [reading], accented


@needs_browser
def test_the_doubtful_are_shown_first_and_all_on_request(tab: Tab, page: Path) -> None:
    found = rows(page)
    doubtful = [row for row in found if row["judgement"] != "right"]
    assert 0 < len(doubtful) < len(found)
    assert tab.page.locator(".card").count() == len(doubtful)
    tab.page.locator("input[value=all]").check(force=True)
    assert tab.page.locator(".card").count() == len(found)
    tab.page.locator("#order").select_option("book")
    assert "sentence 1, at 0:00" in texts(tab, ".number")[0]
    tab.page.locator("#chapter").select_option("2")
    assert tab.page.locator(".card").count() == len([row for row in found if row["section"] == 2])


@needs_browser
def test_the_lists_buttons_and_marks_have_names(tab: Tab) -> None:
    assert tab.page.get_by_role("button", name="Play chapter").count() == tab.page.locator(".card").count()
    assert tab.page.get_by_role("list", name="Sentences").count() == 1
    assert tab.page.get_by_role("textbox", name="Commands").count() == 0  # hidden while there are none
    tab.page.keyboard.press("x")
    assert "marked wrong" in tab.page.get_by_role("status").inner_text()
    assert tab.page.get_by_role("textbox", name="Commands").count() == 1


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(browser: Any, page: Path, scheme: str) -> None:
    with opened(browser, page, PHONE, scheme) as tab:
        tab.page.locator("input[value=all]").check(force=True)
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        tab.page.locator(".tick.wrong").first.click()
        assert not tab.page.locator("#commands").is_visible()
        tab.page.locator("#unfold").click()
        assert tab.page.locator("#commands").is_visible()


@needs_browser
def test_a_long_book_opens_fast_and_is_drawn_as_one_scrolls(
    browser: Any, shelf: Shelf, ear: Forgetful, tmp_path: Path
) -> None:
    """300 chapters of 60 sentences: a page of its real fields, many times over."""
    short = page_of(audition(shelf, "", ear, lambda heard, length: None), "audiobook redo 书")
    one = short.sentences[0]
    chapters = tuple(replace(short.chapters[0], number=n) for n in range(1, 301))
    many = tuple(
        replace(one, section=c.number, number=k, clip=hashlib.sha256(f"{c.number}.{k}".encode()).hexdigest()[:16])
        for c in chapters
        for k in range(1, 61)
    )
    path = tmp_path / NAME
    path.write_text(html_of(replace(short, chapters=chapters, sentences=many)), encoding="utf-8")
    with opened(browser, path) as tab:
        ready = tab.page.evaluate("performance.now()")
        assert 0 < tab.page.locator(".card").count() <= 200
        assert texts(tab, "#filters b")[0] == "18000"
        assert ready < 5000
        before = tab.page.locator(".card").count()
        tab.page.locator(".card").last.scroll_into_view_if_needed()
        tab.wait(f"document.querySelectorAll('.card').length > {before}")
        assert not tab.complaints


@needs_browser
def test_a_missing_chapter_file_is_said(browser: Any, page: Path, tmp_path: Path) -> None:
    lonely = tmp_path / NAME
    lonely.write_bytes(page.read_bytes())
    with opened(browser, lonely) as tab:
        tab.page.keyboard.press("Space")
        tab.wait("document.getElementById('status').textContent.includes('cannot be played')")


def test_the_command_is_there() -> None:
    from typer.main import get_command

    assert "review" in get_command(app).commands  # type: ignore[attr-defined]
