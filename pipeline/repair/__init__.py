"""A Document comes in; the same goes out with its damage undone and its characters settled, every change an Edit."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from pipeline.edits import Replacement, edited
from pipeline.model import Document

Rule = Callable[[Document], Document]
_GLOSS = re.compile(r"(?<=[㐀-鿿])\(([a-zāáǎàēéěèīíǐìōóǒòūúǔùüǖǘǚǜ]{1,6})\)")
_MARKS = {",": "，", ":": "：", ";": "；", "?": "？", "!": "！"}
_MARK = re.compile(r"(?<=[㐀-鿿”》）])[,:;?!](?=[㐀-鿿“《（\n]|$)")
_DATE = re.compile(r"^[時时]間?[间]?:(\d{4}-\d{2}-\d{2})[ \d:]*$", re.MULTILINE)
_SITE = re.compile(r"^導語:.*不代表本站觀點.*$", re.MULTILINE)


def repair(document: Document) -> Document:
    """Run every rule in order."""
    for rule in RULES:
        document = rule(document)
    return document


def glosses(document: Document) -> Document:
    """Readings that a site put behind characters; only where they are many, so that an author's own stay."""
    found = list(_GLOSS.finditer(document.text))
    if len(found) < 5:
        return document
    return edited(document, "gloss", [Replacement(*m.span(), "") for m in found])


def site_words(document: Document) -> Document:
    """The page's own lines: date and introduction; a first line that is repeated is the title."""
    date = _DATE.search(document.text)
    cuts = [Replacement(*m.span(), "") for rule in (_DATE, _SITE) for m in rule.finditer(document.text)]
    document = edited(document, "site words", sorted(cuts))
    lines = [line.strip() for line in document.text.split("\n") if line.strip()]
    if len(lines) > 2 and lines[0] == lines[1]:
        cuts = [Replacement(m.start(), m.end(), "") for m in re.finditer(f"(?m)^{re.escape(lines[0])}$", document.text)]
        document = replace(edited(document, "title", cuts), title=lines[0])
    return replace(document, date=date[1] if date else document.date)


def marks(document: Document) -> Document:
    """ASCII marks inside Chinese become full-width ones."""
    found = _MARK.finditer(document.text)
    return edited(document, "marks", [Replacement(*m.span(), _MARKS[m[0]]) for m in found])


def characters(document: Document) -> Document:
    """Traditional characters become simplified."""
    changed = _simplified(document.text)
    document = edited(document, "t2s", list(_differences(document.text, changed)))
    return replace(document, title=_simplified(document.title))


def _differences(before: str, after: str) -> Iterator[Replacement]:
    if len(before) != len(after):
        return
    for k, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            yield Replacement(k, k + 1, new)


def _simplified(text: str) -> str:
    from opencc import OpenCC

    return str(OpenCC("t2s").convert(text))


RULES: tuple[Rule, ...] = (glosses, site_words, marks, characters)
