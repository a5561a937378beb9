"""A finished book comes in; what a recogniser finds wrong in it is spoken again, and the best takes stay.

The embedded voice says the same script the same way each time, so a take of a sentence is a little slower or faster
than the one before. Every take that was heard stays in the manifest, with what was heard.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.audition import Audition, Heard, audition
from pipeline.edition import Request
from pipeline.model import Choice, Manifest, SpokenSection, Take
from pipeline.run import Built, rebuild
from pipeline.runlog import Watch
from pipeline.verify.listening import Ear
from pipeline.write.manifest import write_manifest

TRIES = 3  # fresh takes of a wrong sentence

Takes = dict[tuple[int, str], list[Take]]  # section number and text of a chunk -> its takes as they were heard


@dataclass(frozen=True, slots=True)
class Listening:
    """Who listens, how often a wrong sentence is taken again, and who is told of each chunk heard."""

    ear: Ear
    told: Callable[[Heard, int], None]
    tries: int = TRIES


def with_retakes(built: Built, source: Path, request: Request, listening: Listening, watch: Watch) -> Audition:
    """Listen to a book, take again what is wrong, keep each sentence's best take; the book as it was heard last."""
    takes: Takes = {}
    heard = _listened(built, request, listening, takes)
    for _ in range(listening.tries):
        wanted = _next_takes(heard)
        if not wanted:
            break
        heard = _spoken_again(built, source, (request, wanted), listening, takes, watch)
    best = _best_takes(heard, takes)
    if best:
        heard = _spoken_again(built, source, (request, best), listening, takes, watch)
    with request.shelf.turn(built.home, watch.waiting):
        write_manifest(_with_takes(heard.manifest, takes), built.home)
    return heard


def _spoken_again(
    built: Built,
    source: Path,
    wish: tuple[Request, Mapping[int, Mapping[str, int]]],
    listening: Listening,
    takes: Takes,
    watch: Watch,
) -> Audition:
    request, wanted = wish
    sections = {section.number: section for section in built.manifest.sections}
    choices = {number: _choice(sections[number], own, takes) for number, own in wanted.items()}
    rebuild(source, request, (built.home, choices), watch)
    return _listened(built, request, listening, takes)


def _choice(section: SpokenSection, wanted: Mapping[str, int], takes: Takes) -> Choice:
    """The section's choice with these takes of sentences, and those settled before."""
    settled = {text: heard[-1].take for (number, text), heard in takes.items() if number == section.number}
    kept = {text: take for text, take in settled.items() if take != section.choice.take}
    return replace(section.choice, sentences={**section.choice.sentences, **kept, **wanted})


def _listened(built: Built, request: Request, listening: Listening, takes: Takes) -> Audition:
    """Listen to the book; note every chunk that is wrong now, or was."""
    found = audition(request.shelf, str(built.home), listening.ear, listening.told)
    for heard in found.heard:
        place = (heard.section.number, heard.chunk.voiced)
        take = Take(heard.chunk.take, heard.chunk.clip, heard.hearing)
        if (heard.hearing.judgement == "wrong" or place in takes) and take not in takes.get(place, []):
            takes.setdefault(place, []).append(take)
    return found


def _next_takes(heard: Audition) -> dict[int, dict[str, int]]:
    """One take further for each wrong chunk: section number -> text -> take."""
    wanted: dict[int, dict[str, int]] = {}
    for failed in heard.failed():
        wanted.setdefault(failed.section.number, {})[failed.chunk.voiced] = failed.chunk.take + 1
    return wanted


def _best_takes(heard: Audition, takes: Takes) -> dict[int, dict[str, int]]:
    """For each chunk whose present take is not its best, the best."""
    wanted: dict[int, dict[str, int]] = {}
    for now in heard.heard:
        known = takes.get((now.section.number, now.chunk.voiced), [])
        best = min(known, key=lambda take: take.hearing.cost, default=None)
        if best and best.hearing.cost < now.hearing.cost:
            wanted.setdefault(now.section.number, {})[now.chunk.voiced] = best.take
    return wanted


def _with_takes(manifest: Manifest, takes: Takes) -> Manifest:
    """The manifest with every take that was heard."""
    sections = tuple(
        replace(
            section,
            chunks=tuple(
                replace(chunk, heard=tuple(takes.get((section.number, chunk.voiced), chunk.heard)))
                for chunk in section.chunks
            ),
        )
        for section in manifest.sections
    )
    return replace(manifest, sections=sections)
