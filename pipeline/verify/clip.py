"""A sound and the script it was made from come in; a verdict goes out, before the sound may enter the cache."""

import numpy as np

from pipeline.model import Audio, Verdict

SHORTEST_S = 0.05
SECONDS_PER_SYMBOL = (0.004, 2.0)  # of script; phonemes are about 0.05 s each, Chinese characters 0.15 to 0.35 s
CLIPPED = 32767
CLIPPED_RUN = 4  # samples in a row at full scale: what is cut off, not a peak that just touches
SILENT_DBFS = -60.0
LONGEST_INNER_SILENCE_S = 2.5


def check_clip(audio: Audio, script: str) -> Verdict:
    """Whether a clip can be what its script asks for: length, level, clipping, holes.

    >>> check_clip(Audio(np.zeros(24000, np.int16), 24000), "nihao").findings
    ('it is silent',)
    """
    findings = [finding for finding in (_length(audio, script), _level(audio)) if finding]
    if not findings:
        findings = [finding for finding in (_clipping(audio), _hole(audio)) if finding]
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
    block = audio.rate // 50
    blocks = audio.samples[: len(audio.samples) // block * block].reshape(-1, block).astype(np.float32)
    quiet = np.sqrt((blocks**2).mean(axis=1)) < 32768 * 10 ** (SILENT_DBFS / 20)
    loud = np.flatnonzero(~quiet)
    longest = int(np.diff(loud).max(initial=0)) * block / audio.rate
    return f"a silence of {longest:.1f} s inside" if longest > LONGEST_INNER_SILENCE_S else ""
