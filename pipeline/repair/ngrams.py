"""A character and the two before it come in; how likely it is to follow them goes out, in natural logarithms.

`ngrams.npz` holds what tools/count_ngrams.py counted: a trigram model with Kneser-Ney smoothing (S. F. Chen and
J. Goodman, An empirical study of smoothing techniques for language modeling, 1998), pruned, each logarithm in a byte.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

STEP = -0.08  # what one unit of a stored byte stands for
FOLDED: Mapping[str, str] = {
    **dict.fromkeys("0123456789", "0"),
    **dict.fromkeys("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "a"),
    **dict(zip(",;:?!()「」『』", "，；：？！（）“”‘’", strict=True)),
}


class Ngrams(NamedTuple):
    """What was counted: `number` of each character, the pairs and triples in order, and their stored logarithms.

    The pairs that begin with character k have the places `pairs_from`[k] to [k + 1], and `second` their other
    character; the triples that begin with the pair at a place likewise. A `backoff` is for what was not seen behind a
    character, or a pair.
    """

    number: Mapping[str, int]
    single: Sequence[int]
    single_backoff: Sequence[int]
    pairs_from: Sequence[int]
    second: Sequence[int]
    pair: Sequence[int]
    pair_backoff: Sequence[int]
    triples_from: Sequence[int]
    third: Sequence[int]
    triple: Sequence[int]


@cache
def ngrams() -> Ngrams:
    """The model, loaded (with numpy) when a text with damage asks for it."""
    import numpy as np

    with files(__package__).joinpath("ngrams.npz").open("rb") as stream, np.load(stream) as stored:
        found = {name: stored[name] for name in stored.files}
    for name in ("pairs", "triples"):
        found[f"{name}_from"] = np.cumsum(np.append(0, found.pop(f"{name}_of")), dtype=np.uint32)
    characters = found.pop("characters").tobytes().decode("utf-16-le")
    number = {character: k for k, character in enumerate(characters)}
    return Ngrams(number, **{name: memoryview(array) for name, array in found.items()})


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
    if first is None or second is None:
        place = _place(model.second, model.pairs_from, before[-1], last)
        return model.pair[place] if place >= 0 else model.single_backoff[before[-1]] + model.single[last]
    context = _place(model.second, model.pairs_from, first, second)
    if context < 0:
        return _steps(model, known[1:])
    place = _place(model.third, model.triples_from, context, last)
    return model.triple[place] if place >= 0 else model.pair_backoff[context] + _steps(model, known[1:])


def _place(last: Sequence[int], starts: Sequence[int], context: int, sought: int) -> int:
    """The place of the n-gram that goes on so behind a context, or -1."""
    end = starts[context + 1]
    place = bisect_left(last, sought, starts[context], end)
    return place if place < end and last[place] == sought else -1
