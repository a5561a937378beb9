"""A line of the book comes in; sentences, or captions short enough to be read at a glance, go out with their times.

A line is what the voice spoke in one breath, up to 60 characters and more, and its times are exact. Where a line is
cut, the times of the parts are estimates: its time is shared out by the count of characters. The next line's are
exact again, so that an error never grows.
"""

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate, chain, pairwise

from pipeline.model import Line, Span

WIDEST = 20  # full-width characters: what a phone shows in one line, and what subtitles of Chinese films keep to

_CLOSERS = "”’」』）》〉】〕］｝)\\]}"
_SENTENCE = re.compile(f'(?:[。｡！？…⋯；]+|[!?;]+(?![!-~])|(?<=[a-z])\\.(?=\\s))[{_CLOSERS}"]*\\s*')
_CLAUSE = re.compile(f"(?:[，、：]|[—–]+|[,:](?=\\s))[{_CLOSERS}]*\\s*")
_NOT_AFTER = "“‘「『（《〈【〔［｛(\\[{·・\\d¹²³⁰-₉①-⒛⓪-⓿"
_NOT_BEFORE = "”’」』）》〉】〕］｝)\\]}·・。｡！？!?…⋯；;，、：,:.—–\\-~～%％℃°\"'的了着过\\s"
_NUMERAL = "〇零一二三四五六七八九十百千万亿两"
_PLACE = re.compile(  # where a line may end: not in a word or number, nor apart from the marks that belong to it
    f"(?<=[^{_NOT_AFTER}])(?=[^{_NOT_BEFORE}])"
    f"(?<![{_NUMERAL}](?=[{_NUMERAL}]))(?<![\\x00-\\x08\\x0e-\\x1b!-\\x7f](?=[\\x00-\\x7f]))"
)
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
    ends = (mark.end() for mark in _SENTENCE.finditer(line.text))
    return list(_parts(line, [end for end in ends if _PLACE.match(line.text, end)]))


def ends_sentence(text: str) -> bool:
    """Whether the text ends where a sentence does.

    >>> ends_sentence("他说：“好。”"), ends_sentence("他说，")
    (True, False)
    """
    line = f"{text.rstrip()} "
    return any(mark.end() == len(line) for mark in _SENTENCE.finditer(line))


def plain(text: str) -> str:
    """A text in one line: every stretch of white space is one space, and no character is one that XML forbids."""
    if not text.isprintable():  # nearly all texts are
        text = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return " ".join(text.split())


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
    widths = list(accumulate(map(_width, text), initial=0.0))
    if widths[-1] <= widest:
        return []  # two parts are always emptier than one that holds both
    marked = {mark.end(): AT_CLAUSE for mark in _CLAUSE.finditer(text)}
    marked |= {mark.end(): AT_SENTENCE for mark in _SENTENCE.finditer(text)}
    marked = {place: cost for place, cost in sorted(marked.items()) if _PLACE.match(text, place)}
    cost, cuts = _least(widths, marked, widest)
    if cost >= AFTER_A_WORD:  # else there is no such cut among the best
        cost, cuts = _least(widths, _places(text) | marked, widest)
    return cuts


def _least(widths: Sequence[float], places: Mapping[int, float], widest: float) -> tuple[float, list[int]]:
    """The least that cuts at some of these places cost, and the cuts; `widths` are those up to each offset."""
    length = len(widths) - 1
    ends = [(0, 0.0, 0.0, 0)]  # offset, width and least cost up to there, the cut before as an index of this list
    within = 0  # from here on a part is no wider than it may be
    for end, cost in chain(places.items(), [(length, AT_SENTENCE)]):
        right = widths[end]
        while within < len(ends) - 1 and right - ends[within][1] > widest:
            within += 1
        least, before = math.inf, within
        for index in range(within, len(ends)):
            _, left, spent, _ = ends[index]
            width = right - left
            empty = ((widest - width) / widest) ** 2 if width <= widest else 100 * width  # what cannot be divided
            if spent + cost + empty < least:
                least, before = spent + cost + empty, index
        ends.append((end, right, least, before))
    cuts, at = [], ends[-1][3]
    while at:
        cuts.append(ends[at][0])
        at = ends[at][3]
    return ends[-1][2], cuts[::-1]


def _places(text: str) -> dict[int, float]:
    """Where a text without marks may be cut, in order, and what a cut costs there.

    >>> list(_places("在2011年，Go on"))
    [1, 7, 10]
    """
    ends = (place.start() for place in _PLACE.finditer(text))
    return {end: AFTER_A_WORD if text[end - 1] in _WORD_ENDS else ELSEWHERE for end in ends}


@cache
def _width(character: str) -> float:
    """1 for a full-width character, a half for the others."""
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else 0.5
