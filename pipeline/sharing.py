"""A lock file and who holds it: many at once, or one alone; the system frees what a dead process held.

Builds hold their cache together. Only who has it alone may clear away: what looks forgotten could be another's work.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def together(lock: Path) -> Iterator[None]:
    """Hold the lock beside others; waits while somebody has it alone.

    Where the system gives no lock (a folder that cannot be written, a file system without them) there is none to
    hold: nobody can have it alone there either.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):
            lock.parent.mkdir(parents=True, exist_ok=True)
            fcntl.flock(held.enter_context(lock.open("ab")), fcntl.LOCK_SH)
        yield


@contextlib.contextmanager
def alone(lock: Path) -> Iterator[bool]:
    """Whether nobody else holds the lock; if so, nobody gets it until the block ends. Never waits."""
    with contextlib.ExitStack() as held:
        try:
            fcntl.flock(held.enter_context(lock.open("ab")), fcntl.LOCK_EX | fcntl.LOCK_NB)
            free = True
        except OSError:
            free = False
        yield free
