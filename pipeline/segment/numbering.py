"""The headings of a document come in; what is odd about their numbers goes out as notes: gaps, repeats, disorder."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise

from pipeline.model import Note
from pipeline.segment.candidates import Candidates, Heading, Rank
from pipeline.segment.headings import RANKS, STRONG, Mark
from pipeline.segment.numerals import like

RULE = "numbering"
HABIT = 0.3  # of the numbers come twice, and OFTEN times at least, when chapters are in several parts
OFTEN = 5
MOST_NAMED = 5  # missing numbers that are named one by one
_PART = re.compile(
    r"""[\s\u3000]*(?:
        [（(【\[]?(?:[上中下续續终終]|[0-9０-９一二三四五六七八九十]{1,2})[）)】\]]  # 下山（上） 下山(2)
        |[之·\s][上中下续續终終]  # 下山 上
    )$""",
    re.VERBOSE,
)
Counted = tuple[Rank, int]  # what is counted together: a rank, and the kind in it


def numbering_notes(headings: Sequence[Heading], candidates: Candidates) -> Iterator[Note]:
    """Notes for the headings whose number does not follow the one before, in the order of the text.

    A count may begin again at one below a heading of a higher rank, and with each chapter in 1.1, 1.2, 2.1. Sentences
    that begin with a number of the same kind count, but nothing is said of them.
    """
    titles = {heading.line for heading in headings}
    for count in _counts(_counted(headings, candidates)):
        seen: set[int | None] = set()
        parted = _parted([mark for _, mark in count])
        for before, (line, mark) in zip([None, *(mark for _, mark in count)], count, strict=False):
            message = "" if parted and before and before.number == mark.number else _oddity(before, mark, seen)
            seen.add(mark.number)
            if message and line in titles:
                place = candidates.lines[line]
                yield Note(RULE, candidates.page.source_span(place.start, place.end), message)


def _counts(counted: Iterable[tuple[int, Counted, Mark]]) -> list[list[tuple[int, Mark]]]:
    """The lines that are counted together, in order."""
    counts: list[list[tuple[int, Mark]]] = []
    running: dict[Counted, list[tuple[int, Mark]]] = {}
    fresh: set[Counted] = set()  # ranks that may begin again: a higher heading stands behind their last number
    for line, rank, mark in counted:
        own = running.get(rank, [])
        again = mark.number == 1 and (rank in fresh or (own[-1:] and own[-1][1].within != mark.within))
        if not own or again or _chapter(own[-1][1]) != _chapter(mark):
            running[rank] = own = []
            counts.append(own)
        own.append((line, mark))
        fresh = {below for below in running if below > rank} | fresh - {rank}
    return counts


def _chapter(mark: Mark) -> str:
    """What stands before the last number of 1.2.3."""
    return mark.numeral.rpartition(".")[0]


def _counted(headings: Sequence[Heading], candidates: Candidates) -> list[tuple[int, Counted, Mark]]:
    """The numbered headings and, of the same kinds, the sentences that begin with a number; in order."""
    tops = _tops(headings)
    counted = {heading.line: (heading.line, _count_of(heading, tops), heading.mark) for heading in headings}
    counts = {heading.mark.kind: _count_of(heading, tops) for heading in headings}
    for line, mark in candidates.marks.items():
        if mark.kind in counts and not mark.titled and line not in counted:
            counted[line] = (line, counts[mark.kind], mark)
    return sorted(entry for entry in counted.values() if entry[2].number is not None)


def _count_of(heading: Heading, tops: Mapping[tuple[Rank, str], Rank]) -> Counted:
    """What a heading is counted with: those of its rank and kind."""
    return (tops.get((heading.rank, heading.mark.pattern), heading.rank), RANKS.index(heading.mark.kind))


def _tops(headings: Sequence[Heading]) -> Mapping[tuple[Rank, str], Rank]:
    """The rank that chapters of an EPUB are counted in, by their own: together, where its contents name only some."""
    levels: dict[str, dict[Rank, set[int | None]]] = {}
    for heading in headings:
        if heading.mark.kind in STRONG and heading.rank[0] == RANKS.index("declared"):
            levels.setdefault(heading.mark.pattern, {}).setdefault(heading.rank, set()).add(heading.mark.number)
    return {
        (rank, pattern): min(ranks)
        for pattern, ranks in levels.items()
        for rank in ranks
        if len(set.union(*ranks.values())) == sum(map(len, ranks.values()))
    }


def _parted(marks: Sequence[Mark]) -> bool:
    """Whether chapters in several parts, one number for all, are the habit: 第一章 起(1), 第一章 起(2)."""
    again = sum(before.number == mark.number and bool(mark.rest) for before, mark in pairwise(marks))
    return again >= max(OFTEN, HABIT * len(marks))


def _goes_on(before: Mark, mark: Mark) -> bool:
    """Whether two chapters of one number are the parts of one.

    >>> from pipeline.segment.headings import mark_of
    >>> _goes_on(mark_of("第一章 起（上）"), mark_of("第一章 起（下）"))
    True
    >>> _goes_on(mark_of("第一章 起"), mark_of("第一章 承"))
    False
    """
    first, second = (_PART.sub("", each.rest) for each in (before, mark))
    return first == second and before.rest != mark.rest


def _oddity(before: Mark | None, mark: Mark, seen: Collection[int | None]) -> str:
    """What is odd about a number behind the one before it, or at the beginning of a count; "" when nothing is."""
    last, number = (before.number or 0) if before else 0, mark.number or 0
    if number > last + 1:
        return _missing(mark, range(last + 1, number), seen)
    if before is None or number > last or (number == last and _goes_on(before, mark)):
        return ""
    return f"{_named(mark, number)} comes {'twice' if number == last else f'after {_named(before, last)}'}"


def _missing(mark: Mark, between: range, seen: Collection[int | None]) -> str:
    """Which numbers are missing; behind 第一章 may stand 第九亿章, so few of those between are looked at."""
    numbers = list(islice((n for n in between if n not in seen), MOST_NAMED + 1))
    if len(numbers) > MOST_NAMED:
        last = next(n for n in reversed(between) if n not in seen)
        return f"{_named(mark, numbers[0])} to {_named(mark, last)} missing"
    return f"{'、'.join(_named(mark, number) for number in numbers)} missing" if numbers else ""


def _named(mark: Mark, number: int) -> str:
    chapter, dot, last = mark.numeral.rpartition(".")
    return mark.pattern.replace("{}", f"{chapter}{dot}{like(last, number)}").rstrip("、.．，")
