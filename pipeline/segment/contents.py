"""The marked lines of a page come in; the lines of its table of contents go out, to be left out.

A contents is a run of titles that come again further on as lines of their own, under 目录 or as three headings and
more without text between them.
"""

import re
from collections.abc import Iterator

from pipeline.segment.candidates import Candidates

TITLE = re.compile(r"[【\[《]?(?:目\s*[录錄次]|contents|table of contents)[】\]》]?[:：]?", re.IGNORECASE)
LEAST_TITLES = 3
LONGEST = 60  # characters of an entry
_LEADER = re.compile(r"(?:[.·…．。\-_—]{2,}|[\s\u3000]+|[(（/])[\s.·…]*[(（]?(?:[0-9０-９]{1,4}|[ivxIVX]{1,6})[)）]?$")
_LINK = re.compile(r"[\s\u3000#*·•.…\-]+")


def contents_lines(candidates: Candidates) -> frozenset[int]:
    """The numbers of the lines that make up tables of contents, with their titles."""
    last = {_key(candidates.lines[number].text): number for number in candidates.filled}
    found: set[int] = set()
    runs = [*_titled_runs(candidates, last), *_bare_runs(candidates, last)]
    for run in runs:
        found.update(run)
    return frozenset(found)


def _key(text: str) -> str:
    """An entry as it would stand as a heading: without dots and page number."""
    return _LINK.sub("", _LEADER.sub("", text)) if len(text) <= LONGEST else text[:LONGEST]


def _titled_runs(candidates: Candidates, last: dict[str, int]) -> Iterator[list[int]]:
    """Runs below a line that says 目录."""
    filled = candidates.filled
    for place, number in enumerate(filled):
        if TITLE.fullmatch(candidates.lines[number].text):
            run = _run(candidates, last, place + 1)
            if run:
                yield [number, *run]


def _run(candidates: Candidates, last: dict[str, int], place: int) -> list[int]:
    """Lines from filled[place] on that come again later, or end in a page number; each title once."""
    run: list[int] = []
    keys: set[str] = set()
    for number in (candidates.filled[k] for k in range(place, len(candidates.filled))):
        text = candidates.lines[number].text
        key = _key(text)
        if key in keys or len(text) > LONGEST or not (last[key] > number or _LEADER.search(text)):
            break
        keys.add(key)
        run.append(number)
    return run


def _bare_runs(candidates: Candidates, last: dict[str, int]) -> Iterator[list[int]]:
    """Runs of headings without text between them, without a title above, that all come again further on."""
    filled = candidates.filled
    place = 0
    while place < len(filled):
        run: list[int] = []
        keys: set[str] = set()
        while place < len(filled) and filled[place] in candidates.marks:
            key = _key(candidates.lines[filled[place]].text)
            if key in keys or last[key] <= filled[place]:
                break
            keys.add(key)
            run.append(filled[place])
            place += 1
        if len(run) >= LEAST_TITLES:
            yield run
        place += 1
