"""A Document comes in; the same goes out with text that was decoded in a wrong encoding decoded in the right one.

Only where the bytes make sense in the right encoding to the last one, and what stands there makes none as it is.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of, noted
from pipeline.repair.torn_bytes import everyday
from pipeline.repair.torn_utf8 import LOSS, lost_in_gbk, whole

_CP1252 = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
_WESTERN = re.compile(f"[\u0080-\u00ff{_CP1252}](?:[\u0080-\u00ff\ufffd{_CP1252}]| (?=[\u0080-\u00ff{_CP1252}]))+")
_LATIN = re.compile("[À-ÖØ-öø-ÿ]")  # what is read wrong has letters; rows of dashes or dots are drawn
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)  # bytes that Windows-1252 gives no meaning
_UTF8_IN_LATIN = re.compile(f"[\u00c2-\u00f4][\u0080-\u00bf{_CP1252}]")
_LOST_FOR_EVER = re.compile("锟斤拷(?:锟斤拷)*|(?:烫烫){2,}|(?:屯屯){2,}")
# How UTF-8 reads as GBK: what the first two bytes of ， 。 “ and of common characters become.
_UTF8_IN_GBK = re.compile("锛|銆|鈥|鐨|涓|浜|鍦|鏄|浠|鎴|杩|瑕|鍥|鍙|绗|浣|鏈|鍜")
_HAN = re.compile("[㐀-鿿]")
FEWEST = 3  # Chinese characters that a piece must give
GOOD = 0.9  # of them are in common use when it is read right
BAD = 0.5  # of the characters as written are at the most


def western(document: Document) -> Document:
    """UTF-8 or GBK that was read as Latin-1 or Windows-1252.

    >>> from pipeline.repair.rule import document_of
    >>> for text in ("他说：ä½\\xa0å¥½", "cafÃ© naïve café", "ÄãºÃÊÀ½ç", "Ærøskøbing, ÄÖÜ", "çœ‹è§�è®¸å¤šäºº"):
    ...     print(western(document_of(text)).text)
    他说：你好
    café naïve café
    你好世界
    Ærøskøbing, ÄÖÜ
    看见许多人
    """
    return _reread(document, _western)


def _reread(document: Document, reading: Callable[[str], Iterator[Replacement]]) -> Document:
    """The document with what `reading` reads right; where bytes were lost on the way it is a guess."""
    sure = [change for change in reading(document.text) if LOSS not in document.text[change.start : change.end]]
    document = edited(document, "mojibake", sure)
    return edited(document, "mojibake", list(reading(document.text)), guess=True) if LOSS in document.text else document


def _western(text: str) -> Iterator[Replacement]:
    for match in _WESTERN.finditer(text):
        right = piece = match[0]
        while again := _western_right(right):  # a text may have been read wrong twice
            right = again
        if right != piece:
            yield Replacement(*match.span(), right)


def _western_right(piece: str) -> str:
    """A piece read right, "" where it makes no sense so or has been."""
    if not _WESTERN.fullmatch(piece) or not _LATIN.search(piece):
        return ""
    if LOSS in piece:
        return _chinese(whole([None if c == LOSS else _western_byte(c)[0] for c in piece], lambda _: _UNDEFINED))
    content = b"".join(map(_western_byte, piece))
    right = _decoded(content, "utf-8") if _UTF8_IN_LATIN.search(piece) else ""
    han = _HAN.findall(right)
    if sum(map(everyday().__contains__, han)) < BAD * len(han):
        right = ""  # é”“ is a letter in quotation marks
    if not right and len(content) >= 2 * FEWEST:
        right = _chinese(_decoded(content, "gb18030"))
    return right if right != piece else ""


def chinese(document: Document) -> Document:
    """UTF-8, Big5 or GBK that was read as another of them, line by line.

    >>> from pipeline.repair.rule import document_of
    >>> wrong = "你好，世界！今天天气很好。".encode().decode("gb18030", "replace")
    >>> chinese(document_of("天氣很好的一天".encode("big5").decode("gb18030"))).text
    '天氣很好的一天'
    >>> chinese(document_of("浣犲ソ锛屼笘鐣屼汉姘?")).text
    '你好，世界人民'
    >>> chinese(document_of("我们看见许多人".encode().decode("gbk", "replace"))).text
    '我们看见许多人'
    """
    document = _reread(document, _lines)
    lost = [
        (*match.span(), "characters lost for ever in conversion") for match in _LOST_FOR_EVER.finditer(document.text)
    ]
    return noted(document, "mojibake", lost)


def _lines(text: str) -> Iterator[Replacement]:
    for offset, line in lines_of(text):
        if _is_strange(line) and (right := _line_right(line)):
            yield Replacement(offset, offset + len(line), right)


def _is_strange(line: str) -> bool:
    """Whether hardly half of a line's characters beyond ASCII are in common use.

    Where most of the others are letters, it is a line of pinyin or in another language; where most are signs, or all
    the same character, it is drawn, or counts: ┏━━━━┓, ①②③.
    """
    odd = _odd().findall(line)
    if len(set(odd)) < FEWEST or len(line) - len(line.encode("ascii", "ignore")) > len(odd) / (1 - BAD):
        return False
    letters = [c for c in odd if c < "㐀" and c.isalpha()]
    signs = [c for c in odd if unicodedata.category(c)[0] in "NPS"]
    return max(len(letters), len(signs)) <= len(odd) / 2


def _line_right(line: str) -> str:
    """The line in the encoding in which it makes sense; "" where none does."""
    candidates = [_utf8_in_gbk(line)] if _UTF8_IN_GBK.search(line) else []
    candidates += [_recoded(line, "gb18030", "big5"), _recoded(line, "big5", "gb18030")]
    return next((right for right in candidates if _chinese(right)), "")


def _recoded(line: str, wrong: str, right: str) -> str:
    try:
        return line.encode(wrong).decode(right)
    except UnicodeError:
        return ""


def _utf8_in_gbk(line: str) -> str:
    """UTF-8 read as GBK; at the end of a piece the last byte may have been lost, and a `?` stands there."""
    if LOSS in line:
        return whole(list(_gbk_bytes(line)), lost_in_gbk)
    content = line.replace("€", "\x80").encode("gb18030", "ignore").replace(b"\xc2\x80", b"\x80")
    right = content.decode("utf-8", "surrogateescape")
    return re.sub("[\udc80-\udcff]{1,2}\\?", lambda m: _completed(m[0], right[: m.start()]), right)


def _gbk_bytes(line: str) -> Iterator[int | None]:
    """The bytes that GBK reads as this line, None for each that it could not read."""
    for character in line:
        if character == LOSS:
            yield None
        else:
            yield from b"\x80" if character == "€" else character.encode("gb18030", "ignore")


def _completed(torn: str, left: str) -> str:
    """The likeliest character that begins with the bytes of `torn`, its last byte being lost."""
    from pipeline.repair.evidence import likelihood

    begun = bytes(ord(c) & 0xFF for c in torn[:-1])
    whole = [_decoded(begun + bytes((last,)), "utf-8") for last in range(0x80, 0xC0)]
    found = [c for c in whole if len(c) == 1 and c in everyday()]
    return max(found, key=lambda c: likelihood(left[-6:] + c), default=torn)


def _western_byte(character: str) -> bytes:
    """The byte that Windows-1252, or where it has none Latin-1, reads as this character."""
    try:
        return character.encode("cp1252")
    except UnicodeError:
        return character.encode("latin-1")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeError:
        return ""


def _chinese(text: str) -> str:
    """The text, if it is Chinese in common characters; "" otherwise."""
    foreign = [c for c in text if not c.isascii()]
    common = sum(map(everyday().__contains__, foreign))
    characters = sum("一" <= c <= "鿿" for c in foreign)
    return text if characters >= FEWEST and common >= GOOD * len(foreign) else ""


@cache
def _odd() -> re.Pattern[str]:
    """A character beyond ASCII that is not in common use."""
    return re.compile("[^\x00-\x7f" + "".join(sorted(everyday())) + "]")
