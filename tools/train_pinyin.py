"""Sentences with one judged character each come in; the model that decides between readings goes out.

    pip install torch scikit-learn scipy onnx g2pM
    python tools/train_pinyin.py G2PL CPP pipeline/speak/pinyin/data/model.npz

G2PL holds train.sent and train.lb of g2pL (github.com/whzikaros/g2pL, Apache-2.0: 34,200 sentences, 114 characters,
about as many of each reading); CPP holds dev.sent and dev.lb of g2pM (github.com/kakaobrain/g2pM, Apache-2.0: 9,893
sentences from Wikipedia, 623 characters). The PyPI package g2pM (Apache-2.0) carries the encoder that is built in; it
was trained on CPP's train split. A fifth of the training sentences is held out once, to weigh the parts against each
other; the last training is on all of them. No test set and no g2pL dev set is read. Takes 15 minutes on one core.
"""

import argparse
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import csr_matrix, hstack
from scipy.sparse.linalg import svds
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from train_pinyin_graph import graph_bytes
from train_pinyin_net import Item, Net, Old, Vocabulary, trained

from pipeline.speak.pinyin.blend import key, linear, parts, surroundings
from pipeline.speak.pinyin.context import INSIDE, context_of, evidence
from pipeline.speak.pinyin.lexicon import lexicon
from pipeline.speak.pinyin.network import Floats, Model, scores
from pipeline.speak.pinyin.words import cut_text

MARK = "▁"  # stands before and after the judged character
FOLDS = 5
STRICTNESS = 3.0  # C of the logistic regressions
NATURAL_WEIGHT = 3.0  # of CPP's sentences in them
LEAST_WEIGHT = 0.04  # weights of the linear model below this are dropped

VECTOR = 32  # numbers in a sign's or word's vector
COMMON = 3000  # the most common signs or words are the contexts that make the vectors
NEAR_SCALE = 0.2  # the vectors' standard deviation
NEAR = "near "

Arrays = dict[str, np.ndarray]


def items(folder: Path, name: str, natural: bool) -> list[Item]:
    sentences = (folder / f"{name}.sent").read_text(encoding="utf-8").splitlines()
    labels = (folder / f"{name}.lb").read_text(encoding="utf-8").splitlines()
    return [_item(s, label, natural) for s, label in zip(sentences, labels, strict=True)]


def _item(marked: str, label: str, natural: bool) -> Item:
    text = marked.replace(MARK, "")
    return Item(
        context_of(cut_text(text)),
        marked.index(MARK),
        label.replace("u:", "v"),
        natural,
        zlib.crc32(text.encode()) % FOLDS,
    )


