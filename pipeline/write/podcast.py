"""A book comes in; what podcast programs read goes out: chapters of the m4b as JSON, and a feed of the chapter files.

RSS 2.0 (Advisory Board), the iTunes elements (Apple) and the podcast namespace (Podcasting 2.0).
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path
from urllib.parse import quote
from uuid import UUID, uuid5

from pipeline.files import write_whole
from pipeline.model import Manifest, SpokenSection
from pipeline.write.captions import plain
from pipeline.write.publication import MEDIA_TYPES, whole_date
from pipeline.write.volume import Volume

CHAPTERS = "chapters.json"
FEED = "feed.xml"
TRANSCRIPTS = {"vtt": "text/vtt", "srt": "application/x-subrip"}
GUIDS = UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")  # podcast:guid is made from the feed's address in this namespace
NAMESPACES = (
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:podcast="https://podcastindex.org/namespace/1.0"'
)


def write_chapters(volume: Volume) -> Iterator[str]:
    """The m4b's chapters as Podcasting 2.0 has them; times are seconds."""
    manifest = volume.manifest
    facts = {
        "version": "1.2.0",
        "title": manifest.title,
        "author": manifest.creator,
        "chapters": [
            {"startTime": section.start / 1000, "endTime": section.end / 1000, "title": section.title}
            for section in manifest.sections
        ],
    }
    content = json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False, indent=1)
    write_whole(volume.home / CHAPTERS, content.encode() + b"\n")
    yield CHAPTERS


def write_feed(volume: Volume) -> Iterator[str]:
    """A feed with one episode a chapter, to be served from the volume's address."""
    items = "\n".join(_item(volume, section) for section in volume.manifest.sections)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" {NAMESPACES}>
<channel>
{_channel(volume)}
<itunes:category text="Arts"><itunes:category text="Books"/></itunes:category>
{items}
</channel>
</rss>
"""
    write_whole(volume.home / FEED, text.encode())
    yield FEED


def base_url_in(home: Path) -> str:
    """The address that the feed in a book's folder was written for, "" where there is none."""
    feed = home / FEED
    text = feed.read_text(encoding="utf-8", errors="replace") if feed.is_file() else ""
    found = re.search(rf'<atom:link href="([^"]*/){re.escape(FEED)}"', text)
    return found[1].replace("&amp;", "&").replace("&#x27;", "'") if found else ""


def _channel(volume: Volume) -> str:
    manifest, base = volume.manifest, volume.base_url
    described = " · ".join(word for word in (manifest.title, manifest.creator, manifest.narrator) if word)
    return _lines(
        ("title", manifest.title),
        ("link", base),
        ("description", described),
        ("language", manifest.language),
        (f'atom:link href="{escape(base)}{FEED}" rel="self" type="application/rss+xml"', None),
        (f'itunes:image href="{escape(base)}cover.jpg"', None),
        ("itunes:author", manifest.creator or manifest.narrator),
        ("itunes:type", "serial"),
        ("itunes:explicit", "false"),
        ("podcast:medium", "audiobook"),
        ("podcast:guid", str(uuid5(GUIDS, f"{base}{FEED}".partition("://")[2]))),
    )


def _item(volume: Volume, section: SpokenSection) -> str:
    """An episode; it is known by its file's address, which stays when the book grows."""
    url = escape(_url(volume, section.file))
    length = (volume.home / section.file).stat().st_size
    media = MEDIA_TYPES[volume.manifest.chapter_format]
    transcripts = [
        (f'podcast:transcript url="{escape(_url(volume, str(Path(section.file).with_suffix(f".{name}"))))}" '
         f'type="{media_type}" language="{volume.manifest.language}"', None)
        for name, media_type in TRANSCRIPTS.items()
        if name in volume.formats
    ]  # fmt: skip
    body = _lines(
        ("title", section.title or str(section.number)),
        (f'enclosure url="{url}" length="{length}" type="{media}"', None),
        ('guid isPermaLink="false"', _url(volume, section.file)),
        ("pubDate", _moment(volume.manifest, section.number)),
        ("itunes:duration", str(round((section.end - section.start) / 1000))),
        ("itunes:episode", str(section.number)),
        ("itunes:episodeType", "full"),
        *transcripts,
    )
    return f"<item>\n{body}\n</item>"


def _url(volume: Volume, path: str) -> str:
    return volume.base_url + quote(path)


def _moment(manifest: Manifest, number: int) -> str:
    """The book's date, a minute later each chapter: programs that sort by it keep the order; "" without a date."""
    date = whole_date(manifest.date)
    if not date:
        return ""
    return format_datetime(datetime.fromisoformat(date).replace(tzinfo=UTC) + timedelta(minutes=number))


def _lines(*elements: tuple[str, str | None]) -> str:
    """Elements as (tag with attributes, text): None is an element without text, and "" is left out."""
    shown = [
        f"<{tag}/>" if text is None else f"<{tag}>{escape(plain(text))}</{tag.split()[0]}>"
        for tag, text in elements
        if text is None or plain(text)
    ]
    return "\n".join(shown)
