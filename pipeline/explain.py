"""A time or a phrase of a book comes in; what sounds there, led back step by step to its source, goes out."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.answers import manifest_of, pinyin_of
from pipeline.errors import InputError, UsageError
from pipeline.model import Manifest, SpokenChunk, SpokenSection, Syllable
from pipeline.read import read
from pipeline.shelf import Shelf
from pipeline.speak.roles import recipe_for_chunk

Found = dict[str, Any]


class Spot(NamedTuple):
    """A place in a book: a time in milliseconds from its start, or a phrase, perhaps of one section only."""

    milliseconds: int | None = None
    phrase: str = ""
    section: int = 0


def explain(shelf: Shelf, book: str, spot: Spot) -> Found:
    """What sounds at a spot. Raises UsageError for a time outside the book and a phrase that is not in it."""
    from pipeline.speak.spoken import spoken

    home = shelf.find(book)
    manifest = manifest_of(home)
    section, chunk = _at(manifest, spot)
    said = spoken(chunk.voiced)
    start, end = chunk.span
    syllables = _pronouncer(manifest).syllables(said.text)
    return {
        "section": section.number,
        "title": section.title,
        "start": chunk.start,
        "end": chunk.end,
        "span": chunk.span,
        **_source(shelf, home, manifest, chunk),
        "edits": [dataclasses.asdict(e) for e in manifest.edits if start <= e.span[0] and e.span[1] <= end],
        "text": chunk.text,
        "spoken": said.text,
        "rewritten": [dataclasses.asdict(piece) for piece in said.pieces if piece.rule],
        "pinyin": pinyin_of(_pronouncer(manifest), said.text),
        "decided": [_decision(syllable) for syllable in syllables if syllable.reason != "single"],
        "script": chunk.script,
        "role": dataclasses.asdict(chunk.role) if chunk.role else None,
        "recipe": dataclasses.asdict(chunk.speaker or recipe_for_chunk(chunk, section.recipe)),
        "take": chunk.take,
        "takes": [dataclasses.asdict(take) for take in chunk.heard],
        "clip": chunk.clip,
        "verdict": dataclasses.asdict(chunk.verdict),
    }


def _at(manifest: Manifest, spot: Spot) -> tuple[SpokenSection, SpokenChunk]:
    if spot.milliseconds is not None:
        return _sounding(manifest, spot.milliseconds)
    found = next(_holding(manifest, spot), None)
    if found is None:
        where = f"section {spot.section} of " if spot.section else ""
        raise UsageError(
            f"{spot.phrase!r} is not in {where}{manifest.title}",
            "give words as they are written in one sentence, or a time as [H:]M:S",
        )
    return found


def _sounding(manifest: Manifest, milliseconds: int) -> tuple[SpokenSection, SpokenChunk]:
    """The chunk that sounds, or is the last that sounded, at a time."""
    if not 0 <= milliseconds < manifest.duration:
        raise UsageError(
            f"{milliseconds / 1000:.0f} s is outside the book, which is {manifest.duration / 1000:.0f} s long",
            "give a time as [H:]M:S",
        )
    section = next(s for s in manifest.sections if milliseconds < s.end)
    begun = [chunk for chunk in section.chunks if chunk.start <= milliseconds]
    return section, (begun or [section.chunks[0]])[-1]


def _holding(manifest: Manifest, spot: Spot) -> Iterator[tuple[SpokenSection, SpokenChunk]]:
    """The chunks in which the phrase is written."""
    for section in manifest.sections:
        if spot.section in (0, section.number):
            yield from ((section, chunk) for chunk in section.chunks if spot.phrase in chunk.text + "\n" + chunk.voiced)


def _source(shelf: Shelf, home: Path, manifest: Manifest, chunk: SpokenChunk) -> Found:
    """The source's own words and their line, counted from 1; nothing where the source is gone or has changed."""
    try:
        document = read(shelf.source_of(home))
    except (UsageError, InputError):
        return {"line": None, "source": None}
    if document.origin.sha256 != manifest.origin.sha256:
        return {"line": None, "source": None}
    start, end = chunk.span
    return {"line": document.source.count("\n", 0, start) + 1, "source": document.source[start:end]}


def _decision(syllable: Syllable) -> Found:
    """A reading that was not the only one a character has, who decided it, and how surely."""
    return {
        "character": syllable.character,
        "reading": syllable.citation,
        "reason": syllable.reason,
        "doubt": round(syllable.doubt, 3),
    }


def _pronouncer(manifest: Manifest) -> Any:
    from pipeline.speak.pinyin import Pronouncer

    return Pronouncer(manifest.pronounce)
