"""A Document comes in; the same goes out with each character as its ordinary code point.

Radicals and compatibility ideographs look like the characters they stand for, and no dictionary knows them; letters
and digits of full width are typesetting; what has no width was never meant to be read.
"""

import re
import unicodedata
from functools import cache

from pipeline.model import Document
from pipeline.repair.rule import substituted, table

_COMPATIBLE = re.compile("[\uf900-\ufaff⺀-⿕]")
_SUPPLEMENT = re.compile("[\U0002f800-\U0002fa1f]")
_INVISIBLE = re.compile(
    r"""
    [\u00ad\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]   # soft hyphen, word joiner, byte order mark, direction
  | (?<=[\u2e80-\u9fff\uff00-\uffef])[\u200b-\u200d]   # behind Chinese; emoji and other scripts need theirs
    """,
    re.VERBOSE,
)
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ]+|(?<=[０-９0-9Ａ-Ｚａ-ｚA-Za-z])[．＠＿－／](?=[０-９0-9Ａ-Ｚａ-ｚA-Za-z])")
_LIGATURES = re.compile("[\ufb00-\ufb06]")
_SMALL = {"﹐": "，", "﹑": "、", "﹒": "·", "﹔": "；", "﹕": "：", "﹖": "？", "﹗": "！", "﹙": "（", "﹚": "）"}
_SMALL_MARKS = re.compile(f"[{''.join(_SMALL)}]")


def compatible(document: Document) -> Document:
    """Compatibility ideographs become the characters that they stand for, and so do radicals beside a character.

    Small marks, which plain text has no use for, become marks; ligatures their letters.

    >>> from pipeline.repair.rule import document_of
    >>> compatible(document_of("⽂字和⻝物，行列①㎡，“⺮”字头")).text
    '文字和食物，行列①㎡，“⺮”字头'
    >>> compatible(document_of("是的﹐ﬁnal﹗")).text
    '是的，final！'
    """
    document = substituted(document, "code points", _LIGATURES, lambda m: unicodedata.normalize("NFKC", m[0]))
    document = substituted(document, "code points", _SMALL_MARKS, lambda m: _SMALL[m[0]])
    document = substituted(document, "code points", _COMPATIBLE, lambda m: _ordinary(m[0]) if _is_meant(m) else m[0])
    return substituted(document, "code points", _SUPPLEMENT, lambda m: _ordinary(m[0]))


def invisible(document: Document) -> Document:
    """Characters without width go; joiners inside emoji stay.

    >>> from pipeline.repair.rule import document_of
    >>> invisible(document_of("看\\u200b不\\ufeff见，👩\\u200d💻")).text
    '看不见，👩\\u200d💻'
    """
    return substituted(document, "invisible", _INVISIBLE, lambda m: "")


def widths(document: Document) -> Document:
    """Letters, digits and signs of full width become those of ordinary width; marks are Chinese and stay.

    >>> from pipeline.repair.rule import document_of
    >>> widths(document_of("１９９８年，ＧＤＰ增长８．５％，好！")).text
    '1998年，GDP增长8.5％，好！'
    >>> widths(document_of("ａ＠ｂ．ｃｏｍ，甲／乙")).text
    'a@b.com，甲／乙'
    """
    return substituted(document, "widths", _WIDE, lambda m: unicodedata.normalize("NFKC", m[0]))


def _is_meant(match: re.Match[str]) -> bool:
    """Whether a radical is meant as a character: another stands at its side."""
    beside = match.string[max(0, match.start() - 1) : match.start()] + match.string[match.end() : match.end() + 1]
    return match[0] >= "\uf900" or any(
        "⺀" <= character <= "鿿" and character not in "、。《》「」『』" for character in beside
    )


@cache
def _radicals() -> dict[str, str]:
    """Radicals of the supplement, which Unicode does not decompose, and the characters that they look like."""
    return {row[0]: row[1] for row in table("radicals.tsv")}


def _ordinary(character: str) -> str:
    return _radicals().get(character) or unicodedata.normalize("NFKC", character)
