"""The marked lines of a page come in; those of indexes and lists of sources go out, to be left out, with their rules.

An index leads to the pages of the print, and a recording has none; nobody listens to a list of what was quoted, or to
notes that do nothing else. Each is told by its heading and by what most lines below are, up to the next heading.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.segment.candidates import Candidates
from pipeline.segment.headings import STRONG

_LETTER = re.compile(r"[A-Za-z]|[一二三四五六七八九十]{1,3}[画畫劃]")  # 三画: the characters of three strokes
_LEADS = re.compile(
    r"[0-9]{1,4}(?:[nft]{1,2}|[（(][nt][)）])?[\s;；,，.。]*$|参[见見阅閱看]|[另，,;；（(][见見]|\bsee\b", re.IGNORECASE
)
_NUMBER = re.compile(r"(?P<bracket>[\[［〔〖【])?\d{1,3}[\]］〕〗】)）.．、]?\s*")
_SOURCE = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|(?:1[5-9]|20)\d\d年|出版社|印[书書][馆館]|[书書]局|[编編译譯著][，。,.]|《[^》]+》[，,（(]|"
    r"第\s?[\d、，,—-]+\s?[页頁]|[页頁][一二三四五六七八九○〇十百]|\bpp?\.?\s?\d|\bIbid|Press\b|\[[JMDCNRZ](?:/OL)?\]|"
    r"引自|参[见見]|參見|前[揭引]|[同仝][上前]|[档檔]案|[载載][于於]|引用日期|https?://|www\."
)
_TITLE = re.compile("《[^》]*》|〈[^〉]*〉")
_PROSE = "的了是在这我也就不们"
PROSE_SHARE = 0.05  # of a line's characters; with more of them it tells something
LONGEST = 300  # characters of an entry
HAN_SHARE = 0.2  # of a line's characters; with fewer it is the title of a foreign work


def _leads(text: str) -> bool:
    """Whether a line leads to a page, or to another entry.

    >>> _leads("鲁迅 12, 45, 118"), _leads("周树人 见 鲁迅"), _leads("鲁迅生于1881年。")
    (True, False, False)
    """
    return _LEADS.search(text) is not None


def _listed(text: str) -> bool:
    """Whether a line of a bibliography is an entry: it names a work, or has a number in brackets and tells nothing.

    >>> _listed("[4]"), _listed("[7] 中国与鸦片贸易"), _listed("中国与鸦片贸易")
    (True, True, False)
    """
    number = _NUMBER.match(text)
    bracketed = number is not None and number["bracket"] is not None
    return _cites(text) or (bracketed and len(text) <= LONGEST and not _tells(text))


def _cites(text: str) -> bool:
    """Whether a line names a work that was quoted.

    >>> [_cites(t) for t in ("［1］孙燕君著，《阿里巴巴神话》，南京：江苏文艺出版社，2007", "Ibid., p. 12")]
    [True, True]
    >>> _cites("本书的主要依据是缴获的德国文件和1945年的审讯记录，也有我的亲身经历。")
    False
    """
    number = _NUMBER.match(text)
    rest = text[number.end() :] if number else text
    foreign = sum("㐀" <= character <= "鿿" for character in rest) < HAN_SHARE * len(rest)
    return len(rest) <= LONGEST and not _tells(rest) and (foreign or _SOURCE.search(rest) is not None)


def _tells(text: str) -> bool:
    """Whether a line is prose, what titles are made of not counted."""
    return sum(map(_TITLE.sub("", text).count, _PROSE)) > PROSE_SHARE * len(text)


class Kind(NamedTuple):
    """A list at the back: its rule, its title, what its entries are, how many there must be, of how many lines."""

    rule: str
    title: re.Pattern[str]
    is_entry: Callable[[str], bool]
    least: int
    share: float
    partial: bool = False  # it may end without a heading


KINDS = (
    Kind("index", re.compile(r"(?:[㐀-鿿]{0,8}[ \u3000]?)?索[ \u3000]?引|(?i:index)"), _leads, 10, 0.6),
    Kind(
        "bibliography",
        re.compile(
            r"(?:附[录錄][一二三四五六七八九十\dA-Z]*[:：\s]*)?[㐀-鿿]{0,4}[参參引征徵][考用][ \u3000]?"
            r"(?:文[献獻]|[资資]料|[书書]目|著作|文章|[链鏈]接)[㐀-鿿]{0,2}[:：]?|"
            r"(?i:references|(?:selected )?bibliography)"
        ),
        _listed,
        3,
        0.75,
        partial=True,
    ),
    Kind(
        "source notes",
        re.compile(
            r"[〔（(]?(?:本?[章节節篇]|原[书書]|作者)?[后後末]?(?:[注註][释釋解]|[附尾脚腳][注註]|[注註])[:：〕）)]?|"
            r"(?i:(?:end)?notes)"
        ),
        _cites,
        3,
        0.8,
    ),
)


def back_matter_of(candidates: Candidates) -> Mapping[int, str]:
    """The lines of the lists at the back of a page's books or chapters, their headings among them, and their rules."""
    titles = dict(_titles(candidates))
    stops = [line for line in candidates.filled if line in titles or _is_heading(candidates, line)] if titles else []
    found: dict[int, str] = {}
    for line, kind in titles.items():
        later = map(stops.__getitem__, range(bisect_right(stops, line), len(stops)))
        end = next((stop for stop in later if _ends(candidates, line, stop, titles)), len(candidates.lines))
        found |= dict.fromkeys(_block(candidates, line, end, kind), kind.rule)
    return found


def _titles(candidates: Candidates) -> Iterator[tuple[int, Kind]]:
    for line in candidates.filled:
        text = candidates.lines[line].text.strip("【】[]")
        yield from ((line, kind) for kind in KINDS if kind.title.fullmatch(text))


def _is_heading(candidates: Candidates, line: int) -> bool:
    mark = candidates.marks.get(line)
    heads = line in candidates.declared or (mark is not None and mark.kind in STRONG)
    return heads and not _LETTER.fullmatch(candidates.lines[line].text)


def _ends(candidates: Candidates, title: int, line: int, titles: Mapping[int, Kind]) -> bool:
    """Whether a heading ends the list below a title; one that is declared as below it divides the list."""
    level = candidates.declared.get(title)
    return line in titles or level is None or candidates.declared.get(line, level) <= level


def _block(candidates: Candidates, title: int, end: int, kind: Kind) -> range:
    """The lines from a title on, where they are a list of its kind; none where they are not.

    Where the next heading is not known as one, a list ends in front of two lines in a row that are no entries.
    """
    below = [k for k in range(title + 1, end) if candidates.lines[k].text]
    lines = [k for k in below if not _LETTER.fullmatch(candidates.lines[k].text)]
    entries = [kind.is_entry(candidates.lines[k].text) for k in lines]
    if _suffice(entries, kind):
        return range(title, end)
    first = next((n for n, pair in enumerate(pairwise(entries)) if not any(pair)), 0) if kind.partial else 0
    return range(title, lines[first - 1] + 1) if first and _suffice(entries[:first], kind) else range(0)


def _suffice(entries: Sequence[bool], kind: Kind) -> bool:
    return sum(entries) >= max(kind.least, kind.share * len(entries))
