"""The lines with a chapter's mark come in; those that are headings go out: sure by their form, or by their number.

A title directly behind the unit (第三章他来了), one that ends like a sentence (第二章 “走吧。”) and a number without 第
(01章) could be a sentence. They are headings where the numbers before and after them leave them their place.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from statistics import median

from pipeline.segment.candidates import Candidates, Marked
from pipeline.segment.headings import Mark

FRONT = 60  # characters before the only heading of its kind, where it is one
LATEST_BEGIN = 4  # a count whose beginning is lost begins below it
GAP = 3  # from one number to the next, where those between are lost
LONELY = 5  # times as many are written in another way than 第一回, the only one with 第
LEAST_BODY = 60  # characters below a heading that could be an item of a list


def proven(candidates: Candidates, marks: Sequence[Marked]) -> list[int]:
    """The lines among the marks of chapters, their parts and volumes that are headings."""
    found: list[int] = []
    flush = _flush(candidates, [line for line, mark in marks if not mark.glued])
    for kind in ("part", "chapter", "leaf"):
        same = [(line, mark) for line, mark in marks if mark.kind == kind]
        sure = [
            (line, mark)
            for line, mark in same
            if mark.sure and not (mark.glued and flush and candidates.indented(line))  # a paragraph among others
        ]
        if len(same) == 1 and same[0][1].glued and not _stands(candidates, same[0][0], [line for line, _ in marks]):
            sure = []
        found += [line for line, _ in sure]
        for within in (True, False):  # 第一卷 第三十四章 and 第六章 are two counts
            unsure = [(line, mark) for line, mark in same if not mark.sure and bool(mark.within) == within]
            beside = [(line, mark) for line, mark in sure if mark.number is not None and bool(mark.within) == within]
            found += _by_number(candidates, unsure, beside)
    return found


def _stands(candidates: Candidates, line: int, strong: Sequence[int]) -> bool:
    """Whether the only line of its kind like 第一卷书他已经读完了 is a heading: not where text stands around it."""
    place = strong.index(line)
    beside = candidates.following(line) in strong or (place > 0 and candidates.following(strong[place - 1]) == line)
    return beside or (place == 0 and candidates.sizes[line] <= FRONT)


def _flush(candidates: Candidates, lines: Sequence[int]) -> bool:
    """Whether these lines, two and more, have no blanks in front."""
    return len(lines) > 1 and not any(candidates.indented(line) for line in lines)


def _by_number(candidates: Candidates, unsure: Sequence[Marked], sure: Sequence[Marked]) -> list[int]:
    """The unsure lines whose number follows the one before and comes before the next; sure ones lead the count."""
    others = Counter(mark.pattern for _, mark in unsure)
    often = Counter(mark.pattern for _, mark in sure)
    patterns = {pattern for pattern, own in often.items() if own * LONELY > others.total() - others[pattern]}
    flush = _flush(candidates, [line for line, _ in sure])
    able = [
        (line, mark)
        for line, mark in unsure
        if (not patterns or mark.pattern in patterns) and not (flush and candidates.indented(line))
    ]
    found = list(_placed(candidates, able, sure))
    if not patterns and len(found) < 2:
        return []
    sentences = [line for line, mark in found if not mark.glued]
    if not patterns and sentences and median(candidates.bodies([line for line, _ in found])) < LEAST_BODY:
        return []
    return [line for line, _ in found]


def _placed(candidates: Candidates, unsure: Sequence[Marked], sure: Sequence[Marked]) -> Iterator[Marked]:
    """The unsure lines between the numbers before and after them, in order; not one that stands in a list."""
    if not unsure:
        return
    entries = sorted([*unsure, *sure], key=lambda entry: entry[0])
    following: list[tuple[int, Mark | None]] = [*entries[1:], (-1, None)]
    ahead: list[Mark | None] = []  # the next sure mark behind each entry
    for _, mark in reversed(entries):
        ahead.append(mark if mark.sure else ahead[-1] if ahead else None)
    after = [*ahead[-2::-1], None]
    last: Mark | None = None
    for (line, mark), (follows, coming), next_sure in zip(entries, following, after, strict=True):
        if mark.sure:
            last = mark
            continue
        listed = not mark.glued and candidates.following(line) == follows >= 0
        begins = _resumes(last, mark, coming) if last else _begins(mark, coming)
        if not listed and (begins or _fits(last, mark, next_sure)):
            last = mark
            yield line, mark


def _begins(mark: Mark, coming: Mark | None) -> bool:
    """Whether a count could begin with a number above one: what stands before it is lost."""
    return coming is not None and not coming.sure and 1 < (mark.number or 0) < LATEST_BEGIN and _next(mark, coming)


def _resumes(last: Mark, mark: Mark, coming: Mark | None) -> bool:
    """Whether a count of 二回, 三回 could go on behind a number or two that are lost."""
    near = 0 < (mark.number or 0) - (last.number or 0) <= GAP
    return near and mark.pattern.startswith("{}") and coming is not None and _next(mark, coming)


def _next(mark: Mark, coming: Mark) -> bool:
    return (coming.number or 0) == (mark.number or 0) + 1


def _fits(before: Mark | None, mark: Mark, after: Mark | None) -> bool:
    number = mark.number or 0
    last = (before.number or 0) if before else 0
    coming = (after.number or 0) if after else 0
    again = number == 1 and (coming == 2 or bool(before and before.within != mark.within))
    goes_on = number == last + 1 or again or last < number == coming - 1
    return goes_on and (after is None or coming == 1 or coming > number)
