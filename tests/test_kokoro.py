"""The embedded voice really speaks here: its sound, its data, and every syllable it may be given."""

import functools
import hashlib
import lzma
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import codec, sound
from pipeline.errors import EngineError, InputError, UsageError
from pipeline.model import Audio, Chunk, Section, Verdict
from pipeline.speak.cache import ClipCache, clip_key
from pipeline.speak.engines.kokoro import LONGEST, RATE, Kokoro, _vocabulary, model, pieces_of
from pipeline.speak.engines.kokoro.latin import LETTERS, _words, latin_phonemes, spelt
from pipeline.speak.engines.kokoro.phonemes import TONES, phonemes_of, table
from pipeline.speak.engines.kokoro.voices import DIGESTS, SHAPE, VOICES, style_of
from pipeline.stitch.book import Levels, stitch
from pipeline.stitch.gain import CEILING_DBTP, TARGET_LUFS
from pipeline.tags import Tags
from pipeline.verify.clip import check_clip
from tests.test_sound import ebur128
from tools.make_voices import pack

SENTENCE = "山上的花都开了。"
SECONDS_PER_CHARACTER = (0.1, 0.32)  # of what is said, marks not counted; measured 0.15 to 0.22


def said(voice: str = "zm_yunxi", rate: int = 0) -> Audio:
    """SENTENCE in a voice, spoken once for all tests."""
    return _said(voice, rate)


@functools.cache
def _said(voice: str, rate: int) -> Audio:
    engine = Kokoro(voice, rate)
    return engine.speak(engine.script(SENTENCE))


def digest(audio: Audio) -> str:
    return hashlib.sha256(audio.samples.tobytes()).hexdigest()


@pytest.mark.parametrize("voice", VOICES)
def test_every_voice_speaks_at_a_human_pace_without_clipping_or_holes(voice: str) -> None:
    audio = said(voice)
    spoken = sound.trimmed(audio)
    characters = len(re.findall(r"\w", SENTENCE))
    shortest, longest = (characters * seconds for seconds in SECONDS_PER_CHARACTER)
    assert (audio.rate, audio.samples.dtype, audio.samples.ndim) == (RATE, np.int16, 1)
    assert shortest < spoken.seconds < longest
    assert check_clip(spoken, Kokoro(voice).script(SENTENCE)).ok
    assert -32 < sound.integrated_loudness(sound.block_energies(spoken)) < -15
    assert np.abs(audio.samples.astype(int)).max() < 32_767


def test_the_voices_are_seven_and_differ() -> None:
    assert len(VOICES) == 7
    assert len({digest(said(voice)) for voice in VOICES}) == 7


def test_real_voices_come_to_the_books_loudness_below_its_ceiling_after_decoding(tmp_path: Path) -> None:
    """Seven voices, two chapters: as loud as asked, and no peak above -3 dBTP behind the encoder."""
    cache = ClipCache(tmp_path / "clips")
    clips = []
    for voice in VOICES:
        spoken = (Chunk(SENTENCE, (0, len(SENTENCE)), 0.45), voice)
        clips.append(
            cache.store(clip_key({"voice": voice}, SENTENCE, 0), sound.trimmed(said(voice)), spoken, Verdict())
        )
    parts = [
        (Section(number, "章", 1, tuple(clip.chunk for clip in some)), tuple(some))
        for number, some in enumerate((clips[:4], clips[4:]), 1)
    ]
    book = stitch(parts, tmp_path / "chapters", Levels())
    codec.join([(chapter.path, "章") for chapter in book.chapters], Tags("书"), tmp_path / "book.m4b")
    loudness, peak = ebur128(codec.decode(tmp_path / "book.m4b"))
    assert loudness == pytest.approx(TARGET_LUFS, abs=0.5)
    assert peak <= CEILING_DBTP + 1


