"""The bar of a build, on a real terminal."""

import os
import pty
import subprocess
from pathlib import Path

from tests.crash import ENVIRONMENT, PROGRAM
from tests.test_crash import BUILD, TEXT


def test_a_build_on_a_terminal_draws_its_bar_to_the_end(tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text(TEXT, encoding="utf-8")
    own, terminal = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *BUILD], cwd=tmp_path, stdin=terminal, stdout=terminal, stderr=terminal, env=ENVIRONMENT
    ) as process:
        os.close(terminal)
        shown = b""
        while block := _read(own):
            shown += block
    os.close(own)
    assert process.returncode == 0, shown.decode()
    assert b"Traceback" not in shown
    assert b"speaking" in shown or b"chunks" in shown


def _read(terminal: int) -> bytes:
    """What is there next; nothing once all who write to it are gone (on Linux an error says so)."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""
