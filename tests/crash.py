"""A command comes in; it is killed at a moment, by the clock or before a file is put in place; what is there is seen.

A kill is SIGKILL to the whole process group. Kills that aim at a file ask Python's audit hooks: `draft_of` renames
each draft to its target, and the process dies just before, or just after, a rename to a target of that name.
"""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.files import DRAFT_PREFIX

ROOT = Path(__file__).parents[1]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
PROGRAM = [sys.executable, "-m", "pipeline"]
LONGEST_S = 300
AIMED = """
import os, signal, sys
when, ending = sys.argv.pop(1), sys.argv.pop(1)
hit = False

def aim(event, arguments):
    global hit
    if hit and event in ("open", "os.remove"):
        os.killpg(0, signal.SIGKILL)
    if event == "os.rename" and os.fspath(arguments[1]).endswith(ending):
        if when == "before":
            os.killpg(0, signal.SIGKILL)
        hit = True

sys.addaudithook(aim)
from pipeline.cli import main
main()
"""


def undisturbed(arguments: Sequence[str], folder: Path) -> float:
    """Run a command to its end; how long it took, in seconds."""
    began = time.monotonic()
    done = subprocess.run(
        [*PROGRAM, *arguments], cwd=folder, capture_output=True, text=True, env=ENVIRONMENT, timeout=LONGEST_S
    )
    assert done.returncode == 0, done.stderr
    assert "another build" not in done.stderr, "a dead process holds a lock"
    return time.monotonic() - began


def killed_after(seconds: float, arguments: Sequence[str], folder: Path) -> bool:
    """Kill a command after so many seconds; False if it had ended by then, and well."""
    going = subprocess.Popen(
        [*PROGRAM, *arguments], cwd=folder, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, start_new_session=True
    )
    with contextlib.suppress(subprocess.TimeoutExpired):
        going.wait(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(going.pid, signal.SIGKILL)
    _, told = going.communicate()
    assert "another build" not in told, "a dead process holds a lock"
    assert going.returncode in (0, -signal.SIGKILL), told
    return going.returncode != 0


def killed_at(when: str, ending: str, arguments: Sequence[str], folder: Path) -> None:
    """Kill a command "before" or "after" it puts a file in place whose path ends so."""
    command = [sys.executable, "-c", AIMED, when, ending, *arguments]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, env=ENVIRONMENT, timeout=LONGEST_S, start_new_session=True
    )
    assert done.returncode == -signal.SIGKILL, f"{when} {ending}: it was never put in place"


def books(folder: Path) -> dict[str, str]:
    """Every file in the output folder but the cache, with its SHA-256."""
    output = folder / "output"
    files = [path for path in sorted(output.rglob("*")) if path.is_file() and ".cache" not in path.parts]
    return {str(path.relative_to(output)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def drafts(folder: Path) -> list[Path]:
    return list((folder / "output").rglob(f"{DRAFT_PREFIX}*"))


def clips(folder: Path) -> dict[str, tuple[int, int]]:
    """The finished clips: name -> inode and time; another one means that it was spoken again."""
    found = (path for path in (folder / "output/.cache/clips").rglob("*.flac") if not path.name.startswith("."))
    return {path.name: ((facts := path.stat()).st_ino, facts.st_mtime_ns) for path in found}


def spoken_again(before: Mapping[str, tuple[int, int]], after: Mapping[str, tuple[int, int]]) -> int:
    """How many clips that were finished are gone or were spoken again."""
    return sum(after.get(name) != stamp for name, stamp in before.items())


def forgotten_encodings(folder: Path) -> int:
    """How many encoded chapters lie in the cache that no book needs."""
    manifests = [json.loads(path.read_bytes()) for path in (folder / "output").glob("*/manifest.json")]
    needed = {section["encoding"] for manifest in manifests for section in manifest["sections"]}
    there = {path.stem for path in (folder / "output/.cache/chapters").glob("*.m4a")}
    return len(there - needed)
