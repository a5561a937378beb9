"""The options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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
