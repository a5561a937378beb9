"""A source and what was asked for come in; an edition goes out: text repaired, words, voices and forms settled."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputError
from pipeline.files import legible, sha256_of
from pipeline.growth import Text, cut, read_on
from pipeline.model import NARRATOR, Choice, Document, Engine, Manifest, Outline, Recipe, Section
from pipeline.read import read, source_files
from pipeline.read.sidecar import Sidecar, picture_of, read_sidecar, settings_of, sidecar_path, voice_place
from pipeline.record import speakers_of
from pipeline.repair import repair
from pipeline.repair.written import SIMPLIFIED, as_written, in_script
from pipeline.segment import Sizes
from pipeline.segment.pauses import paused
from pipeline.segment.select import selected
from pipeline.shelf import Shelf, fingerprint_of
from pipeline.speak import Part, Unsaid, stop
from pipeline.speak.casting import demand_voices, voice_with
from pipeline.speak.cluster import Executor, here
from pipeline.speak.engines import DEFAULT_ENGINE, NORMAL, engine_class, open_engine, settled
from pipeline.speak.readings import demand_readings
from pipeline.speak.takes import Casting, choices_for, low_of, parts_of
from pipeline.write.book import DEFAULT_FORMAT, demand_format
from pipeline.write.cover import demand_picture
from pipeline.write.formats import address, formats_named
from pipeline.write.manifest import manifest_digest, read_manifest


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line; what is empty falls to the sidecar, then to the default."""

    shelf: Shelf
    engine: str = ""
    voice: str = ""
    rate: int | None = None
    chapter_format: str = ""
    jobs: int = 0
    unsaid: Unsaid = stop
    fallback: str = ""  # the engine that speaks what the engine refuses
    recast: bool = False  # what another engine spoke before is given to the book's own again
    formats: str = ""  # beside the m4b and the chapter files, by commas
    base_url: str = ""
    script: str = ""  # the characters of the written form: keep, simplified, traditional
    executor: Executor = here
    quality: str = ""  # normal or high, for an engine that has the choice
    device: str = ""  # auto, cpu or cuda, likewise


class Forms(NamedTuple):
    """In which formats a book is to leave: of its chapter files, further ones, and where they will be on the web."""

    chapter_format: str
    formats: tuple[str, ...]
    base_url: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A text made ready to be cut and spoken: the repaired document, its settings and its recipe."""

    document: Document
    sidecar: Sidecar
    recipe: Recipe
    source: Path
    name: str  # the title in simplified characters: what the book's folder is called, however it is written
    script: str
    text: Text
    last: Manifest | None  # the build that it was read on; None where there is none, or none that can be read
    seen: str  # the digest of that build's manifest, as it stood
    cast: Mapping[str, str] = field(default_factory=dict)  # part -> voice, besides the narrator's


def prepare(source: Path, request: Request, home: Path | None = None) -> Edition:
    """Read and repair a source, and settle its words and voice; what stands in its book, at `home`, stays as it is.

    Raises InputError for settings that a book could not be made with, be it only its cover.
    """
    sidecar = read_sidecar(source)
    recipe, cast = recipes_for(source, sidecar, request)
    picture = picture_of(source, sidecar)
    if picture:
        demand_picture(picture)
    limit = engine_class(recipe.engine).limit
    sizes = Sizes(limit, low_of(limit, 0), paused(sidecar.pauses), cast)
    script = request.script or sidecar.script or SIMPLIFIED
    mended = cache(repair)

    @cache
    def repaired(raw: Document) -> Document:
        document = in_script(mended(raw), script)
        return replace(
            document,
            title=sidecar.title or document.title or legible(source.stem),
            creator=sidecar.creator or document.creator,
            date=sidecar.date or document.date,
        )

    def sections_of(text: Text) -> Sequence[Section]:
        with contextlib.suppress(InputError):  # the sidecar names a section that there is not in this reading
            outline = as_written(cut(text, sizes), text.document)
            return selected(outline, sidecar.skip, sidecar.rename).sections
        return ()

    raw = read(source)
    name = sidecar.title or mended(raw).title or legible(source.stem)
    there = home or request.shelf.home_of(name, raw.origin, source)
    seen, last = manifest_digest(there), known_build(there)
    text = read_on(raw, repaired, last, sections_of)
    return Edition(text.document, sidecar, recipe, source, name, script, text, last, seen, cast)


def known_build(home: Path) -> Manifest | None:
    """What is known of a book's last build; nothing where its manifest cannot be read."""
    with contextlib.suppress(InputError):
        return read_manifest(home)
    return None


