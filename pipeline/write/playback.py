"""A chapter file and a time come in; sound comes out of the machine's speakers."""

import shutil
import subprocess
from pathlib import Path

from pipeline.errors import MissingProgramError

# name -> the arguments before the file; {start} in seconds
PLAYERS = {
    "mpv": ("--no-video", "--start={start}"),
    "ffplay": ("-nodisp", "-autoexit", "-loglevel", "error", "-ss", "{start}"),
}


def play(path: Path, start_ms: int) -> None:
    """Play from a time on, with the first player the machine has. Raises MissingProgramError with what to install."""
    start = f"{start_ms / 1000:.3f}"
    for name, options in PLAYERS.items():
        program = shutil.which(name)
        if program:
            subprocess.run([program, *(option.format(start=start) for option in options), str(path)], check=False)
            return
    _play_with_pydub(path, start_ms)


def _play_with_pydub(path: Path, start_ms: int) -> None:
    """pydub plays through simpleaudio or pyaudio where one of them is installed."""
    import importlib.util

    if not (importlib.util.find_spec("simpleaudio") or importlib.util.find_spec("pyaudio")):
        raise MissingProgramError(
            f"nothing here can play {path}",
            "install mpv or ffmpeg (they bring mpv or ffplay), or open the file in any player",
        )
    from pydub import AudioSegment
    from pydub.playback import play as play_segment

    from pipeline.codec import decode

    audio = decode(path)
    segment = AudioSegment(audio.samples.tobytes(), sample_width=2, frame_rate=audio.rate, channels=1)
    play_segment(segment[start_ms:])
