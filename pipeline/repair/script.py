"""A text comes in; which of its lines are written in traditional characters goes out.

Some characters mean one thing in simplified text and another in traditional (乾 坏 昇 沈 著): they may only be
changed where the characters around them tell which script it is.
"""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import NamedTuple

# In GB 2312, hence in simplified text too (乾坤, 宫商角徵羽): changed in traditional text only.
SHARED = frozenset("乾吒夥徵捱摺榘菸薹醣麴麽拚著藉覆")
# Given back to simplified use, for names, by the standard of 2013 (通用规范汉字表): left alone in simplified text.
NAMES = frozenset("甯昇陞祕脩蒐釐氾甦剋鉅谿劄扞迺喆堃淼犇龢邨瞭閤餘鍾蘋噁祇衹讎勠遶椀叚澂筦菉絜耑蹻菓")
TRADITIONAL_SHARE = 3  # a line is traditional when its traditional characters are at least a third of the telling ones


class Tables(NamedTuple):
    """Traditional -> simplified: single characters, phrases, and how many characters the longest phrase has."""

    characters: Mapping[str, str]
    phrases: Mapping[str, str]


@cache
def tables() -> Tables:
    """The tables of opencc-python-reimplemented, with what the official OpenCC has since put right (opencc.tsv)."""
    from opencc import OpenCC

    from pipeline.repair.rule import table

    merged: dict[str, str] = {}
    for _, _, entries in OpenCC("t2s").dict_cache.values():
        merged.update((before, after.split(" ")[0]) for before, after in entries.items())
    merged.update((before, after) for before, after in table("opencc.tsv"))
    characters = {before: after for before, after in merged.items() if len(before) == 1}
    return Tables(characters, {before: after for before, after in merged.items() if len(before) > 1})


@cache
def telling() -> frozenset[str]:
    """Characters that only traditional text has."""
    characters, phrases = tables()
    kept = (SHARED | NAMES).union(*phrases.values(), characters.values())
    return frozenset(before for before, after in characters.items() if before != after and before not in kept)


@cache
def simplified_only() -> frozenset[str]:
    """Characters that only simplified text has: what a telling character becomes, and is nothing else itself.

    >>> [c in simplified_only() for c in "们说后里么"]
    [True, True, False, False, False]
    """
    characters, _ = tables()
    both = frozenset("后里干斗系采于松发面丑才台只周志制准御愿云曲胡范姜余岳布仆朱征累谷几")
    made = {after for before, after in characters.items() if before in telling() and len(after) == 1}
    return frozenset(c for c in made if c not in characters and c not in both and _has_own_code(c))


def _has_own_code(character: str) -> bool:
    """Whether Big5, made for traditional text, lacks the character."""
    return not character.encode("big5", "ignore")


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
        traditional = sum(map(telling().__contains__, text))
        simplified = sum(map(simplified_only().__contains__, text))
        if traditional and traditional * TRADITIONAL_SHARE >= traditional + simplified:
            return cls.TRADITIONAL
        return cls.SIMPLIFIED if simplified else cls.UNKNOWN
