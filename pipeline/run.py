"""The stages called in order: a source comes in, a finished book goes out."""

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import InputError, UsageError
from pipeline.files import sha256_of
from pipeline.growth import Text, cut, read_on
from pipeline.model import NARRATOR, Choice, Document, Engine, Manifest, Outline, Recipe, Section
from pipeline.read import read, source_files
from pipeline.read.sidecar import Sidecar, read_sidecar, voice_place
from pipeline.record import Facts, gaps_of, levels_of, manifest_from, speakers_of, takes_of
from pipeline.repair import repair
from pipeline.repair.written import SIMPLIFIED, as_written, demand_script, in_script
from pipeline.runlog import Stopwatch, Watch
from pipeline.segment import Sizes
from pipeline.segment.pauses import paused
from pipeline.segment.select import selected
from pipeline.shelf import Shelf, fingerprint_of
from pipeline.speak import Studio, Unsaid, stop
from pipeline.speak.cache import ClipCache
from pipeline.speak.casting import demand_voices, voice_with
from pipeline.speak.cluster import Executor, here
from pipeline.speak.engines import DEFAULT_ENGINE, engine_class, open_engine, settled
from pipeline.speak.fallback import stand_in, stand_in_for
from pipeline.speak.pinyin.sorting import sort_name
from pipeline.speak.spoken import spoken
from pipeline.speak.takes import Casting, choices_for, low_of, parts_of
from pipeline.stitch.balance import balanced
from pipeline.stitch.book import stitch
from pipeline.verify.clip import Inspector
from pipeline.verify.ledger import coverage
from pipeline.write.book import DEFAULT_FORMAT, Binding, chapter_names, demand_format, remove_stale, write_files
from pipeline.write.formats import address, formats_in, formats_named, write_formats
from pipeline.write.library import write_library
from pipeline.write.manifest import finished, read_manifest
from pipeline.write.player import write_player
from pipeline.write.podcast import base_url_in
from pipeline.write.volume import Volume

NORMAL = "normal"  # the quality of every engine if nothing else is asked for


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
class Built:
    """A finished book: its folder and manifest, whether anything had to be done for it, and what was there before."""

    home: Path
    manifest: Manifest
    fresh: bool
    previous: Manifest | None = None


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
    cast: Mapping[str, str] = field(default_factory=dict)  # part -> voice, besides the narrator's


def build(source: Path, request: Request, watch: Watch) -> Built:
    """Build the book of one source, or find that it is finished."""
    demand_script(request.script)
    sidecar = read_sidecar(source)
    forms_for(sidecar, request)
    recipe, _ = recipes_for(source, sidecar, request)
    open_engine(recipe, device=request.device)  # a voice that does not exist is refused at once
    if request.fallback:
        open_engine(stand_in_for(recipe, request.fallback))
    there = request.shelf.up_to_date(fingerprint_for(source, request))
    if there:
        return Built(*there, fresh=False)
    timed = Stopwatch(watch, recipe.engine)
    edition = prepare(source, request)
    home = request.shelf.home_of(edition.name, edition.document.origin)
    with request.shelf.turn(home, watch.waiting), timed.logged(request.shelf.log_of(home)):
        return _make(edition, request, (home, {}), timed)


def rebuild(source: Path, request: Request, chosen: tuple[Path, Mapping[int, Choice]], watch: Watch) -> Built:
    """Rebuild a book with new choices for some sections: (its folder, section number -> choice).

    Raises UsageError when the source is not what the book was built from: the numbers could mean other sections.
    """
    home, choices = chosen
    timed = Stopwatch(watch, recipes_for(source, read_sidecar(source), request)[0].engine)
    edition = prepare(source, request, home)
    with request.shelf.turn(home, watch.waiting), timed.logged(request.shelf.log_of(home)):
        previous = read_manifest(home)
        if previous is None or previous.origin.sha256 != edition.document.origin.sha256:
            raise UsageError(f"{source} has changed since {home.name} was built", f"first: audiobook build {source}")
        formats = ",".join(formats_in(previous.outputs)) or "none"
        request = replace(request, formats=formats, base_url=base_url_in(home))
        return _make(edition, request, (home, choices), timed)


def prepare(source: Path, request: Request, home: Path | None = None) -> Edition:
    """Read and repair a source, and settle its words and voice; what stands in its book, at `home`, stays as it is."""
    sidecar = read_sidecar(source)
    recipe, cast = recipes_for(source, sidecar, request)
    limit = engine_class(recipe.engine).limit
    sizes = Sizes(limit, low_of(limit, 0), paused(sidecar.pauses), cast)
    script = request.script or sidecar.script or SIMPLIFIED
    mended = cache(repair)

    @cache
    def repaired(raw: Document) -> Document:
        document = in_script(mended(raw), script)
        return replace(
            document,
            title=sidecar.title or document.title or source.stem,
            creator=sidecar.creator or document.creator,
            date=sidecar.date or document.date,
        )

    def sections_of(text: Text) -> Sequence[Section]:
        with contextlib.suppress(InputError):  # the sidecar names a section that there is not in this reading
            outline = as_written(cut(text, sizes), text.document)
            return selected(outline, sidecar.skip, sidecar.rename).sections
        return ()

    raw = read(source)
    name = sidecar.title or mended(raw).title or source.stem
    text = read_on(raw, repaired, known_build(home or request.shelf.home_of(name, raw.origin)), sections_of)
    return Edition(text.document, sidecar, recipe, source, name, script, text, cast)


