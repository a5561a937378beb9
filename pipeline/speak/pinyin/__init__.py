"""Spoken text comes in; a reading for each character goes out, in context and after tone sandhi."""

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from pipeline.model import Syllable
from pipeline.speak.pinyin.sandhi import sounded

_HAN = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff]")
_RUNS = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff]+|[^〇\u3400-\u4dbf\u4e00-\u9fff]+")


class Pronouncer:
    """Reads text by words; `overrides` (word -> "pin1 yin1") go before everything."""

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._overrides = {word: reading.split() for word, reading in overrides.items()}

    def syllables(self, text: str) -> list[Syllable]:
        """One Syllable a character of the text."""
        words = list(self._cutter.cut(text, HMM=True))
        found: list[Syllable] = []
        for word in words:
            own = self._overrides.get(word)
            readings: list[str | None] = list(own or ()) or [
                reading for run in _RUNS.findall(word) for reading in _readings(run)
            ]
            reason = "override" if own else "dictionary"
            found += [
                Syllable(character, reading, reading, k == 0, reason)
                for k, (character, reading) in enumerate(zip(word, readings, strict=True))
            ]
        return sounded(found, words)

    @cached_property
    def _cutter(self) -> Any:
        import logging

        import jieba

        jieba.setLogLevel(logging.ERROR)
        cutter = jieba.Tokenizer()
        for word in self._overrides:
            cutter.add_word(word, freq=10_000_000)
        return cutter


def _readings(run: str) -> list[str | None]:
    """The readings of a run of characters; None for each sign of a run that has none."""
    from pypinyin import Style, lazy_pinyin

    if not _HAN.match(run):
        return [None] * len(run)
    return list(lazy_pinyin(run.replace("〇", "零"), style=Style.TONE3, neutral_tone_with_five=True))