def candidates_of(found: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """The readings between which the model may choose: those judged, and those of three words of the dictionary."""
    judged: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in found:
        judged[item.character][item.label] += 1
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word in lexicon().costs:
        for character, reading in zip(word, lexicon().reading(word), strict=True):
            counts[character][reading or ""] += 1
    common = {c: [r for k, r in enumerate(lexicon().readings(c)) if not k or counts[c][r] >= 3] for c in judged}
    return {c: tuple(dict.fromkeys([*labels, *common[c]])) for c, labels in sorted(judged.items())}


class Vectors(NamedTuple):
    """Vectors of signs and of words by what stands around them in the training sentences (as of PPMI, by SVD)."""

    listed: dict[str, list[str]]
    tables: Arrays

    @classmethod
    def of(cls, found: Sequence[Item]) -> "Vectors":
        signs, signs_table = _vectors([item.context.signs for item in found], 5)
        words, words_table = _vectors([_units(item) for item in found], 4)
        return cls(
            {"sign_vectors": signs, "word_vectors": words}, {"sign_vectors": signs_table, "word_vectors": words_table}
        )

    def model(self) -> Model:
        """As much of a model as `surroundings` needs."""
        index = {name: {entry: k for k, entry in enumerate(rows, 1)} for name, rows in self.listed.items()}
        return Model(self.tables, index, {}, {}, frozenset())


def _units(item: Item) -> list[str]:
    """The words and signs of an item's sentence, one after another."""
    signs, words, places, _ = item.context
    return [words[k] or signs[k] for k in range(len(signs)) if places[k] not in INSIDE]


def _vectors(sequences: Sequence[Sequence[str]], least: int) -> tuple[list[str], np.ndarray]:
    """What has a vector, and the vectors; row 0 is for all else."""
    counts = Counter(entry for sequence in sequences for entry in sequence)
    listed = [entry for entry, count in counts.most_common() if count >= least and "\n" not in entry]
    index, common = {entry: k for k, entry in enumerate(listed)}, min(len(listed), COMMON)
    together: Counter[tuple[int, int]] = Counter()
    for sequence in sequences:
        rows = [index.get(entry, -1) for entry in sequence]
        for k, row in enumerate(rows):
            for side, step in enumerate((-2, -1, 1, 2)):
                if row >= 0 and 0 <= k + step < len(rows) and 0 <= rows[k + step] < common:
                    together[row, side * common + rows[k + step]] += 1
    u, s, _ = svds(_positive(together, (len(listed), 4 * common)), k=VECTOR, random_state=0)
    vectors = u * np.sqrt(s)
    scaled = NEAR_SCALE * vectors / vectors.std()
    return listed, np.concatenate([np.zeros((1, VECTOR)), scaled]).astype(np.float32)


def _positive(together: Mapping[tuple[int, int], int], shape: tuple[int, int]) -> csr_matrix:
    """Positive pointwise mutual information of counts, contexts smoothed by the power 0.75."""
    rows, columns = np.array(list(together)).T
    counts = np.array(list(together.values()), float)
    by_row = np.bincount(rows, counts, shape[0])
    by_column = np.bincount(columns, counts, shape[1]) ** 0.75
    value = np.log(counts * by_column.sum() / (by_row[rows] * by_column[columns]))
    return csr_matrix((value[value > 0], (rows[value > 0], columns[value > 0])), shape=shape)


def linear_arrays(found: Sequence[Item], candidates: Mapping[str, tuple[str, ...]], vectors: Vectors) -> Arrays:
    """One logistic regression a character: rows of weights under the numbers of their evidence, and for the vectors."""
    by_character: defaultdict[str, list[Item]] = defaultdict(list)
    for item in found:
        by_character[item.character].append(item)
    rows: dict[int, list[float]] = {}
    most = max(map(len, candidates.values()))
    near = {c: np.zeros((len(readings), 10 * VECTOR), np.float32) for c, readings in candidates.items()}
    for character, judged in by_character.items():
        for name, weights in _regression(judged, candidates[character], vectors):
            if name.startswith(NEAR):
                near[character][:, int(name[len(NEAR) :])] = weights
            elif max(map(abs, weights)) >= LEAST_WEIGHT:
                rows[key(character, name)] = weights + [0.0] * (most - len(weights))
    keys = sorted(rows)
    return {
        "linear_keys": np.array(keys, np.uint32),
        "linear": np.array([rows[k] for k in keys], np.float32),
        "linear_near": np.concatenate([near[c] for c in candidates]),
    }


def _regression(
    judged: Sequence[Item], readings: tuple[str, ...], vectors: Vectors
) -> Iterable[tuple[str, list[float]]]:
    labels = [item.label for item in judged]
    if len(set(labels)) < 2:
        return
    names = DictVectorizer()
    model = vectors.model()
    features = hstack(
        [
            names.fit_transform([_summed(item) for item in judged]),
            csr_matrix(np.stack([surroundings(model, item.context, item.at) for item in judged])),
        ]
    ).tocsr()
    listed = ["bias", *names.get_feature_names_out(), *(f"{NEAR}{k}" for k in range(10 * VECTOR))]
    weights = [NATURAL_WEIGHT if item.natural else 1.0 for item in judged]
    solver = "lbfgs" if len(set(labels)) > 2 else "liblinear"
    fitted = LogisticRegression(C=STRICTNESS, max_iter=200, solver=solver).fit(features, labels, weights)
    slopes, biases = fitted.coef_, fitted.intercept_
    if len(slopes) == 1:  # of two classes only the second has weights
        slopes, biases = np.stack([0 * slopes[0], slopes[0]]), np.array([0.0, biases[0]])
    places = [readings.index(label) for label in fitted.classes_]
    for name, column in zip(listed, [biases, *slopes.T], strict=True):
        row = [0.0] * len(readings)
        for place, value in zip(places, column, strict=True):
            row[place] = float(value)
        yield name, row


def _summed(item: Item) -> dict[str, float]:
    found: defaultdict[str, float] = defaultdict(float)
    for name, value in evidence(item.context, item.at):
        found[name] += value
    return found


def common_arrays(found: Sequence[Item], candidates: Mapping[str, tuple[str, ...]]) -> Arrays:
    """How common each candidate is (log), and whether it was ever judged right."""
    counts = Counter((item.character, item.label) for item in found)
    total = Counter(item.character for item in found)
    pairs = [(c, r) for c, readings in candidates.items() for r in readings]
    common = [np.log((counts[c, r] + 0.3) / (total[c] + 1)) for c, r in pairs]
    return {"common": np.array(common, np.float32), "judged": np.array([counts[pair] > 0 for pair in pairs])}


def net_arrays(net: Net, old: Old) -> Arrays:
    """The net's weights under the names that pipeline.speak.pinyin.network knows."""
    state = {name: value.numpy() for name, value in net.state_dict().items()}
    arrays = {name: state[f"{name}.weight"] for name in ("signs", "pairs", "words", "guesses", "places", "out")}
    arrays |= {name: state[f"{name}.weight"][:, 0] for name in ("out_bias", "agree", "trust")}
    arrays |= {"hidden": state["hidden.weight"], "hidden_bias": state["hidden.bias"]}
    arrays |= {"agree_hidden": state["agree_hidden.weight"][0], "agree_bias": state["agree_hidden.bias"]}
    arrays |= {"old_class": state["old_class"].astype(np.int16), "old_signs": old.table.numpy()}
    arrays |= _lstm_arrays("net", {k[4:]: v for k, v in state.items() if k.startswith("net.")})
    before = {name: value.numpy() for name, value in old.state.items()}
    arrays |= _lstm_arrays("old", {k[5:]: v for k, v in before.items() if k.startswith("lstm.")})
    arrays |= {"old_hidden": before["logit_layer.0.weight"], "old_hidden_bias": before["logit_layer.0.bias"]}
    return arrays | {"old_out": before["logit_layer.2.weight"], "old_out_bias": before["logit_layer.2.bias"]}


def _lstm_arrays(name: str, state: Mapping[str, np.ndarray]) -> Arrays:
    found: Arrays = {}
    for ending, there in (("", name), ("_reverse", f"{name}_back")):
        found[f"{there}_in"] = state[f"weight_ih_l0{ending}"]
        found[f"{there}_on"] = state[f"weight_hh_l0{ending}"]
        found[f"{there}_bias"] = state[f"bias_ih_l0{ending}"] + state[f"bias_hh_l0{ending}"]
    return found


BYTES = (
    "signs",
    "pairs",
    "words",
    "guesses",
    "out",
    "old_signs",
    "linear",
    "linear_near",
    "sign_vectors",
    "word_vectors",
)  # the large tables: int8, a scale a row

GRAPH = ("net_", "hidden", "old_in", "old_on", "old_bias", "old_back", "old_hidden")  # inside the graph


def packed(arrays: Arrays, listed: Mapping[str, Sequence[str]], known: Vocabulary, old: Old) -> Arrays:
    """All that is shipped: tables as int8, other weights as float16, lists as text."""
    found: Arrays = {}
    found["graph"] = np.frombuffer(graph_bytes(arrays), np.uint8)
    for name, array in arrays.items():
        if name.startswith(GRAPH):
            continue
        if name in BYTES:
            scale = np.maximum(np.abs(array).max(axis=1, keepdims=True), 1e-8) / 127
            found[name] = np.round(array / scale).astype(np.int8)
            found[f"{name}_scale"] = scale.astype(np.float32)
        else:
            found[name] = array.astype(np.float16) if array.dtype == np.float32 else array
    signs = sorted(old.signs, key=lambda sign: old.signs[sign])
    texts = {**known.listed, **listed, "old_signs": signs}
    texts["candidates"] = [f"{c}\t{' '.join(readings)}" for c, readings in known.candidates.items()]
    for name, lines in texts.items():
        found[f"text_{name}"] = np.frombuffer("\n".join(lines).encode(), np.uint8)
    return found


def blended(found: Sequence[Item], model: Model) -> np.ndarray:
    """The voices' weights, for natural and for balanced characters, fitted to items that no voice was trained on."""
    weights = np.zeros((2, 5), np.float32)
    for group in (0, 1):
        chosen = [i for i in found if (i.character in model.balanced) == bool(group)]
        chosen = [i for i in chosen if len(model.candidates.get(i.character, ())) > 1]
        heard = [_parts(item, model) for item in chosen]
        right = [model.candidates[i.character].index(i.label) for i in chosen]
        weights[group] = _fitted([torch.tensor(p) for p in heard], right)
    return weights


def _parts(item: Item, model: Model) -> Floats:
    heard = scores(item.context, [item.at])[0]
    return parts(model, item.context, item.at, heard, linear(model, item.context, item.at))


def _fitted(heard: Sequence[torch.Tensor], right: Sequence[int]) -> np.ndarray:
    weights = torch.tensor([0.5, 0.5, 0.0, 0.0, 0.0], requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=60, line_search_fn="strong_wolfe")
    padded = _side_by_side(heard)
    exists = torch.arange(padded.shape[1])[None] < torch.tensor([len(h) for h in heard])[:, None]

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        score = (padded @ weights).masked_fill(~exists, -1e9)
        found = torch.nn.functional.cross_entropy(score, torch.tensor(right)) + 1e-3 * (weights**2).sum()
        found.backward()
        return found

    optimizer.step(loss)
    return weights.detach().numpy()


def _side_by_side(listed: Sequence[torch.Tensor]) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence(list(listed), batch_first=True)


def main() -> None:
    """Train on four fifths, weigh the voices on the fifth, train on all, write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("g2pl", "cpp", "target"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    found = [*items(arguments.g2pl, "train", natural=False), *items(arguments.cpp, "dev", natural=True)]
    candidates, old = candidates_of(found), Old()
    vectors = Vectors.of(found)
    vectors.listed["balanced"] = sorted({item.character for item in found if not item.natural})
    held, rest = [i for i in found if i.fold == 0], [i for i in found if i.fold]
    parted = _written(rest, candidates, old, vectors, np.zeros((2, 5), np.float32), arguments.target)
    weights = blended(held, parted)
    print("weights of network, linear model, dictionary in and outside words, commonness:", weights.round(2).tolist())
    _written(found, candidates, old, vectors, weights, arguments.target)
    print(f"{arguments.target}: {arguments.target.stat().st_size} bytes")


def _written(
    found: Sequence[Item],
    candidates: Mapping[str, tuple[str, ...]],
    old: Old,
    vectors: Vectors,
    weights: np.ndarray,
    target: Path,
) -> Model:
    """Train on the items, write the model, and read it back as the package does."""
    from pipeline.speak.pinyin.blend import linear_rows
    from pipeline.speak.pinyin.network import model, session

    known = Vocabulary(found, candidates)
    arrays = net_arrays(trained(found, known, old), old) | linear_arrays(found, candidates, vectors) | vectors.tables
    arrays |= common_arrays(found, candidates) | {"blend": weights}
    np.savez(target, **packed(arrays, vectors.listed, known, old))
    model.cache_clear()
    linear_rows.cache_clear()
    session.cache_clear()
    return model()


if __name__ == "__main__":
    main()
