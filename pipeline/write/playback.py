"""A sound file and a time come in; sound comes out of the machine's speakers."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import MissingProgramError

# name -> the arguments before the file; {start} in seconds
PLAYERS = {
    "mpv": ("--no-config", "--no-video", "--display-tags=", "--start={start}", "--"),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error", "-stats", "-ss", "{start}"),
}
ENDED = (0, 4, 123, 130, 255)  # by itself, or by the person: mpv has 4, ffplay 123 and 255 for Ctrl-C
SILENT = {"ffplay": b"audio open failed"}  # what a player says that finds no sound device, and ends with 0
NO_PLAYER = (
    "install a player: mpv (Debian: apt install mpv, macOS: brew install mpv, Windows: winget install mpv) or ffmpeg,"
    " which brings ffplay; or open the file in any player, or the page: audiobook serve"
)
NO_SOUND = "is there a sound device here? open the file where there is one, or the page in a browser: audiobook serve"


class Cue(NamedTuple):
    """What to play and from where (ms)."""

    path: Path
    start: int


def play(cue: Cue, short: Cue) -> None:
    """Play with the first player the machine has that can; `short` is played by what must hold all of it in memory.

    Raises MissingProgramError with what to install, or with what the players there say.
    """
    failed = []
    for name in PLAYERS:
        program = shutil.which(name)
        if program:
            why = _failure(name, command(name, program, cue))
            if not why:
                return
            failed.append(f"{name} {why}")
    if _pydub_can_play():
        _play_with_pydub(short)
        return
    why = f" ({', '.join(failed)})" if failed else ""
    raise MissingProgramError(f"nothing here can play {cue.path.absolute()}{why}", NO_SOUND if failed else NO_PLAYER)


def _failure(name: str, words: list[str]) -> str:
    """Run a player to its end; why nothing was heard, "" where it, or the person, ended it."""
    if name in SILENT:
        code, silent = _watched(words, SILENT[name])
    else:
        code, silent = subprocess.run(words, check=False).returncode, False
    if silent:
        return "finds no sound device"
    return "" if code in ENDED or code < 0 else f"ended with {code}"


def _watched(words: list[str], phrase: bytes) -> tuple[int, bool]:
    """How a program ended, and whether it said the phrase; what it says is passed on as it comes."""
    said, tail = False, b""
    with subprocess.Popen(words, stderr=subprocess.PIPE) as running, ExitStack() as interrupted:
        assert running.stderr is not None
        interrupted.callback(running.kill)
        while new := os.read(running.stderr.fileno(), 4096):
            sys.stderr.buffer.write(new)
            sys.stderr.flush()
            tail = tail[-len(phrase) :] + new
            said = said or phrase in tail
        interrupted.pop_all()
    return running.returncode, said


def command(name: str, program: str, cue: Cue) -> list[str]:
    """What is run for a player.

    >>> command("ffplay", "/bin/ffplay", Cue(Path("/a.m4b"), 61_500))[-3:]
    ['-ss', '61.500', '/a.m4b']
    """
    start = f"{cue.start / 1000:.3f}"
    return [program, *(option.format(start=start) for option in PLAYERS[name]), str(cue.path.absolute())]


def _pydub_can_play() -> bool:
    """Whether one of the packages is there through which pydub plays."""
    import importlib.util

    return any(importlib.util.find_spec(package) for package in ("simpleaudio", "pyaudio"))


def _play_with_pydub(cue: Cue) -> None:
    from pydub import AudioSegment
    from pydub.playback import play as play_segment

    from pipeline.codec import decode

    audio = decode(cue.path)
    segment = AudioSegment(audio.samples.tobytes(), sample_width=2, frame_rate=audio.rate, channels=1)
    play_segment(segment[cue.start :])
