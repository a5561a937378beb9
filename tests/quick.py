"""A text comes in; its book, built in this process with the rehearsal voice, goes out, and what was told meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Clip, Section
from pipeline.run import Built, Request, build
from pipeline.shelf import Shelf
from pipeline.verify.book import check_book


@dataclass
class Told:
    """Keeps the messages, and counts the clips that were spoken."""

    messages: list[str] = field(default_factory=list)
    spoken: int = 0

    def waiting(self, message: str) -> None:
        self.messages.append(message)

    def planned(self, sections: Sequence[Section]) -> None: ...

    def heard(self, section: Section, clip: Clip, fresh: bool) -> None:
        self.spoken += fresh

    def stitching(self) -> None: ...


def request(folder: Path, **asked: object) -> Request:
    return Request(Shelf(folder / "output"), "tone", **asked)  # type: ignore[arg-type]


def built(source: Path, told: Told | None = None, **asked: object) -> Built:
    return build(source, request(source.parent, **asked), told or Told())


def wrong(book: Built) -> list[str]:
    """The claims of a book that its files do not bear out."""
    return [claim.claim for claim in check_book(book.home, book.manifest) if not claim.ok]
