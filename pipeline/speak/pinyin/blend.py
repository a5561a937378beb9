"""A text's context and an open place in it come in; the probability of each candidate reading there goes out.

Four voices are heard: the network, a linear model over named evidence, the dictionary, and how common each reading is
by itself. Their weights were found on sentences that none of them had been trained on (tools/train_pinyin.py).
"""

import functools
import zlib
from collections.abc import Sequence

import numpy as np

from pipeline.speak.pinyin.context import Context, around, evidence
from pipeline.speak.pinyin.network import Floats, Model, log_softmax, model, scores

FLOOR = 1e-3  # no voice may rule a reading out for good


def probabilities(context: Context, open_places: Sequence[int]) -> list[Floats]:
    """For each open place the probabilities of its character's candidates, in the order of `model().candidates`."""
    found = model()
    weights = found.floats("blend")
    blended = []
    for at, heard in zip(open_places, scores(context, open_places), strict=True):
        row = weights[1 if context.signs[at] in found.balanced else 0]
        blended.append(np.exp(log_softmax(parts(found, context, at, heard, linear(found, context, at)) @ row)))
    return blended


def parts(found: Model, context: Context, at: int, heard: Floats, weighed: Floats) -> Floats:
    """What each voice says of each candidate: network, linear model, dictionary (in a word, alone), commonness."""
    readings, base = found.candidates[context.signs[at]], found.base[context.signs[at]]
    guess = np.array([reading == context.guesses[at] for reading in readings], np.float32)
    in_word = bool(context.words[at])
    return np.stack(
        [
            np.log(np.exp(heard) + FLOOR),
            np.log(np.exp(weighed) + FLOOR),
            guess * in_word,
            guess * (not in_word),
            found.floats("common")[base : base + len(readings)],
        ],
        axis=1,
    )


def linear(found: Model, context: Context, at: int) -> Floats:
    """Log probabilities by logistic regression, one for each character, over the evidence around it."""
    character = context.signs[at]
    base, count = found.base[character], len(found.candidates[character])
    index, weights = linear_rows(), found.floats("linear")
    pairs = [(index.get(key(character, name)), value) for name, value in (*evidence(context, at), ("bias", 1.0))]
    known = [(row, value) for row, value in pairs if row is not None]
    judged = found.arrays["judged"][base : base + count]
    score = np.where(np.logical_or(judged, not judged.any()), 0.0, -np.inf).astype(np.float32)
    score += found.floats("linear_near")[base : base + count] @ surroundings(found, context, at)
    if known:
        rows, values = zip(*known, strict=True)
        score += np.array(values, np.float32) @ weights[list(rows), :count]
    return log_softmax(score)


def surroundings(found: Model, context: Context, at: int) -> Floats:
    """The vectors of three signs and two words either side (what occurs in like places has like vectors)."""
    signs = [context.signs[k] if 0 <= (k := at + step) < len(context.signs) else "" for step in (-3, -2, -1, 1, 2, 3)]
    near = [*vectors_of(found, "sign_vectors", signs), *vectors_of(found, "word_vectors", around(context, at))]
    return np.concatenate(near)


def vectors_of(found: Model, name: str, entries: Sequence[str]) -> Floats:
    index = found.rows[name]
    rows: Floats = found.floats(name)[[index.get(entry, 0) for entry in entries]]
    return rows


def key(character: str, name: str) -> int:
    """The number under which a character's evidence is filed."""
    return zlib.crc32(f"{character}{name}".encode(errors="surrogatepass"))


@functools.cache
def linear_rows() -> dict[int, int]:
    keys = model().arrays["linear_keys"].tolist()
    return dict(zip(keys, range(len(keys)), strict=True))
