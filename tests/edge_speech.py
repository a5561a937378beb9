"""A text comes in; what the local read-aloud service says for it goes out: samples, MP3, and where its sentences are.

A syllable of 0.18 s for each letter, at a pitch that depends on the letter, silence for each mark, and 0.8 s of
silence at the end, so a test can tell from the samples what was said and whether it is all.
"""

import io
import re
from dataclasses import dataclass
from functools import lru_cache

import av
import numpy as np
from numpy.typing import NDArray

RATE = 24_000
SYLLABLE_S, MARK_S, LEAD_S, TAIL_S = 0.18, 0.2, 0.1, 0.8
ENCODER_DELAY_S = 1105 / RATE  # of libmp3lame, as ffmpeg decodes it
BYTES_PER_SECOND = 48_000 // 8


@dataclass(frozen=True)
class Sentence:
    """A sentence of a request: its text and its place in the sound, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """What the service would say: samples, the same as MP3, and the sentences."""

    samples: NDArray[np.int16]
    mp3: bytes
    sentences: tuple[Sentence, ...]


@lru_cache(maxsize=256)
def speech(text: str, rate: int = 0) -> Speech:
    """The sound of a text, `rate` per cent faster or slower."""
    parts: list[NDArray[np.float64]] = [np.zeros(int(LEAD_S * RATE))]
    sentences: list[Sentence] = []
    for sentence in _sentences(text):
        start = sum(map(len, parts)) / RATE
        parts += [_symbol(c, rate) for c in sentence]
        marks = len(sentence) - len(sentence.rstrip("。！？!?\n"))
        end = sum(len(part) for part in parts[: len(parts) - marks]) / RATE
        sentences.append(Sentence(sentence.strip(), start + ENCODER_DELAY_S, end + ENCODER_DELAY_S))
    samples = np.concatenate([*parts, np.zeros(int(TAIL_S * RATE))]).astype(np.int16)
    return Speech(samples, _mp3(samples), tuple(sentences))


def _sentences(text: str) -> list[str]:
    return re.findall(r"[^。！？!?\n]+[。！？!?\n]*", text)


def without_middle(text: str) -> str:
    sentences = _sentences(text)
    del sentences[len(sentences) // 2]
    return "".join(sentences)


@lru_cache(maxsize=4096)
def _symbol(symbol: str, rate: int) -> NDArray[np.float64]:
    if not symbol.isalnum():
        return np.zeros(int(MARK_S * RATE))
    times = np.arange(int(SYLLABLE_S * RATE / (1 + rate / 100))) / RATE
    pitch = 120 + ord(symbol) % 97 * 2
    voice = sum(np.sin(2 * np.pi * pitch * k * times) / k for k in range(1, 8))
    return np.asarray(5000 * voice * np.sin(np.linspace(0, np.pi, len(times))) ** 0.5)


def _mp3(samples: NDArray[np.int16]) -> bytes:
    """MP3 at a constant 48 kbit/s, 24 kHz, mono, frames only, as the service sends it."""
    stream = io.BytesIO()
    bare = {"write_xing": "0", "id3v2_version": "0"}
    with av.open(stream, "w", format="mp3", options=bare) as container:
        track = container.add_stream("libmp3lame", rate=RATE, layout="mono")
        track.bit_rate = 8 * BYTES_PER_SECOND
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(track.codec_context.format, "mono", RATE, frame_size=576)
        for block in [*resampler.resample(frame), *resampler.resample(None), None]:
            container.mux(track.encode(block))
    return stream.getvalue()
