"""Files are whole or absent: drafts beside the target, synced, renamed; names that every file system takes."""

import contextlib
import errno
import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.errors import InputError

DRAFT_PREFIX = ".audiobook-draft-"
NAME_BYTES = 120  # of UTF-8: leaves room for numbers and suffixes below the usual limit of 255
_FORBIDDEN = str.maketrans('/\\:*?"<>|', "／＼：＊？＂＜＞｜")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")
_DRAFT = re.compile(re.escape(DRAFT_PREFIX) + r"\w{8}(\.\w+)?")  # as tempfile names them
_ELSEWHERE = "choose another folder with -o DIR"
_REMEDIES = {
    errno.ENOSPC: f"free some space, or {_ELSEWHERE}; what was spoken is kept",
    errno.EDQUOT: f"free some space, or {_ELSEWHERE}; what was spoken is kept",
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), f"make the folder writable, or {_ELSEWHERE}"),
    **dict.fromkeys(
        (errno.EISDIR, errno.ENOTDIR, errno.EEXIST), f"something else has that name: move it away, or {_ELSEWHERE}"
    ),
}


def legible(name: str) -> str:
    """A file's name as text: where its bytes are no UTF-8 they are taken for GB18030, as old archives have them.

    >>> legible(os.fsdecode("春天".encode("gb18030"))), legible("春天")
    ('春天', '春天')
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        return os.fsencode(name).decode("gb18030", "replace")
    return name


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def draft_of(target: Path) -> Iterator[Path]:
    """A draft path beside `target`; when the block ends well, the draft is synced and becomes the target.

    If the block fails or the process dies, the target is as it was before; after a power failure too, since the
    bytes are on the disk before the name is, and the name is before this returns. Raises InputError when the
    folder cannot be written.
    """
    draft = _new_draft(target)
    try:
        yield draft
        _sync(draft)
        draft.replace(target)
        _sync(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> InputError:
    """The error for a path that the system does not let us write, with the remedy for its reason."""
    reason = error.strerror or str(error)
    return InputError(f"cannot write {path}: {reason}", _REMEDIES.get(error.errno or 0, _ELSEWHERE))


def make_folder(folder: Path) -> None:
    """Make a folder and those above it; after a power failure they are there."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in missing:
        _sync(made.parent)


def remove(path: Path) -> None:
    """Remove a file; after a power failure it is not there again."""
    path.unlink(missing_ok=True)
    _sync(path.parent)


def remove_drafts(paths: Iterable[Path]) -> None:
    """Remove those of the files that are drafts; who calls this knows that nobody is writing them."""
    for path in paths:
        if _DRAFT.fullmatch(path.name) and not path.is_dir():
            path.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes) -> None:
    """Put `content` at `target`, whole or not at all."""
    with draft_of(target) as draft:
        draft.write_bytes(content)


def put_unless_there(target: Path, content: bytes) -> None:
    """The same, but a file that has this content is left as it is: to read it costs less than to sync it."""
    with contextlib.suppress(OSError):
        if target.read_bytes() == content:
            return
    write_whole(target, content)


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
        make_folder(target.parent)
        handle, name = tempfile.mkstemp(prefix=DRAFT_PREFIX, suffix=target.suffix, dir=target.parent)
    except OSError as error:
        raise unwritable(target.parent, error) from error
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
