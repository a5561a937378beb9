"""A source comes in; what a build of it would do goes out, and nothing is spoken."""

import dataclasses
import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.answers import Found, Seen, unseen
from pipeline.edition import Request, casted, prepare
from pipeline.record import known_of
from pipeline.speak import Job, Known, holds, named
from pipeline.speak.cache import ClipCache
from pipeline.speak.engines import open_engine

SECONDS_PER_CHARACTER = 0.24  # the embedded voice on the first book, pauses included: 2,547 characters in 8.9 min
BYTES_PER_SECOND = 8_000 * 2.02  # AAC at 64 kbit/s, once as chapters and once as the book


def plan(source: Path, request: Request, seen: Seen = unseen) -> Found:
    """What a build would do: per section characters, chunks, chunks not yet in the cache, estimated seconds."""
    edition = prepare(source, request)
    engine_of = functools.cache(lambda recipe: open_engine(recipe, edition.sidecar.pronounce, request.device))
    planned = casted(edition, engine_of, {}, request.recast)
    outline = planned.outline
    cache = ClipCache(request.shelf.clips)
    empty = not any(cache.folder.glob("*"))  # then nobody need know what the clips would be called
    search = Search(cache, known_of(edition.last, edition.sidecar.pronounce))
    done, chunks = 0, sum(len(section.chunks) for section in outline.sections)
    sections: list[Found] = []
    for part in planned.parts(outline.sections):
        section = part.section
        characters = sum(len(chunk.text) for chunk in section.chunks)
        sections.append(
            {
                "number": section.number,
                "title": section.title,
                "characters": characters,
                "chunks": len(part.jobs),
                "to_speak": len(part.jobs) if empty else search.lacking(part.jobs),
                "seconds": round(characters * SECONDS_PER_CHARACTER, 1),
                "speakers": dict(Counter(chunk.role.name for chunk in section.chunks if chunk.role)),
            }
        )
        done += len(part.jobs)
        seen(done, chunks)
    seconds = sum(section["seconds"] for section in sections)
    return {
        "title": edition.document.title,
        "voice": f"{edition.recipe.engine} {edition.recipe.voice}",
        "cast": edition.cast,
        "characters": sum(section["characters"] for section in sections),
        "hours": round(seconds / 3600, 2),
        "megabytes": round(seconds * BYTES_PER_SECOND / 1e6, 1),
        "requests": sum(section["to_speak"] for section in sections),
        "cached": sum(section["chunks"] - section["to_speak"] for section in sections),
        "guesses": [dataclasses.asdict(edit) for edit in edition.document.edits if edit.guess],
        "notes": [dataclasses.asdict(note) for note in (*edition.document.notes, *outline.notes)],
        "sections": sections,
    }


@dataclass(frozen=True, slots=True)
class Search:
    """A look for clips: what the last build knew of a text tells its clip's name at once; else its script has to be
    made, which for a long book takes minutes.
    """

    cache: ClipCache
    known: Mapping[str, Known]  # by text

    def lacking(self, jobs: Sequence[Job]) -> int:
        """How many of a section's chunks have no clip.

        Where the last build tells nothing of some, and neither the first of them is there, nor the one in the middle,
        nor the last, they are taken to be new.
        """
        told: list[Job] = []
        untold: list[Job] = []
        for job in jobs:
            known = self.known.get(job.chunk.voiced)
            (told if known and holds(known, job) else untold).append(job)
        probes = untold[:1] + untold[len(untold) // 2 :][:1] + untold[-1:]
        looked_up = told + untold if any(map(self._is_there, probes)) else told
        return len(jobs) - sum(map(self._is_there, looked_up))

    def _is_there(self, job: Job) -> bool:
        return self.cache.path(named(job, self.known.get(job.chunk.voiced)).clip).is_file()
