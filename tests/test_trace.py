"""What can be drawn of a sound, against sounds of which it is known."""

from pathlib import Path

import numpy as np
import pytest

from pipeline import codec, sound
from pipeline.codec import FORMS, Tags
from pipeline.model import Audio, Samples
from pipeline.verify.trace import trace


def tone(seconds: float, level: float, rate: int) -> Samples:
    return (level * 32767 * np.sin(np.arange(round(seconds * rate)) * 2 * np.pi * 440 / rate)).astype(np.int16)


def flac(path: Path, parts: list[Samples], rate: int) -> Path:
    codec.write_form(FORMS["flac"], [np.concatenate(parts)], rate, Tags("t"), path)
    return path


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_bounds_silences_and_energies_are_where_they_are(tmp_path: Path, rate: int) -> None:
    """21 s, so that blocks of 8 s meet inside a tone, inside a silence, and at no whole block's end."""
    silence = np.zeros(rate * 4, np.int16)
    parts = [tone(6, 0.5, rate), silence, tone(5, 0.25, rate), silence, tone(2, 0.5, rate)]
    path = flac(tmp_path / "a.flac", parts, rate)
    done: list[int] = []
    found = trace([(path, 0)], 21_000, 200, done.append)
    assert len(found.high) == len(found.low) == len(found.silent) == 105
    assert found.high[:30] == pytest.approx(0.5, abs=0.01) and found.low[:30] == pytest.approx(-0.5, abs=0.01)
    assert found.high[50:75] == pytest.approx(0.25, abs=0.01)
    assert not found.high[31:49].any() and (found.silent[31:49] == 1).all() and not found.silent[:29].any()
    assert found.silences.tolist() == [[6_000, 4_000], [15_000, 4_000]]
    whole = sound.integrated_loudness(sound.block_energies(Audio(np.concatenate(parts), rate)))
    assert sound.integrated_loudness(found.energies) == pytest.approx(whole, abs=0.01)
    assert done == sorted(done) and done[-1] == 21_000


def test_chapters_come_one_behind_the_other_and_nothing_goes_past_the_end(tmp_path: Path) -> None:
    rate = 24_000
    one = flac(tmp_path / "1.flac", [tone(2, 0.5, rate)], rate)
    other = flac(tmp_path / "2.flac", [tone(3, 0.1, rate)], rate)
    found = trace([(one, 0), (other, 2_500)], 4_000, 100)
    assert found.high[:20] == pytest.approx(0.5, abs=0.01) and not found.high[20:25].any()
    assert found.high[25:40] == pytest.approx(0.1, abs=0.01) and len(found.high) == 40
    assert found.silences.tolist() == [[2_000, 500]]
    short = trace([(one, 0)], 50, 20)
    assert len(short.high) == 3 and len(short.energies) == 0
