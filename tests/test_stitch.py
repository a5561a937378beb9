"""Clips of known length become chapters: every sample counted, one gain, one ceiling, each chapter encoded once."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import codec, sound
from pipeline.errors import InputError
from pipeline.model import Audio, Chunk, Clip, Mark, Samples, Section, Verdict
from pipeline.speak.cache import ClipCache, clip_key
from pipeline.stitch.book import TOLERANCE_LU, Levels, Spoken, Stitched, stitch
from pipeline.stitch.encode import chapter_blocks, chapter_key, encode
from pipeline.stitch.gain import CEILING_DBTP, TARGET_LUFS, gain_for
from pipeline.stitch.timeline import HEAD_S, PACKET, TAIL_S, timeline
from pipeline.tags import Tags
from tests.test_sound import ebur128

RATE = 24_000


def planned(length: int, pause: float, number: int = 0) -> Clip:
    """A clip for the timeline alone: there is no file behind it."""
    chunk = Chunk(f"第{number}句。", (10 * number, 10 * number + 4), pause)
    return Clip(f"key{number}", Path("nowhere.flac"), chunk, "script", RATE, length, ())


pauses = st.one_of(st.sampled_from([0.0, 0.05, 0.45, 0.75, 1.1]), st.floats(min_value=0, max_value=4))
plans = st.lists(st.tuples(st.integers(min_value=1, max_value=400_000), pauses), min_size=1, max_size=40)


@given(plans)
def test_a_timeline_is_the_sum_of_its_samples(plan: list[tuple[int, float]]) -> None:
    clips = [planned(length, pause, number) for number, (length, pause) in enumerate(plan)]
    times = timeline(clips)
    steps = [length + round(pause * RATE) for length, pause in plan[:-1]]
    assert times.starts == tuple(accumulate(steps, initial=round(HEAD_S * RATE)))
    end = times.starts[-1] + plan[-1][0] + round(TAIL_S * RATE)
    assert times.length % PACKET == 0
    assert end <= times.length < end + PACKET


@given(plans)
def test_lines_are_in_order_and_say_to_the_millisecond_where_clips_sound(plan: list[tuple[int, float]]) -> None:
    clips = [planned(length, pause, number) for number, (length, pause) in enumerate(plan)]
    times = timeline(clips)
    flat = [time for line in times.lines for time in (line.start, line.end)]
    assert flat == sorted(flat)
    for line, clip, start in zip(times.lines, clips, times.starts, strict=True):
        assert abs(line.start - 1000 * start / RATE) <= 0.5
        assert abs(line.end - 1000 * (start + clip.length) / RATE) <= 0.5
        assert (line.text, line.span) == (clip.chunk.text, clip.chunk.span)


def test_a_clip_with_marks_has_a_line_for_each_sentence() -> None:
    clip = replace(planned(48_000, 0.5), marks=(Mark((0, 2), 0, 24_000), Mark((2, 4), 26_400, 48_000)))
    first, second = timeline([clip]).lines
    assert (first.text, first.start, first.end) == ("第0", 500, 1500)
    assert (second.text, second.start, second.end) == ("句。", 1600, 2500)


Store = Callable[[Samples, float], Clip]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Keep samples as a clip with a pause behind it, as the cache does after speaking."""
    cache = ClipCache(tmp_path / "clips")

    def keep(samples: Samples, pause: float) -> Clip:
        script = f"{len(samples)} samples, {hash(samples.tobytes())}"
        return cache.store(
            clip_key({"engine": "test"}, script, 0),
            Audio(samples, RATE),
            (Chunk("话", (0, 1), pause), script),
            Verdict(),
        )

    return keep


def spoken(number: int, clips: Sequence[Clip]) -> Spoken:
    return Section(number, f"第{number}章", 1, tuple(clip.chunk for clip in clips)), tuple(clips)


@cache
def voice(length: int, seed: int, level: float = 1.0) -> Samples:
    """So many samples of a hum with 20 overtones, in syllables, each syllable with a small burst at its start."""
    rng = np.random.default_rng(seed)
    times = np.arange(length) / RATE
    phase = 2 * np.pi * (120 + 10 * seed % 50) * times + 2 * np.sin(2 * np.pi * 1.1 * times)
    hum = sum(np.sin(k * phase + rng.uniform(0, 6)) / k for k in range(1, 21))
    syllables = np.abs(np.sin(2 * np.pi * 2.3 * times)) ** 0.7
    burst = 3 * np.exp(-((times % 0.217) / 0.002)) * np.sin(2 * np.pi * 900 * times)
    return np.asarray(level * 5500 * (hum * syllables + burst), np.int16)


