"""The rehearsal voice: lengths to the sample, tones that tell characters apart, silence for marks."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.speak.engines.tone import CHARACTER_S, LEVEL, LOWEST_HZ, OCTAVES, RATE, STEPS, Tone
from pipeline.speak.spoken import spoken
from pipeline.verify.clip import check_clip

STEP = round(CHARACTER_S * RATE)


@given(st.text(max_size=60))
def test_every_character_takes_its_time_exactly(script: str) -> None:
    audio = Tone().speak(script)
    assert len(audio.samples) == len(script) * STEP
    assert audio.seconds == pytest.approx(CHARACTER_S * len(script))
    assert (audio.samples.dtype, audio.rate, audio.samples.ndim) == (np.int16, RATE, 1)


@given(st.text(min_size=1, max_size=20), st.integers(min_value=-50, max_value=100))
def test_a_rate_changes_every_length_alike(script: str, rate: int) -> None:
    length = len(Tone(rate=rate).speak(script).samples)
    assert length == len(script) * round(STEP / (1 + rate / 100))


@settings(deadline=None)
@given(st.text(min_size=1, max_size=20))
def test_letters_sound_and_marks_are_silent(script: str) -> None:
    slots = Tone().speak(script).samples.reshape(-1, STEP)
    assert [bool(slot.any()) for slot in slots] == [character.isalnum() for character in script]
    assert np.abs(slots).max() <= LEVEL


@settings(deadline=None)
@given(st.characters(categories=["Lo", "Ll", "Nd"]))
def test_the_pitch_is_the_characters_own(character: str) -> None:
    samples = Tone().speak(character).samples.astype(np.float64)
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(STEP), 8 * STEP))
    heard = np.argmax(spectrum) * RATE / (8 * STEP)
    assert heard == pytest.approx(LOWEST_HZ * 2 ** (OCTAVES * (ord(character) % STEPS) / STEPS), rel=0.01)


def test_tones_begin_and_end_softly() -> None:
    slots = Tone().speak("山水").samples.reshape(-1, STEP)
    assert np.abs(slots[:, [0, -1]]).max() <= 1
    assert np.abs(np.diff(slots.ravel().astype(int))).max() < LEVEL / 2


def test_the_script_is_what_a_voice_would_say() -> None:
    assert Tone().script("1998年") == spoken("1998年").text == "一九九八年"


def test_the_same_script_gives_the_same_bytes_and_passes_the_check_of_clips() -> None:
    script = "春天来了，山上的花都开了。"
    first, second = (Tone().speak(script) for _ in range(2))
    digests = {hashlib.sha256(audio.samples.tobytes()).hexdigest() for audio in (first, second)}
    assert len(digests) == 1
    assert check_clip(first, script).ok


def test_identity_tells_what_changes_the_sound() -> None:
    assert Tone().identity() == Tone().identity()
    assert Tone().identity() != Tone(rate=5).identity()


def test_another_voice_is_refused() -> None:
    with pytest.raises(UsageError, match="nobody") as raised:
        Tone("nobody")
    assert "sine" in raised.value.remedy
