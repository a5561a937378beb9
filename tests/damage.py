"""Sound text comes in; the text as a site that worked on bytes would have left it goes out.

The forward model of /pipeline/repair: encode traditional text as GBK, put glosses behind every pair of bytes that
spells a glossed character, replace full-width marks by ASCII, pair by pair, and decode what is left of it.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

FULL_WIDTH = {"？": "?", "，": ",", "：": ":", "；": ";", "（": "(", "）": ")", "！": "!"}


class Site(NamedTuple):
    """What a site does: its glosses (character -> reading), the marks it replaces, and how it decodes bytes."""

    glosses: Mapping[str, str]
    marks: Mapping[str, str]
    decode: Callable[[bytes], str]
    times: int = 1  # how often each gloss is put


def damaged(text: str, site: Site) -> str:
    """The text as the site leaves it.

    >>> site = Site({"冊": "cè", "發": "fā"}, {"，": ","}, swallowing)
    >>> damaged("我們在發展，", site)
    '我們?cè)诎l(fā)展,'
    """
    content = text.encode("gb18030")
    for character, reading in site.glosses.items():
        pair = character.encode("gb18030")
        content = content.replace(pair, pair + f"({reading})".encode("gb18030") * site.times)
    for full, narrow in site.marks.items():
        content = content.replace(full.encode("gb18030"), narrow.encode())
    return site.decode(content)


def swallowing(content: bytes) -> str:
    """Decode as PHP's mbstring does: a lead byte takes the byte behind it along, blanks excepted."""
    pieces: list[str] = []
    k = 0
    while k < len(content):
        if content[k] < 0x81:
            pieces.append("€" if content[k] == 0x80 else chr(content[k]))
            k += 1
        elif k + 1 < len(content) and content[k + 1] > 0x20:
            pieces.append(_pair(content[k : k + 2]))
            k += 2
        else:
            pieces.append("?")
            k += 1
    return "".join(pieces)


def sparing(content: bytes) -> str:
    """Decode as browsers and Python do: a lead byte without a partner is lost alone."""
    return content.decode("gbk", "replace")


def _pair(pair: bytes) -> str:
    if 0x30 <= pair[1] <= 0x39:
        return "?"
    found = pair.decode("gb18030", "replace")
    return "?" if "\ufffd" in found else found
