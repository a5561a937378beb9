"""A section's clips and the book's gain come in; the chapter's encoding, or its bare sound block by block, goes out."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import codec, sound
from pipeline.files import draft_of, sha256_of, write_whole
from pipeline.model import Audio, Clip, Samples
from pipeline.stamps import DigestOf
from pipeline.stitch.gain import CEILING_DBTP, samples_of
from pipeline.stitch.timeline import HEAD_S, TAIL_S, timeline

FORMAT = 4  # raise it when what makes a chapter's bytes changes here


@dataclass(frozen=True, slots=True)
class Encoding:
    """A chapter as an untagged m4a, and the K-weighted energies of what was encoded, one each 100 ms, packed."""

    path: Path
    energies: NDArray[np.int16]


def chapter_key(clips: Sequence[Clip], gain: float) -> str:
    """The SHA-256 of all that makes a chapter's bytes: clips, pauses, gain and the encoder's settings."""
    facts = {
        "format": FORMAT,
        "clips": [_facts(clip) for clip in clips],
        "ends": (HEAD_S, TAIL_S),
        "gain": gain,
        "ceiling": CEILING_DBTP,
        "codec": codec.AAC_BITS,
    }
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _facts(clip: Clip) -> tuple[str, float] | tuple[str, float, float]:
    plain = clip.key, clip.chunk.pause
    return plain if clip.trim == 1 else (*plain, clip.trim)


def encode(clips: Sequence[Clip], gain: float, folder: Path, digest_of: DigestOf = sha256_of) -> Encoding:
    """A chapter's encoding in `folder`, made unless it is there, whole; one clip in memory at a time.

    Its loudness and a seal lie beside it and are written first: where the sound is, they are there too.
    """
    clips = tuple(clips)
    target = folder / f"{chapter_key(clips, gain)}.m4a"
    found = _found(target, digest_of)
    if found:
        return found
    blocks: list[NDArray[np.int16]] = []
    with draft_of(target) as draft:
        codec.write_aac(_measured(chapter_blocks(clips, gain), clips[0].rate, blocks), clips[0].rate, draft)
        energies = np.concatenate(blocks).tolist()
        facts = {"energies": energies, "seal": _seal(sha256_of(draft), energies)}
        write_whole(target.with_suffix(".json"), json.dumps(facts).encode())
    digest_of(target)  # for the next build, which then need not read it
    return Encoding(target, np.array(energies, np.int16))


def _found(target: Path, digest_of: DigestOf) -> Encoding | None:
    """The encoding that is there; None where there is none, or it is not what was written."""
    try:
        facts = json.loads(target.with_suffix(".json").read_bytes())
        whole = facts["seal"] == _seal(digest_of(target), facts["energies"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Encoding(target, np.array(facts["energies"], np.int16)) if whole else None


def _seal(digest: str, energies: list[int]) -> str:
    """The SHA-256 of the sound's own and its loudness: a byte of either that changed on the disk is seen."""
    return hashlib.sha256(json.dumps([digest, energies]).encode()).hexdigest()


def chapter_blocks(clips: Sequence[Clip], gain: float) -> Iterator[Samples]:
    """A chapter's samples in order: silence and, between, the clips at the book's loudness."""
    times = timeline(clips)
    yield np.zeros(times.starts[0], np.int16)
    ends = [*times.starts[1:], times.length]
    for clip, (start, end) in zip(clips, zip(times.starts, ends, strict=True), strict=True):
        yield sound.limited(samples_of(clip), clip.rate, gain * clip.trim, CEILING_DBTP)
        yield np.zeros(end - start - clip.length, np.int16)


def _measured(blocks: Iterable[Samples], rate: int, energies: list[NDArray[np.int16]]) -> Iterator[Samples]:
    """The same blocks; their energies, cut to whole 100 ms across blocks, are put into the list."""
    rest, size = np.zeros(0, np.int16), rate // 10
    for block in blocks:
        rest = np.concatenate([rest, block])
        whole = len(rest) // size * size
        energies.append(sound.packed(sound.block_energies(Audio(rest[:whole], rate))))
        rest = rest[whole:]
        yield block
