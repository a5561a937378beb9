"""A Document comes in; the same goes out without the readings that a site put in brackets behind characters."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.readings import GLOSS, is_reading, plain
from pipeline.repair.rule import noted
from pipeline.repair.script import telling
from pipeline.repair.torn_bytes import code, pairs

_GLOSSED = re.compile(rf"([㐀-鿿])((?:{GLOSS.pattern})+)")
_TORN_OVER_LETTER = re.compile(rf"([㐀-鿿])([@-~])((?:{GLOSS.pattern})+)")
FEWEST_WHOLE = 4  # readings one behind the other: a text glossed whole, for children
EVERYWHERE = 0.9  # of the places where a glossed character stands have the gloss: a machine did it
FEWEST_REPEATED = 3
ENOUGH = 10  # glosses, to tell from all of them whether a text is a lesson
LISTED = 0.3  # of a lesson's glosses stand behind a character that stands alone
TELLING_SHARE = 0.05  # of the traditional characters have glosses: more than a writer explains


class Gloss(NamedTuple):
    """`character` is followed at text[start:end] by its `reading`, once or more often."""

    character: str
    reading: str
    start: int
    end: int


def glosses(document: Document) -> Document:
    """Readings in brackets go where a machine or a textbook put them behind the characters of a running text.

    A site glosses traditional characters, or the same characters wherever they stand; a primer glosses all of a
    poem. What an author glosses once, or in two ways, stays, and so does what is no reading.

    >>> from pipeline.repair.rule import document_of
    >>> site = ("局長(zhǎng)發(fā)言", "產(chan)(chan)業(ye)", "世界貿易組織(WTO)", "他(tā/她)")
    >>> for text in (*site, "“行”读行(háng)或行(xíng)。"):
    ...     print(glosses(document_of(text)).text)
    局長發言
    產業
    世界貿易組織(WTO)
    他(tā/她)
    “行”读行(háng)或行(xíng)。
    """
    found = found_in(document.text)
    if not found:
        return document
    goes = _removable(document.text, found)
    kept = [gloss for gloss, gone in zip(found, goes, strict=True) if not gone]
    document = noted(document, "gloss", [(g.start, g.end, "reading in brackets, perhaps a gloss") for g in kept])
    cuts = [Replacement(gloss.start, gloss.end, "") for gloss, gone in zip(found, goes, strict=True) if gone]
    return edited(document, "gloss", sorted([*cuts, *_over_letters(document.text)] if cuts else cuts))


def _over_letters(text: str) -> Iterator[Replacement]:
    """Glosses behind a letter that makes a glossed character with the last byte of the one before it: 或E(jùn)RP."""
    for match in _TORN_OVER_LETTER.finditer(text):
        pair = (code(match[1])[1:] or (0,))[0], ord(match[2])
        reading = next(a or b for a, b in GLOSS.findall(match[3]))
        if is_reading(reading, pairs().get(pair, " ")):
            yield Replacement(*match.span(3), "")


def found_in(text: str) -> list[Gloss]:
    """Every place where a character's own reading stands in brackets behind it."""
    if "(" not in text and "（" not in text:
        return []
    found: list[Gloss] = []
    for match in _GLOSSED.finditer(text):
        inside = [a or b for a, b in GLOSS.findall(match[2])]
        if len(set(map(plain, inside))) == 1 and is_reading(inside[0], match[1]):
            found.append(Gloss(match[1], inside[0], *match.span(2)))
    return found


def _removable(text: str, found: Sequence[Gloss]) -> list[bool]:
    """For each gloss, whether it is none that an author wrote for a reader to see."""
    kept = _read_in_several_ways(found)
    everywhere = _glossed_everywhere(text, found)
    whole = _glossed_whole(text, found)
    script = _glossed_for_their_script(text, found)
    lists = _lists(text, found)
    return [
        gloss.character not in kept
        and k not in lists
        and (everywhere or k in whole or (script and gloss.character in telling()))
        for k, gloss in enumerate(found)
    ]


def _glossed_for_their_script(text: str, found: Sequence[Gloss]) -> bool:
    """Whether so many of the traditional characters have glosses, wherever they stand, that a site put them there."""
    counts = Counter(gloss.character for gloss in found if gloss.character in telling())
    if counts.total() < TELLING_SHARE * sum(map(telling().__contains__, text)):
        return False
    return counts.total() >= 0.5 * sum(map(counts.__contains__, text))


def _lists(text: str, found: Sequence[Gloss]) -> frozenset[int]:
    """Numbers of the glosses on lines where most glossed characters stand alone, as a lesson lists them."""
    alone: dict[int, list[tuple[int, bool]]] = {}
    ends = [end.start() for end in re.finditer("\n", text)]
    for k, gloss in enumerate(found):
        alone.setdefault(bisect_left(ends, gloss.start), []).append((k, not _in_prose(text, gloss)))
    everything = [flag for line in alone.values() for _, flag in line]
    if len(everything) >= ENOUGH and sum(everything) < LISTED * len(everything):
        return frozenset()
    lists = [line for line in alone.values() if 2 * sum(flag for _, flag in line) >= len(line)]
    return frozenset(k for line in lists for k, _ in line)


def _in_prose(text: str, gloss: Gloss) -> bool:
    """Whether the glossed character has another one at its side, or is glossed at the end of a word."""
    before, after = text[max(0, gloss.start - 2) : gloss.start - 1], text[gloss.end : gloss.end + 1]
    return _is_hanzi(before) or _is_hanzi(after) or before in (")", "）")


def _is_hanzi(character: str) -> bool:
    return "㐀" <= character <= "鿿"


def _read_in_several_ways(found: Sequence[Gloss]) -> frozenset[str]:
    """Characters with more than one reading: a machine has one for each, so a person wrote these."""
    ways = Counter(character for character, _ in {(gloss.character, gloss.reading) for gloss in found})
    return frozenset(character for character, count in ways.items() if count > 1)


def _glossed_everywhere(text: str, found: Sequence[Gloss]) -> bool:
    """Whether the glossed characters that come again are glossed again: a teacher glosses a character once."""
    counts = Counter(gloss.character for gloss in found)
    everywhere = Counter(filter(counts.__contains__, text))
    repeated = {character: count for character, count in everywhere.items() if count > 1}
    if len(repeated) < FEWEST_REPEATED:
        return False
    return sum(counts[character] for character in repeated) >= EVERYWHERE * sum(repeated.values())


def _glossed_whole(text: str, found: Sequence[Gloss]) -> frozenset[int]:
    """Numbers of the glosses in runs where nearly every character has one and nothing but marks stands between."""
    whole: set[int] = set()
    run: list[int] = []
    for k, gloss in enumerate(found):
        if run and not re.fullmatch("[，。！？、；：,.!?;:…“”《》\n]*", text[found[run[-1]].end : gloss.start - 1]):
            run = []
        run.append(k)
        if len(run) >= FEWEST_WHOLE:
            whole.update(run[-FEWEST_WHOLE:])
    return frozenset(whole)
