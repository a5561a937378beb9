"""A character and the two before it come in; how likely it is to follow them goes out, in natural logarithms.

`ngrams.npz` holds what tools/count_ngrams.py counted: a trigram model with Kneser-Ney smoothing (S. F. Chen and
J. Goodman, An empirical study of smoothing techniques for language modeling, 1998), pruned, each logarithm in a byte.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STEP = -0.08  # what one unit of a stored byte stands for
FOLDED: Mapping[str, str] = {
    **dict.fromkeys("0123456789", "0"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "a"),
    **dict(zip(",;:?!()「」『』", "，；：？！（）“”‘’", strict=True)),
}


class Ngrams(NamedTuple):
    """What was counted: `number` of each character, sorted keys of pairs and triples, and their stored logarithms.

    A pair's key is first * len(number) + second; a triple's the same with the pair's place for the first. A `backoff`
    is for what was not seen behind a character, or a pair.
    """

    number: Mapping[str, int]
    single: bytes
    single_backoff: bytes
    pairs: Sequence[int]
    pair: bytes
    pair_backoff: bytes
    triples: Sequence[int]
    triple: bytes


@cache
def ngrams() -> Ngrams:
    """The model, loaded (with numpy) when a text with damage asks for it."""
    import numpy as np

    with files(__package__).joinpath("ngrams.npz").open("rb") as stream, np.load(stream) as stored:
        characters = stored["characters"].tobytes().decode("utf-16-le")
        pairs = _keys(stored["pairs_of"], stored["second"], len(characters))
        triples = _keys(stored["triples_of"], stored["third"], len(characters))
        names = ("single", "single_backoff", "pair", "pair_backoff", "triple")
        single, single_backoff, pair, pair_backoff, triple = (stored[name].tobytes() for name in names)
    number = {character: k for k, character in enumerate(characters)}
    return Ngrams(number, single, single_backoff, pairs, pair, pair_backoff, triples, triple)


def _keys(followers: "NDArray[np.uint16]", last: "NDArray[np.uint16]", size: int) -> Sequence[int]:
    """The keys of n-grams from how many there are for each context, in order, and the last character of each."""
    import numpy as np

    contexts = np.repeat(np.arange(len(followers), dtype=np.uint64), followers)
    return array("Q", (contexts * np.uint64(size) + last).tobytes())


@lru_cache(maxsize=1 << 17)
def following(text: str) -> float | None:
    """The logarithm of how likely the last of one to three characters is behind the others; None if it was never seen.

    >>> following("要作用") > following("要作文")
    True
    """
    model = ngrams()
    known = [model.number.get(FOLDED.get(character, character)) for character in text]
    if known[-1] is None:
        return None
    return STEP * _steps(model, known)


def _steps(model: Ngrams, known: Sequence[int | None]) -> int:
    """The stored logarithm for the last of these characters, backing off to fewer where the more were not seen."""
    *before, last = known
    if last is None or not before or before[-1] is None:
        return model.single[last or 0]
    first, second = [None, *before][-2:]
    size = len(model.number)
    if first is None or second is None:
        place = _place(model.pairs, before[-1] * size + last)
        return model.pair[place] if place >= 0 else model.single_backoff[before[-1]] + model.single[last]
    context = _place(model.pairs, first * size + second)
    if context < 0:
        return _steps(model, known[1:])
    place = _place(model.triples, context * size + last)
    return model.triple[place] if place >= 0 else model.pair_backoff[context] + _steps(model, known[1:])


def _place(keys: Sequence[int], key: int) -> int:
    """Where a key stands among the sorted ones, or -1."""
    place = bisect_left(keys, key)
    return place if place < len(keys) and keys[place] == key else -1
