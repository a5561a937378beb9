"""Clean texts come in (files, folders, the built-in ones); a table of what repair does for and to them goes out.

    python benchmarks/repair.py [--show N] [FILE|FOLDER…]

The built-in texts are always measured. Of a folder, its *.txt are taken, and the sentences of its *.jsonl ("text" or
"sent"): nobody has looked through those, so that only what repair restores in them counts as changed, not the marks
and old characters that it settles.

* changed: characters that repair changes in the undamaged text; every one is a fault.
* damaged, restored: the text is put into traditional characters and damaged on bytes as sites did it (tests/damage.py);
  then what repair makes of it is compared with what it makes of the text without damage.
* torn: of these, the characters whose bytes were torn apart; the rest have glosses, or marks in ASCII.
"""

import argparse
import json
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import NamedTuple

from opencc import OpenCC
from pypinyin import Style, pinyin

sys.path.insert(0, str(Path(__file__).parents[1]))
from pipeline.repair import repair
from pipeline.repair.readings import plain
from pipeline.repair.rule import document_of
from pipeline.repair.script import telling
from pipeline.repair.torn_bytes import everyday
from tests.damage import FULL_WIDTH, Site, damaged, sparing, swallowing

RESTORING = frozenset(
    ("mojibake", "torn", "gloss", "deleted word", "site words", "title", "duplicate", "wrapped lines")
)
SAMPLE = 8_000  # characters of each file of sentences that are damaged
TEXTS = Path(__file__).parent / "texts"


class Score(NamedTuple):
    """Characters: in the text, changed without need, damaged, still wrong after repair; torn ones apart."""

    characters: int
    changed: int
    damaged: int
    wrong: int
    torn: int
    torn_wrong: int


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("sources", nargs="*", type=Path)
    arguments.add_argument("--show", type=int, default=0, help="print so many faults of each kind")
    chosen = arguments.parse_args()
    sys.stdout.write(f"{'text':24}{'site':12}{'characters':>11}{'changed':>9}{'damaged':>9}{'restored':>10}")
    sys.stdout.write(f"{'torn':>7}{'restored':>10}\n")
    texts = [(path.stem, path.read_text(encoding="utf-8")) for path in _files([TEXTS, *chosen.sources])]
    scores = []
    for name, text in _sentences(chosen.sources):
        scores.append(Score(len(text), _changed(text, chosen.show, RESTORING), 0, 0, 0, 0))
        _print_row(name, "", scores[-1])
        part = text[: text.find("\n", SAMPLE)].translate(str.maketrans("()", "（）"))  # as nearly all other marks are
        for site, put in sites().items():
            scores.append(_measured(part, put, 0, chosen.show)._replace(characters=0))
            _print_row(name, site, scores[-1]._replace(characters=len(part)))
    for name, text in texts:
        changed = _changed(text, chosen.show)
        if name.startswith("sound"):  # code, lessons, tables: nothing that a site would have glossed
            scores.append(Score(len(text), changed, 0, 0, 0, 0))
            _print_row(name, "", scores[-1])
            continue
        for site, put in sites().items():
            scores.append(_measured(text, put, changed, chosen.show))
            _print_row(name, site, scores[-1])
    _print_row("all", "", Score(*map(sum, zip(*scores, strict=True))))
    _print_speed("".join(text for _, text in texts))


def _files(sources: Sequence[Path]) -> Iterator[Path]:
    for source in sources:
        yield from sorted(source.rglob("*.txt")) if source.is_dir() else [source]


