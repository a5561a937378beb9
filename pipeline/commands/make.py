"""Commands that make a book, or parts of it afresh: build, redo."""

import dataclasses
import functools
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.commands.built import (
    show_built,
    show_changes,
    show_outcome,
    show_outcomes,
    show_parts_kept,
    show_stand_ins,
    summary,
)
from pipeline.commands.found import show_listening
from pipeline.commands.options import (
    HERE,
    PIPE,
    ChapterFormat,
    Device,
    EarModel,
    EngineName,
    Formats,
    Jobs,
    KeepGoing,
    Output,
    Quality,
    Rate,
    Script,
    Voice,
)
from pipeline.errors import UsageError
from pipeline.progress import Listener, Watcher
from pipeline.screen import say
from pipeline.shelf import Shelf

if TYPE_CHECKING:
    from pipeline.batch import Outcome
    from pipeline.edition import Request
    from pipeline.run import Built


def build(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Texts or folders; - for standard input. Default: all in seeds/.")
    ] = None,
    output: Output = HERE,
    engine: EngineName = "",
    voice: Voice = "",
    rate: Rate = None,
    jobs: Jobs = 0,
    chapter_format: ChapterFormat = "",
    formats: Formats = "",
    base_url: Annotated[str, typer.Option(metavar="URL", help="Where the folder will be on the web.")] = "",
    keep_going: KeepGoing = False,
    listen: Annotated[bool, typer.Option("--listen", help="Listen to it, and take again what is misread.")] = False,
    model: EarModel = "",
    fallback: Annotated[
        str, typer.Option("--fallback", metavar="NAME", help="The engine that speaks what the other one refuses.")
    ] = "",
    script: Script = "",
    executor: Annotated[str, typer.Option(metavar="local|dask", help="Where the voice speaks.")] = "local",
    scheduler: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Of a Dask cluster; none: a cluster on this machine.")
    ] = "",
    each: Annotated[
        bool, typer.Option("--each", help="Every text and folder in a folder is a book of its own.")
    ] = False,
    since: Annotated[
        str, typer.Option("--since", metavar="DATE|AGE", help="Only what was changed since: 2026-11-25, 24h, 7d.")
    ] = "",
    title: Annotated[str, typer.Option(metavar="TITLE", help="The title of a text that is piped in (-).")] = "",
    quality: Quality = "",
    device: Device = "",
) -> None:
    """Build the audiobook of each source; what is finished is not done again, and no failure stops the others."""
    from pipeline.batch import outcomes
    from pipeline.edition import Request
    from pipeline.read.piped import FOLDER, kept, piped
    from pipeline.speak import leave_a_gap, stop
    from pipeline.speak.cluster import executor_named

    request = Request(Shelf(output), engine, voice, rate, chapter_format, jobs, leave_a_gap if keep_going else stop)
    request = dataclasses.replace(request, formats=formats, base_url=base_url, fallback=fallback, script=script)
    if title and PIPE not in (sources or []):
        raise UsageError("--title is for a text that is piped in", 'put title = "…" into a .toml beside the text')
    texts = sources or _seeds()
    texts = [kept(piped(sys.stdin.buffer), title, output / FOLDER) if text == PIPE else text for text in texts]
    found = _found(texts, each, since)
    with executor_named(executor, scheduler, jobs) as where:
        request = dataclasses.replace(request, executor=where, quality=quality, device=device)
        make = functools.partial(_built, request=request, alone=len(found) == 1, ear=model if listen else None)
        _tell(outcomes(found, make), len(found))


def _found(sources: list[Path], each: bool, since: str) -> list[Path]:
    """The sources that were asked for, one a book."""
    from pipeline.batch import books_in, changed_since, in_fair_order, moment_of

    found = [book for source in sources for book in (books_in(source) if each else [source])]
    if since:
        found = changed_since(found, moment_of(since, datetime.now()))
    return in_fair_order(found)


