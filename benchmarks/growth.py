"""Sizes come in; the CPU time of each stage at each size goes out, and the power of the size it grows with.

    python benchmarks/growth.py [--sizes 10000 100000 1000000] [--svg FILE]
    python benchmarks/growth.py --hostile [--megabytes 10] [--limit 600]

Each size is measured in a process of its own, each stage on what the stages before it made of the text; what is spoken
is of the right length, and silent. `--hostile` reads, repairs and segments files that are one character, brackets,
digits, quotation marks, question marks, or one line.
"""

import argparse
import hashlib
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from long_book import long_book

SIZES = (10_000, 100_000, 1_000_000)
HOSTILE = {
    "one character": "中", "brackets": "（", "digits": "7", "quotation marks": "“", "straight quotes": '"',
    "question marks": "?", "lines of one": "中\n", "one line": "山上的花都开了，他说：“好。”",
}  # fmt: skip
FLOOR_S = 0.02  # less than this is the clock's


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    arguments.add_argument("--svg", type=Path, help="draw the table into this file")
    arguments.add_argument("--hostile", action="store_true")
    arguments.add_argument("--megabytes", type=float, default=10)
    arguments.add_argument("--limit", type=float, default=600, help="seconds of CPU a hostile text may take")
    arguments.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.measure:
        print(json.dumps(list(stages(chosen.measure, whole=not chosen.hostile))))
    elif chosen.hostile:
        _hostile(chosen.megabytes, chosen.limit)
    else:
        _growth(chosen.sizes, chosen.svg)


def stages(source: Path, whole: bool) -> Iterator[tuple[str, float, float]]:
    """Each stage with its CPU time in s and the peak memory after it, MB."""
    began = time.process_time()

    def lap(name: str) -> tuple[str, float, float]:
        nonlocal began
        began, last = time.process_time(), began
        return name, round(began - last, 3), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000

    from pipeline.read import read
    from pipeline.repair import repair
    from pipeline.segment import Sizes, segment

    segment(repair(read(Path(__file__).parent / "texts" / "modern.txt")), Sizes())  # tables are loaded once
    yield lap("start")
    document = read(source)
    yield lap("read")
    document = repair(document)
    yield lap("repair")
    outline = segment(document, Sizes())
    yield lap("segment")
    if whole:
        yield from _later_stages(document, outline, lap)


