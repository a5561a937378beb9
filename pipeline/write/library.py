"""The books' folders come in; `index.html` above them, the page from which each is opened, goes out."""

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from filelock import FileLock

from pipeline.files import write_whole
from pipeline.write.glimpse import glimpse_of
from pipeline.write.onefile import Parts, one_file
from pipeline.write.player import NAME

OURS = b'<meta name="generator" content="audiobook library">'
PARTS = Parts("library.html", ("page.css", "library.css"), ("player_words.js", "library.js"))


def write_library(folder: Path, lock: Path) -> Path | None:
    """Write the page over all books that are there now; a page of that name that is not ours stays, and None is given.

    Builds that end at the same time take turns: whoever comes last sees every book.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        target = folder / NAME
        if target.exists() and not _is_ours(target):
            return None
        write_whole(target, page_of(folder.iterdir()))
        return target


def page_of(folders: Iterable[Path]) -> bytes:
    """The page of those folders that hold a book with a player, by title."""
    books = [card for home in folders if (card := _card(home))]
    return b"".join(one_file(PARTS, "Books", {"books": sorted(books, key=lambda book: (book["title"], book["home"]))}))


def _card(home: Path) -> dict[str, Any] | None:
    """What the page tells of a book; None where there is none."""
    if home.name.startswith(".") or not (home / NAME).is_file():
        return None
    told = glimpse_of(home)
    return told and {
        "title": told.title,
        "creator": told.creator,
        "language": told.language,
        "key": told.key,
        "length": told.length,
        "chapters": len(told.encodings),
        "home": quote(home.name),
        "cover": quote(f"{home.name}/cover.jpg") if (home / "cover.jpg").is_file() else "",
    }


def _is_ours(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return OURS in file.read(4096)
    return False
