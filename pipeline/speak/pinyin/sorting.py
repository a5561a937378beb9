"""Words come in as they are written; what a list sorts them by goes out: their pinyin, for programs that go by code.

Only the dictionary is asked: it is there at once, and a list of titles needs no more.
"""

import re

from pipeline.speak.pinyin.lexicon import cut, lexicon
from pipeline.speak.pinyin.words import HAN

_PARTS = re.compile(f"[{HAN}]+|[^{HAN}]+")


def sort_name(words: str) -> str:
    """Pinyin without tones, a blank between syllables; other signs stay.

    >>> sort_name("重庆森林：第2部"), sort_name("A计划")
    ('chong qing sen lin ： di 2 bu', 'A ji hua')
    """
    parts = (_spelt(part) if re.match(f"[{HAN}]", part) else part.strip() for part in _PARTS.findall(words))
    return " ".join(part for part in parts if part)


def _spelt(run: str) -> str:
    readings = [
        (reading or character).rstrip("12345")
        for word in cut(run)
        for character, reading in zip(word, lexicon().reading(word), strict=True)
    ]
    return " ".join(readings)
