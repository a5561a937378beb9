"""A Document comes in; the same goes out without the name that a site stamped into its sentences.

Some sites put their name into the text at random, mostly inside an element of HTML: `肖<big>藏书网</big>亚文低头`.
"""

import re

from pipeline.model import Document
from pipeline.repair.addresses import TOP
from pipeline.repair.html import ELEMENTS
from pipeline.repair.rule import substituted

FEWEST = 2  # a single one may be what the text is about
_NINE, _LIB = "[9９]", "[lｌLＬ][iｉIＩ][bｂBＢ]"
_SPELT = rf"(?:{_NINE}{{2}}{_LIB}(?:[.．](?:net|com))?|九九藏[书書][网網]?)"
_JUNK = r"[-+_*/.·奇齐书書网網wWωｗ \t　]"
_CORE = (  # wωw奇Qisuu书com网, 奇+---书-----网-QISuu.cOm
    rf"(?:奇[书書][网網]Jar[^\s+]{{0,9}})?{_JUNK}{{0,16}}qisuu{_JUNK}{{0,8}}(?:[cс][oоο○][mм])?{_JUNK}{{0,8}}"
)
_QISUU = re.compile(rf"[\[［“\"]{_CORE}[\]］”\"]|{_CORE}", re.IGNORECASE)
_DOTTED = re.compile(  # 铅笔小说 .qbxs.me, in the middle of a sentence
    rf"(?:铅笔小说|笔趣[阁岛库]|八一(?:中文)?|顶点小说)? \.[a-z0-9]{{1,20}}\.{TOP}(?![a-z0-9])", re.IGNORECASE
)
_NAME = rf"(?:{_SPELT}|藏[书書][网網])"
_OPEN, _CLOSE, _SIGNS = rf"<({ELEMENTS})(?:\s[^<>]*)?>", r"</\1>", r"[\s.．?]{0,9}+"
_STAMP = re.compile(rf"{_OPEN}{_SIGNS}{_NAME}{_SIGNS}{_CLOSE}|[.．?]?{_SPELT}[.．?]?", re.IGNORECASE)
_EMPTY = re.compile(_OPEN + _SIGNS + _CLOSE, re.IGNORECASE)


def stamps(document: Document) -> Document:
    """The name of a site goes, with the element around it; so do elements with nothing in them.

    >>> from pipeline.repair.rule import document_of
    >>> stamps(document_of("肖<big>藏书网</big>亚文跟孙小９9lｉb?姐<s>.</s>说“<var></var>好”")).text
    '肖亚文跟孙小姐说“好”'
    >>> stamps(document_of("他服wωw奇Qisuu书com网谁，也“奇+---书-----网-QISuu.cOm”不服谁。")).text
    '他服谁，也不服谁。'
    >>> stamps(document_of("一群书生正铅笔小说 .qbxs.me集结一起")).text
    '一群书生正集结一起'
    >>> stamps(document_of("九九藏书网是一个网站。")).text
    '九九藏书网是一个网站。'
    """
    named = substituted(document, "site words", _STAMP, lambda match: "", FEWEST)
    if "qisuu" in named.text.lower():
        named = substituted(named, "site words", _QISUU, lambda match: "", FEWEST)
    named = substituted(named, "site words", _DOTTED, lambda match: "")
    return substituted(named, "html", _EMPTY, lambda match: "", FEWEST)
