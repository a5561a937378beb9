"""A book spoken by a Dask cluster: a real scheduler, real worker processes, one of them killed in the middle."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.test_book import audiobook, clips, digests

pytest.importorskip("distributed", reason="no Dask here: pip install 'audiobook[cluster]'")

LONG = "山中来信\n\n" + "\n\n".join(
    f"第{number}章\n\n" + "\n\n".join(f"这是第{number}章的第{k}段，信写到了第{number * 100 + k}页。" for k in range(20))
    for number in range(1, 7)
)
SHORT = "山中来信\n\n春天来了，山上的花都开了。\n\n孩子们在溪边跑来跑去。\n"


@dataclass
class Cluster:
    """A scheduler and its workers, each a process of its own."""

    folder: Path
    scheduler: subprocess.Popen[str] = field(init=False)
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    address: str = ""

    def __post_init__(self) -> None:
        self.scheduler = self._started("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self._said(self.scheduler, r"Scheduler at:\s+(tcp://\S+)")

    def join(self, number: int) -> None:
        """Start so many workers of one thread."""
        for _ in range(number):
            self.workers.append(self._started("dask_worker", self.address, "--nthreads", "1", "--no-nanny"))
        for worker in self.workers[-number:]:
            self._said(worker, r"Registered to:\s+(\S+)")

    def stop(self) -> None:
        for one in (*self.workers, self.scheduler):
            one.kill()
            one.wait()

    def _started(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{program}", *arguments],
            cwd=self.folder,
            stderr=subprocess.STDOUT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
        )

    @staticmethod
    def _said(one: subprocess.Popen[str], pattern: str) -> str:
        assert one.stdout
        for line in one.stdout:
            if found := re.search(pattern, line):
                return found[1]
        raise AssertionError(f"it ended without saying {pattern}")


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    running = Cluster(tmp_path)
    yield running
    running.stop()


def at_home(folder: Path, text: str, *options: str) -> dict[str, str]:
    """What one machine makes of a text."""
    folder.mkdir()
    (folder / "信.txt").write_text(text, encoding="utf-8")
    done = audiobook("build", "信.txt", *options, cwd=folder)
    assert done.returncode == 0, done.stderr
    return digests(folder)


def begun(folder: Path, *options: str) -> subprocess.Popen[str]:
    """A build of the long text that goes on by itself."""
    (folder / "信.txt").write_text(LONG, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "build", "信.txt", "--engine", "tone", *options],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])},
    )


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_worker_killed_in_the_middle_changes_no_byte_of_the_book(cluster: Cluster, tmp_path: Path) -> None:
    expected = at_home(tmp_path / "home", LONG, "--engine", "tone")
    cluster.join(2)
    abroad = tmp_path / "abroad"
    abroad.mkdir()
    building = begun(abroad, "--executor", "dask", "--scheduler", cluster.address)
    until(lambda: len(clips(abroad)) > 10)
    os.kill(cluster.workers[0].pid, signal.SIGKILL)
    killed_at = len(clips(abroad))
    _, said = building.communicate(timeout=300)
    assert building.returncode == 0, said
    assert killed_at < len(clips(abroad)), "it was killed before the end"
    assert digests(abroad) == expected


def test_the_embedded_voice_sounds_the_same_abroad(cluster: Cluster, tmp_path: Path) -> None:
    expected = at_home(tmp_path / "home", SHORT)
    cluster.join(1)
    where = ("--executor", "dask", "--scheduler", cluster.address)
    assert at_home(tmp_path / "abroad", SHORT, *where) == expected


def test_without_a_scheduler_this_machine_is_the_cluster(tmp_path: Path) -> None:
    expected = at_home(tmp_path / "home", SHORT, "--engine", "tone")
    assert at_home(tmp_path / "abroad", SHORT, "--engine", "tone", "--executor", "dask", "--jobs", "2") == expected


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("--executor", "dask", "--scheduler", "tcp://127.0.0.1:9"), 4, "no scheduler answers at tcp://127.0.0.1:9"),
        (("--executor", "dask", "--scheduler", "nonsense"), 4, "no scheduler answers at nonsense"),
        (("--executor", "slurm"), 2, "there is no executor 'slurm'"),
        (("--scheduler", "tcp://127.0.0.1:9"), 2, "--executor dask --scheduler tcp://127.0.0.1:9"),
        (("--executor", "dask", "--jobs", "1", "--engine", "edge"), 2, "a cluster does not make edge faster"),
    ],
    ids=["nobody there", "no address", "unknown", "without its executor", "an online voice"],
)
def test_what_cannot_be_is_said(tmp_path: Path, options: tuple[str, ...], code: int, says: str) -> None:
    (tmp_path / "信.txt").write_text(SHORT, encoding="utf-8")
    done = audiobook("build", "信.txt", *options, cwd=tmp_path)
    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert not clips(tmp_path)


def test_a_cluster_without_workers_is_said(cluster: Cluster, tmp_path: Path) -> None:
    (tmp_path / "信.txt").write_text(SHORT, encoding="utf-8")
    done = audiobook("build", "信.txt", "--executor", "dask", "--scheduler", cluster.address, cwd=tmp_path)
    assert done.returncode == 4 and f"dask worker {cluster.address}" in done.stderr, done.stderr


def test_a_scheduler_that_dies_ends_the_build_and_keeps_what_was_spoken(cluster: Cluster, tmp_path: Path) -> None:
    cluster.join(1)
    building = begun(tmp_path, "--executor", "dask", "--scheduler", cluster.address)
    until(lambda: len(clips(tmp_path)) > 10)
    cluster.scheduler.kill()
    _, said = building.communicate(timeout=120)
    assert building.returncode == 4 and "the same command goes on from there" in said, said
    kept = len(clips(tmp_path))
    done = audiobook("build", "信.txt", "--engine", "tone", cwd=tmp_path)
    assert done.returncode == 0 and f"{len(clips(tmp_path)) - kept} of " in done.stderr, done.stderr
