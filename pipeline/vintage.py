"""A cache folder comes in; whether this program may use it goes out, and what is made again because it is older.

The format has a part in every key, so what has another one is never found. The note says so to people.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.errors import InputError
from pipeline.files import write_whole

NAME = "formats.json"
BEFORE_THE_NOTE = {"clips": 1, "chapters": 3}  # what the caches without a note hold


def settle_formats(cache: Path, told: Callable[[str], None]) -> None:
    """Note the formats of what will be in the cache; say so where what is there is older.

    Raises InputError where it is newer.
    """
    from pipeline.speak.cache import FORMAT as CLIPS
    from pipeline.stitch.encode import FORMAT as CHAPTERS

    ours, there = {"clips": CLIPS, "chapters": CHAPTERS}, _formats(cache)
    for kind, found in there.items():
        now = ours.get(kind, 0)
        if found > now:
            raise InputError(
                f"a newer audiobook left {kind} of format {found} in {cache}; this program knows {now}",
                "upgrade audiobook, or choose another folder with -o DIR",
            )
        if found < now:
            told(f"the {kind} in {cache} are of format {found} or older, now {now}: what is needed is made again")
    if there != ours:
        write_whole(cache / NAME, json.dumps(ours).encode())


def _formats(cache: Path) -> Mapping[str, int]:
    """The formats of what is in the cache; a note that is damaged counts as none."""
    try:
        found = json.loads((cache / NAME).read_bytes())
        return {str(kind): int(number) for kind, number in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return BEFORE_THE_NOTE if (cache / "clips").is_dir() else {}
