"""Loudness and true peak as ffmpeg's ebur128 measures them; what trimming and limiting leave."""

import math
import re
import subprocess

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.signal import lfilter

from pipeline import sound
from pipeline.model import Audio, Samples

RATE = 24_000
CEILING = -4.0


def ebur128(audio: Audio) -> tuple[float, float]:
    """Integrated loudness (LUFS) and true peak (dBTP) by ffmpeg."""
    told = told_by_ebur128(audio)
    peak = max(float(value) for value in re.findall(r"r128\.true_peaks_ch0=(\S+)", told))
    return float(re.findall(r"r128\.I=(\S+)", told)[-1]), 20 * math.log10(peak)


def told_by_ebur128(audio: Audio) -> str:
    """All that ffmpeg's meter tells of a sound."""
    import imageio_ffmpeg

    return subprocess.run(
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error"),
            *("-f", "s16le", "-ar", str(audio.rate), "-ac", "1", "-i", "-"),
            *("-af", "ebur128=peak=true:metadata=1,ametadata=print:file=-", "-f", "null", "-"),
        ],
        input=audio.samples.tobytes(),
        capture_output=True,
        timeout=60,
        check=True,
    ).stdout.decode()


def seconds(length: float, rate: int) -> NDArray[np.float64]:
    return np.arange(round(length * rate)) / rate


def sine(frequency: float, rate: int = RATE, level: float = 9000, length: float = 6) -> Audio:
    """A tone with soft ends: a hard start has peaks of its own."""
    times = seconds(length, rate)
    ends = np.minimum(1, 10 * np.minimum(times, times[::-1]))
    return Audio((level * ends * np.sin(2 * np.pi * frequency * times + np.pi / 4)).astype(np.int16), rate)


def murmur(rate: int = RATE, length: float = 8, seed: int = 1) -> Audio:
    """Noise that falls off like a voice, in syllables, with a pause and a soft end."""
    times = seconds(length, rate)
    noise = lfilter([1], [1, -0.95], np.random.default_rng(seed).normal(0, 1, len(times)))
    shape = np.abs(np.sin(2 * np.pi * 2.3 * times)) * np.where(times % 4 < 3, 1, 0) * np.where(times < 6, 1, 0.1)
    return Audio((20_000 * noise * shape / np.abs(noise * shape).max()).astype(np.int16), rate)


