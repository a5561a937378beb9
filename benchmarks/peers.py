"""One text and a voice that costs nothing come in; what ours, a plain pydub script and the peers need goes out.

    python -m venv PEERS && PEERS/bin/pip install epub2speech audiobookifier
    python benchmarks/peers.py [--characters 3000] [--python PEERS/bin/python] [--readme]

The peers live in an environment of their own, and need ffmpeg and ffprobe; who is not there is named and left out. All
are given the same chapters and a voice that gives 0.2 s of a tone for each character. Three commands are measured, each
a process of its own: the first build, the same again, and again with one sentence changed: CPU seconds (user and
system, children too), peak memory, and the ratio to ours. `--readme` puts the table between the marks in README.md.
yakbox, named in the issue's list, needs Python 3.14 and was not to be had here.
"""

import argparse
import math
import re
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

RATE = 24_000
ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MARKS = ("<!-- peers -->\n", "<!-- /peers -->\n")
_SENTENCE = re.compile("[^。！？\n]+[。！？]?")


def tone(text: str) -> bytes:
    """0.2 s for each character of a pitch that is the text's own, 16 bits."""
    length = RATE // 5 * max(1, len(text))
    step = 2 * math.pi * (200 + sum(map(ord, text)) % 400) / RATE
    period = [round(8000 * math.sin(step * k)) for k in range(RATE // 5)]
    piece = b"".join(value.to_bytes(2, "little", signed=True) for value in period)
    return (piece * (length // len(period)))[: 2 * length]


def put_wave(path: Path, text: str) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(tone(text))


def by_pydub(folder: Path) -> None:
    """What a script found on the web does: the book grows by +=, sentence by sentence, and is exported at the end."""
    from pydub import AudioSegment

    book = AudioSegment.silent(0, RATE)
    for sentence in _SENTENCE.findall((folder / "book.txt").read_text(encoding="utf-8")):
        book += AudioSegment(tone(sentence), sample_width=2, frame_rate=RATE, channels=1)
        book += AudioSegment.silent(300, RATE)
    book.export(folder / "book.m4b", format="ipod", codec="aac", bitrate="64k")


def by_epub2speech(folder: Path) -> None:
    from epub2speech import convert_epub_to_m4b

    class Voice:
        def convert_text_to_audio(self, text: str, output_path: Path, voice: str) -> None:
            put_wave(output_path, text)

    convert_epub_to_m4b(folder / "book.epub", folder / "work", folder / "peer.m4b", Voice(), "tone")


def by_audiobookifier(folder: Path) -> None:
    """Its own mock voice is replaced, since that says nothing for Chinese; so is the splitter that it downloads."""
    import os

    import epub2tts_edge.audio_generator as generator
    import epub2tts_edge.epub2tts_edge as program
    from epub2tts_edge.testing.mock_tts import MockTTSEngine

    def generate(self: object, text: str, voice: str, **more: object) -> bytes:
        put_wave(Path(str(more["output_path"])), text)
        return b""

    MockTTSEngine.generate_sync = generate
    generator.sent_tokenize = program.sent_tokenize = _SENTENCE.findall
    program.ensure_punkt = lambda: None
    text = (folder / "book.txt").read_text(encoding="utf-8")
    (folder / "peer.txt").write_text("Title: book\nAuthor: a\n\n" + re.sub("(?m)^第", "# 第", text), encoding="utf-8")
    os.chdir(folder)
    sys.argv = ["audiobookify", "peer.txt", "--test-mode", "--base-dir", str(folder / "jobs")]
    program.main()


DRIVERS = {"pydub +=": by_pydub, "epub2speech": by_epub2speech, "audiobookifier": by_audiobookifier}
MODULES = {"pydub +=": "pydub", "epub2speech": "epub2speech", "audiobookifier": "epub2tts_edge"}
OURS = "ours"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--characters", type=int, default=3_000)
    arguments.add_argument("--python", type=Path, help="the Python that has the peers")
    arguments.add_argument("--readme", action="store_true", help="put the table into README.md")
    arguments.add_argument("--drive", nargs=2, metavar=("PEER", "FOLDER"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    if chosen.drive:
        DRIVERS[chosen.drive[0]](Path(chosen.drive[1]))
        return
    table = _table(chosen.characters, chosen.python)
    print(table)
    if chosen.readme:
        before, _, rest = README.read_text(encoding="utf-8").partition(MARKS[0])
        after = rest.partition(MARKS[1])[2]
        README.write_text(f"{before}{MARKS[0]}{table}\n{MARKS[1]}{after}", encoding="utf-8")


def _table(characters: int, peers: Path | None) -> str:
    from overhead import measured

    found: dict[str, list[tuple[float, float]]] = {}
    for name in (OURS, *DRIVERS):
        python = Path(sys.executable) if name in (OURS, "pydub +=") or peers is None else peers.absolute()
        missing = _missing(name, python)
        if missing:
            print(f"{name} is left out: {missing}", file=sys.stderr)
            continue
        with tempfile.TemporaryDirectory() as folder:
            command: Sequence[str | Path] = [python, __file__, "--drive", name, folder]
            if name == OURS:
                command = [python, "-m", "pipeline", "build", "book.txt", "--engine", "tone", "--formats", "none"]
            runs = []
            try:
                for edited in (False, False, True):
                    _write_sources(Path(folder), characters, edited)
                    cost = measured(command, Path(folder))
                    runs.append((cost.cpu, cost.peak))
            except SystemExit as failed:
                print(f"{name} is left out, it failed:\n{failed}", file=sys.stderr)
                continue
            found[name] = runs
            print(name, *(f"{cpu:.1f} s, {peak:.0f} MB;" for cpu, peak in runs), file=sys.stderr, flush=True)
    return _markdown(found, characters)


def _missing(name: str, python: Path) -> str:
    """Why a peer cannot be run here; "" where it can."""
    if name == OURS:
        return ""
    lacking = [program for program in ("ffmpeg", "ffprobe") if not shutil.which(program)]
    if lacking:
        return f"no {' and no '.join(lacking)}"
    done = subprocess.run([python, "-c", f"import {MODULES[name]}"], capture_output=True, text=True, check=False)
    return (done.stderr.strip().splitlines() or ["it cannot be imported"])[-1] if done.returncode else ""


def _write_sources(folder: Path, characters: int, edited: bool) -> None:
    """The same chapters as a text and as an EPUB; edited: with a few words put into one sentence."""
    from long_book import long_book

    from tests.books import epub_parts, zipped

    text = long_book(characters)
    if edited:
        middle = text.index("。", len(text) // 2)
        text = f"{text[:middle]}，如此而已{text[middle:]}"
    (folder / "book.txt").write_text(text, encoding="utf-8")
    chapters = re.split("(?m)^(?=第)", text)[1:]
    pages = ["".join(f"<p>{line}</p>" for line in chapter.split("\n") if line) for chapter in chapters]
    titles = [chapter.partition("\n")[0] for chapter in chapters]
    nav = "".join(f'<li><a href="p{number}.xhtml">{title}</a></li>' for number, title in enumerate(titles))
    zipped(folder / "book.epub", epub_parts(pages, nav=nav))


def _markdown(found: dict[str, list[tuple[float, float]]], characters: int) -> str:
    ours = found[OURS]
    rows = [
        "| CPU s, and times ours | build | the same again | one sentence changed | peak memory |",
        "|---|---|---|---|---|",
    ]
    for name, runs in found.items():
        cells = [f"{cpu:.1f} ({cpu / own:.1f})" for (cpu, _), (own, _) in zip(runs, ours, strict=True)]
        peak, own = (max(peak for _, peak in some) for some in (runs, ours))
        rows.append(f"| {name} | {' | '.join(cells)} | {peak:.0f} MB ({peak / own:.1f}) |")
    minutes = characters * 0.2 / 60
    return "\n".join(
        [f"{characters} characters, about {minutes:.0f} minutes, the same voice that costs nothing:", "", *rows]
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
