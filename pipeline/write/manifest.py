"""A Manifest becomes `manifest.json` and is read back from it; written last, it vouches for the other files."""

import contextlib
import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import InputError
from pipeline.files import draft_of, sha256_of, write_whole
from pipeline.model import Coverage, Manifest, SpokenSection
from pipeline.stow import Stowed
from pipeline.write.publication import NAME as PUBLICATION
from pipeline.write.publication import publication

FORMAT = 2
NAME = "manifest.json"


def _fields(noun: Any) -> dict[str, Any]:
    """A noun's fields, when its turn comes to be written: all of a long book at once would be 100 MB."""
    return {field.name: getattr(noun, field.name) for field in dataclasses.fields(noun)}


_OPEN = (Manifest, SpokenSection, Coverage)  # their fields are lines; another noun is one line
_SECTIONS, _END_OF_SECTION, _END_OF_SECTIONS = b' "sections": [\n', b"  }", b" ]"  # lines of theirs, see `_lines`
_DENSE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=_fields)


def with_publication(folder: Path, manifest: Manifest) -> Manifest:
    """Write the publication manifest into the book's folder; give ours with it, ready to be written last."""
    content = publication(manifest)
    write_whole(folder / PUBLICATION, content)
    digest = hashlib.sha256(content).hexdigest()
    return dataclasses.replace(manifest, outputs={**manifest.outputs, PUBLICATION: digest})


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into the book's folder: equal manifests give equal bytes; memory stays flat.

    Each chunk, edit, file is a line. A byte of the source that is no character stands in it as a lone surrogate; JSON
    has an escape for that.
    """
    with (
        draft_of(folder / NAME) as draft,
        draft.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file,
    ):
        file.writelines(_lines(manifest, "\n"))
        file.write("\n")


def _lines(value: Any, newline: str) -> Iterator[str]:
    """JSON in lines as far as there are several nouns in a place; `newline` ends a line and indents the next."""
    inner = f"{newline} "
    if isinstance(value, _OPEN):
        value = _fields(value)
    if isinstance(value, dict) and value:
        for number, (name, own) in enumerate(sorted(value.items())):
            yield f"{',' if number else '{'}{inner}{_DENSE.encode(name)}: "
            yield from _lines(own, inner)
        yield f"{newline}}}"
    elif isinstance(value, tuple | Stowed) and value and dataclasses.is_dataclass(value[0]):
        for number, own in enumerate(value):
            yield f"{',' if number else '['}{inner}"
            yield from _lines(own, inner)
        yield f"{newline}]"
    else:
        yield _DENSE.encode(value)


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a book's folder (or a manifest that was put aside), None where there is none.

    One of an older format is given as the present one has it. Raises InputError for one that cannot be read, and
    for one that a newer program made.
    """
    from pydantic import TypeAdapter, ValidationError

    path = folder if folder.is_file() else folder / NAME
    if not path.is_file():
        return None
    again = f"remove {path} and build the book again: what was spoken is still in the cache"
    try:
        content = without_sections(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}", again) from error
    version = content.get("format") if isinstance(content, dict) else None
    if type(version) is not int or version < 1:
        raise InputError(f"{path} is no manifest of a book", again)
    if version > FORMAT:
        raise InputError(
            f"{path} is of a newer audiobook: format {version}, this program reads {FORMAT}",
            "upgrade audiobook, or build into another folder with -o DIR",
        )
    for older in range(version, FORMAT):
        content = _NEXT[older](content)
    try:
        book, form = TypeAdapter(Manifest).validate_python(content), TypeAdapter(SpokenSection)
        sections = book.sections or map(form.validate_python, sections_in(path))
        return dataclasses.replace(book, sections=tuple(map(_stowed, sections)))
    except ValidationError as error:
        raise InputError(f"{path} is damaged: {error.errors()[0]['loc']}", again) from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}", again) from error


def without_sections(path: Path) -> Any:
    """What a manifest's file says of the book, without its sections where they are laid out as we lay them out.

    Raises OSError, and ValueError for what is no JSON.
    """
    with path.open("rb") as file:
        return json.loads(b"".join(line for inside, line in _told_apart(file) if not inside))


def sections_in(path: Path) -> Iterator[Any]:
    """The sections in a manifest's file, one by one, where they are laid out as we lay them out; else none.

    Raises OSError, and ValueError for what is no JSON.
    """
    section: list[bytes] = []
    with path.open("rb") as file:
        for line in (line for inside, line in _told_apart(file) if inside):
            section.append(line)
            if line.rstrip(b",\n") == _END_OF_SECTION:
                yield json.loads(b"".join(section).rstrip(b",\n"))
                section.clear()


def _told_apart(lines: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    """Each line of a manifest, and whether it is one of a section."""
    inside = False
    for line in lines:
        inside = inside and line.rstrip(b",\n") != _END_OF_SECTIONS
        yield inside, line
        inside = inside or line == _SECTIONS


def _stowed(section: SpokenSection) -> SpokenSection:
    return dataclasses.replace(section, chunks=Stowed(section.chunks))


def manifest_digest(folder: Path) -> str:
    """The SHA-256 of the manifest in a book's folder as it stands, "" where there is none."""
    with contextlib.suppress(OSError):
        return sha256_of(folder / NAME)
    return ""


def _from_1(manifest: dict[str, Any]) -> dict[str, Any]:
    """Format 1 began without the person's own readings."""
    return {"pronounce": {}, **manifest, "format": 2}


_NEXT: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _from_1}  # format -> what makes the next of it
