"""A book comes in; what Audiobookshelf reads from a book's folder goes out: `metadata.json`, chapters included.

Point a library of Audiobookshelf at the folder of the books. Each book's folder is an item: its m4b, its cover, and
`metadata.json`, which is applied last and wins. The chapter files are the same sound once more; `.ignore` keeps them
out (Audiobookshelf 2.2.0 and newer).
"""

import json
from collections.abc import Iterator
from typing import Any

from pipeline.files import write_whole
from pipeline.model import Manifest
from pipeline.write.volume import Volume

NAME = "metadata.json"
IGNORE = "chapters/.ignore"


def write_metadata(volume: Volume) -> Iterator[str]:
    """The item's metadata, and what keeps the chapter files from being its tracks."""
    content = json.dumps(_metadata(volume.manifest), ensure_ascii=False, indent=2)
    write_whole(volume.home / NAME, content.encode() + b"\n")
    yield NAME
    write_whole(volume.home / IGNORE, b"")
    yield IGNORE


def _metadata(manifest: Manifest) -> dict[str, Any]:
    """The fields as Audiobookshelf writes them; times are seconds. One chapter without a title, and it refuses all."""
    year = manifest.date[:4]
    return {
        "tags": [],
        "chapters": [
            {
                "id": index,
                "start": section.start / 1000,
                "end": section.end / 1000,
                "title": section.title or str(section.number),
            }
            for index, section in enumerate(manifest.sections)
        ],
        "title": manifest.title,
        "subtitle": None,
        "authors": [manifest.creator] if manifest.creator else [],
        "narrators": [manifest.narrator] if manifest.narrator else [],
        "series": [],
        "genres": [],
        "publishedYear": year if year.isdecimal() and len(year) == 4 else None,
        "publishedDate": manifest.date or None,
        "publisher": None,
        "description": None,
        "isbn": None,
        "asin": None,
        "language": manifest.language,
        "explicit": False,
        "abridged": False,
    }
