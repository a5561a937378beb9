"""A Document comes in; the same goes out without the lines that the library Haodoo (好讀) puts in front of a book.

《白夜行》東野圭吾, 《二○一六年十月七日版》, 《好讀書櫃》典藏版: the title and the author are the document's, then.
"""

import re
from dataclasses import replace

from pipeline.edits import Replacement, edited
from pipeline.model import Document

RULE = "haodoo"
DEEPEST = 2000  # characters
_HEAD = re.compile(
    r"^[^\S\n]*(?:《(?P<title>[^《》\n]{1,40})》(?P<author>[^《》\n]{0,30})\s*)?"
    r"(?:《[^《》\n]{4,20}日版》\s*)?《好[读讀][书書][柜櫃]》[^\n]{0,8}$",
    re.MULTILINE,
)


def haodoo(document: Document) -> Document:
    """The lines in front of the book go.

    >>> from pipeline.repair.rule import document_of
    >>> head = "《白夜行》東野圭吾\\n《二○一六年十月七日版》\\n《好讀書櫃》典藏版"
    >>> found = haodoo(document_of(f"{head}\\n\\n第一章\\n\\n他走出車站。"))
    >>> found.title, found.creator, found.text.split()
    ('白夜行', '東野圭吾', ['第一章', '他走出車站。'])
    """
    head = _HEAD.search(document.text, 0, DEEPEST)
    if head is None:
        return document
    title, author = (head[name] or "" for name in ("title", "author"))
    named = replace(document, title=document.title or title, creator=document.creator or author.strip())
    return edited(named, RULE, [Replacement(*head.span(), "")])
