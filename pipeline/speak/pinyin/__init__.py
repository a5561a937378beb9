"""Spoken text comes in; a reading for each character goes out, in context and after tone sandhi.

Words are cut by the dictionary's frequencies; a reading is the dictionary's where the word leaves no doubt, the
model's where it does, a rule's where a closed class decides, a person's before all. Sandhi comes last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.model import Syllable
from pipeline.speak.pinyin.reading import read_words
from pipeline.speak.pinyin.rules import ruled
from pipeline.speak.pinyin.sandhi import sounded
from pipeline.speak.pinyin.words import cut_text


class Pronouncer:
    """Reads text by words; `overrides` (word -> "pin1 yin1") go before everything."""

    def __init__(self, overrides: Mapping[str, str]) -> None:
        self._overrides = {word: reading.split() for word, reading in overrides.items() if word}
        self._kept = tuple(self._overrides)

    def syllables(self, text: str) -> list[Syllable]:
        """One Syllable a character of the text.

        >>> [s.sounded for s in Pronouncer({}).syllables("不是你好！")]
        ['bu2', 'shi4', 'ni2', 'hao3', None]
        """
        words = cut_text(text, self._kept)
        read = zip(read_words(words), text, strict=True)
        found = ruled([s if s.character == c else replace(s, character=c) for s, c in read], words)
        return sounded(self._overridden(found, words), words)

    def _overridden(self, found: Sequence[Syllable], words: Sequence[str]) -> list[Syllable]:
        """The person's own readings in place of what was found."""
        out, at = list(found), 0
        for word in words:
            for k, reading in enumerate(self._overrides.get(word, ())[: len(word)]):
                out[at + k] = replace(out[at + k], citation=reading, sounded=reading, reason="override", doubt=0.0)
            at += len(word)
        return out
