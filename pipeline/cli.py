"""The command line: every command in the order of its help; errors become exit codes in `main` alone."""

import logging
import os
import signal
import sys

import typer

from pipeline import screen
from pipeline.commands import hear, lines, look, make
from pipeline.errors import AudiobookError, Interrupted

COMMANDS = (
    make.build,
    look.plan,
    look.inspect,
    look.sections,
    make.redo,
    hear.play,
    hear.serve,
    look.check,
    look.explain,
    hear.review,
    hear.report,
    look.diff,
    hear.voices,
    look.doctor,
)
TEXT_COMMANDS = {"repair": lines.text_repair, "spoken": lines.text_spoken, "pinyin": lines.text_pinyin}

app = typer.Typer(
    help="Turn a Chinese text into a chaptered audiobook.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
text_app = typer.Typer(help="Try the front end: a line in, a line out.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(text_app, name="text")
for command in COMMANDS:
    app.command()(command)
for name, command in TEXT_COMMANDS.items():
    text_app.command(name)(command)


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
