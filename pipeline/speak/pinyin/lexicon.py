"""A run of Chinese characters comes in; its most likely cutting into dictionary words, and their readings, go out."""

import functools
import sys
from collections.abc import Sequence
from importlib.resources import files
from typing import NamedTuple

import numpy as np

LONGEST = 8  # characters in a dictionary word
UNKNOWN = 200  # cost of a character that the dictionary lacks, in eighths of a nat like all costs here


class Lexicon(NamedTuple):
    """The dictionary: cost of each word, readings of those not read character by character, readings of characters."""

    costs: dict[str, int]
    words: dict[str, tuple[str, ...]]
    characters: dict[str, tuple[str, ...]]

    def reading(self, word: str) -> tuple[str | None, ...]:
        """How a word is read by itself; None for a character without a reading.

        >>> lexicon().reading("银行"), lexicon().reading("行")
        (('yin2', 'hang2'), ('xing2',))
        """
        return self.words.get(word) or tuple(self.characters.get(c, (None,))[0] for c in word)


@functools.cache
def lexicon() -> Lexicon:
    """The packed dictionary (tools/make_pinyin_dictionary.py makes it from @pinyin-pro/data, ISC), in about 0.15 s."""
    with (files(__package__) / "data/dictionary.npz").open("rb") as file, np.load(file) as found:
        text = {name: found[name].tobytes().decode("utf-8") for name in ("words", "readings", "characters")}
        costs = dict(zip(text["words"].split("\n"), found["costs"].tolist(), strict=True))
    return Lexicon(costs, _table(text["readings"]), _table(text["characters"]))


def _table(text: str) -> dict[str, tuple[str, ...]]:
    rows = (line.split("\t") for line in text.split("\n"))
    return {word: tuple(map(sys.intern, readings.split())) for word, readings in rows}  # 1,500 syllables in all


def cut(run: str) -> list[str]:
    """The words of a run of characters, by Viterbi over word frequencies.

    >>> cut("银行行长长大了")
    ['银行行长', '长大', '了']
    """
    return _words(run, _best_starts(run, lexicon().costs))


def _best_starts(run: str, costs: dict[str, int]) -> Sequence[int]:
    """For each end in the run, where the last word of the cheapest cutting up to there starts."""
    best, starts = [0], [0]
    for end in range(1, len(run) + 1):
        cheapest, start = best[end - 1] + costs.get(run[end - 1], UNKNOWN), end - 1
        for begin in range(end - 2, max(-1, end - LONGEST - 1), -1):
            cost = costs.get(run[begin:end])
            if cost is not None and best[begin] + cost < cheapest:
                cheapest, start = best[begin] + cost, begin
        best.append(cheapest)
        starts.append(start)
    return starts


def _words(run: str, starts: Sequence[int]) -> list[str]:
    words, end = [], len(run)
    while end:
        words.append(run[starts[end] : end])
        end = starts[end]
    return words[::-1]
