"""A text and a person's pronunciations come in; the text respelt with characters that sound so goes out.

An online voice takes no phonemes: the only way to make it say 重 as chong2 is to write 虫.
"""

import re
from collections.abc import Mapping
from functools import cache

from pipeline.errors import InputError
from pipeline.frequencies import frequencies

_SYLLABLE = re.compile(r"[a-zv]+[1-5]")
_HANZI = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_LEVELS = (range(0xB0, 0xD8), range(0xD8, 0xF8))  # rows of GB 2312: its 3,755 everyday characters, then the rest


def syllables(word: str, pinyin: str) -> tuple[str, ...]:
    """The syllables of a pronunciation, with v for ü. Raises InputError where one is not pinyin with a tone number.

    >>> syllables("女行长", "nü3 hang2 zhang3")
    ('nv3', 'hang2', 'zhang3')
    """
    found = tuple(pinyin.lower().replace("u:", "v").replace("ü", "v").split())
    wrong = [s for s in found if not _SYLLABLE.fullmatch(s)]
    if wrong or not found:
        raise InputError(
            f"[pronounce] {word} = {pinyin!r}: {' '.join(wrong) or 'nothing'} is not pinyin with tone numbers",
            f'write it like this: {word} = "chong2 qing4" (tones 1 to 4, 5 for neutral, v for ü)',
        )
    return found


def is_hanzi(word: str) -> bool:
    """Whether a word is of Chinese characters alone."""
    return _HANZI.fullmatch(word) is not None


def online_script(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The text as it is said, the person's words respelt, and closed with a full stop, so that it sounds closed."""
    from pipeline.speak.spoken import spoken

    # A word such as 5G must be found before it becomes 五G; one of Chinese characters might hide, respelt,
    # what the spoken form goes by.
    mixed = {word: sounds for word, sounds in words.items() if not is_hanzi(word)}
    said = respelt(spoken(respelt(text, mixed)).text, words)
    return said + "。" if said[-1:].isalnum() else said


def respelt(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The text with each of `words` written so that it sounds as asked; the longest word wins.

    >>> respelt("重庆重重，用SQL。", {"重庆": ("chong2", "qing4"), "重重": ("chong2", "chong2"), "SQL": ("sei1",)})
    '崇庆崇崇，用SQL。'
    """
    if not words:
        return text
    longest_first = sorted(words, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first)))
    return pattern.sub(lambda match: spelling(match[0], words[match[0]]), text)


def spelling(word: str, sounds: tuple[str, ...]) -> str:
    """Characters that sound like `sounds`; a character that can only sound so stays, as does one without a match.

    >>> spelling("银行", ("yin2", "hang2")), spelling("A股", ("ei1", "gu3"))
    ('银航', 'A股')
    """
    if is_hanzi(word) and len(word) == len(sounds):
        return "".join(_same_sound(c, sound) for c, sound in zip(word, sounds, strict=True))
    found = [_same_sound("", sound) for sound in sounds]
    return "".join(found) if all(found) else word


def _same_sound(character: str, sound: str) -> str:
    return character if _readings(character) == (sound,) else _homophones().get(sound, character)


@cache
def _homophones() -> Mapping[str, str]:
    """For each syllable the commonest character whose only reading it is, an everyday one if there is one.

    Where every character has several readings, one that has it as its first reading in pypinyin's dictionary.
    """
    single: dict[str, str] = {}
    first: dict[str, str] = {}
    for characters in _LEVELS:
        for character in sorted(_gb2312(characters), key=lambda c: -frequencies().count(c)):
            readings = _readings(character)
            first.setdefault(readings[0], character)
            if len(readings) == 1:
                single.setdefault(readings[0], character)
    return first | single


def _gb2312(rows: range) -> str:
    columns = range(0xA1, 0xFF)
    return bytes(b for row in rows for column in columns for b in (row, column)).decode("gb2312", errors="ignore")


def _readings(character: str) -> tuple[str, ...]:
    from pypinyin.contrib.tone_convert import to_tone3
    from pypinyin.pinyin_dict import pinyin_dict

    if not character:
        return ()
    readings = pinyin_dict.get(ord(character), "").split(",")
    return tuple(str(to_tone3(r, v_to_u=False, neutral_tone_with_five=True)) for r in readings)