def clicks(rate: int = RATE) -> Audio:
    samples = np.zeros(6 * rate, np.int16)
    samples[:: rate // 10] = 20_000
    return Audio(samples, rate)


HUSH = np.random.default_rng(9).integers(-2, 3, 200 * RATE).astype(np.int16)  # below the absolute gate
SOUNDS = {
    **{f"sine of {frequency} Hz": sine(frequency) for frequency in (60, 200, 997, 2999, 5999, 7001, 9600)},
    **{f"murmur at {rate} Hz": murmur(rate) for rate in (16_000, 22_050, 24_000, 44_100, 48_000)},
    "quiet murmur": Audio((murmur().samples // 8).astype(np.int16), RATE),
    "murmur in a long hush": Audio(np.concatenate([HUSH, murmur().samples]), RATE),
    "clicks": clicks(),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_loudness_and_true_peak_are_those_of_ffmpeg(name: str) -> None:
    audio = SOUNDS[name]
    loudness, peak = ebur128(audio)
    assert sound.integrated_loudness(sound.block_energies(audio)) == pytest.approx(loudness, abs=0.1)
    assert sound.true_peak(audio.samples, audio.rate) == pytest.approx(peak, abs=0.2)


@pytest.mark.parametrize("name", ["sine of 997 Hz", "murmur at 22050 Hz", "murmur at 24000 Hz"])
def test_loudness_over_time_is_that_of_ffmpeg(name: str) -> None:
    """ffmpeg tells the level at each window's end. Its filter rings on where sound dies away."""
    audio = SOUNDS[name]
    energies, told = sound.block_energies(audio), told_by_ebur128(audio)
    for letter, levels, window in (("M", sound.momentary(energies), 4), ("S", sound.short_term(energies), 30)):
        theirs = np.array(re.findall(rf"r128\.{letter}=(\S+)", told), float)[window - 1 :]
        off = np.abs(levels - theirs)[theirs > -50]
        assert len(levels) == len(theirs) and len(off) > 30
        assert np.median(off) < 0.05 and np.percentile(off, 90) < 0.3


def test_the_range_of_loudness_is_that_of_tech_3342() -> None:
    """Its first test: 20 s at -20 dBFS, 20 s at -30 dBFS have a range of 10 LU, within 1."""
    audio = np.concatenate([sine(1000, level=level, length=20).samples for level in (3276.8, 1036.2)])
    assert sound.loudness_range(sound.block_energies(Audio(audio, RATE))) == pytest.approx(10, abs=1)


def test_a_sound_shorter_than_a_window_has_one_level() -> None:
    energies = sound.block_energies(sine(997, length=0.5))
    assert len(sound.short_term(energies)) == 1 and len(sound.momentary(energies)) == 2
    assert sound.loudness_range(np.zeros(0, np.float32)) == 0


def test_a_full_scale_sine_has_the_loudness_and_the_peak_that_the_standard_says() -> None:
    """BS.1770-4: 997 Hz at 0 dBFS in one channel is -3.01 LUFS; its true peak is 0 dBTP."""
    audio = sine(997, 48_000, 32_767, length=20)
    assert sound.integrated_loudness(sound.block_energies(audio)) == pytest.approx(-3.01, abs=0.05)
    assert sound.true_peak(audio.samples, audio.rate) == pytest.approx(0, abs=0.05)


def test_a_peak_between_two_samples_is_seen() -> None:
    """A quarter of the rate, 45 degrees off: every sample is 3 dB below the wave that goes through them."""
    audio = sine(RATE / 4, level=16_384)
    assert 20 * math.log10(np.abs(audio.samples.astype(float)).max() / 32_768) < -9
    assert sound.true_peak(audio.samples, audio.rate) == pytest.approx(-6.02, abs=0.1)


def test_silence_has_no_loudness_and_no_peak() -> None:
    silence = Audio(np.zeros(RATE, np.int16), RATE)
    assert sound.integrated_loudness(sound.block_energies(silence)) == -math.inf
    assert sound.true_peak(silence.samples, RATE) == -math.inf
    assert sound.integrated_loudness(sound.block_energies(Audio(silence.samples[:100], RATE))) == -math.inf


def test_a_long_pause_does_not_make_a_book_softer() -> None:
    spoken = murmur()
    with_pause = Audio(np.concatenate([spoken.samples, np.zeros(60 * RATE, np.int16), spoken.samples]), RATE)
    plain = Audio(np.concatenate([spoken.samples, spoken.samples]), RATE)
    first, second = (sound.integrated_loudness(sound.block_energies(audio)) for audio in (with_pause, plain))
    assert first == pytest.approx(second, abs=0.05)


def test_energies_of_parts_are_the_energies_of_the_whole() -> None:
    audio = murmur()
    cut = 2 * RATE + 3 * RATE // 10
    parts = [sound.block_energies(Audio(some, RATE)) for some in (audio.samples[:cut], audio.samples[cut:])]
    np.testing.assert_array_equal(np.concatenate(parts), sound.block_energies(audio))


@given(st.lists(st.floats(min_value=2**-30, max_value=4.0, width=32), max_size=50))
def test_packing_keeps_energies_and_packing_again_changes_nothing(energies: list[float]) -> None:
    once = sound.packed(np.array(energies, np.float32))
    np.testing.assert_allclose(sound.unpacked(once), energies, rtol=1.3e-3)
    np.testing.assert_array_equal(sound.packed(sound.unpacked(once)), once)


levels = st.floats(min_value=-35, max_value=0)
VOWEL = sine(300, length=3).samples[RATE // 2 : -RATE // 2]
lengths = st.integers(min_value=0, max_value=RATE // 2)


@given(lengths, st.integers(min_value=RATE // 4, max_value=2 * RATE), lengths, levels)
def test_trimming_cuts_silence_and_keeps_speech(before: int, speech: int, after: int, level: float) -> None:
    """Nothing that is heard goes, and of silence no more stays than the margins and one frame."""
    said = VOWEL[:speech]
    said = (said * 10 ** (level / 20)).astype(np.int16)
    whole = np.concatenate([np.zeros(before, np.int16), said, np.zeros(after, np.int16)])
    left = sound.trimmed(Audio(whole, RATE))
    assert np.sum(left.samples.astype(np.int64) ** 2) >= 0.9999 * np.sum(said.astype(np.int64) ** 2)
    frame, (front, back) = RATE * sound.FRAME_S, sound.MARGIN_S
    assert len(left.samples) <= len(said) + (front + back) * RATE + 2 * frame
    assert sound.trimmed(left).samples.tobytes() == left.samples.tobytes()


@pytest.mark.parametrize("length", [0, 1, 100, 240, 5000])
def test_trimming_silence_leaves_it(length: int) -> None:
    silence = Audio(np.zeros(length, np.int16), RATE)
    assert len(sound.trimmed(silence).samples) == length


def test_trimming_keeps_a_soft_onset_and_a_long_decay() -> None:
    """A breath 40 dB below the vowel is speech; room noise at -66 dBFS is not."""
    noise = np.random.default_rng(3).normal(0, 1, 3 * RATE)
    shape = np.interp(seconds(3, RATE), [0, 1, 1.05, 1.1, 2.0, 2.2, 3], [16, 16, 160, 9000, 9000, 16, 16])
    left = sound.trimmed(Audio((noise * shape).astype(np.int16), RATE))
    start = 1.0 - sound.MARGIN_S[0]
    assert 3 - 0.8 + sound.MARGIN_S[1] - start == pytest.approx(left.seconds, abs=0.06)


signals = st.tuples(
    st.integers(min_value=0, max_value=2**32 - 1),
    st.integers(min_value=0, max_value=9000),
    st.sampled_from(["noise", "square", "bursts", "tone", "extremes"]),
    st.floats(min_value=-20, max_value=24),
)


def random_signal(seed: int, length: int, kind: str) -> Samples:
    rng = np.random.default_rng(seed)
    signal = {
        "noise": rng.normal(0, 0.3, length),
        "square": np.sign(np.sin(np.arange(length) * rng.uniform(0.01, 3))),
        "bursts": rng.normal(0, 0.5, length) * (np.arange(length) % 1000 < 60),
        "tone": np.sin(np.arange(length) * rng.uniform(0.01, 3)),
        "extremes": rng.choice([-1.0, 1.0], length),
    }[kind]
    return np.clip(signal * 32_767, -32_768, 32_767).astype(np.int16)


@settings(max_examples=400, deadline=None)
@given(signals)
def test_the_limiter_never_lets_the_ceiling_be_passed(signal: tuple[int, int, str, float]) -> None:
    seed, length, kind, gain_db = signal
    samples = random_signal(seed, length, kind)
    left = sound.limited(samples, RATE, 10 ** (gain_db / 20), CEILING)
    assert len(left) == length
    assert sound.true_peak(left, RATE) <= CEILING + 0.05


@settings(max_examples=60, deadline=None)
@given(signals)
def test_the_limiter_leaves_quiet_sound_alone(signal: tuple[int, int, str, float]) -> None:
    """Below the ceiling the samples are the input times the gain, to the last bit."""
    seed, length, kind, gain_db = signal
    samples = (random_signal(seed, length, kind) * 0.2).astype(np.int16)
    gain = 10 ** (min(gain_db, 3) / 20)
    left = sound.limited(samples, RATE, gain, CEILING)
    wanted = samples.astype(np.float64) * gain
    assert np.abs(left - wanted).max(initial=0) <= 1
    if gain_db == 0:
        np.testing.assert_array_equal(left, samples)


def test_the_limiter_turns_down_smoothly_and_only_around_the_peak() -> None:
    samples = sine(440, level=3000, length=2).samples.copy()
    samples[RATE : RATE + 240] = sine(440, level=30_000, length=2).samples[RATE : RATE + 240]
    left = sound.limited(samples, RATE, 1.0, CEILING)
    away = np.abs(np.arange(len(samples)) - RATE - 120) > 0.03 * RATE
    np.testing.assert_array_equal(left[away], samples[away])
    heard = np.abs(samples) > 1500
    gains = (left / np.where(heard, samples, 1))[RATE - 700 : RATE + 900][heard[RATE - 700 : RATE + 900]]
    assert gains.min() < 0.75
    assert np.abs(np.diff(gains)).max() < 0.03
