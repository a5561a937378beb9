"""What people see: the progress of a build, tables, times. Terminals get a bar; pipes and logs get plain lines."""

from __future__ import annotations

import math
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.audition import Heard
    from pipeline.batch import Outcome
    from pipeline.model import Clip, Manifest, Section, SpokenChunk, SpokenSection
    from pipeline.run import Built

WHOLE = frozenset(("remedy",))  # columns whose cells are to be copied
WIDEST = 48  # columns of the terminal that a cell of a table takes at most
MOST_NOTES = 5  # oddities of a count of chapters that are told at the end of a build


def clean(text: str) -> str:
    """Text that may go to a terminal: no control or format characters.

    >>> clean("a\\x1b[31mb")
    'a[31mb'
    """
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def clean_lines(text: str) -> str:
    """The same for several lines."""
    return "\n".join(clean(line) for line in text.split("\n"))


def parse_clock(text: str) -> int:
    """A time as people write it, in milliseconds. Raises UsageError.

    >>> parse_clock("1:02:03.5")
    3723500
    >>> parse_clock("90")
    90000
    """
    parts = text.split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(0 <= number < 1e6 for number in numbers):
        raise UsageError(f"{text!r} is not a time", "write it as minutes:seconds, like 12:34")
    return round(1000 * sum(number * float(60**power) for power, number in enumerate(reversed(numbers))))


def is_clock(text: str) -> bool:
    """Whether a text is a time as people write it.

    >>> is_clock("12:34"), is_clock("第12回")
    (True, False)
    """
    return bool(re.fullmatch(r"(\d+:){0,2}\d+(\.\d+)?", text))


def clock(milliseconds: int) -> str:
    """Hours, minutes and seconds.

    >>> clock(3_723_400)
    '1:02:03'
    >>> clock(63_000)
    '1:03'
    """
    seconds = milliseconds // 1000
    hours, minutes, seconds = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def counted(number: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "section"), counted(12, "section")
    ('1 section', '12 sections')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(message: str) -> None:
    """A line for the person, on stderr: stdout is for results."""
    from rich.console import Console

    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(message)


