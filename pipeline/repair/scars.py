"""A Document comes in; the same goes out with the words that a site deleted as forbidden put back.

The words were cut out across the borders of others: 代發 in 順應時代發展 left 順應時展. What is left is no word, and
scars.tsv names the few that are common, with the context in which sound text cannot have them (及時展開 is sound).
"""

import re
from functools import cache

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import table
from pipeline.repair.script import tables

CONTEXT = 8  # characters on each side that are looked at


def scars(document: Document) -> Document:
    """A deleted word is put back, as a guess, in the characters of the text around it.

    >>> from pipeline.repair.rule import document_of
    >>> texts = ("我們順應時展要求", "顺应时展的潮流", "及時展開，與此同時展示新時展現的")
    >>> [scars(document_of(text)).text for text in texts]
    ['我們順應時代發展要求', '顺应时代发展的潮流', '及時展開，與此同時展示新時展現的']
    """
    text = document.text
    changes = [
        Replacement(match.start(), match.end(), whole)
        for match in _scar().finditer(text)
        if (whole := _whole(text, match.start(), match.end()))
    ]
    return edited(document, "deleted word", changes, guess=True)


def _whole(text: str, start: int, end: int) -> str:
    """What stood at text[start:end] before the deletion; "" where the context does not show one."""
    before = _plain(text[max(0, start - CONTEXT) : start])
    scar, after = _plain(text[start:end]), _plain(text[end : end + CONTEXT])
    for left, here, whole, right in table("scars.tsv"):
        if here == scar and re.search(f"(?:{left})$", before) and re.match(right, after):
            return _in_script_of(text[start:end], scar, whole)
    return ""


def _in_script_of(written: str, scar: str, whole: str) -> str:
    """The whole word as written: its ends as they stand, its middle traditional where they are."""
    middle = whole[1 : len(whole) - 1]
    traditional = written != scar
    return written[0] + ("".join(_TRADITIONAL.get(c, c) for c in middle) if traditional else middle) + written[-1]


_TRADITIONAL = {"发": "發", "办": "辦", "证": "證", "开": "開"}


def _plain(text: str) -> str:
    return "".join(tables().characters.get(c, c) for c in text)


@cache
def _scar() -> re.Pattern[str]:
    """Every scar, in simplified and in traditional characters."""
    scars_here = dict.fromkeys(row[1] for row in table("scars.tsv"))
    alike: dict[str, str] = {}
    for before, after in tables().characters.items():
        alike[after] = alike.get(after, "") + before
    return re.compile("|".join("".join(f"[{c}{alike.get(c, '')}]" for c in scar) for scar in scars_here))
