"""The embedded voice (Kokoro-82M, int8, offline): text comes in, phonemes are its script, sound goes out."""

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any, ClassVar

import numpy as np

from pipeline.errors import EngineError, UsageError
from pipeline.model import Audio, Syllable
from pipeline.speak.engines.kokoro import model, rewriting
from pipeline.speak.engines.kokoro.device import AUTO, CPU, CUDA, device_for, unfit_for_cuda
from pipeline.speak.engines.kokoro.latin import latin_phonemes
from pipeline.speak.engines.kokoro.phonemes import demand_one_each, demand_syllables, phonemes_of
from pipeline.speak.engines.kokoro.voices import VOICES, style_of

FORMAT = 1  # raise it when the same script would sound otherwise
RATE = 24_000
HEADROOM = 0.7  # peaks of 1.35 were seen; the book's one gain makes up for it
CUDA_WORKERS = 4  # an H200 speaks 40 s a second with one, 107 to 127 with four; a build gains nothing from eight
LONGEST = 508  # phonemes: the model takes 510 tokens, two of them the ends
# The model has symbols for quotation marks, dashes and dots too, but speaks them in Chinese: a recogniser heard 以, 有
# or 于 in place of “, … and — in 12 of 16 sentences, and nothing with these.
MARKS = {
    "，": ",", "、": ",", "。": ".", "！": "!", "？": "?", "；": ";", "：": ":", "…": ",", "—": ",", "～": ",",
    "（": ",", "）": ",", ",": ",", ".": ".", "!": "!", "?": "?", ";": ";", ":": ":", "(": ",", ")": ",", "~": ",",
}  # fmt: skip
UNHEARD = {"wu5": "wu4"}  # the model leaves a toneless u out: 任务 became 任, 队伍 became 队
_LATIN = re.compile(r"[A-Za-z]+(?:'[A-Za-z]+)*")


class Kokoro:
    """The engine; making one is quick, the model is loaded when it first speaks and shared by all of a process."""

    limit = 60
    workers = 2  # on two cores; a graphics processor bears CUDA_WORKERS
    online = False
    default_voice = "zm_yunxi"
    voices = VOICES
    options: ClassVar = {"quality": ("high",), "device": ("auto", "cpu", "cuda")}

    def __init__(
        self,
        voice: str = default_voice,
        rate: int = 0,
        pronounce: Mapping[str, str] | None = None,
        quality: str = "",
        device: str = AUTO,
    ) -> None:
        if voice not in VOICES:
            raise UsageError(f"the kokoro engine has no voice {voice!r}", f"choose one of: {', '.join(VOICES)}")
        for word, readings in (pronounce or {}).items():
            demand_one_each(word, readings)
            demand_syllables(word, readings)
        self._voice = voice
        self._rate = rate
        self._pronounce = dict(pronounce or {})
        self._device = device_for(device)
        self.workers = CUDA_WORKERS if self._device == CUDA else self.workers
        self._form = model.form_for(quality, self._device)

    @staticmethod
    def remedy() -> str:
        """The command that brings what is missing, "" where it can speak."""
        return model.missing()

    @staticmethod
    def faster() -> str:
        """What keeps it from a graphics processor, "" where it uses one."""
        return unfit_for_cuda()

    def identity(self) -> Mapping[str, Any]:
        """The form of the model is part of it: each rounds otherwise. So does a graphics processor."""
        elsewhere = {} if self._device == CPU else {"device": self._device}
        return {
            "engine": "kokoro",
            "format": FORMAT,
            "model": model.SHA256,
            "graph": model.STOCK if self._form == model.STOCK else f"{self._form} {rewriting.VERSION}",
            "voice": self._voice,
            "rate": self._rate,
            **elsewhere,
        }

    def script(self, text: str) -> str:
        """The phonemes of a text: numbers in words, readings after sandhi, words apart."""
        from pipeline.speak.spoken import spoken

        said = spoken(text).text
        return to_phonemes(said, self._pronouncer.syllables(said))

    def speak(self, script: str) -> Audio:
        """The sound of phonemes, 24 kHz, with the model's own silence around it. Raises EngineError."""
        pieces = [self._sound(piece) for piece in pieces_of(script)]
        if not pieces:
            raise EngineError("there is nothing to say in it", "the text has neither characters nor letters")
        samples = np.clip(np.concatenate(pieces) * (HEADROOM * 32767), -32768, 32767)
        return Audio(samples.astype(np.int16), RATE)

    def _sound(self, phonemes: str) -> np.typing.NDArray[np.float32]:
        session = model.session(self._form, self._device)
        return np.asarray(session.run(None, inputs_of(phonemes, self._voice, self._rate))[0], np.float32).ravel()

    @functools.cached_property
    def _pronouncer(self) -> Any:
        from pipeline.speak.pinyin import Pronouncer

        return Pronouncer(self._pronounce)


