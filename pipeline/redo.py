"""A book and a wish come in (sections, another voice, one sentence); the book with those spoken afresh goes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.edition import Request
from pipeline.errors import UsageError
from pipeline.model import Choice, Manifest, SpokenSection
from pipeline.record import stand_ins_of
from pipeline.run import Built, rebuild
from pipeline.runlog import Watch
from pipeline.shelf import Shelf
from pipeline.speak.engines import NORMAL, open_engine
from pipeline.speak.takes import chosen
from pipeline.write.manifest import read_manifest


@dataclass(frozen=True, slots=True)
class Wish:
    """The sections to speak afresh, whole (perhaps with another voice or rate), or only some of their chunks."""

    numbers: tuple[int, ...] = ()
    voice: str = ""
    rate: int | None = None
    sentences: Mapping[int, Sequence[int]] = field(default_factory=dict)  # section -> chunks, counted from 1
    voice_of: str = ""  # the book's engine: all that another one spoke in its place


@dataclass(frozen=True, slots=True)
class Place:
    """Which book, on which shelf, and where its text is now, if not where it was."""

    shelf: Shelf
    book: str
    source: Path | None = None
    device: str = ""  # where to speak, for an engine that lets one choose


def redo(place: Place, wish: Wish, watch: Watch) -> Built:
    """Speak what was wished for afresh. Raises UsageError for a section, sentence or source that is not there."""
    home = place.shelf.find(place.book)
    manifest = read_manifest(home)
    assert manifest is not None  # `find` finds books by their manifests
    source = place.source or place.shelf.source_of(home)
    choices = {number: _choice(_section(manifest, number), wish, manifest) for number in dict.fromkeys(wish.numbers)}
    choices |= {number: _for_sentences(_section(manifest, number), own) for number, own in wish.sentences.items()}
    recipe = manifest.recipe
    if wish.voice_of:
        _demand_stand_ins(manifest, wish.voice_of)
    recast = bool(wish.voice_of)
    request = Request(place.shelf, recipe.engine, recipe.voice, recipe.rate, manifest.chapter_format, recast=recast)
    request = replace(request, script=manifest.script, quality=recipe.quality or NORMAL, device=place.device)
    return rebuild(source, request, (home, choices), watch)


def _demand_stand_ins(manifest: Manifest, engine: str) -> None:
    """Raises UsageError where the book is another engine's, or nobody stands in for it."""
    own = manifest.recipe.engine
    if engine != own:
        raise UsageError(
            f"{manifest.title} is read by {own}, not by {engine}", f"audiobook build SOURCE --engine {engine}"
        )
    if not stand_ins_of(manifest):
        raise UsageError(
            f"{own} speaks every sentence of {manifest.title} already", "name a section: audiobook redo BOOK N"
        )


def _section(manifest: Manifest, number: int) -> SpokenSection:
    found = next((section for section in manifest.sections if section.number == number), None)
    if found is None:
        raise UsageError(
            f"there is no section {number} in {manifest.title}",
            f"it has sections 1 to {len(manifest.sections)}: audiobook sections",
        )
    return found


def _choice(section: SpokenSection, wish: Wish, manifest: Manifest) -> Choice:
    """The section's next choice: the wished voice and rate, and one take further where those stay as they were."""
    old = section.choice
    voice = wish.voice or old.voice
    new = replace(old, voice=voice, rate=old.rate if wish.rate is None else wish.rate, sentences={})
    open_engine(chosen(manifest.recipe, new))  # a voice that does not exist is refused before anything is spoken
    return new if (new.voice, new.rate) != (old.voice, old.rate) else replace(new, take=old.take + 1)


def _for_sentences(section: SpokenSection, numbers: Sequence[int]) -> Choice:
    """The section's choice with one take further for these chunks."""
    beyond = next((number for number in numbers if number > len(section.chunks)), None)
    if beyond:
        raise UsageError(
            f"section {section.number} has {len(section.chunks)} sentences, not {beyond}",
            "audiobook inspect SOURCE lists them",
        )
    chunks = [section.chunks[number - 1] for number in numbers]
    further = {chunk.voiced: chunk.take + 1 for chunk in chunks}
    return replace(section.choice, sentences={**section.choice.sentences, **further})
