"""The headings of a document come in; what is odd about their numbers goes out as notes: gaps, repeats, disorder."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from pipeline.model import Note
from pipeline.segment.headings import Mark
from pipeline.segment.numerals import like
from pipeline.segment.scheme import Candidates, Heading, Rank

RULE = "numbering"
MOST_NAMED = 5  # missing numbers that are named one by one


def numbering_notes(headings: Sequence[Heading], candidates: Candidates) -> Iterator[Note]:
    """Notes for the headings whose number does not follow the one before, in the order of the text.

    A count may begin again at one below a heading of a higher rank, and with each chapter in 1.1, 1.2, 2.1. Sentences
    that begin with a number of the same kind count, but nothing is said of them.
    """
    titles = {heading.line for heading in headings}
    for count in _counts(_counted(headings, candidates)):
        seen: set[int | None] = set()
        for before, (line, mark) in zip([None, *(mark for _, mark in count)], count, strict=False):
            message = _oddity(before, mark, seen)
            seen.add(mark.number)
            if message and line in titles:
                place = candidates.lines[line]
                yield Note(RULE, candidates.page.source_span(place.start, place.end), message)


def _counts(counted: Iterable[tuple[int, Rank, Mark]]) -> list[list[tuple[int, Mark]]]:
    """The lines that are counted together, in order."""
    counts: list[list[tuple[int, Mark]]] = []
    running: dict[Rank, list[tuple[int, Mark]]] = {}
    fresh: set[Rank] = set()  # ranks that may begin again: a higher heading stands behind their last number
    for line, rank, mark in counted:
        own = running.get(rank, [])
        if not own or (rank in fresh and mark.number == 1) or _chapter(own[-1][1]) != _chapter(mark):
            running[rank] = own = []
            counts.append(own)
        own.append((line, mark))
        fresh = {below for below in running if below > rank} | fresh - {rank}
    return counts


def _chapter(mark: Mark) -> str:
    """What stands before the last number of 1.2.3."""
    return mark.numeral.rpartition(".")[0]


def _counted(headings: Sequence[Heading], candidates: Candidates) -> list[tuple[int, Rank, Mark]]:
    """The numbered headings and, of the same kinds, the sentences that begin with a number; in order."""
    counted = {heading.line: (heading.line, heading.rank, heading.mark) for heading in headings}
    ranks = {heading.mark.kind: heading.rank for heading in headings}
    for line, mark in candidates.marks.items():
        if mark.kind in ranks and not mark.titled and line not in counted:
            counted[line] = (line, ranks[mark.kind], mark)
    return sorted(entry for entry in counted.values() if entry[2].number is not None)


def _oddity(before: Mark | None, mark: Mark, seen: Collection[int | None]) -> str:
    """What is odd about a number behind the one before it, or at the beginning of a count; "" when nothing is."""
    last, number = (before.number or 0) if before else 0, mark.number or 0
    if number > last + 1:
        return _missing(mark, range(last + 1, number), seen)
    if before is None or number > last:
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
