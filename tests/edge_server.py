"""A local read-aloud service for the tests: it keeps Microsoft's protocol, speaks in tones, and fails on command.

The real edge-tts client talks to it. Each connection takes the next `Fault` of the plan, `NONE` when the plan is
at its end.
"""

import asyncio
import email.utils
import json
import re
import ssl
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum, auto
from html import unescape
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from aiohttp import WSMsgType, web

from tests.edge_speech import BYTES_PER_SECOND, MARK_S, SYLLABLE_S, Sentence, Speech, speech, without_middle

PATH = "/consumer/speech/synthesize/readaloud/edge/v1"
TICKS_PER_SECOND = 10_000_000
PIECE_BYTES = 1_440  # of sound in a message: 0.24 s
SKEW_S = 3_600.0
CERTIFICATE = Path(__file__).with_name("edge_server.pem")


class Fault(Enum):
    """One way to treat one connection."""

    NONE = auto()
    FORBIDDEN = auto()  # 403 at the handshake
    FORBIDDEN_WITHOUT_DATE = auto()
    SKEWED = auto()  # 403, and a Date an hour ahead
    TOO_MANY = auto()  # 429
    UNAVAILABLE = auto()  # 503
    GONE = auto()  # 404
    HANG_UP = auto()  # the connection is reset in place of the handshake; aiohttp asks once more
    CLOSED = auto()  # a clean close in the middle of the sound, no turn.end
    RESET = auto()  # the same as a TCP reset
    CLOSED_AT_ONCE = auto()  # a close before any sound
    NO_AUDIO = auto()  # a turn without sound
    CUT = auto()  # half of the sound, all boundaries, turn.end
    CUT_IN_SILENCE = auto()  # the sound of the first sentence, all boundaries, turn.end
    CUT_WITH_BOUNDARIES = auto()  # half of the sound, its boundaries, turn.end
    LEFT_OUT = auto()  # the middle sentence is neither said nor accounted for
    LAST_WORD_LOST = auto()  # the sound breaks off in the last word and the boundaries hide it
    NO_BOUNDARIES = auto()
    STALLED = auto()  # silence for ever, in the middle of the sound
    STALLED_AT_ONCE = auto()
    TRICKLE = auto()  # a message every 0.2 s
    SLOW = auto()  # a message every 0.02 s, which is in time
    UNKNOWN_PATH = auto()
    GARBAGE_TEXT = auto()
    GARBAGE_JSON = auto()
    GARBAGE_FIELDS = auto()  # JSON without the fields that must be there
    GARBAGE_HEADER = auto()  # a binary message whose header is longer than it is
    GARBAGE_SOUND = auto()  # random bytes in place of one piece
    NOT_SOUND = auto()  # random bytes in place of all
    REPEATED = auto()  # one piece of sound twice
    REPEATED_BOUNDARY = auto()  # each boundary twice, which does no harm


STATUS = {
    Fault.FORBIDDEN: 403,
    Fault.FORBIDDEN_WITHOUT_DATE: 403,
    Fault.SKEWED: 403,
    Fault.TOO_MANY: 429,
    Fault.UNAVAILABLE: 503,
    Fault.GONE: 404,
}
PACE_S = {Fault.TRICKLE: 0.2, Fault.SLOW: 0.02}


