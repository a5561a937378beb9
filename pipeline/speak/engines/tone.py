"""A script comes in; a tone a character goes out, at once: the voice for rehearsals, and for measuring the rest."""

import functools
import math
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from pipeline.errors import UsageError
from pipeline.model import Audio, Samples

RATE = 24_000
CHARACTER_S = 0.2
FADE_S = 0.01
LEVEL = 9000
LOWEST_HZ, OCTAVES, STEPS = 220, 2, 997  # so fine that two texts hardly ever sound the same
SOUNDS = {"sine": (LOWEST_HZ, LEVEL), "high": (2 * LOWEST_HZ, LEVEL // 3), "low": (LOWEST_HZ // 2, LEVEL)}


class Tone:
    """The rehearsal voice: what is a letter or a character sounds for 0.2 s, everything else is as long a silence."""

    limit = 60
    workers = 2
    online = False
    default_voice = "sine"
    voices: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "sine": {"language": "any", "gender": "none", "style": "a tone a character, for rehearsals"},
        "high": {"language": "any", "gender": "female", "style": "an octave higher, and softer: a second voice"},
        "low": {"language": "any", "gender": "male", "style": "an octave lower: a third voice"},
    }

    def __init__(self, voice: str = "sine", rate: int = 0, pronounce: Mapping[str, str] | None = None) -> None:
        if voice not in self.voices:
            raise UsageError(f"the tone engine has no voice {voice!r}", f"choose one of: {', '.join(self.voices)}")
        self._rate = rate
        self._voice = voice
        self._length = round(RATE * CHARACTER_S / (1 + rate / 100))

    @staticmethod
    def remedy() -> str:
        """What is missing for it to speak here: nothing ever."""
        return ""

    def identity(self) -> Mapping[str, Any]:
        own = {} if self._voice == self.default_voice else {"voice": self._voice}
        return {"engine": "tone", "format": 2, "rate": self._rate, **own}

    def script(self, text: str) -> str:
        """The text as it is said: numbers in words, so that durations are like a voice's."""
        from pipeline.speak.spoken import spoken

        return spoken(text).text

    def speak(self, script: str) -> Audio:
        """One tone a character, of exact length."""
        tones = [_tone(ord(c) % STEPS if c.isalnum() else -1, self._length, SOUNDS[self._voice]) for c in script]
        return Audio(np.concatenate(tones) if tones else np.zeros(0, np.int16), RATE)


@functools.cache
def _tone(step: int, length: int, sound: tuple[int, int]) -> Samples:
    if step < 0:
        return np.zeros(length, np.int16)
    lowest_hz, level = sound
    wave = np.sin(2 * math.pi * lowest_hz * 2 ** (OCTAVES * step / STEPS) * np.arange(length) / RATE)
    fade = np.minimum(1, np.minimum(np.arange(length), np.arange(length)[::-1]) / (FADE_S * RATE))
    return np.asarray(level * wave * fade, np.int16)
