"""A folder with judged characters comes in; a table goes out: how many of them our pinyin gets right, beside peers.

    python benchmarks/pinyin.py FOLDER [--wrong FILE]

The folder holds *.jsonl files of {"sent", "i", "char", "label"}: the character at `i` is read `label` (tone number, 5
neutral, v for ü, tones as in a dictionary, before sandhi). None of them is part of the project. Peers that are not
installed are left out with the reason (`pip install g2pM g2p-mix`, here or in a folder named by PYTHONPATH).
"""

import argparse
import functools
import importlib
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Read = Callable[[str], Sequence[str | None]]


class Case(NamedTuple):
    """The character at `place` of a sentence, and how it is read there."""

    sentence: str
    place: int
    label: str


class Peer(NamedTuple):
    """A library to stand beside ours: its name, the module it needs, and how its module reads a sentence."""

    name: str
    module: str
    reader: Callable[[Any], Read]


def main() -> None:
    """Read the folder and print the table."""
    os.environ["PYPINYIN_NO_PHRASES"] = ""  # our own code asks for pypinyin without its phrases; the peer has them
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--part", type=int, default=1, metavar="N", help="only each N-th case of a suite")
    parser.add_argument("--wrong", metavar="FILE", help="list what ours gets wrong in the file of that name")
    arguments = parser.parse_args()
    if arguments.folder is None:
        print("no folder with judged characters was given; see --help")
    elif arguments.wrong:
        _list_wrong(_cases(arguments.folder / arguments.wrong))
    else:
        suites = {path.stem: _cases(path)[:: arguments.part] for path in sorted(arguments.folder.glob("*.jsonl"))}
        _table({name: cases for name, cases in suites.items() if cases})


def _cases(path: Path) -> list[Case]:
    """The judged characters of a file; none where the file is of another kind."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Case(row["sent"], row["i"], row["label"]) for row in rows if {"sent", "i", "label"} <= set(row)]


def _table(suites: dict[str, list[Case]]) -> None:
    """A line a reader: % right in each suite, and characters a second over all of them."""
    print("".join(f"{head:>14}" for head in ("% right", *suites, "characters/s")))
    for name, module, reader in (Peer("ours", "pipeline.speak.pinyin", _ours), *PEERS):
        try:
            read = reader(importlib.import_module(module))
        except ImportError as error:
            print(f"{name:>14}  left out: {error}")
            continue
        read("热身：让它先载入词典。")
        start = time.perf_counter()
        scores = [sum(_right(read, case) for case in cases) / len(cases) for cases in suites.values()]
        pace = sum(len(case.sentence) for cases in suites.values() for case in cases) / (time.perf_counter() - start)
        print(f"{name:>14}" + "".join(f"{100 * score:14.2f}" for score in scores) + f"{pace:14,.0f}")


def _right(read: Read, case: Case) -> bool:
    readings = read(case.sentence)
    return case.place < len(readings) and readings[case.place] == case.label


def _list_wrong(cases: list[Case]) -> None:
    """What ours gets wrong: by character and reading, then place by place, most doubtful reading last."""
    from pipeline.speak.pinyin import Pronouncer

    pronouncer, wrong = Pronouncer({}), []
    for case in cases:
        found = pronouncer.syllables(case.sentence)[case.place]
        if found.citation != case.label:
            wrong.append((found, case))
    print(f"{len(wrong)} of {len(cases)} wrong")
    for (character, label), times in Counter((found.character, case.label) for found, case in wrong).most_common():
        print(f"{times:5} {character} {label}")
    for found, case in sorted(wrong, key=lambda pair: pair[0].doubt):
        around = case.sentence[max(0, case.place - 8) : case.place + 9]
        print(f"{found.doubt:.3f} {found.reason:10} {found.citation} for {found.character} {case.label}: {around}")


def _ours(module: Any) -> Read:
    pronouncer = module.Pronouncer({})
    return lambda text: [syllable.citation for syllable in pronouncer.syllables(text)]


def _pypinyin(module: Any) -> Read:
    def read(text: str) -> list[str]:
        found = module.lazy_pinyin(text, style=module.Style.TONE3, neutral_tone_with_five=True, errors=list)
        return [reading.replace("ü", "v") for reading in found]

    return read


def _g2pm(module: Any) -> Read:
    model = module.G2pM()
    return lambda text: [reading.replace("u:", "v") for reading in model(text, tone=True, char_split=True)]


def _g2p_mix(module: Any) -> Read:
    model = module.G2P(tone_sandhi=False, unknown="preserve")

    def read(text: str) -> list[str | None]:
        found: list[str | None] = [None] * len(text)
        for token in model(text).tokens:
            for unit in token.pronunciation.units if token.pronunciation else ():
                if len(unit.source_spans) == 1:
                    found[unit.source_spans[0].start] = unit.native.replace("ü", "v")
        return found

    return functools.lru_cache(maxsize=1)(read)


PEERS = (
    Peer("pypinyin", "pypinyin", _pypinyin),
    Peer("g2pM", "g2pM", _g2pm),
    Peer("g2p-mix", "g2p_mix", _g2p_mix),
)

if __name__ == "__main__":
    main()
