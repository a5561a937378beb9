"""A folder with public cases comes in; a table goes out: how much of them our spoken form gets right, beside the peers.

    python benchmarks/spoken.py FOLDER [--wrong NAME]

The folder holds `tn_*.tsv` (input, expected, category, ...) and `flattn_*.jsonl` (text, and segments with the
accepted readings of each tagged span). None of them is part of the project. Scores: *strict* = equal strings;
*spoken* = equal after `folded`. A FlatTN span is right when what stands in its place is one of its readings; a
sentence is right when all its spans are and the text around them survived. 两/二 spans are judged without folding.
"""

import argparse
import csv
import importlib
import json
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

Speak = Callable[[str], str]
Case = tuple[str, str, str]

NUMERALS = "零一二三四五六七八九十百千万亿"
SAME = str.maketrans({"〇": "零", "幺": "一", "两": "二", "至": "到"})
TWO_CLASSES = ("two_er", "two_liang")
HOLE = ".{0,60}?"


class Peer(NamedTuple):
    """A library to stand beside ours: its name, the module it needs, and how its module is asked."""

    name: str
    module: str
    speaker: Callable[[Any], Speak]


PEERS = (
    Peer("wetext", "wetext", lambda module: module.Normalizer(lang="zh", operator="tn").normalize),
    Peer("cn2an", "cn2an", lambda module: lambda text: str(module.transform(text, "an2cn"))),
    Peer("zh-normalization", "zh_normalization",
         lambda module: lambda text: "".join(module.TextNormalizer().normalize(text))),
)  # fmt: skip


