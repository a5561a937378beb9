"""An output folder comes in; it goes out over HTTP, to this machine alone unless told otherwise, until Ctrl-C.

Only GET and HEAD of regular files below the folder, no hidden ones. A request must name this machine in its Host
header: else a foreign web page could have its own name resolved to 127.0.0.1 and read the books (DNS rebinding).
Whoever sends no request or takes no bytes for a while is hung up on; threads and connections are bounded.
"""

import asyncio
import contextlib
import ipaddress
import logging
import os
import re
import signal
import socket
import stat
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from aiohttp import web

from pipeline.errors import InputError, UsageError
from pipeline.shelf import Shelf
from pipeline.write.library import write_library

THREADS = 8  # that open and read files
CONNECTIONS = 384  # each costs up to two file handles; the usual limit is 1024
BLOCK = 1 << 17  # bytes
HEAD_BYTES = 8190
TYPES = {
    ".m4b": "audio/mp4", ".m4a": "audio/mp4", ".mp3": "audio/mpeg", ".opus": "audio/ogg", ".flac": "audio/flac",
    ".html": "text/html; charset=utf-8", ".json": "application/json", ".xml": "application/xml",
    ".txt": "text/plain; charset=utf-8", ".lrc": "text/plain; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip", ".m3u8": "application/vnd.apple.mpegurl", ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp", ".epub": "application/epub+zip",
    ".lpf": "application/lpf+zip",
}  # fmt: skip
GUARDS = {
    "Server": "audiobook",
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "frame-ancestors 'none'",
}
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_HIDDEN = re.compile(r"^\.|^$|[\\\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served to whom: the folder, where to listen (port 0: any free one), the most seconds to wait."""

    folder: Path
    host: str
    port: int
    head_s: float = 20  # for a connection's first request
    idle_s: float = 30  # between two requests
    stall_s: float = 60  # for a block to be taken


class Part(NamedTuple):
    """The bytes of a file that are asked for; status 200, 206, or 416 for none that there are."""

    status: int
    start: int
    length: int


def serve(offer: Offer, told: Callable[[str], None]) -> None:
    """Serve until a person stops it; tell each address once it can be opened. Raises UsageError."""
    if not offer.folder.is_dir():
        raise UsageError(f"there is no folder {offer.folder}", "build a book first: audiobook build SOURCE")
    with contextlib.suppress(InputError, OSError):  # a folder that cannot be written is served as it is
        write_library(offer.folder, Shelf(offer.folder).library_lock)
    asyncio.run(_served(offer, told))


async def _served(offer: Offer, told: Callable[[str], None]) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: the program's own handler ends it
            loop.add_signal_handler(number, stopped.set)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="files") as threads:
        loop.set_default_executor(threads)
        gate = Gate(offer)
        try:
            server = await loop.create_server(gate.protocol, offer.host, offer.port, backlog=CONNECTIONS)
        except OSError as error:
            raise UsageError(
                f"cannot listen on {offer.host}, port {offer.port}: {error.strerror}", "choose another: --port 0"
            ) from error
        async with server:
            port = server.sockets[0].getsockname()[1]
            for name in _addresses(offer.host):
                told(f"http://{name}:{port}/")
            await stopped.wait()
            server.close()
            await gate.close()


class Gate:
    """Lets connections in, but no more than there is room for, and shows out who does not say what they want."""

    def __init__(self, offer: Offer) -> None:
        root = offer.folder.resolve()
        hosts = frozenset(_names(offer.host))

        async def answer(request: web.BaseRequest) -> web.StreamResponse:
            self._silent.discard(request.protocol)
            if request.transport:
                request.transport.set_write_buffer_limits(high=0)  # what is written is sent, or the writer waits
            return await _answer(request, root, hosts, offer.stall_s)

        silent = logging.getLogger(__name__)
        silent.setLevel(logging.CRITICAL)  # what strangers send is answered, not reported
        self._offer = offer
        self._silent: set[web.RequestHandler] = set()
        self._server = web.Server(
            answer,
            access_log=None,
            logger=silent,
            keepalive_timeout=offer.idle_s,
            lingering_time=1,
            max_line_size=HEAD_BYTES,
            max_field_size=HEAD_BYTES,
        )

    def protocol(self) -> asyncio.BaseProtocol:
        """For each new connection: who talks to it."""
        if len(self._server.connections) >= CONNECTIONS:
            return _Refusal()
        guest = self._server()
        self._silent.add(guest)
        asyncio.get_running_loop().call_later(self._offer.head_s, self._look_after, guest)
        return guest

    async def close(self) -> None:
        """Hang up on everyone."""
        for guest in self._server.connections:
            if guest.transport:
                guest.transport.abort()
        await self._server.shutdown(0.1)

    def _look_after(self, guest: web.RequestHandler) -> None:
        if guest in self._silent and guest.transport:
            guest.transport.abort()
        self._silent.discard(guest)


