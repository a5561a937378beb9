"""A sound file and a time come in; sound comes out of the machine's speakers."""

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from pipeline.errors import MissingProgramError

# name -> the arguments before the file; {start} in seconds
PLAYERS = {
    "mpv": ("--no-config", "--no-video", "--display-tags=", "--start={start}", "--"),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error", "-stats", "-ss", "{start}"),
}
ENDED = (0, 4, 123, 130, 255)  # by itself, or by the person: mpv has 4, ffplay 123 and 255 for Ctrl-C
REMEDY = (
    "install a player: mpv (Debian: apt install mpv, macOS: brew install mpv, Windows: winget install mpv) or ffmpeg,"
    " which brings ffplay; or open the file in any player, or the page: audiobook serve"
)


class Cue(NamedTuple):
    """What to play and from where (ms)."""

    path: Path
    start: int


def play(cue: Cue, short: Cue) -> None:
    """Play with the first player the machine has that can; `short` is played by what must hold all of it in memory.

    Raises MissingProgramError with what to install.
    """
    failed = []
    for name in PLAYERS:
        program = shutil.which(name)
        if program:
            code = subprocess.run(command(name, program, cue), check=False).returncode
            if code in ENDED or code < 0:
                return
            failed.append(f"{name} ended with {code}")
    if _pydub_can_play():
        _play_with_pydub(short)
        return
    why = f" ({', '.join(failed)})" if failed else ""
    raise MissingProgramError(f"nothing here can play {cue.path}{why}", REMEDY)


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
