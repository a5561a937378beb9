"""A character and what stands in brackets behind it come in; whether that is one of its readings goes out."""

import os
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache

VOWELS = "aāáǎàăeēéěèĕiīíǐìĭoōóǒòŏuūúǔùŭüǖǘǚǜvɑń ňǹḿ".replace(" ", "")
LETTERS = f"a-zɡ{VOWELS}"
TONES = "[1-5]"
_ALIKE = str.maketrans({"ɑ": "a", "ɡ": "g", "ü": "v", "ê": "e"})


def plain(reading: str) -> str:
    """A reading without its tone, in ASCII.

    >>> plain("zhǎng"), plain("lǜ"), plain("guang3"), plain("lü")
    ('zhang', 'lv', 'guang', 'lv')
    """
    apart = unicodedata.normalize("NFD", reading.lower()).replace("u\u0308", "v")
    return "".join(c for c in apart if not unicodedata.combining(c) and not c.isdigit()).translate(_ALIKE)


@lru_cache(maxsize=32768)
def readings(character: str) -> frozenset[str]:
    """The readings that pypinyin's dictionary has for a character, without tones.

    >>> sorted(readings("長")), sorted(readings("A"))
    (['chang', 'zhang'], [])
    """
    return frozenset(map(plain, _dictionary().get(ord(character), "").split(",")) if ord(character) > 0x7F else ()) - {
        ""
    }


def is_reading(reading: str, character: str) -> bool:
    """Whether a character can be read so, whatever the tone.

    >>> is_reading("zhǎng", "長"), is_reading("guang", "廣"), is_reading("WTO", "織")
    (True, True, False)
    """
    return plain(reading) in readings(character)


@cache
def _dictionary() -> dict[int, str]:
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # only its characters are needed; its phrases load slowly
    from pypinyin.pinyin_dict import pinyin_dict

    return dict(pinyin_dict)


@cache
def syllables() -> frozenset[str]:
    """Every syllable that some character has, without tones."""
    return frozenset(syllable for code in range(0x4E00, 0xA000) for syllable in readings(chr(code)))


def spelled(reading: str, characters: Iterable[str]) -> list[str]:
    """Those of the characters that can be read so, tone included where the reading has one."""
    toned = unicodedata.normalize("NFC", reading.lower()).translate(str.maketrans("ɑɡ", "ag"))
    if toned == plain(reading):
        return [c for c in characters if is_reading(reading, c)]
    return [c for c in characters if toned in _dictionary().get(ord(c), "").split(",")]


GLOSS = re.compile(rf"\(([{LETTERS}]{{1,6}}{TONES}?)\)|（([{LETTERS}]{{1,6}}{TONES}?)）")
