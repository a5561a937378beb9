"""A sound and the script it was made from come in; a verdict goes out, before the sound may enter the cache."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Audio, Verdict
from pipeline.stow import Filed
from pipeline.verify.pace import Paces, voice_key

SHORTEST_S = 0.05
SECONDS_PER_SYMBOL = (0.004, 2.0)  # of script; phonemes are about 0.05 s each, Chinese characters 0.15 to 0.35 s
CLIPPED = 32767
CLIPPED_RUN = 4  # samples in a row at full scale: what is cut off, not a peak that just touches
SILENT_DBFS = -60.0
LONGEST_INNER_SILENCE_S = 2.5
BLOCK_S = 0.02
STRAY_S, STRAY_GAP_S = 0.08, 0.4  # a sound so short, so far from all the rest, at either end is no speech
TELLING = 6  # letters from which on two scripts cannot sound alike


class Inspector:
    """Looks at every new clip; it learns each voice's pace, and remembers the sounds of this run."""

    def __init__(self, paces: Path) -> None:
        self._paces = Paces(paces)
        self._letters: Filed[str] = Filed()  # digest of a sound -> the letters of its script
        self._lock = Lock()

    def check(self, audio: Audio, script: str, identity: Mapping[str, Any]) -> Verdict:
        """Whether a clip can be what its script asks for, as far as can be told without listening."""
        verdict = check_clip(audio, script)
        voice = voice_key(identity)
        findings = [finding for finding in (self._pace(audio, script, voice), self._twin(audio, script)) if finding]
        if verdict.ok and not findings:
            self._paces.learn(voice, len(script), audio.seconds)
            return verdict
        return Verdict(False, (*verdict.findings, *findings))

    def close(self) -> None:
        """Keep what was learnt for the next run; the sounds of this one are forgotten."""
        self._paces.keep()
        self._letters = Filed()

    def _pace(self, audio: Audio, script: str, voice: str) -> str:
        band = self._paces.expected(voice, len(script))
        if band is None or band[0] <= audio.seconds <= band[1]:
            return ""
        return f"it lasts {audio.seconds:.1f} s, where this voice takes {max(0, band[0]):.1f} to {band[1]:.1f} s"

    def _twin(self, audio: Audio, script: str) -> str:
        """The very sound of another text: an answer that was mixed up."""
        letters = "".join(character for character in script if character.isalnum())
        if len(letters) < TELLING:
            return ""
        digest = hashlib.sha256(audio.samples.tobytes()).hexdigest()
        with self._lock:
            other = self._letters.get(digest)
            if other is None:
                self._letters.put(digest, letters)
        return "" if other in (None, letters) else f"it is the sound of another text: {other[:20]}"


def check_clip(audio: Audio, script: str) -> Verdict:
    """Length, level, clipping, holes, stray sounds at the ends: what one clip alone can tell.

    >>> check_clip(Audio(np.zeros(24000, np.int16), 24000), "nihao").findings
    ('it is silent',)
    """
    findings = [finding for finding in (_length(audio, script), _level(audio)) if finding]
    if not findings:
        findings = [finding for finding in (_clipping(audio), _hole(audio), _stray(audio)) if finding]
    return Verdict(not findings, tuple(findings))


def _length(audio: Audio, script: str) -> str:
    shortest = max(SHORTEST_S, SECONDS_PER_SYMBOL[0] * len(script))
    longest = 2.0 + SECONDS_PER_SYMBOL[1] * len(script)
    if not shortest <= audio.seconds <= longest:
        return f"{audio.seconds:.2f} s for a script of {len(script)} symbols"
    return ""


def _level(audio: Audio) -> str:
    loudest = int(np.abs(audio.samples.astype(np.int32)).max(initial=0))
    return "it is silent" if loudest < 32768 * 10 ** (SILENT_DBFS / 20) else ""


def _clipping(audio: Audio) -> str:
    full = np.abs(audio.samples.astype(np.int32)) >= CLIPPED
    if not full.any():
        return ""
    runs = np.convolve(full, np.ones(CLIPPED_RUN), "valid")
    return "it is clipped" if (runs >= CLIPPED_RUN).any() else ""


def _hole(audio: Audio) -> str:
    """A silence inside, longer than any mark asks for."""
    longest = float(np.diff(np.flatnonzero(_loud(audio))).max(initial=0)) * BLOCK_S
    return f"a silence of {longest:.1f} s inside" if longest > LONGEST_INNER_SILENCE_S else ""


def _stray(audio: Audio) -> str:
    """A click or a scrap of another sound before or behind the speech."""
    places = np.flatnonzero(_loud(audio))
    cuts = np.flatnonzero(np.diff(places) * BLOCK_S > STRAY_GAP_S)
    if not len(cuts):
        return ""
    head, tail = (cuts[0] + 1) * BLOCK_S, (len(places) - 1 - cuts[-1]) * BLOCK_S
    where = "before" if head < STRAY_S else "behind" if tail < STRAY_S else ""
    return f"a stray sound {where} the speech" if where else ""


def _loud(audio: Audio) -> NDArray[np.bool_]:
    """For each 20 ms whether there is sound."""
    block = round(audio.rate * BLOCK_S)
    blocks = audio.samples[: len(audio.samples) // block * block].reshape(-1, block).astype(np.float32)
    return np.asarray(np.sqrt((blocks**2).mean(axis=1)) >= 32768 * 10 ** (SILENT_DBFS / 20))
