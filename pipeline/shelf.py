"""The output folder: which book lives where, which build of it is up to date, and whose turn it is to write.

A build is known by its fingerprint: the bytes of the source, its settings, what was asked for, and the program
itself. Locks are the operating system's, so one that its owner left behind by dying is free again.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import InputError, UsageError
from pipeline.files import safe_name, sha256_of, write_whole
from pipeline.model import Manifest, Origin
from pipeline.write.manifest import NAME, read_manifest

CACHE = ".cache"


@dataclass(frozen=True, slots=True)
class Shelf:
    """The books below `folder`."""

    folder: Path

    @property
    def clips(self) -> Path:
        return self.folder / CACHE / "clips"

    @property
    def encodings(self) -> Path:
        return self.folder / CACHE / "chapters"

    @property
    def hearings(self) -> Path:
        return self.folder / CACHE / "heard"

    @property
    def paces(self) -> Path:
        return self.folder / CACHE / "paces"

    @property
    def library_lock(self) -> Path:
        return self.folder / CACHE / "library.lock"

    def log_of(self, home: Path) -> Path:
        """Where a line about each build of a book is kept."""
        return self.folder / CACHE / "runs" / f"{home.name}.jsonl"

    def books(self) -> list[Path]:
        """Every book's folder, by name."""
        if not self.folder.is_dir():
            return []
        return sorted(p for p in self.folder.iterdir() if not p.name.startswith(".") and (p / NAME).is_file())

    def find(self, book: str) -> Path:
        """A book by path, folder name or title; "" is the only book there is. Raises UsageError."""
        books = self.books()
        if not book and len(books) == 1:
            return books[0]
        if book and (Path(book) / NAME).is_file():
            return Path(book)
        named = [path for path in books if book in (path.name, _title_of(path))]
        if book and len(named) == 1:
            return named[0]
        there = "; ".join(path.name for path in books) or "none yet"
        what = f"there is no book {book!r} in {self.folder}" if book else f"which book in {self.folder}?"
        raise UsageError(what, f"books there: {there}" if books else "build one first: audiobook build SOURCE")

    def home_of(self, title: str, origin: Origin) -> Path:
        """The folder for a book of that title; another source's book of the same title keeps its own."""
        plain = self.folder / safe_name(title)
        if _taken_by(plain) in (None, origin.name):
            return plain
        return self.folder / safe_name(f"{title} [{Path(origin.name).stem}]")

    def remember(self, fingerprint: str, home: Path, source: Path) -> None:
        """Note which folder a fingerprint's build is in, so that the next look need not read the text."""
        write_whole(self._index(fingerprint), home.name.encode())
        write_whole(self._source_note(home), str(source.resolve()).encode())

    def forget(self, previous: Manifest | None, manifest: Manifest) -> None:
        """Remove the encodings that only a book's last build needed."""
        last = {section.encoding for section in previous.sections} if previous else set()
        stale = last - {section.encoding for section in manifest.sections}
        if stale:  # to look into every other book takes time
            stale -= set().union(*(_encodings_of(home) for home in self.books()))
        for encoding in stale:
            for path in self.encodings.glob(f"{encoding}.*"):
                path.unlink()

    def source_of(self, home: Path) -> Path:
        """Where the text of a book was when it was built. Raises UsageError when it is not there any more."""
        note = self._source_note(home)
        source = Path(note.read_text(encoding="utf-8")) if note.is_file() else None
        if source is None or not source.exists():
            raise UsageError(
                f"the text of {home.name} is not at {source or 'a known place'}", "say where: --source PATH"
            )
        return source

    def up_to_date(self, fingerprint: str) -> tuple[Path, Manifest] | None:
        """The finished build with that fingerprint, if all its files are there as the manifest has them."""
        index = self._index(fingerprint)
        if not index.is_file():
            return None
        home = self.folder / index.read_text(encoding="utf-8")
        manifest = read_manifest(home)
        if manifest is None or manifest.fingerprint != fingerprint or changed_outputs(home, manifest):
            return None
        return home, manifest

    @contextlib.contextmanager
    def turn(self, home: Path, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the book while it is written; tell `waiting` when another build holds it."""
        from filelock import FileLock, Timeout

        path = self.folder / CACHE / "locks" / f"{home.name}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(path)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                waiting(f"another build of {home.name} is running; waiting for it to end")
                lock.acquire()
        except OSError as error:
            raise InputError(
                f"cannot write into {self.folder}: {error.strerror}", "choose another folder with -o DIR"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _index(self, fingerprint: str) -> Path:
        return self.folder / CACHE / "builds" / fingerprint

    def _source_note(self, home: Path) -> Path:
        return self.folder / CACHE / "sources" / home.name


def changed_outputs(home: Path, manifest: Manifest) -> list[str]:
    """The outputs that are missing or no longer have the bytes the manifest vouches for."""
    return [
        name
        for name, digest in manifest.outputs.items()
        if not (home / name).is_file() or sha256_of(home / name) != digest
    ]


def fingerprint_of(sources: list[Path], asked: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a build depends on: source and settings files, what was asked, the program."""
    facts = {
        "sources": [(path.name, sha256_of(path)) for path in sources],
        "asked": asked,
        "program": _program_digest(),
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _program_digest() -> str:
    """The SHA-256 over the package's own files: a change of a rule or a table is a change of the build."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(root)}\0{sha256_of(path)}\0".encode())
    return digest.hexdigest()


def _taken_by(home: Path) -> str | None:
    """The name of the source whose book is in the folder."""
    manifest = _glimpse(home)
    return manifest["origin"]["name"] if manifest else None


def _encodings_of(home: Path) -> set[str]:
    """The encodings that the book in the folder was joined from."""
    manifest = _glimpse(home)
    return {section["encoding"] for section in manifest["sections"]} if manifest else set()


def _title_of(home: Path) -> str | None:
    manifest = _glimpse(home)
    return manifest["title"] if manifest else None


def _glimpse(home: Path) -> Any:
    """The manifest without its being checked; None where there is none that can be read."""
    try:
        content = json.loads((home / NAME).read_bytes())
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and "origin" in content else None
