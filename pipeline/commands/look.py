"""Commands that show a text or a book and speak nothing: plan, inspect, sections, explain, check, diff, doctor."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import screen
from pipeline.commands.found import show_check, show_explanation, show_inspection, show_plan_totals
from pipeline.commands.options import (
    HERE,
    PIPE,
    AsJson,
    Book,
    Device,
    EarModel,
    EngineName,
    Output,
    Quality,
    Script,
    Source,
    Voice,
)
from pipeline.commands.printed import print_json
from pipeline.progress import Listener, Scanner
from pipeline.shelf import Shelf


def plan(
    source: Source,
    output: Output = HERE,
    engine: EngineName = "",
    voice: Voice = "",
    quality: Quality = "",
    device: Device = "",
    as_json: AsJson = False,
) -> None:
    """Show what a build would do, without speaking: sections, length, size, requests, what is in the cache."""
    from pipeline.edition import Request
    from pipeline.forecast import plan

    request = Request(Shelf(output), engine, voice, quality=quality, device=device)
    with _readable(source) as text, Scanner("looking for what is spoken") as scanner:
        found = plan(text, request, scanner.scanned)
    if as_json:
        print_json(found)
        return
    screen.show(
        found["title"],
        ["no>", "section", "characters>", "chunks>", "to speak>", "minutes>"],
        [
            (s["number"], s["title"], s["characters"], s["chunks"], s["to_speak"], f"{s['seconds'] / 60:.1f}")
            for s in found["sections"]
        ],
    )
    show_plan_totals(found)


def inspect(
    source: Source,
    as_json: AsJson = False,
    engine: EngineName = "",
    polyphones: Annotated[
        bool, typer.Option("--polyphones", help="Only the readings in doubt, the most doubtful first.")
    ] = False,
    script: Script = "",
) -> None:
    """Show a text as it will be spoken: title, edits, coverage, sections, chunks with spoken form and pinyin."""
    from pipeline.answers import doubtful_readings, inspect
    from pipeline.edition import Request

    request = Request(Shelf(HERE), engine, script=script)
    with _readable(source) as text, Scanner("reading") as scanner:
        found = (doubtful_readings if polyphones else inspect)(text, request, scanner.scanned)
    if as_json:
        print_json(found)
    elif polyphones:
        columns = ["section>", "sentence>", "doubt>", "reading", "by", "context"]
        screen.show(found["title"], columns, [tuple(row.values()) for row in found["readings"]])
    else:
        show_inspection(found)


@contextlib.contextmanager
def _readable(source: Path) -> Iterator[Path]:
    """The source; for -, a file with what is piped in, for as long as it is looked at."""
    from pipeline.read.piped import looked_at, piped

    if source != PIPE:
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        yield looked_at(piped(sys.stdin.buffer), Path(folder))


def sections(book: Book = "", output: Output = HERE, as_json: AsJson = False) -> None:
    """List a book's sections: number, title, start, length, file."""
    from pipeline.answers import sections_of

    found = sections_of(Shelf(output), book)
    if as_json:
        print_json(found)
        return
    screen.show(
        found["title"],
        ["no>", "title", "start>", "length>", "take>", "file"],
        [
            (
                s["number"],
                s["title"],
                screen.clock(s["start"]),
                screen.clock(s["end"] - s["start"]),
                s["take"],
                s["file"],
            )
            for s in found["sections"]
        ],
    )


def explain(
    book: Annotated[str, typer.Argument(help="A book: its folder or its title; '' is the only one.")],
    place: Annotated[str, typer.Argument(metavar="TIME|PHRASE", help="[H:]M:S in the book, or words of it.")],
    output: Output = HERE,
    as_json: AsJson = False,
    section: Annotated[int, typer.Option("--section", min=0, help="Look for the words in this section.")] = 0,
) -> None:
    """Explain what sounds at a time or phrase: source, repairs, spoken form, pinyin, clip, verdict."""
    from pipeline.explain import Spot, explain

    timed = not section and screen.is_clock(place)
    spot = Spot(screen.parse_clock(place)) if timed else Spot(phrase=place, section=section)
    found = explain(Shelf(output), book, spot)
    if as_json:
        print_json(found)
    else:
        show_explanation(found)


def check(
    book: Book = "",
    output: Output = HERE,
    as_json: AsJson = False,
    listen: Annotated[bool, typer.Option("--listen", help="Listen to every sentence too.")] = False,
    model: EarModel = "",
) -> None:
    """Recompute every claim of a book's manifest from its files; exit 6 if one fails, or a sentence is misheard."""
    from pipeline.answers import check_book

    found = check_book(Shelf(output), book)
    if listen:
        found["listening"] = _listened(Shelf(output), book, model)
    if as_json:
        print_json(found)
    else:
        show_check(found)
    if found["failures"] or found.get("listening", {}).get("wrong"):
        raise typer.Exit(6)


def _listened(shelf: Shelf, book: str, model: str) -> dict[str, Any]:
    from pipeline.audition import audition, found_of
    from pipeline.verify.recogniser import Recogniser

    with Listener() as listener:
        return found_of(audition(shelf, book, Recogniser(model), listener.heard))


def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A book, or a manifest's file.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The other one.")],
    output: Output = HERE,
    as_json: AsJson = False,
) -> None:
    """Compare two books sentence by sentence: added, removed, re-spoken, moved."""
    from pipeline.diff import diff

    found = diff(Shelf(output), before, after)
    if as_json:
        print_json(found)
        return
    about = [(name, before, after, "") for name, (before, after) in found["about"].items()]
    changes = [(c["change"], _place(c["before"]), _place(c["after"]), c["text"]) for c in found["changes"]]
    screen.show("", ["change", "before", "after", "text"], [*about, *changes])
    print("; ".join(f"{count} {kind}" for kind, count in found["counts"].items()))


def _place(place: dict[str, Any] | None) -> str:
    return f"{place['section']}.{place['sentence']} at {screen.clock(place['start'])}" if place else ""


def doctor(as_json: AsJson = False) -> None:
    """Show what is installed, what is missing, and how to get it."""
    from pipeline.answers import diagnose

    found = diagnose()
    if as_json:
        print_json(found)
    else:
        screen.show("", ["what", "state", "remedy"], [tuple(item.values()) for item in found])
    if any(item["state"] == "missing" for item in found):
        raise typer.Exit(5)
