"""The bytes of a text that was piped in come in; the file that it is kept in goes out, so that it can be read again.

A book that was built from a pipe can be spoken afresh in part, explained, and go on growing: for all that its text
must be somewhere. It is kept beside the books, under its title.
"""

import json
import re
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import InputError, UsageError
from pipeline.files import safe_name, write_whole
from pipeline.read import read
from pipeline.read.folder import is_title
from pipeline.read.txt import LARGEST

FOLDER = ".sources"  # in the folder of the books; not in the cache, which may be deleted
NAMELESS = "stdin"
EXAMPLE = "like this: audiobook build - --title TITLE < my.txt"
_PAGE = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_NO_TITLE = re.compile("第.{1,6}[章回节節卷部篇]|[一二三四五六七八九十0-9]+[、.．]")


def piped(stream: BinaryIO) -> bytes:
    """All that is piped in. Raises UsageError for a terminal, InputError for nothing or more than a text can have."""
    if stream.isatty():
        raise UsageError("nothing is piped in: standard input is a terminal", EXAMPLE)
    content = stream.read(LARGEST + 1)
    if not content.strip():
        raise InputError("standard input is empty", EXAMPLE)
    if len(content) > LARGEST:
        raise InputError(f"more than {LARGEST >> 20} MB came in, and a text can have that many", "save it in files")
    return content


def kept(content: bytes, title: str, folder: Path) -> Path:
    """The file of a piped text in `folder`, under a given title, or its own, or its first line.

    Raises UsageError where there is none of them: the next text would take its place.
    """
    with tempfile.TemporaryDirectory() as place:
        own = looked_at(content, Path(place))
    if not title and own.stem == NAMELESS:
        raise UsageError("the text's first line is no title", EXAMPLE)
    path = folder / (f"{safe_name(title)}{own.suffix}" if title else own.name)
    write_whole(path, content)
    if title:
        settings = path.with_name(f"{path.name}.toml")
        write_whole(settings, f"title = {json.dumps(title, ensure_ascii=False)}\n".encode())
    return path


def looked_at(content: bytes, folder: Path) -> Path:
    """The file of a piped text that is only looked at, under its own title where it has one."""
    path = folder / f"{NAMELESS}{_ending(content)}"
    path.write_bytes(content)
    title = _title(path)
    return path.rename(path.with_name(f"{safe_name(title)}{path.suffix}")) if title else path


def _title(path: Path) -> str:
    """The title in a file, or its first line where that can be one: short, no sentence, no chapter's heading."""
    document = read(path)
    line = next((line.strip("# \t\u3000") for line in document.text.splitlines() if line.strip("# \t\u3000")), "")
    return document.title or (line if is_title(line) and not _NO_TITLE.match(line) else "")


def _ending(content: bytes) -> str:
    """What kind of file it is, by its first bytes."""
    if content.startswith(b"PK\x03\x04"):
        return ".docx" if _holds_word(content) else ".epub"  # whose reader says what is wrong with any other package
    return ".html" if _PAGE.match(content[:4096]) else ".txt"


def _holds_word(content: bytes) -> bool:
    """Whether a package is a Word document."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return any(name.startswith("word/") for name in package.namelist())
    except zipfile.BadZipFile:
        return False
