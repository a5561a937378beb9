"""A finished book comes in; for each of its chunks, what a recogniser heard beside what should be said goes out."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline.answers import manifest_of
from pipeline.errors import InputError
from pipeline.model import Hearing, Manifest, SpokenChunk, SpokenSection
from pipeline.shelf import Shelf
from pipeline.speak.cache import ClipCache
from pipeline.verify.listening import Ear, Notebook, Spoken, listen

Judge = Callable[[str, str], tuple[str, Hearing]]  # a written text, what was heard -> the spoken form, the verdict
JUDGED = 64  # verdicts remembered: one is asked for twice, first by the listening, then by the audition
LONGEST_SPLIT = 5  # digits: 十二五 is written 125, 三十二三十三 3233
_NUMBER = re.compile(r"\d{2,}")
RANK = {"wrong": 0, "doubtful": 1, "right": 2}


@dataclass(frozen=True, slots=True)
class Heard:
    """A chunk of a book (counted from 1 in its section) and what was heard of it; `spoken` is what should be said."""

    section: SpokenSection
    number: int
    chunk: SpokenChunk
    spoken: str
    hearing: Hearing


@dataclass(frozen=True, slots=True)
class Audition:
    """A book that was listened to from end to end."""

    manifest: Manifest
    heard: tuple[Heard, ...]

    def by_doubt(self) -> list[Heard]:
        """The worst first; equals in the order of the book."""
        return sorted(self.heard, key=lambda h: (RANK[h.hearing.judgement], -h.hearing.cost))

    def failed(self) -> list[Heard]:
        """The chunks that are wrong."""
        return [heard for heard in self.heard if heard.hearing.judgement == "wrong"]

    def counts(self) -> dict[str, int]:
        """Chunks by judgement, and the syllables of all with their errors."""
        judged = Counter(heard.hearing.judgement for heard in self.heard)
        return {
            **{judgement: judged[judgement] for judgement in ("right", "doubtful", "wrong")},
            "syllables": sum(heard.hearing.syllables for heard in self.heard),
            "errors": sum(heard.hearing.errors for heard in self.heard),
        }


def found_of(audition: Audition) -> dict[str, Any]:
    """An audition as plain values: the counts, and every chunk that is not right, the worst first."""
    doubts = [heard for heard in audition.by_doubt() if heard.hearing.judgement != "right"]
    return {**audition.counts(), "doubts": [_plain(heard) for heard in doubts]}


def _plain(heard: Heard) -> dict[str, Any]:
    place = {"section": heard.section.number, "sentence": heard.number, "start": heard.chunk.start}
    return {**place, "text": heard.chunk.text, "spoken": heard.spoken, **asdict(heard.hearing)}


def audition(shelf: Shelf, book: str, ear: Ear, told: Callable[[Heard, int], None]) -> Audition:
    """Listen to every chunk of a book; what was heard before is not heard again. `told` follows each, with
    the book's length in milliseconds.

    Raises InputError where a clip is not in the cache any more.
    """
    home = shelf.find(book)
    manifest = manifest_of(home)
    found = []
    with shelf.in_use(home):
        for heard in _hearings(shelf, manifest, ear):
            told(heard, manifest.duration)
            found.append(heard)
    return Audition(manifest, tuple(found))


def _hearings(shelf: Shelf, manifest: Manifest, ear: Ear) -> Iterator[Heard]:
    judge = judge_of(manifest.pronounce)
    chunks = [(section, k, chunk) for section in manifest.sections for k, chunk in enumerate(section.chunks, 1)]
    cache = ClipCache(shelf.clips)
    gone = next((chunk for _, _, chunk in chunks if not cache.path(chunk.clip).is_file()), None)
    if gone:
        raise InputError(
            f"the clip of {gone.text[:20]!r} is not in the cache", "build the book again: audiobook build SOURCE"
        )
    clips = (spoken_clip(chunk.clip, cache.path(chunk.clip), chunk.voiced, judge) for _, _, chunk in chunks)
    texts = listen(clips, ear, Notebook(shelf.hearings))
    for (section, number, chunk), text in zip(chunks, texts, strict=True):
        yield Heard(section, number, chunk, *judge(chunk.voiced, text))


def spoken_clip(key: str, path: Path, text: str, judge: Judge) -> Spoken:
    """A clip of a written text; a hearing agrees with it if it is judged right."""
    return Spoken(key, path, lambda heard: judge(text, heard)[1].judgement == "right")


def noted(shelf: Shelf, manifest: Manifest, ear: Ear) -> Iterator[Heard]:
    """What that recogniser has heard of a book's chunks before; nothing is listened to now."""
    judge, notebook, cache = judge_of(manifest.pronounce), Notebook(shelf.hearings), ClipCache(shelf.clips)
    for section in manifest.sections:
        for number, chunk in enumerate(section.chunks, 1):
            clip = spoken_clip(chunk.clip, cache.path(chunk.clip), chunk.voiced, judge)
            text = notebook.settled(clip, ear)
            if text is not None:
                yield Heard(section, number, chunk, *judge(chunk.voiced, text))


def judge_of(pronounce: Mapping[str, str]) -> Judge:
    """Judges what was heard of a written text, by the person's own readings too; gives the spoken form with it."""
    from pipeline.speak.pinyin import Pronouncer
    from pipeline.speak.spoken import spoken
    from pipeline.verify.syllables import judge

    pronouncer: Any = Pronouncer(pronounce)

    def readings(text: str) -> list[str | None]:
        return [syllable.citation for syllable in pronouncer.syllables(text)]

    @lru_cache(JUDGED)
    def judged(text: str, heard: str) -> tuple[str, Hearing]:
        said = spoken(text).text
        hearings = [judge(said, spoken(form).text, readings, alternatives) for form in number_forms(heard)]
        return said, replace(min(hearings, key=lambda hearing: hearing.cost), heard=heard)

    return judged


def alternatives(character: str) -> tuple[str, ...]:
    """All readings of a character, and of the simplified form of one that a recogniser wrote in the traditional."""
    from pipeline.repair.script import tables
    from pipeline.speak.pinyin.lexicon import lexicon

    forms = (character, tables().characters.get(character, character))
    return tuple(dict.fromkeys(reading for form in forms for reading in lexicon().readings(form)))


def number_forms(heard: str) -> list[str]:
    """What a recogniser wrote, with its numbers in the forms they may have been said in.

    >>> number_forms("125的开局之年")
    ['125的开局之年', '1 2 5的开局之年', '1 25的开局之年', '12 5的开局之年']
    """
    numbers = _NUMBER.findall(heard)
    forms = [heard, _NUMBER.sub(lambda match: " ".join(match[0]), heard)]
    for cut in range(1, min(max(map(len, numbers), default=0), LONGEST_SPLIT)):
        forms.append(_NUMBER.sub(lambda match, cut=cut: f"{match[0][:cut]} {match[0][cut:]}", heard))  # type: ignore[misc]
    return list(dict.fromkeys(forms))
