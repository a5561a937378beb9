"""A text comes in; which of its lines are written in traditional characters goes out.

Some characters mean one thing in simplified text and another in traditional (乾 坏 昇 沈 著): they may only be
changed where the characters around them tell which script it is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property, lru_cache

# In GB 2312, hence in simplified text too (乾坤, 宫商角徵羽): changed in traditional text only.
SHARED = frozenset("乾吒夥徵捱摺榘菸薹醣麴麽拚著藉覆")
# Given back to simplified use, for names, by the standard of 2013 (通用规范汉字表): left alone in simplified text.
NAMES = frozenset("甯昇陞祕脩蒐釐氾甦剋鉅谿劄扞迺喆堃淼犇龢邨瞭閤餘鍾蘋噁祇衹讎勠遶椀叚澂筦菉絜耑蹻菓")
TRADITIONAL_SHARE = 3  # a line is traditional when its traditional characters are at least a third of the telling ones


@dataclass(frozen=True)
class Tables:
    """What becomes what: single characters, and phrases that say something else than their characters do."""

    characters: Mapping[str, str]
    phrases: Mapping[str, str]

    def unit(self, line: str, start: int) -> tuple[str, str]:
        """The longest phrase of the tables at a place, or the character there, and what it becomes."""
        for phrase in self._starts.get(line[start], ()):
            if line.startswith(phrase, start):
                return phrase, self.phrases[phrase]
        return line[start], self.characters.get(line[start], line[start])

    @cached_property
    def _starts(self) -> Mapping[str, tuple[str, ...]]:
        """The phrases that begin with a character, the longest first."""
        by_first: dict[str, list[str]] = {}
        for phrase in sorted(self.phrases, key=len, reverse=True):
            by_first.setdefault(phrase[0], []).append(phrase)
        return {first: tuple(found) for first, found in by_first.items()}


@cache
def tables() -> Tables:
    """Traditional -> simplified."""
    return _merged("t2s", "opencc.tsv")


@cache
def to_traditional() -> Tables:
    """Simplified -> traditional."""
    return _merged("s2t", "opencc_s2t.tsv")


@cache
def variants() -> frozenset[tuple[str, str]]:
    """A traditional character of OpenCC's standard, and the form of it that Taiwan or Hong Kong writes: (纔, 才)."""
    return frozenset(pair for direction in ("t2tw", "t2hk") for pair in _entries(direction).items())


def _merged(direction: str, mended: str) -> Tables:
    """The tables of opencc-python-reimplemented, with what the official OpenCC has since put right."""
    from pipeline.repair.rule import table

    merged = _entries(direction)
    merged.update((before, after) for before, after in table(mended))
    characters = {before: after for before, after in merged.items() if len(before) == 1}
    return Tables(characters, {before: after for before, after in merged.items() if len(before) > 1})


def _entries(direction: str) -> dict[str, str]:
    """What opencc-python-reimplemented's tables for a direction say, the first where they leave a choice."""
    from opencc import OpenCC

    found: dict[str, str] = {}
    for _, _, entries in OpenCC(direction).dict_cache.values():
        found.update((before, after.split(" ")[0]) for before, after in entries.items())
    return found


@cache
def telling() -> frozenset[str]:
    """Characters that only traditional text has."""
    characters, phrases = tables().characters, tables().phrases
    kept = (SHARED | NAMES).union(*phrases.values(), characters.values())
    return frozenset(before for before, after in characters.items() if before != after and before not in kept)


@cache
def simplified_only() -> frozenset[str]:
    """Characters that only simplified text has: what a telling character becomes, and is nothing else itself.

    >>> [c in simplified_only() for c in "们说后里么"]
    [True, True, False, False, False]
    """
    characters = tables().characters
    both = frozenset("后里干斗系采于松发面丑才台只周志制准御愿云曲胡范姜余岳布仆朱征累谷几")
    made = {after for before, after in characters.items() if before in telling() and len(after) == 1}
    return frozenset(c for c in made if c not in characters and c not in both and _has_own_code(c))


def _has_own_code(character: str) -> bool:
    """Whether Big5, made for traditional text, lacks the character."""
    return not character.encode("big5", "ignore")


@lru_cache(maxsize=8)
def _any_of(characters: frozenset[str]) -> re.Pattern[str]:
    """Any of these characters of the first plane; the others would make the search slow and are too rare to tell."""
    first_plane = "".join(sorted(c for c in characters if c <= "\uffff"))
    return re.compile(f"[{first_plane}]")


class Script(Enum):
    """In which characters a text is written, as far as they tell."""

    TRADITIONAL = "traditional"
    SIMPLIFIED = "simplified"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, text: str) -> "Script":
        """Traditional when at least a third of the telling characters are.

        >>> [Script.of(t).value for t in ("隨著經濟發展", "随着经济发展", "他看著我", "“愛”字")]
        ['traditional', 'simplified', 'unknown', 'traditional']
        """
        traditional = len(_any_of(telling()).findall(text))
        simplified = len(_any_of(simplified_only()).findall(text))
        if traditional and traditional * TRADITIONAL_SHARE >= traditional + simplified:
            return cls.TRADITIONAL
        return cls.SIMPLIFIED if simplified else cls.UNKNOWN


def script_among(text: str) -> Callable[[str], Script]:
    """Which script a line of a text is in: the text's, where the line does not tell.

    >>> among = script_among("隨著經濟發展\\n他看著我")
    >>> among("他看著我").value, among("他说").value
    ('traditional', 'simplified')
    """
    whole = cache(lambda: Script.of(text))

    def of(line: str) -> Script:
        own = Script.of(line)
        return whole() if own is Script.UNKNOWN else own

    return of
