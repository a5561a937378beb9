"""A book's manifest comes in; `publication.json`, the W3C Audiobooks manifest that players read, goes out.

https://www.w3.org/TR/audiobooks/ (Recommendation of 10 November 2020).
"""

import datetime
import json
import re
from typing import Any
from urllib.parse import quote

from pipeline.model import Manifest, SpokenSection
from pipeline.write.lasting import lasting_id

NAME = "publication.json"
MEDIA_TYPES = {
    "m4a": "audio/mp4", "mp3": "audio/mpeg", "acx": "audio/mpeg", "opus": "audio/ogg", "flac": "audio/flac",
}  # fmt: skip


def publication(manifest: Manifest) -> bytes:
    """The publication manifest; durations are ISO 8601, addresses relative to the book's folder."""
    facts: dict[str, Any] = {
        "@context": ["https://schema.org", "https://www.w3.org/ns/pub-context"],
        "conformsTo": "https://www.w3.org/TR/audiobooks/",
        "type": "Audiobook",
        "id": lasting_id(manifest).urn,
        "name": manifest.title,
        "author": manifest.creator,
        "readBy": manifest.narrator,
        "inLanguage": manifest.language,
        "datePublished": whole_date(manifest.date),
        "duration": _iso(manifest.duration),
        "accessMode": ["auditory"],
        "accessModeSufficient": [{"type": "ItemList", "itemListElement": ["auditory"]}],
        "resources": [{"url": "cover.jpg", "rel": "cover", "encodingFormat": "image/jpeg"}],
        "readingOrder": [_item(section, manifest.chapter_format) for section in manifest.sections],
    }
    present = {name: value for name, value in facts.items() if value}
    return json.dumps(present, ensure_ascii=False, indent=1).encode() + b"\n"


def _item(section: SpokenSection, chapter_format: str) -> dict[str, str]:
    return {
        "type": "LinkedResource",
        "url": quote(section.file),
        "encodingFormat": MEDIA_TYPES[chapter_format],
        "name": section.title,
        "duration": _iso(section.end - section.start),
    }


def whole_date(date: str) -> str:
    """The date if it is a whole one, else nothing: players refuse any other.

    >>> [whole_date("2011-05-06"), whole_date("2011"), whole_date("2011-02-30")]
    ['2011-05-06', '', '']
    """
    try:
        datetime.date.fromisoformat(date)
    except ValueError:
        return ""
    return date if re.fullmatch(r"\d{4}-\d{2}-\d{2}", date) else ""


def _iso(milliseconds: int) -> str:
    """A duration as ISO 8601 has it.

    >>> _iso(63_250)
    'PT63.250S'
    """
    return f"PT{milliseconds // 1000}.{milliseconds % 1000:03}S"
