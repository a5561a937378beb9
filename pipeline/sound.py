"""Samples come in; loudness, true peak, trimmed and limited samples go out. NumPy and SciPy only.

Loudness is ITU-R BS.1770-4: K-weighting, 400 ms blocks at 75 % overlap, gates at -70 LUFS and 10 LU below the mean.
The weighting is applied in the frequency domain to 100 ms blocks, so that energies can be kept with each clip and the
loudness of a book needs no second look at its sound.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Audio, Samples, Sentence

Floats = NDArray[np.float32]
FULL_SCALE = 32768.0
OFFSET_LUFS = -0.691
ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
SLICE = 100_000  # blocks that are looked at together
LANES = 16  # blocks that a processor transforms at once, at most
RANGE_GATE_LU = -20.0
MOMENTARY, SHORT_TERM = 4, 30  # blocks of 100 ms
OVERSAMPLING = 4
TAPS = 12
OVERSHOOT = 2  # between samples the filter shows at most 1.92 times what the samples do
STRETCH = 256  # samples that are looked at together for the peak, far more than TAPS
LOOK_AHEAD_S = 0.005
FRAME_S = 0.01
QUIET_DBFS = -52.0
MARGIN_S = (0.03, 0.08)  # kept in front of and behind what is heard


def block_energies(audio: Audio) -> Floats:
    """K-weighted mean squares, one each whole 100 ms: shape (seconds * 10,)."""
    from scipy.fft import rfft  # a fifth of the time that numpy's takes

    size = audio.rate // 10
    count = len(audio.samples) // size
    if not count:
        return np.zeros(0, np.float32)
    blocks = np.zeros((-(-count // LANES) * LANES, size), np.float32)  # in full lanes every block is worked out alike
    np.divide(audio.samples[: count * size].reshape(count, size), np.float32(FULL_SCALE), out=blocks[:count])
    spectrum = rfft(blocks, axis=1, overwrite_x=True)
    energies = (spectrum.real**2 + spectrum.imag**2) @ _k_weights(audio.rate, size)
    return np.asarray(energies[:count], np.float32)


def resampled(audio: Audio, rate: int) -> Audio:
    """The same sound at another rate, by a polyphase filter."""
    from scipy.signal import resample_poly

    if audio.rate == rate:
        return audio
    common = math.gcd(rate, audio.rate)
    samples = resample_poly(audio.samples.astype(np.float64), rate // common, audio.rate // common)
    return Audio(np.clip(np.round(samples), -32768, 32767).astype(np.int16), rate)


def packed(energies: Floats) -> NDArray[np.int16]:
    """Energies as whole hundredths of a decibel, short enough to keep with a clip.

    >>> unpacked(packed(np.array([0.5, 0.0], np.float32))).round(3).tolist()
    [0.5, 0.0]
    """
    return np.round(1000 * np.log10(np.maximum(energies, 1e-10))).astype(np.int16)


def unpacked(hundredths: Sequence[int] | NDArray[np.int16]) -> Floats:
    """The energies again, within 0.12 %."""
    return np.asarray(10.0 ** (np.asarray(hundredths, np.float64) / 1000), np.float32)


def integrated_loudness(energies: NDArray[np.floating]) -> float:
    """LUFS of consecutive 100 ms energies; -inf where nothing passes the gate."""
    if len(energies) < 4:
        return -math.inf
    audible = _mean_above(energies, ABSOLUTE_GATE_LUFS)
    if not audible:
        return -math.inf
    gate = OFFSET_LUFS + 10 * math.log10(audible) + RELATIVE_GATE_LU
    return OFFSET_LUFS + 10 * math.log10(_mean_above(energies, max(gate, ABSOLUTE_GATE_LUFS)))


def _mean_above(energies: NDArray[np.floating], gate: float) -> float:
    """The mean energy of the 400 ms blocks that are louder than the gate (LUFS), 0 where none is; slice by slice."""
    total, count = 0.0, 0
    for start in range(0, len(energies) - 3, SLICE):
        part = energies[start : start + SLICE + 3]
        blocks = (part[:-3] + part[1:-2] + part[2:-1] + part[3:]) / 4
        loud = blocks[OFFSET_LUFS + 10 * np.log10(np.maximum(blocks, 1e-12)) > gate]
        total, count = total + float(loud.sum(dtype=np.float64)), count + len(loud)
    return total / count if count else 0.0


def momentary(energies: NDArray[np.floating]) -> Floats:
    """LUFS of the 400 ms from each 100 ms on (EBU Tech 3341)."""
    return _levels(energies, MOMENTARY)


def short_term(energies: NDArray[np.floating]) -> Floats:
    """LUFS of the 3 s from each 100 ms on (EBU Tech 3341)."""
    return _levels(energies, SHORT_TERM)


def loudness_range(energies: NDArray[np.floating]) -> float:
    """LU between the short-term loudness that 10 % stay below and that 95 % do, of what is heard (EBU Tech 3342)."""
    levels = short_term(energies)
    audible = levels[levels > ABSOLUTE_GATE_LUFS]
    if not len(audible):
        return 0.0
    mean = 10 * math.log10(float((10 ** (audible.astype(np.float64) / 10)).mean()))
    low, high = np.percentile(audible[audible > mean + RANGE_GATE_LU], (10, 95))
    return float(high - low)


def _levels(energies: NDArray[np.floating], blocks: int) -> Floats:
    """LUFS of each `blocks` energies in a row, silence as -120; of all of them where there are fewer."""
    blocks = max(1, min(blocks, len(energies)))
    sums = np.cumsum(np.concatenate([[0.0], energies.astype(np.float64)]))
    means = (sums[blocks:] - sums[:-blocks]) / blocks
    return np.asarray(OFFSET_LUFS + 10 * np.log10(np.maximum(means, 1e-12)), np.float32)


def true_peak(samples: Samples, rate: int) -> float:
    """dBTP by fourfold oversampling (BS.1770-4, annex 2); -inf for silence."""
    signal = samples.astype(np.float32) / np.float32(FULL_SCALE)
    peak = float(_peaks_above(signal, np.abs(signal).max(initial=0.0)).max(initial=0.0))
    return 20 * math.log10(peak) if peak > 0 else -math.inf


def trimmed(audio: Audio) -> Audio:
    """Without the silence at both ends, but for a margin that keeps soft onsets and decays."""
    frame = int(audio.rate * FRAME_S)
    count = len(audio.samples) // frame
    frames = audio.samples[: count * frame].reshape(count, frame).astype(np.float32)
    levels = np.sqrt((frames**2).mean(axis=1)) / FULL_SCALE
    heard = np.flatnonzero(levels > 10 ** (QUIET_DBFS / 20))
    if not len(heard):
        return audio
    start = max(0, int(heard[0]) * frame - int(MARGIN_S[0] * audio.rate))
    end = min(len(audio.samples), (int(heard[-1]) + 1) * frame + int(MARGIN_S[1] * audio.rate))
    return Audio(audio.samples[start:end], audio.rate, moved(audio.sentences, -start, end - start))


def moved(sentences: Iterable[Sentence], by: int, length: int) -> tuple[Sentence, ...]:
    """The sentences later by so many samples, in a sound of `length` samples.

    >>> moved([Sentence(2, 100, 900)], -200, 600)
    (Sentence(letters=2, start=0, end=600),)
    """
    return tuple(
        Sentence(sentence.letters, *(min(max(0, at + by), length) for at in (sentence.start, sentence.end)))
        for sentence in sentences
    )


def joined(sounds: Sequence[Audio], joint_s: float = 0.0) -> Audio:
    """The sounds one after the other, with a silence between them."""
    rate = sounds[0].rate
    joint = np.zeros(round(joint_s * rate), np.int16)
    parts = [part for audio in sounds for part in (joint, audio.samples)][1:]
    starts = accumulate((len(audio.samples) + len(joint) for audio in sounds), initial=0)
    samples = np.concatenate(parts)
    placed = (moved(audio.sentences, start, len(samples)) for audio, start in zip(sounds, starts, strict=False))
    return Audio(samples, rate, tuple(chain.from_iterable(placed)))


def limited(samples: Samples, rate: int, gain: float, ceiling_db: float) -> Samples:
    """The samples times `gain`, with what would pass the true-peak ceiling turned down smoothly, 5 ms ahead."""
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    loud = samples.astype(np.float32) * np.float32(gain / FULL_SCALE)
    ceiling = 10 ** (ceiling_db / 20)
    peaks = _peaks_above(loud, ceiling)
    if peaks.max(initial=0.0) > ceiling:
        reach = int(rate * LOOK_AHEAD_S) | 1
        wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
        smooth = uniform_filter1d(minimum_filter1d(wanted, 2 * reach + 1), reach)
        loud *= uniform_filter1d(smooth, reach)
    return np.asarray(np.clip(np.rint(loud * (FULL_SCALE - 1)), -FULL_SCALE, FULL_SCALE - 1), np.int16)


def _peaks_above(signal: Floats, floor: float) -> Floats:
    """As _peaks, but 0 where no peak can be higher than `floor`.

    Between samples the signal is at most OVERSHOOT times as high as they are, so only stretches that reach that part
    of the floor are looked at, each with its neighbours: where these are put together nothing is that high.
    """
    if not len(signal):
        return signal
    heights = np.maximum.reduceat(np.abs(signal), np.arange(0, len(signal), STRETCH))
    high = np.pad(heights * OVERSHOOT >= floor, 1)
    near = np.repeat(high[:-2] | high[1:-1] | high[2:], STRETCH)[: len(signal)]
    found = np.zeros_like(signal)
    found[near] = _peaks(signal[near])
    return found


def _peaks(signal: Floats) -> Floats:
    """The highest magnitude at each sample and up to the next, as a reconstruction filter shows it."""
    if not len(signal):
        return signal
    reach = TAPS // 2
    between = (np.abs(np.convolve(signal, phase)[reach : reach + len(signal)]) for phase in _phases())
    return functools.reduce(np.maximum, between, np.abs(signal))


@functools.cache
def _phases() -> tuple[Floats, ...]:
    """The filters that give the signal 1/4, 1/2 and 3/4 of a sample further on: a windowed sinc, 12 taps each.

    As BS.1770-4, annex 2: 48 taps in four phases, the first of which is the signal itself.
    """
    reach = TAPS // 2
    phases = []
    for quarter in range(1, OVERSAMPLING):
        places = np.arange(-reach, reach + 1) - quarter / OVERSAMPLING
        window = np.where(np.abs(places) < reach + 0.5, np.cos(np.pi * places / (2 * reach + 1)) ** 2, 0)
        taps = np.sinc(places) * window
        phases.append((taps / taps.sum()).astype(np.float32)[::-1])
    return tuple(phases)


@functools.cache
def _k_weights(rate: int, size: int) -> Floats:
    """What each bin of a `size`-point real spectrum adds to the K-weighted mean square."""
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size, 1 / rate) / rate)
    power = np.abs(_shelf(rate, z) * _high_pass(rate, z)) ** 2 * 2
    power[0] /= 2
    if size % 2 == 0:
        power[-1] /= 2
    return (power / size**2).astype(np.float32)


def _shelf(rate: int, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Stage 1 of the K-weighting: the head's high shelf, from its analogue prototype at any rate."""
    gain, quality, k = 3.999843853973347, 0.7071752369554196, math.tan(math.pi * 1681.974450955533 / rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    a0 = 1 + k / quality + k * k
    above = high + band * k / quality + k * k + 2 * (k * k - high) * z + (high - band * k / quality + k * k) * z * z
    below = a0 + 2 * (k * k - 1) * z + (1 - k / quality + k * k) * z * z
    return np.asarray(above / below, np.complex128)


def _high_pass(rate: int, z: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Stage 2: the revised low-frequency B curve."""
    quality, k = 0.5003270373238773, math.tan(math.pi * 38.13547087602444 / rate)
    a0 = 1 + k / quality + k * k
    below = 1 + 2 * (k * k - 1) / a0 * z + (1 - k / quality + k * k) / a0 * z * z
    return np.asarray((1 - 2 * z + z * z) / below, np.complex128)
