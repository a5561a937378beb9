"""The sentences of a book that was listened to come in; `review.html` goes out: one file, for eyes and ears, no server.

The page plays the chapter files that lie beside it. Its script is allowed by its SHA-256 alone, all words of the book
reach it as data, and it may ask no host for anything: a title that is a program stays a title.
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pipeline.files import write_whole

NAME = "review.html"
SCRIPTS = (
    "review_book.js", "review_pinyin.js", "review_cards.js", "review_sound.js", "review_mending.js", "review.js",
)  # fmt: skip
_SLOT = re.compile(r"\{\{(\w+)\}\}")
_UNSAFE = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}

Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the page: its chunk's `number` in its section, `start` and `end` in its chapter's file (ms).

    `words` are the spoken words, each with its readings; `marks` has one sign a character of them: "x" heard as
    something else, "t" in another tone, "-" not heard, "." as it should be. `heard` is what was heard in pieces, each
    with such a sign; a piece "-" is what should be there.
    """

    section: int
    number: int
    start: int
    end: int
    at: int  # ms from the book's start
    clip: str
    judgement: str
    syllables: int
    errors: int
    written: str
    words: tuple[Piece, ...]
    marks: str
    heard: tuple[Piece, ...]
    differing: tuple[Piece, ...]


FIELDS = tuple(field.name for field in fields(Sentence))  # named once: a long book has tens of thousands of rows


@dataclass(frozen=True, slots=True)
class ChapterFile:
    """A chapter as the page names and plays it; `file` is its path in the book's folder."""

    number: int
    title: str
    file: str


@dataclass(frozen=True, slots=True)
class Page:
    """A book to be reviewed: its sentences (the worst first), and the command that speaks some of them afresh."""

    title: str
    creator: str
    key: str  # the same for the same book: what was ticked is remembered under it
    redo: str  # "audiobook redo BOOK", ready for a shell
    pronounce: Mapping[str, str]  # the readings that are in force already
    chapters: tuple[ChapterFile, ...]
    sentences: tuple[Sentence, ...]


def write_review(home: Path, page: Page) -> Path:
    """Write the page into the book's folder; give its path."""
    path = home / NAME
    write_whole(path, html_of(page).encode())
    return path


def html_of(page: Page) -> str:
    """The page as one file.

    >>> html_of(Page("<script>", "", "", "", {}, (), ())).count("<script")  # the words and the program
    2
    """
    script = "\n".join(_part(name) for name in SCRIPTS)
    values = {
        "title": escape(page.title),
        "style": _part("review.css"),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "data": _json(_data(page)),
    }
    return _SLOT.sub(lambda slot: values[slot[1]], _part("review.html"))


def _data(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "creator": page.creator,
        "key": page.key,
        "redo": page.redo,
        "pronounce": dict(page.pronounce),
        "chapters": {c.number: {"title": c.title, "src": quote(c.file)} for c in page.chapters},
        "fields": FIELDS,
        "sentences": [[getattr(sentence, field) for field in FIELDS] for sentence in page.sentences],
    }


def _json(value: Any) -> str:
    """JSON that can stand inside a script element.

    >>> _json("</script>")
    '"\\\\u003c/script\\\\u003e"'
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


def _part(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")
