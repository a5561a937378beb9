"""A manifest, the log of its builds and a person's prices come in; what the book cost to speak goes out.

The manifest has no clock and knows no prices: hours come from the log, money from what the person says a million
characters cost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.model import Manifest, Recipe
from pipeline.runlog import DONE, Run
from pipeline.speak.roles import recipe_for_chunk
from pipeline.write.plots import clock
from pipeline.write.report import Part, Table, row_of

Prices = Mapping[str, float]  # engine -> what a million characters given to it cost


@dataclass(frozen=True, slots=True)
class Bill:
    """What a voice spoke of a book as it stands, each clip counted once."""

    recipe: Recipe
    clips: int = 0
    written: int = 0
    given: int = 0
    milliseconds: int = 0


def prices_in(words: Iterable[str]) -> dict[str, float]:
    """Prices as they are typed. Raises UsageError.

    >>> prices_in(["openai=15"])
    {'openai': 15.0}
    """
    prices = {}
    for word in words:
        engine, _, amount = word.partition("=")
        try:
            prices[engine] = float(amount)
        except ValueError:
            raise UsageError(f"{word!r} is no price", "what a million characters cost: --price openai=15") from None
        if not engine or not 0 <= prices[engine] < 1e9:
            raise UsageError(f"{word!r} is no price", "what a million characters cost: --price openai=15")
    return prices


def bills_of(manifest: Manifest) -> list[Bill]:
    """One bill a voice, in the order in which they are first heard."""
    bills: dict[Recipe, Bill] = {}
    seen: set[str] = set()
    for section in manifest.sections:
        for chunk in section.chunks:
            spoke = chunk.speaker or recipe_for_chunk(chunk, section.recipe)
            recipe = Recipe(spoke.engine, spoke.voice, spoke.rate)
            bill = bills.setdefault(recipe, Bill(recipe))
            if chunk.clip not in seen:
                seen.add(chunk.clip)
                bills[recipe] = Bill(
                    recipe,
                    bill.clips + 1,
                    bill.written + len(chunk.text),
                    bill.given + len(chunk.script),
                    bill.milliseconds + chunk.end - chunk.start,
                )
    return list(bills.values())


def cost_and_time(manifest: Manifest, runs: Sequence[Run], prices: Prices) -> Part:
    """The part of the report about requests, characters, money and hours."""
    return Part("cost", "Cost and time", _words(runs, prices), tables=(_voices(manifest, prices), _builds(runs)))


def _voices(manifest: Manifest, prices: Prices) -> Table:
    rows = tuple(
        row_of(
            f"{bill.recipe.engine} {bill.recipe.voice}" + (f" {bill.recipe.rate:+d} %" if bill.recipe.rate else ""),
            f"{bill.clips:,}",
            f"{bill.written:,}",
            f"{bill.given:,}",
            clock(bill.milliseconds / 1000),
            _price(bill.given, prices.get(bill.recipe.engine)),
        )
        for bill in bills_of(manifest)
    )
    heads = ("voice", "requests>", "characters written>", "characters given>", "speech>", "price>")
    return Table(heads, rows, "The book as it stands: what it takes to speak it once")


def _price(given: int, price: float | None) -> str:
    return "" if price is None else f"{given * price / 1e6:,.4g}"


def _in_money(given: int, price: float | None) -> str:
    return "" if price is None else f" (price {_price(given, price)})"


def _builds(runs: Sequence[Run]) -> Table:
    rows = tuple(
        row_of(
            run.began.replace("T", " ").replace("Z", " UTC"),
            "" if run.ended == DONE else f"stopped: {run.ended}",
            *(_seconds(run.seconds.get(stage)) for stage in ("reading", "speaking", "binding")),
            f"{sum(work.sentences for work in run.spoken.values()):,}",
            f"{run.found:,}",
            _pace(run),
            tone="" if run.ended == DONE else "odd",
        )
        for run in runs
    )
    heads = ("build", "", "reading>", "speaking>", "binding>", "spoken>", "found>", "s a second of speech>")
    return Table(heads, rows, "The builds of this book on this machine")


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 100 else clock(seconds)


def _pace(run: Run) -> str:
    """Seconds of work for a second of speech, where enough was spoken to tell."""
    milliseconds = sum(work.milliseconds for work in run.spoken.values())
    speaking = run.seconds.get("speaking")
    return f"{1000 * speaking / milliseconds:.2f}" if speaking and milliseconds else ""


def _words(runs: Sequence[Run], prices: Prices) -> tuple[str, ...]:
    given: dict[str, int] = {}
    for run in runs:
        for engine, work in run.spoken.items():
            given[engine] = given.get(engine, 0) + work.given
    words = ["A request is one sentence group given to a voice; a service is given words, the embedded voice phonemes."]
    if given:
        spent = [
            f"{engine} {count:,} characters{_in_money(count, prices.get(engine))}" for engine, count in given.items()
        ]
        words.append(f"The builds below gave {'; '.join(spent)}: takes that were thrown away are in it.")
    else:
        words.append("No log of a build is left, so how long the building took is not known.")
    if not prices:
        words.append("For a paid service say what a million characters cost: audiobook report BOOK --price openai=15.")
    return tuple(words)
