"""The server as strangers meet it: ranges, foreign names, tricks with paths, crowds, and those who take their time."""

import asyncio
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from pipeline import serve as serving
from tests.browser import Tab, needs_browser, started
from tests.test_book import audiobook

SOUND = bytes(range(256)) * 40_000  # 10 MB
BOOK = "/%E4%B9%A6"
SECRET = b"nobody may read this"


@dataclass(frozen=True)
class Served:
    """A server in a process of its own, and its folder."""

    folder: Path
    port: int
    pid: int

    def ask(self, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, target, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, body

    def raw(self, sent: bytes, seconds: float = 5) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), seconds) as line:
            line.sendall(sent)
            line.shutdown(socket.SHUT_WR)
            got = b""
            try:
                while block := line.recv(65536):
                    got += block
            except ConnectionResetError:
                pass
            return got


HASTY = """
import sys
from pathlib import Path
from pipeline.serve import Offer, serve
offer = Offer(Path(sys.argv[1]), "127.0.0.1", 0, head_s=1, idle_s=1, stall_s=1)
serve(offer, lambda address: print(address, flush=True))
"""


def begun(folder: Path, *more: str) -> tuple[subprocess.Popen[str], int]:
    return started_by("-m", "pipeline", "serve", "-o", str(folder), "--port", "0", *more)


def started_by(*arguments: str) -> tuple[subprocess.Popen[str], int]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout
    line = process.stdout.readline()
    found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/\n", line)
    assert found, (line, process.stderr and process.stderr.read())
    return process, int(found[1])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("serve")
    folder = base / "output"
    (folder / "书").mkdir(parents=True)
    (folder / "书" / "书.m4b").write_bytes(SOUND)
    (folder / "书" / "index.html").write_text("<!doctype html>the player", encoding="utf-8")
    (folder / "书" / "empty.mp3").touch()
    (folder / ".cache").mkdir()
    for secret in (folder / ".cache/x.json", folder / ".hidden", folder / "书/.draft-x", base / "outside.txt"):
        secret.write_bytes(SECRET)
    (folder / "书" / "out.txt").symlink_to(base / "outside.txt")
    (folder / "书" / "clips").symlink_to(folder / ".cache")
    (folder / "书" / "up").symlink_to(base)
    (folder / "书" / "loop").symlink_to(folder / "书" / "loop")
    os.mkfifo(folder / "书" / "pipe")
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Served]:
    process, port = begun(folder)
    yield Served(folder, port, process.pid)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=10)
    assert (process.returncode, out, error) == (0, "", ""), "Ctrl-C ends it quietly"


# ---- files and ranges ------------------------------------------------------------------------------------------


def test_a_file_comes_whole_with_its_type(served: Served) -> None:
    status, headers, body = served.ask(f"{BOOK}/%E4%B9%A6.m4b")
    assert (status, headers["content-type"], headers["accept-ranges"]) == (200, "audio/mp4", "bytes")
    assert body == SOUND
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=1000000-1999999", (1_000_000, 2_000_000)),
        ("bytes=10239000-", (10_239_000, len(SOUND))),
        ("bytes=-7", (len(SOUND) - 7, len(SOUND))),
        ("bytes=5-99999999999", (5, len(SOUND))),
    ],
)
def test_a_range_comes_as_asked(served: Served, asked: str, expected: tuple[int, int]) -> None:
    start, end = expected
    status, headers, body = served.ask(f"{BOOK}/%E4%B9%A6.m4b", Range=asked)
    assert status == 206
    assert headers["content-range"] == f"bytes {start}-{end - 1}/{len(SOUND)}"
    assert body == SOUND[start:end]


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_that_is_not_there_is_refused(served: Served, asked: str) -> None:
    status, headers, _ = served.ask(f"{BOOK}/%E4%B9%A6.m4b", Range=asked)
    assert (status, headers["content-range"]) == (416, f"bytes */{len(SOUND)}")


@pytest.mark.parametrize("asked", ["bytes=9-3", "lines=1-2", "bytes=a-b", "bytes=0-1,5-6", "bytes=" + "9" * 30 + "-"])
def test_what_is_no_range_is_ignored(served: Served, asked: str) -> None:
    status, headers, _ = served.ask(f"{BOOK}/%E4%B9%A6.m4b", method="HEAD", Range=asked)
    assert (status, headers["content-length"]) == (200, str(len(SOUND)))


