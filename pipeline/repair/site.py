"""A Document comes in; the same goes out without the words of the page that it was copied from."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.addresses import address_in
from pipeline.repair.rule import cut, lines_of, noted, table

_DATE = r"^\s*(?:发布|發布|發佈|更新|发表|發表)?(?:时间|時間|日期)[:：]\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_DATE_LINE = re.compile(rf"{_DATE}(?:[ T\d:]*)$")
_MEETING = re.compile(r"^\s*(?:地点|地點|出席|参加|參加|与会|與會|主持|人物|布景|记录人|記錄人)")
LONG = 40  # characters; a shorter paragraph may be repeated on purpose (a refrain, a cry)


def site_words(document: Document) -> Document:
    """The page's own lines go: date, lead-in, watermarks, and its title, which becomes the document's.

    A title counts as the page's where it is repeated below such lines, or is all that stands above them.

    >>> from pipeline.repair.rule import document_of
    >>> page = "局長發言\\n\\n時間:2022-03-29 06:05:00\\n\\n局長發言\\n\\n同志們:"
    >>> found = site_words(document_of(page))
    >>> found.title, found.date, found.text
    ('局長發言', '2022-03-29', '\\n\\n\\n\\n\\n\\n同志們:')
    >>> site_words(document_of("雪落下來\\n雪落下來\\n時間:永遠")).text
    '雪落下來\\n雪落下來\\n時間:永遠'
    >>> site_words(document_of("雪落下来。www.books.com\\n时间：2023年5月6日\\n地点：三楼")).text
    '雪落下来。\\n时间：2023年5月6日\\n地点：三楼'
    """
    lines = list(lines_of(document.text))
    own = dict(_own([line for _, line in lines]))
    if not own:
        return document
    whole = [k for k, shown in own.items() if shown == lines[k][1]]
    dates = [date for k in whole if (date := _date(lines[k][1]))]
    titles = _titles([line.strip() for _, line in lines], whole)
    title = lines[titles[0]][1].strip() if titles else document.title
    document = replace(document, title=document.title or title, date=document.date or next(iter(dates), ""))
    cuts = [cut(lines[k][0] + len(lines[k][1]) - len(shown), shown) for k, shown in own.items()]
    return _without(edited(document, "site words", cuts), "title", titles)


def duplicates(document: Document) -> Document:
    """A long paragraph goes where the one before it says the same; one that comes again later is noted.

    >>> from pipeline.repair.rule import document_of
    >>> paragraph = "这一段话很长，" * 8
    >>> duplicates(document_of(f"{paragraph}\\n\\n{paragraph}\\n完")).text.count(paragraph)
    1
    """
    seen: set[str] = set()
    last = ""
    cuts: list[Replacement] = []
    notes: list[tuple[int, int, str]] = []
    for offset, line in lines_of(document.text):
        paragraph = line.strip()
        if len(paragraph) >= LONG and paragraph in seen:
            if paragraph == last:
                cuts.append(cut(offset, line))
            else:
                notes.append((offset, offset + len(line), "this paragraph stands further up already"))
        last = paragraph or last
        seen.add(paragraph)
    return edited(noted(document, "duplicate", notes), "duplicate", cuts)


def _without(document: Document, rule: str, numbers: list[int]) -> Document:
    lines = list(lines_of(document.text))
    return edited(document, rule, [cut(*lines[k]) for k in numbers])


def _own(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The page's own lines: the number of each, and what of it is the page's, at its end."""
    for k, line in enumerate(lines):
        if _site_pattern().match(line) or (_DATE_LINE.match(line) and not of_a_meeting(lines, k)):
            yield k, line
        elif shown := address_in(line):
            yield k, shown


def of_a_meeting(lines: Sequence[str], k: int) -> bool:
    """Whether the lines around say where, or who was there: then the date is the text's own."""
    return any(map(_MEETING.match, lines[max(0, k - 2) : k + 3]))


@cache
def _site_pattern() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{row[0]})" for row in table("site.tsv")))


def _date(line: str) -> str:
    """The date that one of the page's lines begins with, as ISO 8601."""
    match = re.match(_DATE, line)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else ""


def _titles(lines: list[str], own: list[int]) -> list[int]:
    """The numbers of the lines above the first site line and right below the last of the head that say the same."""
    filled = [k for k, line in enumerate(lines) if line]
    first = filled[0] if filled else -1
    head = list(_head(filled, frozenset(own)))
    if not head or first in own:
        return []
    below = next((k for k in filled if k > head[-1]), -1)
    names = below > 0 and lines[below] == lines[first] and re.search(r"\w", lines[first])
    return [first, below] if names else []


def _head(filled: list[int], own: frozenset[int]) -> Iterator[int]:
    """The site lines that follow the first line without a line of the author's between."""
    for k in filled[1:]:
        if k not in own:
            return
        yield k
