"""What the read-aloud service sent for a text comes in; its sound goes out, or EngineBusy where it is not whole.

A connection that breaks, and a service that leaves a part out, raise nothing in the client: the stream just
ends. So a sound counts only when the service's own account of it (a boundary a sentence: text, place, length)
covers the text that was sent, and the sound covers that account.
"""

import io
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from pipeline.errors import EngineBusy
from pipeline.model import Audio, Sentence

if TYPE_CHECKING:
    from edge_tts.typing import TTSChunk

RATE = 24_000  # Hz
BITS_PER_SECOND = 48_000  # constant bit rate, so bytes tell seconds
FRAME_BYTES = 144  # an MP3 frame at this rate and bit rate: 24 ms
TICKS_PER_SECOND = 10_000_000  # of the service's clock
SLACK_S = 0.1  # a boundary may end this much after the sound
DECODING_SLACK_S = 0.03  # a little more than one MP3 frame
FADED = 0.1  # the end of a whole answer is silence; this share of the clip's level is still taken for it

LATER = (
    "wait a few minutes and build again (what is spoken is kept), or use the embedded voice, which needs no "
    "network: --engine kokoro"
)


@dataclass(frozen=True, slots=True)
class Boundary:
    """A sentence as the service saw it, and when its sound ends and begins, in seconds."""

    text: str
    end: float
    start: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn of the service: the pieces of an MP3 stream (24 kHz, mono, 48 kbit/s) and the sentences in it."""

    pieces: tuple[bytes, ...]
    boundaries: tuple[Boundary, ...]

    @property
    def seconds(self) -> float:
        return sum(map(len, self.pieces)) * 8 / BITS_PER_SECOND


def answer_of(messages: list["TTSChunk"]) -> Answer:
    """The client's messages, sorted into sound and sentences."""
    pieces = tuple(m["data"] for m in messages if m["type"] == "audio")
    boundaries = tuple(
        Boundary(m["text"], (m["offset"] + m["duration"]) / TICKS_PER_SECOND, m["offset"] / TICKS_PER_SECOND)
        for m in messages
        if m["type"] != "audio"
    )
    return Answer(pieces, boundaries)


def whole_sound(text: str, answer: Answer) -> Audio:
    """The sound of an answer to `text`: int16 mono at 24 kHz. Raises EngineBusy when any of it is missing."""
    audio = _decoded(b"".join(answer.pieces))
    finding = (
        _left_out(text, answer)
        or _repeated(answer)
        or _undecoded(answer, audio)
        or _cut_short(answer, audio)
        or _loud_end(audio)
    )
    if finding:
        raise EngineBusy(f"the edge voice's answer is not whole: {finding}", LATER)
    return Audio(audio.samples, audio.rate, _sentences(answer, audio))


def _sentences(answer: Answer, audio: Audio) -> tuple[Sentence, ...]:
    """The boundaries in samples; nothing where the samples contradict them: out of order, or silence for words."""
    told = [
        Sentence(len(letters(boundary.text)), round(boundary.start * RATE), round(boundary.end * RATE))
        for boundary in dict.fromkeys(answer.boundaries)
    ]
    times = [time for sentence in told for time in (sentence.start, sentence.end)]
    energies = audio.samples.astype(np.float64) ** 2
    least = FADED**2 * energies.mean()
    silent = any(
        energies[start:end].mean() < least for start, end in zip(times[::2], times[1::2], strict=True) if start < end
    )
    return () if silent or times != sorted(times) else tuple(told)


def letters(text: str) -> str:
    """What must be said of a text: its letters and digits, without width and case.

    >>> letters("《第３章》 It's 重要！")
    '第3章its重要'
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(c for c in plain if c.isalnum())


def _left_out(text: str, answer: Answer) -> str:
    """The first letter of the text that no boundary has, in reading order.

    >>> _left_out("你好。再见。", Answer((), (Boundary("你好。", 1.0),)))
    "it leaves out '再见'"
    >>> _left_out("你好。再见。", Answer((), (Boundary("你好。", 1.0), Boundary("再见。", 2.0))))
    ''
    """
    said = iter("".join(letters(boundary.text) for boundary in answer.boundaries))
    wanted = letters(text)
    for i, letter in enumerate(wanted):
        if letter not in said:
            return f"it leaves out {wanted[i : i + 12]!r}"
    return ""


def _repeated(answer: Answer) -> str:
    """A piece that came twice; silence may repeat, as each of its frames is like the next.

    >>> hum, silence = bytes(range(144)) + bytes(144), bytes(288)
    >>> _repeated(Answer((hum, hum), ())), _repeated(Answer((hum, silence, silence), ()))
    ('a piece of the sound came twice', '')
    """
    previous = b""
    for piece in answer.pieces:
        if piece == previous and piece[FRAME_BYTES:] != piece[:-FRAME_BYTES]:
            return "a piece of the sound came twice"
        previous = piece
    return ""


def _undecoded(answer: Answer, audio: Audio) -> str:
    """Sound that came and could not be read."""
    if abs(answer.seconds - audio.seconds) > DECODING_SLACK_S:
        return f"{answer.seconds:.2f} s of sound came and {audio.seconds:.2f} s could be read"
    return ""


def _cut_short(answer: Answer, audio: Audio) -> str:
    end = max((boundary.end for boundary in answer.boundaries), default=0.0)
    if audio.seconds < end - SLACK_S:
        return f"it stops at {audio.seconds:.2f} s, its last sentence ends at {end:.2f} s"
    return ""


def _loud_end(audio: Audio) -> str:
    """A sound that breaks off: the service ends every answer with about 0.8 s of silence."""
    energies = audio.samples.astype(np.float64) ** 2
    if energies[-RATE // 50 :].mean() > FADED**2 * energies.mean():
        return f"it breaks off at {audio.seconds:.2f} s"
    return ""


def _decoded(mp3: bytes) -> Audio:
    if not mp3:
        raise EngineBusy("the edge voice sent no sound", LATER)
    sound_type = _audio_segment()
    from pydub.exceptions import CouldntDecodeError

    try:
        # Naming the codec keeps pydub from asking ffprobe, which does not come with the install.
        segment = sound_type.from_file(io.BytesIO(mp3), format="mp3", codec="mp3")
    except (CouldntDecodeError, IndexError) as error:  # IndexError: ffmpeg wrote a header and no sound
        raise EngineBusy("the edge voice sent something that is not MP3 sound", LATER) from error
    segment = segment.set_frame_rate(RATE).set_channels(1).set_sample_width(2)
    samples = np.frombuffer(segment.raw_data, dtype=np.int16)
    if not len(samples):
        raise EngineBusy("the edge voice sent no sound", LATER)
    return Audio(samples, RATE)


@cache
def _audio_segment() -> Any:
    """pydub's sound type, set to the ffmpeg that comes with the install."""
    import imageio_ffmpeg

    # pydub warns at import when PATH holds no ffmpeg, before it can be told of another.
    warnings.filterwarnings("ignore", message="Couldn't find ffmpeg", category=RuntimeWarning)
    from pydub import AudioSegment

    AudioSegment.converter = imageio_ffmpeg.get_ffmpeg_exe()
    return AudioSegment
