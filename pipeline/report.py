"""A finished book comes in; the page that shows what it sounds like, what was done to it and what it cost goes out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np

from pipeline import sound
from pipeline.answers import manifest_of
from pipeline.audition import noted
from pipeline.costs import Prices, cost_and_time
from pipeline.errors import InputError
from pipeline.findings import LISTED, accounts_of, caption_of, place_of, polyphones, verdicts
from pipeline.model import Manifest
from pipeline.runlog import read_runs
from pipeline.shelf import Shelf
from pipeline.stitch.gain import TARGET_LUFS
from pipeline.tally import TELLING, Rates, Tally, rates_of, tally
from pipeline.verify.listening import Ear
from pipeline.verify.trace import Trace, trace
from pipeline.write import plots
from pipeline.write.plots import Span, Wave, clock
from pipeline.write.report import Cell, Page, Part, Table, row_of, write_report

NEAR_MS = 150  # how far a silence that was heard may be from the pause that was asked for


@dataclass(frozen=True, slots=True)
class Question:
    """What the report is to tell beside the book itself: what this recogniser has heard, what engines cost."""

    ear: Ear | None = None
    prices: Prices = field(default_factory=dict)


def report(shelf: Shelf, book: str, question: Question, told: Callable[[int, int], None]) -> Path:
    """Write a book's `report.html`; give its path. `told` is given how many ms of how many were looked at.

    Raises MissingProgramError without Matplotlib, InputError where the sound is gone.
    """
    plots.demand_plots()
    home = shelf.find(book)
    manifest = manifest_of(home)
    column = 1000 * plots.row_seconds(manifest.duration / 1000) // plots.ROW_COLUMNS
    length = manifest.duration
    outline = trace(files_of(home, manifest), length, column, lambda done: told(done, length))
    heard = list(noted(shelf, manifest, question.ear)) if question.ear else []
    counted = tally(manifest)
    rates = rates_of(counted)
    parts = (
        _waveform(manifest, outline),
        _loudness(manifest, outline),
        _pace(manifest, counted, rates),
        _pauses(manifest, outline),
        _sections(manifest, counted, rates, outline),
        polyphones(counted),
        accounts_of(manifest, counted),
        verdicts(manifest, heard),
        cost_and_time(manifest, read_runs(shelf.log_of(home)), question.prices),
    )
    figures = tuple(_figures(manifest, outline, counted, rates))
    return write_report(home, Page(manifest.title, manifest.creator, manifest.language, figures, parts))


def files_of(home: Path, manifest: Manifest) -> list[tuple[Path, int]]:
    """The files with the book's sound, each with its start in ms: the whole, or the chapters. Raises InputError."""
    whole = home / f"{home.name}.m4b"
    if whole.is_file():
        return [(whole, 0)]
    files = [(home / section.file, section.start) for section in manifest.sections]
    gone = next((path for path, _ in files if not path.is_file()), None)
    if gone:
        raise InputError(f"{gone} is not there", "build the book again: audiobook build SOURCE")
    return files


def _figures(manifest: Manifest, outline: Trace, counted: Tally, rates: Rates) -> Iterable[tuple[str, str]]:
    peak = max(float(np.abs(outline.low).max(initial=0)), float(outline.high.max(initial=0)))
    yield "length", clock(manifest.duration / 1000)
    yield "sections", f"{len(manifest.sections):,}"
    yield "sentence groups", f"{len(counted.sentences):,}"
    yield "characters of the source", f"{manifest.coverage.characters:,}"
    yield "syllables spoken", f"{sum(sentence.syllables for sentence in counted.sentences):,}"
    yield "voice", f"{manifest.recipe.engine} {manifest.recipe.voice}"
    yield "syllables a minute", f"{rates.middle:.0f}"
    yield "silence", f"{outline.silent.mean():.0%}"
    yield "loudness", f"{sound.integrated_loudness(outline.energies):.1f} LUFS"
    yield "loudness range", f"{sound.loudness_range(outline.energies):.1f} LU"
    yield "highest sample", f"{20 * np.log10(max(peak, 1e-5)):.1f} dBFS"


def _waveform(manifest: Manifest, outline: Trace) -> Part:
    wave = Wave(outline.column / 1000, outline.low, outline.high, outline.silent)
    words = "The whole book, row by row. Sections take turns in colour; below each row lie the silences."
    return Part(
        "waveform",
        "Waveform",
        (words,),
        plots.waveform(wave, _spans(manifest, {}), manifest.duration / 1000),
        (("other", "odd sections"), ("accent", "even sections"), ("pause", "silence")),
    )


