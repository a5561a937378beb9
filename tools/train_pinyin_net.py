"""Judged sentences come in; a trained network goes out: the part of tools/train_pinyin.py that needs PyTorch."""

import pickle
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

from pipeline.speak.pinyin.context import Context, context_of
from pipeline.speak.pinyin.lexicon import lexicon
from pipeline.speak.pinyin.network import END, LEAST, START

WINDOW = 16  # characters either side that the net sees in training
EPOCHS, BATCH, RATE = 2, 64, 1.5e-3
OFTEN = {"signs": 2, "pairs": 4, "words": 4}  # how often a thing must occur to have a row
SIZE = {"signs": 64, "pairs": 32, "words": 32, "guesses": 32, "places": 8, "hidden": 128}
SILVER = 0.1  # weight of what the dictionary's words say of the other characters in a sentence
PHRASES = 20_000  # the dictionary's most frequent words with a character to decide upon are sentences of their own
PHRASE_WEIGHT = 0.3
NATURAL = (2, 1.5)  # CPP's sentences count so often, with so much weight: they are few, and not balanced


class Item(NamedTuple):
    """A sentence's context, the judged place, its reading; `natural` where the source is not balanced."""

    context: Context
    at: int
    label: str
    natural: bool
    fold: int

    @property
    def character(self) -> str:
        return self.context.signs[self.at]


class Old:
    """g2pM's encoder and classifier, frozen."""

    def __init__(self) -> None:
        spec = find_spec("g2pM")
        assert spec is not None and spec.origin is not None
        read = lambda name: pickle.loads((Path(spec.origin).parent / name).read_bytes())  # noqa: E731
        self.signs, self.classes, self.readings = read("char2idx.pkl"), read("class2idx.pkl"), read("digest_cedict.pkl")
        self.state = {k: torch.tensor(np.asarray(v), dtype=torch.float) for k, v in read("np_ckpt.pkl").items()}
        self.table = self.state["embedding.weight"]
        self.rnn = nn.LSTM(self.table.shape[1], 32, batch_first=True, bidirectional=True)
        self.rnn.load_state_dict({k[5:]: v for k, v in self.state.items() if k.startswith("lstm")})

    def rows(self, signs: str) -> list[int]:
        return [self.signs.get(sign, self.signs["<UNK>"]) for sign in (START, *signs, END)]

    def class_of(self, character: str, reading: str) -> int:
        """The class of a reading that g2pM knows for the character; -1 where it knows none."""
        spelt = {reading, reading.replace("v", "u:")} & set(self.readings.get(character, ()))
        return next((self.classes[s] for s in spelt if s in self.classes), -1)


class Row(NamedTuple):
    """An item in numbers: rows of its signs, pairs, words, places, guesses; and its places to learn from."""

    columns: list[list[int]]
    old: list[int]
    targets: list[tuple[int, int, int, int, int, float]]  # place, first candidate, how many, right, guess, weight


class Vocabulary:
    """What has a row in the tables, and the candidates in one list."""

    def __init__(self, found: Sequence[Item], candidates: Mapping[str, tuple[str, ...]]) -> None:
        counts: dict[str, Counter[str]] = {name: Counter() for name in OFTEN}
        for item in found:
            signs, words, places, _ = _window(item)[0]
            counts["signs"].update(signs)
            counts["pairs"].update(a + b for a, b in pairwise(signs))
            counts["words"].update(w for w, p in zip(words, places, strict=True) if p in (1, 3, 6))
        self.listed = {n: [e for e, k in c.most_common() if k >= OFTEN[n] and "\n" not in e] for n, c in counts.items()}
        self.listed["guesses"] = sorted({r for readings in lexicon().characters.values() for r in readings.split()})
        self.index = {name: {entry: k for k, entry in enumerate(rows, 1)} for name, rows in self.listed.items()}
        self.candidates = candidates
        self.base = dict(zip(candidates, np.cumsum([0] + [len(r) for r in candidates.values()]).tolist(), strict=False))
        self.total = sum(map(len, candidates.values()))
        self.most = max(map(len, candidates.values()))


def _window(item: Item) -> tuple[Context, int]:
    low, high = max(0, item.at - WINDOW), max(0, item.at) + WINDOW + 1
    signs, words, places, guesses = item.context
    return Context(signs[low:high], words[low:high], places[low:high], guesses[low:high]), item.at - low


def row_of(item: Item, known: Vocabulary, old: Old) -> Row:
    context, at = _window(item)
    signs, words, places, guesses = context
    look = lambda name, entries: [known.index[name].get(entry, 0) for entry in entries]  # noqa: E731
    pairs = [signs[k : k + 2] for k in range(len(signs) - 1)] + [""]
    columns = [look("signs", signs), look("pairs", pairs), look("words", words), places, look("guesses", guesses)]
    return Row(columns, old.rows(signs), list(_targets(item, context, at, known)))


