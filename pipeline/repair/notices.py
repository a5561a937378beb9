"""A Document comes in; the same goes out without what the site that it was copied from says of itself.

At the head and the tail of a file such notices say what the site offers and whose the rights are; between the author's
paragraphs they come again and again: `【青牛书吧】www.qingniu.com` below every chapter.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise

from pipeline.edits import Replacement, edited
from pipeline.model import Document, Span
from pipeline.repair.addresses import ADDRESS
from pipeline.repair.rule import NUMERAL, filled_lines, noted

RULE = "site words"
HELD_BACK = "the text breaks off here: the site had the rest of the chapter on a further page"
EDGE = 12  # lines with text at the head and at the tail
BOOK = (
    20_000  # characters of a text in which a notice there says LEAST of these things, in a shorter one LEAST_IN_ARTICLE
)
LEAST, LEAST_IN_ARTICLE = 3, 4
LEAST_WORDS = 4  # characters in front of a notice that are the author's
FEWEST = 3  # times that a notice stands between the paragraphs
LONGEST = 400  # characters of a notice at the head or the tail
LONGEST_LINK = 100  # of one there that says hardly more than where the site is
LONGEST_AGAIN = 120  # of one that comes again and again
LONGEST_TAIL = 70  # of a sentence that does, at the end of a paragraph
LONGEST_LEFT = 110  # of what tells that a chapter is not over
_SITE = r"小[说說](?:[网網]|天堂)|中文[网網]|文[学學](?:城|[网網])|[书書][网網]"
_SAID = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        ADDRESS,
        "本站|本[网網]站?",
        "QQ\\s?群|公[众眾]号|微信",
        r"(?:txt|chm|电子[书書]|電子書|小[说說]).{0,8}(?:下[载載]|[阅閱][读讀]|分享)|下[载載].{0,8}(?:txt|电子[书書]|電子書)",
        "免[责責][声聲]明|[严嚴]正[声聲]明",
        "版[权權]|正版",
        "24小[时時]|商[业業](?:途[径徑]|用途|行[为為])|学习交流|學習交流",
        "整理|收集|蒐集|上[传傳]|[转轉][载載]",
        "自互[联聯][网網]|自[网網][络絡上]",
        "手[机機].{0,4}(?:[阅閱][读讀]|[访訪][问問]|下[载載]|用[户戶])",
        "更新|最新章[节節]|更多.{0,6}(?:好[书書]|精彩|电子[书書])",
        f"[书書](?:友|吧|屋|城|库|庫|盟)|[网網]友|论坛|論壇|小编|小編|{_SITE}",
        "[请請].{0,6}(?:[查阅閱]{2}|[访訪][问問]|登[陆陸录錄]|[浏瀏][览覽]|支持|收藏|[购購][买買])|[欢歡]迎.{0,12}光[临臨]",
    )
)
_REACHED = 3  # the first of them say where the site is
_CHAPTER = re.compile(rf"第\s?{NUMERAL}{{1,9}}\s?[章节節回集卷话話]")
_AGAIN = re.compile(
    rf"{ADDRESS}|{_SITE}|首[发發]|[转轉][载載]|推[荐薦]票|月票|(?:求|[请請欢歡].{{0,5}})(?:收藏|[订訂][阅閱])|"
    r"最新章[节節]|字[数數][:：]|章[节節][内內]容|日更新|秒[记記]住|手[机機]用[户戶]|本站|"
    r"版[权權][属屬归歸]|支持.{0,8}(?:出版社|作者)|商[业業]用途|公[众眾]号|QQ\s?群|下[载載]安[装裝]",
    re.IGNORECASE,
)
_END = re.compile("[。！？!?]+")
_TAIL = re.compile(r"(?<=[。！？!?”…])(?:[^。！？!?“”…\n]{6,40}[。！？!?]?|[\u4e00-\u9fff]{0,8}https?://[!-~]{5,60})$")
_PRAISED = (
    "小[说說](?:[网網]|基地)|[书書]吧|好看的.{0,6}小[说說]|快看[书書]|手 ?[机機] ?[电電] ?子 ?[书書]|w ?w ?w ?[.．]"
)
_BRACKETED = re.compile(
    rf"[\[［【(（][^\[\]［］【】()（）\n]{{0,30}}(?:{ADDRESS}|{_PRAISED})"
    rf"[^\[\]［］【】()（）\n]{{0,30}}[\]］】)）](?:[ \t　]?{ADDRESS})?",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"{ADDRESS}[ \t　]?$", re.IGNORECASE)  # mianhuatang.la [棉花糖小说网]
_CLAIM = re.compile(rf"{ADDRESS}|{_SITE}|首[发發]|[转轉][载載]", re.IGNORECASE)
_HINT = re.compile(f"[.．]|{_SITE}|{_PRAISED}|首[发發]|[转轉][载載]")  # without them there is no notice within a line
_LEFT_OFF = re.compile(
    r"[（(【\[［『]\s{0,2}(?:未完待[续續]|本(?:小)?章(?:未完|完|[结結]束|[终終])|[还還]在[连連][载載]中)"
    r"[^（）()【】\[\]［］『』\n]{0,80}[）)】\]］』]?\s*$"
)
_ELSEWHERE = re.compile(r"\W*(?:本小?章[还還]?未完|[这這]章[没沒]有[结結]束).{0,12}(?:下一[页頁]|[继繼][续續])")
_LINK = re.compile(r"\s*(?:https?://|www\.)\S+\s*")
_DIGITS = re.compile("[0-9０-９]+")
_BLANKS = re.compile(r"[\s　]+")


def notices(document: Document) -> Document:
    """Notices at the head and the tail go, and those that come at least three times; held back text is noted.

    >>> from pipeline.repair.rule import document_of
    >>> notice = "青牛书屋 http://www.qingniu.com，提供各类小说在线阅读，所有TXT电子书免费下载。"
    >>> notices(document_of(notice + "\\n雪落下来。" * BOOK)).text[:6]
    '\\n雪落下来。'
    >>> notices(document_of("雪。\\n【青牛书吧】www.qn8.com\\n" * 3)).text
    '雪。\\n\\n雪。\\n\\n雪。\\n\\n'
    >>> notices(document_of("雪落了。本书由青牛书院首发，请勿转载！\\n" * 3 + "第五章 雪（www.qn8.com）\\n" * 3)).text
    '雪落了。\\n雪落了。\\n雪落了。\\n第五章 雪\\n第五章 雪\\n第五章 雪\\n'
    >>> found = notices(document_of("雪 ...［本章未完，请点击下一页继续阅读！］\\n这章没有结束，请点击下一页\\n"))
    >>> found.text, [note.rule for note in found.notes]
    ('雪 ...\\n\\n', ['cut off', 'cut off'])
    >>> links = "雪。\\nhttps://qn.com/p/1\\nhttps://qn.com/p/2\\nhttps://qn.com/p/3"
    >>> notices(document_of(links)).text == links
    True
    """
    lines = filled_lines(document.text)
    found: dict[int, list[Span]] = {}
    for finder in (_at_edges, _left_off, _within, _repeated):
        found |= finder({k: line for k, (_, line) in enumerate(lines) if k not in found})
    spans = [(lines[k][0] + first, lines[k][0] + last) for k in sorted(found) for first, last in found[k]]
    held_back = [(start, end, HELD_BACK) for start, end in spans if _ELSEWHERE.match(document.text, start)]
    cuts = [Replacement(start, end, "") for start, end in spans]
    return edited(noted(document, "cut off", held_back), RULE, cuts)


def _at_edges(lines: Mapping[int, str]) -> dict[int, list[Span]]:
    """The notices at both ends of a book; where one stands behind the author's words, as others have it alone, only it.

    >>> notice = "青牛书城 www.qn8.com 电子书下载"
    >>> book = {k: "雪" * 90 for k in range(500)} | {0: notice, 499: f"他想，也许{notice}"}
    >>> _at_edges(book)
    {0: [(0, 22)], 499: [(5, 27)]}
    """
    numbers = list(lines)
    least = LEAST if sum(map(len, lines.values())) >= BOOK else LEAST_IN_ARTICLE
    spans = {k: span for k in (*numbers[:EDGE], *numbers[-EDGE:]) if (span := _notice(lines[k], least))}
    texts = {lines[k][start:end].strip() for k, (start, end) in spans.items()}
    return {k: [(lines[k].rindex(_shortest(lines[k], texts)), end)] for k, (_, end) in spans.items()}


def _shortest(line: str, notices: Collection[str]) -> str:
    """The shortest of the notices that the line ends with, behind words that are more than a letter or two."""
    ends = sorted((notice for notice in notices if line.rstrip().endswith(notice)), key=len)
    told = (notice for notice in ends if len(re.findall(r"\w", line[: line.rindex(notice)])) >= LEAST_WORDS)
    return next(told, ends[-1])


def _left_off(lines: Mapping[int, str]) -> dict[int, list[Span]]:
    """What tells at the end of a line that the chapter or the book is not over, or is; or tells it in a line alone."""
    short = (k for k, line in lines.items() if len(line) <= LONGEST_LEFT and _ELSEWHERE.match(line))
    whole = {k: [(0, len(lines[k]))] for k in short}
    found = ((k, _LEFT_OFF.search(line, max(0, len(line) - LONGEST_LEFT))) for k, line in lines.items())
    return {k: [left.span()] for k, left in found if left} | whole


def _notice(line: str, least: int = LEAST) -> Span | None:
    """Where a line at the head or the tail speaks of a site, of `least` things that sites say, to its end.

    Of a short line in a book that says where the site is, two are enough.

    >>> _notice("此文已故去。青牛在线书库《www.qingniu.com》"), _notice("他在www.qingniu.com上看书。")
    ((6, 29), None)
    """
    if len(line) > LONGEST or "“" in line or _CHAPTER.search(line):
        return None
    starts = [0, *(end.end() for end in _END.finditer(line))]
    start = next((at for at, end in pairwise([*starts, len(line)]) if sum(_said(line[at:end])) >= 2), len(line))
    said = _said(line[start:])
    short = least == LEAST and any(said[:_REACHED]) and len(line) - start <= LONGEST_LINK and "。" not in line[start:]
    return (start, len(line)) if sum(said) >= (2 if short else least) else None


def _said(text: str) -> list[bool]:
    return [pattern.search(text) is not None for pattern in _SAID]


def _repeated(lines: Mapping[int, str]) -> dict[int, list[Span]]:
    """The lines that come again and again and speak of a site, or of votes."""
    alike = {k: _alike(line) for k, line in lines.items() if len(line) <= LONGEST_AGAIN}
    times = Counter(alike.values())
    often = {k: lines[k] for k, text in alike.items() if times[text] >= FEWEST}
    return {k: [(0, len(line))] for k, line in often.items() if _tells(line)}


def _tells(line: str) -> bool:
    """Whether a line is neither speech nor a heading and tells of a site, or of votes."""
    return line.lstrip()[0] not in "“「『" and bool(_AGAIN.search(line)) and not _CHAPTER.search(line)


def _within(lines: Mapping[int, str]) -> dict[int, list[Span]]:
    """What goes of a line, by its number: the same sentence at the ends of paragraphs, the same words in brackets."""
    told = ((k, line) for k, line in lines.items() if _HINT.search(line))
    found = {k: [*_bracketed(line)] or [*_tails(line)] for k, line in told}
    times = Counter(_alike(lines[k][start:end]) for k, spans in found.items() for start, end in spans)
    often = {k: [s for s in spans if times[_alike(lines[k][slice(*s)])] >= FEWEST] for k, spans in found.items()}
    return {k: spans for k, spans in often.items() if spans}


def _bracketed(line: str) -> Iterator[Span]:
    """Brackets with a site in them, and its address in front of them or behind."""
    end = 0
    for match in _BRACKETED.finditer(line):
        address = _BEFORE.search(line, max(end, match.start() - LONGEST_TAIL), match.start())
        yield (address or match).start(), match.end()
        end = match.end()


def _tails(line: str) -> Iterator[Span]:
    tail = _TAIL.search(line, max(0, len(line) - LONGEST_TAIL - 1))
    if tail and _CLAIM.search(tail[0]):
        yield tail.span()


def _alike(text: str) -> str:
    """A text without what differs from one time to the next: dates, counts, blanks; a link alone is what it is."""
    return text if _LINK.fullmatch(text) else _DIGITS.sub("0", _BLANKS.sub("", text))
