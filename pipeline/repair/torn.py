"""A Document comes in; the same goes out with the characters restored that a site tore by working on bytes.

A gloss or an ASCII mark that was put between or over the halves of two characters leaves a `?` and, behind it,
text out of step: `們?cè)诎l` was `們在發`. Every reading of the bytes in the right step is tried. Where a gloss is left
it names the lost byte; elsewhere the words decide, by a clear margin.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.evidence import is_used
from pipeline.repair.origin import Site, site_of
from pipeline.repair.readings import GLOSS, spelled
from pipeline.repair.rereading import TORN_GLOSS, UNKNOWN, Rereading, reread
from pipeline.repair.rule import noted
from pipeline.repair.swallowed import swallowed
from pipeline.repair.torn_bytes import (
    LOSSES,
    MARK_LEAD,
    MARK_TRAILS,
    SWALLOWS,
    WIDE,
    beginning,
    code,
    ending,
    everyday,
)
from pipeline.repair.weighing import Place, is_awaited, is_open, likeliest, right_of, score
from pipeline.repair.wraps import SOFT, flowing

_LOSS = re.compile(f"[{LOSSES}]")
_UNDOUBTED = re.compile(rf"\ufffd+|(?<=[㐀-鿿]){TORN_GLOSS.pattern}")
_NARROW = re.compile("(?<=[㐀-鿿])[,:;](?=[㐀-鿿“])")
_OTHER_ALPHABET = re.compile(f"[{LOSSES}]*[\u0370-\u052f\u3040-\u30ff][{LOSSES}\u0370-\u052f\u3040-\u30ff]*")
_RUN = re.compile("[?]{3}|\ufffd{3}")  # whole words are lost, or a person asks loudly
_BEHIND = re.compile(r"(?:[\u2014-\u2026\u3000-\u9fff\uff00-\uffef%]|\.{3})\Z")
LINE = 2000  # characters on each side that tell what a site did to a line
MARKS_LEAD = 0xA1  # the first byte of 。 “ ” 《 》 …
FEWEST_ODD = 2  # characters that are not in common use, where nothing else tells of a site
FEW, MANY = 3, 20  # choices that are weighed for a character, beside one that is known and without
MEMORY = 1000  # characters on the left in which a bracket or quotation may have been opened
MARGIN = 4.0  # by so much (natural logarithm) a restored text must be likelier than the text as written
UNLIKELY_MARGIN = 15.0  # the same where nothing tells of a site that worked on bytes
KNOWN_MARGIN = 1.0  # the same where the site is known to have torn characters
CLOSE = 1.5  # a second restoration so near to the best is noted
SILENT = -8.0  # a byte lost at the end of a line without a trace
SWALLOWED = 9.0  # what is swallowed costs about so much, and should not
EVERYDAY_SHARE = 0.6  # of the characters read in the right step are in common use


class Restored(NamedTuple):
    """text[start:end] was `text`; `exact` when nothing in it had to be guessed; `other` nearly as likely.

    `bonus` is the part of the score that speaks for one reading against another, not for the damage.
    """

    start: int
    end: int
    text: str
    score: float = 0.0
    bonus: float = 0.0
    exact: bool = False
    other: str = ""


def torn(document: Document) -> Document:
    """Torn characters are put together again; the guessed ones are marked as guesses.

    >>> from pipeline.repair.rule import document_of
    >>> damaged = ("我們?cè)诎l(fā)展", "全國百?gòu)?qiáng)", "第一要?jiǎng)?wù)", "要求??倳\ue266浽?011年")
    >>> [torn(document_of(text)).text for text in (*damaged, "你好嗎?我很好")]
    ['我們在發(fā)展', '全國百強', '第一要務', '要求。總書記在2011年', '你好嗎?我很好']
    """
    if not _LOSS.search(document.text):
        return document
    text = flowing(document.text)
    site = site_of(text)
    found = list(_restorations(text, site, UNLIKELY_MARGIN if site == Site.UNTOLD else MARGIN))
    if site != Site.UNTOLD and any(r.bonus == 0 for r in found):
        found = list(_restorations(text, site, KNOWN_MARGIN))
    guessed = [r for r in found if not r.exact]
    notes = [(r.start, r.end, f"{r.text} is a guess; it may be {r.other}") for r in guessed if r.other]
    notes += [(*match.span(), "bytes are lost here, and nothing tells which") for match in _left(text, found)]
    document = edited(noted(document, "torn", notes), "torn", map(_replacement, guessed), guess=True)
    return edited(document, "torn", _moved([_replacement(r) for r in found if r.exact], guessed))


def _left(text: str, found: Sequence[Restored]) -> Iterator[re.Match[str]]:
    """Losses that were not restored and are no question marks."""
    starts = [r.start for r in found]
    for match in _UNDOUBTED.finditer(text):
        k = bisect_right(starts, match.start()) - 1
        if k < 0 or match.start() >= found[k].end:
            yield match


def _replacement(restored: Restored) -> Replacement:
    return Replacement(restored.start, restored.end, restored.text)


def _moved(changes: Sequence[Replacement], before: Sequence[Restored]) -> Iterator[Replacement]:
    """The changes in offsets of the text as it is after those `before`."""
    shift = 0
    waiting = list(before)
    for start, end, after in changes:
        while waiting and waiting[0].end <= start:
            first = waiting.pop(0)
            shift += len(first.text) - (first.end - first.start)
        yield Replacement(start + shift, end + shift, after)


def _restorations(text: str, site: Site, margin: float) -> Iterator[Restored]:
    """What can be restored, from left to right; each sees what was restored before it."""
    done = 0
    left = ""
    for loss in _LOSS.finditer(text):
        if loss.start() < done:
            continue
        left = (left + text[done : loss.start()]).replace(SOFT, "").split("\n")[-1][-MEMORY:]
        done = loss.start()
        place = Place(text, done, left, margin, site)
        found = _by_gloss(place) or _by_mark(place)
        if found:
            yield found
            left += found.text
            done = found.end


def _by_gloss(place: Place) -> Restored | None:
    """A torn gloss: the last byte of the character before it and the lost one spell the glossed character."""
    text, at, left, *_ = place
    gloss = TORN_GLOSS.match(text, at)
    before = GLOSS.sub("", left)[-1:] if gloss else ""
    last = MARK_TRAILS.get(before) or (code(before)[1:] or (0,))[0]
    if not gloss or not last:
        return None
    leads = {code(character)[1] for character in spelled(gloss[1], beginning(last))}
    readings = [reading for lead in leads for reading in reread(text, gloss.end(), lead)]
    return _best(place, readings, ("",))


def _by_mark(place: Place) -> Restored | None:
    """A mark put in place of two halves: their bytes are known, the byte before them is lost.

    A site that did so left no such mark in full width, anywhere.
    """
    text, at, left, margin, site = place
    if _RUN.match(text, at) or not _BEHIND.search(GLOSS.sub("", left)[-3:]):
        return None
    if TORN_GLOSS.match(text, at + 1) and _by_gloss(Place(text, at + 1, left + text[at], margin, site)):
        return None  # this mark is whole; a gloss tore what follows it
    line = _line(text, at)
    gone = {trail for mark, trail in MARK_TRAILS.items() if WIDE[mark] not in line}
    site_known = margin < MARGIN or (len(gone) == len(MARK_TRAILS) and _NARROW.search(line) is not None)
    if not site_known and text.startswith("?。", at):
        return None  # somebody's slip: 学士学位?。
    starts = [(at + 1, trail) for trail in sorted(gone)] if text[at] == SWALLOWS else []
    shown = MARK_TRAILS.get(text[at + 1 : at + 2])
    starts += [(at + 2, shown)] if shown in gone and shown else []
    readings = [reading for start, trail in starts for reading in reread(text, start, trail)]
    plausible = [
        reading
        for reading in readings
        if not _OTHER_ALPHABET.fullmatch(text, at, reading.end)
        and _is_shown(place, reading.end)
        and (_is_plausible(reading) or (site_known and _may_be_lost_whole(text, at, reading)))
    ]
    return _best(place, plausible, ending(MARK_LEAD))


def _line(text: str, at: int) -> str:
    """The line around a place; of a very long one, what is near: it is looked at anew for every loss."""
    low, high = max(0, at - LINE), min(len(text), at + LINE)
    start, end = text.rfind("\n", low, at), text.find("\n", at, high)
    return text[start + 1 if start >= 0 else low : end if end >= 0 else high]


def _is_plausible(reading: Rereading) -> bool:
    """Whether something is read in the right step, and that in common use."""
    known = reading.text.replace(UNKNOWN, "")
    return sum(map(everyday().__contains__, known)) >= EVERYDAY_SHARE * len(known) > 0


def _is_shown(place: Place, end: int) -> bool:
    """Whether what stands out of step up to `end` shows that it does, or a quotation is not closed.

    Question marks alone tell of damage where there are glosses, and else of a person who asks loudly. Where nothing
    tells of a site, it takes characters that are not in common use.
    """
    if place.site == Site.GLOSSED:
        return True
    stretch = place.text[place.at : end]
    if place.site == Site.UNTOLD:
        return sum(not c.isascii() and c not in LOSSES and c not in everyday() for c in stretch) >= FEWEST_ODD
    return any(map(str.isalnum, stretch)) or is_awaited("”", place.left)


def _may_be_lost_whole(text: str, at: int, reading: Rereading) -> bool:
    """Whether two characters can be lost and none be known between them.

    It takes a loss that is no question mark, or a mark behind another at the end of a line, as the ” of 。”.
    """
    if reading.text != UNKNOWN or reading.end < at + 2:
        return False
    at_end = text[reading.end : reading.end + 1] in ("", "\n")
    return text[at] != SWALLOWS or (reading.lead == MARKS_LEAD and not reading.swallowed and at_end)


def _best(place: Place, readings: Sequence[Rereading], heads: Sequence[str]) -> Restored | None:
    """The likeliest reading, if it is far likelier than what is written. All are weighed up to the same place."""
    if not readings:
        return None
    horizon = max(reading.end for reading in readings)
    found = [r for reading in readings for r in _filled(place, reading, heads, horizon)]
    ranked = sorted(found, key=lambda r: -r.score)
    if not ranked:
        return None
    best = ranked[0]
    gain = best.score - score(place, "", place.at, horizon) - (best.bonus if place.margin >= MARGIN else 0.0)
    if gain < place.margin:
        return None
    others = [r.text for r in ranked[1:] if r.text != best.text and best.score - r.score < CLOSE]
    return best._replace(other=others[0] if others else "", exact=best.exact and not others)


def _filled(place: Place, reading: Rereading, heads: Sequence[str], horizon: int) -> Iterator[Restored]:
    """A reading with its unknown characters chosen: the one in front by its second byte, the last by its first."""
    middle = reading.text.rstrip(UNKNOWN)
    torn_end = reading.text.endswith(UNKNOWN)
    right = right_of(place.text, reading.end)
    tails = _tails(place, reading, middle, right)[: FEW if middle else MANY] if torn_end else [""]
    for tail in tails:
        for head in likeliest(heads, place.left, middle + tail + right)[:FEW]:
            restored = head + middle + tail
            bonus = _habit(place.text, reading)
            weight = score(place, restored, reading.end, horizon) + bonus
            yield Restored(place.at, reading.end, restored, weight, bonus, len(heads) == 1 and not torn_end)


def _habit(text: str, reading: Rereading) -> float:
    """How well a reading fits the decoder that wrote this loss: the one that writes ? swallows, the other does not.

    What was swallowed is no evidence against a reading, since it is a guess itself.
    """
    if not reading.text.endswith(UNKNOWN):
        return 0.0
    if text[reading.end - 1 : reading.end] not in LOSSES:
        return SILENT
    behind = text[reading.end : reading.end + 1]
    sparing = text[reading.end - 1] == "\ufffd" or not behind or behind.isspace()
    return (0.0 if sparing else SWALLOWED) if reading.swallowed else (0.0 if sparing else -4.0)


def _tails(place: Place, reading: Rereading, middle: str, right: str) -> Sequence[str]:
    """The likeliest last characters, each with what a lost lead byte may have swallowed behind it."""
    left = place.left + middle
    candidates = [c for c in beginning(reading.lead) if is_used(c) and is_open(c, left)]
    if reading.swallowed:
        candidates = [c + swallowed(left + c, right) for c in candidates]
    return likeliest(candidates, left, right)
