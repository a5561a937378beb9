"""What libraries, playlists and podcast programs read of a book, by readers that are not ours where there are any."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import feedparser
import pytest

from pipeline.errors import UsageError
from pipeline.write.formats import WRITERS, address, formats_in, formats_named
from tests.test_book import TEXT, audiobook, book_of, manifest_of
from tests.test_publication import assert_is_an_audiobook

BASE = "https://example.org/书 架/信/"
ASCII_BASE = "https://example.org/%E4%B9%A6%20%E6%9E%B6/%E4%BF%A1/"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
FORMATS = "vtt,srt,lpf,m3u8,metadata,chapters,feed"


def built(folder: Path, *more: str) -> Path:
    (folder / "信.txt").write_text(TEXT.replace("一、春天", "一、春天 100% & #1?"), encoding="utf-8")
    words = 'title = "山中 <来信> & 100%"\ncreator = "某&人"\nnarrator = "朗读者"\ndate = "2011-05-06"\n'
    (folder / "信.toml").write_text(words, encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", "--formats", FORMATS, "--base-url", BASE, *more, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("feed"))


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    return book_of(folder)


@pytest.fixture(scope="module")
def manifest(folder: Path) -> Any:
    return manifest_of(folder)


@pytest.fixture(scope="module")
def feed(home: Path) -> Any:
    found = feedparser.parse((home / "feed.xml").read_bytes())
    assert not found.bozo, found.get("bozo_exception")
    return found


def test_a_podcast_program_finds_the_book(feed: Any) -> None:
    channel = feed.feed
    assert feed.version == "rss20"
    assert channel.title == "山中 <来信> & 100%"
    assert channel.author == "某&人"
    assert channel.link == ASCII_BASE
    assert channel.description
    assert channel.language == "zh"
    assert channel.image.href == f"{ASCII_BASE}cover.jpg"
    assert channel.itunes_type == "serial"
    assert {tag.term for tag in channel.tags} == {"Arts", "Books"}
    assert [link.href for link in channel.links if link.rel == "self"] == [f"{ASCII_BASE}feed.xml"]


def test_every_chapter_is_an_episode_whose_file_is_there(feed: Any, home: Path, manifest: Any) -> None:
    assert [entry.title for entry in feed.entries] == [section["title"] for section in manifest["sections"]]
    for entry, section in zip(feed.entries, manifest["sections"], strict=True):
        [sound] = entry.enclosures
        assert unquote(sound.href.removeprefix(ASCII_BASE)) == section["file"]
        assert int(sound.length) == (home / section["file"]).stat().st_size
        assert sound.type == "audio/mp4"
        assert entry.itunes_episode == str(section["number"])
        assert abs(int(entry.itunes_duration) - (section["end"] - section["start"]) / 1000) <= 0.5
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    assert [entry.published_parsed[:3] for entry in feed.entries] == [(2011, 5, 6)] * len(feed.entries)
    assert feed.entries == sorted(feed.entries, key=lambda entry: entry.published_parsed)


def test_what_rss_demands_of_the_order_and_number_of_elements(home: Path) -> None:
    """RSS 2.0 and Apple: title, link and description once; one enclosure an item; a guid that is no address."""
    root = ElementTree.parse(home / "feed.xml").getroot()
    assert (root.tag, root.attrib) == ("rss", {"version": "2.0"})
    [channel] = root
    for name in ("title", "link", "description", "language", f"{ITUNES}explicit", f"{ITUNES}image"):
        assert len(channel.findall(name)) == 1
    for item in channel.findall("item"):
        assert [len(item.findall(name)) for name in ("title", "enclosure", "guid", "pubDate")] == [1, 1, 1, 1]
        assert item.find("guid").attrib == {"isPermaLink": "false"}  # type: ignore[union-attr]


def test_transcripts_are_named_and_there(home: Path) -> None:
    addresses = re.findall(r'<podcast:transcript url="([^"]+)"', (home / "feed.xml").read_text(encoding="utf-8"))
    assert len(addresses) == 2 * len(re.findall("<item>", (home / "feed.xml").read_text(encoding="utf-8")))
    assert all((home / unquote(address.removeprefix(ASCII_BASE))).is_file() for address in addresses)


def test_the_chapters_are_those_of_the_book(home: Path, manifest: Any) -> None:
    facts = json.loads((home / "chapters.json").read_bytes())
    assert facts["version"] == "1.2.0"
    assert [(round(1000 * c["startTime"]), round(1000 * c["endTime"]), c["title"]) for c in facts["chapters"]] == [
        (s["start"], s["end"], s["title"]) for s in manifest["sections"]
    ]


def test_audiobookshelf_finds_words_and_chapters(home: Path, manifest: Any) -> None:
    """Its reader drops all chapters when one lacks a number or a title; names are lists of strings."""
    facts = json.loads((home / "metadata.json").read_bytes())
    assert (facts["title"], facts["authors"], facts["narrators"]) == ("山中 <来信> & 100%", ["某&人"], ["朗读者"])
    assert (facts["publishedYear"], facts["language"]) == ("2011", "zh")
    assert [chapter["id"] for chapter in facts["chapters"]] == list(range(len(manifest["sections"])))
    for chapter, section in zip(facts["chapters"], manifest["sections"], strict=True):
        assert (round(1000 * chapter["start"]), round(1000 * chapter["end"])) == (section["start"], section["end"])
        assert chapter["title"] == section["title"]
    assert sorted(path.suffix for path in home.iterdir() if path.suffix in {".m4b", ".m4a", ".mp3"}) == [".m4b"]
    assert (home / "chapters" / ".ignore").is_file(), "else the chapter files are tracks beside the m4b"


def test_the_playlist_names_the_chapter_files_in_order(home: Path, manifest: Any) -> None:
    lines = (home / f"{home.name}.m3u8").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#EXTM3U"
    assert [line for line in lines if not line.startswith("#")] == [s["file"] for s in manifest["sections"]]
    told = [line.partition(",") for line in lines if line.startswith("#EXTINF:")]
    assert [title for _, _, title in told] == [f"某&人 - {s['title']}" for s in manifest["sections"]]
    for (length, _, _), section in zip(told, manifest["sections"], strict=True):
        assert abs(int(length.removeprefix("#EXTINF:")) - (section["end"] - section["start"]) / 1000) <= 0.5


def test_the_package_holds_the_publication_and_all_it_names(home: Path) -> None:
    with zipfile.ZipFile(home / f"{home.name}.lpf") as package:
        facts = json.loads(package.read("publication.json"))
        assert_is_an_audiobook(facts)
        named = [unquote(item["url"]) for item in (*facts["readingOrder"], *facts["resources"])]
        assert sorted(package.namelist()) == sorted(["publication.json", *named])
        assert all(package.read(name) == (home / name).read_bytes() for name in ("publication.json", *named))


def test_equal_input_gives_equal_bytes(folder: Path, tmp_path: Path) -> None:
    assert manifest_of(built(tmp_path))["outputs"] == manifest_of(folder)["outputs"]


def test_redo_keeps_the_formats_and_the_address(tmp_path: Path) -> None:
    folder = built(tmp_path)
    before = manifest_of(folder)["outputs"]
    done = audiobook("redo", "", "2", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert set(manifest_of(folder)["outputs"]) == set(before)
    assert ASCII_BASE in (book_of(folder) / "feed.xml").read_text(encoding="utf-8")
    assert audiobook("check", cwd=folder).returncode == 0
    again = audiobook("build", "信.txt", "--engine", "tone", "--formats", FORMATS, "--base-url", BASE, cwd=folder)
    assert "nothing to do" in again.stderr, again.stderr


def test_formats_that_are_no_longer_wanted_are_removed(tmp_path: Path) -> None:
    folder = built(tmp_path)
    done = audiobook("build", "信.txt", "--engine", "tone", "--formats", "lrc", cwd=folder)
    assert done.returncode == 0, done.stderr
    outputs = manifest_of(folder)["outputs"]
    assert formats_in(outputs) == ("lrc",)
    left = {path.suffix for path in book_of(folder).rglob("*") if path.is_file()}
    assert not left & {".vtt", ".srt", ".lpf", ".m3u8", ".xml"}
    assert not (book_of(folder) / "metadata.json").exists()


@pytest.mark.parametrize("names", ["ogg", "vtt,nonsense", "feed", "all,feed"])
def test_what_cannot_be_made_is_refused_with_what_can(names: str) -> None:
    with pytest.raises(UsageError) as raised:
        formats_named(names, "")
    assert raised.value.remedy


@pytest.mark.parametrize(
    "url", ["example.org", "ftp://example.org/", "https://", "https://example.org/?a=1", "file:///x"]
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        address(url)


def test_the_words_all_and_none() -> None:
    assert formats_named("none", "") == ()
    assert set(formats_named("all", "")) == set(WRITERS) - {"feed"}
    assert formats_named("all", "https://example.org/") == tuple(WRITERS)
    assert formats_named("vtt", "https://example.org/") == ("vtt", "feed")


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_a_title_that_is_a_format_is_no_format(name: str) -> None:
    assert formats_in([f"{name}.m4b", f"chapters/01-{name}.m4a", "cover.jpg"]) == ()
