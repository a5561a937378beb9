"""publication.json is what the W3C's Audiobooks recommendation asks for, and true of the files beside it."""

import hashlib
import json
import re
import tracemalloc
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import codec
from pipeline.errors import InputError
from pipeline.model import Edit, Manifest, SpokenSection
from pipeline.write.glimpse import glimpse_of
from pipeline.write.manifest import NAME as MANIFEST
from pipeline.write.manifest import read_manifest, with_publication, write_manifest
from pipeline.write.publication import NAME as PUBLICATION
from pipeline.write.publication import publication
from tests.test_book import TEXT, audiobook

# The recommendation's own schema (w3c/pub-manifest, schema/module): url is a URI reference, duration this pattern.
DURATION = re.compile(r"P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?")
URI_REFERENCE = re.compile(r"([A-Za-z0-9\-._~!$&'()*+,;=:@/?#\[\]]|%[0-9A-F]{2})+")
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
MEDIA = {"audio/mp4", "audio/mpeg", "image/jpeg"}


def built(chapter_format: str, folder: Path) -> Path:
    """A built book, title and chapters with marks that must be escaped."""
    (folder / "信.txt").write_text(TEXT.replace("一、春天", "一、春天 100% #1?"), encoding="utf-8")
    (folder / "信.txt.toml").write_text('title = "山中 来信 & 100%"\ncreator = "某人"\n', encoding="utf-8")
    done = audiobook("build", "信.txt", "--engine", "tone", "--chapter-format", chapter_format, cwd=folder)
    assert done.returncode == 0, done.stderr
    [found] = [path.parent for path in (folder / "output").glob("*/manifest.json")]
    return found


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: built(name, tmp_path_factory.mktemp(name)) for name in ("m4a", "mp3")}


@pytest.fixture(params=["m4a", "mp3"])
def home(request: pytest.FixtureRequest, homes: dict[str, Path]) -> Path:
    return homes[request.param]


@pytest.fixture(scope="module")
def book(homes: dict[str, Path]) -> Manifest:
    found = read_manifest(homes["m4a"])
    assert found is not None
    return found


@pytest.fixture
def manifest(home: Path) -> Manifest:
    found = read_manifest(home)
    assert found is not None
    return found


def milliseconds(duration: str) -> int:
    """An ISO duration of seconds alone."""
    return round(1000 * float(duration.removeprefix("PT").removesuffix("S")))


