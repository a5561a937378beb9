"""Commands that take a line and give a line: text repair, text spoken, text pinyin."""

import json
import os
import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

from pipeline.commands.options import AsJson

Words = Annotated[list[str] | None, typer.Argument(help="The line; without it, the lines of standard input.")]


def text_repair(words: Words = None, as_json: AsJson = False) -> None:
    """Undo the damage in each line."""
    from pipeline.answers import repaired_line

    _each_line(repaired_line, "repaired", _lines(words), as_json)


def text_spoken(words: Words = None, as_json: AsJson = False) -> None:
    """Put numbers and signs into words."""
    from pipeline.answers import spoken_line

    _each_line(spoken_line, "spoken", _lines(words), as_json)


def text_pinyin(words: Words = None, as_json: AsJson = False) -> None:
    """Print tone-numbered pinyin, one syllable a character, words apart."""
    from pipeline.answers import pinyin_line

    _each_line(pinyin_line, "line", _lines(words), as_json)


def _lines(words: list[str] | None) -> Iterable[bytes]:
    """What was typed behind the command, as one line, or else what comes in."""
    return (os.fsencode(" ".join(words)).splitlines() or [b""]) if words else sys.stdin.buffer


def _each_line(answer: Any, shown: str, lines: Iterable[bytes], as_json: bool) -> None:
    for line in lines:
        found = answer(line.decode("utf-8", errors="replace").rstrip("\r\n"))
        plain = found.pop(shown) if shown == "line" else found[shown]
        print(json.dumps(found, ensure_ascii=False) if as_json else plain, flush=True)
