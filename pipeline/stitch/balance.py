"""The clips of a book with several voices come in; the same, each voice as loud as the narrator's, go out.

Voices of one engine differ (the embedded ones by 6.8 LU; each by 0.4 at most from sentence to sentence), and one gain
for the whole book leaves it so. Each voice gets one constant gain; it stays from build to build while it does its
work, so that a changed sentence changes no other chapter.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline import sound
from pipeline.model import Clip, Manifest, Section
from pipeline.stow import Stowed

ALIKE_LU = 1.0  # what is heard as equally loud: no voice is changed for less
Spoken = tuple[Section, Sequence[Clip]]


def balanced(
    spoken: Iterable[Spoken], cast: Mapping[str, str], previous: Manifest | None
) -> tuple[Iterable[Spoken], Mapping[str, float]]:
    """The sections with their clips' trims, and the dB of each voice.

    Where there is no cast nothing is waited for: the sections come as they are spoken.
    """
    if not cast:
        return spoken, {}
    sections = [(section, Stowed(clips)) for section, clips in spoken]
    balance = balance_of(sections, previous.balance if previous else {})
    trimmed = ((section, [_trimmed(clip, balance) for clip in clips]) for section, clips in sections)
    return trimmed, balance


def balance_of(spoken: Sequence[Spoken], previous: Mapping[str, float]) -> dict[str, float]:
    """dB for each voice that differs from the narrator's (or, without one, from the most heard) by more than a little.

    `previous` is the last build's balance.
    """
    levels = {voice: sound.integrated_loudness(np.concatenate(found)) for voice, found in _by_voice(spoken).items()}
    heard = {voice: level for voice, level in levels.items() if math.isfinite(level)}
    aim = heard.get("", next(iter(heard.values()), 0.0))
    found = {}
    for voice, level in heard.items():
        trim = previous.get(voice, 0.0)
        trim = trim if abs(aim - level - trim) <= ALIKE_LU else round(aim - level, 1)
        if voice and trim:
            found[voice] = trim
    return found


def voice_of(clip: Clip) -> str:
    """Whose voice a clip is in: "" for the narrator's."""
    if clip.speaker:
        return clip.speaker.voice
    return clip.chunk.role.voice if clip.chunk.role else ""


def _by_voice(spoken: Sequence[Spoken]) -> dict[str, list[NDArray[np.float32]]]:
    """The energies of each voice's clips, the most heard voice first."""
    found: dict[str, list[NDArray[np.float32]]] = {}
    for clip in _clips(spoken):
        found.setdefault(voice_of(clip), []).append(sound.unpacked(clip.energies))
    return dict(sorted(found.items(), key=lambda item: -sum(map(len, item[1]))))


def _clips(spoken: Sequence[Spoken]) -> Iterator[Clip]:
    return (clip for _, clips in spoken for clip in clips)


def _trimmed(clip: Clip, balance: Mapping[str, float]) -> Clip:
    change = balance.get(voice_of(clip), 0.0)
    if not change:
        return clip
    hundredths = np.int16(round(100 * change))  # as `sound.packed` has them
    return replace(clip, trim=10 ** (change / 20), energies=clip.energies + hundredths)
