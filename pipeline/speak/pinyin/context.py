"""A text and its words come in; what the pinyin model looks at goes out: signs, words, places, first guesses."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.speak.pinyin.lexicon import lexicon

ALONE, OUTSIDE = 0, 9  # places in a word: a word of one character; no Chinese character at all
INSIDE = (2, 4, 5, 7, 8)  # places that are not the first of a word
REACH = 10  # characters either side whose mere presence counts as evidence


class Context(NamedTuple):
    """A text as the model sees it, one entry a character: digits are 0 and Latin letters a; `words` is "" where the
    character is a word by itself; `places` says where in its word it stands; `guesses` is the dictionary's reading."""

    signs: str
    words: list[str]
    places: list[int]
    guesses: list[str]


def context_of(words: Sequence[str]) -> Context:
    """The context of a text that is cut into words, signs and spaces included.

    >>> context_of(["银行", "有", "3"])
    Context(signs='银行有0', words=['银行', '银行', '', ''], places=[1, 2, 0, 9], guesses=['yin2', 'hang2', 'you3', ''])
    """
    found = Context("".join(map(_sign, "".join(words))), [], [], [])
    for word in words:
        readings = lexicon().reading(word)
        found.words.extend([word if len(word) > 1 and readings[0] else ""] * len(word))
        found.places.extend(_place(k, len(word)) if reading else OUTSIDE for k, reading in enumerate(readings))
        found.guesses.extend(reading or "" for reading in readings)
    return found


def _sign(character: str) -> str:
    if character.isascii():
        return "0" if character.isdigit() else "a" if character.isalpha() else character
    return character


def _place(k: int, length: int) -> int:
    """The k-th place of a word: 0 | 1 2 | 3 4 5 | 6 7 … 7 8, for words of one, two, three and more characters."""
    if length <= 3:
        return (ALONE, 1, 3)[length - 1] + k
    return 6 if k == 0 else 8 if k == length - 1 else 7


def evidence(context: Context, at: int) -> Iterator[tuple[str, float]]:
    """The named features of the character at `at`, for a linear model: neighbours by place, words, what is near."""
    signs, words, places, guesses = context
    near = [signs[at + k] if 0 <= at + k < len(signs) else "#" for k in range(-3, 4)]
    for k in (-3, -2, -1, 1, 2, 3):
        yield f"c{k}{near[k + 3]}", 1
    for j, k in ((-2, -1), (-1, 1), (1, 2), (2, 3), (-3, -2)):
        yield f"b{j}{k}{near[j + 3]}{near[k + 3]}", 1
    yield f"t{near[2]}{near[4]}{near[5]}", 1
    yield f"T{near[1]}{near[2]}{near[4]}", 1
    yield f"w{words[at]}", 1
    yield f"p{places[at]}", 1
    yield f"r{guesses[at]}", 1.5
    if words[at]:
        yield f"R{guesses[at]}", 1.5
    yield from _neighbours(context, at)
    for k in range(max(0, at - REACH), min(len(signs), at + REACH + 1)):
        if k != at:
            yield f"bag{signs[k]}", 0.4
        if places[k] in (1, 3, 6):
            yield f"bw{words[k]}", 0.5


def _neighbours(context: Context, at: int) -> Iterator[tuple[str, float]]:
    """The two words before and the two after."""
    for name, word in zip(("ppw", "pw", "nw", "nnw"), around(context, at), strict=True):
        yield f"{name}{word}", 1
    first, last = _first(context, at), _last(context, at)
    yield f"pp{context.places[first - 1] if first > 0 else OUTSIDE}", 1
    yield f"np{context.places[last + 1] if last + 1 < len(context.places) else OUTSIDE}", 1


def around(context: Context, at: int) -> tuple[str, str, str, str]:
    """The two words before the word at `at`, then the two after it; "#" past the ends.

    >>> around(context_of(["我", "在", "银行", "工作", "。"]), 3)
    ('我', '在', '工作', '。')
    """
    first, last = _first(context, at), _last(context, at)
    before, after = _first(context, first - 1), _last(context, last + 1)
    places = (before - 1, first - 1, last + 1, after + 1)
    word = [_word(context, place) for place in places]
    return word[0], word[1], word[2], word[3]


def _word(context: Context, at: int) -> str:
    return (context.words[at] or context.signs[at]) if 0 <= at < len(context.signs) else "#"


def _first(context: Context, at: int) -> int:
    while at > 0 and context.places[at] in INSIDE:
        at -= 1
    return at


def _last(context: Context, at: int) -> int:
    while at + 1 < len(context.places) and context.places[at + 1] in INSIDE:
        at += 1
    return at
