"""Names with bytes or files come in; a zip file goes out that has the same bytes for the same content.

Everything is stored as it is: sound and pictures cannot be made smaller, and what a compressor gives depends on its
version. Times are the earliest that the format knows.
"""

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from pipeline.files import draft_of

Entry = tuple[str, bytes | Path]


def write_zip(target: Path, entries: Iterable[Entry]) -> None:
    """Write a zip file of these entries, in this order; whole or absent."""
    with draft_of(target) as draft, zipfile.ZipFile(draft, "w") as package:
        for name, content in entries:
            facts = zipfile.ZipInfo(name)  # of 1980-01-01, stored
            facts.external_attr = 0o644 << 16
            facts.create_system = 3  # as on every system
            if isinstance(content, bytes):
                package.writestr(facts, content)
            else:
                facts.file_size = content.stat().st_size
                with content.open("rb") as file, package.open(facts, "w") as inside:
                    shutil.copyfileobj(file, inside)