@dataclass
class Turn:
    """One request under way: where to send, what was asked, what goes wrong."""

    socket: web.WebSocketResponse
    request_id: str
    speech: Speech
    fault: Fault

    async def run(self) -> None:
        await self._text("turn.start", {"context": {"serviceTag": uuid.uuid4().hex}})
        await self._text("response", {"audio": {"type": "inline", "streamId": uuid.uuid4().hex.upper()}})
        await self._odd_message()
        if self.fault is Fault.STALLED_AT_ONCE:
            await asyncio.sleep(3600)
        if self.fault is Fault.CLOSED_AT_ONCE:
            await self.socket.close()
            return
        if self.fault is not Fault.NO_AUDIO and not await self._sound():
            return
        await self._text("turn.end", {})

    async def _odd_message(self) -> None:
        if self.fault is Fault.UNKNOWN_PATH:
            await self._text("turn.later", {})
        if self.fault is Fault.GARBAGE_TEXT:
            await self.socket.send_str("\x00 no header, no body")
        if self.fault is Fault.GARBAGE_JSON:
            await self.socket.send_str("X-RequestId:1\r\nPath:audio.metadata\r\n\r\n{not json")
        if self.fault is Fault.GARBAGE_FIELDS:
            await self._text("audio.metadata", {"Metadata": [{"Type": "SentenceBoundary", "Data": {"Offset": "x"}}]})
        if self.fault is Fault.GARBAGE_HEADER:
            await self.socket.send_bytes(b"\xff\xff short")

    async def _sound(self) -> bool:
        """Sound and boundaries, interleaved; False when the connection is to end without turn.end."""
        pieces = list(self._pieces())
        waiting = deque(self._sentences())
        for i, piece in enumerate(pieces):
            while waiting and waiting[0].start * BYTES_PER_SECOND <= i * PIECE_BYTES:
                await self._boundary(waiting.popleft())
            await self._piece(piece)
            await asyncio.sleep(PACE_S.get(self.fault, 0))
            if i == len(pieces) // 2 and not await self._goes_on(piece):
                return False
        for sentence in waiting:
            await self._boundary(sentence)
        await self._piece(b"")
        return True

    async def _goes_on(self, piece: bytes) -> bool:
        """What happens in the middle of the sound."""
        if self.fault is Fault.REPEATED:
            await self._piece(piece)
        if self.fault is Fault.STALLED:
            await asyncio.sleep(3600)
        if self.fault is Fault.CLOSED:
            await self.socket.close()
        if self.fault is Fault.RESET:
            transport = self.socket._req.transport  # type: ignore[union-attr]
            assert transport
            transport.abort()
        return self.fault not in (Fault.CLOSED, Fault.RESET)

    def _pieces(self) -> Iterator[bytes]:
        mp3 = self.speech.mp3
        if self.fault in (Fault.CUT, Fault.CUT_WITH_BOUNDARIES):
            mp3 = mp3[: len(mp3) // 2]
        if self.fault is Fault.CUT_IN_SILENCE:
            mp3 = mp3[: int((self.speech.sentences[0].end + 0.7 * MARK_S) * BYTES_PER_SECOND)]
        if self.fault is Fault.LAST_WORD_LOST:
            mp3 = mp3[: int((self.speech.sentences[-1].end - 0.5 * SYLLABLE_S) * BYTES_PER_SECOND)]
        if self.fault is Fault.NOT_SOUND:
            mp3 = np.random.default_rng(1).bytes(len(mp3))
        starts = range(0, len(mp3), PIECE_BYTES)
        spoilt = starts[len(starts) // 2] if self.fault is Fault.GARBAGE_SOUND else None
        for start in starts:
            yield b"\x00garbage" * 90 if start == spoilt else mp3[start : start + PIECE_BYTES]

    def _sentences(self) -> Iterator[Sentence]:
        half = len(self.speech.mp3) / 2 / BYTES_PER_SECOND
        for sentence in self.speech.sentences:
            hidden = self.fault is Fault.NO_BOUNDARIES or (
                self.fault is Fault.CUT_WITH_BOUNDARIES and sentence.start > half
            )
            if not hidden:
                end = sentence.end - SYLLABLE_S if self.fault is Fault.LAST_WORD_LOST else sentence.end
                yield Sentence(sentence.text, sentence.start, end)

    async def _boundary(self, sentence: Sentence) -> None:
        text = {"Text": sentence.text, "Length": len(sentence.text), "BoundaryType": "SentenceBoundary"}
        start, length = (round(s * TICKS_PER_SECOND) for s in (sentence.start, sentence.end - sentence.start))
        event = {"Type": "SentenceBoundary", "Data": {"Offset": start, "Duration": length, "text": text}}
        for _ in range(2 if self.fault is Fault.REPEATED_BOUNDARY else 1):
            await self._text("audio.metadata", {"Metadata": [event]})

    async def _text(self, path: str, body: object) -> None:
        head = f"X-RequestId:{self.request_id}\r\nContent-Type:application/json; charset=utf-8\r\nPath:{path}\r\n\r\n"
        await self.socket.send_str(head + json.dumps(body, ensure_ascii=False))

    async def _piece(self, sound: bytes) -> None:
        """A binary message; the one without sound has no Content-Type and ends the stream of sound."""
        kind = "Content-Type:audio/mpeg\r\n" if sound else ""
        head = f"X-RequestId:{self.request_id}\r\n{kind}X-StreamId:{uuid.uuid4().hex.upper()}\r\nPath:audio\r\n"
        await self.socket.send_bytes(len(head).to_bytes(2, "big") + head.encode() + sound)


@dataclass
class EdgeServer:
    """The service on a port of its own, in a thread of its own, for the length of a `with` block."""

    plan: Iterable[Fault] = ()
    tls: bool = False
    texts: list[str] = field(default_factory=list)  # of the requests that came through
    tokens: list[str] = field(default_factory=list)  # of the connections
    url: str = ""

    def __enter__(self) -> Self:
        self._faults = iter(self.plan)
        self._loop = asyncio.new_event_loop()
        ready: Future[int] = Future()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        scheme, host = ("wss", "localhost") if self.tls else ("ws", "127.0.0.1")
        self.url = f"{scheme}://{host}:{ready.result(10)}{PATH}?TrustedClientToken=x"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self, ready: "Future[int]") -> None:
        asyncio.set_event_loop(self._loop)
        app = web.Application()
        app.router.add_get(PATH, self._connection)
        # A turn that stalls ends when its client goes.
        runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
        self._loop.run_until_complete(self._start(runner))
        ready.set_result(runner.addresses[0][1])
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _start(self, runner: web.AppRunner) -> None:
        context = None
        if self.tls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(CERTIFICATE)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()

    async def _connection(self, request: web.Request) -> web.StreamResponse:
        fault = next(self._faults, Fault.NONE)
        self.tokens.append(request.query.get("Sec-MS-GEC", ""))
        wanted = ("TrustedClientToken", "ConnectionId", "Sec-MS-GEC", "Sec-MS-GEC-Version")
        if not all(request.query.get(name) for name in wanted):
            return web.Response(status=403)
        if fault is Fault.HANG_UP:
            assert request.transport
            request.transport.abort()
            return web.Response()
        if fault in STATUS:
            return self._refusal(fault)
        socket = web.WebSocketResponse(compress=True)
        await socket.prepare(request)
        await self._turn(socket, fault)
        return socket

    def _refusal(self, fault: Fault) -> web.Response:
        ahead = SKEW_S if fault is Fault.SKEWED else 0.0
        date = "" if fault is Fault.FORBIDDEN_WITHOUT_DATE else email.utils.formatdate(time.time() + ahead, usegmt=True)
        return web.Response(status=STATUS[fault], headers={"Date": date})

    async def _turn(self, socket: web.WebSocketResponse, fault: Fault) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            head, _, body = message.data.partition("\r\n\r\n")
            headers = dict(line.split(":", 1) for line in head.split("\r\n"))
            if headers["Path"] != "ssml":
                continue
            prosody = re.search(r"rate='([+-]\d+)%' volume='[^']*'>(.*)</prosody>", body, re.DOTALL)
            assert prosody
            text = unescape(prosody[2])
            self.texts.append(text)
            heard = without_middle(text) if fault is Fault.LEFT_OUT else text
            said = await asyncio.to_thread(speech, heard, int(prosody[1]))
            await Turn(socket, headers["X-RequestId"], said, fault).run()
