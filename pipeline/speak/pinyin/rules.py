"""Readings in context come in; closed classes that a rule knows better than any statistics go out corrected.

Each rule is `(syllables, words, at, k) -> syllables of the k-th word or None`, where the word starts at `at`.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.resources import files

from pipeline.model import Syllable

Found = list[Syllable]
Rule = Callable[[Found, Sequence[str], int, int], Found | None]


def ruled(syllables: Sequence[Syllable], words: Sequence[str]) -> Found:
    """The syllables, as the phrases say that they stand in, each word after the first rule that knows it."""
    found, at = phrased(syllables, "".join(words)), 0
    for k, word in enumerate(words):
        for rule in RULES:
            changed = rule(found, words, at, k)
            if changed is not None:
                found[at : at + len(word)] = changed
                break
        at += len(word)
    return found


def phrased(syllables: Sequence[Syllable], text: str) -> Found:
    """The syllables, those read otherwise whose surroundings leave no choice: a pattern of phrases.tsv marks them.

    >>> from pipeline.speak.pinyin.reading import read_words
    >>> [s.citation for s in phrased(read_words(["还", "了", "，", "走", "不了"]), "还了，走不了")]
    ['huan2', 'le5', None, 'zou3', 'bu4', 'liao3']
    """
    found = list(syllables)
    for character in dict.fromkeys(text):
        for pattern, reading in phrases(character):
            for match in pattern.finditer(text):
                at = match.start("here")
                found[at : at + 1] = _read_as(found[at : at + 1], [reading])
    return found


def surname(found: Found, words: Sequence[str], at: int, k: int) -> Found | None:
    """A character that is read otherwise as a surname, before a title or after 姓.

    >>> from pipeline.speak.pinyin.reading import read_words
    >>> [s.citation for s in ruled(read_words(["曾", "老师", "姓", "单"]), ["曾", "老师", "姓", "单"])]
    ['zeng1', 'lao3', 'shi1', 'xing4', 'shan4']
    """
    own = table("surnames.tsv").get(words[k])
    if own is None:
        return None
    follower = words[k + 1] if k + 1 < len(words) else ""
    if follower in table("titles.tsv") or (k and words[k - 1] == "姓"):
        return _read_as(found[at : at + len(words[k])], own.split())
    return None


def again(found: Found, words: Sequence[str], at: int, k: int) -> Found | None:
    """A verb said twice is neutral the second time: 看看, 试试, 走走, also where the words are cut apart.

    >>> from pipeline.speak.pinyin.reading import read_words
    >>> [s.citation for s in ruled(read_words(["去", "看看"]), ["去", "看看"])]
    ['qu4', 'kan4', 'kan5']
    """
    word, verbs = words[k], table("verbs_twice.tsv")
    if len(word) == 2 and word[0] == word[1] and word[0] in verbs and found[at].citation:
        first = found[at].citation or ""
        return _read_as(found[at : at + 2], [first, f"{first[:-1]}5"])
    if k and len(word) == 1 and word == words[k - 1] and word in verbs and (k < 2 or words[k - 2] != word):
        first = found[at - 1].citation or ""
        return _read_as(found[at : at + 1], [f"{first[:-1]}5"])
    return None


def curled(found: Found, words: Sequence[str], at: int, k: int) -> Found | None:
    """儿 that only curls the syllable before it, in everyday words: 这儿, 一会儿 (but 女儿, 儿子).

    >>> from pipeline.speak.pinyin.reading import read_words
    >>> [s.citation for s in ruled(read_words(["在", "这儿"]), ["在", "这儿"])]
    ['zai4', 'zhe4', 'er5']
    """
    if not words[k].endswith("儿") or words[k] not in table("erhua.tsv"):
        return None
    last = at + len(words[k]) - 1
    return [*found[at:last], *_read_as(found[last : last + 1], ["er5"])]


def got(found: Found, words: Sequence[str], at: int, k: int) -> Found | None:
    """得 before 了, 过 or 到 is what was got, never what must be: 他得了冠军.

    >>> from pipeline.model import Syllable
    >>> must, done = Syllable("得", "dei3", "dei3"), Syllable("了", "le5", "le5")
    >>> [s.citation for s in ruled([must, done], ["得", "了"])]
    ['de2', 'le5']
    """
    follower = words[k + 1][:1] if k + 1 < len(words) else ""
    if words[k] == "得" and found[at].citation == "dei3" and follower in ("了", "过", "到"):
        return _read_as(found[at : at + 1], ["de2"])
    return None


def returned(found: Found, words: Sequence[str], at: int, k: int) -> Found | None:
    """还 before what one gives back: 他还钱了 (but 还要, 还有).

    >>> from pipeline.speak.pinyin.reading import read_words
    >>> [s.citation for s in ruled(read_words(["还", "钱"]), ["还", "钱"])]
    ['huan2', 'qian2']
    """
    follower = words[k][1:] or (words[k + 1] if k + 1 < len(words) else "")
    if words[k].startswith("还") and follower in table("returned.tsv"):
        return [*_read_as(found[at : at + 1], ["huan2"]), *found[at + 1 : at + len(words[k])]]
    return None


RULES: tuple[Rule, ...] = (surname, again, curled, got, returned)


def _read_as(syllables: Sequence[Syllable], readings: Sequence[str]) -> Found:
    return [
        replace(syllable, citation=reading, sounded=reading, reason="rule", doubt=0.0)
        for syllable, reading in zip(syllables, readings, strict=True)
    ]


@functools.cache
def table(name: str) -> dict[str, str]:
    """A word table beside this file: word, and what is said of it, if anything."""
    return {word: said for word, _, said in (row.partition("\t") for row in _rows(name))}


@functools.cache
def phrases(character: str) -> Sequence[tuple[re.Pattern[str], str]]:
    """The patterns of phrases.tsv that are about a character, in which its place is called `here`; their readings."""
    here, rows = f"(?P<here>{character})", _phrases().get(character, ())
    return [(re.compile(pattern.replace("_", here, 1)), reading) for pattern, reading in rows]


@functools.cache
def _phrases() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("phrases.tsv"):
        character, pattern, reading = row.split("\t")
        found.setdefault(character, []).append((pattern, reading))
    return found


def _rows(name: str) -> list[str]:
    """The lines of a table beside this file, without its remarks."""
    lines = (files(__package__) / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]
