"""Questions about a text or a book come in; plain dictionaries go out, ready for a table or for JSON."""

import dataclasses
import functools
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError
from pipeline.model import Chunk, Document, Manifest, Origin, Section, Syllable
from pipeline.shelf import Shelf
from pipeline.write.manifest import read_manifest
from pipeline.write.playback import Cue

if TYPE_CHECKING:
    from pipeline.edition import Request

Found = dict[str, Any]
Seen = Callable[[int, int], None]  # chunks that are done with, and of how many

DOUBTFUL = 0.02  # a reading in less doubt than this is not listed


def unseen(done: int, total: int) -> None:
    """Nobody follows how far it is."""


def inspect(source: Path, request: "Request", seen: Seen = unseen) -> Found:
    """A text as it will be spoken: metadata, edits, coverage, sections with chunks, spoken forms and pinyin."""
    from pipeline.edition import outline_of, prepare
    from pipeline.speak.engines import open_engine
    from pipeline.speak.pinyin import Pronouncer
    from pipeline.speak.spoken import spoken
    from pipeline.verify.ledger import coverage

    edition = prepare(source, request)
    document = edition.document
    outline = outline_of(edition, open_engine(edition.recipe))
    pronouncer = Pronouncer(edition.sidecar.pronounce)

    def found_of(chunk: Chunk) -> Found:
        said = spoken(chunk.voiced).text
        found = {"text": chunk.text, "spoken": said, "pinyin": pinyin_of(pronouncer, said), "pause": chunk.pause}
        return found | {"role": dataclasses.asdict(chunk.role) if chunk.role else None}

    return {
        "title": document.title,
        "creator": document.creator,
        "date": document.date,
        "language": document.language,
        "edits": [dataclasses.asdict(edit) for edit in document.edits],
        "notes": [dataclasses.asdict(note) for note in (*document.notes, *outline.notes)],
        "coverage": dataclasses.asdict(coverage(document, outline.sections, outline.dropped, spoken)),
        "sections": [
            {
                "number": section.number,
                "title": section.title,
                "level": section.level,
                "chunks": [found_of(chunk) for chunk in section.chunks],
            }
            for section in _followed(outline.sections, seen)
        ],
    }


def doubtful_readings(source: Path, request: "Request", seen: Seen = unseen) -> Found:
    """The readings of a text that are not sure, the most doubtful first, each with the words around it."""
    from pipeline.edition import outline_of, prepare
    from pipeline.speak.engines import open_engine
    from pipeline.speak.pinyin import Pronouncer
    from pipeline.speak.spoken import spoken

    edition = prepare(source, request)
    pronouncer = Pronouncer(edition.sidecar.pronounce)
    found: list[Found] = []
    for section in _followed(outline_of(edition, open_engine(edition.recipe)).sections, seen):
        for number, chunk in enumerate(section.chunks, 1):
            said = spoken(chunk.voiced).text
            place = {"section": section.number, "sentence": number}
            found += [place | doubt for doubt in doubts_among(said, pronouncer.syllables(said))]
    return {"title": edition.document.title, "readings": sorted(found, key=lambda row: -row["doubt"])}


def _followed(sections: Sequence[Section], seen: Seen) -> Iterator[Section]:
    """The sections one by one; of each that is done with, it is told."""
    done, total = 0, sum(len(section.chunks) for section in sections)
    for section in sections:
        yield section
        done += len(section.chunks)
        seen(done, total)


def doubts_among(said: str, syllables: Sequence[Syllable]) -> Iterator[Found]:
    """The readings of a spoken text that are not sure, in its order."""
    for place, syllable in enumerate(syllables):
        if syllable.doubt >= DOUBTFUL:
            yield {
                "doubt": round(syllable.doubt, 2),
                "reading": syllable.citation,
                "reason": syllable.reason,
                "context": f"{said[max(0, place - 8) : place]}【{said[place]}】{said[place + 1 : place + 9]}",
            }


def sections_of(shelf: Shelf, book: str) -> Found:
    """A finished book's sections."""
    manifest = manifest_of(shelf.find(book))
    keys = ("number", "title", "start", "end", "file")
    return {
        "title": manifest.title,
        "duration": manifest.duration,
        "sections": [{key: getattr(s, key) for key in keys} | {"take": s.choice.take} for s in manifest.sections],
    }


