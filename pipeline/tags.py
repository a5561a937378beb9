"""What a player shows of a file comes in; it goes out under the names that FFmpeg's writers know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LANGUAGES = {"zh": "zho", "en": "eng", "ja": "jpn", "ko": "kor", "de": "deu", "fr": "fra", "es": "spa", "ru": "rus"}
SORT_FRAMES = {"title": "TSOT", "album": "TSOA", "artist": "TSOP"}


@dataclass(frozen=True, slots=True)
class Tags:
    """What a player shows; the cover is a JPEG."""

    title: str
    album: str = ""
    creator: str = ""
    narrator: str = ""
    date: str = ""
    language: str = "zh"
    track: int = 0
    cover: Path | None = None
    sorts: Mapping[str, str] = field(default_factory=dict)  # title, album, artist, ... -> what a list sorts it by


def metadata(tags: Tags) -> dict[str, str]:
    """The tags that mp4 and ID3 writers know by FFmpeg's names; empty ones are left out."""
    named = {
        "title": tags.title,
        "album": tags.album or tags.title,
        "artist": tags.creator,
        "album_artist": tags.creator,
        "composer": tags.narrator,
        "date": tags.date,
        "language": iso_639_2(tags.language),
        "genre": "Audiobook",
        "media_type": "2",
        "track": str(tags.track) if tags.track else "",
    }
    return {name: value for name, value in named.items() if value}


def sort_fields(tags: Tags, container: str) -> dict[str, str]:
    """What lists sort by: frames of ID3 2.4, which has three, or Vorbis comments.

    >>> sort_fields(Tags("重庆", sorts={"title": "chong qing", "composer": "x"}), "mp3")
    {'TSOT': 'chong qing'}
    >>> sort_fields(Tags("重庆", sorts={"album_artist": "x"}), "flac")
    {'ALBUMARTISTSORT': 'x'}
    """
    if container == "mp3":
        return {SORT_FRAMES[name]: text for name, text in tags.sorts.items() if name in SORT_FRAMES}
    return {f"{name.replace('_', '')}sort".upper(): text for name, text in tags.sorts.items()}


def iso_639_2(language: str) -> str:
    """A language tag as sound files want it; what has no code of three letters here is "undetermined".

    >>> [iso_639_2(tag) for tag in ("zh", "zh-Hant", "eng", "xx")]
    ['zho', 'zho', 'eng', 'und']
    """
    primary = language.lower().partition("-")[0]
    return primary if len(primary) == 3 else LANGUAGES.get(primary, "und")
