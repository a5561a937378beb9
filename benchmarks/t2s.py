"""A folder with OpenCC's cases comes in; a table goes out: how many of them our characters get right, beside peers.

    python benchmarks/t2s.py FOLDER [--peer NAME=FOLDER]

The folder holds `opencc_testcases.json` (OpenCC's own cases, Apache-2.0, not part of the project): t2s is what the
voice is given, s2t what `--script traditional` writes. The peers are all called `opencc` as modules, so each one but
the one we build on must be installed into a folder of its own: `pip install --target DIR OpenCC`, then
`--peer OpenCC=DIR`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Convert = Callable[[Sequence[str]], list[str]]

DIRECTIONS = ("t2s", "s2t")
ASK = """
import json, sys
from opencc import OpenCC
print(json.dumps([OpenCC(sys.argv[1]).convert(text) for text in json.load(sys.stdin)]))
"""
REPEATED = 50  # times the cases are converted to measure our pace


def main() -> None:
    """Read the folder and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=FOLDER")
    parser.add_argument("--wrong", action="store_true", help="list what ours gets wrong")
    chosen = parser.parse_args()
    if chosen.folder is None or not (chosen.folder / "opencc_testcases.json").is_file():
        print("no folder with opencc_testcases.json was given; see --help")
        return
    cases = json.loads((chosen.folder / "opencc_testcases.json").read_text(encoding="utf-8"))["cases"]
    peers = {"reimplemented": "", **dict(peer.split("=", 1) for peer in chosen.peer)}
    print(f"{'% right':>16}" + "".join(f"{direction:>10}" for direction in DIRECTIONS))
    _row("ours", ours, cases)
    for name, folder in peers.items():
        _row(name, peer_in(folder), cases)
    if not chosen.peer:
        print("OpenCC, opencc-py: left out, their folders were not given; see --help")
    _print_pace([case["input"] for case in cases if "t2s" in case["expected"]])
    if chosen.wrong:
        _list_wrong(cases)


def ours(direction: str) -> Convert:
    """Our conversion: the rule of repair, or the tables of the written form."""
    from pipeline.repair.characters import simplified
    from pipeline.repair.rule import document_of
    from pipeline.repair.written import traditional

    if direction == "t2s":
        return lambda texts: [simplified(document_of(text)).text for text in texts]
    return lambda texts: [traditional(text, text) for text in texts]


def peer_in(folder: str) -> Callable[[str], Convert]:
    """A peer installed in a folder, asked in a process of its own; "" is the one that is installed with ours."""

    def of(direction: str) -> Convert:
        def convert(texts: Sequence[str]) -> list[str]:
            asked = subprocess.run(
                [sys.executable, "-c", ASK, direction],
                input=json.dumps(texts),
                capture_output=True,
                text=True,
                check=True,
                timeout=300,
                env=os.environ | ({"PYTHONPATH": folder} if folder else {}),
            )
            return list(json.loads(asked.stdout))

        return convert

    return of


def _row(name: str, converter: Callable[[str], Convert], cases: Sequence[dict[str, dict[str, str]]]) -> None:
    row = f"{name:>16}"
    for direction in DIRECTIONS:
        own = [case for case in cases if direction in case["expected"]]
        found = converter(direction)([str(case["input"]) for case in own])
        right = sum(text == case["expected"][direction] for text, case in zip(found, own, strict=True))
        row += f"{right:>5}/{len(own):<4}"
    print(row)


def _print_pace(texts: Sequence[str]) -> None:
    text = "\n".join(texts) * REPEATED
    start = time.process_time()
    ours("t2s")([text])
    print(f"t2s, ours: {len(text) / (time.process_time() - start):,.0f} characters a second of CPU time")


def _list_wrong(cases: Sequence[dict[str, dict[str, str]]]) -> None:
    for direction in DIRECTIONS:
        for case in cases:
            text, wanted = str(case["input"]), case["expected"].get(direction)
            if wanted and (found := ours(direction)([text])[0]) != wanted:
                print(direction, text, wanted, found, sep="\n  ")


if __name__ == "__main__":
    main()
