"""A Document comes in; the same goes out without what Project Gutenberg puts around a book.

In front of the text its files tell of title and author, behind it stands a licence of 3,000 English words; lines in
asterisks divide them from the text, in its plain texts, pages and EPUBs alike (gutenberg.org, Formatting Guide).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from pipeline.edits import Replacement, edited
from pipeline.model import Document

RULE = "project gutenberg"
_LINE = r"(?:[^*\n]{0,300}(?:\n[^*\n]{1,300}){0,2}\*{3}|[^\n]*)"  # a long title makes it three lines
_STARTS = re.compile(
    rf"\*{{3}} ?START OF TH(?:E|IS) PROJECT GUTENBERG E-?BOOK{_LINE}|^\*END\*? ?THE SMALL PRINT[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_ENDS = re.compile(
    r"^[ \t]*End of (?:the |this )?Project Gutenberg\b[^\n]*"
    rf"|\*{{3}} ?END OF TH(?:E|IS) PROJECT GUTENBERG E-?BOOK{_LINE}",
    re.IGNORECASE | re.MULTILINE,
)
_CREDITS = re.compile(
    r"\s*(?:This e-?(?:book|text) was )?(?:E-text prepared|Produced|Transcribed|Prepared) by "
    r"[^\n]+\n?(?:[ -~]+\n?){0,3}",
    re.IGNORECASE,
)
_TITLE, _AUTHOR = (re.compile(rf"^{word}:[ \t]*(\S.*)", re.MULTILINE) for word in ("Title", "Author"))
_NOBODY = frozenset(("anonymous", "unknown", "various"))


def gutenberg(document: Document) -> Document:
    """What stands around the text goes; title and author are the book's.

    >>> from pipeline.repair.rule import document_of
    >>> head = "Title: 春天\\n\\nAuthor: Mou Ren\\n\\n*** START OF THE PROJECT GUTENBERG EBOOK 春天 ***\\n\\n"
    >>> licence = "\\n\\n*** END OF THE PROJECT GUTENBERG EBOOK 春天 ***\\n\\nSection 1. General Terms of Use"
    >>> found = gutenberg(document_of(f"{head}花开了。{licence}"))
    >>> found.text.strip(), found.title, found.creator
    ('花开了。', '春天', 'Mou Ren')
    """
    text = document.text
    if "GUTENBERG" not in text and "Gutenberg" not in text:
        return document
    start = _STARTS.search(text)
    named = _named(document, text[: start.start()]) if start else document
    ends = [0, *chain.from_iterable(_books(text, start)), len(text)]
    cuts = [Replacement(*piece, "") for piece in zip(ends[::2], ends[1::2], strict=True) if piece[0] < piece[1]]
    return edited(named, RULE, cuts)


def _books(text: str, start: re.Match[str] | None) -> Iterator[tuple[int, int]]:
    """Where the text of each book begins and ends; a folder of files has several."""
    while True:
        first = start.end() if start else 0
        if start and (credits := _CREDITS.match(text, first)):
            first = credits.end()
        end = _ENDS.search(text, first)
        yield first, end.start() if end else len(text)
        start = _STARTS.search(text, end.end()) if end else None
        if start is None:
            return


def _named(document: Document, head: str) -> Document:
    """The document with the title and the author that are told in front of the text, where it has none of its own."""
    title, author = (next(iter(pattern.findall(head)), "").strip() for pattern in (_TITLE, _AUTHOR))
    if document.title and "project gutenberg" not in document.title.lower():
        title = document.title
    author = "" if author.lower() in _NOBODY else author
    return replace(document, title=title or document.title, creator=document.creator or author)