def show(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table on stdout, with long cells shortened, but never those of a column of `WHOLE`."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=200)
    table = Table(title=Text(clean(title)) if title else None, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        name, _, right = column.partition(">")
        table.add_column(name, justify="right" if right or column.endswith(">") else "left", overflow="fold")
    for row in rows:
        cells = [clean(str(cell)) for cell in row]
        shown = [cell if column in WHOLE else _short(cell) for column, cell in zip(columns, cells, strict=True)]
        table.add_row(*map(Text, shown))
    console.print(table)


def _short(text: str) -> str:
    """A cell's text, its middle left out where it would fill the line; --json has the whole."""
    from rich.cells import cell_len, chop_cells

    if cell_len(text) <= WIDEST:
        return text
    head = chop_cells(text, WIDEST * 2 // 3)[0]
    tail = chop_cells(text[::-1], WIDEST // 3)[0][::-1]
    return f"{head}…{tail}"


def show_built(built: Built, watcher: Watcher) -> None:
    """The end of a build that was the only one."""
    if built.fresh:
        summary(built.home, built.manifest, watcher)
        show_changes(built.previous, built.manifest)
    else:
        say(f"{built.home}: nothing to do, the book is as its source and settings ask")


def summary(home: Path, manifest: Manifest, watcher: Watcher) -> None:
    """The end of a build: sections, length, how fast it went, where the files are."""
    chunks = sum(len(section.chunks) for section in manifest.sections)
    speed = f", {1000 * watcher.seconds / watcher.spoken_ms:.2f} s a second of speech" if watcher.spoken_ms else ""
    say(
        f"{clean(manifest.title)}: {counted(len(manifest.sections), 'section')}, {clock(manifest.duration)}, "
        f"read by {clean(manifest.narrator)}\n"
        f"  {watcher.spoken} of {chunks} chunks spoken now, the others found; {watcher.seconds:.1f} s{speed}\n"
        f"  {home}\n"
        f"  listen: audiobook play {clean(home.name)!r} 1    again: audiobook redo {clean(home.name)!r} 1"
    )
    odd = [note.message for note in manifest.notes if note.rule == "numbering"]
    if odd:
        more = f"; and {len(odd) - MOST_NOTES} more: audiobook inspect SOURCE" if len(odd) > MOST_NOTES else ""
        say(f"  is the text whole? {clean('; '.join(odd[:MOST_NOTES]))}{more}")


def show_changes(previous: Manifest | None, manifest: Manifest) -> None:
    """What a build made of the chapters that were there: new ones, changed ones, those kept byte for byte."""
    if previous is None:
        return
    titles = {section.title for section in previous.sections}
    kept = [s for s in manifest.sections if previous.outputs.get(s.file) == manifest.outputs[s.file]]
    there = {section.number for section in kept}
    new = [s for s in manifest.sections if s.number not in there and s.title not in titles]
    changed = len(manifest.sections) - len(kept) - len(new)
    counts = {f"new chapter{'s'[: len(new) - 1]}": len(new), "changed": changed, "kept as they were": len(kept)}
    say("  " + "; ".join(f"{count} {what}" for what, count in counts.items() if count))
    if kept and new and all(section.gain for section in kept):
        decibels = 20 * math.log10(manifest.gain / previous.gain)
        say(f"  what is new is amplified {decibels:+.1f} dB beside what was there: so the whole keeps its loudness")


def show_stand_ins(home: Path, manifest: Manifest) -> None:
    """Who spoke in place of the book's voice, how many sentences, and how they are replaced."""
    from pipeline.record import stand_ins_of

    counts = Counter(chunk.speaker for _, chunk in stand_ins_of(manifest) if chunk.speaker)
    for speaker, count in counts.items():
        own = manifest.recipe.engine
        say(
            f"  {counted(count, 'sentence')} spoken by {speaker.engine} {clean(speaker.voice)}, as {own} refused\n"
            f"  -> later: audiobook redo {clean(home.name)!r} --voice-of {own}"
        )


def show_parts_kept(manifest: Manifest, numbers: Sequence[int]) -> None:
    """Who kept their own voices when sections were given another one."""
    chunks = [chunk for section in manifest.sections if section.number in numbers for chunk in section.chunks]
    kept = Counter(chunk.role.name for chunk in chunks if chunk.role and chunk.role.voice)
    if kept:
        parts = ", ".join(f"{clean(name)} ({count})" for name, count in kept.most_common())
        say(f"  the narrator's voice is another one now; these keep theirs, as [voices] beside the text says: {parts}")


def show_gaps(gaps: Sequence[tuple[SpokenSection, SpokenChunk]]) -> int:
    """The chunks that could not be spoken, and their number."""
    for section, chunk in gaps:
        findings = "; ".join(chunk.verdict.findings)
        say(f"a gap at {clock(chunk.start)}, section {section.number}, {clean(chunk.text[:40])!r}: {clean(findings)}")
    if gaps:
        say(f"  -> missing: {counted(len(gaps), 'sentence')}; type it again, with other words or another --voice")
    return len(gaps)


def show_outcome(outcome: Outcome, number: int, count: int) -> None:
    """What became of a book, as soon as it is known: its gaps or its error; of several, how many are done."""
    from pipeline.record import gaps_of

    if outcome.built:
        show_gaps(gaps_of(outcome.built.manifest))
    if count > 1:
        say(f"[{number}/{count}] {clean(outcome.source.name)}: {outcome.state}")


def show_outcomes(outcomes: Sequence[Outcome], count: int) -> None:
    """Many books in a table, then the failures with their messages, those of one message together."""
    rows = [_row_of(outcome) for outcome in outcomes]
    if rows:
        show("", ["book", "sections>", "length>", "seconds>", "state"], rows)
    states = Counter(outcome.state for outcome in outcomes)
    states["not begun"] = count - len(outcomes)
    print(", ".join(f"{number} {state}" for state, number in states.items() if number) or "no source was changed since")
    failures: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.error:
            failures.setdefault(str(outcome.error), []).append(outcome.source.name)
    for message, names in failures.items():
        say(f"failed: {clean('; '.join(names))}\n  {clean_lines(message)}")


def _row_of(outcome: Outcome) -> tuple[str, ...]:
    seconds = f"{outcome.seconds:.1f}"
    if outcome.built is None:
        return outcome.source.name, "", "", seconds, outcome.state
    manifest = outcome.built.manifest
    return manifest.title, str(len(manifest.sections)), clock(manifest.duration), seconds, outcome.state


def show_plan_totals(found: Mapping[str, Any]) -> None:
    """What a plan comes to, and what in the text a person should look at."""
    print(
        f"{found['voice']}: {found['characters']} characters, about {found['hours']} h and {found['megabytes']} MB; "
        f"{found['requests']} chunks to speak, {found['cached']} in the cache"
    )
    speakers = sum((Counter(section["speakers"]) for section in found["sections"]), Counter[str]())
    for name, count in speakers.most_common():
        voice = found["cast"].get(name, found["voice"].partition(" ")[2])
        print(f"  {clean(name)}: {clean(voice)}, {count} chunks")
    _show_doubts(found)


def show_inspection(found: Mapping[str, Any]) -> None:
    """A text as it will be spoken, its ledger, and what a person should look at."""
    for section in found["sections"]:
        print(f"{section['number']}  {clean(section['title'])}")
        for number, chunk in enumerate(section["chunks"], 1):
            _show_chunk(number, chunk)
    ledger = found["coverage"]
    print(f"{ledger['characters']} characters: {ledger['as_written']} spoken as written")
    for account in ("rewritten", "removed"):
        for rule, count in ledger[account].items():
            print(f"  {account} by {clean(rule)}: {count}")
    _show_doubts({"guesses": [edit for edit in found["edits"] if edit["guess"]], "notes": found["notes"]})


def _show_chunk(number: int, chunk: Mapping[str, Any]) -> None:
    """A chunk as written, as it is said where that differs, and its readings; in a book with several voices, whose."""
    whose = f"[{clean(chunk['role']['name'])}] " if chunk["role"] else ""
    print(f"{number:5}  {whose}{clean(chunk['text'])}")
    if chunk["spoken"] != chunk["text"]:
        print(f"    =  {clean(chunk['spoken'])}")
    print(f"       {clean(chunk['pinyin'])}")


def _show_doubts(found: Mapping[str, Any]) -> None:
    for edit in found["guesses"]:
        print(f"guess at {edit['span'][0]} ({clean(edit['rule'])}): {clean(edit['before'])} -> {clean(edit['after'])}")
    for note in found["notes"]:
        print(f"note at {note['span'][0]} ({clean(note['rule'])}): {clean(note['message'])}")


def show_check(found: Mapping[str, Any]) -> None:
    """The claims of a manifest, each with what the files say, and how many fail."""
    rows = [(c["claim"], c["manifest"], c["files"], "ok" if c["ok"] else "FAILS") for c in found["claims"]]
    show(found["title"], ["claim", "manifest>", "files>", ""], rows)
    failed = len(found["failures"])
    print(f"{failed} of {len(rows)} claims fail" if failed else f"all {len(rows)} claims hold")
    if "listening" in found:
        show_listening(found["listening"])


def show_listening(found: Mapping[str, Any]) -> None:
    """What was heard: the figures, and each sentence that is not right with what differs."""
    for doubt in found["doubts"]:
        place = f"section {doubt['section']}, sentence {doubt['sentence']}, at {clock(doubt['start'])}"
        differing = "; ".join(f"{said or 'nothing'} -> {heard or 'nothing'}" for said, heard in doubt["differing"])
        print(f"\n{doubt['judgement']}: {place}\n  said   {clean(doubt['spoken'])}\n  heard  {clean(doubt['heard'])}")
        print(f"  differ {clean(differing)}")
    share = 100 * found["errors"] / max(1, found["syllables"])
    print(
        f"\nheard: {found['right']} right, {found['doubtful']} doubtful, {found['wrong']} wrong; "
        f"{found['errors']} of {found['syllables']} syllables differ ({share:.1f} %)"
    )


def show_explanation(found: Mapping[str, Any]) -> None:
    """What sounds at a time, one line a stage."""
    recipe = found["recipe"]
    line = f"line {found['line']}, " if found["line"] else ""
    lines = {
        "sounds": f"{clock(found['start'])} to {clock(found['end'])}, section {found['section']} {found['title']}",
        "source": f"{line}characters {found['span'][0]} to {found['span'][1]}: {found['source'] or 'not there now'}",
        "repairs": "; ".join(f"{e['rule']}: {e['before']!r} -> {e['after']!r}" for e in found["edits"]) or "none",
        "text": found["text"],
        "spoken": found["spoken"],
        "words": "; ".join(f"{p['rule']}: {p['written']} -> {p['spoken']}" for p in found["rewritten"]) or "as written",
        "pinyin": found["pinyin"],
        "decided": ", ".join(f"{d['character']} {d['reading']} ({_sureness(d)})" for d in found["decided"]) or "none",
        "script": found["script"],
        "voice": f"{recipe['engine']} {recipe['voice']} {recipe['rate']:+d} %, take {found['take']}",
        **({"part": f"{found['role']['name']}: {found['role']['reason']}"} if found["role"] else {}),
        "clip": found["clip"],
        "heard": "; ".join(f"take {t['take']}: {t['hearing']['judgement']}" for t in found["takes"]) or "not doubted",
        "verdict": "; ".join(found["verdict"]["findings"]) or "passes its checks",
    }
    for name, value in lines.items():
        print(f"{name:8} {clean(value)}")


def _sureness(decision: Mapping[str, Any]) -> str:
    """Who decided a reading, with the doubt where there is some."""
    return f"{decision['reason']}, doubt {decision['doubt']:.0%}" if decision["doubt"] >= 0.01 else decision["reason"]


class Listener:
    """Follows the listening; a context manager around it. The bar is drawn only on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("listening {task.fields[place]}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=None, place="")

    def __enter__(self) -> Listener:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def heard(self, heard: Heard, length: int) -> None:
        """A chunk was heard; the book is `length` milliseconds long."""
        place = clean(f"{heard.section.number} {heard.section.title}")[:24]
        self._bar.update(self._task, completed=heard.chunk.end, total=length, place=place)


class Scanner:
    """Follows a look at a whole book's sound; a context manager around it. The bar is drawn only on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("looking at the sound"), BarColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Scanner:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def scanned(self, done: int, length: int) -> None:
        """So many milliseconds of so many were looked at."""
        self._bar.update(self._task, completed=done, total=length)


class Watcher:
    """Follows one build; a context manager around it. The bar is drawn only on a terminal."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.fields[place]}"),
            BarColumn(),
            TextColumn("{task.fields[count]} chunks  {task.fields[speed]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task("", total=None, place="reading", count="0", speed="")
        self._chunks = self._done = self.spoken = 0
        self._began = time.monotonic()
        self.spoken_ms = 0

    def __enter__(self) -> Watcher:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since the build began."""
        return time.monotonic() - self._began

    def waiting(self, message: str) -> None:
        """Another build holds the book."""
        say(message)

    def planned(self, sections: Sequence[Section]) -> None:
        """The book's sections are known; they are gone through from the first."""
        self._done = 0
        self._chunks = sum(len(section.chunks) for section in sections)
        characters = sum(len(chunk.text) for section in sections for chunk in section.chunks)
        self._bar.reset(self._task, total=characters, place="speaking", count=f"0/{self._chunks}")

    def heard(self, section: Section, clip: Clip, fresh: bool) -> None:
        """A clip is there: spoken just now, or found."""
        self._done += 1
        if fresh:
            self.spoken += 1
            self.spoken_ms += clip.length * 1000 // clip.rate
        speed = f"{1000 * self.seconds / self.spoken_ms:.2f} x real time" if self.spoken_ms else "found"
        self._bar.update(
            self._task,
            advance=len(clip.chunk.text),
            place=clean(f"{section.number} {section.title}")[:24],
            count=f"{self._done}/{self._chunks}",
            speed=speed,
        )

    def stitching(self) -> None:
        """All is spoken; the last chapters are encoded and the book is joined."""
        self._bar.update(self._task, place="stitching")
