"""The output folder: which book lives where, which build of it is up to date, and whose turn it is to write.

A build is known by its fingerprint: the bytes of the source, its settings, what was asked for, and the program
itself. Locks are the operating system's, so one that its owner left behind by dying is free again.
"""

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Literal

from pipeline.errors import UsageError
from pipeline.files import legible, make_folder, remove_drafts, safe_name, sha256_of, unwritable, write_whole
from pipeline.model import Manifest, Origin
from pipeline.sharing import alone, together
from pipeline.stamps import DigestOf, Stamps
from pipeline.vintage import settle_formats
from pipeline.write.glimpse import glimpse_of
from pipeline.write.manifest import NAME, read_manifest

CACHE = ".cache"
LIBRARIES = ("jieba", "misaki", "opencc-python-reimplemented", "pypinyin")  # their tables make the script of a text


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

    def stamps_of(self, home: Path, kind: Literal["outputs", "encodings", "clips"]) -> Stamps:
        """What was found in the files of a book, in the encodings that it is joined from, or in its clips."""
        return Stamps(self.folder / CACHE / "stamps" / home.name / f"{kind}.stamps", self.folder, program_digest())

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
        named = [path for path in books if book in _names_of(path)]
        if book and len(named) == 1:
            return named[0]
        there = "; ".join(path.name for path in books) or "none yet"
        what = f"there is no book {book!r} in {self.folder}" if book else f"which book in {self.folder}?"
        raise UsageError(what, f"books there: {there}" if books else "build one first: audiobook build SOURCE")

    def home_of(self, title: str, origin: Origin, source: Path) -> Path:
        """The folder for a book of that title; another source's book of the same title keeps its own.

        Sources of one name are told apart by the folders they are in.
        """
        named = (f"{title} [{Path(origin.name).stem}]", f"{title} [{origin.name}]")
        around = source.resolve().parent
        placed = (f"{title} [{around.name}]", f"{title} [{sha256(os.fsencode(around)).hexdigest()[:8]}]")
        alike = _taken_by(self.folder / safe_name(title)) == origin.name
        homes = [self.folder / safe_name(name) for name in (title, *(() if alike else named), *placed)]
        return next((home for home in homes if self._is_free(home, origin, source)), homes[-1])

    def note_source(self, home: Path, source: Path) -> None:
        """Note where the text of a book is."""
        place = os.path.relpath(source.resolve(), self.folder.resolve())
        write_whole(self._source_note(home), os.fsencode(source.resolve()) + b"\0" + os.fsencode(place))

    def remember(self, fingerprint: str, home: Path) -> None:
        """Note which folder a fingerprint's build is in, so that the next look need not read the text."""
        write_whole(self._index(fingerprint), home.name.encode())

    def source_of(self, home: Path) -> Path:
        """Where the text of a book was when it was built. Raises UsageError when it is not there any more."""
        source, _ = self._noted_source(home)
        if source is None or not _exists(source):
            raise UsageError(
                f"the text of {home.name} is not at {source or 'a known place'}", "say where: --source PATH"
            )
        return source

    def up_to_date(self, fingerprint: str) -> tuple[Path, Manifest] | None:
        """The finished build with that fingerprint, if all its files are there as the manifest has them."""
        index = self._index(fingerprint)
        if not index.is_file():
            return None
        home = self.folder / safe_name(index.read_text(encoding="utf-8", errors="replace"))
        manifest = read_manifest(home)
        if manifest is None or manifest.fingerprint != fingerprint:
            return None
        stamps = self.stamps_of(home, "outputs")
        changed = changed_outputs(home, manifest, stamps.digest_of)
        stamps.save()
        return None if changed else (home, manifest)

    @contextlib.contextmanager
    def turn(self, home: Path, waiting: Callable[[str], None]) -> Iterator[None]:
        """Hold the book while it is written; tell `waiting` when another build holds it, or the cache is older.

        Whoever is alone on the shelf clears away: before, the drafts of those that were killed; afterwards, the
        encodings that no book needs any more. Raises InputError where the folder cannot be written.
        """
        with contextlib.ExitStack() as held:
            try:
                self._take(home, waiting, held)
            except OSError as error:
                raise unwritable(self.folder, error) from error
            others = self._encodings() - _encodings_of(home)
            with self.in_use(home):
                yield
            self._forget(self._encodings() - others - _encodings_of(home))

    @contextlib.contextmanager
    def in_use(self, home: Path) -> Iterator[None]:
        """Hold the shelf beside others: whoever reads or writes its cache, so that nobody clears it away.

        Who does not come to the end of the block leaves a marker: there may be drafts.
        """
        with together(self._lock):
            marker = self._marked(home)
            yield
            if marker:
                marker.unlink(missing_ok=True)

    def _take(self, home: Path, waiting: Callable[[str], None], held: contextlib.ExitStack) -> None:
        from filelock import FileLock, Timeout

        path = self.folder / CACHE / "locks" / f"{home.name}.lock"
        make_folder(path.parent)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            waiting(f"another build of {home.name} is running; waiting for it to end")
            lock.acquire()
        held.callback(lock.release)
        settle_formats(self.folder / CACHE, waiting)
        self._clear_away()

    def _clear_away(self) -> None:
        """Remove the drafts of those that were stopped before their end, if there were any and nobody is at work."""
        with alone(self._lock) as free:
            markers = list(self._running.glob("*")) if free else []
            homes = [self.folder / safe_name(marker.read_text(errors="replace")) for marker in markers]
            if markers:
                around = (self.folder.glob("*"), (self.folder / CACHE).rglob("*"))
                remove_drafts(chain(*around, *(home.rglob("*") for home in homes)))
            for marker in markers:
                marker.unlink(missing_ok=True)

    def _marked(self, home: Path) -> Path | None:
        with contextlib.suppress(OSError):  # nobody leaves drafts where nothing can be written
            make_folder(self._running)
            handle, name = mkstemp(dir=self._running)
            with os.fdopen(handle, "w", encoding="utf-8") as marker:
                marker.write(home.name)
            return Path(name)
        return None

    def _encodings(self) -> set[str]:
        return {path.stem for path in self.encodings.glob("*")}

    def _forget(self, stale: set[str]) -> None:
        """Remove encodings that were made or needed in this turn and are not any more."""
        if not stale:  # to look into every other book takes time
            return
        with alone(self._lock) as free:
            needed = set[str]().union(*(_encodings_of(home) for home in self.books()))
            for encoding in stale - needed if free else ():
                for path in self.encodings.glob(f"{encoding}.*"):
                    with contextlib.suppress(OSError):  # a folder that a person put there
                        path.unlink()

    def _is_free(self, home: Path, origin: Origin, source: Path) -> bool:
        """Whether a folder is for this source: it has no book, or its own. A source of the same name that is elsewhere
        has its own; but not where all, texts and books, were moved or copied together.
        """
        taken = _taken_by(home)
        if taken != origin.name:
            return taken is None
        noted, place = self._noted_source(home)
        if noted is None or not place or not _exists(noted) or noted == source.resolve():
            return True
        return place == os.path.relpath(source.resolve(), self.folder.resolve())

    def _noted_source(self, home: Path) -> tuple[Path | None, str]:
        """Where the text of a book was, and the way there from this folder; older notes lack that."""
        note = self._source_note(home)
        if not note.is_file():
            return None, ""
        source, _, place = note.read_bytes().partition(b"\0")
        return Path(os.fsdecode(source)), os.fsdecode(place)

    @property
    def _running(self) -> Path:
        return self.folder / CACHE / "running"

    @property
    def _lock(self) -> Path:
        return self.folder / CACHE / "in-use.lock"

    def _index(self, fingerprint: str) -> Path:
        return self.folder / CACHE / "builds" / fingerprint

    def _source_note(self, home: Path) -> Path:
        return self.folder / CACHE / "sources" / home.name


