"""The player in a real browser: it sounds, follows, seeks, finds, remembers, and lets no word of the book act."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.answers import manifest_of
from pipeline.model import Manifest
from pipeline.shelf import Shelf
from pipeline.write.library import write_library
from tests.browser import DESKTOP, PHONE, Tab, needs_browser, opened
from tests.test_book import audiobook, digests

ACTS = "document.title='taken'"
TITLE = f"山中<script>{ACTS}</script>来信"
CHAPTER = f'夏<img src=x onerror="{ACTS}">天'
SETTINGS = f"""title = {json.dumps(TITLE, ensure_ascii=False)}
creator = "</script><script>{ACTS}</script>"
[rename]
"第二章 夏天" = {json.dumps(CHAPTER, ensure_ascii=False)}
"""
SPRING = "".join(
    f"{name}家的院子里，春天来了，山上的花都开了。孩子们在溪边跑来跑去，笑声传得很远很远。"
    f"{name}老师坐在门口，看了整整一个下午。\n\n"
    for name in (
        "张",
        "王",
        "李",
        "赵",
        "欧阳",
        "司马",
        "上官",
        "东方",
        "夏侯",
        "皇甫",
        "诸葛",
    )  # in no two the same tones
)
TEXT = f"""山中来信

第一章 春天

{SPRING}最后，他们<b onclick="{ACTS}">各自</b>回家吃饭去。

第二章 夏天

夏天的雨说来就来。雨停以后，远处的山像洗过一样，清清楚楚地站在那里。

第三章 秋天