def assert_is_an_audiobook(facts: Any) -> None:
    """What the recommendation requires (section 3) and what its schema checks."""
    assert facts["@context"][:2] == ["https://schema.org", "https://www.w3.org/ns/pub-context"]
    assert facts["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    assert facts["type"] == "Audiobook"
    assert isinstance(facts["name"], str)
    assert facts["name"]
    assert facts["readingOrder"]
    assert LANGUAGE.fullmatch(facts["inLanguage"])
    if "datePublished" in facts:
        assert facts["datePublished"] == date.fromisoformat(facts["datePublished"]).isoformat()
    for item in (*facts["readingOrder"], *facts["resources"]):
        assert URI_REFERENCE.fullmatch(item["url"])
        assert not urlsplit(item["url"]).netloc
        assert item["encodingFormat"] in MEDIA
    urls = [item["url"] for item in (*facts["readingOrder"], *facts["resources"])]
    assert len(urls) == len(set(urls)), "a resource may be listed once"
    for item in facts["readingOrder"]:
        assert item["type"] == "LinkedResource"
        assert item["encodingFormat"].startswith("audio/")
        assert DURATION.fullmatch(item["duration"])
    assert DURATION.fullmatch(facts["duration"])
    assert milliseconds(facts["duration"]) == sum(milliseconds(item["duration"]) for item in facts["readingOrder"])
    assert [item["rel"] for item in facts["resources"]] == ["cover"]


def test_a_built_book_has_a_publication_manifest_that_is_true(home: Path, manifest: Manifest) -> None:
    facts = json.loads((home / PUBLICATION).read_bytes())
    assert_is_an_audiobook(facts)
    assert facts["name"] == "山中 来信 & 100%"
    assert facts["author"] == "某人"
    assert facts["readBy"] == manifest.narrator
    assert [item["name"] for item in facts["readingOrder"]] == [section.title for section in manifest.sections]
    assert (home / facts["resources"][0]["url"]).is_file()
    for item in facts["readingOrder"]:
        path = home / unquote(urlsplit(item["url"]).path)
        heard = codec.decode(path)
        assert abs(1000 * heard.seconds - milliseconds(item["duration"])) <= 1
        assert item["encodingFormat"] == {".m4a": "audio/mp4", ".mp3": "audio/mpeg"}[path.suffix]


def test_the_manifest_vouches_for_the_publication(home: Path, manifest: Manifest) -> None:
    assert manifest.outputs[PUBLICATION] == hashlib.sha256((home / PUBLICATION).read_bytes()).hexdigest()
    assert publication(manifest) == (home / PUBLICATION).read_bytes()


def sections_like(section: SpokenSection, ends: list[int], titles: list[str]) -> tuple[SpokenSection, ...]:
    return tuple(
        replace(section, number=k, title=title, file=f"chapters/{k:02}-{title}.m4a", start=start, end=end)
        for k, (title, start, end) in enumerate(zip(titles, [0, *ends], ends, strict=False), 1)
    )


titles = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/"), min_size=1, max_size=40)


@given(
    st.lists(st.tuples(st.integers(min_value=1, max_value=10**8), titles), min_size=1, max_size=12), titles, st.data()
)
def test_any_titles_and_lengths_give_a_valid_publication(
    book: Manifest, chapters: list[tuple[int, str]], title: str, data: st.DataObject
) -> None:
    ends = [sum(length for length, _ in chapters[: k + 1]) for k in range(len(chapters))]
    sections = sections_like(book.sections[0], ends, [name for _, name in chapters])
    day = data.draw(st.one_of(st.dates().map(date.isoformat), st.text(max_size=12)))
    made = replace(book, title=title, sections=sections, duration=ends[-1], date=day, chapter_format="m4a")
    facts = json.loads(publication(made))
    assert_is_an_audiobook(facts)
    assert [unquote(item["url"]) for item in facts["readingOrder"]] == [section.file for section in sections]


@pytest.mark.parametrize(("given_date", "shown"), [
    ("2011-05-06", "2011-05-06"), ("", None), ("2011", None), ("2011年5月6日", None), ("20110506", None),
    ("2011-02-30", None), ("2011-5-6", None),
])  # fmt: skip
def test_only_a_whole_date_is_published(book: Manifest, given_date: str, shown: str | None) -> None:
    assert json.loads(publication(replace(book, date=given_date))).get("datePublished") == shown


def test_what_is_not_known_is_left_out(book: Manifest) -> None:
    facts = json.loads(publication(replace(book, creator="", narrator="", date="")))
    assert not {"author", "readBy", "datePublished"} & set(facts)
    assert_is_an_audiobook(facts)


def test_the_manifest_comes_back_as_it_was_written(book: Manifest, tmp_path: Path) -> None:
    write_manifest(book, tmp_path)
    first = (tmp_path / MANIFEST).read_bytes()
    assert read_manifest(tmp_path) == book
    whole = with_publication(tmp_path, book)
    assert read_manifest(tmp_path) == book  # ours is written last
    write_manifest(whole, tmp_path)
    assert whole == read_manifest(tmp_path)
    write_manifest(book, tmp_path)
    assert (tmp_path / MANIFEST).read_bytes() == first


def test_a_byte_of_the_source_that_is_no_character_is_kept(book: Manifest, tmp_path: Path) -> None:
    odd = replace(book, edits=(Edit("bytes", (0, 1), "\udce6", ""),))
    write_manifest(odd, tmp_path)
    assert read_manifest(tmp_path) == odd


def test_no_manifest_is_none(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) is None


@pytest.mark.parametrize("damage", ["cut", "not json", "another format", "a section lost its file", "a list", "binary"])
def test_a_damaged_manifest_is_named_with_the_remedy(book: Manifest, tmp_path: Path, damage: str) -> None:
    write_manifest(book, tmp_path)
    path = tmp_path / MANIFEST
    content = json.loads(path.read_bytes())
    if damage == "another format":
        content["format"] = 0
    elif damage == "a section lost its file":
        del content["sections"][0]["file"]
    elif damage == "a list":
        content = [content]
    damaged = {"cut": path.read_bytes()[:-200], "not json": b"{'a': 1}", "binary": bytes(range(256))}
    path.write_bytes(damaged.get(damage, json.dumps(content).encode()))
    with pytest.raises(InputError, match=r"manifest\.json") as raised:
        read_manifest(tmp_path)
    assert "build the book again" in raised.value.remedy


def test_a_manifest_that_is_laid_out_otherwise_is_read_all_the_same(book: Manifest, tmp_path: Path) -> None:
    write_manifest(book, tmp_path)
    told = glimpse_of(tmp_path)
    for name, indent in (("dense", None), ("wide", 4), ("ours", 1)):
        (tmp_path / name).mkdir()
        content = json.loads((tmp_path / MANIFEST).read_bytes())
        (tmp_path / name / MANIFEST).write_text(json.dumps(content, indent=indent), encoding="utf-8")
        assert read_manifest(tmp_path / name) == book
        assert glimpse_of(tmp_path / name) == told


def test_a_long_manifest_is_read_a_section_at_a_time(book: Manifest, tmp_path: Path) -> None:
    """The whole of it as JSON would be ten times the file."""
    chunks = tuple(replace(book.sections[0].chunks[0], text=f"第{k}句。" * 5) for k in range(60))
    sections = tuple(replace(book.sections[0], number=k, chunks=chunks) for k in range(1, 101))
    write_manifest(replace(book, sections=sections), tmp_path)
    read_manifest(tmp_path)  # what is read once for all is there
    tracemalloc.start()
    found = read_manifest(tmp_path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found is not None and found.sections == sections
    assert most < (tmp_path / MANIFEST).stat().st_size
