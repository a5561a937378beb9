"""A book comes in; its written text with times goes out as WebVTT, SubRip and LRC, for each chapter and for the book.

Each file lies beside the sound it belongs to, under the same name: there players find it. The lines are those of
`captions`: up to 20 full-width characters, cut at marks; times inside a breath are estimates.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from pipeline.files import write_whole
from pipeline.model import Line, Manifest
from pipeline.write.captions import captions, plain
from pipeline.write.volume import Volume

Form = Callable[[Manifest, str, Sequence[Line]], str]  # the book, what the file is called in a player, its lines


def write_vtt(volume: Volume) -> Iterator[str]:
    """WebVTT (W3C): browsers, podcast apps."""
    return _write(volume, "vtt", _vtt)


def write_srt(volume: Volume) -> Iterator[str]:
    """SubRip: video players."""
    return _write(volume, "srt", _srt)


def write_lrc(volume: Volume) -> Iterator[str]:
    """LRC: music players."""
    return _write(volume, "lrc", _lrc)


def _write(volume: Volume, suffix: str, form: Form) -> Iterator[str]:
    """The chapters' files, then the book's."""
    whole: list[Line] = []
    for index, chapter in enumerate(volume.chapters):
        lines = _lines(chapter.lines)
        whole += [_later(line, chapter.start) for line in lines]
        yield _put(volume, volume.beside_chapter(index, suffix), form(volume.manifest, chapter.section.title, lines))
    yield _put(volume, volume.beside_book(suffix), form(volume.manifest, volume.manifest.title, whole))


def _put(volume: Volume, name: str, text: str) -> str:
    write_whole(volume.home / name, text.encode())
    return name


def _lines(lines: Sequence[Line]) -> list[Line]:
    """What is shown, one after the other; what lasts no time at all cannot be shown."""
    return [part for part in chain.from_iterable(map(captions, lines)) if part.end > part.start]


def _later(line: Line, milliseconds: int) -> Line:
    return Line(line.start + milliseconds, line.end + milliseconds, line.text, line.span)


def _vtt(manifest: Manifest, title: str, lines: Sequence[Line]) -> str:
    shown = ((line, line.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")) for line in lines)
    cues = (f"{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{text}\n" for line, text in shown)
    return "\n".join([f"WEBVTT\nLanguage: {manifest.language}\n", *cues])


def _srt(manifest: Manifest, title: str, lines: Sequence[Line]) -> str:
    """What a player would take for a tag, and not show, is written full-width: SubRip has no way to escape it."""
    shown = ((line, line.text.replace("<", "＜").replace("{", "｛")) for line in lines)
    cues = (
        f"{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{text}\n"
        for number, (line, text) in enumerate(shown, 1)
    )
    return "\n".join(cues)


def _lrc(manifest: Manifest, title: str, lines: Sequence[Line]) -> str:
    """Tags, a line each, and an empty one where the last line ends. A bracket in front would be read as a tag."""
    names = {"ti": title, "ar": manifest.creator, "al": manifest.title, "by": manifest.narrator}
    tags = [f"[{name}:{plain(value).replace(']', '］')}]" for name, value in names.items() if value]
    sung = [f"{_stamp(line.start)}{'［' + line.text[1:] if line.text[0] == '[' else line.text}" for line in lines]
    return "\n".join([*tags, *sung, *(_stamp(line.end) for line in lines[-1:])]) + "\n"


def _clock(milliseconds: int, point: str) -> str:
    """A time as WebVTT and SubRip have it.

    >>> _clock(3_723_004, ".")
    '01:02:03.004'
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _stamp(milliseconds: int) -> str:
    """A time as LRC has it: minutes, not hours.

    >>> _stamp(6_123_457)
    '[102:03.45]'
    """
    return f"[{milliseconds // 60_000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000 // 10:02}]"
