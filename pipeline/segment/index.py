"""The marked lines of a page come in; those of an index at the back of the book go out, to be left out.

An index leads to the pages of the print, and a recording has none. It is told by its heading and by what stands below:
lines that end in the numbers of pages, or say where else to look, up to the next heading that is no single letter.
"""

import re
from bisect import bisect_right
from itertools import chain

from pipeline.segment.candidates import Candidates
from pipeline.segment.headings import STRONG

TITLE = re.compile(r"(?:[㐀-鿿]{0,8}[ \u3000]?)?索[ \u3000]?引|(?i:index)")
LEAST_ENTRIES = 10
ENTRIES = 0.6  # of the lines below are entries
_ENTRY = re.compile(
    r"[0-9]{1,4}(?:[nft]{1,2}|[（(][nt][)）])?[\s;；,，.。]*$|参[见見阅閱看]|[另，,;；（(][见見]|\bsee\b", re.IGNORECASE
)
_LETTER = re.compile(r"[A-Za-z]|[一二三四五六七八九十]{1,3}[画畫劃]")  # 三画: the characters of three strokes


def index_of(candidates: Candidates) -> frozenset[int]:
    """The lines of the indexes of a page, their headings among them."""
    titles = [k for k in candidates.filled if TITLE.fullmatch(candidates.lines[k].text)]
    if not titles:
        return frozenset()
    ends = [*sorted(line for line in candidates.filled if _is_heading(candidates, line)), len(candidates.lines)]
    found = (_block(candidates, line, ends[bisect_right(ends, line)]) for line in titles)
    return frozenset(chain.from_iterable(found))


def _is_heading(candidates: Candidates, line: int) -> bool:
    """Whether a line ends an index in front of it."""
    text, mark = candidates.lines[line].text, candidates.marks.get(line)
    heads = line in candidates.declared or (mark is not None and mark.kind in STRONG) or bool(TITLE.fullmatch(text))
    return heads and not _LETTER.fullmatch(text)


def _block(candidates: Candidates, title: int, end: int) -> range:
    """The lines from a title on, where they are an index; none where they are not."""
    below = [candidates.lines[k].text for k in range(title + 1, end) if candidates.lines[k].text]
    entries = sum(bool(_ENTRY.search(text)) for text in below if not _LETTER.fullmatch(text))
    letters = sum(bool(_LETTER.fullmatch(text)) for text in below)
    told = entries >= max(LEAST_ENTRIES, ENTRIES * (len(below) - letters))
    return range(title, end) if told else range(0)
