"""The read-aloud service's address comes in; whether a connection to it opens within a moment goes out."""

import socket
from queue import Empty, SimpleQueue
from threading import Thread
from urllib.parse import urlsplit
from urllib.request import getproxies

PORTS = {"ws": 80, "http": 80, "wss": 443, "https": 443}


def unreachable(url: str, seconds: float) -> str:
    """Why nobody answers at a ws:// or wss:// address (or at the proxy on the way to it), "" when somebody does.

    Takes `seconds` at most, however long the name takes to resolve.
    """
    host, port = _first_stop(url)
    answers: SimpleQueue[str] = SimpleQueue()
    Thread(target=lambda: answers.put(_refusal(host, port, seconds)), daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except Empty:
        return f"{host} does not answer"


def _first_stop(url: str) -> tuple[str, int]:
    """Where a connection to the address begins.

    >>> _first_stop("ws://127.0.0.1:8080/edge/v1?key=secret")
    ('127.0.0.1', 8080)
    """
    from urllib.request import proxy_bypass

    parts = urlsplit(url)
    proxy = getproxies().get("https" if parts.scheme == "wss" else "http", "")
    if proxy and not proxy_bypass(parts.hostname or ""):
        parts = urlsplit(proxy)
    return parts.hostname or "", parts.port or PORTS.get(parts.scheme, 443)


def _refusal(host: str, port: int, seconds: float) -> str:
    try:
        with socket.create_connection((host, port), timeout=seconds):
            return ""
    except OSError as error:
        return f"{host} cannot be reached: {error.strerror or type(error).__name__}"
