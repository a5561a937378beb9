"""The lines that begin with a mark of an enumeration (一、 1. ①) come in; those that are headings go out.

They are, when most lines with that mark read like titles, count from one, and have a body of text below them;
otherwise they are items of a list, or sentences that begin with a number, and stay in the text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median

from pipeline.segment.candidates import Candidates, Marked
from pipeline.segment.headings import RANKS, STRONG

TITLED_SHARE = 0.6  # of the lines with an enumeration's mark that read like titles
LARGEST_GAP = 3  # numbers left out in an enumeration that still goes on
BODY = {"comma": 60, "bracket": 60, "bare": 150, "day": 150}  # characters below the typical heading, at least
DEFAULT_BODY = 120
LEAST_COUNT = {"day": 3}  # 第一天 and 第二天 alone on their lines may be chance
INSIDE_SHARE = 0.3  # of the numbers alone on a line, when they are page numbers
SUPPORT = 3  # titles in a row that vouch for a line that ends like a sentence
LONGER = 2  # times the typical chapter: one that holds a list
NESTED = 3  # lists that are looked at behind the chapter they stand in
LEAST_DATES = 3
FORWARD = 0.8  # of the dates are not before the one above
DATE_FRONT = 200  # characters before the first date, where nothing tells the weather
DATE_BODY = 60  # characters below the typical date
SENTENCE_LENGTH = 30  # characters of such a line
_ENDED = re.compile("[。！？!?….”」』）)]$")


def enumerated(candidates: Candidates, strong: Iterable[int]) -> dict[str, list[int]]:
    """The lines that are headings by an enumeration, by its kind; `strong` are the lines that are headings already."""
    known = frozenset(strong)
    stops = sorted(known)
    found: dict[str, list[int]] = {}
    for kind in RANKS:
        marks = [
            (line, mark)
            for line, mark in candidates.marks.items()
            if mark.kind == kind and line not in known and not candidates.echoes(line)
        ]
        if kind not in STRONG and marks:
            lines = _headings(candidates, kind, marks, stops) or _by_writing(candidates, kind, marks, stops)
            found |= {kind: lines} if lines else {}
    return {kind: lines for kind, lines in found.items() if not _within_one(kind, found, stops)}


def _by_writing(candidates: Candidates, kind: str, marks: Sequence[Marked], stops: Sequence[int]) -> list[int]:
    """The same for the marks that are written alike: 1. in front of chapters, 1、 in front of what is listed in one."""
    written: dict[str, list[Marked]] = {}
    for line, mark in marks:
        written.setdefault(mark.pattern, []).append((line, mark))
    if len(written) < 2:
        return []
    return sorted(line for alike in written.values() for line in _headings(candidates, kind, alike, stops))


def _headings(candidates: Candidates, kind: str, marks: Sequence[Marked], stops: Sequence[int]) -> list[int]:
    lines = _counting(candidates, marks, stops)
    numbers = [candidates.marks[line].number for line in lines]
    if len(lines) < LEAST_COUNT.get(kind, 2) or 1 not in numbers or len(lines) < TITLED_SHARE * len(marks):
        return []
    alone = [line for line in lines if not candidates.marks[line].rest]
    if (kind == "bare" or len(alone) > len(lines) / 2) and _interrupts(candidates, lines, stops):
        return []
    least = BODY["bare"] if len(alone) > len(lines) / 2 else BODY.get(kind, DEFAULT_BODY)
    return lines if median(candidates.bodies(lines)) >= least else []


def _interrupts(candidates: Candidates, lines: Sequence[int], headings: Sequence[int]) -> bool:
    """Whether numbers alone on their lines stand inside sentences: the page numbers of a print."""
    before = [bisect_left(candidates.filled, line) - 1 for line in lines]
    above = {candidates.filled[place] for place in before if place >= 0}.difference(headings)
    inside = sum(not _ENDED.search(candidates.lines[line].text) for line in above)
    return inside > INSIDE_SHARE * len(above)


def _counting(candidates: Candidates, marks: Sequence[Marked], stops: Sequence[int]) -> list[int]:
    """The titles among the marks that count up, or from one again, and do not stand one below the other as a list."""
    counts: list[list[int]] = []
    same = {line for line, _ in marks}
    below = {line: candidates.following_other(line) for line in same}
    above = set(below.values()) & same
    for line, mark in marks:
        number = mark.number or 0
        if not mark.titled or line in above or below[line] in same:
            continue
        del counts[len(counts) - _lists_ended(candidates, counts, line, stops) :]
        last = _number(candidates, counts[-1][-1]) if counts else 0
        if number == 1 or (not counts and number in range(1, LARGEST_GAP + 1)):
            counts.append([line])
        elif 0 < number - last <= LARGEST_GAP:
            counts[-1].append(line)
    return sorted([*(line for count in counts for line in count), *_sentences(candidates, marks, counts)])


def _number(candidates: Candidates, line: int) -> int:
    return candidates.marks[line].number or 0


def _lists_ended(candidates: Candidates, counts: Sequence[Sequence[int]], line: int, stops: Sequence[int]) -> int:
    """How many of the last counts are lists within a chapter: a longer count before them goes on with this line.

    Not where a heading of a higher rank stands between: behind 第二卷 a count begins anew.
    """
    number = _number(candidates, line)
    if not counts or "." in candidates.marks[line].numeral or number in (1, _number(candidates, counts[-1][-1]) + 1):
        return 0
    for back, count in enumerate(reversed(counts[-NESTED:])):
        fits = len(count) >= SUPPORT and _number(candidates, count[-1]) == number - 1
        if back and fits and bisect_left(stops, count[-1]) == bisect_left(stops, line):
            typical = (candidates.sizes[count[-1]] - candidates.sizes[count[0]]) / (len(count) - 1)
            return back if candidates.sizes[line] - candidates.sizes[count[-1]] <= LONGER * typical else 0
    return 0


def _sentences(candidates: Candidates, marks: Sequence[Marked], counts: Sequence[Sequence[int]]) -> list[int]:
    """Short lines that end like a sentence (4.三十八年后。) where a count has their number missing."""
    ordered = [line for count in counts if len(count) >= SUPPORT for line in count]
    found: list[int] = []
    for line, mark in marks:
        place = bisect_left(ordered, line)
        if mark.titled or not 0 < len(mark.rest) <= SENTENCE_LENGTH or place == len(ordered):
            continue
        before, after = (_number(candidates, ordered[k]) if k >= 0 else 0 for k in (place - 1, place))
        if before < (mark.number or 0) < after and mark.number in (before + 1, after - 1):
            found.append(line)
    if not found:
        return []
    places = sorted((*ordered, *found))
    bodies = dict(zip(places, candidates.bodies(places), strict=True))
    return [line for line in found if bodies[line] >= DEFAULT_BODY]  # an item of a list has less


def _within_one(kind: str, found: Mapping[str, Sequence[int]], stops: Sequence[int]) -> bool:
    """Whether an enumeration stands between two headings of one that is written less grandly: a list in a chapter.

    So it does below the last of them, if no heading of a higher rank stands between: the preface may have had its own.
    """
    lines = found[kind]
    for other in RANKS[RANKS.index(kind) + 1 :]:
        others = found.get(other, ())
        place = bisect_left(others, lines[0])
        if len(others) < SUPPORT or not place or place != bisect_left(others, lines[-1]):
            continue
        if place < len(others) or bisect_left(stops, others[-1]) == bisect_left(stops, lines[-1]):
            return True
    return False


def dated(candidates: Candidates, strong: Sequence[int]) -> list[int]:
    """The dates that are the headings of a diary; `strong` are the lines that are headings already.

    They go forward, with text below each, and either they tell the weather or the day of the week, or the text begins
    with one. The date below a letter does neither.
    """
    known = frozenset(strong)
    entries = [(line, mark) for line, mark in candidates.marks.items() if mark.kind == "date" and line not in known]
    lines = [line for line, _ in entries]
    if len(entries) < LEAST_DATES or median(candidates.bodies(lines)) < DATE_BODY:
        return []
    pairs = list(pairwise(mark.numeral for _, mark in entries))
    forward = sum(before <= after or before[4:] > "12" > after[4:] for before, after in pairs)
    told = sum(bool(mark.rest) for _, mark in entries)
    place = bisect_left(strong, lines[0])
    start = strong[place - 1] + 1 if place else 0
    begins = candidates.sizes[lines[0]] - candidates.sizes[start] <= DATE_FRONT
    return lines if forward >= FORWARD * len(pairs) and (begins or told * 2 > len(entries)) else []
