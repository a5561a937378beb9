"""A line of the book comes in; sentences, or captions short enough to be read at a glance, go out with their times.

A line is what the voice spoke in one breath, up to 60 characters and more, and its times are exact. Where a line is
cut, the times of the parts are estimates: its time is shared out by the count of characters. The next line's are
exact again, so that an error never grows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise

from pipeline.model import Line, Span

WIDEST = 20  # full-width characters: what a phone shows in one line, and what subtitles of Chinese films keep to

_CLOSERS = "”’」』）》〉】〕］｝)\\]}"
_SENTENCE = re.compile(f'(?:[。｡！？…⋯；]+|[!?;]+(?![!-~])|(?<=[a-z])\\.(?=\\s))[{_CLOSERS}"]*\\s*')
_CLAUSE = re.compile(f"(?:[，、：]|[—–]+|[,:](?=\\s))[{_CLOSERS}]*\\s*")
_NOT_AFTER = frozenset("“‘「『（《〈【〔［｛([{·・")
_NOT_BEFORE = frozenset("”’」』）》〉】〕］｝)]}·・。｡！？!?…⋯；;，、：,:.—–-~～%％℃°\"'的了着过")
_NUMERAL = frozenset("〇零一二三四五六七八九十百千万亿两")
AT_SENTENCE, AT_CLAUSE, AFTER_A_WORD, ELSEWHERE = 0.0, 0.3, 1.2, 3.0  # what a cut costs, beside the emptiness of lines
_WORD_ENDS = frozenset("的们")  # characters that hardly ever stand inside a word


def captions(line: Line, widest: float = WIDEST) -> list[Line]:
    """The line in parts of at most `widest` full-width characters, cut at marks where there are any.

    >>> [part.text for part in captions(Line(0, 9000, "孩子们跑来跑去，笑声传得很远很远。我坐在门口看。", (0, 24)))]
    ['孩子们跑来跑去，笑声传得很远很远。', '我坐在门口看。']
    """
    return list(_parts(line, _best_cuts(line.text, widest)))


def sentences(line: Line) -> list[Line]:
    """The line in sentences; the last may go on in the next line.

    >>> [(part.text, part.start, part.span) for part in sentences(Line(0, 600, "好。走吧！", (7, 12)))]
    [('好。', 0, (7, 9)), ('走吧！', 240, (9, 12))]
    """
    return list(_parts(line, [end for end, cost in _places(line.text).items() if cost == AT_SENTENCE]))


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence does.

    >>> ends_sentence("他说：“好。”"), ends_sentence("他说，")
    (True, False)
    """
    line = f"{text.rstrip()} "
    return any(mark.end() == len(line) for mark in _SENTENCE.finditer(line))


def plain(text: str) -> str:
    """A text in one line: every stretch of white space is one space, and no character is one that XML forbids."""
    return " ".join(
        "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Cn")).split()
    )


def _parts(line: Line, cuts: Iterable[int]) -> Iterator[Line]:
    """The line cut at these offsets, times shared out by characters; the span is narrowed where nothing was edited."""
    length = len(line.text)
    narrow = line.span[1] - line.span[0] == length
    for start, end in pairwise([0, *cuts, length]):
        text = plain(line.text[start:end])
        if text:
            span: Span = (line.span[0] + start, line.span[0] + end) if narrow else line.span
            yield Line(_time(line, start), _time(line, end), text, span)


def _time(line: Line, offset: int) -> int:
    return line.start + round((line.end - line.start) * offset / len(line.text))


def _best_cuts(text: str, widest: float) -> list[int]:
    """The cuts that cost least in all: the cost of each place, and of each part the square of how empty it is."""
    widths = list(accumulate((_width(character) for character in text), initial=0.0))
    places = _places(text) | {len(text): AT_SENTENCE}
    best: dict[int, tuple[float, int]] = {0: (0.0, 0)}  # offset -> cost up to there, the cut before
    reached = [0]
    for end, cost in places.items():
        found: list[tuple[float, int]] = []
        for start in reversed(reached):
            width = widths[end] - widths[start]
            if width > widest and found:
                break
            found.append((best[start][0] + cost + _emptiness(width, widest), start))
        best[end] = min(found)
        reached.append(end)
    cuts, at = [], len(text)
    while best[at][1]:
        at = best[at][1]
        cuts.append(at)
    return cuts[::-1]


def _emptiness(width: float, widest: float) -> float:
    """Nothing for a full part, 1 for an empty one, much for one that is too wide."""
    return ((widest - width) / widest) ** 2 if width <= widest else 100 * width


def _places(text: str) -> dict[int, float]:
    """Where a text may be cut, in order, and what a cut costs there."""
    marked = {mark.end(): AT_CLAUSE for mark in _CLAUSE.finditer(text)}
    marked |= {mark.end(): AT_SENTENCE for mark in _SENTENCE.finditer(text)}
    marked = {k: AFTER_A_WORD for k in range(1, len(text)) if text[k - 1] in _WORD_ENDS} | marked
    return {k: marked.get(k, ELSEWHERE) for k in range(1, len(text)) if _divisible(text, k)}


def _divisible(text: str, offset: int) -> bool:
    """Whether a line may end here: not in a word or number, nor apart from the marks that belong to it.

    >>> [offset for offset in range(1, 9) if _divisible("在2011年，Go on", offset)]
    [1, 7]
    """
    before, after = text[offset - 1], text[offset]
    if before in _NOT_AFTER or after in _NOT_BEFORE or after.isspace() or {before, after} <= _NUMERAL:
        return False
    if before.isdigit() and not after.isspace():
        return False
    return not (before.isascii() and after.isascii()) or before.isspace()


def _width(character: str) -> float:
    """1 for a full-width character, a half for the others."""
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5
