"""A finished book and a recogniser come in; the page on which a person judges its sentences goes out."""

import shlex
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pipeline.audition import Audition, Heard, alternatives, audition, number_forms
from pipeline.errors import UsageError
from pipeline.model import Hearing, Syllable
from pipeline.shelf import Shelf
from pipeline.verify.listening import Ear
from pipeline.verify.syllables import Sound, Step, align, sounds
from pipeline.write.review import ChapterFile, Page, Piece, Sentence, write_review

Read = Callable[[str], list[Syllable]]
AS_SAID, IN_ANOTHER_TONE, OTHERWISE, NOT = ".", "t", "x", "-"


def review(shelf: Shelf, book: str, ear: Ear, told: Callable[[Heard, int], None]) -> Path:
    """Listen to a book (what was heard before is not heard again) and write its `review.html`; give the path."""
    home = shelf.find(book)
    page = page_of(audition(shelf, book, ear, told), redo_command(shelf, home))
    with shelf.in_use(home):
        return write_review(home, page)


def redo_command(shelf: Shelf, home: Path) -> str:
    """What a person types to speak sentences of the book afresh, but for the numbers."""
    elsewhere = [] if shelf.folder == Path("output") else ["-o", str(shelf.folder)]
    return shlex.join(["audiobook", "redo", *elsewhere, _name_of(shelf, home)])


def _name_of(shelf: Shelf, home: Path) -> str:
    """The folder's name where that is enough to find the book again, else its path."""
    try:
        return home.name if shelf.find(home.name) == home and not home.name.startswith("-") else str(home)
    except UsageError:  # another book's title is this folder's name
        return str(home)


def page_of(heard: Audition, redo: str) -> Page:
    """The page of a book that was listened to, the most doubtful sentence first."""
    from pipeline.speak.pinyin import Pronouncer

    manifest = heard.manifest
    read: Read = Pronouncer(manifest.pronounce).syllables
    return Page(
        manifest.title,
        manifest.creator,
        manifest.origin.sha256[:16],
        redo,
        manifest.pronounce,
        tuple(ChapterFile(section.number, section.title, section.file) for section in manifest.sections),
        tuple(_sentence(one, read) for one in heard.by_doubt()),
    )


def _sentence(one: Heard, read: Read) -> Sentence:
    chunk, hearing = one.chunk, one.hearing
    marks, heard = compared(one.spoken, hearing, read)
    return Sentence(
        section=one.section.number,
        number=one.number,
        start=chunk.start - one.section.start,
        end=chunk.end - one.section.start,
        at=chunk.start,
        clip=chunk.clip[:16],
        judgement=hearing.judgement,
        syllables=hearing.syllables,
        errors=hearing.errors,
        written=chunk.text,
        words=_words(read(one.spoken)),
        marks=marks,
        heard=heard,
        differing=hearing.differing,
    )


def _words(syllables: Sequence[Syllable]) -> tuple[Piece, ...]:
    """The words of a text with their readings; a character without one is a word of its own.

    >>> _words([Syllable("银", "yin2", "yin2"), Syllable("行", "hang2", "hang2", False), Syllable("。", None, None)])
    (('银行', 'yin2 hang2'), ('。', ''))
    """
    words: list[Piece] = []
    for syllable in syllables:
        reading = syllable.citation or ""
        if words and not syllable.word_start and reading and words[-1][1]:
            words[-1] = (words[-1][0] + syllable.character, f"{words[-1][1]} {reading}")
        elif words and not reading and not words[-1][1]:
            words[-1] = (words[-1][0] + syllable.character, "")
        else:
            words.append((syllable.character, reading))
    return tuple(words)


def compared(said: str, hearing: Hearing, read: Read) -> tuple[str, tuple[Piece, ...]]:
    """A sign for each character that should be said, and what was heard in pieces with such signs."""
    from pipeline.speak.spoken import spoken

    if not hearing.differing and not hearing.tones:
        return AS_SAID * len(said), _joined([(hearing.heard, AS_SAID)])

    def readings(text: str) -> list[str | None]:
        return [syllable.citation for syllable in read(text)]

    expected = sounds(said, readings)
    forms = [spoken(form).text for form in number_forms(hearing.heard)]
    steps, words = min(
        ((align(expected, sounds(form, readings, alternatives)), form) for form in forms),
        key=lambda aligned: sum(step.cost for step in aligned[0]),
    )
    return _marked(said, steps, readings(said)), _heard_pieces(words, steps, readings(words))


def _marked(said: str, steps: Sequence[Step], readings: Sequence[str | None]) -> str:
    marks = [AS_SAID] * len(said)
    expected = [step for step in steps if step.expected]
    places = _places(said, [step.expected for step in expected if step.expected], readings)
    for step, (start, end) in zip(expected, places, strict=True):
        marks[start:end] = _mark(step) * (end - start)
    return "".join(marks)


def _heard_pieces(words: str, steps: Sequence[Step], readings: Sequence[str | None]) -> tuple[Piece, ...]:
    places = _places(words, [step.heard for step in steps if step.heard], readings)
    pieces: list[Piece] = []
    cursor = 0
    for step in steps:
        if step.heard is None:
            pieces.append((step.expected.written if step.expected else "", NOT))
            continue
        start, end = next(places)
        pieces += [(words[cursor:start], AS_SAID), (words[start:end], _mark(step))]
        cursor = end
    return _joined([*pieces, (words[cursor:], AS_SAID)])


def _places(text: str, heard: Sequence[Sound], readings: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    """Where each sound of a text stands in it, as start and end.

    >>> list(_places("我用 G D P。", [Sound("wo", "3", "我"), Sound("yong", "4", "用"), Sound("gdp", "", "GDP")],
    ...     ["wo3", "yong4", *[None] * 7]))
    [(0, 1), (1, 2), (3, 8)]
    """
    cursor = 0
    for sound in heard:
        if sound.latin:
            start = end = text.index(sound.written[0], cursor)
            for letter in sound.written:
                end = text.index(letter, end) + 1
        else:
            start = next(place for place in range(cursor, len(text)) if readings[place])
            end = start + 1
        yield start, end
        cursor = end


def _mark(step: Step) -> str:
    """The sign of a step of an alignment."""
    if step.heard is None:
        return NOT
    if step.cost or step.expected is None:
        return OTHERWISE
    return AS_SAID if step.expected.tone == step.heard.tone else IN_ANOTHER_TONE


def _joined(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Neighbours with one sign become one piece.

    >>> _joined([("金", "t"), ("", "."), ("天", "."), ("好", ".")])
    (('金', 't'), ('天好', '.'))
    """
    joined: list[Piece] = []
    for text, sign in pieces:
        if joined and joined[-1][1] == sign:
            joined[-1] = (joined[-1][0] + text, sign)
        elif text:
            joined.append((text, sign))
    return tuple(joined)
