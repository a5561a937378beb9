"""A book's manifest and tally come in; the report's tables of readings, edits and verdicts go out."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from pipeline.audition import Heard
from pipeline.model import Manifest, SpokenChunk, SpokenSection
from pipeline.tally import Tally, doubtful
from pipeline.write.plots import clock
from pipeline.write.report import Cell, Part, Row, Share, Table, row_of

LISTED = 60  # rows of a table that could be as long as the book


def polyphones(counted: Tally) -> Part:
    found = list(doubtful(counted))
    rows = tuple(
        row_of(
            place_of(sentence.section, sentence.number, sentence.chunk),
            f"{doubt['doubt']:.0%}",
            doubt["reading"] or "",
            doubt["reason"],
            Cell(doubt["context"], of_book=True),
        )
        for sentence, doubt in found[:LISTED]
    )
    words = (
        f"{len(found):,} readings are in doubt.",
        "A wrong one is put right in the settings beside the text, under [pronounce].",
    )
    heads = ("place", "doubt>", "reading", "decided by", "context")
    table = Table(heads, rows, caption_of("The most doubtful first", len(found)))
    return Part("polyphones", "Readings in doubt", words, tables=(table,))


def accounts_of(manifest: Manifest, counted: Tally) -> Part:
    ledger = manifest.coverage
    total = max(1, ledger.characters)
    accounts = [("rewritten", *pair) for pair in _by_count(ledger.rewritten)]
    accounts += [("removed", *pair) for pair in _by_count(ledger.removed)]
    edits: dict[str, int] = {}
    for edit in manifest.edits:
        edits[edit.rule] = edits.get(edit.rule, 0) + 1
    rows = [row_of("as written", "", "", f"{ledger.as_written:,}", f"{ledger.as_written / total:.2%}", "")]
    for kind, rule, count in accounts:
        shown = "; ".join(f"{_shown(before)} → {_shown(after)}" for before, after in counted.examples.get(rule, ()))
        times = f"{edits[rule]:,}" if rule in edits else ""
        rows.append(row_of(kind, rule, times, f"{count:,}", f"{count / total:.2%}", Cell(shown, of_book=True)))
    bar = (
        Share("as written", ledger.as_written / total, "accent"),
        Share("rewritten", sum(ledger.rewritten.values()) / total, "pause"),
        Share("removed", sum(ledger.removed.values()) / total, "other"),
    )
    words = (
        f"Every one of the {ledger.characters:,} characters of the source is spoken as written, rewritten by a rule or "
        "removed by one.",
    )
    heads = ("", "rule", "edits>", "characters>", "share>", "examples")
    legend = tuple((share.tone, f"{share.name} {share.share:.1%}") for share in bar)
    return Part("edits", "Edits and coverage", words, legend=legend, bar=bar, tables=(Table(heads, tuple(rows)),))


def _by_count(accounts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(accounts.items(), key=lambda pair: (-pair[1], pair[0]))


def _shown(text: str) -> str:
    """A piece of text short enough for a table, with a sign where there is nothing to see."""
    words = " ".join(text.split())
    return (words if len(words) <= 24 else f"{words[:24]}…") or ("␣" if text else "∅")


def verdicts(manifest: Manifest, heard: Sequence[Heard]) -> Part:
    chunks = [(section, k, chunk) for section in manifest.sections for k, chunk in enumerate(section.chunks, 1)]
    judged = {(h.section.number, h.number): h for h in heard}
    rows: list[Row] = []
    for section, number, chunk in chunks:
        said, tone = _said_of(chunk, judged.get((section.number, number)))
        if said:
            cells = (place_of(section, number, chunk), "; ".join(said), Cell(chunk.text, of_book=True))
            rows.append(row_of(*cells, tone=tone))
    rows.sort(key=lambda row: ("bad", "odd", "").index(row.tone))
    again = sum(bool(chunk.verdict.attempts) for _, _, chunk in chunks)
    gaps = sum(not chunk.verdict.ok for _, _, chunk in chunks)
    words = (
        "Checked when they were spoken, for length, level, clipping, holes and stray sounds: "
        f"{len(chunks):,} sentence groups; more than one attempt was needed for {again:,}; gaps: {gaps:,}.",
        _listened(heard, len(chunks)),
    )
    table = Table(("place", "what was found", "text"), tuple(rows[:LISTED]), caption_of("To look at", len(rows)))
    return Part("verdicts", "Verdicts", words, tables=(table,))


def _said_of(chunk: SpokenChunk, heard: Heard | None) -> tuple[list[str], str]:
    """What is to be said of a sentence, and how grave it is."""
    said = [*chunk.verdict.findings, *(f"failed at first: {attempt}" for attempt in chunk.verdict.attempts)]
    said += [f"take {take.take} was heard {take.hearing.judgement}" for take in chunk.heard]
    if chunk.speaker:
        said.append(f"spoken by {chunk.speaker.engine} {chunk.speaker.voice}, as the book's voice refused it")
    judgement = heard.hearing.judgement if heard else "right"
    if heard and judgement != "right":
        pairs = (f"{said or 'nothing'} → {other or 'nothing'}" for said, other in heard.hearing.differing)
        said.append(f"heard {judgement}: {', '.join(pairs)}")
    bad = not chunk.verdict.ok or judgement == "wrong"
    return said, "bad" if bad else "odd" if judgement == "doubtful" else ""


def _listened(heard: Sequence[Heard], count: int) -> str:
    if not heard:
        return "Nobody has listened to this book yet: audiobook check BOOK --listen."
    kinds = [sum(h.hearing.judgement == kind for h in heard) for kind in ("right", "doubtful", "wrong")]
    share = sum(h.hearing.errors for h in heard) / max(1, sum(h.hearing.syllables for h in heard))
    left = "" if len(heard) == count else f"; {count - len(heard):,} have not been listened to"
    return (
        f"Listened to by a recogniser: {kinds[0]:,} right, {kinds[1]:,} doubtful, {kinds[2]:,} wrong; "
        f"{share:.1%} of the syllables were heard otherwise{left}."
    )


def place_of(section: SpokenSection, number: int, chunk: SpokenChunk) -> Cell:
    """Where a sentence is, leading to its sound in the chapter's file."""
    start = max(0.0, (chunk.start - section.start) / 1000 - 0.1)
    return Cell(f"{section.number}.{number} at {clock(chunk.start / 1000)}", f"{quote(section.file)}#t={start:.1f}")


def caption_of(words: str, count: int) -> str:
    return f"{words}: {LISTED} of {count:,}" if count > LISTED else words
