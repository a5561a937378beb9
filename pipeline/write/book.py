"""A stitched book comes in; its cover, chapter files and m4b go out, those that stand as they should untouched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pipeline import codec
from pipeline.errors import UsageError
from pipeline.files import remove, safe_name, sha256_of
from pipeline.model import Chapter, Document, Manifest, Samples
from pipeline.stamps import DigestOf
from pipeline.tags import Tags
from pipeline.write.acx import levelled
from pipeline.write.cover import copy_cover, square_cover, write_cover

FORMATS = ("m4a", *codec.FORMS)
DEFAULT_FORMAT = "m4a"
SUFFIXES = {"acx": "mp3"}  # where it is not the format's name
COVER = "cover.jpg"


@dataclass(frozen=True, slots=True)
class Binding:
    """How a book is bound: the folder, the words on it, its cover, the chapters' format.

    The cover is the picture that a person names, or else the source's own, b"" where it has none: then one is drawn.
    `sound_of` gives a section's samples at the book's loudness, for formats other than the one it is joined from;
    `digest_of` is the SHA-256 of a file.
    """

    home: Path
    document: Document
    narrator: str
    picture: Path | None
    own_cover: bytes
    chapter_format: str
    names: Mapping[int, str]  # the chapter files' paths in the folder, by section number
    spelt: Callable[[str], str]  # words -> what a list sorts them by
    sound_of: Callable[[int], Iterable[Samples]]
    digest_of: DigestOf


def demand_format(chapter_format: str) -> None:
    """Raises UsageError for a chapter format that there is not."""
    if chapter_format not in FORMATS:
        raise UsageError(f"there is no chapter format {chapter_format!r}", f"choose one of: {', '.join(FORMATS)}")


def chapter_names(chapters: Sequence[Chapter], chapter_format: str, previous: Manifest | None) -> dict[int, str]:
    """The chapter files' paths in the book's folder, by section number: chapters/03-<title>.m4a.

    A book that grows past 99 chapters keeps the names that it has.
    """
    suffix = SUFFIXES.get(chapter_format, chapter_format)
    width = _width_kept(chapters, previous) or max(2, len(str(len(chapters))))
    return {
        chapter.section.number: (
            f"chapters/{chapter.section.number:0{width}}-{safe_name(chapter.section.title)}.{suffix}"
        )
        for chapter in chapters
    }


def _width_kept(chapters: Sequence[Chapter], previous: Manifest | None) -> int:
    """How many digits the numbers of the last build's names have, 0 where none of its chapters is in its place."""
    there = {(section.number, section.title): section.file for section in previous.sections} if previous else {}
    kept = [there.get((chapter.section.number, chapter.section.title), "") for chapter in chapters]
    name = next((PurePosixPath(file).name for file in kept if file), "")
    return len(name.partition("-")[0])


def write_chapters(binding: Binding, chapters: Sequence[Chapter], previous: Manifest | None) -> dict[str, str]:
    """Write cover and chapter files, but for those that the last build left just so; give each path's SHA-256."""
    home = binding.home
    _cover(binding)
    tags = _tags(binding)
    outputs = {COVER: sha256_of(home / COVER)}
    kept = _kept(binding, previous, outputs[COVER])
    for chapter in chapters:
        name = binding.names[chapter.section.number]
        digest = kept.get((name, chapter.section.title, chapter.path.stem))
        if digest is None or not (home / name).is_file() or binding.digest_of(home / name) != digest:
            _write_chapter(binding, chapter, tags)
        outputs[name] = digest or binding.digest_of(home / name)
    return outputs


def write_book(binding: Binding, chapters: Sequence[Chapter]) -> dict[str, str]:
    """Join the m4b, which has the cover in it; give its path's SHA-256."""
    book = binding.home / f"{binding.home.name}.m4b"
    codec.join([(chapter.path, chapter.section.title) for chapter in chapters], _tags(binding), book)
    return {book.name: binding.digest_of(book)}


def remove_stale(home: Path, previous: Manifest | None, outputs: Mapping[str, str]) -> None:
    """Remove what the last build wrote and this one did not, unless a person has changed it since.

    While the last build's manifest is still there: whoever comes after a crash must know what that build wrote.
    """
    for name, digest in (previous.outputs if previous else {}).items():
        path = home / name
        if name not in outputs and path.is_file() and sha256_of(path) == digest:
            remove(path)


def _cover(binding: Binding) -> None:
    target = binding.home / COVER
    if binding.picture:
        copy_cover(binding.picture, target)
    elif not square_cover(binding.own_cover, target):
        write_cover(binding.document.title, binding.document.creator, target)


def _tags(binding: Binding) -> Tags:
    document = binding.document
    return Tags(
        title=document.title,
        album=document.title,
        creator=document.creator,
        narrator=binding.narrator,
        date=document.date,
        language=document.language,
        cover=binding.home / COVER,
        sorts=_sorts(binding, document.title),
    )


def _sorts(binding: Binding, title: str) -> dict[str, str]:
    """What lists sort the title and the names on a book by; a name that is not there has none."""
    document = binding.document
    named = {
        "title": title,
        "album": document.title,
        "artist": document.creator,
        "album_artist": document.creator,
        "composer": binding.narrator,
    }
    return {name: binding.spelt(words) for name, words in named.items() if words}


def _kept(binding: Binding, previous: Manifest | None, cover: str) -> dict[tuple[str, str, str], str]:
    """What the last build wrote with the same words and cover: (path, title, encoding) -> SHA-256."""
    if previous is None:
        return {}
    document = binding.document
    now = (
        document.title, document.creator, binding.narrator, document.date, document.language, cover,
        binding.chapter_format,
    )  # fmt: skip
    then = (
        previous.title, previous.creator, previous.narrator, previous.date, previous.language,
        previous.outputs.get(COVER), previous.chapter_format,
    )  # fmt: skip
    if now != then:
        return {}
    return {(s.file, s.title, s.encoding): previous.outputs[s.file] for s in previous.sections}


def _write_chapter(binding: Binding, chapter: Chapter, tags: Tags) -> None:
    """The chapter's own encoding with tags, or, in another format, its sound encoded afresh (never twice lossy)."""
    number = chapter.section.number
    target = binding.home / binding.names[number]
    sorts = {**tags.sorts, "title": f"{number:04} {binding.spelt(chapter.section.title)}".rstrip()}
    own = replace(tags, title=chapter.section.title, track=number, sorts=sorts)
    form = codec.FORMS.get(binding.chapter_format)
    if form:
        rate = codec.probe(chapter.path).rate
        codec.write_form(form, _sound(binding, number, rate), rate, own, target)
    else:
        codec.join([(chapter.path, "")], own, target)


def _sound(binding: Binding, number: int, rate: int) -> Iterable[Samples]:
    """A chapter's samples, as the chapters' format wants them."""
    if binding.chapter_format == "acx":
        return levelled(lambda: binding.sound_of(number), rate)
    return binding.sound_of(number)