def inputs_of(phonemes: str, voice: str, rate: int = 0) -> dict[str, np.typing.NDArray[Any]]:
    """What the model takes, by name: at most LONGEST phonemes, said by a voice, so many per cent faster."""
    tokens = [_vocabulary()[symbol] for symbol in phonemes]
    return {
        "tokens": np.array([[0, *tokens, 0]], np.int64),
        "style": style_of(voice)[len(tokens)][None],
        "speed": np.array([1 + rate / 100], np.float32),
    }


def to_phonemes(text: str, syllables: list[Syllable]) -> str:
    """Phonemes of a spoken text and its readings, one syllable a character; words are apart, marks are the voice's.

    Letters that have readings (a person's own) are said by these.
    """
    plain = "".join(_without_accent(character) for character in text).replace("’", "'")
    out: list[str] = []
    position = 0
    while position < len(text):
        latin = _LATIN.match(plain, position)
        if latin and syllables[position].citation is None:
            out.append(f" {latin_phonemes(latin[0])} ")
            position = latin.end()
            continue
        out.append(_one(syllables[position]))
        position += 1
    return _with_few_marks(" ".join("".join(out).split()))


def _with_few_marks(phonemes: str) -> str:
    """Marks close to the word before them, none at the start, and of several in a row those that say more than a comma.

    >>> _with_few_marks(", a , , b ? ! c , . d ,")
    'a, b?! c. d,'
    """
    close = re.sub(r" (?=[,.!?;:])", "", phonemes)
    return re.sub(r",+(?=[,.!?;:])|(?<=[.!?;:]),+", "", close).lstrip(",.!?;: ")


def _without_accent(character: str) -> str:
    """A letter as the word lists have it.

    >>> "".join(_without_accent(character) for character in "café Ａ級Ⅻ")
    'cafe A級Ⅻ'
    """
    plain = unicodedata.normalize("NFKD", character)[0]
    return plain if plain.isascii() and unicodedata.category(character)[0] == "L" else character


def _one(syllable: Syllable) -> str:
    """One character's phonemes. Third-tone sandhi is the model's own affair; that of 一 and 不 is not."""
    if syllable.citation is None or syllable.sounded is None:
        mark = MARKS.get(syllable.character, " ")
        return mark if mark == " " else f"{mark} "
    reading = syllable.sounded if syllable.character in "一不" else syllable.citation
    reading = UNHEARD.get(reading, reading)
    return f" {phonemes_of(reading)}" if syllable.word_start else phonemes_of(reading)


def pieces_of(script: str) -> Iterator[str]:
    """A script in pieces the model takes; cut behind a mark where there is one, else between words."""
    rest = script.strip()
    while len(rest) > LONGEST:
        window = rest[:LONGEST]
        cut = max(window.rfind(mark) for mark in ".!?;,") + 1 or window.rfind(" ") + 1 or LONGEST
        yield window[:cut].strip()
        rest = rest[cut:].strip()
    if rest:
        yield rest


@functools.cache
def _vocabulary() -> dict[str, int]:
    lines = (files(__package__) / "vocabulary.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if not line.startswith("#"))
    return {" " if symbol == "space" else symbol: int(token) for symbol, token in pairs}
