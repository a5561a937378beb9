"""A Document comes in; the same goes out with 着 where an older or traditional text writes 著 for it.

著 is two words: zhù, "to write, plain to see" (著名 著作 名著 显著), stays; zhe, zháo, zhuó (看著 著急 著力) is 着.
"""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.rule import lines_of, table
from pipeline.repair.script import Script, script_among, tables

_REACH = 3  # characters of context on each side, where both words are possible


def zhe(document: Document) -> Document:
    """著 becomes 着 where it is that word.

    In traditional text that is what it mostly is, so only the words with zhù keep it; elsewhere it must stand in a
    word with 着.

    >>> from pipeline.repair.rule import document_of
    >>> [zhe(document_of(text)).text for text in ("隨著發展，著力解決", "他看著名著", "跟著名師學")]
    ['隨着發展，着力解決', '他看着名著', '跟着名師學']
    >>> [zhe(document_of(text)).text for text in ("著名的土著", "《吶喊》，魯迅著")]
    ['著名的土著', '《吶喊》，魯迅著']
    """
    if "著" not in document.text:
        return document
    return edited(document, "著", list(_changes(document.text)))


def _changes(text: str) -> Iterator[Replacement]:
    script_of = script_among(text)
    for offset, line in lines_of(text):
        if "著" in line:
            script = script_of(line)
            for match in re.finditer("著", line):
                if _is_zhe(line, match.start(), script):
                    yield Replacement(offset + match.start(), offset + match.end(), "着")


def _is_zhe(line: str, place: int, script: Script) -> bool:
    plain = "".join(tables().characters.get(c, c) for c in line[max(0, place - 4) : place + 6])
    here = min(place, 4)
    before, after = plain[:here], plain[here + 1 :]
    writes = bool(_pattern("writes before").search(before) or _pattern("writes after").match(after))
    verb = bool(_pattern("zhe before").search(before) or _pattern("zhe after").match(after))
    if after[:1] in tuple("》《「『〈（"):
        return False
    if verb and after[:1] in tuple("称录述者于"):
        return False
    if writes and script is Script.SIMPLIFIED:
        return False
    if verb and writes:
        return _reads_better(before, after)
    if script is Script.TRADITIONAL and not writes:
        return verb or bool(re.match("[一-鿿]", after))
    return verb


def _reads_better(before: str, after: str) -> bool:
    """Whether the words around it make more sense with 着."""
    from pipeline.repair.evidence import likelihood

    left, right = before[-_REACH:], re.split("[^一-鿿]", after)[0]
    return likelihood(f"{left}着{right}") > likelihood(f"{left}著{right}")


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """The words of one kind in zhe.tsv, as they stand before or after 著."""
    words = "|".join(word for row in table("zhe.tsv") if row[0] == kind for word in row[1].split())
    return re.compile(f"(?:{words})$" if kind.endswith("before") else f"(?:{words})")
