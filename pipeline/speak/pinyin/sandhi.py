"""Readings in context come in; the same as they sound, after tone sandhi, go out."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import Syllable

DIGITS = "〇零一二三四五六七八九"
ORDINAL = "第初十"


def sounded(syllables: Sequence[Syllable], words: Sequence[str]) -> list[Syllable]:
    """Sandhi of 一, 不 and third tones inside words."""
    found = list(syllables)
    for k, syllable in enumerate(found):
        if syllable.reason == "override" or syllable.citation is None:
            continue
        if syllable.character == "一":
            found[k] = replace(syllable, citation="yi1", sounded=_yi(found, k))
        elif syllable.character == "不":
            found[k] = replace(syllable, citation="bu4", sounded="bu2" if _tone(found, k + 1) == "4" else "bu4")
    for k in range(len(found) - 1):
        if not found[k + 1].word_start and _tone(found, k) == "3" == _tone(found, k + 1):
            found[k] = replace(found[k], sounded=f"{(found[k].citation or '')[:-1]}2")
    return found


def _yi(found: Sequence[Syllable], k: int) -> str:
    before = found[k - 1].character if k else ""
    after = found[k + 1].character if k + 1 < len(found) else ""
    if before in tuple(ORDINAL) or before in tuple(DIGITS) or after in tuple(DIGITS) or after in ("月", "日", "号"):
        return "yi1"
    if before and before == after:
        return "yi5"
    tone = _tone(found, k + 1)
    return "yi2" if tone == "4" else "yi4" if tone in ("1", "2", "3") else "yi1"


def _tone(found: Sequence[Syllable], k: int) -> str:
    """The tone of the k-th syllable, "" where there is none."""
    reading = found[k].citation if 0 <= k < len(found) else None
    return reading[-1] if reading else ""