def decoded_book(chapters: Sequence[Path], folder: Path) -> Audio:
    codec.join([(path, f"第{k}章") for k, path in enumerate(chapters, 1)], Tags("书"), folder / "book.m4b")
    return codec.decode(folder / "book.m4b")


def test_a_chapter_is_its_clips_with_true_silence_of_the_right_length_between(store: Store) -> None:
    clips = [store(voice(length, length), pause) for length, pause in ((30_011, 0.45), (24_001, 0), (48_123, 1.1))]
    times = timeline(clips)
    whole = np.concatenate(list(chapter_blocks(clips, 0.5)))
    assert len(whole) == times.length
    silent = np.ones(len(whole), bool)
    for clip, start in zip(clips, times.starts, strict=True):
        silent[start : start + clip.length] = False
        wanted = 0.5 * voice(clip.length, clip.length)
        assert np.abs(whole[start : start + clip.length] - wanted).max() <= 1
    assert not whole[silent].any()


@pytest.fixture
def three(store: Store) -> list[Spoken]:
    """Three chapters of odd lengths; the second is softer by 8 dB, the third has a pause of no length."""
    return [
        spoken(1, [store(voice(100_003, 1), 0.45), store(voice(70_001, 2), 1.5)]),
        spoken(2, [store(voice(150_007, 3, 0.4), 1.5)]),
        spoken(3, [store(voice(60_013, 4), 0.0), store(voice(90_001, 5), 0.6)]),
    ]


def test_chapters_start_where_the_sums_say_and_sound_there(three: list[Spoken], tmp_path: Path) -> None:
    book = stitch(three, tmp_path / "chapters", Levels())
    lengths = [timeline(clips).length for _, clips in three]
    sums = [0, *accumulate(lengths)]
    assert [chapter.start for chapter in book.chapters] == [round(1000 * s / RATE) for s in sums[:-1]]
    assert [chapter.end for chapter in book.chapters] == [round(1000 * s / RATE) for s in sums[1:]]
    heard = decoded_book([chapter.path for chapter in book.chapters], tmp_path)
    assert len(heard.samples) == sums[-1]
    for (_, clips), start in zip(three, sums, strict=False):
        onset = start + timeline(clips).starts[0]
        before, after = (
            np.abs(heard.samples[a:b].astype(int)) for a, b in ((start, onset - 200), (onset, onset + 9600))
        )
        assert before[PACKET:].max() < 60 < after.max()


def test_forty_chapters_later_the_sums_still_hold_to_the_sample(store: Store, tmp_path: Path) -> None:
    parts = [spoken(number, [store(voice(12_000, 1)[: 9001 + 97 * number], 0.3)]) for number in range(1, 41)]
    book = stitch(parts, tmp_path / "chapters", Levels(0.7))
    sums = list(accumulate((timeline(clips).length for _, clips in parts), initial=0))
    assert [chapter.start for chapter in book.chapters] == [round(1000 * total / RATE) for total in sums[:-1]]
    assert len(decoded_book([chapter.path for chapter in book.chapters], tmp_path).samples) == sums[-1]
    marks = codec.probe(tmp_path / "book.m4b").chapters
    assert [mark.start_ms for mark in marks] == pytest.approx([chapter.start for chapter in book.chapters], abs=1)


def test_the_book_is_as_loud_as_it_should_be_after_decoding(three: list[Spoken], tmp_path: Path) -> None:
    book = stitch(three, tmp_path / "chapters", Levels())
    loudness, peak = ebur128(decoded_book([chapter.path for chapter in book.chapters], tmp_path))
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.5)
    assert book.loudness == pytest.approx(loudness, abs=0.15)
    assert peak <= CEILING_DBTP + 1


