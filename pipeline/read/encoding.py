"""The bytes of a text file come in; the text, the encoding it is in, and the pieces in another one go out.

Chinese files are UTF-8, UTF-16, GB18030 or Big5, seldom labelled and often with a byte lost. Candidates are
therefore scored line by line by how many of their characters are in common use, so that a damaged line cannot
condemn the file. Bytes that mean nothing stay in the text as lone surrogates (PEP 383): `encode` gives them back.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from pipeline.errors import InputError

ESCAPED = re.compile("[\udc00-\udcff]+")
NO_CHARACTER = re.compile("[\ud800-\udfff]+")  # such a byte, or half of a pair in UTF-16
_WIDE_UTF8 = re.compile(rb"[\xe0-\xf4][\x80-\xbf][\x80-\xbf]")
_FOREIGN = re.compile(rb"[\x80-\xff]")
UTF_16 = ("utf-16-le", "utf-16-be")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CANDIDATES = ("utf-8", "gb18030", "cp950")  # cp950 is Big5 as Windows writes it, with the euro sign and 碁
SAMPLE_LINES = 400
SAMPLE_BYTES = 1000  # of one line
WIDE_SHARE = 0.7  # UTF-16 without a mark is believed when this much of it is common
UTF8_SHARE = 0.8  # so much of no other encoding is UTF-8 by chance
LEAST_SHARE = 0.4  # below this the file is in no encoding that we know
LINE_SHARE = 0.9  # a single line is read in another encoding than its file's only on such evidence
HOW_TO_CONVERT = "save it as UTF-8: iconv -f ENCODING -t UTF-8 FILE > NEW.txt"


class Decoded(NamedTuple):
    """A text and the name of the encoding it was read in."""

    text: str
    encoding: str


def decode(content: bytes) -> Decoded:
    """Read bytes as text. Raises InputError when they are in no encoding that we know.

    >>> decode("第一章 开始".encode("gb18030"))
    Decoded(text='第一章 开始', encoding='gb18030')
    >>> decode("第一章 開始".encode("big5")).encoding
    'cp950'
    """
    encoding = _marked(content) or _wide(content) or _sound_utf8(content) or _best(content)
    return Decoded(_decoded(content, encoding), encoding)


def encode(text: str, encoding: str) -> bytes:
    """The bytes that `decode` read: `encode(*decode(content)) == content`."""
    if not encoding.startswith("utf-16"):
        return text.encode(encoding, "surrogateescape")
    odd = text[-1:] if ESCAPED.fullmatch(text[-1:]) else ""
    return text[: len(text) - len(odd)].encode(encoding, "surrogatepass") + bytes(ord(c) & 0xFF for c in odd)


def foreign(line: str, encoding: str) -> Decoded | None:
    """A line with undecodable bytes as it reads in another encoding, when that makes good sense of all of it."""
    if encoding not in CANDIDATES:
        return None
    content = line.encode(encoding, "surrogateescape")
    shares = {other: _share(content, other) for other in CANDIDATES if other != encoding}
    other = max(shares, key=lambda name: shares[name])
    text = content.decode(other, "surrogateescape")
    if shares[other] < LINE_SHARE or ESCAPED.search(text):
        return None
    return Decoded(text, other)


def _marked(content: bytes) -> str:
    return next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "")


def _wide(content: bytes) -> str:
    """UTF-16 without a byte order mark, known by its common characters; "" for anything else."""
    sample = content[: 2 * SAMPLE_BYTES]
    shares = {name: _common_share(sample[: len(sample) // 2 * 2].decode(name, "replace")) for name in UTF_16}
    best = max(UTF_16, key=lambda name: shares[name])
    return best if shares[best] >= WIDE_SHARE and (b"\0" in sample or not _valid_utf8(content)) else ""


def _sound_utf8(content: bytes) -> str:
    """UTF-8 where all of it decodes, with a character of three bytes (two bytes may be a short word of GB18030)."""
    return "utf-8" if content.isascii() or (_WIDE_UTF8.search(content) and _valid_utf8(content)) else ""


def _valid_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _best(content: bytes) -> str:
    lines = _sample(content)
    if not lines:
        return "utf-8"
    sizes = [_foreign_bytes(line) for line in lines]
    scores = {
        name: sum(size * _share(line, name) for size, line in zip(sizes, lines, strict=True)) / sum(sizes)
        for name in CANDIDATES
    }
    best = "utf-8" if scores["utf-8"] >= UTF8_SHARE else max(CANDIDATES, key=lambda name: scores[name])
    if scores[best] < LEAST_SHARE:
        raise InputError("the text is not in UTF-8, UTF-16, GB18030 or Big5", HOW_TO_CONVERT)
    return best


def _sample(content: bytes) -> Sequence[bytes]:
    """Lines with bytes beyond ASCII, spread over the file, long ones cut."""
    lines = [line for line in content.split(b"\n") if not line.isascii()]
    step = max(1, len(lines) // SAMPLE_LINES)
    return [_cut(line) for line in lines[::step]]


def _cut(line: bytes) -> bytes:
    """The part of a long line that begins with its first byte beyond ASCII."""
    found = _FOREIGN.search(line) if len(line) > SAMPLE_BYTES else None
    return line[found.start() : found.start() + SAMPLE_BYTES] if found else line


def _foreign_bytes(line: bytes) -> int:
    return sum(byte > 0x7F for byte in line)


def _share(line: bytes, encoding: str) -> float:
    """How much of a line beyond ASCII makes sense in an encoding, 0 to 1; bytes that do not decode count double.

    Three bytes that are UTF-8 by chance are rare, so every such character counts; two are not.
    """
    text = line.decode(encoding, "surrogateescape")
    characters = [c for c in text if c > "\x7f"]
    lost = sum("\udc80" <= c <= "\udcff" for c in characters)
    sound = encoding == "utf-8"
    good = sum(c in _common() or (sound and c > "\u07ff") for c in characters) - (lost if sound else 0)
    return max(0, good) / (len(characters) + lost) if characters else 0.0


def _common_share(text: str) -> float:
    return sum(c in _common() or "\n" <= c <= "~" for c in text) / len(text) if text else 0.0


@cache
def _common() -> frozenset[str]:
    """Marks and the frequent characters: level 1 of GB 2312 (3,755) and of Big5 (5,401), by the standards' layout."""
    rows = (("gb2312", 0xA1, 0xD7), ("big5", 0xA1, 0xC6))
    return frozenset(c for encoding, first, last in rows for c in _cells(encoding, first, last))


def _cells(encoding: str, first: int, last: int) -> Iterator[str]:
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            yield from bytes((lead, trail)).decode(encoding, "ignore")


def _decoded(content: bytes, encoding: str) -> str:
    if encoding.startswith("utf-16"):
        even = len(content) // 2 * 2
        odd = "".join(chr(0xDC00 + byte) for byte in content[even:])
        return content[:even].decode(encoding, "surrogatepass") + odd
    text = content.decode(encoding, "surrogateescape")
    return text if encoding == "utf-8" else _exact(text, content, encoding)


def _exact(text: str, content: bytes, encoding: str) -> str:
    """The text with the few codes that another code stands for too (cp950 has 十 twice) kept as bytes."""
    if text.encode(encoding, "surrogateescape") == content:
        return text
    pieces: list[str] = []
    position = 0
    for character in text:
        code = character.encode(encoding, "surrogateescape")
        original = content[position : position + len(code)]
        position += len(code)
        pieces.append(character if code == original else original.decode("ascii", "surrogateescape"))
    return "".join(pieces)
