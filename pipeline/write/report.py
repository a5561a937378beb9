"""The parts of a report on a book come in; `report.html` goes out: one file of words and pictures, no program."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.files import write_whole
from pipeline.write.onefile import Parts, inert, still_file

NAME = "report.html"
PARTS = Parts("report.html", ("page.css", "report.css"), ())


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a table: words of ours, or `of_book`; `link` leads to the sound of it."""

    text: str
    link: str = ""
    of_book: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table; `tone` is "odd" or "bad" where a person should look at it."""

    cells: tuple[Cell, ...]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; a head that ends with ">" stands over figures."""

    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A piece of a bar: its name, its share of the whole, the name of its colour."""

    name: str
    share: float
    tone: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the report; `picture` is SVG, `legend` names its colours: (colour, what it shows)."""

    key: str
    title: str
    words: tuple[str, ...]
    picture: str = ""
    legend: tuple[tuple[str, str], ...] = ()
    bar: tuple[Share, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A whole report: what the book is, its figures by name, and the parts."""

    title: str
    creator: str
    language: str
    figures: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]


def write_report(home: Path, page: Page) -> Path:
    """Write the page into the book's folder; give its path."""
    path = home / NAME
    write_whole(path, page_of(page))
    return path


def page_of(page: Page) -> bytes:
    """The page as one file; equal reports give equal bytes.

    >>> b"<script" in page_of(Page("<script>", "", "zh", (("<script>", "<script>"),), ()))
    False
    """
    links = "".join(f'<li><a href="#{part.key}">{inert(part.title)}</a></li>' for part in page.parts)
    body = (
        f'<header><h1 lang="{inert(page.language)}">{inert(page.title)}</h1>'
        f'<p class="soft" lang="{inert(page.language)}">{inert(page.creator)}</p>{_figures(page.figures)}</header>'
        f'<nav aria-label="Parts"><ul>{links}</ul></nav>'
        f"<main>{''.join(_part(part, page.language) for part in page.parts)}</main>"
    )
    return still_file(PARTS, page.title, body)


def row_of(*cells: str | Cell, tone: str = "") -> Row:
    """A row of plain words and cells."""
    return Row(tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in cells), tone)


def _figures(figures: Iterable[tuple[str, str]]) -> str:
    shown = "".join(f"<div><dt>{inert(name)}</dt><dd>{inert(value)}</dd></div>" for name, value in figures)
    return f'<dl class="figures">{shown}</dl>'


def _part(part: Part, language: str) -> str:
    words = "".join(f"<p>{inert(line)}</p>" for line in part.words)
    picture = f'<div class="frame picture" tabindex="0">{part.picture}</div>' if part.picture else ""
    tables = "".join(_table(table, language) for table in part.tables if table.rows)
    return (
        f'<section id="{part.key}"><h2>{inert(part.title)}</h2>{words}'
        f"{picture}{_bar(part.bar)}{_legend(part.legend)}{tables}</section>"
    )


def _legend(entries: Sequence[tuple[str, str]]) -> str:
    shown = "".join(f'<li class="{tone}">{inert(name)}</li>' for tone, name in entries)
    return f'<ul class="legend">{shown}</ul>' if shown else ""


def _bar(shares: Sequence[Share]) -> str:
    if not shares:
        return ""
    said = "; ".join(f"{share.name} {share.share:.1%}" for share in shares)
    pieces = "".join(f'<span class="{s.tone}" style="width:{100 * s.share:.3f}%"></span>' for s in shares)
    return f'<div class="bar" role="img" aria-label="{inert(said)}">{pieces}</div>'


def _table(table: Table, language: str) -> str:
    right = [head.endswith(">") for head in table.heads]
    heads = "".join(
        f'<th scope="col"{_right(figures)}>{inert(head.removesuffix(">"))}</th>'
        for head, figures in zip(table.heads, right, strict=True)
    )
    rows = "".join(_row(row, right, language) for row in table.rows)
    caption = f"<h3>{inert(table.caption)}</h3>" if table.caption else ""
    return (
        f'{caption}<div class="frame table" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(row: Row, right: Sequence[bool], language: str) -> str:
    cells = "".join(_cell(cell, figures, language) for cell, figures in zip(row.cells, right, strict=True))
    return f'<tr class="is-{row.tone}">{cells}</tr>' if row.tone else f"<tr>{cells}</tr>"


def _cell(cell: Cell, figures: bool, language: str) -> str:
    text = f'<a href="{inert(cell.link)}">{inert(cell.text)}</a>' if cell.link else inert(cell.text)
    of_book = f' class="words" lang="{inert(language)}"' if cell.of_book else ""
    return f"<td{_right(figures)}{of_book}>{text}</td>"


def _right(figures: bool) -> str:
    return ' class="right"' if figures else ""