def _loudness(manifest: Manifest, outline: Trace) -> Part:
    whole = sound.integrated_loudness(outline.energies)
    curves = (sound.momentary(outline.energies), sound.short_term(outline.energies))
    picture = plots.loudness(curves, (whole, TARGET_LUFS), _spans(manifest, _levels(manifest, outline)))
    return Part(
        "loudness",
        "Loudness",
        (f"Measured as EBU R 128 asks, on the finished sound: {whole:.1f} LUFS; the target is {TARGET_LUFS:.0f}.",),
        picture,
        (
            ("other", "momentary (400 ms), from its quieter quarter to its loudest twentieth"),
            ("accent", "short-term (3 s)"),
            ("ink", "each section, integrated"),
            ("pause", "the target"),
        ),
    )


def _levels(manifest: Manifest, outline: Trace) -> dict[int, float]:
    """Each section's integrated loudness."""
    return {
        section.number: max(
            plots.QUIETEST_LUFS,
            sound.integrated_loudness(outline.energies[section.start // 100 : section.end // 100]),
        )
        for section in manifest.sections
    }


def _pace(manifest: Manifest, counted: Tally, rates: Rates) -> Part:
    dots = [
        ((sentence.chunk.start + sentence.chunk.end) / 2000, sentence.rate)
        for sentence in counted.sentences
        if sentence.syllables >= TELLING
    ]
    odd = sorted((s for s in counted.sentences if rates.is_odd(s)), key=lambda s: -abs(s.rate - rates.middle))
    words = [
        f"Syllables a minute while the voice speaks; usual in this book: {rates.middle:.0f}. "
        f"A section between {rates.low:.0f} and {rates.high:.0f} is like the others."
    ]
    names = ", ".join(str(number) for number in sorted(rates.odd))
    words.append(f"Sections that stand out: {names}." if names else "No section stands out.")
    rows = tuple(
        row_of(place_of(s.section, s.number, s.chunk), f"{s.rate:.0f}", Cell(s.chunk.text, of_book=True), tone="odd")
        for s in odd[:LISTED]
    )
    return Part(
        "pace",
        "Speaking rate",
        tuple(words),
        plots.rates(_spans(manifest, rates.sections, rates.odd), (rates.low, rates.middle, rates.high), dots),
        (
            ("accent", "a section"),
            ("bad", "a section that stands out"),
            ("soft-tone", "a sentence group"),
            ("wash", "like the others"),
        ),
        tables=(Table(("place", "syllables a minute>", "text"), rows, caption_of("Unusually fast or slow", len(odd))),),
    )


def _pauses(manifest: Manifest, outline: Trace) -> Part:
    between, within = _divided(manifest, outline)
    total = (between.sum() + within.sum()) / 1000
    words = (
        f"{len(between) + len(within):,} silences of a tenth of a second and more, {clock(total)} in all; "
        f"the longest lasts {max(between.max(initial=0), within.max(initial=0)) / 1000:.1f} s."
    )
    legend = (("accent", "between sentence groups: asked for by the marks"), ("other", "within: the voice's own"))
    return Part("pauses", "Pauses", (words,), plots.pauses(between / 1000, within / 1000), legend)


def _divided(manifest: Manifest, outline: Trace) -> tuple[np.ndarray, np.ndarray]:
    """The lengths of the silences, ms: those where one chunk ends and the next begins, and the others."""
    ends = np.array([0, *(chunk.end for section in manifest.sections for chunk in section.chunks)])
    starts, lengths = outline.silences[:, 0], outline.silences[:, 1]
    nearest = ends[np.clip(np.searchsorted(ends, starts - NEAR_MS), 0, len(ends) - 1)]
    at_end = (nearest >= starts - NEAR_MS) & (nearest <= starts + lengths + NEAR_MS)
    return lengths[at_end], lengths[~at_end]


def _sections(manifest: Manifest, counted: Tally, rates: Rates, outline: Trace) -> Part:
    levels = _levels(manifest, outline)
    doubts: dict[int, int] = {}
    for sentence in counted.sentences:
        number = sentence.section.number
        doubts[number] = doubts.get(number, 0) + len(sentence.doubts)
    rows = tuple(
        row_of(
            str(section.number),
            Cell(section.title, quote(section.file), of_book=True),
            clock(section.start / 1000),
            clock((section.end - section.start) / 1000),
            f"{len(section.chunks):,}",
            f"{rates.sections[section.number]:.0f}",
            f"{levels[section.number]:.1f}",
            f"{doubts[section.number]:,}",
            tone="odd" if section.number in rates.odd else "",
        )
        for section in manifest.sections
    )
    heads = ("no>", "section", "start>", "length>", "groups>", "syllables a minute>", "LUFS>", "readings in doubt>")
    return Part("sections", "Sections", (), tables=(Table(heads, rows),))


def _spans(manifest: Manifest, values: Mapping[int, float], odd: frozenset[int] = frozenset()) -> list[Span]:
    return [
        Span(s.start / 1000, s.end / 1000, s.number, s.title, values.get(s.number, 0.0), s.number in odd)
        for s in manifest.sections
    ]
