"""One line comes in; what kind of heading it could be goes out, by its form alone.

Whether it is one, the other lines decide (`scheme`): a document numbers its headings in one way.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pipeline.segment.numerals import CHINESE, value_of

STRONG_LENGTH = 50  # characters of a line that can be a chapter's heading
WEAK_LENGTH = 60  # of one behind 一、 or 1.
DOUBTFUL_LENGTH = 30  # of a title that ends like a sentence
MOST = 999  # the highest number of an enumeration
STRONG_RANKS = ("declared", "part", "chapter", "leaf")
RANKS = (*STRONG_RANKS, "comma", "bracket", "arabic", "decimal", "round", "circle", "bare", "day", "date")
STRONG = frozenset(STRONG_RANKS)

_NUMERAL = f"[0-9０-９{CHINESE}]+"
_COUNT = "[一二三四五六七八九十百壹贰貳叁參肆伍陆陸柒捌玖拾]+"
_COUNT_ON = f"{_COUNT[:-2]}零〇千两]+"
_UNITS = {
    "part": "部分|部份|单元|單元|卷|部|篇|集|编|編|辑|輯|册|冊|季",
    "chapter": "章|回|话|話|幕|讲|講|课|課|场|場|夜",
    "leaf": "节|節|折",
}
_PLAIN_UNITS = frozenset("章回卷")  # a title may follow them without a blank
_EDGES = " \t\u3000#=＝*＊◆★☆■□●○◎▲△-—─_~～·•【】[]〖〗「」『』<>＜＞《》"
_BRACKETS = (("【", "】"), ("[", "]"), ("〖", "〗"), ("「", "」"), ("『", "』"), ("《", "》"))
_NO_UNIT = (
    "回合|章程|章节|节课|节目|集团|部队|部门|部落|部长|场次|季度|夜里|课时|课程|课文|话题|话剧|幕后|篇幅|卷子|册子"
    "|编辑|编号|讲话|讲述|辑录|单元格|回去|回来|回到|回见|回头"
)
_OVER = frozenset(
    ("完", "终", "終", "結束", "结束", "完结", "完結", "未完", "待续", "待續", "end", "END", "上完", "下完")
)
_ORDINAL = re.compile(
    rf"第\s?(?P<n>{_NUMERAL}|[IVXLC]+)\s?(?!{_NO_UNIT})"
    rf"(?:(?P<part>{_UNITS['part']})|(?P<chapter>{_UNITS['chapter']})|(?P<leaf>{_UNITS['leaf']}))(?P<rest>.*)",
    re.DOTALL,
)
_IN_BRACKETS = re.compile(rf"[（(]\s?(第\s?{_NUMERAL}\s?[章回节節卷话話])\s?[)）](?=\s*\S)")  # （第一章）下山
_NUMBER_FIRST = re.compile(
    rf"(?P<n>[0-9０-９]{{1,4}}|{_COUNT_ON})\s?(?P<chapter>[章回话話])(?P<rest>(?:[\s:：、．.·—-].*)?)", re.DOTALL
)
_BODY_TEXT = re.compile(r"正文[\s\u3000:：]*(?=第)")  # 正文 第四章: where chapters began on the page it came from
_VOLUME = re.compile(rf"(?P<part>卷之?|[上中下]?[篇部])第?(?P<n>{_NUMERAL})(?P<rest>(?:[\s:：、．.·—-].*)?)", re.DOTALL)
_ENGLISH = re.compile(
    r"(?:(?P<part>part|book|volume)|(?P<chapter>chapter)|(?P<leaf>section))(?:\s+|[\s.．:：#]*(?=[0-9]))"
    r"(?P<n>[0-9]+|[IVXLC]+|one|two|three|four|five|six|seven|eight|nine|ten)(?P<rest>(?:[\s:：.—-].*)?)",
    re.IGNORECASE | re.DOTALL,
)
_ENGLISH_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ENUMERATIONS: Mapping[str, re.Pattern[str]] = {
    "comma": re.compile(rf"(?P<n>{_COUNT}|[Ⅰ-Ⅻ])\s?[、．.，](?P<rest>.*)", re.DOTALL),
    "bracket": re.compile(rf"[（(]?\s?(?P<n>{_COUNT})\s?[)）][、.．]?(?P<rest>.*)", re.DOTALL),
    "decimal": re.compile("(?P<n>[0-9０-９]{1,3}(?:[.．][0-9０-９]{1,3}){1,3})(?P<rest>[.．、\\s].*)", re.DOTALL),
    "arabic": re.compile("(?P<n>[0-9０-９]{1,3})\\s?(?:[、．|｜]|\\.(?![0-9]))(?P<rest>.*)", re.DOTALL),
    "round": re.compile("[（(]?\\s?(?P<n>[0-9０-９]{1,3})\\s?[)）](?P<rest>.*)", re.DOTALL),
    "circle": re.compile("(?P<n>[①-⑳㉑-㉟㊱-㊿⑴-⒇⒈-⒛])[、.．]?(?P<rest>.*)", re.DOTALL),
    "day": re.compile(rf"第\s?(?P<n>{_NUMERAL})\s?(?:天|日|周|封信|封)(?P<rest>(?:[\s:：（(].*)?)", re.DOTALL),
    "bare": re.compile(
        "(?P<n>[一二三四五六七八九十百]+|[0-9０-９]{1,3}|[IVX]{1,5}|[ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ])(?P<rest>(?:[\\s].*)?)", re.DOTALL
    ),
}
_SEPARATORS = " \t\u3000:：、．.·—-–_｜|《「『【(（"
_QUOTES = '“"‘'
_BLANKS = re.compile(r"[\s\u3000]+")
_SENTENCE = re.compile("[。；;…！？!?]|，.*，.*，.*，")
_PROSE_END = tuple("。；;，,、…～—")
_PROSE_START = frozenset(
    "里裡中的是在我你您他她它们們有和与與及到至说說讲講就也都还還已将將被把给給对對从從向以于於了着著过過上下前后後内內外时時"
    "其所则則即便又再才只可能会會要需应應该該让讓使令比像如若但而却卻因为為由每各这這那"
)
_NEXT_IN_COUNT = frozenset("、两兩点點者项項条條款月日号號年个個，,和与與及至到位次名种種天")
_HASH = re.compile(r"(?P<hashes>#{1,6})[ \t\u3000]+(?P<rest>.*\S)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Mark:
    """The form of a heading: its kind, number (None for 序言), the title behind the mark, and how sure the form is."""

    kind: str
    number: int | None
    rest: str
    sure: bool = True
    titled: bool = True  # could be a heading; False for a paragraph that begins with the same mark
    pattern: str = ""  # how the next number would be written: 第{}章
    numeral: str = ""
    within: str = ""  # the volume that is named before it on the same line
    glued: bool = False  # the title stands directly behind the unit: 第三章转
    frame: bool = False  # 楔子, 后记: what stands around the chapters


def mark_of(line: str) -> Mark | None:
    """The mark that a line begins with, None where there is none.

    >>> mark = mark_of("第十二章 风雪夜归人")
    >>> mark.kind, mark.number, mark.rest, mark.pattern
    ('chapter', 12, '风雪夜归人', '第{}章')
    >>> mark_of("第一章里我们说过，人生如梦。") is None
    True
    >>> mark_of("1、要在维护社会稳定上多作贡献。发展是第一要务。").titled
    False
    """
    plain = bare(line)
    for form in (_ordinal, _word, _enumeration):
        mark = form(plain[: 4 * WEAK_LENGTH])
        if mark:
            return mark
    return None


def bare(line: str) -> str:
    """A line without the decoration around a heading.

    >>> bare("☆、第三章 转"), bare("=== 第二章 承 ==="), bare("第一章 《春》"), bare("【第四章】合")
    ('第三章 转', '第二章 承', '第一章 《春》', '第四章 合')
    >>> bare("###第一章 起###"), bare("（第二章）承")
    ('第一章 起', '第二章 承')
    """
    start = _IN_BRACKETS.sub(r"\1 ", line.lstrip(_EDGES + "、"), count=1)
    opened = line[: len(line) - len(line.lstrip(_EDGES + "、"))]
    for opener, closer in _BRACKETS:
        if opener in opened and opener not in start:
            start = start.replace(closer, " ", 1)
    return start.rstrip(_EDGES if opened else " =＝*＊-—─_~～#")


def hash_mark(line: str) -> tuple[int, int] | None:
    """The level of a Markdown heading left in plain text, and how long its mark is.

    >>> hash_mark("## 第一章"), hash_mark("#话题")
    ((2, 3), None)
    """
    found = _HASH.fullmatch(line[: 2 * WEAK_LENGTH]) if line.startswith("#") and len(line) <= WEAK_LENGTH else None
    return (len(found["hashes"]), found.start("rest")) if found else None


def _ordinal(line: str) -> Mark | None:
    if len(line) > STRONG_LENGTH:
        return None
    line = _BODY_TEXT.sub("", line)
    found = _ORDINAL.fullmatch(line) or _VOLUME.fullmatch(line) or _ENGLISH.fullmatch(line)
    plain = None if found else _NUMBER_FIRST.fullmatch(line)
    found = found or plain
    if not found:
        return None
    kind = next(kind for kind in ("part", "chapter", "leaf") if found.groupdict().get(kind))
    number, rest = _number(found["n"]), found["rest"]
    title = rest.strip(_SEPARATORS + _EDGES)
    if title.rstrip("）)】]」』") in _OVER:
        return None
    inner = _chapter_within(str(number), title) if kind == "part" else None
    if inner:
        return inner
    written = f"{line[found.start() : found.start('n')]}{{}}{line[found.end('n') : found.start('rest')]}", found["n"]
    if not rest or (rest[0] in _SEPARATORS and _is_title(title.rstrip("…"))):
        return Mark(kind, number, title, not plain, True, *written)
    if title and _is_title(title) and len(title) <= STRONG_LENGTH // 2 and "，" not in title:
        sure = found.groupdict()[kind] in _PLAIN_UNITS and title[0] not in _PROSE_START
        return Mark(kind, number, title, sure, True, *written, glued=True)
    if rest[0] in _SEPARATORS + _QUOTES and len(title) <= DOUBTFUL_LENGTH:
        return Mark(kind, number, title, False, True, *written)
    return None


def _chapter_within(volume: str, title: str) -> Mark | None:
    """The chapter that the line of a volume goes on to: 第一部第一章 下山, 卷一 青牛村 第一章 下山."""
    for tail in (title, *(title[blank.end() :] for blank in _BLANKS.finditer(title))):
        found = _ORDINAL.match(tail)
        mark = _ordinal(tail) if found and not found["part"] else None
        if mark:
            return replace(mark, kind="chapter", within=volume)
    return None


def _is_title(text: str) -> bool:
    """Whether a text reads like a title: no sentence ends in it, unless it is one question or one exclamation."""
    return not text or (not text.endswith(_PROSE_END) and not _SENTENCE.search(text[:-1]))


def _number(numeral: str) -> int | None:
    lower = numeral.lower()
    return _ENGLISH_NUMBERS.index(lower) + 1 if lower in _ENGLISH_NUMBERS else value_of(numeral)


def _word(line: str) -> Mark | None:
    found = _words_pattern().fullmatch(line) if len(line) <= STRONG_LENGTH else None
    if not found:
        return None
    title = found["rest"].strip(_SEPARATORS)
    kind = _words()[found["word"].lower()]
    inner = _chapter_within(found["word"], title) if kind == "part" else None
    return inner or (Mark(kind, None, title, frame=True) if _is_title(title) else None)


def _enumeration(line: str) -> Mark | None:
    for kind, pattern in _ENUMERATIONS.items():
        found = pattern.fullmatch(line)
        if found:
            number = value_of(found["n"].replace("．", ".").rpartition(".")[2])
            rest = found["rest"].strip()
            titled = _titled(kind, rest)
            if number is None or number > MOST or _counts_on(number, rest) or (kind == "day" and not titled):
                return None
            written = f"{line[: found.start('n')]}{{}}{line[found.end('n') : found.start('rest')]}"
            return Mark(kind, number, rest, True, titled, written.strip(), found["n"])
    return None


def _titled(kind: str, rest: str) -> bool:
    if kind in ("bare", "day"):
        return len(rest) <= WEAK_LENGTH // 2 and _is_title(rest)
    if kind in ("bracket", "round") and not rest:
        return True
    told = any(c.isalpha() for c in rest) or (rest.startswith("【") and rest.endswith("】"))
    return told and len(rest) <= WEAK_LENGTH and _is_title(rest.rstrip("：:"))


def _counts_on(number: int, rest: str) -> bool:
    """Whether a line only begins with two numbers in a row: 一、二两点, 三、四月间.

    >>> _counts_on(1, "二两点意见"), _counts_on(1, "二战的起因")
    (True, False)
    """
    second = re.match("[一二三四五六七八九十]+", rest)
    if not second or value_of(second[0]) != number + 1:
        return False
    return rest[second.end() : second.end() + 1] in _NEXT_IN_COUNT


@cache
def _words() -> Mapping[str, str]:
    lines = Path(__file__).with_name("heading_words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines)


@cache
def _words_pattern() -> re.Pattern[str]:
    words = "|".join(sorted(map(re.escape, _words()), key=len, reverse=True))
    return re.compile(
        rf"(?P<word>{words})(?:\s?(?:{_NUMERAL}|[A-Z]|之{_NUMERAL}))?(?P<rest>(?:[\s:：、．.·—-].*)?)",
        re.IGNORECASE | re.DOTALL,
    )
