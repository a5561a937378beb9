"""A number of characters comes in; what its build with the rehearsal voice costs beside encoding alone goes out.

    python benchmarks/overhead.py [CHARACTERS] [--every N] [--keep FOLDER]

Each command is a process of its own; CPU seconds are those of the process (user and system), memory is its peak.
`encoding alone` gives the very samples of the book to the same encoder, chapter by chapter, in a process that does
nothing else; with `--every 10`, those of every tenth chapter, and the rest is reckoned by length. Then the build that
finds nothing to do, the one after a sentence was changed, and how exact the chapters' starts are in the finished book.
60 hours are 1,000,000 characters and need about an hour of CPU time.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from long_book import long_book

ROOT = Path(__file__).parents[1]
PACKET, RATE = 1024, 24_000
ENCODING = """
import sys
from pathlib import Path
from pipeline import codec
target = Path(sys.argv[1])
for chapter in sys.argv[2:]:
    codec.write_aac((block.samples for block in codec.decode_blocks(Path(chapter))), 24_000, target)
"""


class Cost(NamedTuple):
    """What a process took: seconds of CPU and by the clock, its peak memory in MB, and what it printed."""

    cpu: float
    wall: float
    peak: float
    printed: str


def measured(command: Sequence[str | Path], folder: Path) -> Cost:
    """Run a command to its end. Raises SystemExit with what it printed where it fails."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as printed:
        process = subprocess.Popen(
            command, cwd=folder, stdout=printed, stderr=printed, env=os.environ | {"PYTHONPATH": str(ROOT)}
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read()
    if process.returncode:
        raise SystemExit(text)
    return Cost(usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss / 1000, text)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("characters", nargs="?", type=int, default=10_000)
    arguments.add_argument("--every", type=int, default=1, help="encode alone only each so many chapters")
    arguments.add_argument("--keep", type=Path, help="work in this folder, and leave it")
    chosen = arguments.parse_args()
    if chosen.keep:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        _measure(chosen.keep.resolve(), chosen.characters, chosen.every)
    else:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), chosen.characters, chosen.every)


def _measure(folder: Path, characters: int, every: int) -> None:
    source = folder / "book.txt"
    source.write_text(long_book(characters), encoding="utf-8")
    build = [sys.executable, "-m", "pipeline", "build", source.name, "--engine", "tone"]
    first = measured(build, folder)
    manifest = json.loads((folder / "output/book/manifest.json").read_bytes())
    hours = manifest["duration"] / 3_600_000
    print(f"{characters} characters, {hours:.2f} h, {len(manifest['sections'])} chapters")
    print(f"{'':24}{'CPU s':>9}{'a build':>9}{'clock s':>9}{'MB':>7}")
    _row("build", first, first)
    alone = _encoding_alone(folder, manifest, every)
    _row("encoding alone", alone, first)
    _row("nothing to do", measured(build, folder), first)
    source.write_text(_edited(source.read_text(encoding="utf-8")), encoding="utf-8")
    edited = measured(build, folder)
    _row("one sentence changed", edited, first)
    print(f"a build costs {first.cpu / alone.cpu:.2f} times what encoding its sound alone does")
    print(re.sub(r" +", " ", edited.printed.split("\n")[1]).strip())
    print(f"chapters' starts: at most {_drift(folder):.3f} ms from the count of packets")


def _row(name: str, cost: Cost, whole: Cost) -> None:
    print(f"{name:24}{cost.cpu:9.1f}{cost.cpu / whole.cpu:9.1%}{cost.wall:9.1f}{cost.peak:7.0f}", flush=True)


def _encoding_alone(folder: Path, manifest: dict[str, Any], every: int) -> Cost:
    """The book's samples, as WAV files that cost next to nothing to read, through the same encoder once more."""
    sounds = folder / "sounds"
    sounds.mkdir(exist_ok=True)
    script = """
import sys
from pathlib import Path
import soundfile
from pipeline import codec
for source, target in zip(sys.argv[1::2], sys.argv[2::2]):
    with soundfile.SoundFile(target, "w", 24_000, 1, "PCM_16", format="WAV") as file:
        for block in codec.decode_blocks(Path(source)):
            file.write(block.samples)
"""
    sections = manifest["sections"][::every]
    encodings = [folder / "output/.cache/chapters" / f"{section['encoding']}.m4a" for section in sections]
    pairs = [(source, sounds / f"{source.stem}.wav") for source in encodings]
    measured([sys.executable, "-c", script, *(path for pair in pairs for path in pair)], folder)
    cost = measured([sys.executable, "-c", ENCODING, folder / "alone.m4a", *(sound for _, sound in pairs)], folder)
    whole = manifest["duration"] / sum(section["end"] - section["start"] for section in sections)
    return cost._replace(cpu=whole * cost.cpu, wall=whole * cost.wall)


def _edited(text: str) -> str:
    """The text with a word put into a sentence in its middle."""
    middle = text.index("。", len(text) // 2)
    return f"{text[:middle]}，如此而已{text[middle:]}"


def _drift(folder: Path) -> float:
    """The greatest distance, ms, of a mark in the m4b from where the packets of the chapters before it end."""
    from pipeline import codec, mp4

    manifest = json.loads((folder / "output/book/manifest.json").read_bytes())
    marks = codec.probe(folder / "output/book/book.m4b").chapters
    packets, worst = 0, 0.0
    for section, mark in zip(manifest["sections"], marks, strict=True):
        worst = max(worst, abs(mark.start_ms - 1000 * packets * PACKET / RATE))
        packets += mp4.packets_of(folder / "output/.cache/chapters" / f"{section['encoding']}.m4a").count
    return worst


if __name__ == "__main__":
    main()
