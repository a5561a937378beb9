"""What the model sees of a text comes in; how likely each reading of each open character is goes out.

A bidirectional LSTM over characters, character pairs, dictionary words and the dictionary's guesses, beside the
encoder of g2pM (Apache-2.0, trained on Wikipedia sentences), whose state and verdict are among its inputs. The
memories run in ONNX Runtime, the rest in NumPy. tools/train_pinyin.py trains it.
"""

import functools
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.speak.pinyin.context import Context

Floats = NDArray[np.float32]
LEAST = -7.0  # log probability below which the encoder's verdict counts no less
START, END, UNKNOWN = "시", "끝", "<UNK>"  # g2pM's own marks


class Model(NamedTuple):
    """The trained arrays, dequantised, and the index of each thing that has a row in one of them."""

    arrays: Mapping[str, NDArray[np.generic]]
    rows: Mapping[str, Mapping[str, int]]
    candidates: Mapping[str, tuple[str, ...]]
    base: Mapping[str, int]  # character -> row of its first candidate
    balanced: frozenset[str]  # characters whose training sentences were balanced over the readings

    def floats(self, name: str) -> Floats:
        return self.arrays[name]  # type: ignore[return-value]


@functools.cache
def model() -> Model:
    """The trained model; loading takes about 0.1 s."""
    with (files(__package__) / "data/model.npz").open("rb") as file, np.load(file) as found:
        raw = {name: found[name] for name in found.files}
    text = {name[5:]: raw.pop(name).tobytes().decode("utf-8") for name in list(raw) if name.startswith("text_")}
    rows = [line.split("\t") for line in text.pop("candidates").split("\n")]
    candidates = {character: tuple(readings.split()) for character, readings in rows}
    counts = np.cumsum([0] + [len(readings) for readings in candidates.values()]).tolist()
    index = {name: {entry: k for k, entry in enumerate(listed.split("\n"), 1)} for name, listed in text.items()}
    return Model(
        {name: _dequantised(name, raw) for name in raw if not name.endswith("_scale")},
        index,
        candidates,
        dict(zip(candidates, counts[:-1], strict=True)),
        frozenset(index["balanced"]),
    )


def _dequantised(name: str, raw: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
    """An array as it is computed with: int8 times its rows' scale, float16 widened, whole numbers as they are."""
    array, scale = raw[name], raw.get(f"{name}_scale")
    if scale is not None:
        return array.astype(np.float32) * scale.astype(np.float32)
    return array.astype(np.float32) if array.dtype == np.float16 else array


def scores(context: Context, open_places: Sequence[int]) -> list[Floats]:
    """For each open place the log probabilities of its character's candidates."""
    found = model()
    index = found.rows["old_signs"]
    rows = [index.get(sign, index[UNKNOWN]) - 1 for sign in (START, *context.signs, END)]
    inputs = {"signs": found.floats("old_signs")[rows][:, None], "seen": _embedded(found, context)[:, None]}
    hidden, verdict = session().run(["hidden", "verdict"], inputs)
    return [_logs(found, context, at, hidden[at], verdict[at]) for at in open_places]


def _logs(found: Model, context: Context, at: int, hidden: Floats, verdict: Floats) -> Floats:
    """The candidates of one place: the net's own score, the encoder's verdict, and how far to trust the dictionary."""
    readings = found.candidates[context.signs[at]]
    base = found.base[context.signs[at]]
    rows = slice(base, base + len(readings))
    score: Floats = found.floats("out")[rows] @ hidden + found.floats("out_bias")[rows]
    old = found.arrays["old_class"][rows].astype(np.int64)
    if (old >= 0).any():
        judged = found.floats("old_out")[old] @ verdict + found.floats("old_out_bias")[old]
        judged = np.where(old >= 0, judged, -np.inf)
        score = score + found.floats("trust")[rows] * np.maximum(log_softmax(judged), LEAST)
    if context.guesses[at] in readings:
        k = readings.index(context.guesses[at])
        score[k] += found.floats("agree")[base + k] + found.floats("agree_hidden") @ hidden
        score[k] += found.floats("agree_bias")[0]
    return log_softmax(score)


def log_softmax(score: Floats) -> Floats:
    shifted = score - score.max()
    found: Floats = shifted - np.log(np.exp(shifted).sum())
    return found


def _embedded(found: Model, context: Context) -> Floats:
    """Signs, the pair to the left and the pair to the right, words, places and guesses, side by side."""
    signs = context.signs
    pairs = _rows(found, "pairs", [signs[k : k + 2] for k in range(len(signs) - 1)] + [""])
    left = np.concatenate([np.zeros_like(pairs[:1]), pairs[:-1]])
    return np.concatenate(
        [
            _rows(found, "signs", signs),
            left,
            pairs,
            _rows(found, "words", context.words),
            found.floats("places")[context.places],
            _rows(found, "guesses", context.guesses),
        ],
        axis=1,
    )


def _rows(found: Model, name: str, entries: Sequence[str]) -> Floats:
    index = found.rows[name]
    return found.floats(name)[[index.get(entry, 0) for entry in entries]]


@functools.cache
def session() -> Any:
    """The memories and the layers on them, on one thread: sentences are short, and a voice may want the other cores."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    graph = model().arrays["graph"].tobytes()
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