def _targets(
    item: Item, context: Context, at: int, known: Vocabulary
) -> Iterable[tuple[int, int, int, int, int, float]]:
    for k, (sign, word, guess) in enumerate(zip(context.signs, context.words, context.guesses, strict=True)):
        readings = known.candidates.get(sign, ())
        if len(readings) < 2:
            continue
        guessed = readings.index(guess) if guess in readings else -1
        if k == at:
            weight = NATURAL[1] if item.natural else 1.0
            yield k, known.base[sign], len(readings), readings.index(item.label), guessed, weight
        elif word and guessed >= 0:
            weight = SILVER if item.label else PHRASE_WEIGHT
            yield k, known.base[sign], len(readings), guessed, guessed, weight


class Net(nn.Module):
    """See pipeline.speak.pinyin.network, which computes the same with NumPy."""

    def __init__(self, known: Vocabulary, old: Old) -> None:
        super().__init__()
        self.old = [old]  # in a list: not a part that is trained
        self.most = known.most
        table = lambda name, sparse: nn.Embedding(  # noqa: E731
            len(known.listed[name]) + 1, SIZE[name], padding_idx=0, sparse=sparse
        )
        self.signs, self.pairs, self.words = table("signs", False), table("pairs", True), table("words", True)
        self.guesses, self.places = table("guesses", False), nn.Embedding(11, SIZE["places"])
        for part in (self.signs, self.pairs, self.words, self.guesses):
            nn.init.normal_(part.weight, 0, 0.1)
            part.weight.data[0] = 0
        wide = SIZE["signs"] + 2 * SIZE["pairs"] + SIZE["words"] + SIZE["places"] + SIZE["guesses"] + 64
        self.net = nn.LSTM(wide, SIZE["hidden"], batch_first=True, bidirectional=True)
        self.hidden = nn.Linear(2 * SIZE["hidden"] + wide, SIZE["hidden"])
        self.out, self.out_bias = nn.Embedding(known.total, SIZE["hidden"]), nn.Embedding(known.total, 1)
        self.agree, self.trust = nn.Embedding(known.total, 1), nn.Embedding(known.total, 1)
        self.agree_hidden = nn.Linear(SIZE["hidden"], 1)
        nn.init.normal_(self.out.weight, 0, 0.02)
        for bias, value in ((self.out_bias, 0.0), (self.agree, 1.0), (self.trust, 0.3)):
            nn.init.constant_(bias.weight, value)
        self.drop = nn.Dropout(0.35)
        known_pairs = [(c, r) for c, readings in known.candidates.items() for r in readings]
        self.register_buffer("old_class", torch.tensor([old.class_of(c, r) for c, r in known_pairs]))

    def forward(self, rows: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Log probabilities of the candidates of every target; which is right; and the target's weight."""
        length = max(len(row.columns[0]) for row in rows)
        pad = lambda listed, more=0: torch.tensor([x + [0] * (length + more - len(x)) for x in listed])  # noqa: E731
        signs, pairs, words, places, guesses = (pad([row.columns[k] for row in rows]) for k in range(5))
        lengths = [len(row.columns[0]) for row in rows]
        batch = torch.tensor([k for k, row in enumerate(rows) for _ in row.targets])
        flat = [target for row in rows for target in row.targets]
        place, base, count, right, guess = (torch.tensor([t[k] for t in flat]) for k in range(5))
        inherited = self._inherited(pad([row.old for row in rows], 2), lengths)
        seen = self.drop(self._seen(signs, pairs, words, places, guesses, inherited))
        states = _packed(self.net, seen, lengths)
        hidden = torch.tanh(self.hidden(torch.cat([self.drop(states), seen], -1)[batch, place]))
        score = self._scores(self.drop(hidden), inherited[batch, place], base, count, guess)
        return score.log_softmax(-1), right, torch.tensor([t[5] for t in flat])

    def _inherited(self, rows: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        with torch.no_grad():
            old = self.old[0]
            return _packed(old.rnn, old.table[rows], [n + 2 for n in lengths])[:, 1:-1]

    def _seen(self, signs: Any, pairs: Any, words: Any, places: Any, guesses: Any, inherited: Any) -> torch.Tensor:
        """All inputs side by side; in training some are hidden, so that none is relied upon alone."""
        keep = lambda like, rate: (torch.rand(like.shape) > (rate if self.training else 0)).long()  # noqa: E731
        right = self.pairs(pairs)
        left = torch.cat([torch.zeros_like(right[:, :1]), right[:, :-1]], 1) * keep(pairs, 0.2)[..., None]
        right = right * keep(pairs, 0.2)[..., None]
        word = self.words(words) * keep(words, 0.2)[..., None]
        guess = self.guesses(guesses) * keep(guesses, 0.1)[..., None]
        sign = self.signs(signs * keep(signs, 0.03))
        return torch.cat([sign, left, right, word, self.places(places), guess, inherited], -1)

    def _scores(self, hidden: Any, inherited: Any, base: Any, count: Any, guess: Any) -> torch.Tensor:
        step = torch.arange(self.most)
        rows = torch.minimum(base[:, None] + step, (base + count - 1)[:, None])
        exists = step[None] < count[:, None]
        score = (self.out(rows) * hidden[:, None]).sum(-1) + self.out_bias(rows)[..., 0]
        score = score + self.trust(rows)[..., 0] * self._verdict(inherited, self.old_class[rows], exists)
        agrees = (step[None] == guess[:, None]).float()
        score = score + agrees * (self.agree(rows)[..., 0] + self.agree_hidden(hidden))
        return score.masked_fill(~exists, -1e9)

    def _verdict(self, inherited: Any, classes: Any, exists: Any) -> torch.Tensor:
        """g2pM's log probabilities of the candidates, 0 where it knows none; in training it is silent at times."""
        state, known = self.old[0].state, (classes >= 0) & exists
        middle = torch.relu(inherited @ state["logit_layer.0.weight"].T + state["logit_layer.0.bias"])
        logits = middle @ state["logit_layer.2.weight"].T + state["logit_layer.2.bias"]
        judged = torch.gather(logits, 1, classes.clamp(min=0)).masked_fill(~known, -1e4).log_softmax(-1)
        judged = torch.where(known.any(-1, keepdim=True), judged.clamp(min=LEAST), torch.zeros_like(judged))
        return judged * (torch.rand(len(judged), 1) > 0.3) if self.training else judged


def _packed(rnn: nn.LSTM, inputs: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
    packed = nn.utils.rnn.pack_padded_sequence(inputs, list(lengths), batch_first=True, enforce_sorted=False)
    return nn.utils.rnn.pad_packed_sequence(rnn(packed)[0], batch_first=True, total_length=inputs.shape[1])[0]


def trained(found: Sequence[Item], known: Vocabulary, old: Old) -> Net:
    """A net trained on the items, AdamW beside SparseAdam for the two large tables, the rate falling to nothing."""
    torch.manual_seed(0)
    random.seed(0)
    net, rows = Net(known, old), [row_of(i, known, old) for i in found for _ in range(NATURAL[0] if i.natural else 1)]
    rows += [row_of(phrase, known, old) for phrase in phrases(known.candidates)]
    rows = [row for row in rows if row.targets]
    sparse = [net.pairs.weight, net.words.weight]
    dense = [p for p in net.parameters() if all(p is not s for s in sparse)]
    optimizers = [torch.optim.AdamW(dense, lr=RATE, weight_decay=0.01), torch.optim.SparseAdam(sparse, lr=RATE)]
    steps = EPOCHS * (len(rows) // BATCH + 1)
    batches = [batch for _ in range(EPOCHS) for batch in _batches(rows)]
    for k, batch in enumerate(batches):
        for optimizer in optimizers:
            optimizer.zero_grad()
            for group in optimizer.param_groups:
                group["lr"] = RATE * min(1, k / 200) * max(0.0, 1 - k / steps)
        logs, right, weight = net(batch)
        loss = (-logs[torch.arange(len(right)), right] * weight).sum() / len(batch)
        loss.backward()
        nn.utils.clip_grad_norm_(dense, 5.0)
        for optimizer in optimizers:
            optimizer.step()
        if k % 200 == 0:
            print(f"step {k} of {len(batches)}: loss {loss.item():.3f}", flush=True)
    return net.eval()


def phrases(candidates: Mapping[str, tuple[str, ...]]) -> list[Item]:
    """Words of the dictionary as sentences without a judged place, so that a word by itself is read as there."""
    costs = lexicon().costs
    decided = {character for character, readings in candidates.items() if len(readings) > 1}
    found = [word for word in costs if len(word) > 1 and not decided.isdisjoint(word)]
    return [Item(context_of([word]), -1, "", False, -1) for word in sorted(found, key=costs.__getitem__)[:PHRASES]]


def _batches(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows of like length together, in random order."""
    order = sorted(rows, key=lambda row: len(row.columns[0]) + random.random() * 12)
    found = [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
    random.shuffle(found)
    return found
