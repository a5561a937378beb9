"""Texts come in; pipeline/repair/ngrams.npz goes out: how characters follow each other in Chinese prose.

    python tools/count_ngrams.py [--without FILE…] --texts FILE|FOLDER…

Of a folder, *.md and *.txt are taken, at most 1,200,000 characters. What was counted (NOTICE says whose it is): four
authors of the first half of the 20th century, two old novels, laws and ordinances, documentation of free software.
Paragraphs that share 13 characters with a text of --without (.txt; .jsonl with "text" or "sent") are left out: nothing
that repair is measured on may be counted.

The model: interpolated Kneser-Ney with one discount for each order (S. F. Chen and J. Goodman 1998); pruned to the
n-grams that add most (K. Seymore and R. Rosenfeld, Scalable backoff language models, 1996); then backoff weights by
which each context sums to one again.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.repair.ngrams import FOLDED, STEP
from pipeline.repair.script import tables

MOST = 1_200_000  # characters of a folder
SHARED = 13  # characters in a row that no counted paragraph has in common with a text kept apart
PAIRS, TRIPLES = 400_000, 600_000  # that are kept
DESTINATION = Path(__file__).parents[1] / "pipeline" / "repair" / "ngrams.npz"
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"<[^>\n]*>|[*#_>|]|(?<=\])\([^)\n]*\)|[\[\]]")
_CHINESE = re.compile("[一-鿿]")

Keys = NDArray[np.uint64]
Numbers = NDArray[np.float64]


class Order(NamedTuple):
    """The n-grams of one length: sorted keys (16 bits a character), their probability, and whether each is kept."""

    keys: Keys
    chance: Numbers
    kept: NDArray[np.bool_]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--texts", nargs="+", type=Path, required=True)
    arguments.add_argument("--without", nargs="*", type=Path, default=[])
    chosen = arguments.parse_args()
    apart = {piece for path in chosen.without for line in _lines(path) for piece in _pieces(line)}
    counted = []
    for source in chosen.texts:
        lines = [line for line in _paragraphs(source) if apart.isdisjoint(_pieces(line))]
        counted.append(folded("\n".join(lines)))
        print(f"{source}: {len(counted[-1])} characters")
    keys, counts = np.unique(_triples("\n".join(counted)), return_counts=True)
    np.savez(DESTINATION, **stored(*model(keys, counts.astype(float))))  # type: ignore[arg-type]
    print(f"{DESTINATION}: {DESTINATION.stat().st_size} bytes")


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line) if path.suffix == ".jsonl" else {"text": line}
        yield str(row.get("text") or row.get("sent") or "")


def _pieces(line: str) -> set[str]:
    characters = "".join(_CHINESE.findall(line))
    return {characters[k : k + SHARED] for k in range(len(characters) - SHARED + 1)}


def _paragraphs(source: Path) -> Iterator[str]:
    """The paragraphs of a file, or of a folder's files in an order that is always the same, without code and markup."""
    found = sorted([*source.rglob("*.md"), *source.rglob("*.txt")]) if source.is_dir() else [source]
    random.Random(1).shuffle(found)
    room = MOST if source.is_dir() else sys.maxsize
    for path in found:
        for line in _CODE.sub("", _text(path)).splitlines():
            plain = re.sub("`[^`]*`", "a", line).strip(" \u3000\ufeff-")
            plain = _MARKUP.sub("", plain) if path.suffix == ".md" else plain
            if room > 0 and 2 * len(_CHINESE.findall(plain)) > len(plain) > 1:
                room -= len(plain)
                yield plain


def _text(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "ignore")


def folded(text: str) -> str:
    """The text as ngrams.py looks it up: simplified, full-width marks, 0 for a number, a for a word of letters."""
    simple = tables().characters
    plain = "".join(FOLDED.get(c, c) for c in (simple.get(c, c) for c in text) if c <= "\uffff")
    return re.sub("a+", "a", re.sub("0+", "0", re.sub("[ \u3000\t]+", "", plain)))


def _triples(text: str) -> Keys:
    codes = np.frombuffer(text.encode("utf-16-le", "ignore"), dtype="<u2").astype(np.uint64)
    return (codes[:-2] << np.uint64(32)) | (codes[1:-1] << np.uint64(16)) | codes[2:]


