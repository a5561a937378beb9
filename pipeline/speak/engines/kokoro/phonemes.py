"""Tone-numbered pinyin comes in; phonemes of the Kokoro voice go out (misaki's scheme for Mandarin, Apache-2.0).

A syllable is initial + final, the tone an arrow behind the vowel: zhang3 -> ꭧa↓ŋ.
"""

import functools
import re
from importlib.resources import files

from pipeline.errors import InputError

REMEDY = 'write one syllable with its tone for each character: 重庆 = "chong2 qing4"'
TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
SYLLABIC = {"hm": "hm0", "hng": "hŋ0", "m": "m0", "n": "n0", "ng": "ŋ0", "o": "ɔ0", "yo": "jɔ0", "r": "ɚ0"}
_ZERO_INITIAL = ((r"^yu", "v"), (r"^yi", "i"), (r"^y", "i"), (r"^wu", "u"), (r"^w", "u"))
_WRITTEN_SHORT = {"iou": "iu", "uei": "ui", "uen": "un", "uong": "ueng"}


def phonemes_of(syllable: str) -> str:
    """The phonemes of one syllable. Raises KeyError for what is no Mandarin syllable.

    >>> [phonemes_of(s) for s in ("zhang3", "yuan2", "lv4", "shi4", "zi5", "ju1", "wei4", "bo2")]
    ['ꭧa↓ŋ', 'ɥɛ↗n', 'ly↘', 'ʂɨ↘', 'ʦɨ', 'ʨy→', 'wei↘', 'pwo↗']
    """
    plain, tone = syllable[:-1].replace("ü", "v"), TONES[syllable[-1]]
    if plain in SYLLABIC:
        return SYLLABIC[plain].replace("0", tone)
    initial, final = _split(plain)
    buzzed = final == "i" and initial in ("zh", "ch", "sh", "r", "z", "c", "s")
    sound = "ɨ0" if buzzed else table("finals.tsv")[final]
    return table("initials.tsv").get(initial, "") + sound.replace("0", tone)


def demand_one_each(word: str, readings: str) -> None:
    """Raises InputError where a reading has not one syllable for each character of the word."""
    given = readings.split()
    if len(given) != len(word):
        raise InputError(f"the reading of {word!r} has {len(given)} syllables: {readings!r}", REMEDY)


def demand_syllables(word: str, readings: str) -> None:
    """Raises InputError for what is no Mandarin syllable with its tone."""
    for syllable in readings.split():
        try:
            phonemes_of(syllable)
        except KeyError:
            raise InputError(f"the reading of {word!r} has no syllable {syllable!r}", REMEDY) from None


def _split(plain: str) -> tuple[str, str]:
    """Initial and final, with y and w spelt out and ü restored after j, q, x."""
    for pattern, vowel in _ZERO_INITIAL:
        spelt, count = re.subn(pattern, vowel, plain)
        if count:
            return "", _WRITTEN_SHORT.get(spelt, spelt)
    match = re.match(r"(zh|ch|sh|[bpmfdtnlgkhjqxrzcs]?)(.+)", plain)
    if match is None:
        raise KeyError(plain)
    initial, final = match.groups()
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    return initial, {"ue": "ve"}.get(final, final) if initial in ("n", "l") else final


@functools.cache
def table(name: str) -> dict[str, str]:
    """A table beside this file: the first of each row's two columns, and the second, if any."""
    lines = (files(__package__) / name).read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {key: said for key, _, said in rows}
