"""A Document comes in; the same goes out with lines joined that were broken at a fixed width.

Old text files and e-mails break every line at the same column, in the middle of sentences. Verse, lists, headings and
markup break theirs on purpose; only where long lines pile up at a width and end anywhere is the break no one's.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.readings import GLOSS
from pipeline.repair.rereading import TORN_GLOSS
from pipeline.repair.rule import lines_of

NARROWEST = 44  # columns (a Chinese character has two); verse is narrower
WIDEST = 120
RAGGED = 6  # columns that a full line may be short of its width: a mark may not begin a line, a word not be cut
FEWEST = 3  # lines in a paragraph that show the width
WIDTHS = 3  # in one text, where it was put together from others
LEAST_SHARE = 0.1  # of the lines that are not the last of their paragraph are full at each width
FULL_SHARE = 0.6  # of them at any; the others may be notes, or headings in two lines
PEAK_SHARE = 0.6  # of the lines that are full at a width have the very same
PILE = 4  # or so many times as many are full as are somewhat shorter or longer
OPEN_SHARE = 0.6  # of the full lines end inside a sentence
SPACED = 0.02  # of the lines of a text whose lines all have a blank one behind them have not
SOFT = "\v"
_CLOSE = re.compile(r"[^\s][^\S\n]*\n[^\S\n]*(?=\S)")
_NARROW = re.compile("(?<=[^\\x00-\\x7f])[,:;?!()]|[,:;?!()](?=[^\\x00-\\x7f])")
_NONE = re.compile("(?!)")
_DRAWN = re.compile(r"[\W_]+")  # a row of dashes is no words
_ENDS = tuple("。！？…”』」）!?.:：;；")
_OWN_LINE = re.compile(
    r"\s|[#>|*+\-•·=]|\d+[.、)）]|[（(]?[一二三四五六七八九十]+[)）、]|第.{1,6}[章回节節卷部篇]|[〔［\[][\d０-９]+[〕］\]]"
)


class Line(NamedTuple):
    """A line with the offset where it starts."""

    start: int
    text: str


def wraps(document: Document) -> Document:
    """The lines of a paragraph that was wrapped become one.

    >>> from pipeline.repair.rule import document_of
    >>> text = "这是一段在固定的宽度上被折断的文字，每一行都有一样多的字，而句子在行尾并没有结束，读的时候就会停。" * 3
    >>> text = "\\n".join(text[k : k + 25] for k in range(0, len(text), 25))
    >>> wraps(document_of(text)).text.count("\\n")
    0
    >>> wraps(document_of("床前明月光，\\n疑是地上霜。\\n举头望明月，\\n低头思故乡。")).text.count("\\n")
    3
    """
    pairs = [] if document.headings else _broken(document.text)
    return edited(document, "wrapped lines", [_joint(*pair) for pair in pairs])


def flowing(text: str) -> str:
    """The text with a vertical tab in place of each line end that no one meant; it may be damaged yet.

    >>> line = "这是一段在固定的宽度上被折断的文字，每一行都有一样多的字，"
    >>> flowing("\\n".join([line, line.replace("文字", "文(wén)字"), line, line, "完。"])).count(SOFT)
    4
    """
    characters = list(text)
    for before, after in _broken(text):
        for k in range(before.start + len(before.text), after.start):
            characters[k] = SOFT if characters[k] == "\n" else characters[k]
    return "".join(characters)


def _broken(text: str) -> list[tuple[Line, Line]]:
    """Two lines each that are one.

    What a site put into the lines is no part of them, and the marks that it made ASCII were two columns wide, unless
    more lines are full with one.
    """
    short, pairs = 0, []
    for pair in _pairs(text):
        if 2 * len(pair[0].text) < NARROWEST - 2 * RAGGED:
            short += 1  # of a text of such lines nothing is kept
        else:
            pairs.append(pair)
    before = [TORN_GLOSS.sub("", GLOSS.sub("", line.text)) for line, _ in pairs]
    return max((_full(pairs, [_columns(m.sub("，", b)) for b in before], short) for m in (_NONE, _NARROW)), key=len)


def _full(pairs: Sequence[tuple[Line, Line]], columns: Sequence[int], short: int) -> list[tuple[Line, Line]]:
    """The pairs of which the first is full, where there are widths and most full lines end inside sentences.

    `columns` are those of the first line of each pair; there are so many `short` ones besides.
    """
    widths = _widths(Counter(columns) + Counter({0: short}))
    measured = [(width, pair, _is_ended(pair[0].text)) for width, pair in zip(columns, pairs, strict=True)]
    full = [ended for width, _, ended in measured if any(0 <= w - width < RAGGED for w in widths)]
    if sum(full) > (1 - OPEN_SHARE) * len(full):
        return []
    return [pair for width, pair, ended in measured if any(_is_full(w - width, ended) for w in widths)]


def _is_ended(line: str) -> bool:
    """Whether a line ends where a sentence does, or is one of a table of contents with its row of points."""
    return line.endswith(_ENDS) or "....." in line


def _is_full(short: int, ended: bool) -> bool:
    """Whether a line that is so many columns short of the width goes on; damage has made some shorter or wider."""
    return 0 <= short < RAGGED or (not ended and -RAGGED <= short < 2 * RAGGED)


def _widths(columns: Counter[int]) -> list[int]:
    """The widths at which lines pile up, the most used first; none where they do not tell nearly all lines' lengths.

    >>> _widths(Counter({70: 30, 68: 8, 24: 5})), _widths(Counter(range(20, 120)))
    ([70], [])
    """
    total, left = columns.total(), Counter(columns)
    widths: list[int] = []
    while len(widths) < WIDTHS:
        width = max(range(NARROWEST, WIDEST + 1), key=lambda width: _between(left, width - RAGGED, width))
        band = range(width - RAGGED + 1, width + 1)
        full = sum(left[column] for column in band)
        beside = _between(left, width - 2 * RAGGED, width - RAGGED) + _between(left, width, width + RAGGED)
        is_pile = max(left[column] for column in band) >= PEAK_SHARE * full or full >= PILE * beside
        if full < max(FEWEST, LEAST_SHARE * total) or not is_pile:
            break
        widths.append(width)
        for column in band:
            del left[column]
    return widths if total - left.total() >= FULL_SHARE * total else []


def _between(columns: Counter[int], low: int, high: int) -> int:
    """How many lines have more columns than `low`, and at most `high`."""
    return sum(columns[column] for column in range(low + 1, high + 1))


def _pairs(text: str) -> Iterator[tuple[Line, Line]]:
    """Each line with the next, where that is neither blank nor indented nor has a mark of its own in front.

    Where all lines have a blank one behind them, one is none.
    """
    before, blank, most = None, 0, int(_is_spaced(text))
    for start, line in lines_of(text):
        if not line.strip():
            blank += 1
            continue
        after = Line(start, line.rstrip())
        if before and blank <= most and not _OWN_LINE.match(line) and not _DRAWN.fullmatch(before.text):
            yield before, after
        before, blank = after, 0


def _is_spaced(text: str) -> bool:
    """Whether hardly a line has the next directly below it.

    >>> _is_spaced("一\\n\\n二\\n\\n三"), _is_spaced("一\\n二\\n\\n三")
    (True, False)
    """
    lines = text.count("\n") + 1
    close = len(_CLOSE.findall(text))
    return close < SPACED * lines


def _columns(text: str) -> int:
    """The columns of a text, which are its bytes in GBK: so terminals and editors counted them."""
    return len(text.encode("gbk", "replace"))


def _joint(before: Line, after: Line) -> Replacement:
    """What stands between two lines goes; between two Latin words a blank stays."""
    between = " " if before.text[-1:].isascii() and after.text[:1].isascii() else ""
    return Replacement(before.start + len(before.text), after.start, between)