def test_a_file_that_changed_meanwhile_is_not_continued(served: Served) -> None:
    target = f"{BOOK}/%E4%B9%A6.m4b"
    tag = served.ask(target, method="HEAD")[1]["etag"]
    assert served.ask(target, Range="bytes=0-9", If_Range=tag)[0] == 206
    assert served.ask(target, method="HEAD", Range="bytes=0-9", If_Range='"another"')[0] == 200
    assert served.ask(target, If_None_Match=tag)[::2] == (304, b"")
    assert served.ask(target, method="HEAD", If_None_Match='"another"')[0] == 200


def test_empty_files_and_folders(served: Served) -> None:
    assert served.ask(f"{BOOK}/empty.mp3")[::2] == (200, b"")
    assert served.ask(f"{BOOK}/empty.mp3", Range="bytes=0-")[0] == 416
    status, headers, _ = served.ask(BOOK)
    assert (status, headers["location"]) == (308, f"{BOOK}/")
    assert b"the player" in served.ask(f"{BOOK}/")[2]
    assert b"Books" in served.ask("/?a=1")[2]
    assert served.ask(f"{BOOK}/%E4%B9%A6.m4b/")[0] == 404


# ---- what must not come out ------------------------------------------------------------------------------------

TRICKS = [
    "/.cache/x.json", "/.hidden", f"{BOOK}/.draft-x", "/..", "/../outside.txt", "/%2e%2e/outside.txt",
    f"{BOOK}/../../outside.txt", f"{BOOK}/..%2f..%2foutside.txt", f"{BOOK}/..%5c..%5coutside.txt", "//etc/passwd",
    "/%2fetc/passwd", "/etc/passwd", f"{BOOK}/out.txt", f"{BOOK}/clips/x.json", f"{BOOK}/up/outside.txt",
    f"{BOOK}/loop", f"{BOOK}/pipe", f"{BOOK}/%00", "/%ff%fe", f"{BOOK}//index.html", "/./.hidden",
    "/%252e%252e/outside.txt",
    "/" + "a/" * 2000, "/" + "x" * 300, "/c:/windows/win.ini", "/書/../.hidden",
]  # fmt: skip


@pytest.mark.parametrize("target", [trick for trick in TRICKS if trick.isascii()])
def test_path_tricks_find_nothing(served: Served, target: str) -> None:
    status, _, body = served.ask(target)
    assert status in (400, 404)
    assert SECRET not in body and b"root:" not in body and str(served.folder).encode() not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "", "192.168.0.1", "a b"]
)
def test_a_foreign_name_is_refused(served: Served, host: str) -> None:
    status, _, body = served.ask("/", Host=host)
    assert status in (400, 421) and b"Books" not in body


def test_only_own_names_and_reading(served: Served) -> None:
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1", f"127.0.0.1:{served.port}", "[::1]:80"):
        assert served.ask("/", Host=host)[0] == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"):
        assert served.ask("/", method=method)[0] == 405


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /.hidden HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n",
        b"\r\n" * 1000,
        b"",
    ],
)
def test_what_is_malformed_gets_no_file_and_harms_nobody(served: Served, sent: bytes) -> None:
    got = served.raw(sent)
    assert not got.startswith(b"HTTP/1.1 2") and SECRET not in got
    assert b"Traceback" not in got and str(served.folder).encode() not in got
    assert served.ask("/")[0] == 200


# ---- crowds and idlers -----------------------------------------------------------------------------------------


def test_two_hundred_listeners_at_once(served: Served) -> None:
    """Each asks for 25 ranges, a tenth of them for files that they may not have."""
    target = f"http://127.0.0.1:{served.port}{BOOK}/%E4%B9%A6.m4b"

    async def listener(session: aiohttp.ClientSession, number: int) -> int:
        good = 0
        for k in range(25):
            start = (number * 40_009 + k * 397_003) % (len(SOUND) - 70_000)
            if k % 10 == 9:
                async with session.get(f"http://127.0.0.1:{served.port}/.hidden") as answer:
                    good += answer.status == 404
                continue
            async with session.get(target, headers={"Range": f"bytes={start}-{start + 65_535}"}) as answer:
                good += answer.status == 206 and await answer.read() == SOUND[start : start + 65_536]
        return good

    async def crowd() -> list[int]:
        connector = aiohttp.TCPConnector(limit=200)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(60)) as session:
            return await asyncio.gather(*(listener(session, number) for number in range(200)))

    assert asyncio.run(crowd()) == [25] * 200
    if Path("/proc").is_dir():
        threads = len(list(Path(f"/proc/{served.pid}/task").iterdir()))
        assert threads <= 4 * serving.THREADS