def _later_stages(document: Any, outline: Any, lap: Any) -> Iterator[tuple[str, float, float]]:
    from pipeline.model import Chapter, Recipe
    from pipeline.record import Facts, manifest_from
    from pipeline.speak.engines import open_engine, settled
    from pipeline.speak.spoken import spoken
    from pipeline.stitch.book import Stitched
    from pipeline.stitch.timeline import timeline
    from pipeline.stow import Stowed
    from pipeline.verify.ledger import coverage
    from pipeline.write.book import chapter_names
    from pipeline.write.formats import DEFAULT, write_formats
    from pipeline.write.manifest import read_manifest, write_manifest
    from pipeline.write.player import write_player
    from pipeline.write.volume import Volume

    recipe = settled(Recipe("kokoro", ""))
    engine = open_engine(recipe)
    engine.script("一句话。")
    lap("")
    for section in outline.sections:
        for chunk in section.chunks:
            spoken(chunk.text)
    yield lap("spoken form")
    for section in outline.sections:
        for chunk in section.chunks:
            engine.script(chunk.text)
    yield lap("pinyin, phonemes")
    ledger = coverage(document, outline.sections, outline.dropped, spoken)
    yield lap("ledger")
    clips = [Stowed(_clip(chunk, engine) for chunk in section.chunks) for section in outline.sections]
    chapters: list[Chapter] = []
    for section, own in zip(outline.sections, clips, strict=True):
        times, start = timeline(own), chapters[-1].end if chapters else 0
        path = Path(f"{section.number:064}.m4a")
        chapters.append(Chapter(section, start, start + times.length * 1000 // 24_000, path, Stowed(times.lines)))
    yield lap("timeline")
    facts = Facts(document, "", recipe, {}, "m4a", "", {}, {}, ledger, (), {}, "simplified")
    names = chapter_names(chapters, "m4a", None)
    manifest = manifest_from(facts, Stitched(tuple(chapters), tuple(clips), (1.0,) * len(clips), 1.0, -19.0), names, {})
    with tempfile.TemporaryDirectory() as folder:
        volume = Volume(Path(folder), manifest, tuple(chapters), DEFAULT)
        write_formats(volume)
        yield lap("subtitles")
        write_player(volume)
        yield lap("player")
        write_manifest(manifest, Path(folder))
        yield lap("manifest")
        read_manifest(Path(folder))
        yield lap("manifest, read again")


def _clip(chunk: Any, engine: Any) -> Any:
    """A clip as it would be, without its sound."""
    import numpy as np

    from pipeline.model import Clip

    key = hashlib.sha256(chunk.text.encode()).hexdigest()
    length = 4_800 * len(chunk.text)
    return Clip(key, Path(key), chunk, chunk.text, 24_000, length, np.zeros(length // 2_400, np.int16))


def _growth(sizes: Sequence[int], svg: Path | None) -> None:
    found: dict[str, list[float]] = {}
    print(f"{'CPU s':22}" + "".join(f"{size:>12,}" for size in sizes) + f"{'power':>9}")
    peaks = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "book.txt"
            source.write_text(long_book(size), encoding="utf-8")
            rows = _measured(source)
        peaks.append(rows[-1][2])
        for name, seconds, _ in rows:
            found.setdefault(name, []).append(seconds)
    for name, seconds in found.items():
        power = "" if name == "start" else f"{_power(sizes, seconds):9.2f}"
        print(f"{name:22}" + "".join(f"{value:12.2f}" for value in seconds) + power)
    print(f"{'peak memory, MB':22}" + "".join(f"{peak:12.0f}" for peak in peaks))
    if svg:
        svg.write_text(_drawn(sizes, {name: s for name, s in found.items() if name != "start"}), encoding="utf-8")


def _measured(source: Path, *more: str) -> list[tuple[str, float, float]]:
    command = [sys.executable, __file__, "--measure", str(source), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    rows: list[tuple[str, float, float]] = json.loads(done.stdout)
    return rows


def _power(sizes: Sequence[int], seconds: Sequence[float]) -> float:
    """The exponent between the two largest sizes."""
    if len(sizes) < 2:
        return math.nan
    return math.log(max(FLOOR_S, seconds[-1]) / max(FLOOR_S, seconds[-2])) / math.log(sizes[-1] / sizes[-2])


def _hostile(megabytes: float, limit: float) -> None:
    print(f"{f'{megabytes:g} MB of':18}{'read':>9}{'repair':>9}{'segment':>9}{'MB':>8}    CPU s")
    for name, unit in HOSTILE.items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "hostile.txt"
            count = int(megabytes * 1e6) // len(unit.encode())
            source.write_text(f"一句话。\n{unit * count}", encoding="utf-8")
            command = [sys.executable, __file__, "--hostile", "--measure", str(source)]
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, preexec_fn=lambda: _limit_cpu(limit)
            )
        if done.returncode:
            print(
                f"{name:18}  gave up: {done.stderr.strip().splitlines()[-1:] or f'more than {limit:.0f} s'}", flush=True
            )
            continue
        rows = json.loads(done.stdout)
        print(f"{name:18}" + "".join(f"{s:9.2f}" for _, s, _ in rows[1:]) + f"{rows[-1][2]:8.0f}", flush=True)


def _limit_cpu(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))


def _drawn(sizes: Sequence[int], found: dict[str, list[float]]) -> str:
    """A drawing with both axes logarithmic: a linear stage is a line parallel to the dotted one."""
    left, top, width, height = 60, 20, 420, 300
    low, high = FLOOR_S / 10, max(max(values) for values in found.values()) * 2
    first, last = math.log(sizes[0]), math.log(sizes[-1])

    def at(size: float, seconds: float) -> str:
        x = left + width * (math.log(size) - first) / (last - first)
        y = top + height * (1 - math.log(max(low, seconds) / low) / math.log(high / low))
        return f"{x:.0f},{y:.0f}"

    lines = []
    for number, (name, seconds) in enumerate(found.items()):
        colour = f"hsl({number * 360 // len(found)} 70% 35%)"
        points = " ".join(at(size, value) for size, value in zip(sizes, seconds, strict=True))
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        lines.append(f'<text x="{left + width + 12}" y="{top + 14 + 18 * number}" fill="{colour}">{name}</text>')
    guide = f"{at(sizes[0], low * 2)} {at(sizes[-1], low * 2 * sizes[-1] / sizes[0])}"
    lines.append(f'<polyline points="{guide}" fill="none" stroke="#888" stroke-dasharray="3 4"/>')
    for size in sizes:
        x = at(size, low).partition(",")[0]
        lines.append(f'<text x="{x}" y="{top + height + 20}" text-anchor="middle">{size:,}</text>')
    for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1):
        y = at(sizes[0], 10.0**power).partition(",")[2]
        lines.append(f'<text x="{left - 8}" y="{y}" text-anchor="end">{10.0**power:g} s</text>')
    frame = f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#888"/>'
    style = 'font-family="sans-serif" font-size="13"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 360" {style}>{frame}{"".join(lines)}</svg>\n'


if __name__ == "__main__":
    main()
