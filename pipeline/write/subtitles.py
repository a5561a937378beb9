"""A book comes in; its written text with times goes out as WebVTT, SubRip and LRC, for each chapter and for the book.

Each file lies beside the sound it belongs to, under the same name: there players find it. The lines are those of
`captions`: up to 20 full-width characters, cut at marks; times inside a breath are estimates.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from pipeline.files import draft_of, put_unless_there
from pipeline.model import Line, Manifest
from pipeline.write.captions import captions, plain
from pipeline.write.volume import Volume

Form = Callable[[Manifest, str, Iterable[Line]], Iterator[str]]  # the book, the file's title in a player, its lines


def write_vtt(volume: Volume) -> list[str]:
    """WebVTT (W3C): browsers, podcast apps."""
    return _write(volume, "vtt", _vtt)


def write_srt(volume: Volume) -> list[str]:
    """SubRip: video players."""
    return _write(volume, "srt", _srt)


def write_lrc(volume: Volume) -> list[str]:
    """LRC: music players."""
    return _write(volume, "lrc", _lrc)


def _write(volume: Volume, suffix: str, form: Form) -> list[str]:
    """The chapters' files, then the book's, which is written while they are: memory stays flat."""
    names: list[str] = []

    def one_after_the_other() -> Iterator[Line]:
        for index, chapter in enumerate(volume.chapters):
            lines, name = _lines(chapter.lines), volume.beside_chapter(index, suffix)
            put_unless_there(volume.home / name, "".join(form(volume.manifest, chapter.section.title, lines)).encode())
            names.append(name)
            yield from (_later(line, chapter.start) for line in lines)

    book = volume.beside_book(suffix)
    with draft_of(volume.home / book) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(form(volume.manifest, volume.manifest.title, one_after_the_other()))
    return [*names, book]


def _lines(lines: Sequence[Line]) -> list[Line]:
    """What is shown, one after the other; what lasts no time at all cannot be shown."""
    return [part for part in chain.from_iterable(map(captions, lines)) if part.end > part.start]


def _later(line: Line, milliseconds: int) -> Line:
    return Line(line.start + milliseconds, line.end + milliseconds, line.text, line.span)


def _vtt(manifest: Manifest, title: str, lines: Iterable[Line]) -> Iterator[str]:
    yield f"WEBVTT\nLanguage: {manifest.language}\n"
    for line in lines:
        text = line.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        yield f"\n{_clock(line.start, '.')} --> {_clock(line.end, '.')}\n{text}\n"


def _srt(manifest: Manifest, title: str, lines: Iterable[Line]) -> Iterator[str]:
    """What a player would take for a tag, and not show, is written full-width: SubRip has no way to escape it."""
    for number, line in enumerate(lines, 1):
        text = line.text.replace("<", "＜").replace("{", "｛")
        between = "\n" if number > 1 else ""
        yield f"{between}{number}\n{_clock(line.start, ',')} --> {_clock(line.end, ',')}\n{text}\n"


def _lrc(manifest: Manifest, title: str, lines: Iterable[Line]) -> Iterator[str]:
    """Tags, a line each, and an empty one where the last line ends. A bracket in front would be read as a tag."""
    names = {"ti": title, "ar": manifest.creator, "al": manifest.title, "by": manifest.narrator}
    yield from (f"[{name}:{plain(value).replace(']', '］')}]\n" for name, value in names.items() if value)
    end = None
    for line in lines:
        end = line.end
        yield f"{_stamp(line.start)}{'［' + line.text[1:] if line.text[0] == '[' else line.text}\n"
    if end is not None:
        yield f"{_stamp(end)}\n"


def _clock(milliseconds: int, point: str) -> str:
    """A time as WebVTT and SubRip have it.

    >>> _clock(3_723_004, ".")
    '01:02:03.004'
    """
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_hms(seconds)}{point}{rest:03}"


@lru_cache(maxsize=1024)
def _hms(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _stamp(milliseconds: int) -> str:
    """A time as LRC has it: minutes, not hours.

    >>> _stamp(6_123_457)
    '[102:03.45]'
    """
    return f"[{milliseconds // 60_000:02}:{milliseconds // 1000 % 60:02}.{milliseconds % 1000 // 10:02}]"
