"""A clip's text and the sentences its voice told of come in; where each written sentence sounds in it goes out.

An online voice tells when each sentence of the script sounds. Its sentences are not always ours (a title, a number's
point), so only the ends that both have are kept: where letter for letter as much is said as is written so far.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.model import Mark, Sentence

_SENTENCE = re.compile('[。｡！？!?；;…]+[”’」』）》〉】"]*|$')


def marks_of(text: str, sentences: Sequence[Sentence], length: int) -> tuple[Mark, ...]:
    """The marks of a clip of `length` samples; they cover its text without gaps. None where there would be one only.

    >>> told = [Sentence(2, 100, 900), Sentence(4, 1000, 2500)]
    >>> [(mark.span, mark.start, mark.end) for mark in marks_of("你好。再见3次！", told, 2600)]
    [((0, 3), 0, 900), ((3, 8), 1000, 2600)]
    """
    marks: list[Mark] = []
    written = dict(_written_ends(text)) if len(sentences) > 1 else {}
    said, begin, opened = 0, 0, True
    for sentence in sentences:
        said += sentence.letters
        begin, opened = (begin, False) if not opened else (sentence.start, False)
        if said in written:
            marks.append(Mark((marks[-1].span[1] if marks else 0, written[said]), begin, sentence.end))
            opened = True
    if len(marks) < 2 or marks[-1].span[1] != len(text):
        return ()
    first, *inner, last = marks
    return (Mark(first.span, 0, first.end), *inner, Mark(last.span, last.start, length))


def _written_ends(text: str) -> Iterator[tuple[int, int]]:
    """For each sentence of a text: the letters that are said up to its end, and its end."""
    from pipeline.speak.spoken import spoken

    said, start = 0, 0
    for mark in _SENTENCE.finditer(text):
        letters = sum(map(str.isalnum, spoken(text[start : mark.end()]).text)) if start < mark.end() else 0
        said, start = said + letters, mark.end()
        yield said, mark.end()
