"""The report of a book: its pictures, its tables, what it costs; in a real browser no word of the book acts in it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import matplotlib
import numpy as np
import pytest

from pipeline.answers import check_book, manifest_of
from pipeline.audition import audition
from pipeline.costs import prices_in
from pipeline.edition import Request
from pipeline.errors import InputError, MissingProgramError, UsageError
from pipeline.model import Manifest, Verdict
from pipeline.progress import Watcher
from pipeline.redo import Place, Wish, redo
from pipeline.report import Question, report
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.tally import rates_of, tally
from pipeline.write import plots
from pipeline.write.manifest import write_manifest
from pipeline.write.report import NAME
from tests.browser import DESKTOP, PHONE, Tab, needs_browser, opened
from tests.test_review import CHAPTER, SETTINGS, TEXT, TITLE, Forgetful

NOBODY = Question()


def unseen(done: int, length: int) -> None:
    """Nobody follows."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    (folder / "信.txt.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "信.txt").write_text(TEXT, encoding="utf-8")
    return folder / "信.txt"


@pytest.fixture(scope="module")
def shelf(source: Path) -> Shelf:
    found = Shelf(source.parent / "output")
    build(source, Request(found, engine="tone"), Watcher())
    return found


@pytest.fixture(scope="module")
def manifest(shelf: Shelf) -> Manifest:
    return manifest_of(shelf.find(""))


@pytest.fixture(scope="module")
def page(shelf: Shelf) -> Path:
    return report(shelf, "", NOBODY, unseen)


