"""Commands to hear and see a book by: play, serve, review, report, voices."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from pipeline import screen
from pipeline.commands.options import HERE, AsJson, Book, EarModel, EngineName, Output
from pipeline.commands.printed import print_json
from pipeline.progress import Listener, Scanner
from pipeline.shelf import Shelf


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


def serve(
    output: Output = HERE,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any that is free.")] = 8472,
    host: Annotated[str, typer.Option(help="Where to listen; 0.0.0.0: everyone in your network.")] = "127.0.0.1",
) -> None:
    """Serve the books' players to a browser on this machine, until Ctrl-C."""
    from pipeline.serve import Offer, serve

    serve(Offer(output, host, port), lambda address: print(address, flush=True))


def review(book: Book = "", output: Output = HERE, model: EarModel = "") -> None:
    """Listen to every sentence and write `review.html` into the book's folder: a page to hear and mark the doubtful."""
    from pipeline.review import review
    from pipeline.verify.recogniser import Recogniser

    with Listener() as listener:
        print(review(Shelf(output), book, Recogniser(model), listener.heard))


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
    with Scanner("looking at the sound") as scanner:
        print(report(Shelf(output), book, question, scanner.scanned))


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
        print_json(found)
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
        print_json([dataclasses.asdict(sample) for sample in found])
    else:
        print(f"{len(spoken)} of {len(found)} voices spoke, into {folder}; {len(found) - len(spoken)} skipped")
    if not spoken:
        raise typer.Exit(4)
