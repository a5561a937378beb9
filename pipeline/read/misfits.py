"""What a settings file has wrong comes in; what a person reads of it goes out: which setting, and what may stand there.

Nothing of it is in the words of a library.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

LONGEST = 40  # characters of a value that a message shows
TEXT = "a text in quotation marks"
TITLE = "a title in quotation marks"
OTHERWISE = {"author": "creator", "speed": "rate", "picture": "cover", "reader": "narrator"}  # as others call them


class Wish(NamedTuple):
    """What may be written for a setting, an example, and for a table or a list what each of its entries may be."""

    what: str
    example: str
    each: str = ""


WISHES: Mapping[str, Wish] = {
    "title": Wish(TEXT, 'title = "春天的书"'),
    "creator": Wish(TEXT, 'creator = "鲁迅"'),
    "narrator": Wish(TEXT, 'narrator = "王老师"'),
    "date": Wish("a date", "date = 2022-03-29"),
    "cover": Wish("the name of a picture in quotation marks", 'cover = "cover.jpg"'),
    "engine": Wish("the name of an engine in quotation marks", 'engine = "kokoro"'),
    "voice": Wish("the name of a voice in quotation marks", 'voice = "zm_yunxi"; the voices: audiobook voices'),
    "rate": Wish("a whole number from -50 to 100 (per cent)", "rate = 10"),
    "quality": Wish('"normal" or "high"', 'quality = "high"'),
    "script": Wish('"keep", "simplified" or "traditional"', 'script = "keep"'),
    "chapter_format": Wish(TEXT, 'chapter_format = "mp3"'),
    "formats": Wish(TEXT, 'formats = "vtt, feed"'),
    "base_url": Wish(TEXT, 'base_url = "https://example.org/book/"'),
    "pauses": Wish("a table of seconds", "[pauses] and, below it, heading = 2.0", "a number of seconds from 0 to 30"),
    "skip": Wish("a list of titles", 'skip = ["序", "后记"]', TITLE),
    "rename": Wish("a table of titles", '[rename] and, below it, "一" = "第一部分"', TITLE),
    "pronounce": Wish("a table of readings", '[pronounce] and, below it, "单于" = "chan2 yu2"', TEXT),
    "voices": Wish("a table of voices", '[voices] and, below it, dialogue = "zf_xiaoxiao"', "the name of a voice"),
}


def place_of(location: Sequence[int | str]) -> str:
    """A setting as it is written in the file.

    >>> place_of(["pauses", "heading"]), place_of(["skip", 0])
    ('[pauses] heading', 'skip')
    """
    name, *inside = map(str, location)
    return f"[{name}] {inside[0]}" if inside and not inside[0].isdigit() else name


def misfit(location: Sequence[int | str], value: object) -> str:
    """What is wrong with a value.

    >>> misfit(["rate"], 1000), misfit(["skip", 0], 7)
    ('1000 is not a whole number from -50 to 100 (per cent)', '7 is not a title in quotation marks')
    """
    wish = WISHES[str(location[0])]
    return f"{_shown(value)} is not {wish.each if wish.each and len(location) > 1 else wish.what}"


def remedy_for(location: Sequence[int | str]) -> str:
    """How a setting is written."""
    return f"write it like this: {WISHES[str(location[0])].example}"


def nearest(name: str, known: Iterable[str]) -> str:
    """What one may have meant, "" where nothing is near.

    >>> nearest("titel", WISHES), nearest("author", WISHES), nearest("xyz", WISHES)
    ('title', 'creator', '')
    """
    said = {one: one for one in known} | OTHERWISE
    return said.get(next(iter(get_close_matches(name.lower().replace("-", "_"), said, 1)), ""), "")


def _shown(value: object) -> str:
    shown = json.dumps(value, ensure_ascii=False, default=str)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…"
