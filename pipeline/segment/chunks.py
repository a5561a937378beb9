"""A paragraph comes in; the spans of its chunks go out: whole sentences, alike in length, none past the limit.

Sentences are grouped until `low` is reached, then the group is closed, so that an edit of one sentence changes the
grouping only to the end of its paragraph. A sentence past the limit is cut into even parts at its clauses, at last
between words; only a URL or number that is longer itself goes past it, up to twice. A short last group joins the one
before it where the limit allows. Chunks never cross a paragraph: one of two characters (`好。`) stays alone, and what
a voice needs to speak so short a text is the voice's affair.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from math import ceil

from pipeline.model import Span
from pipeline.segment.pauses import table
from pipeline.segment.sentences import clause_ends, cut_near, divisible, sentence_ends

HEAVY = 2.0  # a digit, capital or sign is spoken as a syllable and more
LIGHT = 0.5  # a small Latin letter is a part of one
MOST_OVER = 2  # limits; so long a word, number or URL is not divided
LISTED = 0.5  # of a part's length: how much further off a better place than 、 may be
_HEAVY = re.compile(r"[0-9０-９A-ZＡ-Ｚ%％℃$￥€£&@#+=×÷²³]")
_LIGHT = re.compile("[a-zà-ÿ]")
_SPEAKABLE = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Sizes:
    """How a text is cut: `limit` is the most a chunk may weigh, `low` closes a group of sentences; pauses in seconds.

    A Chinese character weighs 1; see `weight`. Another `low` groups the same sentences otherwise. With a `cast`
    (part -> voice), chunks are also cut where the voice changes.
    """

    limit: int = 60
    low: int = 24
    pauses: Mapping[str, float] = field(default_factory=table)
    cast: Mapping[str, str] = field(default_factory=dict)


def weight(text: str) -> float:
    """How long a text is to speak, in Chinese characters.

    >>> weight("你好"), weight("2011年"), weight("hello")
    (2.0, 9.0, 2.5)
    """
    return len(text) + (HEAVY - 1) * len(_HEAVY.findall(text)) - (1 - LIGHT) * len(_LIGHT.findall(text))


def speakable(text: str) -> bool:
    """Whether there is anything in a text to say: a letter, character or digit."""
    return bool(_SPEAKABLE.search(text))


def chunk_spans(text: str, sizes: Sizes, divided: Callable[[int], bool]) -> list[Span]:
    """The spans of a paragraph's chunks, in order and without gaps; `divided(offset)` forbids a cut there.

    >>> text = "今天天气很好。我们去公园。那里有很多花，也有很多人。好。"
    >>> [text[a:b] for a, b in chunk_spans(text, Sizes(limit=20, low=10), lambda offset: False)]
    ['今天天气很好。我们去公园。', '那里有很多花，也有很多人。好。']
    """
    ends = [end for end in sentence_ends(text) if end == len(text) or not divided(end)]
    pieces = [piece for span in _spans(ends) for piece in _parts(text, span, sizes, divided)]
    return _grouped(_said(text, pieces), text, sizes)


def _spans(ends: Iterable[int]) -> list[Span]:
    return list(pairwise([0, *ends]))


def _said(text: str, pieces: Sequence[Span]) -> list[Span]:
    """The pieces, each with something to say: marks alone join the piece before them, or the first."""
    said: list[Span] = []
    speaks = False  # the last of them
    for start, end in pieces:
        own = speakable(text[start:end])
        if said and not (own and speaks):
            said[-1] = (said[-1][0], end)
        else:
            said.append((start, end))
        speaks = speaks or own
    return said


def _grouped(pieces: Sequence[Span], text: str, sizes: Sizes) -> list[Span]:
    groups: list[Span] = []
    sizes_of: list[float] = []
    for start, end in pieces:
        size = weight(text[start:end])
        if groups and sizes_of[-1] < sizes.low and sizes_of[-1] + size <= sizes.limit:
            groups[-1] = (groups[-1][0], end)
            sizes_of[-1] += size
        else:
            groups.append((start, end))
            sizes_of.append(size)
    if len(groups) > 1 and sizes_of[-1] < sizes.low and sum(sizes_of[-2:]) <= sizes.limit:
        groups[-2:] = [(groups[-2][0], groups[-1][1])]
    return groups


def _parts(text: str, span: Span, sizes: Sizes, divided: Callable[[int], bool]) -> Iterator[Span]:
    """A sentence, in even parts where it is past the limit."""
    sentence = text[slice(*span)]
    total = weight(sentence)
    if total <= sizes.limit:
        yield span
        return
    weights = _running_weights(sentence)
    clauses = [end for end in clause_ends(sentence) if not divided(span[0] + end)]
    start = 0
    while total - weights[start] > sizes.limit:
        end = _cut(sentence, start, weights, clauses, sizes.limit)
        while end < len(sentence) and divided(span[0] + end):
            end += 1
        yield span[0] + start, span[0] + end
        start = end
    if start < len(sentence):
        yield span[0] + start, span[1]


def _running_weights(text: str) -> list[float]:
    """The weight of text[:n] for every n."""
    each = [1.0] * len(text)
    for sign in _HEAVY.finditer(text):
        each[sign.start()] = HEAVY
    for sign in _LIGHT.finditer(text):
        each[sign.start()] = LIGHT
    return [0.0, *accumulate(each)]


def _cut(sentence: str, start: int, weights: Sequence[float], clauses: Sequence[int], limit: int) -> int:
    """The end of the part that begins at `start`: of the places within the limit the one nearest to an even share."""
    rest = weights[-1] - weights[start]
    share = rest / ceil(rest / limit)
    low = bisect_left(weights, weights[start] + share / 2, start + 1)
    high = max(start + 1, bisect_right(weights, weights[start] + limit) - 1)
    aim = weights[start] + share
    near = clauses[bisect_left(clauses, low) : bisect_right(clauses, high)]
    if near:
        return min(near, key=lambda end: abs(weights[end] - aim) + share * LISTED * (sentence[end - 1] == "、"))
    last = len(sentence) - 1
    wide = max(start + 1, bisect_right(weights, weights[start] + MOST_OVER * limit) - 1)
    return (
        cut_near(sentence, bisect_left(weights, aim), min(low, high), min(high, last))
        or next((offset for offset in range(high, min(wide, last) + 1) if divisible(sentence, offset)), 0)
        or _forced(sentence, start, min(wide, len(sentence)))
    )


def _forced(sentence: str, start: int, end: int) -> int:
    """The last place up to `end` where a word that is too long is parted, but no number; `end` where there is none.

    >>> _forced("00=00", 0, 4), _forced("000000", 0, 4), _forced("a=00", 0, 4)
    (3, 4, 4)
    """
    places = range(end, start, -1)
    return next((k for k in places if not re.fullmatch("[0-9]{2}", sentence[k - 1 : k + 1])), end)
