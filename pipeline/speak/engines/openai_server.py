"""The environment comes in; which OpenAI-compatible voice server is asked, and with which key, goes out.

A key, a password and what stands behind the `?` of an address are secrets: they go to the server, and into no
message, identity or file.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pipeline.errors import UsageError

URL_VARIABLE = "AUDIOBOOK_OPENAI_URL"  # of the server, like http://127.0.0.1:8880/v1
KEY_VARIABLE = "AUDIOBOOK_OPENAI_KEY"
GENERAL_KEY_VARIABLE = "OPENAI_API_KEY"  # also used by other programs: it never goes out unencrypted
MODEL_VARIABLE = "AUDIOBOOK_OPENAI_MODEL"
FORMAT_VARIABLE = "AUDIOBOOK_OPENAI_FORMAT"
OWN_URL = "https://api.openai.com/v1"
DEFAULT_MODEL = "tts-1"
FORMATS = ("wav", "flac", "mp3", "opus", "aac")  # the first tells how long it is, so that a cut is seen
SHORTEST_SECRET = 4  # what is shorter would blot out half of a message
_KEYS = re.compile(r"(?<=Bearer )\S+|\bsk-[\w*-]{6,}")  # another server's: Bearer abc, sk-abc123
SETUP = f"set {URL_VARIABLE} to your server (like http://127.0.0.1:8880/v1), or {KEY_VARIABLE} for OpenAI's own"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to ask, for which model and format; the secrets are not part of its repr."""

    address: str
    model: str
    audio_format: str
    url: str = field(repr=False)
    authorization: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)

    def without_secrets(self, text: str) -> str:
        """A text that may be shown, whatever the server wrote into it."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        return _KEYS.sub("***", text)


def server_from(environment: Mapping[str, str]) -> Server:
    """The server that the environment names. Raises UsageError where it names none, or not rightly."""
    url = environment.get(URL_VARIABLE, "").strip()
    parts = _parts(url or OWN_URL)
    key = _key(environment, parts)
    if not url and not key:
        raise UsageError("the openai engine has no server to ask", SETUP)
    audio_format = environment.get(FORMAT_VARIABLE, "").strip().lower() or FORMATS[0]
    if audio_format not in FORMATS:
        raise UsageError(f"{FORMAT_VARIABLE}={audio_format!r} cannot be read", f"choose one of: {', '.join(FORMATS)}")
    return Server(
        address=_host(parts) + _path(parts),
        model=environment.get(MODEL_VARIABLE, "").strip() or DEFAULT_MODEL,
        audio_format=audio_format,
        url=parts._replace(netloc=_host(parts), path=_path(parts), fragment="").geturl(),
        authorization=f"Bearer {key}" if key else _basic(parts),
        secrets=_secrets(parts, key),
    )


def _parts(url: str) -> SplitResult:
    """An address taken apart; it is not repeated in the message, as it may hold a password."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(f"{URL_VARIABLE} is not an address of a server", "write http://HOST:PORT/v1, or unset it")
    return parts


def _key(environment: Mapping[str, str], parts: SplitResult) -> str:
    """Our own variable, set or empty, stands before the one that other programs use too."""
    general = environment.get(GENERAL_KEY_VARIABLE, "") if parts.scheme == "https" or _is_here(parts) else ""
    key = environment.get(KEY_VARIABLE, general).strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError("the key of the openai engine holds characters that no key has", f"correct {KEY_VARIABLE}")
    return key


def _is_here(parts: SplitResult) -> bool:
    """Whether the server is on this machine."""
    host = parts.hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _host(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2]


def _path(parts: SplitResult) -> str:
    """Where speech is asked for; the path in the address may be left out, or be given to its end.

    >>> [_path(urlsplit(f"http://x{path}")) for path in ("", "/v1/", "/proxy/v1", "/v1/audio/speech")]
    ['/v1/audio/speech', '/v1/audio/speech', '/proxy/v1/audio/speech', '/v1/audio/speech']
    """
    path = parts.path.rstrip("/") or "/v1"
    return path if path.endswith("/audio/speech") else f"{path}/audio/speech"


def _basic(parts: SplitResult) -> str:
    """The user and password of an address, as HTTP sends them."""
    from urllib.parse import unquote

    if not parts.username:
        return ""
    plain = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return f"Basic {base64.b64encode(plain.encode()).decode()}"


def _secrets(parts: SplitResult, key: str) -> tuple[str, ...]:
    queried = [value for _, value in parse_qsl(parts.query)]
    found = (key, parts.password or "", _basic(parts).removeprefix("Basic "), parts.query, *queried)
    return tuple(secret for secret in found if len(secret) >= SHORTEST_SECRET)
