"""A book's folder and its manifest come in; every claim of the manifest, recomputed from the files, goes out.

The limits are those of an audiobook shop: ACX asks for RMS -23 to -18 dB and peaks below -3 dB; we hold -19 LUFS
(mono, about -20 dB RMS on speech) and -3 dBTP after decoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline import codec
from pipeline.files import sha256_of
from pipeline.model import Manifest
from pipeline.verify.meter import Reading, alike, read_meters

LOUDEST_DBTP = -3.0
RMS_DB = (-23.0, -18.0)
FLOOR_DB = -60.0
LONGEST_SILENCE_S = 5.0
LIKENESS = 0.9  # of the sound behind a mark and of the chapter's own beginning, sample by sample
LOUDNESS_TOLERANCE_LU = 0.5
TARGET_LUFS = -19.0
TIME_TOLERANCE_MS = 1


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the manifest says, what the files say, and whether they agree."""

    claim: str
    manifest: str
    files: str
    ok: bool


def check_book(home: Path, manifest: Manifest) -> list[Claim]:
    """All claims; the order is files first, since nothing else can be believed of a file that has changed."""
    claims = [*_outputs(home, manifest), _ledger(manifest), _spoken(manifest), *_timeline(manifest)]
    book = home / f"{home.name}.m4b"
    if _unchanged(home, book.name, manifest):
        claims += _chapters(book, manifest)
        claims += _sound(home, book, manifest)
    return claims


def _outputs(home: Path, manifest: Manifest) -> Iterator[Claim]:
    for name, digest in sorted(manifest.outputs.items()):
        path = home / name
        found = sha256_of(path) if path.is_file() else "missing"
        yield Claim(f"file {name}", digest[:12], found[:12], found == digest)


def _ledger(manifest: Manifest) -> Claim:
    ledger = manifest.coverage
    total = ledger.as_written + sum(ledger.rewritten.values()) + sum(ledger.removed.values())
    return Claim("every character accounted for", str(ledger.characters), str(total), total == ledger.characters)


def _spoken(manifest: Manifest) -> Claim:
    verdicts = [chunk.verdict for section in manifest.sections for chunk in section.chunks]
    passed = sum(verdict.ok for verdict in verdicts)
    return Claim("sentences spoken", str(len(verdicts)), str(passed), passed == len(verdicts))


def _timeline(manifest: Manifest) -> Iterator[Claim]:
    """Sections follow each other without gap, and chunks lie inside theirs in order."""
    expected = 0
    for section in manifest.sections:
        times = [section.start, *(t for chunk in section.chunks for t in (chunk.start, chunk.end)), section.end]
        ordered = section.start == expected and times == sorted(times)
        yield Claim(f"start of section {section.number}, ms", str(section.start), str(expected), ordered)
        expected = section.end
    yield Claim("length, ms", str(manifest.duration), str(expected), manifest.duration == expected)


def _chapters(book: Path, manifest: Manifest) -> Iterator[Claim]:
    marks = codec.probe(book).chapters
    yield Claim(
        "chapters in the m4b", str(len(manifest.sections)), str(len(marks)), len(marks) == len(manifest.sections)
    )
    for section, mark in zip(manifest.sections, marks, strict=False):
        close = abs(mark.start_ms - section.start) <= TIME_TOLERANCE_MS
        yield Claim(f"mark {section.number}, ms", str(section.start), f"{mark.start_ms:.0f}", close)
        yield Claim(f"title of mark {section.number}", section.title, mark.title, mark.title == section.title)


def _sound(home: Path, book: Path, manifest: Manifest) -> Iterator[Claim]:
    """What the meters show of the decoded book, beside the limits."""
    meters = read_meters(book, [section.start / 1000 for section in manifest.sections])
    milliseconds = round(1000 * meters.length / meters.rate)
    long_enough = abs(milliseconds - manifest.duration) <= TIME_TOLERANCE_MS
    yield Claim("decoded length, ms", str(manifest.duration), str(milliseconds), long_enough)
    level = abs(meters.loudness - TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU
    yield Claim("loudness, LUFS", f"{manifest.loudness:.1f}", f"{meters.loudness:.1f}", level)
    yield Claim("true peak, dBTP", f"<= {LOUDEST_DBTP}", f"{meters.peak:.1f}", meters.peak <= LOUDEST_DBTP)
    low, high = RMS_DB
    yield Claim("RMS, dB", f"{low} to {high}", f"{meters.rms:.1f}", low <= meters.rms <= high)
    yield Claim("noise floor, dB", f"<= {FLOOR_DB}", f"{meters.floor:.1f}", meters.floor <= FLOOR_DB)
    longest = max([LONGEST_SILENCE_S, *(c.pause + 1 for s in manifest.sections for c in s.chunks)])
    yield Claim("longest silence, s", f"<= {longest:.1f}", f"{meters.silence:.1f}", meters.silence <= longest)
    yield from _openings(home, manifest, meters)


def _unchanged(home: Path, name: str, manifest: Manifest) -> bool:
    """Whether a file has the bytes the manifest vouches for: nothing else can be believed of one that has changed."""
    return (home / name).is_file() and sha256_of(home / name) == manifest.outputs.get(name)


def _openings(home: Path, manifest: Manifest, meters: Reading) -> Iterator[Claim]:
    """Behind each mark stands the beginning of its chapter; only where the chapters are the book's own encoding."""
    for section, opening in zip(manifest.sections, meters.openings, strict=True):
        if Path(section.file).suffix != ".m4a" or not _unchanged(home, section.file, manifest):
            continue
        beginning = next(codec.decode_blocks(home / section.file))
        likeness = alike(opening, beginning.samples, beginning.rate // 1000)  # times are kept in whole ms
        name = f"sound at mark {section.number}, likeness"
        yield Claim(name, f">= {LIKENESS}", f"{likeness:.3f}", likeness >= LIKENESS)
