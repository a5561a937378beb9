"""Two manifests come in; how their books differ, sentence by sentence, goes out, ready for a table or for JSON."""

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pipeline.answers import manifest_of
from pipeline.model import Manifest, SpokenChunk
from pipeline.shelf import Shelf
from pipeline.write.manifest import read_manifest

ADDED, REMOVED, RESPOKEN, MOVED, SAME = "added", "removed", "re-spoken", "moved", "same"
KINDS = (ADDED, REMOVED, RESPOKEN, MOVED, SAME)
ABOUT = ("title", "creator", "narrator", "date", "recipe", "identity", "chapter_format", "loudness", "duration")


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """A sentence and where it stands: the number and title of its section, and its own number in it."""

    section: int
    title: str
    sentence: int
    chunk: SpokenChunk


@dataclasses.dataclass(frozen=True, slots=True)
class Change:
    """What became of a sentence; None stands for the book that has it not. A moved one may be re-spoken too."""

    kind: str
    before: Place | None
    after: Place | None

    @property
    def text(self) -> str:
        place = self.after or self.before
        return place.chunk.voiced if place else ""


def diff(shelf: Shelf, before: str, after: str) -> dict[str, Any]:
    """How the second book differs from the first; each is a folder, a title or the path of a manifest."""
    one, other = manifest_at(shelf, before), manifest_at(shelf, after)
    changes = compared(places(one), places(other))
    counts = Counter(change.kind for change in changes)
    return {
        "before": one.title,
        "after": other.title,
        "about": _about(one, other),
        "counts": {kind: counts[kind] for kind in KINDS},
        "changes": [_plain(change) for change in changes if change.kind != SAME],
    }


def manifest_at(shelf: Shelf, name: str) -> Manifest:
    """The manifest of a book, or a manifest's file. Raises UsageError where there is neither."""
    found = read_manifest(Path(name)) if Path(name).is_file() else None
    return found or manifest_of(shelf.find(name))


def places(manifest: Manifest) -> list[Place]:
    """Every sentence of a book, in order."""
    return [
        Place(section.number, section.title, number, chunk)
        for section in manifest.sections
        for number, chunk in enumerate(section.chunks, 1)
    ]


def compared(before: Sequence[Place], after: Sequence[Place]) -> list[Change]:
    """Each sentence of either book once, in the order of the second; the removed stand where they stood."""
    return _with_moves(list(_aligned(before, after)))


def _aligned(before: Sequence[Place], after: Sequence[Place]) -> Iterator[Change]:
    """The longest rows of sentences that both have in this order, and what lies between them."""
    matcher = SequenceMatcher(None, [p.chunk.voiced for p in before], [p.chunk.voiced for p in after], autojunk=False)
    for tag, one, one_end, other, other_end in matcher.get_opcodes():
        if tag == "equal":
            for was, now in zip(before[one:one_end], after[other:other_end], strict=True):
                yield Change(SAME if was.chunk.clip == now.chunk.clip else RESPOKEN, was, now)
        else:
            yield from (Change(REMOVED, place, None) for place in before[one:one_end])
            yield from (Change(ADDED, None, place) for place in after[other:other_end])


def _with_moves(changes: Sequence[Change]) -> list[Change]:
    """What was removed in one place and added in another has moved."""
    removed: dict[str, list[int]] = defaultdict(list)
    for number, change in reversed(list(enumerate(changes))):
        if change.kind == REMOVED:
            removed[change.text].append(number)
    origins = set()
    found = list(changes)
    for number, change in enumerate(changes):
        if change.kind == ADDED and removed[change.text]:
            origin = removed[change.text].pop()
            origins.add(origin)
            found[number] = Change(MOVED, changes[origin].before, change.after)
    return [change for number, change in enumerate(found) if number not in origins]


def _about(one: Manifest, other: Manifest) -> dict[str, list[Any]]:
    """What differs of the books as a whole: before and after by name."""
    was, now = dataclasses.asdict(one), dataclasses.asdict(other)
    return {name: [was[name], now[name]] for name in ABOUT if was[name] != now[name]}


def _plain(change: Change) -> dict[str, Any]:
    return {"change": change.kind, "text": change.text, "before": _where(change.before), "after": _where(change.after)}


def _where(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    chunk = place.chunk
    facts = {"section": place.section, "title": place.title, "sentence": place.sentence}
    return facts | {"start": chunk.start, "clip": chunk.clip, "take": chunk.take, "script": chunk.script}
