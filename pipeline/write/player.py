"""A stitched book comes in; `index.html`, its player, goes out: one file that reads along, opened from disk or served.

The page plays the chapter files that lie beside it. The transcript is in it as data, because a browser lets no page
that was opened from disk read another file.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from pipeline.files import draft_of, sha256_of
from pipeline.model import Chapter
from pipeline.write.book import COVER
from pipeline.write.captions import sentences
from pipeline.write.lasting import lasting_id
from pipeline.write.onefile import Parts, one_file
from pipeline.write.volume import Volume

NAME = "index.html"
PARTS = Parts(
    "player.html",
    ("page.css", "player.css"),
    (
        "player_words.js", "player_book.js", "player_text.js", "player_sound.js", "player_sleep.js",
        "player_search.js", "player_panel.js", "player.js",
    ),
)  # fmt: skip
GOES_ON, PARAGRAPH, HEADING = 0, 1, 2  # what a line of the transcript begins

Row = tuple[int, int, str, int]  # start and end in the chapter's file (ms), text, what it begins


def write_player(volume: Volume) -> dict[str, str]:
    """Write the page into the book's folder; give its path there and its SHA-256."""
    path = volume.home / NAME
    with draft_of(path) as draft, draft.open("wb") as file:
        file.writelines(one_file(PARTS, volume.manifest.title, _data(volume)))
    return {NAME: sha256_of(path)}


def _data(volume: Volume) -> dict[str, Any]:
    book = volume.manifest
    return {
        "title": book.title,
        "creator": book.creator,
        "narrator": book.narrator,
        "language": book.language,
        "key": str(lasting_id(book)),  # where a person stopped is remembered under it
        "cover": quote(COVER) if COVER in book.outputs else "",
        "whole": quote(volume.beside_book("m4b")),
        "chapters": (
            _chapter(chapter, section.file) for chapter, section in zip(volume.chapters, book.sections, strict=True)
        ),
    }


def _chapter(chapter: Chapter, file: str) -> dict[str, Any]:
    return {
        "title": chapter.section.title,
        "level": chapter.section.level,
        "src": quote(file),
        "length": chapter.end - chapter.start,
        "lines": list(_rows(chapter)),
    }


def _rows(chapter: Chapter) -> Iterator[Row]:
    """The sentences as they sound, each in its paragraph; the lines' times are exact (see `captions`)."""
    chunk_at = {chunk.span: chunk for chunk in chapter.section.chunks}
    last = None
    for line in chapter.lines:
        chunk = chunk_at[line.span]
        place = (chunk.paragraph, chunk.heading)
        for sentence in sentences(line):
            begins = GOES_ON if place == last else HEADING if chunk.heading else PARAGRAPH
            last = place
            yield sentence.start, sentence.end, sentence.text, begins