class _Refusal(asyncio.Protocol):
    """There is no room."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.abort()


async def _answer(request: web.BaseRequest, root: Path, hosts: frozenset[str], stall_s: float) -> web.StreamResponse:
    if not _known(request.headers.get("Host", ""), hosts):
        return _word(421, "this server does not go by that name")
    if request.method not in ("GET", "HEAD"):
        return _word(405, "only GET and HEAD", {"Allow": "GET, HEAD"})
    name = path_in(request.raw_path)
    found = await asyncio.to_thread(_found, root, name) if name is not None else None
    if found is None:
        return _word(404, "there is no such file")
    if isinstance(found, str):
        return _word(308, "it is a folder", {"Location": found})
    path, file = found
    try:
        return await _send(request, path.suffix.lower(), file, stall_s)
    finally:
        file.close()


def path_in(target: str) -> str | None:
    """The path below the folder that a request's target means, None for one that may not be asked for.

    >>> path_in("/%E4%B9%A6/?x=1"), path_in("/"), path_in("/a/b.m4a")
    ('书/index.html', 'index.html', 'a/b.m4a')
    >>> [path_in(t) for t in ("/../a", "/%2e%2e/a", "/.cache/x", "//a", "/a%5cb", "/a%00", "http://a/", "/%ff")]
    [None, None, None, None, None, None, None, None]
    """
    plain = target.partition("?")[0]
    if not plain.startswith("/"):
        return None
    try:
        name = unquote(plain, errors="strict")[1:]
    except UnicodeDecodeError:
        return None
    if not name or name.endswith("/"):
        name += "index.html"
    return None if any(_HIDDEN.search(part) for part in name.split("/")) else name


def _found(root: Path, name: str) -> tuple[Path, BinaryIO] | str | None:
    """The open file, the address of a folder that is meant, or None."""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root) or any(part.startswith(".") for part in path.relative_to(root).parts):
            return None
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode) and not name.endswith("index.html"):
            return quote(f"/{name}/")
        return (path, path.open("rb")) if stat.S_ISREG(mode) else None
    except (OSError, RuntimeError, ValueError):  # a loop of links is a RuntimeError before Python 3.13
        return None


async def _send(request: web.BaseRequest, suffix: str, file: BinaryIO, stall_s: float) -> web.StreamResponse:
    facts = os.fstat(file.fileno())
    tag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    headers = GUARDS | {
        "ETag": tag,
        "Accept-Ranges": "bytes",
        "Content-Type": TYPES.get(suffix, "application/octet-stream"),
    }
    if tag in re.findall(r'"[^"]*"', request.headers.get("If-None-Match", "")):
        return web.StreamResponse(status=304, headers=headers)
    asked = request.headers.get("Range", "") if request.headers.get("If-Range", tag) == tag else ""
    part = part_of(asked, facts.st_size)
    if part.status == 416:
        return _word(416, "there are no such bytes", {"Content-Range": f"bytes */{facts.st_size}"})
    if part.status == 206:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{facts.st_size}"
    response = web.StreamResponse(status=part.status, headers=headers)
    response.content_length = part.length
    await response.prepare(request)
    if request.method == "GET":
        await _pour(response, request, (file, part), stall_s)
    return response


def part_of(asked: str, size: int) -> Part:
    """Which bytes a Range header asks for; one that is no single range counts for none (RFC 9110, 14.2).

    >>> [tuple(part_of(asked, 100)) for asked in ("", "bytes=0-9", "bytes=90-", "bytes=-5", "bytes=7-9999")]
    [(200, 0, 100), (206, 0, 10), (206, 90, 10), (206, 95, 5), (206, 7, 93)]
    >>> [tuple(part_of(asked, 100)) for asked in ("bytes=100-", "bytes=-0", "bytes=9-3", "bytes=-", "bytes=1-2,5-6")]
    [(416, 0, 0), (416, 0, 0), (200, 0, 100), (200, 0, 100), (200, 0, 100)]
    """
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not (match[1] or match[2]) or (match[1] and match[2] and int(match[1]) > int(match[2])):
        return Part(200, 0, size)
    start = int(match[1]) if match[1] else max(0, size - int(match[2]))
    end = min(int(match[2]) + 1, size) if match[1] and match[2] else size
    return Part(206, start, end - start) if start < end else Part(416, 0, 0)


async def _pour(
    response: web.StreamResponse, request: web.BaseRequest, source: tuple[BinaryIO, Part], stall_s: float
) -> None:
    """Send the bytes block by block; hang up when one is not taken in time, or the file has shrunk meanwhile."""
    file, part = source
    file.seek(part.start)
    left = part.length
    try:
        while left:
            block = await asyncio.to_thread(file.read, min(BLOCK, left))
            if not block:
                break
            left -= len(block)
            await asyncio.wait_for(response.write(block), stall_s)
        if not left:
            await asyncio.wait_for(response.write_eof(), stall_s)
            return
    except (TimeoutError, ConnectionError):
        pass
    if request.transport:
        request.transport.abort()


def _word(status: int, text: str, more: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{text}\n", headers=GUARDS | (more or {}))


def _known(host: str, names: Iterable[str]) -> bool:
    """Whether a Host header names this machine; an address in figures can be no rebound name.

    >>> [_known(host, {"localhost", "*"}) for host in ("localhost:80", "192.168.1.2:80", "[::1]:80", "a.example", "")]
    [True, True, True, False, False]
    >>> [_known(host, {"localhost"}) for host in ("LOCALHOST", "127.0.0.1", "192.168.1.2", "127.0.0.1.a.example")]
    [True, True, False, False]
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        address = ipaddress.ip_address(name)
    except ValueError:
        return bool(host) and _name_in(host) in names
    return address.is_loopback or "*" in names


def _name_in(host: str) -> str:
    return re.sub(r":\d{0,5}$", "", host).lower().rstrip(".")


def _names(host: str) -> list[str]:
    """What this machine may be called; "*" where others may ask too: then any of its addresses."""
    if _is_loopback(host):
        return ["localhost", host]
    own = socket.gethostname().lower()
    return ["*", "localhost", host.lower(), own, f"{own}.local"]


def _addresses(host: str) -> list[str]:
    """Where to go with a browser."""
    if host not in ("0.0.0.0", "::", ""):
        return [f"[{host}]" if ":" in host else host]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which of our addresses faces the network
        return ["127.0.0.1", probe.getsockname()[0]]
    return ["127.0.0.1"]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
