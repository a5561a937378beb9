"""A local server of OpenAI's audio API for the tests: it speaks in tones, and fails on command.

Each request takes the next `Fault` of the plan, `NONE` when the plan is at its end.
"""

import asyncio
import io
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Any, Self

import numpy as np
import soundfile
from aiohttp import web

from tests.edge_speech import LEAD_S, RATE, SYLLABLE_S, speech


class Fault(Enum):
    """One way to treat one request."""

    NONE = auto()
    MP3 = auto()  # whatever was asked for
    FLAC = auto()
    STREAMED_WAV = auto()  # the header does not know the length, the transfer is chunked
    OTHER_RATE = auto()  # 22,050 Hz
    TOO_MANY = auto()
    TOO_MANY_WAIT = auto()  # with a Retry-After of one second
    TOO_MANY_WAIT_LONG = auto()  # of an hour
    QUOTA = auto()  # 429, and the account's credit is used up
    UNAVAILABLE = auto()
    CRASHED = auto()
    BAD_KEY = auto()  # 401, and the key in the message
    FORBIDDEN = auto()
    NO_MODEL = auto()  # 404, and the key in the message
    BAD_REQUEST = auto()
    REDIRECT = auto()
    HANG_UP = auto()  # the connection is reset in place of an answer
    CUT_ON_ITS_WAY = auto()  # half of the promised length, then a reset
    CUT_IN_A_CHUNK = auto()
    CUT_WAV = auto()  # half of a file, in a transfer that is whole
    CUT_FLAC = auto()
    CUT_SPEECH = auto()  # a whole file that ends in the middle of a syllable
    TOO_SHORT = auto()  # a whole file that holds the first syllable
    EMPTY = auto()
    ERROR_AS_SOUND = auto()  # 200, and JSON in place of sound
    NOT_SOUND = auto()
    STALLED = auto()
    STALLED_IN_THE_MIDDLE = auto()
    TRICKLE = auto()


ERRORS: dict[Fault, tuple[int, dict[str, str]]] = {
    Fault.TOO_MANY: (429, {}),
    Fault.TOO_MANY_WAIT: (429, {"Retry-After": "1"}),
    Fault.TOO_MANY_WAIT_LONG: (429, {"Retry-After": "3600"}),
    Fault.QUOTA: (429, {}),
    Fault.UNAVAILABLE: (503, {}),
    Fault.CRASHED: (500, {}),
    Fault.BAD_KEY: (401, {}),
    Fault.FORBIDDEN: (403, {}),
    Fault.NO_MODEL: (404, {}),
    Fault.BAD_REQUEST: (400, {}),
}


def wav(samples: Any, rate: int = RATE, kind: str = "WAV") -> bytes:
    stream = io.BytesIO()
    soundfile.write(stream, samples, rate, format=kind, subtype="PCM_16")
    return stream.getvalue()


def sound_for(text: str, rate: int, fault: Fault) -> bytes:
    """The file that answers a text, spoilt as the fault wants it."""
    said = speech(text, rate)
    plain = wav(said.samples)
    match fault:
        case Fault.MP3:
            return said.mp3
        case Fault.FLAC:
            return wav(said.samples, kind="FLAC")
        case Fault.CUT_FLAC:
            flac = wav(said.samples, kind="FLAC")
            return flac[: len(flac) // 2]
        case Fault.OTHER_RATE:
            times = np.arange(round(len(said.samples) * 22_050 / RATE)) / 22_050
            return wav(np.interp(times, np.arange(len(said.samples)) / RATE, said.samples).astype(np.int16), 22_050)
        case Fault.STREAMED_WAV:
            place = plain.index(b"data") + 4
            return plain[:4] + b"\xff" * 4 + plain[8:place] + b"\xff" * 4 + plain[place + 4 :]
        case Fault.CUT_WAV:
            return plain[: len(plain) // 2]
        case Fault.CUT_SPEECH:
            sentence = said.sentences[-1]
            return wav(said.samples[: int((sentence.start + 1.5 * SYLLABLE_S) * RATE)])
        case Fault.TOO_SHORT:
            return wav(said.samples[: int((LEAD_S + SYLLABLE_S) * RATE)])
        case Fault.EMPTY:
            return b""
        case Fault.ERROR_AS_SOUND:
            return b'{"error": {"message": "out of memory"}}'
        case Fault.NOT_SOUND:
            return np.random.default_rng(1).bytes(20_000)
    return plain


@dataclass
class OpenAIServer:
    """The server on a port of its own, in a thread of its own, for the length of a `with` block."""

    plan: Iterable[Fault] = ()
    elsewhere: str = ""  # where it redirects to
    refused: dict[str, Fault] = field(default_factory=dict)  # what happens to a request that holds a text, always
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # the Authorization headers
    url: str = ""

    def __enter__(self) -> Self:
        self._faults = iter(self.plan)
        self._loop = asyncio.new_event_loop()
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{ready.result(10)}/v1"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self, ready: "Future[int]") -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_post("/v1/audio/speech", self._speech)
        runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
        self._loop.run_until_complete(self._start(runner))
        ready.set_result(runner.addresses[0][1])
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _start(self, runner: web.AppRunner) -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def _speech(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        always = next((fault for text, fault in self.refused.items() if text in asked["input"]), None)
        fault = always or next(self._faults, Fault.NONE)
        self.asked.append(asked)
        self.keys.append(request.headers.get("Authorization", ""))
        if fault in ERRORS:
            status, headers = ERRORS[fault]
            words = f"no such thing; you sent {self.keys[-1]} and {request.query_string}"
            code = "insufficient_quota" if fault is Fault.QUOTA else "some_code"
            return web.json_response({"error": {"message": words, "code": code}}, status=status, headers=headers)
        if fault is Fault.REDIRECT:
            return web.Response(status=307, headers={"Location": f"{self.elsewhere}/audio/speech"})
        if fault is Fault.HANG_UP:
            return self._hang_up(request)
        if fault is Fault.STALLED:
            await asyncio.sleep(3600)
        percent = round(100 * (asked.get("speed", 1.0) - 1))
        sound = await asyncio.to_thread(sound_for, asked["input"], percent, fault)
        return await self._sent(request, sound, fault)

    def _hang_up(self, request: web.Request) -> web.Response:
        assert request.transport
        request.transport.abort()
        return web.Response()

    async def _sent(self, request: web.Request, sound: bytes, fault: Fault) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "audio/wav"})
        if fault not in (Fault.STREAMED_WAV, Fault.CUT_IN_A_CHUNK):
            response.content_length = len(sound)
        await response.prepare(request)
        middle = len(sound) // 2
        await response.write(sound[:middle])
        if fault in (Fault.CUT_ON_ITS_WAY, Fault.CUT_IN_A_CHUNK):
            await asyncio.sleep(0.05)  # so that the half is on its way
            return self._hang_up(request)
        if fault is Fault.STALLED_IN_THE_MIDDLE:
            await asyncio.sleep(3600)
        piece = 2000 if fault is Fault.TRICKLE else 1_000_000
        for start in range(middle, len(sound), piece):
            await asyncio.sleep(0.2 if fault is Fault.TRICKLE else 0)
            await response.write(sound[start : start + piece])
        await response.write_eof()
        return response
