"""The bytes that a voice server sent for a text come in; their sound goes out, or EngineBusy where it is not whole.

HTTP tells when an answer broke off on its way. A server that broke off by itself is told by the file (its header
promises more than there is), by a sound too short for its text, and by one that ends in the middle of a syllable;
what ends in a silence between two sentences only the check of each clip can tell, by the pace of its voice.
"""

import tempfile
from pathlib import Path

import numpy as np

from pipeline import codec
from pipeline.errors import EngineBusy, InputError
from pipeline.model import Audio
from pipeline.sound import resampled
from pipeline.speak.engines.homophones import is_hanzi
from pipeline.speak.engines.openai_failure import LATER

RATE = 24_000  # Hz, of every clip, so that voices can share a book
UNKNOWN_BYTES = (0, 0x7FFFFFFF, 0xFFFFFFFF)  # what a server that streams writes for a length that it does not know yet
SLACK_S = 0.1
LEAST_S = 0.06  # a Chinese syllable at plain speed; quick speech has 0.15
LOUD_END = 0.5  # of the mean energy: speech fades before it ends


def whole_sound(body: bytes, text: str, speed: float) -> Audio:
    """The sound of an answer to `text`: int16 mono at 24 kHz. Raises EngineBusy when any of it is missing."""
    if not body:
        raise EngineBusy("the voice server sent no sound", LATER)
    audio, promised_s = _decoded(body)
    finding = _cut_short(audio, promised_s) or _too_short(audio, text, speed) or _loud_end(audio)
    if finding:
        raise EngineBusy(f"the voice server's answer is not whole: {finding}", LATER)
    return resampled(audio, RATE)


def _decoded(body: bytes) -> tuple[Audio, float]:
    """The sound, and how many seconds of it the file itself promises; 0 where it does not say."""
    with tempfile.TemporaryDirectory(prefix="audiobook-") as folder:
        path = Path(folder) / "answer"
        path.write_bytes(body)
        try:
            audio = codec.decode(path)
            told = body.startswith(b"fLaC") or b"Xing" in body[:4096] or b"Info" in body[:4096]
            promised_s = codec.probe(path).duration_ms / 1000 if told else 0.0
        except InputError as error:
            raise EngineBusy("the voice server sent something that is not whole sound", LATER) from error
    return audio, _wav_promise(body, len(body), audio.seconds) or promised_s


def _wav_promise(body: bytes, size: int, seconds: float) -> float:
    """The length that a WAV file's header promises; its bytes that are there make up `seconds`.

    >>> _wav_promise(b"RIFF....WAVEdata" + (96000).to_bytes(4, "little") + bytes(48000), 48020, 1.0)
    2.0
    """
    place = body.find(b"data", 12, 4096)
    if not body.startswith(b"RIFF") or place < 0:
        return 0.0
    promised = int.from_bytes(body[place + 4 : place + 8], "little")
    there = size - place - 8
    return 0.0 if promised in UNKNOWN_BYTES or there <= 0 else seconds * max(1.0, promised / there)


def _cut_short(audio: Audio, promised_s: float) -> str:
    if audio.seconds < promised_s - SLACK_S:
        return f"it stops at {audio.seconds:.2f} s of {promised_s:.2f} s"
    return ""


def _too_short(audio: Audio, text: str, speed: float) -> str:
    """Fewer seconds than the quickest speaker needs.

    >>> _too_short(Audio(np.ones(24000, np.int16), 24000), "二十个字" * 5, 1.0)
    '20 characters in 1.00 s'
    """
    syllables = sum(is_hanzi(character) for character in text)
    if audio.seconds < LEAST_S * syllables / speed:
        return f"{syllables} characters in {audio.seconds:.2f} s"
    return ""


def _loud_end(audio: Audio) -> str:
    energies = audio.samples.astype(np.float64) ** 2
    if energies[-audio.rate // 50 :].mean() > LOUD_END * energies.mean() > 0:
        return f"it breaks off at {audio.seconds:.2f} s"
    return ""
