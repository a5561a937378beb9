"""A number of kills comes in; a record goes out: what builds and redos that were killed at random moments left behind.

    python benchmarks/crash.py [--kills N] [--seed N]

Four jobs, over and over: a first build, a redo of one section, a build in other formats, and one after the text went on
by a chapter. Each is killed (SIGKILL to
its process group) at moments spread evenly over its undisturbed length, and started again until it comes to its end;
then the book must be, byte for byte, the one that no kill disturbed. Exit 1 if anything was lost.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.crash import books, clips, drafts, forgotten_encodings, killed_after, spoken_again, undisturbed
from tests.test_crash import BUILD, LETTER, REDO, TEXT

OTHERWISE = [*BUILD, "--chapter-format", "mp3", "--formats", "srt,epub"]
JOBS = {"build": BUILD, "redo": REDO, "other formats": OTHERWISE, "next chapter": OTHERWISE}


@dataclass(frozen=True, slots=True)
class Whole:
    """What a job leaves when nothing disturbs it, and how long it takes."""

    files: dict[str, str]
    clips: set[str]
    encodings: set[str]
    seconds: float


@dataclass(slots=True)
class Record:
    """What happened."""

    kills: Counter[str] = field(default_factory=Counter)  # by job and stage
    ends: Counter[str] = field(default_factory=Counter)  # finished jobs, by what was wrong with them
    drafts: int = 0  # met after kills, on the way
    spoken_again: int = 0
    forgotten: int = 0


def main() -> None:
    """Measure the jobs, kill them, print the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance, record, began = random.Random(options.seed), Record(), time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        wholes = measured(started(Path(scratch) / "whole"))
        while sum(record.kills.values()) < options.kills:
            folder = started(Path(scratch) / "killed")
            for job, whole in wholes.items():
                written(job, folder)
                brought_to_its_end(job, whole, folder, chance, record)
    show(wholes, record, time.monotonic() - began)
    sys.exit(set(record.ends) != {"as undisturbed"} or record.spoken_again > 0)


def started(folder: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def written(job: str, folder: Path) -> None:
    """The text is there as it is for a job."""
    (folder / "信.txt").write_text(LETTER if job == "next chapter" else TEXT, encoding="utf-8")


def measured(folder: Path) -> dict[str, Whole]:
    """Each job, undisturbed, one after the other."""
    found = {}
    for job, command in JOBS.items():
        written(job, folder)
        seconds = undisturbed(command, folder)
        found[job] = Whole(books(folder), set(clips(folder)), encodings(folder), seconds)
    return found


def brought_to_its_end(job: str, whole: Whole, folder: Path, chance: random.Random, record: Record) -> None:
    """Start a job and kill it until it lives on to its end; note what was seen."""
    before, killed = clips(folder), True
    while killed:
        killed = killed_after(chance.uniform(0, whole.seconds), command_for(job, folder), folder)
        after = clips(folder)
        record.spoken_again += spoken_again(before, after)
        before = after
        if killed:
            record.kills[f"{job}: {stage(whole, folder)}"] += 1
            record.drafts += len(drafts(folder))
    faults = ["other bytes"] * (books(folder) != whole.files) + ["drafts"] * bool(drafts(folder))
    record.ends[", ".join(faults) or "as undisturbed"] += 1
    record.forgotten += forgotten_encodings(folder)


def command_for(job: str, folder: Path) -> list[str]:
    """The job's command; a redo whose manifest was written is not asked for a second take, but finished by a build."""
    if job != "redo":
        return JOBS[job]
    manifest = json.loads((folder / "output/信/manifest.json").read_bytes())
    return BUILD if manifest["sections"][1]["choice"]["take"] else REDO


def stage(whole: Whole, folder: Path) -> str:
    """How far a killed job had come, seen from what it left."""
    if whole.clips - set(clips(folder)):
        return "reading, speaking"
    if whole.encodings - encodings(folder):
        return "encoding"
    manifest = "信/manifest.json"
    return "behind the manifest" if books(folder).get(manifest) == whole.files[manifest] else "writing the book"


def encodings(folder: Path) -> set[str]:
    """The chapters in the cache."""
    return {path.name for path in (folder / "output/.cache/chapters").glob("[!.]*.m4a")}


def show(wholes: dict[str, Whole], record: Record, seconds: float) -> None:
    """Print the record."""
    print(f"{sum(record.kills.values())} kills in {seconds:.0f} s; undisturbed:", end=" ")
    print(", ".join(f"{job} {whole.seconds:.1f} s" for job, whole in wholes.items()))
    for place, count in sorted(record.kills.items()):
        print(f"  {place:<36}{count:>5}")
    for end, count in record.ends.items():
        print(f"{count} jobs ended: {end}")
    print(
        f"{record.spoken_again} finished clips lost or spoken again; {record.drafts} drafts met after kills, ", end=""
    )
    print(f"{record.forgotten} encoded chapters that no book needs in the cache")


if __name__ == "__main__":
    main()