def cues_of(shelf: Shelf, book: str, number: int, milliseconds: int) -> tuple[Cue, Cue]:
    """Where to play a section from (number 0: the book): in the longest file there is, and in the shortest.

    Raises UsageError for a section or a time that is not there.
    """
    home = shelf.find(book)
    manifest = manifest_of(home)
    starts = {section.number: section.start for section in manifest.sections}
    if number and number not in starts:
        raise UsageError(f"there is no section {number} in {manifest.title}", "list them: audiobook sections")
    at = milliseconds + starts.get(number, 0)
    section = next((s for s in manifest.sections if s.start <= at < s.end and number in (0, s.number)), None)
    if section is None:
        raise UsageError(f"{manifest.title} is over by then", "see the lengths: audiobook sections")
    short = Cue(home / section.file, at - section.start)
    whole = f"{home.name}.m4b"
    return short if number or whole not in manifest.outputs else Cue(home / whole, at), short


def manifest_of(home: Path) -> Manifest:
    """The manifest of a folder that `Shelf.find` has found."""
    manifest = read_manifest(home)
    if manifest is None:
        raise UsageError(f"{home} holds no book", "audiobook build SOURCE")
    return manifest


def pinyin_of(pronouncer: Any, text: str) -> str:
    """Pinyin as a person reads it: words apart, syllables of a word joined by nothing but their tones, marks kept.

    Only the sounded form: what the ear will hear.
    """
    words: list[str] = []
    for syllable in pronouncer.syllables(text):
        sound = syllable.sounded or syllable.character
        if words and not syllable.word_start:
            words[-1] += sound
        else:
            words.append(sound)
    return " ".join(word for word in words if word.strip())


def repaired_line(line: str) -> Found:
    """One line through the repair stage."""
    from pipeline.repair import repair

    document = repair(Document("", line, line, Origin("stdin", "", "utf-8")))
    return {"text": line, "repaired": document.text, "edits": [dataclasses.asdict(e) for e in document.edits]}


def spoken_line(line: str) -> Found:
    """One line's spoken form."""
    from pipeline.speak.spoken import spoken

    return {"text": line, "spoken": spoken(line).text}


def pinyin_line(line: str) -> Found:
    """One line's readings, one entry a character of the line; "line" is the same for people."""

    pronouncer = _pronouncer()
    syllables = pronouncer.syllables(line)
    return {
        "text": line,
        "pinyin": [syllable.citation for syllable in syllables],
        "sounded": [syllable.sounded for syllable in syllables],
        "line": pinyin_of(pronouncer, line),
    }


def diagnose() -> list[Found]:
    """What the program needs, whether it is here, and how to get it."""
    import imageio_ffmpeg

    from pipeline.speak.engines import DEFAULT_ENGINE, engine_class, engine_names, remedy_for

    findings = [
        _finding(f"engine {name}", remedy_for(name), "missing" if name == DEFAULT_ENGINE else "optional")
        for name in engine_names()
    ]
    findings += [
        _finding(f"{DEFAULT_ENGINE} on a graphics processor", engine_class(DEFAULT_ENGINE).faster(), "optional")
    ]
    ffmpeg = Path(imageio_ffmpeg.get_ffmpeg_exe())
    findings.append(_finding("ffmpeg (for the online voice)", "" if ffmpeg.is_file() else "pip install imageio-ffmpeg"))
    player = any(shutil.which(name) for name in ("mpv", "ffplay"))
    findings.append(_finding("a player (for `audiobook play`)", "" if player else "install mpv or ffmpeg", "optional"))
    return findings


def _finding(what: str, remedy: str, when_absent: str = "missing") -> Found:
    return {"what": what, "state": when_absent if remedy else "ok", "remedy": remedy}


@functools.cache
def _pronouncer() -> Any:
    from pipeline.speak.pinyin import Pronouncer

    return Pronouncer({})


def check_book(shelf: Shelf, book: str) -> Found:
    """Every claim of a book's manifest beside what its files say, and those that fail."""
    from pipeline.verify.book import check_book as claims_of

    home = shelf.find(book)
    manifest = manifest_of(home)
    claims = [dataclasses.asdict(claim) for claim in claims_of(home, manifest)]
    return {"title": manifest.title, "claims": claims, "failures": [claim for claim in claims if not claim["ok"]]}
