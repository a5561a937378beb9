"""Sentences come in; a table goes out: how fast the embedded voice speaks them, beside the plain way, in one run.

    python benchmarks/voice.py [--rounds N] [--sentences N]

*plain* is what one writes first: the model's file as it is, ONNX Runtime's default options, one chunk after the other.
*normal* and *high* are ours: the model rewritten for this processor, one thread a call, two calls side by side. The
ways take turns, each round in the other order; a ratio is the median of those of the rounds, so that what else the
machine does falls on all. CPU time is this process's, all threads.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from onnxruntime import InferenceSession

from pipeline.speak.engines.kokoro import RATE, Kokoro, inputs_of, model

SENTENCES = (
    "这次全局推进社会管理创新工作动员大会，是经局党组研究决定召开的一次重要会议。",
    "夜里下了一场大雨，早上起来，院子里的石榴花落了一地，奶奶正拿着扫帚慢慢地扫。",
    "你要是真想学会游泳，就别站在岸上看，先把脸埋进水里，数到二十再抬起来。",
    "二零二二年三月，全市新开工项目一百三十七个，总投资比去年同期增长百分之十二点五。",
    "他把信折好，放进抽屉，锁上，又打开，再看了一遍，最后还是点火烧了。",
    "火车开过长江大桥的时候，车厢里忽然安静下来，大家都转过头去看窗外的江水。",
)
VOICE = Kokoro.default_voice

Way = Callable[[list[str]], list[int]]  # scripts -> lengths in samples


class Pace(NamedTuple):
    """Seconds of speech a second of CPU time, and a second on the clock."""

    cpu: float
    wall: float


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sentences", type=int, default=4)
    arguments = parser.parse_args()
    engine = Kokoro()
    scripts = [engine.script(sentence) for sentence in SENTENCES[: arguments.sentences]]
    ways = {"plain": plain(), "normal": ours(""), "high": ours("high")}
    for way in ways.values():
        way(scripts[:1])  # loaded, and memory taken
    paces: dict[str, list[Pace]] = {name: [] for name in ways}
    for turn in range(arguments.rounds):
        for name in list(ways)[:: 1 if turn % 2 else -1]:
            paces[name].append(paced(ways[name], scripts))
    print(f"{len(scripts)} sentences, {arguments.rounds} rounds; form of the model here: {model.form_for('', 'cpu')}")
    print(f"{'':8} {'speech s a CPU s':>18} {'ratio':>7} {'speech s a wall s':>19} {'ratio':>7}")
    for name, found in paces.items():
        cpu, wall = (statistics.median(pace[k] for pace in found) for k in (0, 1))
        by_cpu, by_wall = (
            statistics.median(own[k] / first[k] for own, first in zip(found, paces["plain"], strict=True))
            for k in (0, 1)
        )
        print(f"{name:8} {cpu:18.2f} {by_cpu:7.2f} {wall:19.2f} {by_wall:7.2f}")


def plain() -> Way:
    """The stock file, default options, one at a time."""
    session = InferenceSession(model.stock_model(), providers=["CPUExecutionProvider"])
    return lambda scripts: [_length(session, script) for script in scripts]


def ours(quality: str) -> Way:
    """What a build does."""
    session = model.session(model.form_for(quality, "cpu"))
    pool = ThreadPoolExecutor(Kokoro.workers)
    return lambda scripts: list(pool.map(lambda script: _length(session, script), scripts))


def _length(session: Any, script: str) -> int:
    return int(session.run(None, inputs_of(script, VOICE))[0].size)


def paced(way: Way, scripts: list[str]) -> Pace:
    """How fast a way speaks."""
    cpu, wall = time.process_time(), time.perf_counter()
    seconds = sum(way(scripts)) / RATE
    return Pace(seconds / (time.process_time() - cpu), seconds / (time.perf_counter() - wall))


if __name__ == "__main__":
    main()
