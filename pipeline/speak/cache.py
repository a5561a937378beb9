"""Clips are found again by what they are: one FLAC file a clip, named by its key, its particulars in a tag.

The key is the SHA-256 of the canonical JSON of {format, identity, script, take}: neither the place in the book
nor the pause after the clip has a part in it.
"""

import hashlib
import io
import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import sound
from pipeline.files import write_whole
from pipeline.model import Audio, Chunk, Clip, Sentence, Verdict
from pipeline.speak.marks import marks_of
from pipeline.stamps import Stamps

FORMAT = 1  # raise it when what makes a clip's sound changes here (trimming, headroom)
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def clip_key(identity: Mapping[str, Any], script: str, take: int) -> str:
    """The name of a clip: equal exactly when the same sound would be made again."""
    recipe = {"format": FORMAT, "identity": identity, "script": script, "take": take}
    return hashlib.sha256(_CANONICAL.encode(recipe).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ClipCache:
    """The clips below `folder`, in 256 drawers."""

    folder: Path
    stamps: Stamps | None = None  # what is known of the clips' headers

    def path(self, key: str) -> Path:
        return self.folder.joinpath(key[:2], f"{key}.flac")

    def find(self, key: str, chunk: Chunk, script: str) -> Clip | None:
        """The clip if it is there and whole as far as its header tells; anything else counts as absent."""
        path = self.path(key)
        try:
            facts = json.loads(self.stamps.found_in(path, _header) if self.stamps else _header(path))
            whole = (facts["key"], facts["length"]) == (key, facts["frames"])
            verdict = Verdict(not facts["findings"], tuple(facts["findings"]), tuple(facts.get("attempts", ())))
            energies = np.frombuffer(b64decode(facts["energies"]), "<i2").astype(np.int16)
            marks = marks_of(chunk.voiced, [Sentence(*told) for told in facts.get("sentences", ())], facts["length"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        rate, length = facts["rate"], facts["length"]
        return Clip(key, path, chunk, script, rate, length, energies, marks, verdict) if whole else None

    def store(self, key: str, audio: Audio, spoken: tuple[Chunk, str], verdict: Verdict) -> Clip:
        """Write a checked clip, whole or not at all."""
        import soundfile

        chunk, script = spoken
        path, length = self.path(key), len(audio.samples)
        energies = sound.packed(sound.block_energies(audio))
        facts = {
            "key": key,
            "length": length,
            "energies": energies.tolist(),
            "findings": verdict.findings,
            "attempts": verdict.attempts,
        }
        if audio.sentences:
            facts["sentences"] = [(told.letters, told.start, told.end) for told in audio.sentences]
        settings = {"samplerate": audio.rate, "channels": 1, "format": "FLAC", "subtype": "PCM_16"}
        content = io.BytesIO()  # a full disk is then noticed by the system, which says what it is
        with soundfile.SoundFile(content, "w", **settings) as file:
            file.comment = json.dumps({**facts, "seal": _seal(facts)})
            file.write(audio.samples)
        write_whole(path, content.getvalue())
        if self.stamps:
            self.stamps.note(path, _told(facts, audio.rate, length))
        marks = marks_of(chunk.voiced, audio.sentences, length)
        return Clip(key, path, chunk, script, audio.rate, length, energies, marks, verdict)


def _header(path: Path) -> str:
    """What a clip's file tells of itself, without its sound, as a JSON object; its energies in Base64, since a long
    book has two million of them. Raises OSError or ValueError for none.
    """
    import soundfile

    if not path.is_file():
        raise FileNotFoundError(path)
    try:
        with soundfile.SoundFile(path) as file:
            rate, frames, tag = file.samplerate, file.frames, file.comment
    except soundfile.LibsndfileError as error:
        raise ValueError(str(error)) from error
    facts = json.loads(tag)
    if facts.pop("seal", "") not in ("", _seal(facts)):
        raise ValueError("the particulars are not what was written")
    return _told(facts, rate, frames)


def _told(facts: Mapping[str, Any], rate: int, frames: int) -> str:
    energies = b64encode(np.array(facts["energies"], "<i2").tobytes()).decode()
    return json.dumps({**facts, "energies": energies, "rate": rate, "frames": frames})


def _seal(facts: Mapping[str, Any]) -> str:
    """The SHA-256 of a clip's particulars: FLAC guards the sound, but not the tag. The first clips had none."""
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
