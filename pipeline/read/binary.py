"""The first bytes of a file come in; what it is goes out, when it is known not to be a text that can be read."""

from functools import cache
from pathlib import Path

MOBI_NAME = slice(60, 68)  # where a Palm database says what it holds


def known_binary(content: bytes) -> str:
    """What a file is by its first bytes, "" when it may be a text.

    >>> known_binary(b"%PDF-1.7")
    'a PDF'
    >>> known_binary("第一章".encode())
    ''
    """
    if content[MOBI_NAME] == b"BOOKMOBI":
        return "a Kindle book"
    return next((kind for start, kind in _magic() if content.startswith(start)), "")


@cache
def _magic() -> tuple[tuple[bytes, str], ...]:
    rows = Path(__file__).with_name("magic.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return tuple((bytes.fromhex(start), kind) for start, kind in (row.split("\t") for row in rows))