@pytest.fixture
def hasty(folder: Path) -> Iterator[int]:
    """The port of a server that waits a second for anything."""
    process, port = started_by("-c", HASTY, str(folder))
    yield port
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=10) == ("", "")
    assert process.returncode == 0


def hung_up_after(line: socket.socket, seconds: float) -> float:
    """How long until the other side ends the connection, reading nothing but its end."""
    began = time.monotonic()
    line.settimeout(seconds)
    try:
        while line.recv(1):
            time.sleep(0.2)
            assert time.monotonic() - began < seconds, "it is still served"
    except ConnectionResetError:
        pass
    return time.monotonic() - began


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: local"])
def test_who_asks_for_nothing_is_hung_up_on(hasty: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", hasty)) as line:
        line.sendall(sent)
        assert hung_up_after(line, 5) < 3


def test_who_drips_a_request_is_hung_up_on(hasty: int) -> None:
    with socket.create_connection(("127.0.0.1", hasty)) as line:
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            for letter in b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100:
                line.sendall(bytes([letter]))
                time.sleep(0.05)
        assert time.monotonic() - began < 4


def test_who_takes_no_bytes_is_hung_up_on(hasty: int) -> None:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", hasty))
        line.sendall(b"GET " + BOOK.encode() + b"/%E4%B9%A6.m4b HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = 0
        began = time.monotonic()
        try:
            while block := line.recv(16 if time.monotonic() - began < 5 else 65536):
                got += len(block)
                time.sleep(0.1 if time.monotonic() - began < 5 else 0)  # some bytes a second, then greedily
        except ConnectionResetError:
            pass
        assert got < len(SOUND) / 2, "it went on being served"


def test_idlers_keep_nobody_out(hasty: int) -> None:
    idlers = []
    for _ in range(serving.CONNECTIONS + 50):
        idlers.append(socket.create_connection(("127.0.0.1", hasty)))
    end = time.monotonic() + 10
    status = 0
    while status != 200 and time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", hasty, timeout=5)
        try:
            connection.request("GET", "/")
            status = connection.getresponse().status
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    for idler in idlers:
        idler.close()
    assert status == 200


# ---- the command -----------------------------------------------------------------------------------------------


def test_a_folder_or_port_that_is_not_to_be_had_is_a_usage_error(served: Served, tmp_path: Path) -> None:
    done = audiobook("serve", "-o", "nowhere", cwd=tmp_path)
    assert done.returncode == 2 and "audiobook build" in done.stderr
    done = audiobook("serve", "-o", str(served.folder), "--port", str(served.port), cwd=tmp_path)
    assert done.returncode == 2 and "--port 0" in done.stderr


def test_the_whole_network_is_answered_only_when_asked(folder: Path) -> None:
    process, port = begun(folder, "--host", "0.0.0.0")
    try:
        here = Served(folder, port, process.pid)
        assert here.ask("/", Host=f"192.168.1.7:{port}")[0] == 200
        assert here.ask("/", Host=socket.gethostname())[0] == 200
        assert here.ask("/", Host="evil.example")[0] == 421
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@needs_browser
def test_a_served_book_plays_in_a_browser(tmp_path: Path) -> None:
    text = "第一章 春\n\n春天来了，山上的花都开了。\n\n第二章 夏\n\n夏天的雨说来就来。\n"
    (tmp_path / "书.txt").write_text(text, encoding="utf-8")
    assert audiobook("build", "书.txt", "--engine", "tone", cwd=tmp_path).returncode == 0
    process, port = begun(tmp_path / "output")
    try:
        with started() as browser:
            tab = Tab(browser.new_page())
            tab.page.goto(f"http://127.0.0.1:{port}/")
            tab.page.locator("#books a").click()
            tab.page.locator("#toggle").click()
            tab.wait("!audio.paused && audio.currentTime > 0.2")
            tab.page.locator(".said-line").last.click()
            tab.wait("audio.currentTime > starts.at(-1)")
            tab.page.keyboard.press("n")
            tab.wait("chapter === 1 && audio.currentTime > 0.1")
            assert not tab.complaints
            assert all(url.startswith((f"http://127.0.0.1:{port}/", "data:")) for url in tab.asked)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
