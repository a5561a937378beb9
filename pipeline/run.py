"""The stages called in order: a source comes in, a finished book goes out."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from pipeline import heap
from pipeline.edition import (
    Edition,
    Request,
    casted,
    fingerprint_for,
    forms_for,
    prepare,
    recipes_for,
)
from pipeline.errors import UsageError
from pipeline.model import Choice, Clip, Coverage, Engine, Manifest, Recipe, Section
from pipeline.read.covers import cover_of
from pipeline.read.sidecar import picture_of, read_sidecar
from pipeline.record import Facts, gaps_of, known_of, levels_of, manifest_from, takes_of
from pipeline.repair.written import demand_script
from pipeline.runlog import Stopwatch, Watch
from pipeline.speak import Studio, Unsaid
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines import open_engine
from pipeline.speak.fallback import stand_in, stand_in_for
from pipeline.speak.pinyin.sorting import sort_name
from pipeline.speak.spoken import spoken
from pipeline.stitch.balance import balanced
from pipeline.stitch.book import Stitched, mended, stitch
from pipeline.verify.clip import Inspector
from pipeline.verify.ledger import coverage
from pipeline.write.book import Binding, chapter_names, remove_stale, write_book, write_chapters
from pipeline.write.formats import formats_in, write_formats
from pipeline.write.glimpse import keep_glimpse
from pipeline.write.library import write_library
from pipeline.write.manifest import manifest_digest, read_manifest, with_publication, write_manifest
from pipeline.write.player import write_player
from pipeline.write.podcast import base_url_in
from pipeline.write.volume import Volume


@dataclass(frozen=True, slots=True)
class Built:
    """A finished book: its folder and manifest, whether anything had to be done for it, and what was there before."""

    home: Path
    manifest: Manifest
    fresh: bool
    previous: Manifest | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made: where, known by which fingerprint, with which new choices (section number -> choice).

    The fingerprint is taken before the text is read: if it is edited meanwhile, the next build sees that.
    """

    home: Path
    fingerprint: str
    choices: Mapping[int, Choice] = field(default_factory=dict)


def build(source: Path, request: Request, watch: Watch) -> Built:
    """Build the book of one source, or find that it is finished."""
    demand_script(request.script)
    sidecar = read_sidecar(source)
    forms_for(sidecar, request)
    recipe, _ = recipes_for(source, sidecar, request)
    open_engine(recipe, device=request.device)  # a voice that does not exist is refused at once
    if request.fallback:
        open_engine(stand_in_for(recipe, request.fallback))
    fingerprint = fingerprint_for(source, request)
    there = request.shelf.up_to_date(fingerprint)
    if there:
        return Built(*there, fresh=False)
    timed = Stopwatch(watch, recipe.engine)
    while True:
        edition = prepare(source, request)
        home = request.shelf.home_of(edition.name, edition.document.origin, source)
        with request.shelf.turn(home, watch.waiting):
            there = request.shelf.up_to_date(fingerprint)
            if there:
                return Built(*there, fresh=False)
            now = request.shelf.home_of(edition.name, edition.document.origin, source)
            if home != now or manifest_digest(home) != edition.seen:
                continue  # while this one waited, another took the folder, or built the book
            with timed.logged(request.shelf.log_of(home)):
                return _make(edition, request, Order(home, fingerprint), timed)


def rebuild(source: Path, request: Request, chosen: tuple[Path, Mapping[int, Choice]], watch: Watch) -> Built:
    """Rebuild a book with new choices for some sections: (its folder, section number -> choice).

    Raises UsageError when the source is not what the book was built from: the numbers could mean other sections.
    """
    home, choices = chosen
    timed = Stopwatch(watch, recipes_for(source, read_sidecar(source), request)[0].engine)
    with request.shelf.turn(home, watch.waiting), timed.logged(request.shelf.log_of(home)):
        previous = read_manifest(home)
        formats = ",".join(formats_in(previous.outputs if previous else ())) or "none"
        request = replace(request, formats=formats, base_url=base_url_in(home))
        order = Order(home, fingerprint_for(source, request), choices)
        edition = prepare(source, request, home)
        if previous is None or previous.origin.sha256 != edition.document.origin.sha256:
            raise UsageError(f"{source} has changed since {home.name} was built", f"first: audiobook build {source}")
        return _make(edition, request, order, timed)


def _opener(edition: Edition, request: Request) -> Callable[[Recipe], Engine]:
    """Opens each recipe's voice once, where it is to speak; the device asked for is for the book's own engine."""

    @cache
    def opened(recipe: Recipe) -> Engine:
        pronounce = edition.sidecar.pronounce
        device = request.device if recipe.engine == edition.recipe.engine else ""
        return request.executor(open_engine(recipe, pronounce, device), recipe, pronounce)

    return opened


