"""A Document comes in; the same goes out without what an app or a page shows below an article.

These are the titles of other articles, with 往期精彩回顾, 相关文章 and the like above them, and buttons.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from pipeline.edits import edited
from pipeline.model import Document
from pipeline.repair.rule import cut, filled_lines

ARTICLE = 30_000  # characters; a list at the end of a book is the author's
TAIL = 25  # lines with text, from the bottom
LONGEST = 45  # characters of a title
FEWEST = 2  # buttons
_LABEL = re.compile(  # not 推荐阅读, 延伸阅读: below them an author may recommend books
    r"[\s▼▽↓◆●▲△【\[—-]*(?:(?:往期|近期|[历歷]史|更多)(?:精[彩选選]|好文|文章|[内內]容|推[荐薦]|回[顾顧]|[图圖]文){1,2}"
    r"|相[关關](?:文章|推[荐薦]|[阅閱][读讀])|[热熱][门門]文章|猜你喜[欢歡])[\s▼▽↓◆●▲△】\]—:：-]*"
)
_BUTTON = re.compile(
    r"\s*(?:分享|收藏|喜[欢歡]|收起|[举舉][报報]|[评評][论論]|[转轉][发發]|[点點][赞讚]|[赞贊]同|[关關]注|打[赏賞]|回[复覆復]|在看|"
    r"[复複]制[链鏈]接|申[请請][转轉][载載]|展[开開](?:全文)?|返回[顶頂]部)\s*[（(]?\d*[）)]?\s*"
)
_SENTENCE = re.compile("[。；;]|[：:…”」]$")


def more_to_read(document: Document) -> Document:
    """The list goes, as far as it is one.

    >>> from pipeline.repair.rule import document_of
    >>> text = "他睡着了。\\n▼往期精彩回顾▼\\n怎样读一本书？\\n为什么要早起\\n（本文写于去年。）"
    >>> more_to_read(document_of(text)).text.split()
    ['他睡着了。', '（本文写于去年。）']
    """
    if len(document.text) > ARTICLE:
        return document
    lines = filled_lines(document.text)
    tail = range(max(1, len(lines) - TAIL), len(lines))  # what stands first is the article's own title
    label = next((k for k in tail if _LABEL.fullmatch(lines[k][1])), None)
    if label is None:
        return document
    listed = lines[label : label + 1 + _titles([line for _, line in lines[label + 1 :]])]
    return edited(document, "links to other articles", [cut(*line) for line in listed] if len(listed) > 1 else [])


def buttons(document: Document) -> Document:
    """The buttons go, where several stand at the end.

    >>> from pipeline.repair.rule import document_of
    >>> buttons(document_of("他睡着了。\\n分享\\n收藏 12\\n收起")).text.split()
    ['他睡着了。']
    """
    before = max(0, len(document.text) - TAIL * LONGEST)
    lines = filled_lines(document.text[before:])
    last = list(takewhile(lambda line: _BUTTON.fullmatch(line[1]), reversed(lines)))
    cuts = [cut(before + start, line) for start, line in reversed(last)]
    return edited(document, "buttons", cuts if FEWEST <= len(cuts) < len(lines) else [])


def _titles(lines: Sequence[str]) -> int:
    """How many lines, from the first on, can be titles."""
    short = (len(line.strip()) <= LONGEST and not _SENTENCE.search(line.strip()) for line in lines)
    return next((k for k, is_title in enumerate(short) if not is_title), len(lines))