def changed_outputs(home: Path, manifest: Manifest, digest_of: DigestOf) -> list[str]:
    """The outputs that are missing or no longer have the bytes the manifest vouches for."""
    return [
        name
        for name, digest in manifest.outputs.items()
        if not (home / name).is_file() or digest_of(home / name) != digest
    ]


def fingerprint_of(sources: list[Path], asked: Mapping[str, Any]) -> str:
    """The SHA-256 of all that a build depends on: source and settings files, what was asked, the program."""
    facts = {
        "sources": [(legible(path.name), sha256_of(path)) for path in sources],
        "asked": asked,
        "program": program_digest(),
    }
    return sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def program_digest() -> str:
    """The SHA-256 over the package's own files, and of what libraries it speaks with: a change of a rule or a table
    is a change of the build.
    """
    root = Path(__file__).parent
    digest = sha256(json.dumps([(name, version(name)) for name in LIBRARIES]).encode())
    for path in sorted(root.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(root)}\0{sha256_of(path)}\0".encode())
    return digest.hexdigest()


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a note that was damaged may hold what is no path at all
        return False


def _names_of(home: Path) -> tuple[str, ...]:
    """What a person may call a book: its folder, its title."""
    told = glimpse_of(home)
    return (home.name, told.title) if told else (home.name,)


def _taken_by(home: Path) -> str | None:
    """The name of the source whose book is in the folder."""
    told = glimpse_of(home)
    return told.source if told else None


def _encodings_of(home: Path) -> set[str]:
    """The encodings that the book in the folder was joined from."""
    told = glimpse_of(home)
    return set(told.encodings) if told else set()
