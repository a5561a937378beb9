"""What every rule of repair is made of: a Document comes in, the same goes out with some pieces replaced."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files

from pipeline.edits import Alignment, Replacement, edited
from pipeline.model import Document, Note, Origin

Rule = Callable[[Document], Document]
NUMERAL = "[0-9零〇一二两三四五六七八九十百千万]"  # a character of a chapter's number


def document_of(text: str) -> Document:
    """A bare text as a document, for doctests and for tables that are repaired themselves."""
    return Document("", text, text, Origin("", "", ""))


def substituted(
    document: Document, rule: str, pattern: re.Pattern[str], put: Callable[[re.Match[str]], str], fewest: int = 1
) -> Document:
    """Every match of `pattern` replaced by what `put` says, where there are at least `fewest`."""
    found = list(pattern.finditer(document.text))
    if len(found) < fewest:
        return document
    return edited(document, rule, [Replacement(*match.span(), put(match)) for match in found])


def noted(document: Document, rule: str, places: Iterable[tuple[int, int, str]]) -> Document:
    """The document with a note at each (start, end, message) of its text; what is noted already is not noted again."""
    places = list(places)
    if not places:
        return document
    alignment = Alignment(document.edits)
    notes = [Note(rule, alignment.source_span(start, end), message) for start, end, message in places]
    return replace(document, notes=tuple(dict.fromkeys((*document.notes, *notes))))


@cache
def table(name: str) -> tuple[tuple[str, ...], ...]:
    """The rows of a .tsv file beside this one; lines that begin with # are comments."""
    lines = files(__package__).joinpath(name).read_text(encoding="utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def filled_lines(text: str) -> list[tuple[int, str]]:
    """Each line with text, with the offset where it starts."""
    return [(start, line) for start, line in lines_of(text) if line and not line.isspace()]


def cut(start: int, line: str) -> Replacement:
    """The line goes; its end stays, so that the paragraphs around it stay apart."""
    return Replacement(start, start + len(line), "")


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Each line with the offset where it starts."""
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1