def main() -> None:
    """Read the folder and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--wrong", metavar="NAME", help="list what ours gets wrong in the file or FlatTN class NAME")
    arguments = parser.parse_args()
    if arguments.folder is None:
        print("no folder with cases was given; see --help")
        return
    if arguments.wrong:
        _list_wrong(arguments.folder, arguments.wrong)
        return
    for name, speak in _speakers():
        _report(name, speak, arguments.folder)


def ours(text: str) -> str:
    """Our spoken form of a text."""
    from pipeline.speak.spoken import spoken

    return spoken(text).text


def folded(text: str) -> str:
    """What the *spoken* score compares: case, marks, blanks, script and accepted synonyms made alike.

    >>> folded("公元２０１５ 年,两公里") == folded("公元2015年，二千米")
    True
    """
    plain = _bare(text).translate(SAME).replace("公里", "千米").replace("公斤", "千克")
    return re.sub(f"(?<=[{NUMERALS}])号", "日", plain)


def _bare(text: str) -> str:
    lowered = _simplified(unicodedata.normalize("NFKC", text).lower())
    return "".join(c for c in lowered if unicodedata.category(c)[0] not in "PZSC" or c in "°℃")


@cache
def _converter() -> Any:
    return importlib.import_module("opencc").OpenCC("t2s")


def _simplified(text: str) -> str:
    return str(_converter().convert(text))


def _speakers() -> Iterator[tuple[str, Speak]]:
    yield "ours", ours
    for peer in PEERS:
        try:
            yield peer.name, peer.speaker(importlib.import_module(peer.module))
        except ImportError:
            print(f"{peer.name}: not installed, skipped")


def _report(name: str, speak: Speak, folder: Path) -> None:
    print(f"\n{name}")
    for path in sorted(folder.glob("tn_*.tsv")):
        if "excluded" not in path.stem:
            cases = list(_cases(path))
            strict = sum(speak(case[0]) == case[1] for case in cases)
            alike = sum(folded(speak(case[0])) == folded(case[1]) for case in cases)
            print(f"  {path.stem:24} {len(cases):5} cases   strict {strict / len(cases):6.1%}"
                  f"   spoken {alike / len(cases):6.1%}")  # fmt: skip
    for path in sorted(folder.glob("flattn_*.jsonl")):
        _report_tagged(path, speak)


def _cases(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        yield from ((row[0], row[1], row[2]) for row in rows)


def _report_tagged(path: Path, speak: Speak) -> None:
    sentences = [json.loads(line) for line in path.open(encoding="utf-8")]
    start = time.perf_counter()
    outputs = [speak(sentence["text"]) for sentence in sentences]
    seconds = time.perf_counter() - start
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    whole = 0
    for sentence, output in zip(sentences, outputs, strict=True):
        verdicts = judged(sentence["segs"], output)
        whole += all(ok for _, ok in verdicts)
        seen.update(cls for cls, _ in verdicts if cls)
        right.update(cls for cls, ok in verdicts if cls and ok)
    speed = sum(len(sentence["text"]) for sentence in sentences) / seconds
    print(f"  {path.stem:24} {len(sentences):5} sentences   wholly right {whole / len(sentences):6.1%}"
          f"   {speed:,.0f} characters/s")  # fmt: skip
    for cls, count in seen.most_common():
        print(f"    {cls:22} {count:5} spans       {right[cls] / count:6.1%}")


def judged(segments: list[dict[str, Any]], output: str) -> list[tuple[str, bool]]:
    """For each judged span its class and whether it is right; ("", False) when the text around did not survive.

    >>> judged([{"t": "第"}, {"t": "2", "acc": ["二"], "cls": "two_er"}, {"t": "号"}], "第两日")
    [('two_er', False)]
    """
    bare = _bare(output)
    spans = [segment for segment in segments if segment.get("acc")]
    found = re.fullmatch("".join(_pattern(segment) for segment in segments), bare)
    if found is None:
        return [("", False), *((span["cls"], _present(span, bare)) for span in spans)]
    return [(span["cls"], found[2 * k + 1] is not None) for k, span in enumerate(spans)]


def _pattern(segment: dict[str, Any]) -> str:
    """A segment as a regular expression: two groups for a judged span, what was accepted or anything else."""
    if "acc" not in segment:
        return _alike(segment["t"])
    if segment["acc"] is None:
        return HOLE
    return f"(?:({_readings(segment)})|({HOLE}))"


def _readings(segment: dict[str, Any]) -> str:
    if segment["cls"] in TWO_CLASSES:
        return "|".join(reading.rstrip("!") for reading in segment["acc"])
    return "|".join(_alike(reading) for reading in sorted(segment["acc"], key=len, reverse=True))


def _present(segment: dict[str, Any], bare: str) -> bool:
    return re.search(_readings(segment), bare) is not None


def _alike(text: str) -> str:
    """Text as a pattern that takes accepted synonyms too."""
    pattern = re.escape(_bare(text)).replace("公里", "千米").replace("公斤", "千克")
    for alike in ("二两", "零〇", "一幺", "到至", "日号"):
        pattern = re.sub(f"[{alike}]", f"[{alike}]", pattern)
    return pattern.replace("千米", "(?:千米|公里)").replace("千克", "(?:千克|公斤)")


def _list_wrong(folder: Path, name: str) -> None:
    for path in folder.glob(f"{name}.tsv"):
        for text, expected, category in _cases(path):
            if folded(ours(text)) != folded(expected):
                print(category, text, expected, ours(text), sep="\t")
    for path in folder.glob("flattn_*.jsonl"):
        for sentence in map(json.loads, path.open(encoding="utf-8")):
            output = ours(sentence["text"])
            wrong = [cls for cls, ok in judged(sentence["segs"], output) if not ok]
            if name in wrong or (name == path.stem and wrong):
                tagged = "".join(_tagged(segment) for segment in sentence["segs"])
                print(",".join(cls or "around" for cls in wrong), tagged, output, sep="\n  ")


def _tagged(segment: dict[str, Any]) -> str:
    return f"[{segment['t']}={(segment['acc'] or ['?'])[0]}]" if "cls" in segment else str(segment["t"])


if __name__ == "__main__":
    main()