class Reader(HTMLParser):
    """The tables of each part of a page as rows of words, and which of them stand out; the links and the figures."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.odd: dict[str, list[list[str]]] = {}
        self.words: dict[str, str] = {}
        self.links: list[str] = []
        self._part, self._inside = "", ""
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "section":
            self._part = known["id"] or ""
            self.rows[self._part], self.odd[self._part], self.words[self._part] = [], [], ""
        elif tag == "tr" and self._part:
            self.rows[self._part].append([])
            if known.get("class"):
                self.odd[self._part].append(self.rows[self._part][-1])
        elif tag == "td":
            self.rows[self._part][-1].append("")
        elif tag == "a":
            self.links.append(known["href"] or "")
        self._inside = tag if tag in ("td", "p", "a") else self._inside

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "p"):
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._part and self._inside == "p":
            self.words[self._part] += data
        elif self._part and self._inside in ("td", "a") and self.rows[self._part]:
            self.rows[self._part][-1][-1] += data


# ---- what it tells -----------------------------------------------------------------------------------------------


def test_sections_stand_in_it_with_their_times_and_rates(page: Path, manifest: Manifest) -> None:
    rows = Reader(page).rows["sections"][1:]
    assert [row[1] for row in rows] == [section.title for section in manifest.sections]
    assert rows[1][1] == CHAPTER
    for row, section in zip(rows, manifest.sections, strict=True):
        assert row[2] == plots.clock(section.start / 1000) and int(row[4]) == len(section.chunks)
        assert 255 <= int(row[5]) <= 290  # the rehearsal voice: a tone of 0.22 s a character, marks included
        assert -20 <= float(row[6]) <= -18


def test_every_character_is_accounted_for_with_examples(page: Path, manifest: Manifest) -> None:
    read = Reader(page)
    rows = read.rows["edits"][1:]
    assert sum(int(row[3]) for row in rows) == manifest.coverage.characters == len(TEXT)
    [year] = [row for row in rows if row[1] == "year"]
    assert year[0] == "rewritten" and year[5] == "1998 → 一九九八"
    assert f"Every one of the {len(TEXT)} characters" in read.words["edits"]


def test_readings_in_doubt_lead_to_their_sound(page: Path, manifest: Manifest) -> None:
    read = Reader(page)
    rows = read.rows["polyphones"][1:]
    doubts = [int(row[1].removesuffix("%")) for row in rows]
    assert rows and doubts == sorted(doubts, reverse=True)
    assert all(re.search("【.】", row[4]) for row in rows)
    lengths = {section.file: (section.end - section.start) / 1000 for section in manifest.sections}
    sounds = [urlsplit(link) for link in read.links if "#t=" in link]
    assert len(sounds) >= len(rows)
    assert all(0 <= float(link.fragment.removeprefix("t=")) < lengths[unquote(link.path)] for link in sounds)


def test_the_pictures_show_the_sound(page: Path, manifest: Manifest) -> None:
    drawn = re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert len(drawn) == 4
    wave = [unescape(words) for words in re.findall(r"<text[^>]*>(.*?)</text>", drawn[0])]
    assert f"1 {manifest.sections[0].title}" in wave
    assert any(words.startswith("2 夏<img src=x") and words.endswith("…") for words in wave)
    assert not re.search(r"#0000\d\d|id=\"figure|<dc:|<style", "".join(drawn)), "colours and names are the page's"
    assert drawn[0].count("var(--other)") and drawn[0].count("var(--accent)") and drawn[0].count("var(--pause)")


def test_what_it_cost_is_told_of_the_book_and_of_all_builds(shelf: Shelf, manifest: Manifest, page: Path) -> None:
    chunks = [chunk for section in manifest.sections for chunk in section.chunks]
    given = sum(len(chunk.script) for chunk in chunks)
    priced = report(shelf, "", Question(prices={"tone": 1000.0}), unseen)
    read = Reader(priced)
    voices, builds = read.rows["cost"][1], read.rows["cost"][3]
    assert voices[:4] == ["tone sine", str(len(chunks)), str(sum(len(chunk.text) for chunk in chunks)), str(given)]
    assert float(voices[5]) == pytest.approx(given / 1000, rel=1e-3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", builds[0]) and builds[5:7] == [str(len(chunks)), "0"]
    assert f"tone {given} characters (price {voices[5]})" in read.words["cost"]
    report(shelf, "", NOBODY, unseen)
    assert "--price" in Reader(page).words["cost"] and Reader(page).rows["cost"][1][5] == ""


def test_a_section_spoken_faster_stands_out(shelf: Shelf, source: Path, tmp_path: Path) -> None:
    other = Shelf(tmp_path / "output")
    build(source, Request(other, engine="tone"), Watcher())
    built = redo(Place(other, "", source), Wish((2,), rate=40), Watcher())
    rates = rates_of(tally(built.manifest))
    assert rates.odd == {2} and rates.sections[2] == pytest.approx(1.4 * rates.sections[1], rel=0.03)
    read = Reader(report(other, "", NOBODY, unseen))
    assert [row[1] for row in read.odd["sections"]] == [CHAPTER]
    assert "Sections that stand out: 2." in read.words["pace"]
    assert all(row[0].startswith("2.") for row in read.odd["pace"]) and read.odd["pace"]
    assert [row[0] for row in read.rows["cost"] if row and row[0].startswith("tone")] == [
        "tone sine",
        "tone sine +40 %",
    ]


def test_gaps_and_failed_attempts_are_shown_the_gravest_first(shelf: Shelf, manifest: Manifest, page: Path) -> None:
    first, *others = manifest.sections
    again = replace(first.chunks[0], verdict=Verdict(True, (), ("whole: it is silent",)))
    gap = replace(first.chunks[1], verdict=Verdict(False, ("the voice <b>refused</b> it",)))
    changed = replace(first, chunks=(again, gap, *first.chunks[2:]))
    home = page.parent
    write_manifest(replace(manifest, sections=(changed, *others)), home)
    read = Reader(report(shelf, "", NOBODY, unseen))
    write_manifest(manifest, home)
    assert [row[1] for row in read.rows["verdicts"][1:]] == [
        "the voice <b>refused</b> it",
        "failed at first: whole: it is silent",
    ]
    assert "more than one attempt was needed for 1; gaps: 1." in read.words["verdicts"]
    report(shelf, "", NOBODY, unseen)


def test_what_was_heard_is_shown_and_nothing_is_listened_to(shelf: Shelf, manifest: Manifest, page: Path) -> None:
    assert "Nobody has listened" in Reader(page).words["verdicts"]
    texts = {chunk.clip: chunk.text for section in manifest.sections for chunk in section.chunks}
    ear = Forgetful(texts, drops=("笑声传得很远",))
    audition(shelf, "", ear, lambda heard, length: None)
    heard = len(ear.asked)
    read = Reader(report(shelf, "", Question(ear), unseen))
    assert len(ear.asked) == heard
    assert f"{heard - 1} right, 0 doubtful, 1 wrong" in read.words["verdicts"]
    [wrong] = read.odd["verdicts"]
    assert wrong[1].startswith("heard wrong: ") and "笑声传得很远" in wrong[2]
    report(shelf, "", NOBODY, unseen)


# ---- how it is made ----------------------------------------------------------------------------------------------


def test_the_same_book_gives_the_same_bytes_whatever_a_persons_own_style(shelf: Shelf, page: Path) -> None:
    before = page.read_bytes()
    with matplotlib.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.grid": True}):
        assert report(shelf, "", NOBODY, unseen).read_bytes() == before
        assert matplotlib.rcParams["font.size"] == 30


def test_the_report_is_no_output_and_stays_when_the_book_is_built_again(
    shelf: Shelf, source: Path, page: Path, manifest: Manifest
) -> None:
    assert page.name == NAME and NAME not in manifest.outputs
    assert check_book(shelf, "")["failures"] == []
    before = page.read_bytes()
    redo(Place(shelf, "", source), Wish((1,)), Watcher())
    assert page.read_bytes() == before
    redo(Place(shelf, "", source), Wish((1,)), Watcher())
    assert report(shelf, "", NOBODY, unseen).read_bytes() != before


def test_where_the_book_as_one_file_is_gone_the_chapters_are_looked_at(shelf: Shelf, page: Path) -> None:
    whole = next(page.parent.glob("*.m4b"))
    kept = Reader(page).rows["sections"][1:]
    aside = whole.rename(whole.with_suffix(".aside"))
    found = Reader(report(shelf, "", NOBODY, unseen)).rows["sections"][1:]
    assert [row[:6] for row in found] == [row[:6] for row in kept]
    assert [float(row[6]) for row in found] == pytest.approx([float(row[6]) for row in kept], abs=0.11)
    chapter = next(page.parent.glob("chapters/*.m4a"))
    gone = chapter.rename(chapter.with_suffix(".gone"))
    with pytest.raises(InputError, match="is not there"):
        report(shelf, "", NOBODY, unseen)
    gone.rename(chapter)
    aside.rename(whole)


def test_without_the_library_it_says_what_to_install(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(MissingProgramError) as told:
        report(shelf, "", NOBODY, unseen)
    assert "audiobook[report]" in told.value.remedy


@pytest.mark.parametrize("word", ["openai", "openai=", "openai=dear", "=3", "openai=-1", "openai=nan"])
def test_what_is_no_price_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="is no price"):
        prices_in([word])


def test_a_book_of_sixty_hours_in_a_thousand_sections_makes_a_small_picture() -> None:
    seconds, count = 216_000, 1000
    column = plots.row_seconds(seconds) / plots.ROW_COLUMNS
    noise = np.random.default_rng(1).random(int(seconds / column))
    borders = np.linspace(0, seconds, count + 1)
    sections = [plots.Span(a, b, k, "某章", 250, k == 3) for k, (a, b) in enumerate(pairwise(borders), 1)]
    wave = plots.waveform(plots.Wave(column, -noise, noise, noise), sections, seconds)
    assert len(wave) < 1_200_000
    names = re.findall(r"<text[^>]*>(.*?)</text>", wave)
    assert "1" in names and 100 < len(names) < 600, "names that would lie on each other are left out"
    levels = np.tile(noise - 20, 220)[: seconds * 10]
    assert len(plots.loudness((levels, levels), (-19, -19), sections)) < 700_000


# ---- in the browser ----------------------------------------------------------------------------------------------


@pytest.fixture
def tab(browser: Any, page: Path) -> Iterator[Tab]:
    with opened(browser, page) as found:
        yield found
        assert not found.complaints


@needs_browser
def test_no_word_of_the_book_acts_and_no_host_is_asked(tab: Tab) -> None:
    assert tab.page.title() == f"Report: {TITLE}"
    assert tab.page.locator("h1").inner_text() == TITLE
    assert tab.page.locator("#sections a").nth(1).inner_text() == CHAPTER
    assert tab.page.locator("script, img, iframe, object").count() == 0
    assert {url.split(":")[0] for url in tab.asked} <= {"file", "data"}


@needs_browser
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_fits_the_screen_and_every_picture_is_drawn(browser: Any, page: Path, screen: dict[str, int]) -> None:
    with opened(browser, page, screen) as tab:
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
        boxes = [picture.bounding_box() for picture in tab.page.locator("svg").all()]
        assert len(boxes) == 4 and all(box["height"] > 60 and box["width"] > 330 for box in boxes)
        small = tab.page.evaluate(
            "[...document.querySelectorAll('svg text')].map(t => t.getBoundingClientRect().height)"
        )
        assert min(small) >= 9, "words in the pictures can be read"


@needs_browser
def test_pictures_take_the_colours_of_the_theme(browser: Any, page: Path) -> None:
    fills = []
    for scheme in ("light", "dark"):
        with opened(browser, page, DESKTOP, scheme) as tab:
            fills.append(tab.page.evaluate("getComputedStyle(document.querySelector('svg text')).fill"))
    assert fills[0] != fills[1]


@needs_browser
def test_a_place_opens_the_sound_there(tab: Tab) -> None:
    link = tab.page.locator("#polyphones a").last
    seconds = float(str(link.get_attribute("href")).split("#t=")[1])
    assert seconds > 1
    link.click()
    tab.wait("document.querySelector('video')?.currentTime > 0")
    assert tab.page.evaluate("document.querySelector('video').currentTime") >= seconds - 0.1
