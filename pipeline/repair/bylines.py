"""A Document comes in; the same goes out without the line that says when and where an article appeared, and by whom.

`2019-09-26 12:11 来源：证券时报网 作者：李在山` stands below an article's title, or at its end. What it says becomes
the document's date and creator.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.edits import edited
from pipeline.model import Document
from pipeline.repair.rule import cut, lines_of
from pipeline.repair.site import of_a_meeting

HEAD, TAIL = 10, 4  # lines with text, from the top and from the bottom, among which it stands
MOST = 4  # such lines; more of them are a log, a diary, a talk in messages
ARTICLE = 30_000  # characters; in a longer text a date with a place may open a scene
LONGEST = 80  # characters of the line
_DAY = r"(?P<year>\d{4})\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})日?"
_CLOCK = r"[\sT]{0,3}\d{1,2}[:：]\d{2}(?:[:：]\d{2})?"
_SAID = r"(?:最[后後])?(?:[发發][布佈表稿]|更新|刊登|上[传傳]|修改)?[于於]?(?:[时時][间間]|日期)?\s?[:：]?\s*"
_FIELD = (
    r"(?:文章)?[来來]源[于於]?\s?[:：]|稿源\s?[:：]|[出处處]{2}\s?[:：]|作者\s?[:：]|[编編][辑輯]\s?[:：]|字[号號體体]|"
    r"[浏瀏][览覽]|[点點][击擊]|[阅閱][读讀]|收藏|[评評][论論]|我有[话話][说說]|[举舉][报報]|[分打][享印]"
)
_QUIET = "[^，。！？；…“”]"
_DATED = re.compile(rf"{_SAID}{_DAY}(?P<clock>{_CLOCK})?(?P<rest>(?:\s|{_FIELD}|[|｜]){_QUIET}*)?")
_NAMED = re.compile(  # 新华网河北频道 (2012-06-04 09:20:26) 稿件来源：河北日报
    rf"[^\d\s，。！？；…“”]{{2,16}}(?:\s[于於])?\s?[（(\s]\s?{_DAY}{_CLOCK}\s?[）)]?(?P<rest>\s{_QUIET}*)?"
)
_ORIGINAL = re.compile(  # 原创 李在山 山城读书会 2023-05-06 08:00 发表于重庆
    rf"原[创創]\s+([^\s，。]{{2,12}})\s+(?:[^\s，。]{{2,20}}\s+)?{_DAY}{_CLOCK}(?:\s{_QUIET}*)?"
)
_SIGNED = re.compile(r"(?:文字?|撰文|作者|采写)\s*[|｜丨]\s*([^\s，。:：|｜丨/（(]{2,12})(?:\s*[|｜丨（(/].*)?")
_SOURCE = re.compile(rf"[（(]?(?:本文|文章)?[来來]源[于於]?\s?[:：]\s?{_QUIET}{{2,40}}")
_AUTHOR = re.compile(r"作者\s?[:：]\s?([^\s，。:：|｜/（(]{2,12})(?=$|[\s|｜）)])")


def bylines(document: Document) -> Document:
    """The line goes, and says who wrote the text and when, where nothing else does.

    >>> from pipeline.repair.rule import document_of
    >>> found = bylines(document_of("天奇中标\\n2019-09-26 12:11来源：证券时报网 作者：李在山\\n证券时报讯。"))
    >>> found.text, found.date, found.creator
    ('天奇中标\\n\\n证券时报讯。', '2019-09-26', '李在山')
    >>> bylines(document_of("2019年9月26日\\n来源：心底的声音，你听。")).text
    '2019年9月26日\\n来源：心底的声音，你听。'
    >>> bylines(document_of("会议纪要\\n时间：2023年5月6日\\n地点：三楼")).date
    ''
    """
    lines = list(lines_of(document.text))
    texts = [line.strip() for _, line in lines]
    filled = [k for k, text in enumerate(texts) if text]
    is_article = len(document.text) <= ARTICLE
    own = [k for k in sorted({*filled[:HEAD], *filled[-TAIL:]}) if _is_byline(texts, k, is_article)]
    if not own or sum(_is_byline(texts, k, is_article) for k in filled) > MOST:
        return document
    told = [texts[k] for k in own]
    date, creator = (next(given, "") for given in (_dates(told), _authors(told)))
    document = replace(document, date=document.date or date, creator=document.creator or creator)
    return edited(document, "byline", [cut(*lines[k]) for k in own])


def _is_byline(lines: Sequence[str], k: int, is_article: bool) -> bool:
    line = lines[k]
    if len(line) > LONGEST:
        return False
    if _SOURCE.fullmatch(line) or (is_article and any(form.fullmatch(line) for form in (_NAMED, _ORIGINAL, _SIGNED))):
        return True
    dated = _DATED.fullmatch(line)
    if not dated:
        return False
    if re.search(_FIELD, dated["rest"] or ""):
        return True
    if line[0].isdigit():
        return is_article and dated["clock"] is not None
    return not of_a_meeting(lines, k)


def _dates(lines: Sequence[str]) -> Iterator[str]:
    """The dates of the lines, as ISO 8601."""
    for line in lines:
        dated = _DATED.fullmatch(line) or _NAMED.fullmatch(line) or _ORIGINAL.fullmatch(line)
        if dated and 1 <= int(dated["month"]) <= 12 and 1 <= int(dated["day"]) <= 31:
            yield f"{dated['year']}-{int(dated['month']):02}-{int(dated['day']):02}"


def _authors(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        signed = _AUTHOR.search(line) or _SIGNED.fullmatch(line) or _ORIGINAL.fullmatch(line)
        if signed:
            yield signed[1]
