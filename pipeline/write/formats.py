"""Names of formats come in; the files of those formats go out, each with its SHA-256.

A writer is one file in this folder and one line in WRITERS: a function that writes whole files into the book's folder
and yields their paths in it. Each leaves one file beside the m4b that is called `<book>.<format>` or `<format>.json`
or `<format>.xml`: so a book shows by its outputs which formats it was asked for.
"""

import pkgutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from urllib.parse import quote, urlsplit

from pipeline.errors import UsageError
from pipeline.files import sha256_of
from pipeline.write.volume import Volume

WRITERS = {
    "vtt": "pipeline.write.subtitles:write_vtt",
    "srt": "pipeline.write.subtitles:write_srt",
    "lrc": "pipeline.write.subtitles:write_lrc",
    "epub": "pipeline.write.readalong:write_epub",
    "lpf": "pipeline.write.playlist:write_lpf",
    "m3u8": "pipeline.write.playlist:write_m3u8",
    "metadata": "pipeline.write.audiobookshelf:write_metadata",
    "chapters": "pipeline.write.podcast:write_chapters",
    "feed": "pipeline.write.podcast:write_feed",
}
DEFAULT = ("vtt", "m3u8", "metadata")
WITH_BASE_URL = "feed"

Writer = Callable[[Volume], Iterator[str]]


def formats_named(names: str, base_url: str) -> tuple[str, ...]:
    """The formats of a list as it is typed, in the table's order; "" is the default, "none" none, "all" all.

    Raises UsageError for a format that there is not, and for a feed that is not told where it will be.

    >>> formats_named("srt, vtt", ""), formats_named("none", "")
    (('vtt', 'srt'), ())
    """
    words = set(names.replace(",", " ").split())
    plain = words - {"all", "none"}
    unknown = sorted(plain - set(WRITERS))
    if unknown:
        raise UsageError(f"there is no format {unknown[0]!r}", f"choose from: {', '.join(WRITERS)}, all, none")
    wanted = plain if words else set(DEFAULT)
    if "all" in words:
        wanted |= set(WRITERS) - {WITH_BASE_URL}
    if base_url:
        wanted |= {WITH_BASE_URL} & set(WRITERS)
    elif WITH_BASE_URL in wanted:
        raise UsageError("a feed must say where it will be found", "add --base-url https://…/ of the book's folder")
    return tuple(name for name in WRITERS if name in wanted)


def address(base_url: str) -> str:
    """An address of a folder, with its last slash, in ASCII. Raises UsageError for what is none.

    >>> address("https://example.org/书")
    'https://example.org/%E4%B9%A6/'
    """
    if not base_url:
        return ""
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"{base_url!r} is no address of a folder", "give one such as https://example.org/book/")
    return quote(base_url.rstrip("/"), safe=":/@%[]~!$&'()*+,;=") + "/"


def formats_in(outputs: Iterable[str]) -> tuple[str, ...]:
    """The formats that a book was written in, seen from the names of its files.

    >>> formats_in(["书.m4b", "书.vtt", "chapters/01-书.srt", "feed.xml"])
    ('vtt', 'feed')
    """
    tops = [PurePosixPath(name) for name in outputs if "/" not in name]
    left = {path.stem if path.suffix in (".json", ".xml") else path.suffix[1:] for path in tops}
    return tuple(name for name in WRITERS if name in left)


def write_formats(volume: Volume) -> dict[str, str]:
    """Write the files of a volume's formats; give each path's SHA-256."""
    written: dict[str, str] = {}
    for name in volume.formats:
        writer: Writer = pkgutil.resolve_name(WRITERS[name])
        written |= {path: sha256_of(volume.home / path) for path in writer(volume)}
    return written
