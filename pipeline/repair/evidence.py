"""A piece of text comes in; how likely it is as Chinese goes out, in natural logarithms.

Half of it is words, the likeliest chain of them (Viterbi over a unigram model) by jieba's frequencies, and half is
context, each character behind the two before it. Traditional characters count as their simplified forms. What no
Chinese text has (private characters, rare ones, stray letters) costs accordingly.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from pipeline.frequencies import frequencies
from pipeline.repair.ngrams import following
from pipeline.repair.script import tables

CONTEXT = 0.5  # how much what follows what counts; the rest goes to the words
LONGEST = 6  # characters in a word that counts
RARE = -18.0  # a character of the common set that jieba does not know as a word
UNKNOWN = -26.0  # any other
SELDOM = -15.0  # the share below which a lost character is not taken into account
FOREIGN = -8.0  # a Latin letter, digit or ASCII mark, and one of another alphabet
_ALPHABETS = re.compile("[\u00c0-\u02af\u0370-\u052f\u3040-\u30ff\uac00-\ud7af]")
MARKS: Mapping[str, float] = {
    **dict.fromkeys("，。", -3.2),
    **dict.fromkeys(",、", -3.6),
    **dict.fromkeys("：；！？“”:;", -5.0),
    **dict.fromkeys("《》（）‘’「」『』…—―?!() \n", -5.6),
}


_PAUSES = "，。、；：？！,;:?!"
_CLASH = re.compile(
    rf"""
    [{_PAUSES}](?=[{_PAUSES}·～])
  | (?<=[^—])—(?:——)*(?=[^—])            # 。—你: a dash is two of them, and so is an ellipsis
  | (?<=[^…])…(?:……)*(?=[^…])
  | [，、,](?=\n)
  | (?<=[“‘《（「『(])[{_PAUSES}]
  | [“‘《（「『(](?=\n)
    """,
    re.VERBOSE,
)
CLASH = -12.0  # two pauses in a row, or a comma at the end of a paragraph
_OPEN_END = re.compile(
    f"[和与及把被从对向将就也很更最并而但或且在于到可所其使让给由因若如虽即既凡每各该](?=[{_PAUSES}])|[一-鿿](?=\n)"
)
OPEN_END = -3.0  # a pause behind a word that asks for another, or a paragraph that ends without a mark


def likelihood(text: str) -> float:
    """The logarithm of how likely a text is; the greater, the better.

    >>> likelihood("总书记在") > likelihood("倳浽在") + 20
    True
    >>> likelihood("我們在發展") == likelihood("我们在发展")
    True
    """
    return _likelihood(simple(text))


@lru_cache(maxsize=65536)
def _likelihood(text: str) -> float:
    found = (1 - CONTEXT) * _in_words(text) + CONTEXT * in_context(text)
    return found + CLASH * len(_CLASH.findall(text)) + OPEN_END * len(_OPEN_END.findall(text))


def _in_words(text: str) -> float:
    best = [0.0]
    for end in range(1, len(text) + 1):
        found = best[end - 1] + _single(text[end - 1])
        for start in range(max(0, end - LONGEST), end - 1):
            weight = _word(text[start:end])
            if weight is not None and best[start] + weight > found:
                found = best[start] + weight
        best.append(found)
    return best[-1]


@lru_cache(maxsize=131072)
def _word(text: str) -> float | None:
    return frequencies().share(text)


def in_context(text: str, start: int = 0) -> float:
    """How likely a text is from `start` on, by what follows what."""
    return sum([follows(text[max(0, k - 2) : k + 1]) for k in range(start, len(text))])


@lru_cache(maxsize=131072)
def follows(text: str) -> float:
    """How likely the last of up to three characters is behind the others; by its kind where it was never counted.

    >>> follows("要作用") > follows("要作文")
    True
    """
    counted = following(text)
    return min(RARE, _single(text[-1])) if counted is None else counted


@lru_cache(maxsize=32768)
def is_used(character: str) -> bool:
    """Whether a character is a mark, or one that texts use: more than once in three million characters."""
    if _ALPHABETS.match(character):
        return False
    return character in MARKS or (frequencies().share(simple(character)) or -99.0) > SELDOM


def simple(text: str) -> str:
    """The text in simplified characters, one for one."""
    characters = tables().characters
    return "".join([characters.get(character, character) for character in text])


@lru_cache(maxsize=16384)
def _single(character: str) -> float:
    """One character alone: by its frequency as a word, or by its kind."""
    weight = frequencies().share(character)
    if character in MARKS:
        return MARKS[character]
    if character.isascii():
        return FOREIGN if character.isprintable() else UNKNOWN
    if _ALPHABETS.match(character):
        return FOREIGN
    if weight is not None and _is_common(character):
        return weight
    return RARE if _is_common(character) else UNKNOWN


def _is_common(character: str) -> bool:
    return bool(character.encode("gb2312", "ignore") or character.encode("big5", "ignore"))
