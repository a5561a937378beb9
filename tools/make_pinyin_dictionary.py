"""The data of the npm package @pinyin-pro/data (ISC licence) come in; the packed pinyin dictionary goes out.

    npm pack @pinyin-pro/data && tar xzf pinyin-pro-data-*.tgz
    python tools/make_pinyin_dictionary.py package/json pipeline/speak/pinyin/data/dictionary.npz

Every word keeps its frequency (for cutting text into words); its reading is stored only where it is not the
characters' first readings one after another. 一 and 不 are put back to their citation tones: sandhi is ours.
"""

import json
import math
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np

TONES = {"\u0304": "1", "\u0301": "2", "\u030c": "3", "\u0300": "4"}
CITATION = {"一": "yi1", "不": "bu4"}
LACKING = {"不": ("bu4", 4e-7), "〇": ("ling2", 1e-9)}  # not in the data by themselves; frequencies like their equals
LONGEST = 8  # characters in a word; the few longer ones are sayings that shorter words make up
Entries = Mapping[str, tuple[list[str], float]]


def numbered(syllable: str) -> str:
    """A syllable with a tone mark as one with a tone number.

    >>> [numbered(s) for s in ("zhǎng", "de", "nǚ", "lüè", "ê̌", "ḿ")]
    ['zhang3', 'de5', 'nv3', 'lve4', 'ei3', 'm2']
    """
    parts = unicodedata.normalize("NFD", syllable)
    tone = next((TONES[c] for c in parts if c in TONES), "5")
    plain = "".join(c for c in parts if c not in TONES)
    return unicodedata.normalize("NFC", plain).replace("ü", "v").replace("ê", "ei").replace("ɡ", "g") + tone


def entries(folder: Path) -> Entries:
    """word -> (readings, probability), of all words whose readings match their characters one to one."""
    found: dict[str, tuple[list[str], float]] = {}
    for word, (pinyin, probability) in json.loads((folder / "complete.json").read_text(encoding="utf-8")).items():
        if len(word) > LONGEST:
            continue
        readings = [CITATION.get(c, numbered(s)) for c, s in zip(word, pinyin.split(), strict=True)]
        found[word] = (readings, probability)
    for character, pinyin in json.loads((folder / "chars.json").read_text(encoding="utf-8")).items():
        found.setdefault(character, ([numbered(pinyin)], 1e-12))
    for character, (reading, probability) in LACKING.items():
        found.setdefault(character, ([reading], probability))
    return {**_only_in_words(found), **found}


def _only_in_words(found: Entries) -> Entries:
    """The characters that are nowhere by themselves (the 雳 of 霹雳), with their commonest reading."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, (readings, _) in found.items():
        for character, reading in zip(word, readings, strict=True):
            seen[character][reading] += 1
    return {c: ([counts.most_common(1)[0][0]], 1e-12) for c, counts in seen.items() if c not in found}


def readings_of(words: Entries) -> dict[str, list[str]]:
    """character -> its readings in the dictionary's words, the one it has alone first, then by frequency."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for word, (readings, _) in words.items():
        for character, reading in zip(word, readings, strict=True):
            seen[character][reading] += 1
    first = {word: readings[0] for word, (readings, _) in words.items() if len(word) == 1}
    return {
        c: [first[c], *(r for r, _ in counts.most_common() if r != first[c])]
        for c, counts in seen.items()
        if c in first
    }


def packed(text: str) -> "np.ndarray[tuple[int], np.dtype[np.uint8]]":
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)


def by_first(words: Iterable[str]) -> list[str]:
    """Sorted words, a line for each first character: the character, and what follows it in each.

    >>> by_first(["银", "银行", "长"])
    ['银\\t\\t行', '长\\t']
    """
    return ["\t".join([first, *(word[1:] for word in same)]) for first, same in groupby(words, key=itemgetter(0))]


def main(folder: Path, target: Path) -> None:
    words = entries(folder)
    characters = readings_of(words)
    known = sorted(w for w in words if all(c in characters for c in w))
    total = sum(words[w][1] for w in known)
    costs = [min(255, round(8 * -math.log(words[w][1] / total))) for w in known]
    odd = [w for w in known if any(characters[c][0] != r for c, r in zip(w, words[w][0], strict=True))]
    np.savez(
        target,
        words=packed("\n".join(by_first(known))),
        costs=np.array(costs, dtype=np.uint8),
        readings=packed("\n".join(f"{w}\t{' '.join(words[w][0])}" for w in odd)),
        characters=packed("\n".join(f"{c}\t{' '.join(r)}" for c, r in sorted(characters.items()))),
    )
    print(f"{len(known)} words, {len(odd)} readings, {len(characters)} characters, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