def _tell(outcomes: "Iterator[Outcome]", count: int) -> None:
    """Say what becomes of each book and, of several, at the end of all; leave with the first failure's exit code."""
    done = []
    try:
        for outcome in outcomes:
            done.append(outcome)
            if outcome.error and count == 1:
                raise outcome.error
            show_outcome(outcome, len(done), count)
    finally:
        if count != 1:
            show_outcomes(done, count)
    codes = [outcome.error.exit_code if outcome.error else 6 for outcome in done if outcome.error or outcome.gaps]
    if codes:
        raise typer.Exit(codes[0])


def _built(source: Path, request: "Request", alone: bool, ear: str | None) -> "Built":
    """Build one book and say what came of it; `ear` is the model that listens to it."""
    from pipeline.run import build

    with Watcher() as watcher:
        built = build(source, request, watcher)
    if alone:
        show_built(built, watcher)
    if ear is not None:
        _retaken(built, source, request, ear)
    show_stand_ins(built.home, built.manifest)
    return built


def _retaken(built: "Built", source: Path, request: "Request", model: str) -> None:
    """Listen to a book, take again what is wrong, and say what it came to."""
    from pipeline.audition import found_of
    from pipeline.retakes import Listening, with_retakes
    from pipeline.verify.recogniser import Recogniser

    with Listener() as listener:  # its bar is the one that is drawn
        heard = with_retakes(built, source, request, Listening(Recogniser(model), listener.heard), Watcher())
    show_listening(found_of(heard))


def _seeds() -> list[Path]:
    """Everything in seeds/ that can be a book; settings files belong to the texts beside them."""
    folder = Path("seeds")
    found = sorted(p for p in folder.glob("*") if not p.name.startswith(".") and p.suffix != ".toml")
    if not found:
        raise UsageError("there is no text in seeds/", "put one there, or name it: audiobook build SOURCE")
    return found


def redo(
    book: Annotated[str, typer.Argument(help="A book: its folder or its title; '' is the only one.")],
    numbers: Annotated[list[int] | None, typer.Argument(help="The sections to speak afresh.")] = None,
    output: Output = HERE,
    voice: Voice = "",
    rate: Rate = None,
    sentence: Annotated[int | None, typer.Option(min=1, help="Only this sentence of the section.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="The sentences that are heard wrong.")] = False,
    voice_of: Annotated[
        str, typer.Option("--voice-of", metavar="NAME", help="All that a fallback spoke in place of this engine.")
    ] = "",
    model: EarModel = "",
    source: Annotated[Path | None, typer.Option(help="Where the text is, if it was moved.")] = None,
    device: Device = "",
) -> None:
    """Speak sections afresh and rejoin the book; the other chapter files keep their bytes."""
    from pipeline.redo import Place, Wish, redo

    if voice_of:
        wish = Wish(voice_of=voice_of)
    elif failed:
        wish = Wish(sentences=_failed(Shelf(output), book, model))
        if not wish.sentences:
            say("no sentence is heard wrong: there is nothing to speak afresh; for a section all the same: its number")
            return
    elif numbers:
        wish = Wish(sentences={n: [sentence] for n in numbers}) if sentence else Wish(tuple(numbers), voice, rate)
    else:
        raise UsageError("which section?", "list them with audiobook sections, or give --failed or --voice-of")
    with Watcher() as watcher:
        built = redo(Place(Shelf(output), book, source, device), wish, watcher)
    summary(built.home, built.manifest, watcher)
    show_changes(built.previous, built.manifest)
    if wish.voice:
        show_parts_kept(built.manifest, wish.numbers)


def _failed(shelf: Shelf, book: str, model: str) -> dict[int, list[int]]:
    """The sentences of a book that are heard wrong, by section."""
    from pipeline.audition import audition
    from pipeline.verify.recogniser import Recogniser

    with Listener() as listener:
        failed = audition(shelf, book, Recogniser(model), listener.heard).failed()
    found: dict[int, list[int]] = {}
    for heard in failed:
        found.setdefault(heard.section.number, []).append(heard.number)
    return found
