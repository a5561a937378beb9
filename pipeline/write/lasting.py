"""A manifest comes in; what its book is known by goes out: the same while it grows, or is mended behind its start.

Players remember under it where a person stopped, and reading programs tell by it that a file is a newer state of a
book they have.
"""

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pipeline.model import Manifest


def lasting_id(manifest: Manifest) -> UUID:
    """The UUID of a book: of its title and the source of its first section."""
    return _id(manifest.title, manifest.sections[0].source or manifest.origin.sha256)


def lasting_id_in(manifest: Mapping[str, Any], source: str | None) -> UUID:
    """The same of a manifest as it stands in its file; an older program's has no `source` in its first section."""
    return _id(manifest["title"], source or manifest["origin"]["sha256"])


def _id(title: str, beginning: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"audiobook:{title}\n{beginning}")
