"""A Document comes in; the same goes out with the characters restored that a site tore by working on bytes.

A gloss or an ASCII mark that was put between or over the halves of two characters leaves a `?` and, behind it, text
out of step: `我們?cè)诎l(fā)展` was `我們在發展`, `要求??倳…浽?011年` was `要求。總書記在2011年`. Every reading of the bytes in
the right step is tried. Where a gloss is left it names the lost byte; elsewhere the words decide, by a clear margin.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.edits import Replacement, edited
from pipeline.model import Document
from pipeline.repair.evidence import likelihood
from pipeline.repair.readings import GLOSS, spelled
from pipeline.repair.rereading import TORN_GLOSS, UNKNOWN, Rereading, reread
from pipeline.repair.rule import noted
from pipeline.repair.swallowed import swallowed
from pipeline.repair.torn_bytes import LOSSES, MARK_LEAD, MARK_TRAILS, beginning, code, ending, is_everyday

_LOSS = re.compile(f"[{LOSSES}]")
CONTEXT = 8  # characters on each side that are weighed with a restored piece
MARGIN = 8.0  # by so much (natural logarithm) a restored text must be likelier than the text as written
CHOICE_MARGIN = 1.5  # and the best restoration likelier than the second
EVERYDAY_SHARE = 0.6  # of the characters read in the right step are in common use


class Restored(NamedTuple):
    """text[start:end] was `text`; `exact` when nothing in it had to be guessed, `doubt` when it is a close choice."""

    start: int
    end: int
    text: str
    score: float = 0.0
    exact: bool = False
    doubt: bool = False


def torn(document: Document) -> Document:
    """Torn characters are put together again; the guessed ones are marked as guesses.

    >>> from pipeline.repair.rule import document_of
    >>> damaged = ("我們?cè)诎l(fā)展中", "建設(shè)全國(guó)百?gòu)?qiáng)基礎", "第一要?jiǎng)?wù)", "要求??倳\\ue266浽?011年", "你好嗎?我很好")
    >>> [torn(document_of(text)).text for text in damaged]
    ['我們在發(fā)展中', '建設(shè)全國(guó)百強基礎', '第一要務', '要求。總書記在2011年', '你好嗎?我很好']
    """
    if not _LOSS.search(document.text):
        return document
    found = list(_restorations(document.text))
    doubtful = [(r.start, r.end, f"torn bytes, perhaps {r.text}") for r in found if r.doubt]
    document = noted(document, "torn", doubtful)
    text = document.text
    exact = [Replacement(r.start, r.end, r.text) for r in found if r.exact]
    guessed = [Replacement(r.start, r.end, r.text) for r in found if not r.exact and not r.doubt]
    document = edited(document, "torn", guessed, guess=True)
    return edited(document, "torn", _moved(exact, guessed)) if text else document


def _moved(changes: Sequence[Replacement], before: Sequence[Replacement]) -> list[Replacement]:
    """The changes in offsets of the text as it is after those `before`."""
    moved = []
    for start, end, after in changes:
        shift = sum(len(b.after) - (b.end - b.start) for b in before if b.end <= start)
        moved.append(Replacement(start + shift, end + shift, after))
    return moved


def _restorations(text: str) -> Iterator[Restored]:
    """What can be restored, from left to right; each sees what was restored before it."""
    done = 0
    left = ""
    for loss in _LOSS.finditer(text):
        if loss.start() < done:
            continue
        left = (left + text[done : loss.start()])[-60:]
        done = loss.start()
        found = _by_gloss(text, loss.start(), left) or _by_mark(text, loss.start(), left)
        if found:
            yield found
            if not found.doubt:
                left += found.text
                done = found.end


def _by_gloss(text: str, place: int, left: str) -> Restored | None:
    """A torn gloss: the last byte of the character before it and the lost one spell the glossed character."""
    gloss = TORN_GLOSS.match(text, place)
    before = code(GLOSS.sub("", left)[-1:]) if gloss else ()
    if not gloss or len(before) != 2:
        return None
    leads = {code(character)[1] for character in spelled(gloss[1], beginning(before[1]))}
    readings = [reading for lead in leads for reading in reread(text, gloss.end(), lead)]
    return _best(text, place, left, readings, len(leads) == 1)


def _by_mark(text: str, place: int, left: str) -> Restored | None:
    """A mark put in place of two halves: their bytes are known, the byte before them is lost."""
    shown = MARK_TRAILS.get(text[place + 1 : place + 2])
    starts = [(place + 1, trail) for trail in sorted(MARK_TRAILS.values())] + ([(place + 2, shown)] if shown else [])
    readings = [
        reading._replace(text=UNKNOWN + reading.text)
        for start, trail in starts
        for reading in reread(text, start, trail)
        if _is_plausible(reading.text)
    ]
    return _best(text, place, left, readings, False)


def _is_plausible(text: str) -> bool:
    known = [c for c in text if c != UNKNOWN]
    return sum(map(is_everyday, known)) >= EVERYDAY_SHARE * len(known) > 0


def _best(text: str, place: int, left: str, readings: Sequence[Rereading], exact: bool) -> Restored | None:
    """The likeliest reading, if it is far likelier than what is written, and likelier than the next."""
    found = sorted((r for reading in readings for r in _filled(text, place, left, reading)), key=lambda r: -r.score)
    if not found:
        return None
    best = found[0]
    others = [r for r in found[1:] if (r.text, r.end) != (best.text, best.end)]
    if best.score - _score(text, left, text[place : best.end], best.end) < MARGIN:
        return None
    close = bool(others) and best.score - others[0].score * 1.0 < CHOICE_MARGIN
    return best._replace(exact=exact and best.exact, doubt=close)


def _filled(text: str, place: int, left: str, reading: Rereading) -> Iterator[Restored]:
    """A reading with its unknown characters chosen: the first by its second byte, the last by its first byte."""
    known = reading.text
    first = ending(MARK_LEAD) if known[:1] == UNKNOWN else ("",)
    last = beginning(reading.lead) if reading.lead else ("",)
    middle = known.strip(UNKNOWN)
    tails = _tails(text, reading, left + middle, last)
    for tail in tails:
        for head in _likeliest(first, left, middle + tail):
            restored = head + middle + tail
            exact = known[:1] != UNKNOWN and not reading.lead
            score = _score(text, left, restored, reading.end)
            yield Restored(place, reading.end, restored, score + _habit(text, reading), exact)


def _habit(text: str, reading: Rereading) -> float:
    """How well a reading fits the decoder that wrote this loss: the one that writes ? swallows, the other does not.

    What was swallowed is no evidence against a reading, since it is a guess itself.
    """
    if not reading.lead or reading.text[-1:] != UNKNOWN or not text[reading.end - 1 : reading.end]:
        return 0.0
    behind = text[reading.end : reading.end + 1]
    sparing = text[reading.end - 1] == "\ufffd" or not behind or behind.isspace() or reading.end == 0
    return (0.0 if sparing else 9.0) if reading.swallowed else (0.0 if sparing else -4.0)


def _tails(text: str, reading: Rereading, left: str, last: Sequence[str]) -> list[str]:
    """The likeliest last characters, each with what a lost lead byte may have swallowed behind it."""
    if not reading.lead:
        return [""]
    right = _right(text, reading.end)
    behind = swallowed(left, right) if reading.swallowed else ""
    return [character + behind for character in _likeliest(last, left[-CONTEXT:], behind + right)]


def _likeliest(characters: Sequence[str], left: str, right: str) -> list[str]:
    """The two likeliest of the characters between left and right."""
    left, right = GLOSS.sub("", left)[-CONTEXT:], right[:CONTEXT]
    if len(characters) <= 1:
        return list(characters)
    return sorted(characters, key=lambda c: -likelihood(left + c + right))[:2]


def _score(text: str, left: str, middle: str, end: int) -> float:
    return likelihood(GLOSS.sub("", left)[-CONTEXT:] + GLOSS.sub("", middle) + _right(text, end))


def _right(text: str, end: int) -> str:
    """What stands behind a place, without glosses, up to the next loss."""
    return re.split(f"[{LOSSES}\n]", GLOSS.sub("", text[end : end + 60]))[0][:CONTEXT]
