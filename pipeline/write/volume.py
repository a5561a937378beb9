"""What every further format is made from: a finished book's folder, its manifest, its chapters with their lines."""

from dataclasses import dataclass
from pathlib import Path

from pipeline.model import Chapter, Manifest


@dataclass(frozen=True, slots=True)
class Volume:
    """A book that has its chapter files and cover, which are the `manifest.outputs`; the m4b is joined meanwhile.

    `base_url` is where the folder will be found on the web, for what must name whole addresses; it ends in a slash.
    """

    home: Path
    manifest: Manifest
    chapters: tuple[Chapter, ...]
    formats: tuple[str, ...]
    base_url: str = ""

    def beside_book(self, suffix: str) -> str:
        """The name of a file that lies beside the m4b, under the same name: players find it there."""
        return f"{self.home.name}.{suffix}"

    def beside_chapter(self, index: int, suffix: str) -> str:
        """The path of a file that lies beside a chapter's sound, under the same name."""
        return str(Path(self.manifest.sections[index].file).with_suffix("")) + f".{suffix}"