def test_a_voice_is_speech_and_not_a_hum() -> None:
    """Syllables come and go several times a second, and the pitch of a man's voice is there."""
    samples = sound.trimmed(said()).samples.astype(np.float64)
    levels = 20 * np.log10(np.sqrt((samples[: len(samples) // 480 * 480].reshape(-1, 480) ** 2).mean(axis=1)) + 1)
    rises = int((np.diff((levels > np.median(levels) - 6).astype(int)) == 1).sum())
    assert np.percentile(levels, 95) - np.percentile(levels, 5) > 20
    assert rises >= 3
    loud = samples[np.argmax(levels) * 480 :][: 480 * 4] if np.argmax(levels) * 480 + 1920 < len(samples) else samples
    likeness = np.correlate(loud, loud, "full")[len(loud) :]
    period = 60 + int(np.argmax(likeness[60:400]))
    assert 70 < RATE / period < 400


ELSEWHERE = """
import hashlib, sys
from concurrent.futures import ThreadPoolExecutor
from pipeline.speak.engines.kokoro import Kokoro, model
first, second = ThreadPoolExecutor(2).map(lambda _: model.session(sys.argv[2]), range(2))
print(first is second, hashlib.sha256(Kokoro().speak(sys.argv[1]).samples.tobytes()).hexdigest())
"""


@functools.cache
def told_elsewhere() -> list[str]:
    """Whether two threads that begin at once share one model, and the digest of SENTENCE, from another process."""
    command = [sys.executable, "-c", ELSEWHERE, Kokoro().script(SENTENCE), model.form_for("", "cpu")]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout.split()


def test_two_threads_that_begin_at_once_share_one_model() -> None:
    assert told_elsewhere()[0] == "True"


def test_the_same_script_gives_the_same_bytes_again_side_by_side_and_in_another_process() -> None:
    engine = Kokoro()
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(engine.speak, [engine.script(SENTENCE)] * 2))
    assert {told_elsewhere()[1], *map(digest, together)} == {digest(said())}


def test_a_rate_makes_it_faster_and_slower_by_about_so_much() -> None:
    plain, fast, slow = (sound.trimmed(said(rate=rate)).seconds for rate in (0, 50, -25))
    assert plain / fast == pytest.approx(1.5, abs=0.2)
    assert plain / slow == pytest.approx(0.75, abs=0.12)


def test_identity_tells_what_changes_the_sound_and_nothing_else() -> None:
    engines = [Kokoro(), Kokoro("zf_xiaoyi"), Kokoro(rate=3), Kokoro(pronounce={"重庆": "chong2 qing4"})]
    first, *others = [engine.identity() for engine in engines]
    assert Kokoro().identity() == first
    assert [other != first for other in others] == [True, True, False]  # readings are in the script
    assert first["model"] == model.SHA256


def test_a_script_longer_than_the_model_takes_is_spoken_in_pieces() -> None:
    engine = Kokoro(rate=200)
    script = engine.script("春天来了，" * 22 + "山上的花都开了。")
    pieces = list(pieces_of(script))
    assert len(script) > LONGEST
    assert len(pieces) == 2
    whole, last = engine.speak(script), engine.speak(pieces[1])
    assert check_clip(whole, script).ok
    assert len(last.samples) < len(whole.samples) / 3
    np.testing.assert_array_equal(whole.samples[-len(last.samples) :], last.samples)


def test_nothing_to_say_is_an_error_and_not_silence() -> None:
    engine = Kokoro()
    for script in ("", "   "):
        with pytest.raises(EngineError, match="nothing to say"):
            engine.speak(script)


scripts = st.one_of(
    st.lists(st.sampled_from(["wo↓", "mən ", "a→ɚ", ", ", ". ", "x", " "]), max_size=700).map("".join),
    st.integers(min_value=0, max_value=2000).map(lambda count: "a" * count),
)


@given(scripts)
def test_pieces_lose_nothing_and_fit_the_model(script: str) -> None:
    pieces = list(pieces_of(script))
    assert all(0 < len(piece) <= LONGEST for piece in pieces)
    assert "".join(pieces).replace(" ", "") == script.replace(" ", "")
    assert len(pieces) <= 1 + len(script) * 2 // LONGEST or "," in script or "." in script


def test_pieces_end_behind_a_mark_where_there_is_one() -> None:
    first, second = pieces_of("a" * 300 + ", " + "b" * 300 + ".")
    assert first == "a" * 300 + ","
    assert second == "b" * 300 + "."


# The model.


def test_only_the_right_model_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of that name with other bytes is passed over: the packages' own is taken."""
    (tmp_path / "model.onnx").write_bytes(b"something else")
    monkeypatch.setenv(model.VARIABLE, str(tmp_path / "model.onnx"))
    assert hashlib.sha256(model.stock_model()).hexdigest() == model.SHA256


# The voices' data.


@pytest.mark.parametrize("voice", VOICES)
def test_the_data_of_a_voice_are_those_that_are_stated(voice: str) -> None:
    packed = (files("pipeline.speak.engines.kokoro") / f"{voice}.xz").read_bytes()
    assert hashlib.sha256(lzma.decompress(packed)).hexdigest() == DIGESTS[voice]
    style = style_of(voice)
    assert (style.shape, style.dtype) == (SHAPE, np.float32)
    assert np.isfinite(style).all()
    assert (np.abs(style).max(axis=1) > 0).all(), "a row for every length"


def test_every_voice_has_its_digest_and_no_other() -> None:
    assert set(DIGESTS) == set(VOICES)
    assert len(set(DIGESTS.values())) == len(DIGESTS)


def test_voices_are_packed_as_they_are_read(tmp_path: Path) -> None:
    """The script that makes the files, on made-up vectors: half precision, and the digest that it prints."""
    vectors = np.random.default_rng(7).normal(0, 0.2, SHAPE).astype("<f4")
    (tmp_path / "voice.bin").write_bytes(vectors.tobytes())
    printed = pack(tmp_path / "voice.bin", tmp_path / "voice.xz")
    content = lzma.decompress((tmp_path / "voice.xz").read_bytes())
    assert hashlib.sha256(content).hexdigest() == printed
    np.testing.assert_allclose(np.frombuffer(content, "<f2").reshape(SHAPE), vectors, rtol=1e-3, atol=1e-6)


def test_another_voice_is_refused_and_the_right_ones_are_named() -> None:
    for refused in (Kokoro, style_of):
        with pytest.raises(UsageError, match="zf_xiaoni") as raised:
            refused("zf_xiaoni")
        assert "zm_yunxi" in raised.value.remedy


# Syllables.


@functools.cache
def syllables_of_pypinyin() -> frozenset[str]:
    """Every syllable of pypinyin's tables of characters and phrases, with its tone number."""
    from pypinyin import phrases_dict, pinyin_dict
    from pypinyin.contrib.tone_convert import to_tone3

    marked = {one for readings in pinyin_dict.pinyin_dict.values() for one in readings.split(",")}
    marked |= {one for word in phrases_dict.phrases_dict.values() for readings in word for one in readings}
    return frozenset(to_tone3(one, neutral_tone_with_five=True) for one in marked)


def test_every_syllable_of_pypinyin_has_phonemes_in_the_vocabulary() -> None:
    assert len(syllables_of_pypinyin()) > 1300
    for syllable in syllables_of_pypinyin():
        phonemes = phonemes_of(syllable)
        assert set(phonemes) <= set(_vocabulary()), syllable
        assert phonemes.count(TONES[syllable[-1]] or "\0") == (syllable[-1] != "5"), syllable
        assert sum(phonemes.count(arrow) for arrow in "→↗↓↘") == (syllable[-1] != "5"), syllable


def test_every_word_of_our_own_list_of_latin_has_phonemes_in_the_vocabulary() -> None:
    from pipeline.speak.engines.kokoro.latin import OWN, latin_phonemes

    assert len(table(OWN)) > 40
    for word in table(OWN):
        assert set(latin_phonemes(word)) <= {*_vocabulary(), " "}, word


def test_every_syllable_of_our_own_dictionary_has_phonemes_in_the_vocabulary() -> None:
    from pipeline.speak.pinyin.lexicon import lexicon

    readings = {
        one for table in (lexicon().words, lexicon().characters) for word in table.values() for one in word.split()
    }
    assert len(readings) > 1300
    for syllable in readings:
        assert set(phonemes_of(syllable)) <= set(_vocabulary()), syllable


def test_different_syllables_sound_different() -> None:
    """But for the spellings of one sound."""
    plain = {syllable[:-1] for syllable in syllables_of_pypinyin()}
    same: dict[str, set[str]] = {}
    for syllable in plain:
        same.setdefault(phonemes_of(f"{syllable}1"), set()).add(syllable)
    shared = sorted(sorted(spellings) for spellings in same.values() if len(spellings) > 1)
    assert shared == [["lo", "luo"], ["weng", "wong"]]


@pytest.mark.parametrize(("syllable", "phonemes"), [
    ("ma1", "ma→"), ("ma2", "ma↗"), ("ma3", "ma↓"), ("ma4", "ma↘"), ("ma5", "ma"),
    ("zhi1", "ꭧɨ→"), ("ci4", "ʦʰɨ↘"), ("ri4", "ɻɨ↘"), ("qi1", "ʨʰi→"), ("xu1", "ɕy→"), ("xue2", "ɕɥe↗"),
    ("nv3", "ny↓"), ("nü3", "ny↓"), ("lve4", "lɥe↘"), ("lue4", "lɥe↘"), ("yue4", "ɥe↘"), ("yuan2", "ɥɛ↗n"),
    ("wu3", "u↓"), ("yi1", "i→"), ("you3", "jou↓"), ("wen2", "wə↗n"), ("gui4", "kwei↘"), ("liu2", "ljou↗"),
    ("er2", "ɚ↗"), ("r5", "ɚ"), ("n2", "n↗"), ("de5", "tɤ"), ("bo1", "pwo→"), ("xiong2", "ɕjʊ↗ŋ"),
])  # fmt: skip
def test_syllables_are_written_in_the_voices_scheme(syllable: str, phonemes: str) -> None:
    assert phonemes_of(syllable) == phonemes


@pytest.mark.parametrize("wrong", ["zhang", "zhang6", "qqq1", "5", "x1", "jui1", "hello3", "1a"])
def test_what_is_no_syllable_is_refused(wrong: str) -> None:
    with pytest.raises(KeyError):
        phonemes_of(wrong)


# Scripts.


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_any_text_at_all_has_a_script_of_known_symbols(text: str) -> None:
    assert set(engine().script(text)) <= set(_vocabulary())


def test_no_common_character_is_silent() -> None:
    """The 3,755 common characters of GB 2312, each between two commas: each has the sound of one syllable."""
    rows = (bytes([row, cell]) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
    characters = "".join(pair.decode("gb2312", errors="ignore") for pair in rows)
    assert len(characters) == 3755
    for start in range(0, len(characters), 400):
        some = characters[start : start + 400]
        pieces = engine().script("，".join(some)).split(",")
        assert len(pieces) == len(some)
        for character, piece in zip(some, pieces, strict=True):
            assert re.search(r"[aeiouyɤəɛʊɚɨɔ]|[mnŋ][→↗↓↘]|^ ?hm", piece), character
            assert len(re.findall("[→↗↓↘]", piece)) <= 1, character


@functools.cache
def engine() -> Kokoro:
    return Kokoro()


def test_marks_become_the_voices_own_and_words_are_apart() -> None:
    script = engine().script("他说：“你好，世界！”真的？（是的）…")
    assert re.sub(r"[^,.!?:;“”()…]", "", script) == ":,!?,"
    assert "  " not in script
    assert " ," not in script
    assert "ʂɨ↘ʨje↘" in script, "a word is one"


def sounds(text: str) -> str:
    """The script without its word boundaries."""
    return engine().script(text).replace(" ", "")


def test_one_and_not_are_written_after_sandhi_and_third_tones_before_it() -> None:
    """The model has learnt that of third tones by itself."""
    assert sounds("不要") == "pu↗jau↘"
    assert sounds("一天") == "i↘tʰjɛ→n"
    assert sounds("一个") == "i↗kɤ↘"
    assert sounds("你好") == "ni↓xau↓"


def test_a_persons_readings_go_before_all_and_letters_may_have_them_too() -> None:
    own = Kokoro(pronounce={"重庆": "zhong4 qing4", "GPT": "ji1 pi1 ti1"})
    assert own.script("重庆").replace(" ", "") == "ꭧʊ↘ŋʨʰi↘ŋ"
    assert sounds("重庆") == "ꭧʰʊ↗ŋʨʰi↘ŋ"
    assert "ʨi→pʰi→tʰi→" in own.script("我用GPT写信").replace(" ", "")


@pytest.mark.parametrize(("word", "readings", "named"), [
    ("重庆", "chong2", "重庆"), ("重庆", "chong2 qing4 shi4", "重庆"), ("重庆", "chong qing", "chong"),
    ("长", "qqq2", "qqq2"), ("长", "", "长"), ("长", "长", "长"),
])  # fmt: skip
def test_a_reading_that_cannot_be_said_is_refused_at_once(word: str, readings: str, named: str) -> None:
    with pytest.raises(InputError, match=named) as raised:
        Kokoro(pronounce={word: readings})
    assert "chong2 qing4" in raised.value.remedy


# Letters.


@pytest.mark.parametrize("acronym", ["GDP", "CEO", "IMF", "WTO", "HIV", "Q", "a", "WHTSX"])
def test_acronyms_are_spelt_with_the_mandarin_names_of_the_letters(acronym: str) -> None:
    names = ["".join(phonemes_of(one) for one in LETTERS[letter].split()) for letter in acronym.upper()]
    assert latin_phonemes(acronym) == " ".join(names)


def test_every_letter_has_a_name_in_the_vocabulary() -> None:
    assert len(LETTERS) == 26
    assert all(set(spelt(letter)) <= set(_vocabulary()) for letter in LETTERS)
    assert len({spelt(letter) for letter in LETTERS}) == 26


def test_words_come_from_the_word_lists_in_any_case() -> None:
    for word in ("hello", "Hello", "COMPUTER", "London", "london", "NASA"):
        listed: dict[str, Any] = _words()
        assert latin_phonemes(word) in {listed.get(form) for form in (word, word.lower(), word.capitalize())}


def test_camel_case_is_taken_apart() -> None:
    assert latin_phonemes("PythonCode") == latin_phonemes("Python") + " " + latin_phonemes("code")
    assert latin_phonemes("helloWorld") == latin_phonemes("hello") + " " + latin_phonemes("world")
    assert latin_phonemes("GDPReport") == spelt("GDP") + " " + latin_phonemes("report")


def test_apostrophes_and_accents_do_not_break_words() -> None:
    assert engine().script("don't") == engine().script("don’t") == _words()["don't"]
    assert latin_phonemes("John's") == latin_phonemes("John") + "z"
    assert engine().script("café") == latin_phonemes("cafe")
    assert engine().script("Ｈｅｌｌｏ") == latin_phonemes("hello")


def test_every_word_of_the_lists_can_be_said() -> None:
    assert len(_words()) > 150_000
    assert {symbol for phonemes in _words().values() for symbol in phonemes} <= set(_vocabulary())


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=14))
def test_any_letters_are_said_somehow(word: str) -> None:
    phonemes = latin_phonemes(word)
    assert phonemes.strip()
    assert set(phonemes) <= set(_vocabulary())


def test_letters_inside_chinese_stand_apart() -> None:
    assert engine().script("我用iPad看GDP").endswith(f"jʊ↘ŋ {latin_phonemes('iPad')} kʰa↘n {spelt('GDP')}")
