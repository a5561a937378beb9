"""A section's clips come in; where each sounds in its chapter goes out, from a running count of samples.

A chapter is: head, clip, pause, clip, ... clip, tail, filled up with silence to whole AAC packets. The head is longer
than one packet, so that chapters can be joined without their encoders' priming.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.model import Clip, Line

PACKET = 1024  # samples
HEAD_S = 0.5
TAIL_S = 1.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The first sample of each clip, the length of the whole chapter in samples, and its lines."""

    starts: tuple[int, ...]
    length: int
    lines: tuple[Line, ...]


def timeline(clips: Sequence[Clip]) -> Timeline:
    """Where everything of a chapter sounds; all clips have one rate."""
    rate = clips[0].rate
    position = round(HEAD_S * rate)
    starts = []
    for clip in clips:
        starts.append(position)
        position += clip.length + round(clip.chunk.pause * rate)
    end = starts[-1] + clips[-1].length + round(TAIL_S * rate)
    lines = [line for clip, start in zip(clips, starts, strict=True) for line in _lines(clip, start)]
    return Timeline(tuple(starts), -(-end // PACKET) * PACKET, tuple(lines))


def _lines(clip: Clip, start: int) -> Iterator[Line]:
    """One line a sentence where the clip has marks, else one for the whole clip."""
    if not clip.marks:
        yield _line(clip, (start, start + clip.length), clip.chunk.text)
    for mark in clip.marks:
        yield _line(clip, (start + mark.start, start + mark.end), clip.chunk.text[slice(*mark.span)])


def _line(clip: Clip, samples: tuple[int, int], text: str) -> Line:
    start, end = (round(1000 * sample / clip.rate) for sample in samples)
    return Line(start, end, text, clip.chunk.span)
