"""The command line: every command in the order of its help; errors become exit codes in `main` alone."""

import gc
import io
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
for name, line_command in TEXT_COMMANDS.items():
    text_app.command(name)(line_command)

TURN_S = 0.00005  # for which a thread keeps the interpreter: Python's 5 ms make an encoder's thread wait at each block
YOUNG = 50_000  # objects, after which Python looks for rings among them: a long book is a million without any


def main() -> None:
    """Run the command line; the one place where errors become messages and exit codes."""
    _speak_utf8()
    signal.signal(signal.SIGINT, _interrupted)
    sys.setswitchinterval(TURN_S)
    gc.set_threshold(YOUNG)
    logging.getLogger("stamina").setLevel(logging.ERROR)  # a voice asked again is no news for a person
    try:
        app()
    except AudiobookError as error:
        screen.say(f"audiobook: {screen.clean_lines(str(error))}")
        sys.stdout.flush()
        os._exit(error.exit_code)  # a voice's thread in the middle of a sentence would hold the exit back


def _speak_utf8() -> None:
    """Begin again in Python's UTF-8 mode where the locale's encoding could not name a Chinese file, or print it."""
    if sys.getfilesystemencoding() != "utf-8" and not sys.flags.utf8_mode:
        os.environ["PYTHONUTF8"] = "1"  # for the processes of this one
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that is no text is printed all the same


def _interrupted(_signal: int, _frame: object) -> None:
    raise Interrupted("interrupted; what was spoken is kept", "the same command goes on from there")
