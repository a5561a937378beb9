"""A request to an OpenAI-compatible voice server failed; EngineBusy or EngineError goes out, with the remedy.

Never a key: what the server writes about a refused key is not repeated, and the rest is shown without secrets.
"""

import email.utils
import errno
import json
import math
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from pipeline.errors import EngineBusy, EngineError
from pipeline.speak.engines.edge_pace import Refused
from pipeline.speak.engines.openai_server import FORMAT_VARIABLE, KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE, Server

EMBEDDED = "use the embedded voice, which needs no network: --engine kokoro"
LATER = f"wait a little and build again (what is spoken is kept), or {EMBEDDED}"
UNREACHABLE = f"start the server, correct {URL_VARIABLE}, or {EMBEDDED}"
LONGEST_WAIT_S = 120.0  # a server that wants more peace than this ends the build
LONGEST_WORDS = 200  # characters of the server's own message
PASSES = {408, 409, 425, 429}  # and all from 500 on
REFUSED_KEY = {401, 403}
REMEDIES = {
    402: f"look after your account with the server, or {EMBEDDED}",
    404: f"correct {URL_VARIABLE}, {MODEL_VARIABLE} or --voice, or {EMBEDDED}",
}
NOT_UNDERSTOOD = f"try another --voice, {MODEL_VARIABLE} or {FORMAT_VARIABLE} (mp3 is known to most), or {EMBEDDED}"
PASSING = {errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT}


@contextmanager
def understood_failures(server: Server) -> Iterator[None]:
    """Turns every way in which a connection fails into one of our errors."""
    import aiohttp

    try:
        yield
    except TimeoutError as error:
        raise EngineBusy(f"the voice server at {server.address} did not answer in time", LATER) from error
    except aiohttp.ClientHttpProxyError as error:
        raise EngineError(f"the proxy refuses the way to {server.address} ({error.status})", UNREACHABLE) from error
    except aiohttp.ClientSSLError as error:
        raise EngineError(f"the server at {server.address} cannot be trusted", UNREACHABLE) from error
    except aiohttp.ClientConnectorError as error:
        raise _unconnected(server, error.os_error) from error
    except (aiohttp.ClientError, ConnectionError) as error:
        kind = type(error).__name__
        raise EngineBusy(f"the connection to the voice server at {server.address} broke ({kind})", LATER) from error


def _unconnected(server: Server, error: OSError) -> EngineError:
    reason = error.strerror or type(error).__name__
    if error.errno in PASSING:
        return EngineBusy(f"the connection to the voice server at {server.address} broke: {reason}", LATER)
    return EngineError(f"the voice server at {server.address} cannot be reached: {reason}", UNREACHABLE)


def refusal(server: Server, status: int, retry_after: str, body: bytes) -> EngineError:
    """What an HTTP status that is not 200 means."""
    said = f"the voice server at {server.address}"
    if status in REFUSED_KEY:
        return EngineError(
            f"{said} refuses the key, or the lack of one ({status})", f"set {KEY_VARIABLE}, or {EMBEDDED}"
        )
    if 300 <= status < 400:
        return EngineError(
            f"{said} sends us on to another address ({status})", f"set {URL_VARIABLE} to that one, or {EMBEDDED}"
        )
    code, words = _words(body)
    detail = server.without_secrets(f"({status}{': ' if words else ''}{words[:LONGEST_WORDS]})")
    if code == "insufficient_quota":
        return EngineError(f"{said} says that the account's credit is used up {detail}", REMEDIES[402])
    if status not in PASSES and status < 500:
        return EngineError(f"{said} refuses what it is asked for {detail}", REMEDIES.get(status, NOT_UNDERSTOOD))
    wait = seconds_to_wait(retry_after)
    if wait > LONGEST_WAIT_S:
        return EngineError(f"{said} asks to be left in peace for {math.ceil(wait / 60)} minutes {detail}", LATER)
    return Refused(f"{said} is busy {detail}", LATER, wait)


def seconds_to_wait(retry_after: str) -> float:
    """What a Retry-After header asks for: seconds, or a date; 0 where it makes no sense.

    >>> seconds_to_wait("7"), seconds_to_wait("soon"), seconds_to_wait("Thu, 01 Jan 1970 00:00:00 GMT")
    (7.0, 0.0, 0.0)
    """
    with suppress(ValueError, OverflowError):
        if retry_after.strip().isdecimal():
            return float(retry_after)
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    return 0.0


def _words(body: bytes) -> tuple[str, str]:
    """The code and the message of an error as OpenAI and its likes write them; an HTML page says nothing.

    >>> _words(b'{"error": {"message": "no such voice", "code": "x"}}'), _words(b'{"detail": "no"}'), _words(b"<p>")
    (('x', 'no such voice'), ('', 'no'), ('', ''))
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return "", ""
    error = found.get("error", found) if isinstance(found, dict) else found
    if not isinstance(error, dict):
        return "", error if isinstance(error, str) else ""
    words = error.get("message") or error.get("detail") or ""
    return str(error.get("code") or ""), " ".join((words if isinstance(words, str) else json.dumps(words)).split())