秋天是收获的季节。OK. Done. 到了九月，共收了三千斤谷子。大家都说，这样的好年成，十年里也遇不到一回两回。
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("player")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    (folder / "信.txt.toml").write_text(SETTINGS, encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    return Shelf(folder / "output").find("")


@pytest.fixture(scope="module")
def manifest(home: Path) -> Manifest:
    return manifest_of(home)


@pytest.fixture
def tab(browser: Any, home: Path) -> Iterator[Tab]:
    with opened(browser, home / "index.html") as found:
        yield found
        assert not found.complaints


def embedded(page: Path, name: str = "book") -> Any:
    return json.loads(page.read_text(encoding="utf-8").split(f'id="{name}">')[1].split("</script>")[0])


def current(tab: Tab) -> str:
    return str(tab.page.locator(".said-line[aria-current]").inner_text())


def at(tab: Tab) -> tuple[int, float]:
    return tab.page.evaluate("chapter"), tab.page.evaluate("now()")


# ---- what the page is made of ----------------------------------------------------------------------------------


def test_the_manifest_vouches_for_the_page(folder: Path, manifest: Manifest) -> None:
    assert manifest.outputs["index.html"] == digests(folder)["index.html"]
    assert audiobook("check", cwd=folder).returncode == 0


def test_the_same_book_gives_the_same_page(folder: Path, home: Path, tmp_path: Path) -> None:
    for name in ("信.txt", "信.txt.toml"):
        shutil.copy(folder / name, tmp_path)
    assert audiobook("build", "信.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    assert (tmp_path / "output" / home.name / "index.html").read_bytes() == (home / "index.html").read_bytes()
    assert (tmp_path / "output/index.html").read_bytes() == (home.parent / "index.html").read_bytes()


def test_the_text_is_whole_and_the_times_are_the_manifests(home: Path, manifest: Manifest) -> None:
    chapters = embedded(home / "index.html")["chapters"]
    assert len(chapters) == len(manifest.sections)
    for shown, section in zip(chapters, manifest.sections, strict=True):
        assert shown["length"] == section.end - section.start
        said = "".join(row[2] for row in shown["lines"])
        assert re.sub(r"\s", "", said) == re.sub(r"\s", "", "".join(chunk.text for chunk in section.chunks))
        starts = [row[0] for row in shown["lines"]]
        assert starts == sorted(starts)
        assert {chunk.start - section.start for chunk in section.chunks} <= set(starts)
        assert {chunk.end - section.start for chunk in section.chunks} <= {row[1] for row in shown["lines"]}


# ---- in the browser --------------------------------------------------------------------------------------------


@needs_browser
def test_no_word_of_the_book_acts_and_no_host_is_asked(tab: Tab, manifest: Manifest) -> None:
    for number in range(len(manifest.sections)):
        tab.page.evaluate(f"open({number}, 0)")
        tab.page.locator(".said-line").first.click()
        tab.wait("audio.currentTime > 0 && !audio.paused")
    assert "taken" not in (tab.page.title(),)
    assert tab.page.locator("#title").inner_text() == TITLE
    assert CHAPTER in tab.page.locator("#chapters").inner_text()
    tab.page.locator("#query").fill("各自")
    assert tab.page.locator("#hits button").count() == 1
    inside = "#panel :is(script, b, img:not(#cover)), main :is(script, b, img)"
    assert tab.page.locator(inside).count() == 0
    assert {url.split(":")[0] for url in tab.asked} <= {"file", "data"}
    own = Path(__file__).parents[1].as_uri()
    assert not any(url.startswith(own) for url in tab.asked)


@needs_browser
def test_a_program_in_the_page_would_not_run(browser: Any, home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "index.html"
    page = (home / "index.html").read_text(encoding="utf-8")
    broken.write_text(page.replace("<article", f"<script>{ACTS}</script><article"), encoding="utf-8")
    with opened(browser, broken) as tab:
        assert tab.page.title() != "taken"
        assert any("Content Security Policy" in complaint for complaint in tab.complaints)


@needs_browser
def test_sound_goes_on_and_the_highlight_follows_it(tab: Tab) -> None:
    tab.page.keyboard.press("Space")
    tab.wait("!audio.paused && audio.currentTime > 0.1")
    assert tab.page.locator("#toggle").get_attribute("aria-label") == "Pause"
    seen = []
    while tab.page.evaluate("audio.currentTime") < 9:
        time, line = tab.page.evaluate("[audio.currentTime, current]")
        rows = tab.page.evaluate("chapters[0].lines.map((row) => row[0] / 1000)")
        due = max([k for k, start in enumerate(rows) if start <= time] or [0])
        assert line in (due - 1, due, due + 1) and abs(rows[line] - time) < 30
        if line != due:
            assert abs(rows[max(line, due)] - time) < 0.15, "the highlight is late"
        seen.append(line)
    assert seen == sorted(seen) and len(set(seen)) >= 3
    tab.page.keyboard.press("Space")
    assert tab.page.evaluate("audio.paused")


@needs_browser
def test_a_click_on_a_sentence_plays_from_there(tab: Tab) -> None:
    line = tab.page.locator(".said-line").nth(20)
    words = line.inner_text()
    line.click()
    tab.wait("!audio.paused && audio.currentTime > starts[20] + 0.1")
    assert tab.page.evaluate("audio.currentTime < starts[21]")
    assert current(tab) == words
    box = line.bounding_box()
    assert box and box["y"] > 0 and box["y"] + box["height"] < DESKTOP["height"]


@needs_browser
def test_marking_text_does_not_seek(tab: Tab) -> None:
    tab.page.evaluate("getSelection().selectAllChildren(lines[5])")
    tab.page.evaluate("lines[5].click()")
    assert at(tab) == (0, 0)


@needs_browser
def test_the_text_follows_until_a_person_reads_elsewhere(tab: Tab) -> None:
    tab.page.set_viewport_size({"width": 1280, "height": 600})  # too low for the chapter, whatever the fonts here
    tab.page.evaluate("open(0, starts[30])")
    tab.page.keyboard.press("Space")
    tab.wait("!audio.paused")
    tab.wait("find('text').scrollTop > 200 && lines[30].getBoundingClientRect().top < innerHeight / 2")
    tab.page.wait_for_timeout(500)  # the text glides to its place
    tab.page.mouse.move(800, 300)
    tab.page.mouse.wheel(0, -5000)
    tab.wait("find('text').scrollTop < 50 && !find('back').hidden")
    tab.page.evaluate("seek(starts[33])")
    tab.wait("current === 33")
    assert tab.page.evaluate("find('text').scrollTop < 50")
    tab.page.locator("#back").click()
    tab.wait("find('back').hidden && find('text').scrollTop > 200")
    tab.wait("lines[current].getBoundingClientRect().bottom < innerHeight")


@needs_browser
def test_where_a_person_stopped_survives_a_reload(tab: Tab) -> None:
    tab.page.keyboard.press("n")
    tab.page.keyboard.press("j")
    tab.page.locator("#speed").select_option("1.5")
    tab.page.locator("#toggle").click()
    tab.wait("!audio.paused && audio.currentTime > starts[1] + 1")
    left = at(tab)
    tab.page.reload()
    tab.wait("audio.readyState > 0 && audio.currentTime > 0")
    chapter, time = at(tab)
    assert chapter == left[0] == 1
    assert left[1] - 0.2 <= time <= left[1] + 1.5
    assert tab.page.evaluate("audio.paused && audio.playbackRate === 1.5")
    assert tab.page.locator("#speed").input_value() == "1.5"
    assert tab.page.locator("#chapters [aria-current]").inner_text().startswith(CHAPTER)


@needs_browser
def test_what_is_remembered_wrongly_does_no_harm(tab: Tab) -> None:
    wrong = ('"nonsense', "null", '{"chapter": 99, "time": 5}', '{"chapter": "at", "time": -1, "speed": 1e9}')
    for kept in wrong:
        tab.page.evaluate("removeEventListener('pagehide', remember)")
        tab.page.evaluate("kept => localStorage.setItem(STORE, kept)", kept)
        tab.page.reload()
        tab.wait("audio.readyState > 0")
        assert at(tab) == (0, 0)
        assert tab.page.evaluate("audio.playbackRate") == 1


@needs_browser
def test_a_chapters_end_leads_to_the_next_and_the_last_ends_it(tab: Tab, manifest: Manifest) -> None:
    tab.page.evaluate("setSpeed(2); open(1, lengthOf(1) - 1.5); play()")
    tab.wait("chapter === 2 && !audio.paused && audio.currentTime > 0.2")
    assert tab.page.evaluate("audio.playbackRate") == 2
    assert tab.page.locator("#now-title").inner_text() == manifest.sections[2].title
    tab.page.evaluate("seek(lengthOf(2) - 1)")
    tab.wait("audio.ended")
    assert tab.page.locator("#toggle").get_attribute("aria-label") == "Play"
    tab.page.keyboard.press("Space")
    tab.wait("chapter === 0 && !audio.paused")


@needs_browser
def test_fifteen_seconds_cross_chapters(tab: Tab) -> None:
    tab.page.evaluate("seek(40)")
    tab.page.keyboard.press("ArrowRight")
    assert at(tab)[1] == pytest.approx(55, abs=0.1)
    tab.page.locator("#rewind").click()
    assert at(tab)[1] == pytest.approx(40, abs=0.1)
    tab.page.evaluate("open(1, 5)")
    tab.page.keyboard.press("ArrowLeft")
    chapter, time = at(tab)
    assert chapter == 0 and time == pytest.approx(tab.page.evaluate("lengthOf(0)") - 10, abs=0.1)
    tab.page.keyboard.press("ArrowRight")
    assert at(tab)[0] == 1
    tab.page.evaluate("open(0, 3)")
    tab.page.keyboard.press("ArrowLeft")
    assert at(tab) == (0, 0)


@needs_browser
def test_words_are_found_through_marks_and_lead_there(tab: Tab) -> None:
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("雨停 以后远处")
    hits = tab.page.locator("#hits button")
    assert hits.count() == 1
    assert tab.page.locator("#hits mark").inner_text() == "雨停以后，远处"
    assert not tab.page.locator("#contents").is_visible()
    hits.click()
    assert at(tab)[0] == 1
    assert "雨停以后" in current(tab)
    tab.page.locator("#query").fill("done")
    assert "1 place" in tab.page.locator("#count").inner_text()
    tab.page.locator("#query").fill("春天")
    assert tab.page.locator("#count").inner_text() == f"{TEXT.count('春天')} places"
    tab.page.locator("#query").fill("雨+|(.*)")
    assert tab.page.locator("#count").inner_text() == "nothing found"
    tab.page.keyboard.press("Escape")
    assert tab.page.locator("#contents").is_visible()


@needs_browser
def test_keys_and_the_order_of_focus(tab: Tab) -> None:
    assert tab.page.evaluate("document.querySelectorAll('.said-line[tabindex=\"0\"]').length") == 1
    tab.page.locator(".said-line[aria-current]").focus()
    tab.page.keyboard.press("ArrowDown")
    tab.page.keyboard.press("ArrowDown")
    assert tab.page.evaluate("document.activeElement === lines[2]")
    tab.page.keyboard.press("Enter")
    tab.wait("!audio.paused && current === 2")
    tab.page.keyboard.press("k")
    tab.wait("current === 1")
    tab.page.keyboard.press("+")
    assert tab.page.evaluate("audio.playbackRate") == 1.1
    assert tab.page.locator("#status").inner_text() == "Speed 1.1×"
    tab.page.keyboard.press("?")
    assert tab.page.locator("#keys").is_visible()
    tab.page.keyboard.press("Escape")
    assert not tab.page.locator("#keys").is_visible()
    tab.page.locator("#place").focus()
    before = at(tab)[1]
    tab.page.keyboard.press("ArrowRight")
    assert 0 < at(tab)[1] - before < 3, "the slider's own keys are not the skips"


@needs_browser
def test_everything_that_acts_has_a_name(tab: Tab) -> None:
    tree = tab.page.locator("body").aria_snapshot()
    assert not re.search(r"- (button|combobox|slider|searchbox|textbox|link)(:| \[|$)(?!.*\")", tree, re.MULTILINE)
    for name in ('button "Play"', 'slider "Place in the chapter"', 'combobox "Speed"', 'combobox "Sleep timer"'):
        assert name in tree
    assert "0:00 of" in tab.page.locator("#place").get_attribute("aria-valuetext")


@needs_browser
def test_the_sleep_timer_stops_the_sound(tab: Tab) -> None:
    tab.page.keyboard.press("Space")
    tab.wait("!audio.paused && audio.currentTime > 0")
    tab.page.locator("#sleep").select_option("5")
    assert tab.page.locator("#sleeping").inner_text() in ("5:00", "4:59")
    tab.page.evaluate("deadline = Date.now() + 4000")
    tab.wait("audio.volume < 0.5")
    tab.wait("audio.paused")
    assert tab.page.evaluate("audio.volume") == 1
    assert tab.page.locator("#sleep").input_value() == ""
    tab.page.locator("#sleep").select_option("end")
    tab.page.evaluate("open(1, lengthOf(1) - 0.7); play()")
    tab.wait("chapter === 2 && audio.paused")
    assert at(tab) == (2, 0)


@needs_browser
def test_on_a_phone_the_chapters_are_behind_a_button(browser: Any, home: Path) -> None:
    with opened(browser, home / "index.html", PHONE) as tab:
        assert not tab.page.locator("#panel").is_visible()
        assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.page.locator("#open").click()
        assert tab.page.evaluate("find('panel').scrollWidth <= innerWidth")
        assert tab.page.evaluate("document.activeElement.id") == "close"
        tab.page.keyboard.press("Escape")
        assert not tab.page.locator("#panel").is_visible()
        assert tab.page.evaluate("document.activeElement.id") == "open"
        tab.page.locator("#open").click()
        tab.page.locator("#chapters button").nth(2).click()
        tab.wait("chapter === 2 && !audio.paused")
        assert not tab.page.locator("#panel").is_visible()
        for name in ("toggle", "rewind", "forward", "next", "previous", "speed", "sleep"):
            box = tab.page.locator(f"#{name}").bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844, name
        assert not tab.complaints


@needs_browser
def test_a_chinese_browser_gets_a_chinese_page(browser: Any, home: Path) -> None:
    context = browser.new_context(locale="zh-CN")
    tab = Tab(context.new_page())
    tab.page.goto((home / "index.html").as_uri())
    assert tab.page.locator("#toggle").get_attribute("aria-label") == "播放"
    words = tab.page.locator("#panel, #player").all_inner_texts()
    assert not re.search(r"\b(Search|Chapters|minutes|timer|books|Close)\b", "".join(words))
    context.close()


@needs_browser
def test_a_missing_chapter_file_is_said(browser: Any, home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "index.html", tmp_path)
    with opened(browser, tmp_path / "index.html") as tab:
        tab.wait("document.getElementById('status').textContent.includes('cannot be played')")
        tab.page.keyboard.press("Space")  # tries it again, in vain
        tab.wait("audio.error && document.getElementById('toggle').getAttribute('aria-label') === 'Play'")
        shutil.copytree(home / "chapters", tmp_path / "chapters")
        tab.page.keyboard.press("Space")
        tab.wait("audio.currentTime > 0.2 && !audio.paused")


@needs_browser
def test_a_long_novel_opens_at_once(browser: Any, home: Path, tmp_path: Path) -> None:
    """A thousand chapters of 3,000 characters: 3 million characters."""
    page = (home / "index.html").read_text(encoding="utf-8")
    book = embedded(home / "index.html")
    said = "这是第{}句话，说的是山中的春天和远处的雨。" + "好" * 8
    lines = [[1000 * k, 1000 * k + 900, said.format(k), int(k % 5 == 0)] for k in range(100)]
    book["chapters"] = [
        {"title": f"第{n}章", "level": 1, "src": "x.m4a", "length": 100_000, "lines": lines} for n in range(1000)
    ]
    book["chapters"][900]["lines"] = [*lines, [100_000, 100_500, "独一无二", 1]]
    head, rest = page.split('id="book">')
    big = tmp_path / "index.html"
    text = json.dumps(book, ensure_ascii=False).replace("<", "\\u003c")
    big.write_text(f'{head}id="book">{text}</script>{rest.split("</script>", 1)[1]}', encoding="utf-8")
    with opened(browser, big) as tab:
        assert tab.page.locator("#chapters button").count() == 1000
        assert tab.page.evaluate("performance.now()") < 6000
        timed = "find('query').value = '独一无二'; search(); return performance.now() - began;"
        took = tab.page.evaluate(f"(() => {{ const began = performance.now(); {timed} }})()")
        assert took < 1500
        assert tab.page.locator("#hits button").count() == 1
        tab.page.locator("#query").fill("春天")
        assert "200 of 100000" in tab.page.locator("#count").inner_text()


# ---- the page over all books -----------------------------------------------------------------------------------


@needs_browser
def test_the_library_leads_to_each_book_and_back(browser: Any, home: Path) -> None:
    with opened(browser, home.parent / "index.html") as tab:
        assert tab.page.locator("#books h2").all_inner_texts() == [TITLE]
        assert tab.page.title() == "Books"
        tab.page.locator("#books a").click()
        tab.wait("document.getElementById('player') !== null")
        tab.page.keyboard.press("n")
        tab.page.locator("#library").click()
        tab.wait("document.getElementById('books') !== null")
        assert tab.page.locator(".goes-on").inner_text() == f"Go on in {CHAPTER}"
        assert not tab.complaints


def test_the_library_has_every_book_and_leaves_a_foreign_page_alone(folder: Path, home: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    shutil.copytree(folder / "output", output, ignore=shutil.ignore_patterns(".cache"))
    shutil.copytree(output / home.name, output / "另一本")
    for name, content in ((".hidden", "{}"), ("broken", "no json"), ("other", '{"title": 1}')):
        (output / name).mkdir()
        (output / name / "index.html").touch()
        (output / name / "manifest.json").write_text(content, encoding="utf-8")
    write_library(output, output / ".cache/library.lock")
    assert len(embedded(output / "index.html", "data")["books"]) == 2
    (output / "index.html").write_text("my own page", encoding="utf-8")
    assert write_library(output, output / ".cache/library.lock") is None
    assert (output / "index.html").read_text(encoding="utf-8") == "my own page"
