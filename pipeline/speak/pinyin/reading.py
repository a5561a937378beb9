"""Words come in; a reading for each of their characters goes out: from the dictionary, or from the model where open."""

import os
import re
from collections.abc import Sequence

from pipeline.model import Syllable
from pipeline.speak.pinyin.blend import probabilities
from pipeline.speak.pinyin.context import Context, context_of
from pipeline.speak.pinyin.lexicon import lexicon
from pipeline.speak.pinyin.network import model
from pipeline.speak.pinyin.words import HAN

PIECE = 120  # signs that the model sees at once: sentences, and so is the speed of one independent of the text
ENDS = "。！？!?\n；;"
ALONE_DOUBT = 0.2  # of a character with several readings that no word settles and the model was not trained on
FIXED = {"一": "yi1", "不": "bu4"}  # these change only by sandhi


def read_words(words: Sequence[str]) -> list[Syllable]:
    """A Syllable for each character, before rules and sandhi.

    >>> [s.citation for s in read_words(["重庆", "的", "音乐", "!"])]
    ['chong2', 'qing4', 'de5', 'yin1', 'yue4', None]
    """
    return [syllable for piece in _pieces(words) for syllable in _read(piece)]


def _pieces(words: Sequence[str]) -> list[list[str]]:
    """The words in pieces that end with a sentence, or where a sentence gets too long."""
    found: list[list[str]] = [[]]
    length = 0
    for word in words:
        found[-1].append(word)
        length += len(word)
        if word in ENDS or length >= PIECE:
            found.append([])
            length = 0
    return [piece for piece in found if piece]


def _read(words: Sequence[str]) -> list[Syllable]:
    context = context_of(words)
    syllables = [_by_dictionary(context, k, starts) for k, starts in enumerate(_starts(words))]
    places = [k for k, syllable in enumerate(syllables) if _open(syllable) and not _settled(context, k)]
    for k, chances in zip(places, probabilities(context, places) if places else (), strict=True):
        best = int(chances.argmax())
        reading, doubt = model().candidates[context.signs[k]][best], round(1 - float(chances[best]), 4)
        syllables[k] = Syllable(syllables[k].character, reading, reading, syllables[k].word_start, "model", doubt)
    return syllables


def _starts(words: Sequence[str]) -> list[bool]:
    return [k == 0 for word in words for k in range(len(word))]


def _by_dictionary(context: Context, at: int, starts: bool) -> Syllable:
    character = context.signs[at]
    reading = FIXED.get(character) or context.guesses[at] or None
    if reading is None:
        reading = _rare(character)
    if character in FIXED or not _several(character):
        return Syllable(character, reading, reading, starts, "single")
    doubt = 0.0 if context.words[at] else ALONE_DOUBT
    return Syllable(character, reading, reading, starts, "dictionary", doubt)


def _several(character: str) -> bool:
    """Whether a character by itself has more than one reading, the neutral tone not counted.

    >>> _several("人"), _several("行")
    (False, True)
    """
    return len([reading for reading in lexicon().readings(character) if reading[-1] != "5"]) > 1


def _open(syllable: Syllable) -> bool:
    """Whether the model has a say: it was trained on the character. Where it and a word differ it is right far oftener
    (on CPP's dev sentences the readings of words that it does not know at all were right in no case out of 14)."""
    return syllable.character in model().candidates and syllable.character not in FIXED


def _settled(context: Context, at: int) -> bool:
    """Whether a word says how it is read where the model knows one reading only: it has nothing to choose from."""
    return bool(context.words[at]) and len(model().candidates[context.signs[at]]) == 1


def _rare(character: str) -> str | None:
    """The first reading of a Chinese character that is in no word, by pypinyin's table (MIT); None for other signs."""
    if not re.match(f"[{HAN}]", character):
        return None
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # only its characters are needed; its phrases load slowly
    from pypinyin.contrib.tone_convert import to_tone3
    from pypinyin.pinyin_dict import pinyin_dict

    readings = pinyin_dict.get(ord(character))
    if readings is None:
        return None
    return str(to_tone3(readings.split(",")[0], v_to_u=False, neutral_tone_with_five=True)).replace("ü", "v")
