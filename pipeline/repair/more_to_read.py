"""A Document comes in; the same goes out without the titles of other articles that are listed behind its own text.

往期精彩回顾, 相关文章 and the like stand above them, at the end of an article that was copied from an app or a page.
"""

import re
from collections.abc import Sequence

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of

RULE = "links to other articles"
ARTICLE = 30_000  # characters; a list at the end of a book is the author's
TAIL = 25  # lines with text, from the bottom
LONGEST = 45  # characters of a title
_LABEL = re.compile(  # not 推荐阅读, 延伸阅读: below them an author may recommend books
    r"[\s▼▽↓◆●▲△【\[—-]*(?:(?:往期|近期|[历歷]史|更多)(?:精[彩选選]|好文|文章|[内內]容|推[荐薦]|回[顾顧]|[图圖]文){1,2}"
    r"|相[关關](?:文章|推[荐薦]|[阅閱][读讀])|[热熱][门門]文章|猜你喜[欢歡])[\s▼▽↓◆●▲△】\]—:：-]*"
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
    lines = [(start, line) for start, line in lines_of(document.text) if line.strip()]
    label = next((k for k, (_, line) in enumerate(lines) if k >= len(lines) - TAIL and _LABEL.fullmatch(line)), None)
    if label is None:
        return document
    listed = lines[label : label + 1 + _titles([line for _, line in lines[label + 1 :]])]
    cuts = [Replacement(start, start + len(line), "") for start, line in listed] if len(listed) > 1 else []
    return edited(document, RULE, cuts)


def _titles(lines: Sequence[str]) -> int:
    """How many lines, from the first on, can be titles."""
    short = (len(line.strip()) <= LONGEST and not _SENTENCE.search(line.strip()) for line in lines)
    return next((k for k, is_title in enumerate(short) if not is_title), len(lines))
