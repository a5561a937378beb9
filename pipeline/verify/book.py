"""A book's folder and its manifest come in; every claim of the manifest, recomputed from the files, goes out.

The limits are those of an audiobook shop: ACX asks for RMS -23 to -18 dB and peaks below -3 dB; we hold -19 LUFS
(mono, about -20 dB RMS on speech) and -3 dBTP after decoding.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline import codec, sound
from pipeline.files import sha256_of
from pipeline.model import Manifest

LOUDEST_DBTP = -3.0
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
    if book.is_file() and sha256_of(book) == manifest.outputs.get(book.name):
        claims += _chapters(book, manifest)
        claims += _sound(book, manifest)
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


def _sound(book: Path, manifest: Manifest) -> Iterator[Claim]:
    energies, peak, count, rate = [], -np.inf, 0, 1
    for block in codec.decode_blocks(book):
        energies.append(sound.block_energies(block))
        peak = max(peak, sound.true_peak(block.samples, block.rate))
        count, rate = count + len(block.samples), block.rate
    milliseconds = round(1000 * count / rate)
    loudness = sound.integrated_loudness(np.concatenate(energies))
    long_enough = abs(milliseconds - manifest.duration) <= TIME_TOLERANCE_MS
    yield Claim("decoded length, ms", str(manifest.duration), str(milliseconds), long_enough)
    level = abs(loudness - TARGET_LUFS) <= LOUDNESS_TOLERANCE_LU
    yield Claim("loudness, LUFS", f"{manifest.loudness:.1f}", f"{loudness:.1f}", level)
    yield Claim("true peak, dBTP", f"<= {LOUDEST_DBTP}", f"{peak:.1f}", bool(peak <= LOUDEST_DBTP))
