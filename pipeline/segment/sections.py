"""The lines of a page and its headings come in; the sections go out as drafts: a title and the lines to be spoken."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, pairwise
from operator import itemgetter

from pipeline.segment.candidates import Candidates, Heading, Rank
from pipeline.segment.layout import titles_of
from pipeline.segment.scheme import section_ranks

LISTENABLE = 5_000  # characters, 15 to 20 minutes: a section of a text without headings
LONG = LISTENABLE * 3 // 2  # a text that is cut into such sections
LONGEST = 60_000  # characters, over three hours: a section of a text whose headings were not told
LEAST = 1_500  # characters, 5 minutes: what headings below the chapters must have to begin sections
FRONT = 60  # characters; so short a text before the first heading (title, author) belongs to the first section
_ADDRESS = re.compile(
    "(?:尊敬的|敬爱的|亲爱的|各位|同志们|同志們|女士们|女士們|先生们|先生們|朋友们|朋友們|同学们|同學們|老师们|大家好|同胞们)"
)
OPENING_LINES = CLOSING_LINES = 3  # where a speech addresses its audience
SPEECH_OPENING, OPENING, CLOSING, WHOLE, NUMBERED = "开场", "开篇", "结语", "正文", "第{}节"


@dataclass(frozen=True, slots=True)
class Draft:
    """A section to be: its title and level, the lines it speaks, and those of them that are headings."""

    title: str
    level: int
    lines: tuple[int, ...] = ()
    headings: frozenset[int] = field(default_factory=frozenset)


def drafts_of(candidates: Candidates, spoken: Sequence[int], headings: Sequence[Heading], title: str) -> list[Draft]:
    """The sections of a page, none empty: cut at its headings, or by length where it has none."""
    ranks = section_ranks(headings, candidates, LEAST)
    tops = [heading for heading in headings if heading.rank in ranks]
    if not spoken:
        return []
    if not tops:
        whole = Draft(title or WHOLE, 1, tuple(spoken))
        long = _size(candidates, spoken) >= LONG
        return _by_titles(candidates, replace(whole, title=OPENING), NUMBERED.format) if long else [whole]
    drafts = _closed(_by_headings(candidates, spoken, headings, ranks), candidates)
    return [part for draft in drafts for part in _listenable(candidates, draft)]


def _listenable(candidates: Candidates, draft: Draft) -> list[Draft]:
    """A section, or its parts where it is longer than anybody listens at a time: its headings were not told."""
    if _size(candidates, draft.lines) < LONGEST:
        return [draft]
    return _by_titles(candidates, draft, _numbered(draft.title))


def _numbered(title: str) -> Callable[[int], str]:
    return lambda number: f"{title}（{number}）"


def _size(candidates: Candidates, lines: Sequence[int]) -> int:
    return sum(len(candidates.lines[k].text) for k in lines)


def _by_titles(candidates: Candidates, draft: Draft, name: Callable[[int], str]) -> list[Draft]:
    """The parts of a draft, at titles that its layout tells, else by length; `name` is for those that have none."""
    titles = frozenset(titles_of(candidates, draft.lines[draft.lines[0] in draft.headings :]))
    if not titles:
        return list(_by_length(candidates, draft, name))
    starts = [place for place, line in enumerate(draft.lines) if line in titles]
    front = draft.lines[: starts[0]]
    starts = [0, *(starts if _size(candidates, front) > FRONT else starts[1:])]
    parts = [draft.lines[start:end] for start, end in pairwise([*starts, len(draft.lines)])]
    return [part for lines in parts for part in _shortened(candidates, _titled(candidates, draft, lines, titles))]


def _titled(candidates: Candidates, draft: Draft, lines: tuple[int, ...], titles: Collection[int]) -> Draft:
    """A part of a draft, named by the title it begins with."""
    own = [line for line in lines if line in titles]
    title = candidates.plain(own[0]) if own else draft.title
    return replace(draft, title=title, lines=lines, headings=draft.headings | frozenset(own))


def _shortened(candidates: Candidates, draft: Draft) -> list[Draft]:
    long = _size(candidates, draft.lines) >= LONGEST
    return list(_by_length(candidates, draft, _numbered(draft.title))) if long else [draft]


def _by_headings(
    candidates: Candidates, spoken: Sequence[int], headings: Sequence[Heading], ranks: Sequence[Rank]
) -> Iterator[Draft]:
    """Sections begin at headings of these ranks; one that stands directly above a deeper one begins with it."""
    inner = frozenset(line for heading in headings for line in (heading.line, heading.subtitle))
    groups = list(_groups(candidates, [heading for heading in headings if heading.rank in ranks]))
    starts = [group[0].line for group in groups]
    counts = Counter(heading.rank for heading in headings)
    opening = tuple(k for k in spoken if k < starts[0])
    own = _is_section(candidates, opening)
    if own:
        yield Draft(_opening_title(candidates, opening), 1, opening)
    for group, end in zip(groups, [*starts[1:], len(candidates.lines)], strict=True):
        lines = tuple(k for k in _between(spoken, group[0].line, end))
        front = () if own or group is not groups[0] else opening
        yield Draft(_title(group, counts), ranks.index(group[-1].rank) + 1, (*front, *lines), inner & frozenset(lines))


def _groups(candidates: Candidates, tops: Sequence[Heading]) -> Iterator[list[Heading]]:
    """Headings that stand together: a part's, directly above its first chapter's."""
    group: list[Heading] = []
    for heading in tops:
        if group and not (_opens(group[-1], heading) and candidates.following_other(group[-1].line) == heading.line):
            yield group
            group = []
        group.append(heading)
    yield group


def _opens(above: Heading, below: Heading) -> bool:
    """Whether a heading can stand directly above another of the same section: 第一卷, or 第一卷 第三章 above 序言."""
    nameless = bool(above.mark.within) and not above.mark.rest and above.subtitle < 0
    return above.rank < below.rank or (nameless and above.rank == below.rank and not below.mark.within)


def _between(spoken: Sequence[int], start: int, end: int) -> Sequence[int]:
    return spoken[bisect_left(spoken, start) : bisect_left(spoken, end)]


def _title(group: Sequence[Heading], counts: Mapping[Rank, int]) -> str:
    """The headings of a group in one line, without one that stands alone in its rank (the book's own title) and
    without one that the last begins with.
    """
    last = group[-1].title
    named = [heading.title for heading in group[:-1] if counts[heading.rank] > 1 and not last.startswith(heading.title)]
    return " ".join([*named, last])


def _is_section(candidates: Candidates, opening: Sequence[int]) -> bool:
    return _size(candidates, opening) > FRONT or _addressed(candidates, opening) >= 0


def _addressed(candidates: Candidates, lines: Sequence[int]) -> int:
    """The first of these lines that addresses an audience, -1 where none does."""
    return next((k for k in lines if _ADDRESS.match(candidates.lines[k].text)), -1)


def _opening_title(candidates: Candidates, opening: Sequence[int]) -> str:
    return SPEECH_OPENING if _addressed(candidates, opening[:OPENING_LINES]) >= 0 else OPENING


def _closed(drafts: Iterable[Draft], candidates: Candidates) -> Iterator[Draft]:
    """The drafts, the closing address of a speech as a section of its own.

    A speech that begins by addressing its audience and does so again in its last paragraphs has left its last point.
    """
    *before, last = drafts
    yield from before
    speech = before and before[0].title == SPEECH_OPENING
    closing = _addressed(candidates, last.lines[-CLOSING_LINES:]) if speech else -1
    if closing <= last.lines[0] or closing in last.headings or last.lines.index(closing) < 2:
        yield last
        return
    place = last.lines.index(closing)
    yield replace(last, lines=last.lines[:place])
    yield Draft(CLOSING, last.level, last.lines[place:])


def _by_length(candidates: Candidates, draft: Draft, name: Callable[[int], str]) -> Iterator[Draft]:
    """Sections of like length, cut at the ends of paragraphs: where a text goes on, only the last of them changes."""
    count = round(_size(candidates, draft.lines) / LISTENABLE)
    before = accumulate((len(candidates.lines[k].text) for k in draft.lines), initial=0)
    shares = [min(count - 1, done // LISTENABLE) for done, _ in zip(before, draft.lines, strict=False)]
    parts = [[k for _, k in part] for _, part in groupby(zip(shares, draft.lines, strict=True), key=itemgetter(0))]
    for number, part in enumerate(parts, 1):
        yield replace(draft, title=name(number) if len(parts) > 1 else draft.title, lines=tuple(part))
