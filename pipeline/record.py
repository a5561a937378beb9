"""What was read, chosen, spoken and stitched comes in; the manifest that tells the whole truth about it goes out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.growth import digests
from pipeline.model import (
    Chapter,
    Choice,
    Clip,
    Coverage,
    Document,
    Manifest,
    Note,
    Recipe,
    SpokenChunk,
    SpokenSection,
    Take,
)
from pipeline.shelf import program_digest
from pipeline.speak import Known
from pipeline.speak.roles import own_voice
from pipeline.speak.takes import chosen
from pipeline.stitch.book import Levels, Stitched
from pipeline.stow import Filed, Stowed
from pipeline.write.manifest import FORMAT


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a book before it is stitched."""

    document: Document
    narrator: str
    recipe: Recipe
    identity: Mapping[str, Any]
    chapter_format: str
    fingerprint: str
    choices: Mapping[int, Choice]
    pronounce: Mapping[str, str]
    coverage: Coverage
    notes: tuple[Note, ...]
    heard: Mapping[str, tuple[Take, ...]]  # text of a chunk -> its takes in the last build
    script: str  # the characters of the written form
    grown: tuple[int, ...] = ()  # see `Manifest`
    balance: Mapping[str, float] = field(default_factory=dict)


def takes_of(manifest: Manifest | None) -> dict[str, tuple[Take, ...]]:
    """The takes that were heard of each chunk, by its text."""
    sections = manifest.sections if manifest else ()
    return {chunk.voiced: chunk.heard for section in sections for chunk in section.chunks if chunk.heard}


def known_of(manifest: Manifest | None, pronounce: Mapping[str, str]) -> Mapping[str, Known]:
    """What the last build knew of each text, where this program made it with these readings; else nothing."""
    if manifest is None or manifest.pronounce != pronounce or manifest.program != program_digest():
        return {}
    chunks = (chunk for section in manifest.sections for chunk in section.chunks)
    return Filed((chunk.voiced, Known(chunk.script, chunk.clip)) for chunk in chunks)


def manifest_from(facts: Facts, book: Stitched, files: Mapping[int, str], outputs: Mapping[str, str]) -> Manifest:
    """The manifest of a stitched book; `files` are the chapter files by section number."""
    document = facts.document
    sources = digests(document.source, (chapter.section.chunks[-1].span[1] for chapter in book.chapters))
    return Manifest(
        format=FORMAT,
        title=document.title,
        creator=document.creator,
        narrator=facts.narrator,
        date=document.date,
        language=document.language,
        origin=document.origin,
        recipe=facts.recipe,
        identity=facts.identity,
        chapter_format=facts.chapter_format,
        fingerprint=facts.fingerprint,
        program=program_digest(),
        gain=book.gain,
        loudness=book.loudness,
        duration=book.chapters[-1].end,
        pronounce=facts.pronounce,
        coverage=facts.coverage,
        edits=document.edits,
        notes=(*document.notes, *facts.notes),
        sections=tuple(
            replace(_section(facts, chapter, clips, files), gain=gain if gain != book.gain else None, source=digest)
            for chapter, clips, gain, digest in zip(book.chapters, book.clips, book.gains, sources, strict=True)
        ),
        outputs=outputs,
        script=facts.script,
        grown=facts.grown,
        balance=facts.balance,
    )


def levels_of(manifest: Manifest | None, recipe: Recipe) -> Levels:
    """The gains of the last build; what is new has its gain where the voice is still the same."""
    if manifest is None:
        return Levels()
    standing = {section.encoding: section.gain or manifest.gain for section in manifest.sections}
    return Levels(manifest.gain if manifest.recipe == recipe else None, standing)


def speakers_of(manifest: Manifest | None, recipe: Recipe) -> dict[tuple[str, str], Recipe]:
    """Who spoke in place of the voice that was asked for, by the text of the chunk and the voice of its part.

    Nobody where the book had another voice.
    """
    if manifest is None or (manifest.recipe.engine, manifest.recipe.voice) != (recipe.engine, recipe.voice):
        return {}
    return {(chunk.voiced, own_voice(chunk)): chunk.speaker for _, chunk in stand_ins_of(manifest) if chunk.speaker}


def stand_ins_of(manifest: Manifest) -> list[tuple[SpokenSection, SpokenChunk]]:
    """The chunks that another engine spoke in place of the voice that was asked for, each with its section."""
    return [(section, chunk) for section in manifest.sections for chunk in section.chunks if chunk.speaker]


def gaps_of(manifest: Manifest) -> list[tuple[SpokenSection, SpokenChunk]]:
    """The chunks that could not be spoken, each with its section."""
    return [(section, chunk) for section in manifest.sections for chunk in section.chunks if not chunk.verdict.ok]


def _section(facts: Facts, chapter: Chapter, clips: Sequence[Clip], files: Mapping[int, str]) -> SpokenSection:
    section = chapter.section
    choice = facts.choices.get(section.number, Choice())
    recipe = chosen(facts.recipe, choice)
    return SpokenSection(
        number=section.number,
        title=section.title,
        level=section.level,
        file=files[section.number],
        start=chapter.start,
        end=chapter.end,
        recipe=recipe,
        choice=choice,
        encoding=chapter.path.stem,
        chunks=Stowed(_chunks(chapter, clips, choice, facts.heard)),
        simple=section.simple,
    )


def _chunks(
    chapter: Chapter, clips: Iterable[Clip], choice: Choice, heard: Mapping[str, tuple[Take, ...]]
) -> Iterator[SpokenChunk]:
    """One entry a clip; a clip with marks has as many lines as marks. Takes stay while theirs is the clip."""
    lines = iter(chapter.lines)
    for clip in clips:
        takes = heard.get(clip.chunk.voiced, ())
        own = [next(lines) for _ in clip.marks or (None,)]
        yield SpokenChunk(
            text=clip.chunk.text,
            span=clip.chunk.span,
            pause=clip.chunk.pause,
            heading=clip.chunk.heading,
            script=clip.script,
            clip=clip.key,
            take=choice.sentences.get(clip.chunk.voiced, choice.take),
            start=chapter.start + own[0].start,
            end=chapter.start + own[-1].end,
            verdict=clip.verdict,
            heard=takes if clip.key in {take.clip for take in takes} else (),
            speaker=clip.speaker,
            simple=clip.chunk.simple,
            role=clip.chunk.role,
        )
