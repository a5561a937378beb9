"""A zipped book (EPUB, DOCX) comes in; its parts go out, unpacked in memory and never on a disk.

Nothing in the file is believed before it is checked: the number of its parts, their sizes unpacked, their names.
"""

import posixpath
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from pipeline.errors import InputError
from pipeline.read.txt import unreadable

PART_BYTES = 24 << 20  # unpacked; a million characters of a novel are 3 MB
PACKAGE_BYTES = 64 << 20  # of all parts that are read
PACKAGE_TAGS = 2_000_000  # in all parts that are read; the Mahabharata has 800,000
DIRECTORY_BYTES = 8 << 20  # the list of parts: some 100,000 names
_END = b"PK\x05\x06"
_END_BYTES = 22 + 65_535  # the record at the end, with the longest comment
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


@dataclass
class Package:
    """An open zip file that knows how much has been taken out of it."""

    path: Path
    zipped: zipfile.ZipFile
    left: int = PACKAGE_BYTES
    tags_left: int = PACKAGE_TAGS
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for info in self.zipped.infolist():
            parts = info.filename.replace("\\", "/").split("/")
            if ".." in parts or parts[0] == "":
                raise broken(self.path, f"a part is named {info.filename[:80]!r}, which leads out of it")
            self._names.setdefault(info.filename.casefold(), info.filename)
            self._names[info.filename] = info.filename

    def __contains__(self, name: str) -> bool:
        return self._name(name) is not None

    def names(self) -> Iterator[str]:
        return (info.filename for info in self.zipped.infolist())

    def part(self, name: str) -> bytes:
        """The bytes of a part. Raises InputError where it is missing, damaged, locked or too large."""
        found = self._name(name)
        if found is None:
            raise broken(self.path, f"its part {name[:80]!r} is missing")
        info = self.zipped.getinfo(found)
        self._demand_plain(info)
        try:
            with self.zipped.open(info) as file:
                content = file.read(info.file_size + 1)
        except _BROKEN as error:
            raise broken(self.path, f"its part {name[:80]!r} is damaged ({error})") from error
        self.left -= len(content)
        self.tags_left -= content.count(b"<")
        if self.tags_left < 0:
            raise too_marked(self.path)
        return content

    def _name(self, name: str) -> str | None:
        return self._names.get(name) or self._names.get(name.casefold())

    def _demand_plain(self, info: zipfile.ZipInfo) -> None:
        if info.flag_bits & 1:
            raise locked(self.path)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise broken(self.path, f"its part {info.filename[:80]!r} is a link")
        if info.file_size > min(PART_BYTES, self.left):
            raise InputError(
                f"{self.path}: its part {info.filename[:80]!r} unpacks to {info.file_size:,} bytes",
                f"a part may have {PART_BYTES >> 20} MB and the texts together {PACKAGE_BYTES >> 20}: divide the book",
            )


def opened(path: Path) -> Package:
    """The package in a file. Raises InputError where it is none or is damaged."""
    head, tail = _ends(path)
    place = tail.rfind(_END)
    if not head.strip():
        raise InputError(f"{path} is empty", "fetch the file again, or name another one")
    if place < 0 or len(tail) < place + 22:
        kind = "a zip archive that is cut off" if head.startswith(b"PK") else "not the zip archive it should be"
        raise broken(path, f"it is {kind}")
    if struct.unpack_from("<I", tail, place + 12)[0] > DIRECTORY_BYTES:
        raise broken(path, "it has more parts than a book can have")
    try:
        return Package(path, zipfile.ZipFile(path))
    except (*_BROKEN, struct.error) as error:
        raise broken(path, f"its list of parts is damaged ({error})") from error


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first and the last bytes of a file."""
    try:
        with path.open("rb") as file:
            head = file.read(_END_BYTES)
            file.seek(max(0, path.stat().st_size - _END_BYTES))
            return head, file.read(_END_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


def resolved(base: str, href: str) -> str:
    """The name of the part that `href`, written in the part `base`, leads to.

    >>> resolved("OPS/text/a.xhtml", "../img/%E5%9B%BE.png#x"), resolved("a.opf", "../../b")
    ('OPS/img/图.png', '../../b')
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(href.partition("#")[0])))


def broken(path: Path, what: str) -> InputError:
    return InputError(f"{path} cannot be read: {what}", "fetch the file again, or convert it to a .txt")


def too_marked(path: Path) -> InputError:
    return InputError(f"{path} has millions of tags, more than a book can have", "divide it, or convert it to a .txt")


def locked(path: Path) -> InputError:
    """The error for a book under digital rights management."""
    return InputError(f"{path} is locked (DRM, or a password)", "only a book without a lock can be read aloud")
