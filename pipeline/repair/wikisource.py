"""A Document comes in; the same goes out without what Wikisource puts around a text that is exported from it.

Its export (github.com/wikimedia/ws-export) puts the day on the title page and a page about itself behind the text; the
pages themselves say at their end why the text is in the public domain.
"""

import re
from bisect import bisect
from collections.abc import Iterator

from pipeline.edits import Alignment, Replacement, edited
from pipeline.model import Document

RULE = "wikisource"
_ABOUT = re.compile(r"^[^\S\n]*About this digital edition[^\S\n]*\n(?=[\s\S]{0,300}Wikisource)", re.MULTILINE)
_SENTENCE = re.compile(r"^[^\n。]*。", re.MULTILINE)  # the page is in English
_EXPORTED = "Exported from Wikisource on [^\n]{4,40}|[于於以] ?[^\n]{4,30}[从從][维維]基文[库庫](?:导出|導出|匯出|汇出)"
_PUBLIC = "(?:Public domain){1,3}(?:true|false){0,3}"
_WHY = "[^\n]{0,99}(?:全世界|逝世|[之以]前出版)"
_LICENCE = (
    rf"(?:Public domain\W{{0,3}})?[本此這这][^\n。]{{0,20}}作品(?={_WHY})[^\n。]{{0,99}}公有[领領]域[^\n]{{0,200}}"
)
_LINE = re.compile(
    rf"^[^\S\n]*(?:{_EXPORTED}|{_PUBLIC}|{_LICENCE})[^\S\n]*$",
    re.MULTILINE | re.IGNORECASE,
)


def wikisource(document: Document) -> Document:
    """The day of the export, the licence and the page about the edition go.

    >>> from pipeline.repair.rule import document_of
    >>> licence = "本作品在全世界都属于公有领域，因为作者逝世已经超过100年。\\nPublic domainPublic domainfalsefalse"
    >>> about = "About this digital edition\\nThis e-book comes from the online library Wikisource.\\n某人"
    >>> found = wikisource(document_of(f"春天\\n於 2026年12月1日 從維基文庫匯出\\n花开了。\\n{licence}\\n{about}"))
    >>> found.text.split()
    ['春天', '花开了。']
    """
    text = document.text
    if not any(word in text for word in ("Wikisource", "基文", "公有", "ublic domain")):
        return document
    return edited(document, RULE, list(_cuts(document)))


def _cuts(document: Document) -> Iterator[Replacement]:
    """The page about the edition is the last of its file; what a folder has behind it stays."""
    text, done = document.text, 0
    alignment = Alignment(document.edits)
    ends = [*(alignment.text_offset(heading.span[0]) for heading in document.headings), len(text)]
    for about in _ABOUT.finditer(text):
        if about.start() < done:
            continue
        yield from _lines(text, done, about.start())
        sentence = _SENTENCE.search(text, about.end())
        done = min(ends[bisect(ends, about.end() - 1)], sentence.start() if sentence else len(text))
        yield Replacement(about.start(), done, "")
    yield from _lines(text, done, len(text))


def _lines(text: str, start: int, end: int) -> Iterator[Replacement]:
    return (Replacement(*line.span(), "") for line in _LINE.finditer(text, start, end))
