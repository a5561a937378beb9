"""The command line: each command parses, calls, and prints; errors become exit codes in `main` alone."""

import contextlib
import dataclasses
import functools
import json
import logging
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import screen
from pipeline.errors import AudiobookError, Interrupted, UsageError
from pipeline.shelf import Shelf

if TYPE_CHECKING:
    from pipeline.batch import Outcome
    from pipeline.run import Built, Request

app = typer.Typer(
    help="Turn a Chinese text into a chaptered audiobook.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
text_app = typer.Typer(help="Try the front end: a line in, a line out.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(text_app, name="text")

Output = Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder of the books.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Source = Annotated[Path, typer.Argument(help="A text, or a folder of texts; - for standard input.")]
Book = Annotated[str, typer.Argument(help="A book: its folder or its title. Empty: the only one there is.")]
EngineName = Annotated[str, typer.Option("--engine", metavar="NAME", help="kokoro (default), edge, openai, tone.")]
Voice = Annotated[str, typer.Option("--voice", metavar="NAME", help="See `audiobook voices`.")]
Rate = Annotated[int | None, typer.Option("--rate", metavar="PCT", min=-50, max=100, help="Per cent faster or slower.")]
Jobs = Annotated[int, typer.Option("--jobs", min=0, help="How many chunks are spoken at once; 0: what is best.")]
ChapterFormat = Annotated[
    str, typer.Option("--chapter-format", metavar="m4a|mp3|opus|flac|acx", help="The chapter files' format.")
]
Formats = Annotated[str, typer.Option("--formats", metavar="LIST", help="Further formats, by commas; all; none.")]
EarModel = Annotated[
    str, typer.Option("--model", metavar="MODEL", help="A Whisper model to listen with: a folder or a name.")
]
Script = Annotated[
    str,
    typer.Option(
        "--script",
        metavar="keep|simplified|traditional",
        help="The characters of the written form; the voice is the same.",
    ),
]
Quality = Annotated[
    str, typer.Option("--quality", metavar="normal|high", help="high: the embedded voice finer, in more time.")
]
Device = Annotated[
    str, typer.Option("--device", metavar="auto|cpu|cuda", help="Where the embedded voice computes (default: auto).")
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Leave a silence for what the voice cannot say, and exit 6 at the end.")
]
HERE = Path("output")
PIPE = Path("-")


def main() -> None:
    """Run the command line; the one place where errors become messages and exit codes."""
    signal.signal(signal.SIGINT, _interrupted)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # a voice asked again is no news for a person
    try:
        app()
    except AudiobookError as error:
        screen.say(f"audiobook: {screen.clean_lines(str(error))}")
        sys.stdout.flush()
        os._exit(error.exit_code)  # a voice's thread in the middle of a sentence would hold the exit back


def _interrupted(_signal: int, _frame: object) -> None:
    raise Interrupted("interrupted; what was spoken is kept", "the same command goes on from there")


@app.command()
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
    from pipeline.read.piped import FOLDER, kept, piped
    from pipeline.run import Request
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
            screen.show_outcome(outcome, len(done), count)
    finally:
        if count != 1:
            screen.show_outcomes(done, count)
    codes = [outcome.error.exit_code if outcome.error else 6 for outcome in done if outcome.error or outcome.gaps]
    if codes:
        raise typer.Exit(codes[0])


def _built(source: Path, request: "Request", alone: bool, ear: str | None) -> "Built":
    """Build one book and say what came of it; `ear` is the model that listens to it."""
    from pipeline.run import build

    with screen.Watcher() as watcher:
        built = build(source, request, watcher)
    if alone:
        screen.show_built(built, watcher)
    if ear is not None:
        _retaken(built, source, request, ear)
    screen.show_stand_ins(built.home, built.manifest)
    return built


def _retaken(built: "Built", source: Path, request: "Request", model: str) -> None:
    """Listen to a book, take again what is wrong, and say what it came to."""
    from pipeline.audition import found_of
    from pipeline.retakes import Listening, with_retakes
    from pipeline.verify.recogniser import Recogniser

    with screen.Listener() as listener:  # its bar is the one that is drawn
        heard = with_retakes(built, source, request, Listening(Recogniser(model), listener.heard), screen.Watcher())
    screen.show_listening(found_of(heard))


@app.command()
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
    from pipeline.answers import plan
    from pipeline.run import Request

    with _readable(source) as text:
        found = plan(text, Request(Shelf(output), engine, voice, quality=quality, device=device))
    if as_json:
        _print_json(found)
        return
    screen.show(
        found["title"],
        ["no>", "section", "characters>", "chunks>", "to speak>", "minutes>"],
        [
            (s["number"], s["title"], s["characters"], s["chunks"], s["to_speak"], f"{s['seconds'] / 60:.1f}")
            for s in found["sections"]
        ],
    )
    screen.show_plan_totals(found)


@app.command()
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
    from pipeline.run import Request

    request = Request(Shelf(HERE), engine, script=script)
    with _readable(source) as text:
        found = doubtful_readings(text, request) if polyphones else inspect(text, request)
    if as_json:
        _print_json(found)
    elif polyphones:
        columns = ["section>", "sentence>", "doubt>", "reading", "by", "context"]
        screen.show(found["title"], columns, [tuple(row.values()) for row in found["readings"]])
    else:
        screen.show_inspection(found)


@app.command()
def sections(book: Book = "", output: Output = HERE, as_json: AsJson = False) -> None:
    """List a book's sections: number, title, start, length, file."""
    from pipeline.answers import sections_of

    found = sections_of(Shelf(output), book)
    if as_json:
        _print_json(found)
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


@app.command()
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
    elif numbers:
        wish = Wish(sentences={n: [sentence] for n in numbers}) if sentence else Wish(tuple(numbers), voice, rate)
    else:
        raise UsageError("which section?", "list them with audiobook sections, or give --failed or --voice-of")
    with screen.Watcher() as watcher:
        built = redo(Place(Shelf(output), book, source, device), wish, watcher)
    screen.summary(built.home, built.manifest, watcher)
    screen.show_changes(built.previous, built.manifest)
    if wish.voice:
        screen.show_parts_kept(built.manifest, wish.numbers)


@app.command()
def play(
    book: Book = "",
    number: Annotated[int, typer.Argument(help="The section to play; none: the whole book.", show_default=False)] = 0,
    output: Output = HERE,
    start: Annotated[str, typer.Option("--from", metavar="[H:]M:S", help="Where in it to begin.")] = "0:00",
) -> None:
    """Play a book or one of its chapters with what the machine has."""
    from pipeline.answers import cues_of
    from pipeline.write.playback import play

    play(*cues_of(Shelf(output), book, number, screen.parse_clock(start)))


@app.command()
def serve(
    output: Output = HERE,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8472,
    host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0: everyone in your network.")] = "127.0.0.1",
) -> None:
    """Serve the books' players to a browser on this machine, until Ctrl-C."""
    from pipeline.serve import Offer, serve

    serve(Offer(output, host, port), lambda address: print(address, flush=True))


@app.command()
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
        _print_json(found)
    else:
        screen.show_check(found)
    if found["failures"] or found.get("listening", {}).get("wrong"):
        raise typer.Exit(6)


def _failed(shelf: Shelf, book: str, model: str) -> dict[int, list[int]]:
    """The wrong sentences of a book, by section. Raises UsageError where there is none."""
    from pipeline.audition import audition
    from pipeline.verify.recogniser import Recogniser

    with screen.Listener() as listener:
        failed = audition(shelf, book, Recogniser(model), listener.heard).failed()
    if not failed:
        raise UsageError("the listening check finds no sentence wrong", "name a section: audiobook redo BOOK N")
    found: dict[int, list[int]] = {}
    for heard in failed:
        found.setdefault(heard.section.number, []).append(heard.number)
    return found


def _listened(shelf: Shelf, book: str, model: str) -> dict[str, Any]:
    from pipeline.audition import audition, found_of
    from pipeline.verify.recogniser import Recogniser

    with screen.Listener() as listener:
        return found_of(audition(shelf, book, Recogniser(model), listener.heard))


@app.command()
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
        _print_json(found)
    else:
        screen.show_explanation(found)


@app.command()
def review(book: Book = "", output: Output = HERE, model: EarModel = "") -> None:
    """Listen to every sentence and write `review.html` into the book's folder: a page to hear and mark the doubtful."""
    from pipeline.review import review
    from pipeline.verify.recogniser import Recogniser

    with screen.Listener() as listener:
        print(review(Shelf(output), book, Recogniser(model), listener.heard))


@app.command()
def report(
    book: Book = "",
    output: Output = HERE,
    model: EarModel = "",
    price: Annotated[
        list[str] | None, typer.Option(metavar="ENGINE=AMOUNT", help="What a million characters cost; repeatable.")
    ] = None,
) -> None:
    """Write `report.html` into the book's folder: waveform, loudness, rate, pauses, readings, edits, verdicts, cost."""
    from pipeline.costs import prices_in
    from pipeline.report import Question, report
    from pipeline.verify.recogniser import recogniser_if_any

    question = Question(recogniser_if_any(model), prices_in(price or ()))
    with screen.Scanner() as scanner:
        print(report(Shelf(output), book, question, scanner.scanned))


@app.command()
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
        _print_json(found)
        return
    about = [(name, before, after, "") for name, (before, after) in found["about"].items()]
    changes = [(c["change"], _place(c["before"]), _place(c["after"]), c["text"]) for c in found["changes"]]
    screen.show("", ["change", "before", "after", "text"], [*about, *changes])
    print("; ".join(f"{count} {kind}" for kind, count in found["counts"].items()))


def _place(place: dict[str, Any] | None) -> str:
    return f"{place['section']}.{place['sentence']} at {screen.clock(place['start'])}" if place else ""


@app.command()
def voices(
    engine: EngineName = "",
    language: Annotated[str, typer.Option("--language", metavar="TAG", help="Only those of a language: zh-CN.")] = "",
    sample: Annotated[
        str, typer.Option("--sample", metavar="TEXT", help="Speak TEXT with each into DIR/samples.")
    ] = "",
    output: Output = HERE,
    as_json: AsJson = False,
) -> None:
    """List the voices and whether they can speak here and now; or hear a line in each of them."""
    from pipeline.speak.engines import voices

    found = voices(engine, language)
    if sample:
        _samples(sample, found, output / "samples", as_json)
        return
    if as_json:
        _print_json(found)
        return
    columns = ["engine", "voice", "language", "gender", "style", "usable"]
    screen.show("", columns, [tuple(voice.values()) for voice in found])


def _samples(text: str, rows: list[dict[str, str]], folder: Path, as_json: bool) -> None:
    """Speak a line with each voice that can, and say what became of each; exit 4 where none can."""
    from pipeline.speak.samples import samples_of

    found = []
    for sample in samples_of(text, rows, folder):
        found.append(sample)
        screen.say(f"{sample.engine} {sample.voice}: {sample.file or f'skipped, {sample.skipped}'}")
    spoken = [sample for sample in found if sample.file]
    if as_json:
        _print_json([dataclasses.asdict(sample) for sample in found])
    else:
        print(f"{len(spoken)} of {len(found)} voices spoke, into {folder}; {len(found) - len(spoken)} skipped")
    if not spoken:
        raise typer.Exit(4)


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Show what is installed, what is missing, and how to get it."""
    from pipeline.answers import diagnose

    found = diagnose()
    if as_json:
        _print_json(found)
    else:
        screen.show("", ["what", "state", "remedy"], [tuple(item.values()) for item in found])
    if any(item["state"] == "missing" for item in found):
        raise typer.Exit(5)


@text_app.command("repair")
def text_repair(as_json: AsJson = False) -> None:
    """Undo the damage in each line."""
    from pipeline.answers import repaired_line

    _each_line(repaired_line, "repaired", as_json)


@text_app.command("spoken")
def text_spoken(as_json: AsJson = False) -> None:
    """Put numbers and signs into words."""
    from pipeline.answers import spoken_line

    _each_line(spoken_line, "spoken", as_json)


@text_app.command("pinyin")
def text_pinyin(as_json: AsJson = False) -> None:
    """Print tone-numbered pinyin, one syllable a character, words apart."""
    from pipeline.answers import pinyin_line

    _each_line(pinyin_line, "line", as_json)


def _each_line(answer: Any, shown: str, as_json: bool) -> None:
    for line in sys.stdin.buffer:
        found = answer(line.decode("utf-8", errors="replace").rstrip("\r\n"))
        plain = found.pop(shown) if shown == "line" else found[shown]
        print(json.dumps(found, ensure_ascii=False) if as_json else plain, flush=True)


def _print_json(found: Any) -> None:
    if dataclasses.is_dataclass(found) and not isinstance(found, type):
        found = dataclasses.asdict(found)
    print(json.dumps(found, ensure_ascii=False, indent=1))


@contextlib.contextmanager
def _readable(source: Path) -> Iterator[Path]:
    """The source; for -, a file with what is piped in, for as long as it is looked at."""
    from pipeline.read.piped import looked_at, piped

    if source != PIPE:
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        yield looked_at(piped(sys.stdin.buffer), Path(folder))


def _seeds() -> list[Path]:
    """Everything in seeds/ that can be a book; settings files belong to the texts beside them."""
    folder = Path("seeds")
    found = sorted(p for p in folder.glob("*") if not p.name.startswith(".") and p.suffix != ".toml")
    if not found:
        raise UsageError("there is no text in seeds/", "put one there, or name it: audiobook build SOURCE")
    return found