def recipes_for(source: Path, sidecar: Sidecar, request: Request) -> tuple[Recipe, Mapping[str, str]]:
    """How the narrator speaks, command line before sidecar before default; and the voices of the other parts.

    Raises UsageError for a voice of the sidecar that the engine has not, InputError for a reading that it cannot say.
    """
    chosen_for = sidecar.engine or DEFAULT_ENGINE
    engine = request.engine or chosen_for
    cast = {part: voice_with(engine, voice, chosen_for) for part, voice in sidecar.voices.items()}
    rate = request.rate if request.rate is not None else sidecar.rate or 0
    demand_voices(Recipe(engine, "", rate), cast, partial(voice_place, source))
    own = cast.pop(NARRATOR, "") or (sidecar.voice if engine == chosen_for else "")
    quality = request.quality or (sidecar.quality if engine == chosen_for else "")
    quality = "" if quality == NORMAL else quality
    recipe = settled(Recipe(engine, request.voice or own, rate, quality=quality))
    demand_readings(recipe, sidecar.pronounce, str(settings_of(source) or sidecar_path(source)))
    return recipe, cast


def forms_for(sidecar: Sidecar, request: Request) -> Forms:
    """Command line before sidecar before default. Raises UsageError for a format that there is not."""
    chapter_format = request.chapter_format or sidecar.chapter_format or DEFAULT_FORMAT
    demand_format(chapter_format)
    base_url = address(request.base_url or sidecar.base_url)
    return Forms(chapter_format, formats_named(request.formats or sidecar.formats, base_url), base_url)


def fingerprint_for(source: Path, request: Request) -> str:
    """What the build of this source, asked for in this way, is known by."""
    sidecar = read_sidecar(source)
    recipe, _ = recipes_for(source, sidecar, request)
    picture = picture_of(source, sidecar)
    asked = {
        "recipe": str(recipe),
        "server": open_engine(recipe).identity() if engine_class(recipe.engine).online else "",
        "device": request.device,
        "forms": forms_for(sidecar, request),
        "script": request.script or sidecar.script or SIMPLIFIED,
        "sidecar": sidecar.model_dump_json(),
        "cover": sha256_of(picture) if picture else "",
    }
    return fingerprint_of(source_files(source), asked)


def outline_of(edition: Edition, engine: Engine, take: int = 0) -> Outline:
    """The sections of an edition; another take groups their sentences otherwise."""
    low, pauses = low_of(engine.limit, take), paused(edition.sidecar.pauses)
    outline = as_written(cut(edition.text, Sizes(engine.limit, low, pauses, edition.cast)), edition.document)
    return selected(outline, edition.sidecar.skip, edition.sidecar.rename)


class Casted(NamedTuple):
    """An edition as it is to be spoken: its outline, a person's choices by section number, and who speaks."""

    outline: Outline
    choices: Mapping[int, Choice]
    recipe: Recipe
    casting: Casting

    def parts(self, sections: Iterable[Section]) -> Iterator[Part]:
        """Each section with the voice that is to speak each of its chunks, when its turn comes."""
        return parts_of(sections, self.recipe, self.choices, self.casting)


def casted(
    edition: Edition, engine_of: Callable[[Recipe], Engine], new: Mapping[int, Choice], recast: bool = False
) -> Casted:
    """The last build's choices stay, but for the new ones; so do those who spoke for the voice, unless it is recast."""
    engine, last = engine_of(edition.recipe), edition.last
    plain = outline_of(edition, engine)
    choices = {**choices_for(plain.sections, last), **new}
    outline = _with_takes(plain, edition, engine, choices)
    casting = Casting(engine_of, {} if recast else speakers_of(last, edition.recipe))
    return Casted(outline, choices, edition.recipe, casting)


def _with_takes(plain: Outline, edition: Edition, engine: Engine, choices: Mapping[int, Choice]) -> Outline:
    """The outline with those sections that have a take of their own grouped in its way."""

    @cache
    def taken(take: int) -> Outline:
        return outline_of(edition, engine, take) if take else plain

    sections = [
        taken(choices[s.number].take).sections[s.number - 1] if s.number in choices else s for s in plain.sections
    ]
    return replace(plain, sections=tuple(sections))
