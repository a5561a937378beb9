"""A section's paragraphs come in; who speaks each stretch of them goes out: the narrator, a dialogue's voice, a name.

What stands in outer quotation marks is speech when somebody is said to say it, or when it is a sentence of its own;
a term in quotation marks inside a sentence is the narrator's. Speech belongs to a name where the words around it
certainly give it to one that has a voice, else to the dialogue's voice, or to the narrator where there is none.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipeline.model import DIALOGUE, NARRATOR, Role, Span
from pipeline.segment.attribution import Attribution, Attributions

CLOSING = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"'}
LEAST = 2  # letters; a lone one is hardly spoken right, and stays with the words around it
_OPENING = re.compile('[“‘「『"]')
_CLOSERS = '”’」』）)"'
_SENTENCE = re.compile(rf"[。！？!?…—～~.][{_CLOSERS}]*$")
_HALF = re.compile(rf"[，,、][{_CLOSERS}]*$")
_STARTS = re.compile(rf"(?:^|[。！？!?…；;：:—][{_CLOSERS}]*)\s*$")
_OPEN_ENDED = re.compile(r"[：:]\s*$")

HEADING = Role(NARRATOR, "", "a heading")
OUTSIDE = Role(NARRATOR, "", "outside quotation marks")
NO_SPEECH = "what is quoted in it is no speech"
UNCERTAIN = "speech; who speaks is not certain"


@dataclass(frozen=True, slots=True)
class Stretch:
    """text[start:end] of a paragraph, and whose it is; None where nobody has a part."""

    start: int
    end: int
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class Quotation:
    """An outer quotation of a paragraph, its marks included, and the words to both sides of it up to the next ones."""

    span: Span
    inner: str
    before: str
    behind: str
    closed: bool


def stretches_of(
    paragraphs: Sequence[str], cast: Mapping[str, str], divided: Callable[[int, int], bool]
) -> list[list[Stretch]]:
    """The stretches of each paragraph, in order and without gaps; `divided(paragraph, offset)` forbids a change there.

    >>> cast = {"dialogue": "甲", "张三": "乙"}
    >>> text = "“走吧。”张三道。所谓“走”，就是“不留”。他说：“好的。”"
    >>> [found] = stretches_of([text], cast, lambda paragraph, offset: False)
    >>> [(stretch.role.name, text[stretch.start : stretch.end]) for stretch in found]
    [('张三', '“走吧。”'), ('narrator', '张三道。所谓“走”，就是“不留”。他说：'), ('dialogue', '“好的。”')]
    """
    reader = _Reader(cast)
    found = []
    for number, (text, following) in enumerate(zip(paragraphs, [*paragraphs[1:], ""], strict=True)):
        stretches = reader.read(text, following.lstrip().startswith(tuple(CLOSING)))
        found.append(_with_words(text, _undivided(stretches, partial(divided, number))))
    return found


def quotations(text: str) -> list[Quotation]:
    """The outer quotations of a paragraph; one that is not closed runs to its end, and may go on in the next one.

    >>> [quotation.inner for quotation in quotations("他说：“她喊‘“走”’了。”我说「好」。")]
    ['她喊‘“走”’了。', '好']
    """
    spans: list[tuple[int, int, bool]] = []
    start = 0
    while opened := _OPENING.search(text, start):
        end = _end_of(text, opened.start())
        spans.append((opened.start(), end or len(text), bool(end)))
        start = end or len(text)
    edges = [0, *(edge for start, end, _ in spans for edge in (start, end)), len(text)]
    return [
        Quotation(
            (start, end),
            text[start + 1 : end - closed],
            text[edges[2 * k] : start],
            text[end : edges[2 * k + 3]],
            closed,
        )
        for k, (start, end, closed) in enumerate(spans)
    ]


def _end_of(text: str, start: int) -> int:
    """Behind the mark that closes the one at `start`; 0 where none does."""
    opening, closing = text[start], CLOSING[text[start]]
    depth = 1
    for offset in range(start + 1, len(text)):
        if text[offset] == closing:
            depth -= 1
        elif text[offset] == opening:
            depth += 1
        if depth == 0:
            return offset + 1
    return 0


class _Reader:
    """Reads paragraph after paragraph; it remembers who was introduced, or goes on, at the end of the last one."""

    def __init__(self, cast: Mapping[str, str]) -> None:
        self._cast = cast
        self._attributions = Attributions(name for name in cast if name not in (NARRATOR, DIALOGUE))
        self._introduced: Attribution | None = None  # by the end of the last paragraph: 张三说道：
        self._going_on: Role | None = None  # who had not closed the quotation at its end

    def read(self, text: str, may_go_on: bool) -> list[Stretch]:
        """The stretches of the next paragraph; a quotation that is not closed counts only if the one after it may
        take it up."""
        found = [quotation for quotation in quotations(text) if quotation.closed or may_go_on]
        roles = [self._role(found, number) for number in range(len(found))]
        last = found[-1] if found else None
        self._going_on = roles[-1] if last and not last.closed else None
        self._introduced = self._attributions.before(text) if _OPEN_ENDED.search(text) else None
        return _stretches(text, [(quotation.span, role) for quotation, role in zip(found, roles, strict=True)])

    def _role(self, found: Sequence[Quotation], number: int) -> Role | None:
        """Whose a quotation is; None for the narrator."""
        quotation = found[number]
        if sum(map(str.isalnum, quotation.inner)) < LEAST:
            return None
        first = number == 0 and not quotation.before.strip()
        if first and self._going_on:
            return replace(self._going_on, reason="the quotation of the paragraph before goes on")
        before = self._introduced if first and self._introduced else self._attributions.before(quotation.before)
        behind = self._attributions.behind(quotation.behind)
        if not self._is_speech(quotation, before, behind):
            return None
        return self._given_to(_certain(found, number, before, behind))

    def _is_speech(self, quotation: Quotation, before: Attribution | None, behind: Attribution | None) -> bool:
        introduced = before is not None and before.mark in ("：", ":")
        if not quotation.closed:
            return introduced or not quotation.before.strip()
        if quotation.behind.startswith("的") or self._attributions.nobody(quotation.before, quotation.behind):
            return False
        whole = bool(_SENTENCE.search(quotation.inner))
        if introduced or (whole and before) or (behind and (whole or _HALF.search(quotation.inner))):
            return True
        return whole and bool(_STARTS.search(quotation.before))

    def _given_to(self, attribution: Attribution | None) -> Role | None:
        if attribution:
            return Role(attribution.name, self._cast[attribution.name], attribution.words)
        return Role(DIALOGUE, self._cast[DIALOGUE], UNCERTAIN) if DIALOGUE in self._cast else None


def _certain(
    found: Sequence[Quotation], number: int, before: Attribution | None, behind: Attribution | None
) -> Attribution | None:
    """The attribution that certainly names who says a quotation; None where there is none, or two that differ."""
    quotation = found[number]
    half = bool(_HALF.search(quotation.inner))
    if behind and behind.mark in ("：", ":") and not half:
        behind = None  # it introduces the next one
    if before and before.mark in ("：", ":", "，", ",", ""):
        same = behind is None or before.mark in ("：", ":") or before.name == behind.name
        return before if before.name and same else None
    if behind:
        return behind if behind.name else None
    # “……。”张三说。“……。”: the words between belong to both.
    between = before and before.mark == "。" and number and before.words == quotation.before.strip()
    return before if before and between and before.name else None


def _stretches(text: str, quoted: Sequence[tuple[Span, Role | None]]) -> list[Stretch]:
    """The quotations that somebody else speaks, and the narrator's stretches around them."""
    found: list[Stretch] = []
    position = 0
    for (start, end), role in quoted:
        if role:
            found += [_narrated(text, position, start), Stretch(start, end, role)]
            position = end
    found.append(_narrated(text, position, len(text)))
    return [stretch for stretch in found if stretch.start < stretch.end] or [Stretch(0, len(text), OUTSIDE)]


def _narrated(text: str, start: int, end: int) -> Stretch:
    quoting = any(mark in text[start:end] for mark in CLOSING)
    return Stretch(start, end, replace(OUTSIDE, reason=NO_SPEECH) if quoting else OUTSIDE)


def _undivided(stretches: Sequence[Stretch], divided: Callable[[int], bool]) -> list[Stretch]:
    """The stretches with each change moved on to where the text may be cut."""
    found: list[Stretch] = []
    start = 0
    for stretch in stretches:
        end = stretch.end
        while stretch is not stretches[-1] and end < stretches[-1].end and divided(end):
            end += 1
        if start < end:
            found.append(replace(stretch, start=start, end=end))
        start = max(start, end)
    return found


def _with_words(text: str, stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches, each with something to say: marks alone join their neighbour."""
    found: list[Stretch] = []
    for stretch in stretches:
        said = any(map(str.isalnum, text[stretch.start : stretch.end]))
        if found and not said:
            found[-1] = replace(found[-1], end=stretch.end)
        elif found and not any(map(str.isalnum, text[found[-1].start : found[-1].end])):
            found[-1] = replace(stretch, start=found[-1].start)
        else:
            found.append(stretch)
    return found
