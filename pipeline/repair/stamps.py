"""A Document comes in; the same goes out without the name that a site stamped into its sentences.

Some sites put their name into the text at random, mostly inside an element of HTML: `肖<big>藏书网</big>亚文低头`.
"""

import re

from pipeline.model import Document
from pipeline.repair.html import ELEMENTS
from pipeline.repair.rule import substituted

FEWEST = 2  # a single one may be what the text is about
_NINE, _LIB = "[9９]", "[lｌLＬ][iｉIＩ][bｂBＢ]"
_SPELT = rf"(?:{_NINE}{{2}}{_LIB}(?:[.．](?:net|com))?|九九藏[书書][网網]?)"
_NAME = rf"(?:{_SPELT}|藏[书書][网網])"
_OPEN, _CLOSE, _SIGNS = rf"<({ELEMENTS})(?:\s[^<>]*)?>", r"</\1>", r"[\s.．?]{0,9}+"
_STAMP = re.compile(rf"{_OPEN}{_SIGNS}{_NAME}{_SIGNS}{_CLOSE}|[.．?]?{_SPELT}[.．?]?", re.IGNORECASE)
_EMPTY = re.compile(_OPEN + _SIGNS + _CLOSE, re.IGNORECASE)


def stamps(document: Document) -> Document:
    """The name of a site goes, with the element around it; so do elements with nothing in them.

    >>> from pipeline.repair.rule import document_of
    >>> stamps(document_of("肖<big>藏书网</big>亚文跟孙小９9lｉb?姐<s>.</s>说“<var></var>好”")).text
    '肖亚文跟孙小姐说“好”'
    >>> stamps(document_of("九九藏书网是一个网站。")).text
    '九九藏书网是一个网站。'
    """
    named = substituted(document, "site words", _STAMP, lambda match: "", FEWEST)
    return substituted(named, "html", _EMPTY, lambda match: "", FEWEST)
