"""The headings of a document come in; what is odd about their numbers goes out as notes: gaps, repeats, disorder."""

from collections.abc import Iterator, Sequence

from pipeline.model import Note
from pipeline.segment.numerals import like
from pipeline.segment.page import Page
from pipeline.segment.scheme import Heading

RULE = "numbering"
MOST_NAMED = 5  # missing numbers that are named one by one


def numbering_notes(headings: Sequence[Heading], page: Page) -> Iterator[Note]:
    """Notes for the headings whose number does not follow the one before, in the order of the text.

    A count may begin again at one below a heading of a higher rank.
    """
    last: dict[tuple[int, int], Heading] = {}
    for heading in headings:
        if heading.mark.number is None:
            continue
        before = last.get(heading.rank)
        message = _oddity(before, heading) if before else _late_start(heading)
        if message:
            line = page.lines[heading.line]
            yield Note(RULE, page.source_span(line.start, line.end), message)
        last = {rank: seen for rank, seen in last.items() if rank <= heading.rank}
        last[heading.rank] = heading


def _late_start(heading: Heading) -> str:
    number = heading.mark.number or 0
    return _missing(heading, range(1, number)) if number > 1 else ""


def _oddity(before: Heading, heading: Heading) -> str:
    last, number = before.mark.number or 0, heading.mark.number or 0
    if number == last:
        return f"{_named(heading, number)} comes twice"
    if number > last + 1:
        return _missing(heading, range(last + 1, number))
    return f"{_named(heading, number)} comes after {_named(before, last)}" if number < last else ""


def _missing(heading: Heading, numbers: range) -> str:
    if len(numbers) > MOST_NAMED:
        return f"{_named(heading, numbers[0])} to {_named(heading, numbers[-1])} missing"
    return f"{'、'.join(_named(heading, number) for number in numbers)} missing"


def _named(heading: Heading, number: int) -> str:
    return heading.mark.pattern.replace("{}", like(heading.mark.numeral, number)).rstrip("、.．，")
