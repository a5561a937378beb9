"""Readings in context come in; the same as they sound, after tone sandhi, go out.

The rules of Standard Mandarin (Shih 1986, Chen 2000 for the domains of the third tone): 一 and 不 by what follows
them; a third tone before a third tone rises, inside words first, then across words where one of the two is a
monosyllable and so leans on its neighbour. Nothing passes a mark of punctuation.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.model import Syllable
from pipeline.speak.pinyin.lexicon import lexicon
from pipeline.speak.pinyin.rules import table

DIGITS = "〇零一二三四五六七八九"
LARGER = "十百千万亿"
QUANTIFIED = "这那哪每另某同任有上下前后头"  # before 一 as a number of things: 这一次, 每一天
COMPLEMENTS = "了见起出来去到着住动上下开完成定清懂全齐准惯赢及够掉通透断尽得过多消进脱倒垮稳饱远好"  # 看不见, 差不多
NO_VERBS = "只左再并亦才眼君高莫"  # before 不 and one of these: 只不过, 再不来
KIN = "姐奶宝婶姥伯"  # said twice they keep the third tone: 姐姐
CLOCK = ("分", "刻", "半", "整")


def sounded(syllables: Sequence[Syllable], words: Sequence[str]) -> list[Syllable]:
    """Sandhi of 一, 不 and the third tone; what a person has set stays as it is."""
    tones = [syllable.citation for syllable in syllables]
    places = _places(words)
    text = "".join(words)
    for k, character in enumerate(text):
        if syllables[k].reason != "override" and tones[k]:
            if character == "一":
                tones[k] = one(text, places, k, tones)
            elif character == "不":
                tones[k] = no(text, words, places, k, tones)
    _third(tones, syllables, words)
    found = zip(syllables, tones, strict=True)
    return [s if t == s.sounded or s.reason == "override" else replace(s, sounded=t) for s, t in found]


def _places(words: Sequence[str]) -> list[tuple[int, int]]:
    """For each character its word's number and its place in the word."""
    return [(n, k) for n, word in enumerate(words) for k in range(len(word))]


def one(text: str, places: Sequence[tuple[int, int]], k: int, tones: Sequence[str | None]) -> str:
    """How 一 sounds: yi1 as a figure and in ordinals, yi5 inside 看一看, yi2 before a fourth tone, yi4 else.

    >>> from pipeline.speak.pinyin import Pronouncer
    >>> ["".join(s.sounded[-1] for s in Pronouncer({}).syllables(t)) for t in ("一二三", "第一", "一个", "看一看")]
    ['141', '41', '24', '454']
    """
    before, after = text[k - 1 : k], text[k + 1 : k + 2]
    if _counted(text, k) or _closes_word(text, places, k):
        return "yi1"
    if before and before == after and before not in DIGITS + LARGER and text[k - 2 : k - 1] != "一":
        return "yi5"
    tone = (tones[k + 1] or "")[-1:] if k + 1 < len(tones) else ""
    if after == "个":
        tone = "4"
    return {"4": "yi2", "": "yi1"}.get(tone, "yi4")


def _counted(text: str, k: int) -> bool:
    """Whether 一 is said as a figure: in digits, after 第 or 十, as the ones of a number, in ordinals and dates."""
    before, after = text[k - 1 : k], text[k + 1 : k + 2]
    if "一点一点" in (text[k : k + 4], text[max(0, k - 2) : k + 2]):
        return False
    if before in tuple("第初十") or before in tuple(DIGITS) or after in tuple(DIGITS):
        return True
    if before == "点" and text[k - 2 : k - 1] in tuple(DIGITS + LARGER) and after not in CLOCK:
        return True
    if after == "点" and text[k + 2 : k + 3] in (*DIGITS, "十", *CLOCK):
        return True
    if after == "日" and before == "月":
        return True
    return any(text.startswith(word, k) for word in table("ordinals.tsv"))


def _closes_word(text: str, places: Sequence[tuple[int, int]], k: int) -> bool:
    """Whether 一 is the last of its word (统一, 之一) or of what is said, not a count of what follows (这一次)."""
    word, place = places[k]
    last = k + 1 == len(text) or places[k + 1][0] != word
    return last and place > 0 and text[k - 1] not in QUANTIFIED


def no(text: str, words: Sequence[str], places: Sequence[tuple[int, int]], k: int, tones: Sequence[str | None]) -> str:
    """How 不 sounds: neutral in 好不好 and 看不见, bu2 before a fourth tone, bu4 else.

    >>> from pipeline.speak.pinyin import Pronouncer
    >>> ["".join(s.sounded[-1] for s in Pronouncer({}).syllables(t)) for t in ("不是", "好不好", "看不见", "只不过")]
    ['24', '353', '454', '324']
    """
    before, after = text[k - 1 : k], text[k + 1 : k + 2]
    word, place = places[k]
    if before and before == after and before != "时":
        return "bu5"
    if place == 1 and len(words[word]) == 3 and after in COMPLEMENTS and before not in NO_VERBS:
        return "bu5"
    tone = (tones[k + 1] or "")[-1:] if k + 1 < len(tones) else ""
    return "bu2" if tone == "4" else "bu4"


def _third(tones: list[str | None], syllables: Sequence[Syllable], words: Sequence[str]) -> None:
    """Third tones before third tones rise, in place: the feet of each word first, then across words."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    for word, start in zip(words, starts, strict=False):
        for low, high in _feet(word, tones[start : start + len(word)]):
            _rise(tones, syllables, start + low, start + high)
        _across_feet(word, tones, syllables, start)
    for (left, right), at in zip(pairwise(words), starts[1:], strict=False):
        if min(len(left), len(right)) == 1:
            _rise(tones, syllables, at - 1, at + 1)


def _feet(word: str, tones: Sequence[str | None]) -> list[tuple[int, int]]:
    """The feet of a word: 展览|馆, 老|总理, 五百|里; pairs from the left where the dictionary does not tell.

    >>> _feet("展览馆", ()), _feet("老总理", ()), _feet("手写板儿", ())
    ([(0, 2), (2, 3)], [(0, 1), (1, 3)], [(0, 2), (2, 4)])
    """
    costs = lexicon().costs
    if len(word) == 3:
        left, right = costs.get(word[:2], 999), costs.get(word[1:], 999)
        return [(0, 1), (1, 3)] if right < left else [(0, 2), (2, 3)]
    return [(k, min(k + 2, len(word))) for k in range(0, len(word), 2)]


def _across_feet(word: str, tones: list[str | None], syllables: Sequence[Syllable], start: int) -> None:
    for k in range(start, start + len(word) - 1):
        _rise(tones, syllables, k, k + 2)


def _rise(tones: list[str | None], syllables: Sequence[Syllable], low: int, high: int) -> None:
    """Of two neighbours that are both of the third tone the first rises; so does 想 before the neutral of 想想."""
    for k in range(low, high - 1):
        first, second = tones[k], tones[k + 1]
        if not first or not second or first[-1] != "3" or syllables[k].reason == "override":
            continue
        twice = first[:-1] == second[:-1] and second[-1] == "5" and syllables[k].character not in KIN
        if second[-1] == "3" or twice:
            tones[k] = f"{first[:-1]}2"
