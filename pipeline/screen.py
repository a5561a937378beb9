"""What people see: lines, tables, times. Terminals get them in their width; pipes and logs get plain lines."""

import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.errors import UsageError

WHOLE = frozenset(("remedy",))  # columns whose cells are to be copied
WIDEST = 48  # columns of the terminal that a cell of a table takes at most


def clean(text: str) -> str:
    """Text that may go to a terminal: no control or format characters.

    >>> clean("a\\x1b[31mb")
    'a[31mb'
    """
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def clean_lines(text: str) -> str:
    """The same for several lines."""
    return "\n".join(clean(line) for line in text.split("\n"))


def parse_clock(text: str) -> int:
    """A time as people write it, in milliseconds. Raises UsageError.

    >>> parse_clock("1:02:03.5")
    3723500
    >>> parse_clock("90")
    90000
    """
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(0 <= number < 1e6 for number in numbers):
        raise UsageError(f"{text!r} is not a time", "write it as minutes:seconds, like 12:34")
    return round(1000 * sum(number * float(60**power) for power, number in enumerate(reversed(numbers))))


def is_clock(text: str) -> bool:
    """Whether a text is a time as people write it.

    >>> is_clock("12:34"), is_clock("第12回")
    (True, False)
    """
    return bool(re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text))


def clock(milliseconds: int) -> str:
    """Hours, minutes and seconds.

    >>> clock(3_723_400)
    '1:02:03'
    >>> clock(63_000)
    '1:03'
    """
    seconds = milliseconds // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "section"), counted(12, "section")
    ('1 section', '12 sections')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(message: str) -> None:
    """A line for the person, on stderr: stdout is for results."""
    from rich.console import Console

    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(message)


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on stdout, with long cells shortened, but never those of a column of `WHOLE`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)
    table = Table(title=Text(clean(title)) if title else None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        name, _, right = column.partition(">")
        table.add_column(name, justify="right" if right or column.endswith(">") else "left", overflow="fold")
    for row in rows:
        cells = [clean(str(cell)) for cell in row]
        shown = [cell if column in WHOLE else _short(cell) for column, cell in zip(columns, cells, strict=True)]
        table.add_row(*map(Text, shown))
    console.print(table)


def _short(text: str) -> str:
    """A cell's text, its middle left out where it would fill the line; --json has the whole."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= WIDEST:
        return text
    head = chop_cells(text, WIDEST * 2 // 3)[0]
    tail = chop_cells(text[::-1], WIDEST // 3)[0][::-1]
    return f"{head}…{tail}"
