"""A number of characters comes in; a text of that length goes out, in chapters, the same every time.

The clauses of `texts/` are put together anew, so that hardly a sentence comes twice: a cache must not help.

    python benchmarks/long_book.py 1000000 > book.txt
"""

import random
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TEXTS = ("modern", "novel", "classical")
CHAPTER = 3_300  # characters: 1,000,000 of them are some 300 chapters
SENTENCES = (3, 6)  # in a paragraph
CLAUSES = (2, 4)  # in a sentence
_CLAUSE = re.compile("[^，。！？；：、“”…—\n]{4,16}(?=[，。！？；：])")


def long_book(characters: int) -> str:
    """A text of about so many characters, in chapters of CHAPTER.

    >>> text = long_book(10_000)
    >>> len(text) // 1000, text.count("第"), text == long_book(10_000)
    (10, 3, True)
    """
    chance = random.Random(characters)
    chapters = max(1, round(characters / CHAPTER))
    return "".join(_chapter(number, characters // chapters, chance) for number in range(1, chapters + 1))


def _chapter(number: int, characters: int, chance: random.Random) -> str:
    paragraphs = [f"第{number}章 {chance.choice(_clauses())[:6]}\n"]
    while sum(map(len, paragraphs)) < characters:
        sentences = [_sentence(chance) for _ in range(chance.randint(*SENTENCES))]
        paragraphs.append("".join(sentences) + "\n")
    return "\n".join(paragraphs) + "\n"


def _sentence(chance: random.Random) -> str:
    return "，".join(chance.choices(_clauses(), k=chance.randint(*CLAUSES))) + chance.choice("。。。！？")


@cache
def _clauses() -> list[str]:
    """The clauses of the texts that begin no chapter."""
    return sorted(clause for clause in set(_all_clauses()) if "第" not in clause)


def _all_clauses() -> Iterator[str]:
    for name in TEXTS:
        text = (Path(__file__).parent / "texts" / f"{name}.txt").read_text(encoding="utf-8")
        yield from _CLAUSE.findall(text)


if __name__ == "__main__":
    sys.stdout.write(long_book(int(*(sys.argv[1:] or ["200"]))))
