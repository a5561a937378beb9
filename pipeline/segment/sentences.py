"""A paragraph comes in; the places where its sentences, clauses and words end go out, as offsets.

No end lies inside a number, URL, e-mail address, version, name with ·, or inside …… and ——; closing quotation
marks and brackets stay with their sentence.
"""

import re
from bisect import bisect_left

_CLOSERS = "”’」』）》〉】〕］｝)\\]}"
_SENTENCE = re.compile(f"[。｡！？!?…⋯；;]+|(?<!\\.)[.]++(?=[^!-~]|[{_CLOSERS}\"']|$)")  # a run of dots is read once
_CLAUSE = re.compile("[，、：,:]|[—–]+|(?<=[\u3400-\u9fff”』」》）])[ \u3000]+(?=[\u3400-\u9fff“『「《（])")
_CLOSING = re.compile(f"[{_CLOSERS}]+")
_GOES_ON = re.compile(f"\\s{{0,3}}[，、：；,:;。！？」』”》）]|(?<=[{_CLOSERS}])的")
_ASCII_WORD = re.compile("[!-&*-\\[^-~]")  # a printable sign that is neither a quotation mark nor a closing bracket
_ABBREVIATION = re.compile(r"(?:^|[^A-Za-z])(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e|[A-Z])\.$")
_NUMBERING = re.compile(r"(?:^|[\s。！？；!?;”」』）)])[(（]?[0-9]{1,3}\.$")
_NOT_AFTER = frozenset("“‘「『（《〈【〔［｛([{·・•")
_NOT_BEFORE = frozenset("”’」』）》〉】〕］｝)]}·・•。｡！？!?…⋯；;，、：,:.—–-~～%％℃°\"'")
_NUMERAL = frozenset("〇零一二三四五六七八九十百千万亿兩两点")
_PARTICLES = frozenset("的了着过地得")


def sentence_ends(text: str) -> list[int]:
    """Offsets behind each sentence of a paragraph; the last is the paragraph's length.

    >>> text = "他说：“好。”然后走了……3.14是圆周率。OK. Done"
    >>> [text[a:b] for a, b in zip([0, *sentence_ends(text)], sentence_ends(text))]
    ['他说：“好。”', '然后走了……', '3.14是圆周率。', 'OK.', ' Done']
    """
    quotes = [mark.start() for mark in re.finditer('"', text)]
    ends = (_sentence_end(text, mark, quotes) for mark in _SENTENCE.finditer(text))
    return [*(end for end in ends if 0 < end < len(text)), *([len(text)] if text else [])]


def clause_ends(text: str) -> list[int]:
    """Offsets inside a sentence where a reader could breathe.

    >>> text = "他走了，在12:30，带着1,000元——全部"
    >>> [text[:end] for end in clause_ends(text)]
    ['他走了，', '他走了，在12:30，', '他走了，在12:30，带着1,000元——']
    """
    return [end for mark in _CLAUSE.finditer(text) if 0 < (end := _clause_end(text, mark)) < len(text)]


def divisible(text: str, offset: int) -> bool:
    """Whether a text may be cut here at all, when it has no better place.

    >>> [offset for offset in range(1, 8) if divisible("让·保罗2011年", offset)]
    [3, 4]
    """
    before, after = text[offset - 1], text[offset]
    if before in _NOT_AFTER or after in _NOT_BEFORE or (before in _NUMERAL and after in _NUMERAL):
        return False
    if before.isdigit() and not after.isspace():  # 2011|年 would part a number from what it counts
        return False
    return not (before.isascii() and after.isascii() and not before.isspace() and not after.isspace())


def cut_near(text: str, aim: int, low: int, high: int) -> int:
    """The best place for a cut in text[low:high], near `aim`: behind a particle, or between words; 0 for none.

    >>> cut_near("没有标点的很长的句子", 4, 2, 8)
    5
    """
    places = [offset for offset in range(low, high + 1) if divisible(text, offset)]
    spread = (high - low) // 2
    return min(places, key=lambda k: abs(k - aim) - spread * (text[k - 1] in _PARTICLES), default=0)


def _sentence_end(text: str, mark: re.Match[str], quotes: list[int]) -> int:
    """Where the sentence that this mark ends really ends; 0 when it ends none."""
    end = _closed(text, mark.end(), quotes)
    if mark[0].isascii() and not _ends_ascii(text, mark):
        return 0
    return 0 if _GOES_ON.match(text, end) else end


def _closed(text: str, end: int, quotes: list[int]) -> int:
    """`end` moved behind the closing marks that follow it; a straight quotation mark closes when it is an even one."""
    while True:
        closing = _CLOSING.match(text, end)
        if closing:
            end = closing.end()
        elif text[end : end + 1] == '"' and bisect_left(quotes, end) % 2:
            end += 1
        else:
            return end


def _ends_ascii(text: str, mark: re.Match[str]) -> bool:
    """Whether an ASCII mark ends a sentence: not in 3.14, a?b=c, Dr. Wang, nor behind the number of an item."""
    if _ASCII_WORD.match(text, mark.end()):
        return False
    if mark[0] != ".":
        return True
    before = text[max(0, mark.start() - 8) : mark.end()]
    in_number = before[-2:-1].isdigit() and not text[mark.end() : mark.end() + 1].isspace() and mark.end() < len(text)
    return not in_number and not _ABBREVIATION.search(before) and not _NUMBERING.search(before)


def _clause_end(text: str, mark: re.Match[str]) -> int:
    before, after = text[mark.start() - 1 : mark.start()], text[mark.end() : mark.end() + 1]
    between_digits = before.isdigit() and after.isdigit()
    in_word = mark[0].isascii() and not mark[0].isspace() and bool(_ASCII_WORD.match(after))
    if between_digits or in_word:
        return 0
    closing = _CLOSING.match(text, mark.end())
    return closing.end() if closing else mark.end()
