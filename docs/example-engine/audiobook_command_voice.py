"""A text comes in, goes through a program of yours ($AUDIOBOOK_COMMAND: text in, WAV file out), and sound returns."""

import io
import os
import shlex
import subprocess
from typing import ClassVar

import soundfile

from pipeline.errors import EngineBusy, EngineError
from pipeline.model import Audio


class Command:
    limit, workers, online, default_voice = 120, 2, False, "plain"
    voices: ClassVar = {"plain": {"language": "zh", "gender": "", "style": "what $AUDIOBOOK_COMMAND speaks"}}

    def __init__(self, voice, rate, pronounce):
        self._command, self._rate = os.environ.get("AUDIOBOOK_COMMAND", ""), rate

    @staticmethod
    def remedy():
        return "" if os.environ.get("AUDIOBOOK_COMMAND") else "set AUDIOBOOK_COMMAND to a program, like: my-tts --wav -"

    def identity(self):
        return {"engine": "command", "command": self._command, "rate": self._rate}

    def script(self, text):
        return text

    def speak(self, script):
        settings = {"timeout": 120, "capture_output": True, "env": {**os.environ, "RATE": str(self._rate)}}
        try:
            done = subprocess.run(shlex.split(self._command), input=script.encode(), check=True, **settings)
            samples, rate = soundfile.read(io.BytesIO(done.stdout), dtype="int16", always_2d=True)
        except subprocess.TimeoutExpired as error:
            raise EngineBusy("the program took longer than two minutes") from error  # it is asked again
        except (OSError, IndexError, subprocess.CalledProcessError, soundfile.LibsndfileError) as error:
            raise EngineError(f"the program cannot speak: {error}", self.remedy()) from error  # it is not
        return Audio(samples[:, 0], rate)