def _sentences(sources: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The different sentences of each file of cases, each a line."""
    for path in (path for source in sources if source.is_dir() for path in sorted(source.rglob("*.jsonl"))):
        rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
        found = dict.fromkeys(" ".join(str(row.get("text") or row.get("sent") or "").split()) for row in rows)
        yield path.stem, "\n".join(found)


@cache
def sites() -> dict[str, Site]:
    """The kinds of sites seen: glosses with tones, without and twice; decoders that swallow and that spare."""
    toned = _glosses(Style.TONE)
    bare = {character: plain(reading) for character, reading in toned.items()}
    return {
        "toned": Site(toned, FULL_WIDTH, swallowing),
        "toneless": Site(bare, {}, swallowing, times=2),
        "marks": Site({}, FULL_WIDTH, swallowing),
        "sparing": Site(toned, FULL_WIDTH, sparing),
    }


def _glosses(style: Style) -> dict[str, str]:
    """One reading for each of two traditional characters in common use: of about so many the sites have one."""
    found = [c for c in sorted(telling()) if ord(c) % 2 and c in everyday() and len(c.encode("gbk", "ignore")) == 2]
    return {c: pinyin(c, style=style)[0][0] for c in found}


def _changed(text: str, show: int, rules: Collection[str] = ()) -> int:
    """Characters of the text that repair changes, by these rules or by any."""
    edits = [e for e in repair(document_of(text)).edits if not rules or not set(e.rule.split("+")).isdisjoint(rules)]
    for edit in edits[:show]:
        around = text[max(0, edit.span[0] - 10) : edit.span[1] + 10]
        print(f"  changed by {edit.rule}: {edit.before!r} -> {edit.after!r} in {around!r}")
    return sum(max(len(edit.before), len(edit.after)) for edit in edits)


def _measured(text: str, site: Site, changed: int, show: int) -> Score:
    written = "\n".join(line for line in OpenCC("s2t").convert(text).split("\n") if _in_gbk(line))
    broken = damaged(written, site)
    wanted = repair(document_of(written)).text
    found = repair(document_of(broken)).text
    glossed = sum(written.count(character) for character in site.glosses)
    marked = sum(written.count(mark) for mark in site.marks)
    torn = _different(written, _without_traces(broken, site))
    wrong = _different(wanted, found, show)
    return Score(len(text), changed, glossed + marked + torn, wrong, torn, wrong)


def _in_gbk(line: str) -> bool:
    return line.encode("gbk", "ignore").decode("gbk") == line


def _without_traces(broken: str, site: Site) -> str:
    """The damaged text without its glosses and with full-width marks: what still differs is torn."""
    for reading in set(site.glosses.values()):
        broken = broken.replace(f"({reading})", "")
    for full, narrow in site.marks.items():
        broken = broken.replace(narrow, full)
    return broken


def _different(wanted: str, found: str, show: int = 0) -> int:
    """How many characters of `wanted` are missing or others in `found`; those in excess, and line ends, count too."""
    wrong = 0
    for before, after in _lines_beside(wanted.split("\n"), found.split("\n")):
        for tag, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
            if tag != "equal":
                wrong += max(j - i, m - k)
                if show > 0:
                    show -= 1
                    print(f"  wanted {before[max(0, i - 8) : j + 8]!r}, found {after[max(0, k - 8) : m + 8]!r}")
    return wrong


def _lines_beside(wanted: list[str], found: list[str]) -> Iterator[tuple[str, str]]:
    """The lines that differ, one beside the other; in one piece where there are more of them on one side."""
    for tag, i, j, k, m in SequenceMatcher(None, wanted, found, autojunk=False).get_opcodes():
        if tag != "equal" and j - i == m - k:
            yield from zip(wanted[i:j], found[k:m], strict=True)
        elif tag != "equal":
            yield "\n".join(wanted[i:j]), "\n".join(found[k:m])


def _print_row(name: str, site: str, score: Score) -> None:
    whole = 1 - score.wrong / score.damaged if score.damaged else 1.0
    torn = max(0.0, 1 - score.torn_wrong / score.torn) if score.torn else 1.0
    print(
        f"{name:24}{site:12}{score.characters:11}{score.changed:9}{score.damaged:9}{whole:10.2%}{score.torn:7}{torn:10.2%}"
    )


def _print_speed(text: str) -> None:
    """Megabytes of UTF-8 a second of CPU time, on undamaged text, dictionaries loaded.

    A short text is repaired several times: in one that repeated itself, rules would find what a site repeats.
    """
    repair(document_of(text[:10000]))
    times = max(1, 1_000_000 // max(1, len(text.encode())))
    start = time.process_time()
    for _ in range(times):
        repair(document_of(text))
    megabytes = len(text.encode()) * times / 1e6
    print(f"{megabytes / (time.process_time() - start):.1f} MB/s on undamaged text (CPU time)")


if __name__ == "__main__":
    main()
