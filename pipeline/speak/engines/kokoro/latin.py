"""Latin words inside Chinese come in; phonemes go out.

Acronyms are spelt with the Mandarin names of the letters (a recogniser heard 11 of 20 right so, against 5 of 20 as
English letters); words, in capitals too from four letters on, come from latin.tsv and from misaki's American
dictionaries (Apache-2.0), camelCase and compounds apart; what they do not have is spelt.
"""

import functools
import json
import re
from importlib.resources import files

from pipeline.speak.engines.kokoro.phonemes import phonemes_of, table

LETTERS = {
    "A": "ei1", "B": "bi4", "C": "sei1", "D": "di4", "E": "yi4", "F": "ai2 fu5", "G": "ji4", "H": "ei2 chi5",
    "I": "ai4", "J": "zhei4", "K": "kei4", "L": "ai2 lou5", "M": "ai2 mu5", "N": "en1", "O": "ou1", "P": "pi1",
    "Q": "kiu1", "R": "a4", "S": "ai2 si5", "T": "ti4", "U": "you4", "V": "wei1", "W": "da2 bu5 liu5",
    "X": "ai2 ke5 si5", "Y": "wai4", "Z": "zei4",
}  # fmt: skip
OWN = "latin.tsv"  # words, and their phonemes where no dictionary has them
SHORTEST_WORD = 4  # capitals: what is no longer is spelt, known as a word or not
SHORTEST_PART = 3  # letters of a word inside a compound
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def latin_phonemes(word: str) -> str:
    """The phonemes of one word of letters.

    >>> latin_phonemes("GDP")
    'ʨi↘ ti↘ pʰi→'
    >>> latin_phonemes("hello"), latin_phonemes("HELLO"), latin_phonemes("COVID")
    ('həlˈO', 'həlˈO', 'kˈOvɪd')
    >>> latin_phonemes("MIT") == spelt("MIT"), latin_phonemes("HTML") == spelt("HTML")
    (True, True)
    """
    if len(word) == 1 or (word.isupper() and _is_spelt(word)):
        return spelt(word)
    found = _look_up(word) or (_plural(f"{word[:-2]}s") if word.endswith("'s") else "")
    if found:
        return found
    parts = _PARTS.findall(word)
    if len(parts) > 1:
        return " ".join(latin_phonemes(part) for part in parts)
    return _plural(word) or _compound(word) or spelt(word)


def _is_spelt(capitals: str) -> bool:
    if capitals in _words() or (len(capitals) > 2 and capitals.lower() in table(OWN)):
        return False
    return len(capitals) < SHORTEST_WORD or not _look_up(capitals)


def spelt(word: str) -> str:
    """The letters' names one after the other."""
    names = (LETTERS[letter] for letter in word.upper() if letter in LETTERS)
    return " ".join("".join(phonemes_of(syllable) for syllable in name.split()) for name in names)


def _plural(word: str) -> str:
    """A known word and its s; "" where it is none.

    >>> _plural("chatbots")[-1], _plural("datasets")[-1], _plural("blogs")[-1]
    ('s', 's', 'z')
    """
    one = (_look_up(word[:-1]) or _compound(word[:-1])) if word.endswith("s") and not word.endswith("ss") else ""
    return one + ("s" if one[-1] in "ptkfθ" else "z") if one else ""


def _compound(word: str) -> str:
    """Two known words written as one, the first as long as can be; "" where there are none.

    >>> _compound("microservice") == _look_up("micro") + _look_up("service")
    True
    """
    cuts = range(len(word) - SHORTEST_PART, SHORTEST_PART - 1, -1)
    pairs = ((_look_up(word[:cut]), _look_up(word[cut:])) for cut in cuts)
    return next((first + second for first, second in pairs if first and second), "")


def _look_up(word: str) -> str:
    words, own = _words(), table(OWN).get(word.lower(), "")
    return own or next((words[form] for form in (word, word.lower(), word.capitalize()) if form in words), "")


@functools.cache
def _words() -> dict[str, str]:
    """misaki's two word lists, the better one last; an entry with several readings gives its default."""
    found: dict[str, str] = {}
    for name in ("us_silver.json", "us_gold.json"):
        listed = json.loads((files("misaki") / "data" / name).read_text(encoding="utf-8"))
        for word, reading in listed.items():
            phonemes = reading.get("DEFAULT") if isinstance(reading, dict) else reading
            if phonemes:
                found[word] = phonemes
    return found