def _unsaid(request: Request, recipe: Recipe, engine_of: Callable[[Recipe], Engine], inspector: Inspector) -> Unsaid:
    """What becomes of a chunk that the voice refuses: the engine that was asked for stands in, then what was asked."""
    if not request.fallback:
        return request.unsaid
    return stand_in((recipe, request.fallback), engine_of, inspector.check, request.unsaid)


def _make(edition: Edition, request: Request, order: Order, watch: Watch) -> Built:
    shelf, home = request.shelf, order.home
    shelf.note_source(home, edition.source)
    document, sidecar, recipe = edition.document, edition.sidecar, edition.recipe
    previous = edition.last or read_manifest(home)  # which says what is wrong with one that cannot be read
    engine_of = _opener(edition, request)
    engine = engine_of(recipe)
    planned = casted(edition, engine_of, order.choices, request.recast)
    outline = planned.outline

    inspector = Inspector(shelf.paces)
    known, unsaid = known_of(previous, sidecar.pronounce), _unsaid(request, recipe, engine_of, inspector)
    clips, encodings = shelf.stamps_of(home, "clips"), shelf.stamps_of(home, "encodings")
    workers = request.jobs or engine.workers
    studio = Studio(ClipCache(shelf.clips, clips), inspector.check, watch.heard, workers, unsaid, known)

    levels = levels_of(previous, recipe)
    in_turn = outline.sections if edition.cast or not levels.gain else _new_first(outline.sections, known)

    @cache
    def ledger() -> Coverage:
        return coverage(document, outline.sections, outline.dropped, spoken)

    def speech() -> Iterator[tuple[Section, tuple[Clip, ...]]]:
        heap.one_for_all_threads()
        watch.planned(outline.sections)
        yield from studio.speak(planned.parts(in_turn))
        ledger()  # while the last chapters are encoded

    def spoken_and_stitched() -> tuple[Stitched, Mapping[str, float]]:
        spoken_parts, balance = balanced(speech(), edition.cast, previous)
        return stitch(spoken_parts, shelf.encodings, levels, encodings.digest_of), balance

    book, balance = mended(spoken_and_stitched, watch.waiting)
    inspector.close()
    clips.save()
    encodings.save()
    watch.stitching()
    heap.give_back()

    facts = Facts(
        document=document,
        narrator=sidecar.narrator or ", ".join(dict.fromkeys([recipe.voice, *edition.cast.values()])),
        recipe=recipe,
        identity=engine.identity(),
        chapter_format=forms_for(sidecar, request).chapter_format,
        fingerprint=order.fingerprint,
        choices=planned.choices,
        pronounce=sidecar.pronounce,
        coverage=ledger(),
        notes=outline.notes,
        heard=takes_of(previous),
        script=edition.script,
        grown=edition.text.grown,
        balance=balance,
    )
    manifest = _written(edition, request, home, book, facts)
    if not gaps_of(manifest):
        shelf.remember(manifest.fingerprint, home)  # last: until then the build is to be made
    return Built(home, manifest, fresh=True, previous=previous)


def _new_first(sections: Iterable[Section], known: Container[str]) -> list[Section]:
    """The sections with a text that the last build did not know, then the others, which are found meanwhile."""
    return sorted(sections, key=lambda section: all(chunk.voiced in known for chunk in section.chunks))


def _written(edition: Edition, request: Request, home: Path, book: Stitched, facts: Facts) -> Manifest:
    """Write the book's files; its manifest, written last, vouches for them."""
    shelf, forms, previous = request.shelf, forms_for(edition.sidecar, request), edition.last
    stamps = shelf.stamps_of(home, "outputs")
    names = chapter_names(book.chapters, forms.chapter_format, previous)
    binding = Binding(
        home=home,
        document=edition.document,
        narrator=facts.narrator,
        picture=picture_of(edition.source, edition.sidecar),
        own_cover=cover_of(edition.source),
        chapter_format=forms.chapter_format,
        names=names,
        spelt=sort_name,
        sound_of=book.sound_of,
        digest_of=stamps.digest_of,
    )
    outputs = write_chapters(binding, book.chapters, previous)
    with ThreadPoolExecutor(1, thread_name_prefix="binder") as aside:
        joined = aside.submit(write_book, binding, book.chapters)  # the system copies, and Python writes the others
        bound = manifest_from(facts, book, names, outputs)
        volume = Volume(home, bound, book.chapters, forms.formats, forms.base_url)
        further = write_formats(volume) | write_player(volume)
        outputs |= joined.result()
    manifest = with_publication(home, replace(bound, outputs=outputs | further))
    remove_stale(home, previous, manifest.outputs)
    write_manifest(manifest, home)
    keep_glimpse(home, manifest)
    stamps.save()
    write_library(shelf.folder, shelf.library_lock)
    return manifest
