"""A finished book comes in; a table goes out: what of its faults the listening check finds, and its false alarms.

    python benchmarks/listening.py [BOOK] [--output DIR] [--faults N]

The book's own clips are listened to as they are, then N of them with each fault made on purpose: a clause cut out
between two pauses, the end cut off, two clips swapped, a number said otherwise, a polyphone read otherwise (the last
two are spoken anew by the embedded voice). *found* = judged wrong; *flagged* = wrong or doubtful.
"""

import argparse
import itertools
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile

from pipeline import sound
from pipeline.audition import audition, judge_of, spoken_clip
from pipeline.model import Audio, SpokenChunk
from pipeline.shelf import Shelf
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines.kokoro import Kokoro
from pipeline.speak.spoken import spoken
from pipeline.verify.listening import Notebook, listen
from pipeline.verify.recogniser import Recogniser

PAUSE_S, QUIET_DBFS = 0.12, -45.0
SHORTEST_CLAUSE_S = 0.8  # four syllables and more
FRAMES = ("这件事发生在{}，大家都记得。", "他们一共花了{}，谁也没有想到。", "后来我查了一下，那里写的是{}。")
NUMBERS = (("1998年", "一千九百九十八年"), ("2350元", "二三五零元"), ("3.14", "三点十四"), ("第15名", "第一五名"),
           ("60%", "六十"), ("12:30", "一百二十三"), ("1949年", "四十九年"), ("105个", "一百五十个"))  # fmt: skip
POLYPHONES = (("银行", "yin2 xing2"), ("重庆", "zhong4 qing4"), ("音乐", "yin1 le4"), ("长大", "chang2 da4"),
              ("还钱", "hai2 qian2"), ("睡觉", "shui4 jue2"), ("会计", "hui4 ji4"), ("朝阳", "chao2 yang2"),
              ("参差", "can1 cha4"), ("行业", "xing2 ye4"))  # fmt: skip


class Fault(NamedTuple):
    """A clip with a fault: what should have been said, and what sounds."""

    text: str
    audio: Audio


