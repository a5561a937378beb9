"""A program of its own: samples come in on standard input, an untagged m4a goes out. `codec.write_aac` runs it.

An encoder calls into libav for each 1024 samples, and in a thread it waits each time for its turn at the interpreter:
beside a busy thread that took up to thirty times as long.
"""

import signal
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

EXACT = {"fflags": "+bitexact"}
LENGTH = 4  # bytes in front of each block that tell how long it is, the lowest first; a length of 0 is the end


def main(target: str, rate: int, bits: int) -> None:
    """Encode mono int16 blocks until the end of the sound; where they end before it, the file is no whole one."""
    import av

    with av.open(target, "w", format="mp4", options=EXACT) as out:
        stream: Any = out.add_stream("aac", rate=rate, layout="mono", options={"aac_coder": "fast"})
        stream.bit_rate = bits
        position = 0
        while size := int.from_bytes(_read(sys.stdin.buffer, LENGTH), "little"):
            frame = av.AudioFrame(format="s16", layout="mono", samples=size // 2)
            frame.planes[0].update(_read(sys.stdin.buffer, size))
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), position
            position += size // 2
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _read(source: BinaryIO, size: int) -> bytes:
    """So many bytes. Raises EOFError where the other program has died or given up."""
    content = source.read(size)
    if len(content) < size:
        raise EOFError
    return content


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that reads the text
    path = sys.argv[1]
    try:
        main(path, *map(int, sys.argv[2:]))
    except EOFError:
        Path(path).unlink(missing_ok=True)  # the next build may have cleared away what was left before it was opened
        sys.exit("the sound has no end")
    except OSError as error:
        sys.exit(f"{error.errno} {error.strerror}")
