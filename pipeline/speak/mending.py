"""A chunk and its voice come in; a sound that passes its check goes out: taken whole, again, in halves, by clauses.

Models drop a clause or ramble now and then; the same words in smaller pieces come out right. Every attempt that
failed stays in the verdict.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pipeline import sound
from pipeline.errors import EngineBusy, EngineError
from pipeline.model import Audio, Engine, Verdict

ATTEMPTS = 5  # calls of a busy voice before the build stops
JOINT_S = 0.2  # silence between the pieces of a chunk
_CLAUSE = re.compile(r"[^，。！？；：、…—,!?;:]*[，。！？；：、…—,!?;:]+[”’」』）》]*|[^，。！？；：、…—,!?;:]+$")

Check = Callable[[Audio, str], Verdict]


class Attempt(NamedTuple):
    """A way to say a chunk: what it is called, and the pieces that are said one by one."""

    name: str
    pieces: tuple[str, ...]


def say(text: str, engine: Engine, check: Check) -> tuple[Audio, Verdict]:
    """The sound of a chunk, trimmed and checked. Raises EngineError when no attempt gives a sound that passes."""
    failed: list[str] = []
    for attempt in attempts_at(text, engine.limit):
        audio, verdict = _said(attempt, engine, check)
        if verdict.ok:
            return audio, Verdict(True, (), tuple(failed))
        failed.append(f"{attempt.name}: {'; '.join(verdict.findings)}")
    raise EngineError(
        f"the voice's sound fails its check: {' | '.join(failed)}",
        "try another voice (--voice NAME), reword the sentence, or leave it out for now (--keep-going)",
    )


def attempts_at(text: str, limit: int = 1_000) -> Iterator[Attempt]:
    """The ways to say a chunk, the plainest first.

    >>> [(attempt.name, attempt.pieces) for attempt in attempts_at("甲甲甲，乙；丙。")][2:]
    [('in halves', ('甲甲甲，', '乙；丙。')), ('by clauses', ('甲甲甲，', '乙；', '丙。'))]
    """
    whole = within(text, limit)
    yield Attempt("whole", whole)
    yield Attempt("again", whole)
    clauses = tuple(clause for clause in _CLAUSE.findall(text) if any(c.isalnum() for c in clause))
    if len(clauses) > 1:
        middle = min(range(1, len(clauses)), key=lambda k: abs(len("".join(clauses[:k])) - len(text) / 2))
        yield Attempt("in halves", ("".join(clauses[:middle]), "".join(clauses[middle:])))
    if len(clauses) > 2:
        yield Attempt("by clauses", clauses)


def within(text: str, limit: int) -> tuple[str, ...]:
    """A text in as few pieces as the voice takes well; only a voice that stands in for another gets more than one.

    >>> within("甲甲甲，乙；丙。", 6), within("甲甲甲，乙；丙。", 20)
    (('甲甲甲，乙；', '丙。'), ('甲甲甲，乙；丙。',))
    """
    pieces = [""]
    for clause in _CLAUSE.findall(text) if len(text) > limit else [text]:
        if any(map(str.isalnum, pieces[-1])) and any(map(str.isalnum, clause)) and len(pieces[-1] + clause) > limit:
            pieces.append("")
        pieces[-1] += clause
    return tuple(pieces)


def _said(attempt: Attempt, engine: Engine, check: Check) -> tuple[Audio, Verdict]:
    """One attempt; every piece is checked by itself."""
    sounds: list[Audio] = []
    findings: list[str] = []
    for piece in attempt.pieces:
        script = engine.script(piece)
        sounds.append(_asked(engine, script))
        findings += check(sounds[-1], script).findings
    return sound.joined(sounds, JOINT_S), Verdict(not findings, tuple(findings))


def _asked(engine: Engine, script: str) -> Audio:
    """The sound of a script, trimmed; a voice that is busy is asked again."""
    import stamina  # not for commands that speak nothing

    for attempt in stamina.retry_context(on=EngineBusy, attempts=ATTEMPTS, timeout=None):
        with attempt:
            audio = sound.trimmed(engine.speak(script))
    return audio
