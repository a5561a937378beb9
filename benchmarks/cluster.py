"""What speaking abroad costs the machine at home: its CPU time and the bytes that come to it, a chunk.

    python benchmarks/cluster.py [--characters 30000] [--workers 2]

The same text is built twice in the rehearsal voice, which costs next to nothing itself: here, and by a cluster of
worker processes. What the second takes more is the cluster's own cost; docs/scale.md goes on from there.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.long_book import long_book
from pipeline.edition import Request
from pipeline.model import Manifest
from pipeline.progress import Watcher
from pipeline.run import build
from pipeline.shelf import Shelf
from pipeline.speak.cluster import executor_named


class Cost(NamedTuple):
    """Of one build: CPU seconds of this process, wall seconds, chunks, seconds of sound."""

    cpu_s: float
    wall_s: float
    chunks: int
    sound_s: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=30_000)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    text = long_book(chosen.characters)
    _cost(long_book(1_000), "local", 0)  # the dictionaries are loaded once, and not measured
    print(f"{'':8}{'chunks':>8}{'CPU ms a chunk':>16}{'wall ms a chunk':>17}{'KB a chunk':>12}")
    costs = [_cost(text, name, chosen.workers) for name in ("local", "dask")]
    for name, cost in zip(("here", "cluster"), costs, strict=True):
        kilobytes = 0.0 if name == "here" else cost.sound_s * 24_000 * 2 / cost.chunks / 1e3
        print(
            f"{name:8}{cost.chunks:8}{1e3 * cost.cpu_s / cost.chunks:16.1f}{1e3 * cost.wall_s / cost.chunks:17.1f}"
            f"{kilobytes:12.0f}"
        )
    home, abroad = costs
    print(f"the cluster's own: {1e3 * (abroad.cpu_s - home.cpu_s) / home.chunks:.1f} CPU ms a chunk")


def _cost(text: str, executor: str, workers: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder, executor_named(executor, "", workers) as where:
        source = Path(folder) / "book.txt"
        source.write_text(text, encoding="utf-8")
        cpu, wall = time.process_time(), time.perf_counter()
        request = Request(Shelf(Path(folder) / "out"), "tone", formats="none", executor=where)
        manifest = build(source, request, Watcher()).manifest
        return Cost(time.process_time() - cpu, time.perf_counter() - wall, *_size(manifest))


def _size(manifest: Manifest) -> tuple[int, float]:
    chunks = [chunk for section in manifest.sections for chunk in section.chunks]
    return len(chunks), sum(chunk.end - chunk.start for chunk in chunks) / 1e3


if __name__ == "__main__":
    main()
