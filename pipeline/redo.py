"""A book and a wish come in (sections, another voice, one sentence); the book with those spoken afresh goes out."""

from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.model import Choice, Manifest, SpokenSection
from pipeline.run import Built, Request, Watch, rebuild
from pipeline.shelf import Shelf
from pipeline.speak.engines import open_engine
from pipeline.speak.takes import chosen
from pipeline.write.manifest import read_manifest


@dataclass(frozen=True, slots=True)
class Wish:
    """The sections to speak afresh; for all of them another voice or rate, or only one chunk of them."""

    numbers: tuple[int, ...]
    voice: str = ""
    rate: int | None = None
    sentence: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Which book, on which shelf, and where its text is now, if not where it was."""

    shelf: Shelf
    book: str
    source: Path | None = None


def redo(place: Place, wish: Wish, watch: Watch) -> Built:
    """Speak what was wished for afresh. Raises UsageError for a section, sentence or source that is not there."""
    home = place.shelf.find(place.book)
    manifest = read_manifest(home)
    assert manifest is not None  # `find` finds books by their manifests
    source = place.source or place.shelf.source_of(home)
    choices = {number: _choice(_section(manifest, number), wish, manifest) for number in dict.fromkeys(wish.numbers)}
    recipe = manifest.recipe
    request = Request(place.shelf, recipe.engine, recipe.voice, recipe.rate, manifest.chapter_format)
    return rebuild(source, request, (home, choices), watch)


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
    if wish.sentence is not None:
        return _for_sentence(section, wish.sentence)
    voice = wish.voice or old.voice
    new = replace(old, voice=voice, rate=old.rate if wish.rate is None else wish.rate, sentences={})
    open_engine(chosen(manifest.recipe, new))  # a voice that does not exist is refused before anything is spoken
    return new if (new.voice, new.rate) != (old.voice, old.rate) else replace(new, take=old.take + 1)


def _for_sentence(section: SpokenSection, number: int) -> Choice:
    if number > len(section.chunks):
        raise UsageError(
            f"section {section.number} has {len(section.chunks)} sentences, not {number}",
            "audiobook inspect SOURCE lists them",
        )
    chunk = section.chunks[number - 1]
    return replace(section.choice, sentences={**section.choice.sentences, chunk.text: chunk.take + 1})
