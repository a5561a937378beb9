"""Numbers of clients come in; a table goes out: what `audiobook serve` answers them, and how soon.

    python benchmarks/serving.py [--clients 20 200] [--seconds 10]

Each client asks for one range of 64 KB after the other, anywhere in a file of 60 MB, over a connection that it keeps.
Meanwhile others take a byte now and then, send half a request, or nonsense, or ask for what they may not have; every
answer is compared with the file. The clients run in this process, on the same machine: their cost is in the figures.
"""

import argparse
import asyncio
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import aiohttp

SOUND = random.Random(1).randbytes(60_000_000)
RANGE = 65_536
ROOT = Path(__file__).parents[1]
RUDE = (b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nHost: loc", b"\r\n" * 500)  # fmt: skip
RUDE_AT_ONCE = 40


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clients", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--seconds", type=float, default=10)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, _serving(Path(folder)) as (port, process):
        print(
            f"{'clients':>8}{'answers/s':>11}{'MB/s':>8}{'median ms':>11}{'99 % ms':>9}{'wrong':>7}{'server CPU':>12}"
        )
        for clients in chosen.clients:
            before = _cpu(process)
            waits, wrong = asyncio.run(_crowd(port, clients, chosen.seconds))
            waits.sort()
            share = (_cpu(process) - before) / chosen.seconds
            rate = len(waits) / chosen.seconds
            median, late = (1000 * waits[int(len(waits) * part)] for part in (0.5, 0.99))
            print(f"{clients:8}{rate:11.0f}{rate * RANGE / 1e6:8.0f}{median:11.1f}{late:9.1f}{wrong:7}{share:8.0%} CPU")
        print(f"beside {RUDE_AT_ONCE} rude connections at a time; the server takes {_memory(process):.0f} MB")


@contextlib.contextmanager
def _serving(folder: Path) -> Iterator[tuple[int, int]]:
    """The server, in a process of its own: its port and process."""
    (folder / "书").mkdir()
    (folder / "书" / "书.m4b").write_bytes(SOUND)
    command = [sys.executable, "-m", "pipeline", "serve", "-o", str(folder), "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert process.stdout
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found, "the server does not start"
    try:
        yield int(found[1]), process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(10)


async def _crowd(port: int, clients: int, seconds: float) -> tuple[list[float], int]:
    """How long each answer took, in seconds, and how many were wrong."""
    end = time.monotonic() + seconds
    waits: list[float] = []
    outcomes: Counter[bool] = Counter()

    async def listener(session: aiohttp.ClientSession, chance: random.Random) -> None:
        while time.monotonic() < end:
            start = chance.randrange(len(SOUND) - RANGE)
            began = time.monotonic()
            asked = {"Range": f"bytes={start}-{start + RANGE - 1}"}
            async with session.get(f"http://127.0.0.1:{port}/%E4%B9%A6/%E4%B9%A6.m4b", headers=asked) as answer:
                outcomes[await answer.read() == SOUND[start : start + RANGE]] += 1
            waits.append(time.monotonic() - began)

    async def rude(chance: random.Random) -> None:
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.write(chance.choice(RUDE))
                with contextlib.suppress(TimeoutError):
                    got = await asyncio.wait_for(reader.read(4096), 1)
                    outcomes[not got.startswith(b"HTTP/1.1 2")] += 1  # nobody rude gets a file
                writer.close()

    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as group:
        for k in range(clients):
            group.create_task(listener(session, random.Random(k)))
        for k in range(RUDE_AT_ONCE):
            group.create_task(rude(random.Random(-k - 1)))
    return waits, outcomes[False]


def _cpu(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(process: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1000 if found else 0.0


if __name__ == "__main__":
    main()
