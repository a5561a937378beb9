"""A text comes in, goes to any server that speaks OpenAI's audio API, and comes back as checked sound.

The environment says which server (`openai_server`); what a failure means is settled in `openai_failure`, and no
answer passes that is not whole (`openai_answer`).
"""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from pipeline.errors import EngineError, UsageError
from pipeline.model import Audio
from pipeline.speak.engines.edge_answer import letters
from pipeline.speak.engines.edge_pace import Pace, pace_of
from pipeline.speak.engines.homophones import online_script, syllables
from pipeline.speak.engines.openai_answer import RATE, whole_sound
from pipeline.speak.engines.openai_failure import EMBEDDED, refusal, understood_failures
from pipeline.speak.engines.openai_server import server_from

REQUEST_CHARACTERS = 4_096  # what OpenAI's own takes
MOST_BYTES = 64 * 2**20  # of one answer: five minutes of the largest format, several times
CONNECT_S = 10.0
VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take, in seconds: a server on a small machine is not quick."""

    total: float = 60.0
    per_character: float = 1.0

    def limit(self, text: str) -> float:
        return self.total + self.per_character * len(text)


class Reply(NamedTuple):
    """What came back."""

    status: int
    retry_after: str
    body: bytes


class OpenAI:
    """A voice of an OpenAI-compatible server, `rate` per cent faster or slower; `pronounce`: word -> "pin1 yin1".

    Any voice's name is taken: only the server knows what it has. Raises UsageError where no server is named.
    """

    limit = 300
    workers = 4
    online = True
    default_voice = "alloy"
    voices: Mapping[str, Mapping[str, str]] = {
        name: {"language": "multilingual", "gender": "", "style": "one of OpenAI's; other servers have other names"}
        for name in VOICES
    }

    def __init__(
        self,
        voice: str = default_voice,
        rate: int = 0,
        pronounce: Mapping[str, str] | None = None,
        *,
        patience: Patience | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._server = server_from(os.environ)
        self._voice = voice
        self._rate = rate
        self._words = {word: syllables(word, pinyin) for word, pinyin in (pronounce or {}).items()}
        self._patience = patience or Patience()
        self._pace = pace or pace_of(self._server.address, "openai")

    @staticmethod
    def remedy() -> str:
        """What must be set before this engine can be used; nothing is asked of the network."""
        try:
            server_from(os.environ)
        except UsageError as error:
            return error.remedy
        return ""

    def identity(self) -> Mapping[str, Any]:
        """What changes the sound; no key, and of the address neither user nor password nor query."""
        return {
            "engine": "openai",
            "server": self._server.address,
            "model": self._server.model,
            "voice": self._voice,
            "rate": self._rate,
            "format": self._server.audio_format,
        }

    def script(self, text: str) -> str:
        """The text as it is said, the person's words respelt."""
        return online_script(text, self._words)

    def speak(self, script: str) -> Audio:
        """int16 mono at 24 kHz, whole; several threads may call at once, each has its own event loop.

        Raises EngineBusy where asking again may help: refused for now, a broken or partial answer, no answer in
        time. Raises EngineError where it won't: no network, no key, no such model or voice, nothing to say.
        """
        if not letters(script):
            raise EngineError(f"there is nothing to say in {script!r}", "take this passage out of the text")
        pieces = [script[k : k + REQUEST_CHARACTERS] for k in range(0, len(script), REQUEST_CHARACTERS)]
        return Audio(np.concatenate([self._sound(piece).samples for piece in pieces]), RATE)

    def _sound(self, text: str) -> Audio:
        with self._pace.turn():
            with understood_failures(self._server):
                reply = asyncio.run(self._reply(text))
            if reply.status != 200:
                raise refusal(self._server, *reply)
        return whole_sound(reply.body, text, self._speed)

    async def _reply(self, text: str) -> Reply:
        """One request; TimeoutError when it takes too long. A redirect is not followed: the key stays here."""
        import aiohttp

        connecting = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S)
        jar = aiohttp.DummyCookieJar()
        async with (
            asyncio.timeout(self._patience.limit(text)),
            aiohttp.ClientSession(timeout=connecting, trust_env=True, cookie_jar=jar) as session,
            session.post(
                self._server.url, json=self._asked(text), headers=self._headers(), allow_redirects=False
            ) as response,
        ):
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > MOST_BYTES:
                    raise EngineError(f"the voice server at {self._server.address} sends without end", EMBEDDED)
            return Reply(response.status, response.headers.get("Retry-After", ""), bytes(body))

    @property
    def _speed(self) -> float:
        return 1 + self._rate / 100

    def _asked(self, text: str) -> Mapping[str, Any]:
        wanted = {
            "model": self._server.model,
            "voice": self._voice,
            "input": text,
            "response_format": self._server.audio_format,
        }
        return wanted | ({"speed": self._speed} if self._rate else {})

    def _headers(self) -> Mapping[str, str]:
        known = {"Accept-Encoding": "identity", "User-Agent": "audiobook"}
        return known | ({"Authorization": self._server.authorization} if self._server.authorization else {})