def model(keys: Keys, counts: Numbers) -> tuple[Order, Order, Order]:
    """Singles, pairs and triples: the longest by counts, the others by how many different characters they follow."""
    pairs, of_pair = np.unique(keys & np.uint64(0xFFFFFFFF), return_inverse=True)
    singles, of_single = np.unique(pairs & np.uint64(0xFFFF), return_inverse=True)
    kinds = np.bincount(of_pair).astype(float)
    chance = np.bincount(of_single) / len(of_single)
    pair_chance, pair_added = _smoothed(pairs, kinds, chance[of_single], np.bincount(of_pair, counts))
    triple_chance, triple_added = _smoothed(keys, counts, pair_chance[of_pair], counts)
    triples_kept = _best(triple_added, TRIPLES)
    pairs_kept = _best(pair_added, PAIRS) | np.isin(pairs, keys[triples_kept] >> np.uint64(16))
    return (
        Order(singles, chance, np.ones(len(singles), bool)),
        Order(pairs, pair_chance, pairs_kept),
        Order(keys, triple_chance, triples_kept),
    )


def _smoothed(keys: Keys, counts: Numbers, lower: Numbers, weights: Numbers) -> tuple[Numbers, Numbers]:
    """The interpolated probability of each n-gram, and how much text would lose without it (natural logarithm)."""
    once, twice = (counts == 1).sum(), (counts == 2).sum()
    discount = once / (once + 2 * twice)
    _, of_context = np.unique(keys >> np.uint64(16), return_inverse=True)
    total = np.bincount(of_context, counts)[of_context]
    shared = discount * np.bincount(of_context)[of_context] / total * lower
    chance = (counts - discount) / total + shared
    return chance, weights * np.log(chance / shared)


def _best(added: Numbers, most: int) -> NDArray[np.bool_]:
    kept = np.zeros(len(added), bool)
    kept[np.argsort(-added, kind="stable")[:most]] = True
    return kept


def stored(singles: Order, pairs: Order, triples: Order) -> dict[str, NDArray[np.generic]]:
    """What ngrams.py reads: see there. Backoff weights are those for the n-grams that are kept."""
    pair_keys, triple_keys = pairs.keys[pairs.kept], triples.keys[triples.kept]
    pair, triple = pairs.chance[pairs.kept], triples.chance[triples.kept]
    second = np.searchsorted(singles.keys, pair_keys & np.uint64(0xFFFF))
    of_single = np.searchsorted(singles.keys, pair_keys >> np.uint64(16))
    single_backoff = _left_over(of_single, pair, singles.chance[second], len(singles.keys))
    of_pair = np.searchsorted(pair_keys, triple_keys >> np.uint64(16))
    third = np.searchsorted(singles.keys, triple_keys & np.uint64(0xFFFF))
    shorter = triple_keys & np.uint64(0xFFFFFFFF)
    place = np.minimum(np.searchsorted(pair_keys, shorter), len(pair_keys) - 1)
    middle = np.searchsorted(singles.keys, shorter >> np.uint64(16))
    lower = np.where(pair_keys[place] == shorter, pair[place], single_backoff[middle] * singles.chance[third])
    return {
        "characters": singles.keys.astype("<u2"),
        "single": _byte(singles.chance),
        "single_backoff": _byte(single_backoff),
        "pairs_of": np.bincount(of_single, minlength=len(singles.keys)).astype(np.uint16),
        "second": second.astype(np.uint16),
        "pair": _byte(pair),
        "pair_backoff": _byte(_left_over(of_pair, triple, lower, len(pair_keys))),
        "triples_of": np.bincount(of_pair, minlength=len(pair_keys)).astype(np.uint16),
        "third": third.astype(np.uint16),
        "triple": _byte(triple),
    }


def _left_over(context: NDArray[np.intp], chance: Numbers, lower: Numbers, size: int) -> Numbers:
    """For each context, by what the lower order is multiplied so that all that may follow sums to one."""
    rest = 1 - np.bincount(context, chance, size)
    return np.clip(rest / np.maximum(1 - np.bincount(context, lower, size), 1e-6), 1e-6, 1.0)


def _byte(chance: Numbers) -> NDArray[np.uint8]:
    return np.clip(np.round(np.log(chance) / STEP), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
