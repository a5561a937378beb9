"""jieba's dictionary (MIT), read without jieba: how often a large text has each word.

Its own loading takes fifteen times as long, and keeps a copy under a known name where everybody may write. Here the
file is kept as it is, 5 MB, and the words of one first character are read when the first of them is asked for: the
lines stand in code point order, but for a hundred with Latin letters before them.
"""

import importlib.util
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from pipeline.errors import MissingProgramError

TOTAL = 60_101_967  # words in the text that was counted: the sum of all lines


class Frequencies:
    """Words with how often the text that was counted has them; a line of the table is: word count part-of-speech.

    >>> words = frequencies()
    >>> words.count("创新"), words.count("AA制"), words.count("倳浽"), words.count("")
    (4681, 3, 0, 0)
    """

    def __init__(self, table: bytes) -> None:
        self._table = b"\n" + table
        self._ordered = self._table.index("\n一".encode())
        self._foreign = _counts(self._table[: self._ordered])
        self._read: dict[str, Mapping[str, int]] = {}

    def count(self, word: str) -> int:
        """How often the text has a word; 0 for what is no word."""
        first = word[:1]
        words = self._read.get(first)
        if words is None:
            words = self._read[first] = _counts(self._lines(first))
        return words.get(word) or self._foreign.get(word, 0)

    def share(self, word: str) -> float | None:
        """The natural logarithm of a word's share of the text; None for what is no word."""
        count = self.count(word)
        return math.log(count / TOTAL) if count else None

    def _lines(self, first: str) -> bytes:
        """The lines that begin with a character."""
        sought, table = first.encode("utf-8", "surrogatepass"), self._table

        def beginning(at: int) -> bytes:
            line = table.rfind(b"\n", 0, at + 1) + 1
            return table[line : line + len(sought)]

        places = range(self._ordered, len(table))
        start, end = bisect_left(places, sought, key=beginning), bisect_right(places, sought, key=beginning)
        return table[self._ordered + start : self._ordered + end] if first else b""


def _counts(lines: bytes) -> Mapping[str, int]:
    fields = lines.decode().split()
    return dict(zip(fields[::3], map(int, fields[1::3]), strict=True))


@cache
def frequencies() -> Frequencies:
    """All words. Raises MissingProgramError without jieba."""
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise MissingProgramError("jieba, whose word counts are needed, is not installed", "pip install jieba")
    return Frequencies((Path(spec.origin).parent / "dict.txt").read_bytes())