def known_build(home: Path) -> Manifest | None:
    """What is known of a book's last build; nothing where its manifest cannot be read."""
    with contextlib.suppress(InputError):
        return read_manifest(home)
    return None


def recipes_for(source: Path, sidecar: Sidecar, request: Request) -> tuple[Recipe, Mapping[str, str]]:
    """How the narrator speaks, command line before sidecar before default; and the voices of the other parts.

    Raises UsageError for a voice of the sidecar that the engine has not.
    """
    chosen_for = sidecar.engine or DEFAULT_ENGINE
    engine = request.engine or chosen_for
    cast = {part: voice_with(engine, voice, chosen_for) for part, voice in sidecar.voices.items()}
    rate = request.rate if request.rate is not None else sidecar.rate or 0
    demand_voices(Recipe(engine, "", rate), cast, partial(voice_place, source))
    own = cast.pop(NARRATOR, "") or (sidecar.voice if engine == chosen_for else "")
    quality = request.quality or (sidecar.quality if engine == chosen_for else "")
    quality = "" if quality == NORMAL else quality
    return settled(Recipe(engine, request.voice or own, rate, quality=quality)), cast


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
    asked = {
        "recipe": str(recipe),
        "server": open_engine(recipe).identity() if engine_class(recipe.engine).online else "",
        "device": request.device,
        "forms": forms_for(sidecar, request),
        "script": request.script or sidecar.script or SIMPLIFIED,
        "sidecar": sidecar.model_dump_json(),
        "cover": sha256_of(source.parent / sidecar.cover) if sidecar.cover else "",
    }
    return fingerprint_of(source_files(source), asked)


def outline_of(edition: Edition, engine: Engine, choices: Mapping[int, Choice]) -> Outline:
    """The sections of an edition; those with a take of their own group their sentences otherwise."""

    @cache
    def taken(take: int) -> Outline:
        low, pauses = low_of(engine.limit, take), paused(edition.sidecar.pauses)
        outline = as_written(cut(edition.text, Sizes(engine.limit, low, pauses, edition.cast)), edition.document)
        return selected(outline, edition.sidecar.skip, edition.sidecar.rename)

    plain = taken(0)
    sections = [
        taken(choices[s.number].take).sections[s.number - 1] if s.number in choices else s for s in plain.sections
    ]
    return replace(plain, sections=tuple(sections))


def _make(edition: Edition, request: Request, chosen: tuple[Path, Mapping[int, Choice]], watch: Watch) -> Built:
    home, wished = chosen
    document, sidecar, recipe = edition.document, edition.sidecar, edition.recipe
    forms = forms_for(sidecar, request)
    previous = read_manifest(home)
    engine_of = cache(
        lambda wanted: request.executor(
            open_engine(wanted, sidecar.pronounce, request.device if wanted.engine == recipe.engine else ""),
            wanted,
            sidecar.pronounce,
        )
    )
    engine = engine_of(recipe)
    choices = {**choices_for(outline_of(edition, engine, {}).sections, previous), **wished}
    outline = outline_of(edition, engine, choices)
    watch.planned(outline.sections)

    casting = Casting(engine_of, {} if request.recast else speakers_of(previous, recipe))
    parts = parts_of(outline.sections, recipe, choices, casting)
    inspector = Inspector(request.shelf.paces)
    unsaid = request.unsaid
    if request.fallback:
        unsaid = stand_in((recipe, request.fallback), engine_of, inspector.check, unsaid)
    workers = request.jobs or engine.workers
    studio = Studio(ClipCache(request.shelf.clips), inspector.check, watch.heard, workers, unsaid)
    spoken_parts, balance = balanced(studio.speak(parts), edition.cast, previous)
    book = stitch(spoken_parts, request.shelf.encodings, levels_of(previous, recipe))
    inspector.close()
    watch.stitching()

    facts = Facts(
        document=document,
        narrator=sidecar.narrator or ", ".join(dict.fromkeys([recipe.voice, *edition.cast.values()])),
        recipe=recipe,
        identity=engine.identity(),
        chapter_format=forms.chapter_format,
        fingerprint=fingerprint_for(edition.source, request),
        choices=choices,
        pronounce=sidecar.pronounce,
        coverage=coverage(document, outline.sections, outline.dropped, spoken),
        notes=outline.notes,
        heard=takes_of(previous),
        script=edition.script,
        grown=edition.text.grown,
        balance=balance,
    )
    names = chapter_names(book.chapters, forms.chapter_format, previous)
    picture = edition.source.parent / sidecar.cover if sidecar.cover else None
    binding = Binding(home, document, facts.narrator, picture, forms.chapter_format, names, sort_name, book.sound_of)
    outputs = write_files(binding, book.chapters, previous)
    bound = manifest_from(facts, book, names, outputs)
    further = write_formats(Volume(home, bound, book.chapters, forms.formats, forms.base_url))
    page = write_player(Volume(home, bound, book.chapters, ()))
    manifest = finished(home, replace(bound, outputs=outputs | further | page))
    remove_stale(home, previous, manifest.outputs)
    request.shelf.forget(previous, manifest)
    if not gaps_of(manifest):
        request.shelf.remember(manifest.fingerprint, home, edition.source)
    write_library(request.shelf.folder, request.shelf.library_lock)
    return Built(home, manifest, fresh=True, previous=previous)
