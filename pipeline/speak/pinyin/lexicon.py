"""A run of Chinese characters comes in; its most likely cutting into dictionary words, and their readings, go out."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from itertools import accumulate
from typing import NamedTuple

import numpy as np

LONGEST = 8  # characters in a dictionary word
UNKNOWN = 200  # cost of a character that the dictionary lacks, in eighths of a nat like all costs here


class Costs(Mapping[str, int]):
    """The cost of each word. Those of one first character are read when the first of them is asked for.

    >>> costs = Costs(["银\\t\\t行\\t行业", "长\\t"], [90, 60, 80, 50])
    >>> costs["银行"], costs.get("银子"), list(costs), costs.behind("长")
    (60, None, ['银', '银行', '银行业', '长'], {'': 50})
    """

    def __init__(self, lines: Sequence[str], costs: Sequence[int]) -> None:
        sizes = [line.count("\t") for line in lines]
        self._lines = {line[0]: (line, start) for line, start in zip(lines, accumulate(sizes, initial=0), strict=False)}
        self._costs = costs
        self._read: dict[str, Mapping[str, int]] = {}

    def behind(self, first: str) -> Mapping[str, int]:
        """What may follow a first character in a word, and the cost of the word; itself it is followed by nothing."""
        found = self._read.get(first)
        if found is None:
            line, start = self._lines.get(first, (first, 0))
            tails = line.split("\t")[1:]
            found = self._read[first] = dict(zip(tails, self._costs[start : start + len(tails)], strict=True))
        return found

    def __getitem__(self, word: str) -> int:
        return self.behind(word[:1])[word[1:]]

    def __iter__(self) -> Iterator[str]:
        return (first + tail for first in self._lines for tail in self.behind(first))

    def __len__(self) -> int:
        return len(self._costs)


class Lexicon(NamedTuple):
    """The dictionary: cost of each word, readings of those not read character by character, readings of characters.

    Readings stand in one string, with a blank between them.
    """

    costs: Costs
    words: Mapping[str, str]
    characters: Mapping[str, str]

    def reading(self, word: str) -> Sequence[str | None]:
        """How a word is read by itself; None for a character without a reading.

        >>> lexicon().reading("银行"), lexicon().reading("行"), lexicon().reading("A")
        (['yin2', 'hang2'], ['xing2'], [None])
        """
        whole = self.words.get(word)
        return whole.split(" ") if whole else [next(iter(self.readings(c)), None) for c in word]

    def readings(self, character: str) -> Sequence[str]:
        """All readings of a character, the one it has by itself first.

        >>> lexicon().readings("行")[:2], lexicon().readings("A")
        (['xing2', 'hang2'], [])
        """
        return self.characters.get(character, "").split()


@functools.cache
def lexicon() -> Lexicon:
    """The packed dictionary, which tools/make_pinyin_dictionary.py makes from @pinyin-pro/data (ISC)."""
    with (files(__package__) / "data/dictionary.npz").open("rb") as file, np.load(file) as found:
        text = {name: found[name].tobytes().decode("utf-8") for name in ("words", "readings", "characters")}
        costs = Costs(text["words"].split("\n"), found["costs"].tobytes())
    return Lexicon(costs, _table(text["readings"]), _table(text["characters"]))


def _table(text: str) -> Mapping[str, str]:
    fields = text.replace("\n", "\t").split("\t")
    return dict(zip(fields[::2], fields[1::2], strict=True))


def cut(run: str) -> list[str]:
    """The words of a run of characters, by Viterbi over word frequencies.

    >>> cut("银行行长长大了")
    ['银行行长', '长大', '了']
    """
    return _words(run, _best_starts(run, lexicon().costs))


def _best_starts(run: str, costs: Costs) -> Sequence[int]:
    """For each end in the run, where the last word of the cheapest cutting up to there starts."""
    behind = list(map(costs.behind, run))
    best, starts = [0], [0]
    for end in range(1, len(run) + 1):
        cheapest, start = best[end - 1] + behind[end - 1].get("", UNKNOWN), end - 1
        for begin in range(end - 2, max(-1, end - LONGEST - 1), -1):
            cost = behind[begin].get(run[begin + 1 : end])
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