def main() -> None:
    """Listen and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", default="")
    parser.add_argument("--output", type=Path, default=Path("output"))
    parser.add_argument("--faults", type=int, default=40)
    arguments = parser.parse_args()
    shelf, ear = Shelf(arguments.output), Recogniser()
    if not arguments.book and len(shelf.books()) != 1:
        print("name a finished book; see --help")
        return
    began, burnt = time.monotonic(), time.process_time()
    good = audition(shelf, arguments.book, ear, lambda *_: None)
    seconds, cpu = time.monotonic() - began, time.process_time() - burnt
    counts = good.counts()
    print(f"{good.manifest.title}: {len(good.heard)} clips, {good.manifest.duration / 1000:.0f} s, "
          f"{good.manifest.recipe.voice}; heard in {seconds:.0f} s, {cpu:.0f} CPU s")  # fmt: skip
    print(f"syllables that differ: {counts['errors']} of {counts['syllables']}, "
          f"{100 * counts['errors'] / max(1, counts['syllables']):.2f} %")  # fmt: skip
    _print_row("good clips", Counter(heard.hearing.judgement for heard in good.heard))
    chunks = [heard.chunk for heard in good.heard if heard.hearing.syllables >= 12]
    random.Random(1).shuffle(chunks)
    cache = ClipCache(shelf.clips)
    judged = _judge(ear)
    for name, faults in FAULTS.items():
        _print_row(name, judged(list(_first(faults(chunks, cache), arguments.faults))))


def _first(faults: Iterator[Fault], number: int) -> Iterator[Fault]:
    for _, fault in zip(range(number), faults, strict=False):
        yield fault


def _judge(ear: Recogniser) -> Callable[[Sequence[Fault]], Counter[str]]:
    """Listens to clips as the check does, and counts its judgements."""
    judge = judge_of({})

    def judged(faults: Sequence[Fault]) -> Counter[str]:
        with tempfile.TemporaryDirectory() as folder:
            clips = [
                spoken_clip(str(number), Path(folder) / f"{number}.flac", fault.text, judge)
                for number, fault in enumerate(faults)
            ]
            for clip, fault in zip(clips, faults, strict=True):
                soundfile.write(clip.path, fault.audio.samples, fault.audio.rate)
            heard = listen(clips, ear, Notebook(Path(folder)))
            return Counter(judge(fault.text, text)[1].judgement for fault, text in zip(faults, heard, strict=True))

    return judged


def _print_row(name: str, judged: Counter[str]) -> None:
    total = max(1, judged.total())
    wrong, doubtful = judged["wrong"], judged["doubtful"]
    print(f"{name:22} {judged.total():4}  found {100 * wrong / total:5.1f} %  "
          f"flagged {100 * (wrong + doubtful) / total:5.1f} %")  # fmt: skip


def _clip(chunk: SpokenChunk, cache: ClipCache) -> Audio:
    samples, rate = soundfile.read(cache.path(chunk.clip), dtype="int16")
    return Audio(samples, rate)


def _dropped(chunks: list[SpokenChunk], cache: ClipCache) -> Iterator[Fault]:
    """A stretch between two pauses is missing."""
    for chunk in chunks:
        audio = _clip(chunk, cache)
        bounds = [0, *_pauses(audio), len(audio.samples)]
        long = [(a, b) for a, b in itertools.pairwise(bounds) if b - a >= SHORTEST_CLAUSE_S * audio.rate]
        if len(bounds) > 2 and long:
            start, end = long[len(long) // 2]
            yield Fault(chunk.text, Audio(np.concatenate([audio.samples[:start], audio.samples[end:]]), audio.rate))


def _pauses(audio: Audio) -> list[int]:
    """The middles of the silences inside, in samples."""
    block = audio.rate // 100
    blocks = audio.samples[: len(audio.samples) // block * block].reshape(-1, block).astype(np.float32)
    quiet = np.sqrt((blocks**2).mean(axis=1)) < 32768 * 10 ** (QUIET_DBFS / 20)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    return [int((a + b) // 2 * block) for a, b in runs if (b - a) / 100 >= PAUSE_S and a > 0 and b < len(quiet)]


def _truncated(chunks: list[SpokenChunk], cache: ClipCache) -> Iterator[Fault]:
    """The end is missing: between a quarter and a half."""
    for k, chunk in enumerate(chunks):
        audio = _clip(chunk, cache)
        yield Fault(chunk.text, Audio(audio.samples[: int(len(audio.samples) * (0.5 + 0.25 * (k % 2)))], audio.rate))


def _swapped(chunks: list[SpokenChunk], cache: ClipCache) -> Iterator[Fault]:
    """Another chunk's clip."""
    for chunk, other in itertools.pairwise(chunks):
        yield Fault(chunk.text, _clip(other, cache))


def _numbers(_: list[SpokenChunk], __: ClipCache) -> Iterator[Fault]:
    """A number is said as another number."""
    voice = Kokoro()
    for frame in FRAMES:
        for written, said in NUMBERS:
            yield Fault(frame.format(written), _said(voice, frame.format(said)))


def _polyphones(_: list[SpokenChunk], __: ClipCache) -> Iterator[Fault]:
    """A word is read otherwise."""
    for word, reading in POLYPHONES:
        voice = Kokoro(pronounce={word: reading})
        for frame in ("我们昨天说的是{}的事情。", "关于{}，他什么也没有说。"):
            yield Fault(frame.format(word), _said(voice, frame.format(word)))


def _said(voice: Kokoro, text: str) -> Audio:
    assert not re.search(r"\d", spoken(text).text)
    return sound.trimmed(voice.speak(voice.script(text)))


FAULTS: dict[str, Callable[[list[SpokenChunk], ClipCache], Iterator[Fault]]] = {
    "clause dropped": _dropped,
    "end cut off": _truncated,
    "clips swapped": _swapped,
    "number misread": _numbers,
    "polyphone misread": _polyphones,
}

if __name__ == "__main__":
    main()
