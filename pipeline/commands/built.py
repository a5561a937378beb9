"""Builds and redos come in; what became of them is told on the screen."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.screen import clean, clean_lines, clock, counted, say, show

if TYPE_CHECKING:
    from pipeline.batch import Outcome
    from pipeline.model import Manifest, SpokenChunk, SpokenSection
    from pipeline.progress import Watcher
    from pipeline.run import Built

MOST_NOTES = 5  # oddities of a count of chapters that are told at the end of a build


def show_built(built: Built, watcher: Watcher) -> None:
    """The end of a build that was the only one."""
    if built.fresh:
        summary(built.home, built.manifest, watcher)
        show_changes(built.previous, built.manifest)
    else:
        say(f"{built.home}: nothing to do, the book is as its source and settings ask")


def summary(home: Path, manifest: Manifest, watcher: Watcher) -> None:
    """The end of a build: sections, length, how fast it went, where the files are."""
    chunks = sum(len(section.chunks) for section in manifest.sections)
    speed = f", {1000 * watcher.seconds / watcher.spoken_ms:.2f} s a second of speech" if watcher.spoken_ms else ""
    say(
        f"{clean(manifest.title)}: {counted(len(manifest.sections), 'section')}, {clock(manifest.duration)}, "
        f"read by {clean(manifest.narrator)}\n"
        f"  {watcher.spoken} of {chunks} chunks spoken now, the others found; {watcher.seconds:.1f} s{speed}\n"
        f"  {home}\n"
        f"  listen: audiobook play {clean(home.name)!r} 1    again: audiobook redo {clean(home.name)!r} 1"
    )
    odd = [note.message for note in manifest.notes if note.rule == "numbering"]
    if odd:
        more = f"; and {len(odd) - MOST_NOTES} more: audiobook inspect SOURCE" if len(odd) > MOST_NOTES else ""
        say(f"  is the text whole? {clean('; '.join(odd[:MOST_NOTES]))}{more}")


def show_changes(previous: Manifest | None, manifest: Manifest) -> None:
    """What a build made of the chapters that were there: new ones, changed ones, those kept byte for byte."""
    if previous is None:
        return
    titles = {section.title for section in previous.sections}
    kept = [s for s in manifest.sections if previous.outputs.get(s.file) == manifest.outputs[s.file]]
    there = {section.number for section in kept}
    new = [s for s in manifest.sections if s.number not in there and s.title not in titles]
    changed = len(manifest.sections) - len(kept) - len(new)
    counts = {f"new chapter{'s'[: len(new) - 1]}": len(new), "changed": changed, "kept as they were": len(kept)}
    say("  " + "; ".join(f"{count} {what}" for what, count in counts.items() if count))
    if kept and new and all(section.gain for section in kept):
        decibels = 20 * math.log10(manifest.gain / previous.gain)
        say(f"  what is new is amplified {decibels:+.1f} dB beside what was there: so the whole keeps its loudness")


def show_stand_ins(home: Path, manifest: Manifest) -> None:
    """Who spoke in place of the book's voice, how many sentences, and how they are replaced."""
    from pipeline.record import stand_ins_of

    counts = Counter(chunk.speaker for _, chunk in stand_ins_of(manifest) if chunk.speaker)
    for speaker, count in counts.items():
        own = manifest.recipe.engine
        say(
            f"  {counted(count, 'sentence')} spoken by {speaker.engine} {clean(speaker.voice)}, as {own} refused\n"
            f"  -> later: audiobook redo {clean(home.name)!r} --voice-of {own}"
        )


def show_parts_kept(manifest: Manifest, numbers: Sequence[int]) -> None:
    """Who kept their own voices when sections were given another one."""
    chunks = [chunk for section in manifest.sections if section.number in numbers for chunk in section.chunks]
    kept = Counter(chunk.role.name for chunk in chunks if chunk.role and chunk.role.voice)
    if kept:
        parts = ", ".join(f"{clean(name)} ({count})" for name, count in kept.most_common())
        say(f"  the narrator's voice is another one now; these keep theirs, as [voices] beside the text says: {parts}")


def show_gaps(gaps: Sequence[tuple[SpokenSection, SpokenChunk]]) -> int:
    """The chunks that could not be spoken, and their number."""
    for section, chunk in gaps:
        findings = "; ".join(chunk.verdict.findings)
        say(f"a gap at {clock(chunk.start)}, section {section.number}, {clean(chunk.text[:40])!r}: {clean(findings)}")
    if gaps:
        say(f"  -> missing: {counted(len(gaps), 'sentence')}; type it again, with other words or another --voice")
    return len(gaps)


def show_outcome(outcome: Outcome, number: int, count: int) -> None:
    """What became of a book, as soon as it is known: its gaps or its error; of several, how many are done."""
    from pipeline.record import gaps_of

    if outcome.built:
        show_gaps(gaps_of(outcome.built.manifest))
    if count > 1:
        say(f"[{number}/{count}] {clean(outcome.source.name)}: {outcome.state}")


def show_outcomes(outcomes: Sequence[Outcome], count: int) -> None:
    """Many books in a table, then the failures with their messages, those of one message together."""
    rows = [_row_of(outcome) for outcome in outcomes]
    if rows:
        show("", ["book", "sections>", "length>", "seconds>", "state"], rows)
    states = Counter(outcome.state for outcome in outcomes)
    states["not begun"] = count - len(outcomes)
    print(", ".join(f"{number} {state}" for state, number in states.items() if number) or "no source was changed since")
    failures: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.error:
            failures.setdefault(str(outcome.error), []).append(outcome.source.name)
    for message, names in failures.items():
        say(f"failed: {clean('; '.join(names))}\n  {clean_lines(message)}")


def _row_of(outcome: Outcome) -> tuple[str, ...]:
    seconds = f"{outcome.seconds:.1f}"
    if outcome.built is None:
        return outcome.source.name, "", "", seconds, outcome.state
    manifest = outcome.built.manifest
    return manifest.title, str(len(manifest.sections)), clock(manifest.duration), seconds, outcome.state
