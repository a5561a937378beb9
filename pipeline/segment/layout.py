"""Lines without any mark come in; those that stand out by their layout go out: titles, where nothing else tells them.

Where paragraphs are indented, a title is not, or less; elsewhere the same sign stands before each: 【早春】, ◆早春◆.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipeline.segment.candidates import Candidates

LONGEST = 30  # characters of a title
PARAGRAPH = 40  # of a line that shows how paragraphs are indented
FEWEST = 3
BODY = 600  # characters, two minutes, below the typical title
SHARE = 0.7  # of the lines that are not indented like paragraphs
_PROSE = re.compile(r"[。；;！？!?，,：:…—]$|^[“\"‘「『（(—\-《\d]|[。；]|，.*，")
_SIGNED = re.compile(r"【.{1,28}】|[◆◇★☆■□●○※▲△ˇ＊*]{1,3}.{1,28}")


def titles_of(candidates: Candidates, lines: Sequence[int]) -> list[int]:
    """The titles among these lines, none where the layout tells none; the first of several that stand together.

    >>> from pipeline.model import Document, Origin
    >>> from pipeline.segment.page import Page
    >>> text = "".join(f"{title}\\n" + f"　　{'话说天下大势。' * 20}\\n" * 5 for title in ("早春", "芳草", "落花"))
    >>> candidates = Candidates(Page(Document("", text, text, Origin("", "", ""))))
    >>> [candidates.lines[k].text for k in titles_of(candidates, candidates.filled)]
    ['早春', '芳草', '落花']
    """
    return _outdented(candidates, lines) or _signed(candidates, lines)


def _outdented(candidates: Candidates, lines: Sequence[int]) -> list[int]:
    depths = {line: candidates.depth(line) for line in lines}
    paragraphs = [depths[line] for line in lines if len(candidates.lines[line].text) >= PARAGRAPH]
    usual = int(median(paragraphs)) if paragraphs else 0
    outer = [line for line in lines if depths[line] < usual]
    able = [line for line in outer if _could_be(candidates.lines[line].text)]
    return _with_bodies(candidates, lines, able) if len(able) >= SHARE * len(outer) else []


def _could_be(text: str) -> bool:
    """Whether a line reads like a title: short, with words, and no part of a sentence."""
    return len(text) <= LONGEST and len(re.findall(r"\w", text)) > 1 and not _PROSE.search(text)


def _signed(candidates: Candidates, lines: Sequence[int]) -> list[int]:
    """The lines behind a sign, of the sign that has the most."""
    found: dict[str, list[int]] = {}
    for line in lines:
        if _SIGNED.fullmatch(candidates.lines[line].text):
            found.setdefault(candidates.lines[line].text[0], []).append(line)
    return _with_bodies(candidates, lines, max(found.values(), key=len, default=[]))


def _with_bodies(candidates: Candidates, lines: Sequence[int], titles: Sequence[int]) -> list[int]:
    """The titles that begin a run of them, where there are several and text stands below the typical one.

    The name of the book above the first is none of them, where the others stand alone.
    """
    taken = frozenset(titles)
    below = {line: after for line, after in pairwise(lines) if line in taken and after in taken}
    second = frozenset(below.values())
    first = [line for line in titles if line not in second]
    if len(first) < FEWEST:
        return []
    if first[0] == lines[0] and first[0] in below and sum(line in below for line in first) * 2 < len(first):
        first[0] = below[first[0]]
    return first if median(candidates.bodies(first, lines[-1] + 1)) >= BODY else []