def test_a_soft_chapter_stays_as_much_softer_as_it_was(three: list[Spoken], tmp_path: Path) -> None:
    """One gain for the book: nothing is pumped up."""
    book = stitch(three, tmp_path / "chapters", Levels())
    for chapter, (_, clips) in zip(book.chapters, three, strict=True):
        before = np.concatenate(list(chapter_blocks(clips, 0.1)))
        levels = [
            sound.integrated_loudness(sound.block_energies(audio))
            for audio in (Audio(before, RATE), codec.decode(chapter.path))
        ]
        assert levels[1] - levels[0] == pytest.approx(20 * np.log10(book.gain / 0.1), abs=0.5)


def peaky(store: Store, level: float) -> list[Clip]:
    """Clips with hard peaks, far above the rest."""
    clips = []
    for number in range(6):
        samples = voice(70_001 + number, number, 0.5).copy()
        for start in range(2400, len(samples) - 300, 24_000):
            samples[start : start + 240] += (16_000 * np.hanning(240)).astype(np.int16)
        clips.append(store((level * samples).astype(np.int16), 0.4))
    return clips


def test_the_gain_gives_back_beforehand_what_the_limiter_takes(store: Store) -> None:
    clips = peaky(store, 0.5)
    gain = gain_for([clips])
    plain, limited = (
        sound.integrated_loudness(sound.block_energies(Audio(np.concatenate(list(blocks)), RATE)))
        for blocks in ((gain * np.concatenate(list(chapter_blocks(clips, 0.1))) * 10,), chapter_blocks(clips, gain))
    )
    assert limited == pytest.approx(TARGET_LUFS, abs=0.15)
    assert plain > TARGET_LUFS + 0.2


@pytest.mark.parametrize("level", [0.02, 0.3, 1.2])
def test_a_voice_of_any_level_and_with_peaks_comes_to_the_same_loudness(
    store: Store, tmp_path: Path, level: float
) -> None:
    clips = peaky(store, level)
    book = stitch([spoken(1, clips[:3]), spoken(2, clips[3:])], tmp_path / "chapters", Levels())
    loudness, peak = ebur128(decoded_book([chapter.path for chapter in book.chapters], tmp_path))
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.5)
    assert peak <= CEILING_DBTP + 1


def test_the_first_minutes_set_the_gain_and_the_whole_book_has_the_last_word(store: Store, tmp_path: Path) -> None:
    """Two soft minutes, then a loud one: the first gain would be 6 LU too much."""
    soft = [store(np.tile(voice(10 * RATE, seed, 0.3), 6), 1.5) for seed in (1, 2)]
    loud = [store(np.tile(voice(10 * RATE, 3), 6), 1.5)]
    book = stitch([spoken(1, soft), spoken(2, loud)], tmp_path / "chapters", Levels())
    assert book.loudness == pytest.approx(TARGET_LUFS, abs=0.4)


def test_silence_is_no_reason_to_fail(store: Store, tmp_path: Path) -> None:
    book = stitch([spoken(1, [store(np.zeros(30_000, np.int16), 0.5)])], tmp_path / "chapters", Levels())
    assert book.gain == 1
    assert not codec.decode(book.chapters[0].path).samples.any()


def test_stitching_again_encodes_nothing_and_a_new_chapter_only_itself(
    three: list[Spoken], store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "chapters"
    first = stitch(three, folder, Levels())
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    again = stitch(three, folder, Levels(first.gain))
    assert again == first
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    changed = [three[0], spoken(2, [store(voice(150_008, 9, 0.4), 1.5)]), three[2]]
    third = stitch(changed, folder, Levels(first.gain))
    assert [a.path == b.path for a, b in zip(first.chapters, third.chapters, strict=True)] == [True, False, True]


def settled(book: Stitched) -> Levels:
    """What a manifest tells the next build."""
    return Levels(book.gain, {c.path.stem: gain for c, gain in zip(book.chapters, book.gains, strict=True)})


def loudness_of(path: Path) -> float:
    return sound.integrated_loudness(sound.block_energies(codec.decode(path)))


@pytest.mark.parametrize("level", [0.9, 0.25, 3.5])
def test_chapters_that_come_later_leave_those_that_are_there(
    three: list[Spoken], store: Store, tmp_path: Path, level: float
) -> None:
    """As loud as the others, much softer, much louder: the whole keeps its loudness, the old chapters their bytes."""
    folder = tmp_path / "chapters"
    first = stitch(three, folder, Levels())
    later = [spoken(number, [store(voice(400_003 + number, number, level), 1.0)]) for number in (4, 5)]
    grown = stitch([*three, *later], folder, settled(first))
    assert [chapter.path for chapter in grown.chapters[:3]] == [chapter.path for chapter in first.chapters]
    assert grown.gains[:3] == first.gains
    assert (grown.gains[3:] == first.gains[:2]) == (level == 0.9), "another gain only where the book needs it"
    assert grown.loudness == pytest.approx(TARGET_LUFS, abs=TOLERANCE_LU)
    loudness, peak = ebur128(decoded_book([chapter.path for chapter in grown.chapters], tmp_path))
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.5)
    assert peak <= CEILING_DBTP + 1
    if level != 0.9:
        assert [loudness_of(c.path) for c in grown.chapters[3:]] == pytest.approx([TARGET_LUFS] * 2, abs=1)
    again = stitch([*three, *later], folder, settled(grown))
    assert again == grown


