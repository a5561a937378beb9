"""A Document comes in; the same goes out without the HTML that a scraper left in a plain text."""

import html
import re

from pipeline.model import Document
from pipeline.repair.rule import substituted

_ENTITY = re.compile("&(?:[A-Za-z][A-Za-z0-9]{1,30}|#[0-9]{2,7}|#[xX][0-9A-Fa-f]{2,6});")
_BREAK = re.compile(r"(?:(?<![ \t])[ \t]++)?<(?:br[ \t]*/?|/?p)>[ \t]*", re.IGNORECASE)  # a run of blanks is read once
MENTIONED = 1  # one alone may be what the text is about


def entities(document: Document) -> Document:
    """Named and numbered characters become what they name; what names nothing stays.

    >>> from pipeline.repair.rule import document_of
    >>> entities(document_of("&ldquo;&#20013;&#x56fd;&rdquo;A&amp;B，R&D; &是&")).text
    '“中国”A&B，R&D; &是&'
    """
    return substituted(document, "html", _ENTITY, lambda match: html.unescape(match[0]))


def line_breaks(document: Document) -> Document:
    """Tags that end a line or a paragraph end it, where there are several.

    >>> from pipeline.repair.rule import document_of
    >>> line_breaks(document_of("花开了。<br/>花落了。<BR>")).text
    '花开了。\\n花落了。\\n'
    >>> line_breaks(document_of("用 <br> 来换行。")).text
    '用 <br> 来换行。'
    """
    if len(_BREAK.findall(document.text)) <= MENTIONED:
        return document
    return substituted(document, "html", _BREAK, lambda match: "\n")
