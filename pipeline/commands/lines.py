"""Commands that take a line and give a line: text repair, text spoken, text pinyin."""

import json
import sys
from typing import Any

from pipeline.commands.options import AsJson


def text_repair(as_json: AsJson = False) -> None:
    """Undo the damage in each line."""
    from pipeline.answers import repaired_line

    _each_line(repaired_line, "repaired", as_json)


def text_spoken(as_json: AsJson = False) -> None:
    """Put numbers and signs into words."""
    from pipeline.answers import spoken_line

    _each_line(spoken_line, "spoken", as_json)


def text_pinyin(as_json: AsJson = False) -> None:
    """Print tone-numbered pinyin, one syllable a character, words apart."""
    from pipeline.answers import pinyin_line

    _each_line(pinyin_line, "line", as_json)


def _each_line(answer: Any, shown: str, as_json: bool) -> None:
    for line in sys.stdin.buffer:
        found = answer(line.decode("utf-8", errors="replace").rstrip("\r\n"))
        plain = found.pop(shown) if shown == "line" else found[shown]
        print(json.dumps(found, ensure_ascii=False) if as_json else plain, flush=True)
