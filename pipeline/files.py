"""Files are whole or absent: drafts beside the target, synced, renamed; names that every file system takes."""

import contextlib
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from pipeline.errors import InputError

DRAFT_PREFIX = ".draft-"
NAME_BYTES = 120  # of UTF-8: leaves room for numbers and suffixes below the usual limit of 255
_FORBIDDEN = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A draft path beside `target`; when the block ends well, the draft is synced and becomes the target.

    If the block fails or the process dies, the target is as it was before. Raises InputError when the
    folder cannot be written.
    """
    draft = _new_draft(target)
    try:
        yield draft
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise InputError(
            f"cannot write {target}: {error.strerror or error}",
            "free some space or choose another folder with -o DIR",
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Put `content` at `target`, whole or not at all."""
    with draft_of(target) as draft:
        draft.write_bytes(content)


def safe_name(title: str) -> str:
    """A file name that every common file system takes, still readable as the title.

    >>> safe_name('上/下: "终"')
    '上／下： ＂终＂'
    >>> safe_name(" .. ")
    'untitled'
    """
    printable = "".join(c for c in title if unicodedata.category(c)[0] != "C")
    name = " ".join(printable.translate(_FORBIDDEN).split())
    name = name.encode()[:NAME_BYTES].decode(errors="ignore").strip(" .")
    if _RESERVED.match(name):
        name = f"_{name}"
    return name or "untitled"


def _new_draft(target: Path) -> Path:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=DRAFT_PREFIX, suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise InputError(
            f"cannot write into {target.parent}: {error.strerror or error}",
            "make the folder writable, or choose another one with -o DIR",
        ) from error
    os.close(handle)
    draft = Path(name)
    draft.chmod(0o644)
    return draft


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
