"""jieba's dictionary (MIT), read without jieba: how often a large text has each word.

Its own loading takes four times as long, and keeps a copy under a known name where everybody may write.
"""

import importlib.util
import math
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import MissingProgramError


class Frequencies(NamedTuple):
    """Words with how often the text that was counted has them, of `total` words."""

    counts: Mapping[str, int]
    total: int

    def share(self, word: str) -> float | None:
        """The logarithm of a word's share of the text; None for what is no word."""
        count = self.counts.get(word, 0)
        return math.log(count / self.total) if count else None


@cache
def frequencies() -> Frequencies:
    """All words; a line of the file is: word count part-of-speech. Raises MissingProgramError without jieba.

    >>> frequencies().counts["创新"], len(frequencies().counts)
    (4681, 349045)
    """
    spec = importlib.util.find_spec("jieba")
    if spec is None or spec.origin is None:
        raise MissingProgramError("jieba, whose word counts are needed, is not installed", "pip install jieba")
    fields = (Path(spec.origin).parent / "dict.txt").read_text(encoding="utf-8").split()
    counts = [int(count) for count in fields[1::3]]
    return Frequencies(dict(zip(fields[::3], counts, strict=True)), sum(counts))
