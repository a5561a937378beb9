"""A finished book comes in; each syllable that was heard otherwise goes out, with what speaks for whose fault it is.

    python benchmarks/differing.py [BOOK] [--output DIR] [--voices zf_xiaoyi,zf_xiaoxiao,zm_yunjian] [--folder DIR]

Two witnesses a syllable. *voices*: other voices of the embedded engine say the same sentence; how many of them are
heard otherwise at this syllable too, written x of n. *elsewhere*: the word it stands in, at its other places in the
book, heard otherwise x of n times. A recogniser that fails on other voices, or only at this one place, is at fault
more likely than the voice; a voice that alone fails, and fails again on the same word, is. The table is Markdown.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import soundfile

from pipeline import sound
from pipeline.audition import Heard, Judge, audition, judge_of, spoken_clip
from pipeline.model import Hearing, Syllable
from pipeline.review import AS_SAID, IN_ANOTHER_TONE, compared
from pipeline.shelf import Shelf
from pipeline.speak.engines.kokoro import Kokoro
from pipeline.speak.pinyin import Pronouncer
from pipeline.verify.listening import Notebook, listen
from pipeline.verify.recogniser import Recogniser
from pipeline.write.plots import clock

Read = Callable[[str], list[Syllable]]
SOUND = {AS_SAID, IN_ANOTHER_TONE}
CONTEXT = 4  # characters shown on either side


class Marked(NamedTuple):
    """A sentence, its words and readings, and a sign for each of its characters."""

    heard: Heard
    syllables: Sequence[Syllable]
    marks: str


def main() -> None:
    """Listen and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("book", nargs="?", default="")
    parser.add_argument("--output", type=Path, default=Path("output"))
    parser.add_argument("--voices", default="zf_xiaoyi,zf_xiaoxiao,zm_yunjian")
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    ear = Recogniser()
    book = audition(Shelf(arguments.output), arguments.book, ear, lambda *_: None)
    judge, read = judge_of(book.manifest.pronounce), Pronouncer(book.manifest.pronounce).syllables
    sentences = [_marked(heard, read) for heard in book.heard]
    amiss = [sentence for sentence in sentences if sentence.heard.hearing.errors]
    folder = arguments.folder or Path(tempfile.mkdtemp())
    others = [
        _said_by(Kokoro(voice, pronounce=book.manifest.pronounce), amiss, folder / voice, (ear, judge, read))
        for voice in arguments.voices.split(",")
        if voice
    ]
    print("| place | written | said | heard | voices | elsewhere |\n|---|---|---|---|---|---|")
    for number, sentence in enumerate(amiss):
        pairs = iter([pair for pair in sentence.heard.hearing.differing if pair[0]])
        for start, end in _runs(sentence.marks):
            voices = sum(not set(other[number][start:end]) <= SOUND for other in others)
            witnesses = (f"{voices} of {len(others)}", _elsewhere(sentences, sentence, start))
            print(_row(sentence, (start, end), _heard_as(pairs, sentence.heard.spoken[start:end]), witnesses))


def _heard_as(pairs: Iterator[tuple[str, str]], said: str) -> str:
    """What was heard for a stretch, from the pairs of what was said and heard, in order.

    >>> _heard_as(iter([("巩 gong3", "恐 kong3"), ("固 gu4", ""), ("意 yi4", "")]), "巩固")
    '恐 kong3, nothing'
    """
    left, heard = len(said.replace(" ", "")), []
    while left > 0:
        written, sounded = next(pairs)
        left -= len(written.split()[0])
        heard.append(sounded or "nothing")
    return ", ".join(heard)


def _marked(heard: Heard, read: Read) -> Marked:
    return Marked(heard, read(heard.spoken), compared(heard.spoken, heard.hearing, read)[0])


def _said_by(
    voice: Kokoro, sentences: Sequence[Marked], folder: Path, hears: tuple[Recogniser, Judge, Read]
) -> list[str]:
    """The signs of some sentences as another voice says them; spoken and heard once a folder."""
    ear, judge, read = hears
    folder.mkdir(parents=True, exist_ok=True)
    clips = []
    for sentence in sentences:
        path = folder / f"{sentence.heard.chunk.clip}.flac"
        if not path.is_file():
            audio = sound.trimmed(voice.speak(sentence.heard.chunk.script))
            soundfile.write(path, audio.samples, audio.rate)
        clips.append(spoken_clip(path.stem, path, sentence.heard.chunk.voiced, judge))
    texts = listen(clips, ear, Notebook(folder / "heard"))
    hearings: list[Hearing] = [judge(s.heard.chunk.voiced, text)[1] for s, text in zip(sentences, texts, strict=True)]
    return [compared(s.heard.spoken, h, read)[0] for s, h in zip(sentences, hearings, strict=True)]


def _runs(marks: str) -> Iterator[tuple[int, int]]:
    """The stretches that were heard otherwise.

    >>> list(_runs("..x-.x"))
    [(2, 4), (5, 6)]
    """
    start = None
    for place, sign in enumerate(f"{marks}{AS_SAID}"):
        if sign not in SOUND and start is None:
            start = place
        elif sign in SOUND and start is not None:
            yield start, place
            start = None


def _row(sentence: Marked, run: tuple[int, int], sounded: str, witnesses: tuple[str, str]) -> str:
    heard, text, (start, end) = sentence.heard, sentence.heard.spoken, run
    written = f"{text[max(0, start - CONTEXT) : start]}**{text[start:end]}**{text[end : end + CONTEXT]}"
    pinyin = " ".join(syllable.citation or "" for syllable in sentence.syllables[start:end])
    at = clock((heard.chunk.start - heard.section.start) / 1000)
    cells = (f"{heard.section.number}.{heard.number} at {at}", written, pinyin, sounded, *witnesses)
    return f"| {' | '.join(cells)} |"


def _elsewhere(sentences: Sequence[Marked], one: Marked, start: int) -> str:
    """How often the word at a place is heard otherwise at the book's other places."""
    first = max(place for place in range(start + 1) if one.syllables[place].word_start)
    last = next((k for k in range(first + 1, len(one.syllables)) if one.syllables[k].word_start), len(one.syllables))
    word = one.heard.spoken[first:last].strip("，。、；：！？,.")
    wrong = total = 0
    for other in sentences:
        place = other.heard.spoken.find(word)
        while place >= 0:
            if other is not one or place != first:
                total += 1
                wrong += not set(other.marks[place : place + len(word)]) <= SOUND
            place = other.heard.spoken.find(word, place + len(word))
    return f"{word} {wrong} of {total}"


if __name__ == "__main__":
    main()