def test_where_the_new_alone_cannot_mend_the_loudness_all_is_encoded_again(
    three: list[Spoken], store: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "chapters"
    first = stitch(three, folder, Levels())
    off = {encode(clips, 3 * first.gain, folder).path.stem: 3 * first.gain for _, clips in three}
    book = stitch([*three, spoken(4, [store(voice(50_003, 4), 1.0)])], folder, Levels(3 * first.gain, off))
    assert book.loudness == pytest.approx(TARGET_LUFS, abs=TOLERANCE_LU)
    assert len(set(book.gains)) == 1


def test_a_loudness_that_was_lost_is_measured_again_and_the_sound_is_the_same(
    three: list[Spoken], tmp_path: Path
) -> None:
    clips = three[0][1]
    first = encode(clips, 0.7, tmp_path / "chapters")
    content, energies = first.path.read_bytes(), first.energies
    first.path.with_suffix(".json").unlink()
    second = encode(clips, 0.7, tmp_path / "chapters")
    assert second.path.read_bytes() == content
    np.testing.assert_array_equal(second.energies, energies)


def test_the_kept_loudness_is_that_of_the_encoded_chapter(three: list[Spoken], tmp_path: Path) -> None:
    clips = three[0][1]
    encoding = encode(clips, 0.7, tmp_path / "chapters")
    plain = Audio(np.concatenate(list(chapter_blocks(clips, 0.7))), RATE)
    kept = sound.unpacked(encoding.energies)
    np.testing.assert_allclose(kept, sound.block_energies(plain), rtol=2e-3, atol=1e-9)
    heard = sound.integrated_loudness(sound.block_energies(codec.decode(encoding.path)))
    assert sound.integrated_loudness(kept) == pytest.approx(heard, abs=0.1)


def test_a_chapter_is_found_again_by_all_that_makes_its_sound(three: list[Spoken]) -> None:
    clips = three[0][1]
    longer = (replace(clips[0], chunk=replace(clips[0].chunk, pause=0.46)), clips[1])
    moved = tuple(replace(clip, chunk=replace(clip.chunk, span=(90, 91), text="别")) for clip in clips)
    assert chapter_key(moved, 0.7) == chapter_key(clips, 0.7)
    assert len({chapter_key(*made) for made in ((clips, 0.7), (longer, 0.7), (clips, 0.71), (clips[::-1], 0.7))}) == 4


def test_a_damaged_clip_is_removed_and_named(three: list[Spoken], tmp_path: Path) -> None:
    clip = three[1][1][0]
    clip.path.write_bytes(clip.path.read_bytes()[: clip.path.stat().st_size // 2])
    with pytest.raises(InputError, match="话"):
        stitch(three, tmp_path / "chapters", Levels())
    assert not clip.path.exists()
    assert not list(tmp_path.glob("chapters/.draft*"))


def test_the_sound_of_a_section_is_what_its_encoding_was_made_of(three: list[Spoken], tmp_path: Path) -> None:
    book = stitch(three, tmp_path / "chapters", Levels())
    plain = np.concatenate(list(book.sound_of(2)))
    heard = codec.decode(book.chapters[1].path).samples
    assert len(plain) == len(heard)
    assert np.corrcoef(plain[PACKET:], heard[PACKET:])[0, 1] > 0.95
