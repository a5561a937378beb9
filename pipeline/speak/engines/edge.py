"""A text comes in, goes to Microsoft's read-aloud service through edge-tts, and comes back as checked sound.

The service is free, has no contract, and changes its mind: every answer is bounded in time and length, and no
answer passes that is not whole (`edge_answer`). What a failure means for the caller is settled in `edge_failure`.
"""

import asyncio
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pipeline import sound
from pipeline.errors import EngineError, UsageError
from pipeline.model import Audio
from pipeline.speak.engines.edge_answer import Answer, answer_of, letters, whole_sound
from pipeline.speak.engines.edge_failure import understood_failures
from pipeline.speak.engines.edge_pace import Pace, pace_of
from pipeline.speak.engines.edge_reach import unreachable
from pipeline.speak.engines.homophones import online_script, syllables

URL_VARIABLE = "AUDIOBOOK_EDGE_URL"  # ws:// or wss:// of another server that speaks the same protocol
OUTPUT_FORMAT = "audio-24khz-48kbitrate-mono-mp3"
# The service takes 4,096 bytes; a character is at most 5 ("&amp;"). edge-tts splits only at blanks and newlines.
REQUEST_CHARACTERS = 800
_BREAKS = (re.compile(r".*[。！？!?；;…\n]", re.DOTALL), re.compile(r".*[，、,：:\s]", re.DOTALL))

VOICES = {
    "zh-CN-YunxiNeural": ("zh-CN", "male", "lively, sunny; novels"),
    "zh-CN-XiaoxiaoNeural": ("zh-CN", "female", "warm; news, novels"),
    "zh-CN-XiaoyiNeural": ("zh-CN", "female", "lively; cartoons, novels"),
    "zh-CN-YunjianNeural": ("zh-CN", "male", "passionate; sports, novels"),
    "zh-CN-YunxiaNeural": ("zh-CN", "male", "a boy, cute; cartoons, novels"),
    "zh-CN-YunyangNeural": ("zh-CN", "male", "professional, reliable; news"),
    "zh-CN-liaoning-XiaobeiNeural": ("zh-CN-liaoning", "female", "humorous; north-eastern Mandarin"),
    "zh-CN-shaanxi-XiaoniNeural": ("zh-CN-shaanxi", "female", "bright; Zhongyuan Mandarin of Shaanxi"),
    "zh-HK-HiuGaaiNeural": ("zh-HK", "female", "friendly; Cantonese"),
    "zh-HK-HiuMaanNeural": ("zh-HK", "female", "friendly; Cantonese"),
    "zh-HK-WanLungNeural": ("zh-HK", "male", "friendly; Cantonese"),
    "zh-TW-HsiaoChenNeural": ("zh-TW", "female", "friendly; Taiwanese Mandarin"),
    "zh-TW-HsiaoYuNeural": ("zh-TW", "female", "friendly; Taiwanese Mandarin"),
    "zh-TW-YunJheNeural": ("zh-TW", "male", "friendly; Taiwanese Mandarin"),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request may take: `silence` seconds without a message, and so many in all."""

    silence: float = 20.0
    total: float = 30.0
    per_character: float = 0.5

    def limit(self, text: str) -> float:
        return self.total + self.per_character * len(text)


class Edge:
    """One of the service's Chinese voices, `rate` per cent faster or slower; `pronounce`: word -> "pin1 yin1".

    Raises UsageError for a voice that does not exist, InputError for a pronunciation that is not pinyin.
    """

    limit = 300
    workers = 4
    online = True
    default_voice = "zh-CN-YunxiNeural"
    voices: Mapping[str, Mapping[str, str]] = {
        name: {"language": language, "gender": gender, "style": style}
        for name, (language, gender, style) in VOICES.items()
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
        if voice not in VOICES:
            raise UsageError(f"the edge engine has no voice {voice!r}", f"choose one of: {', '.join(VOICES)}")
        self._voice = voice
        self._rate = rate
        self._words = {word: syllables(word, pinyin) for word, pinyin in (pronounce or {}).items()}
        self._patience = patience or Patience()
        self._url = _other_server(os.environ.get(URL_VARIABLE, ""))
        self._pace = pace or pace_of(_address(self._url))

    @staticmethod
    def remedy() -> str:
        """What must be done before this engine can be used; nothing is asked of the network."""
        from importlib.util import find_spec

        return "" if find_spec("edge_tts") else "pip install edge-tts"

    @staticmethod
    def unreachable(seconds: float) -> str:
        """Why no connection to the service opens within `seconds`, "" when one does."""
        import edge_tts.constants

        return unreachable(os.environ.get(URL_VARIABLE, "") or edge_tts.constants.WSS_URL, seconds)

    def identity(self) -> Mapping[str, Any]:
        """What changes the sound; another server than Microsoft's is named, a key in its address is not."""
        known = {"engine": "edge", "voice": self._voice, "rate": self._rate, "format": OUTPUT_FORMAT}
        return known | ({"server": _address(self._url)} if self._url else {})

    def script(self, text: str) -> str:
        """The text as it is said, the person's words respelt, and closed with a full stop.

        The service leaves out the boundary of what it does not take for a sentence.
        """
        return online_script(text, self._words)

    def speak(self, script: str) -> Audio:
        """int16 mono at 24 kHz, whole; several threads may call at once, each has its own event loop.

        Raises EngineBusy where asking again may help: a refusal for the moment, a broken or partial answer, no
        answer in time. Raises EngineError where it won't: no network, refused for good, nothing to say.
        """
        if not letters(script):
            raise EngineError(f"there is nothing to say in {script!r}", "take this passage out of the text")
        return sound.joined([self._sound(text) for text in requests_of(script)])

    def _sound(self, text: str) -> Audio:
        with self._pace.turn(), understood_failures():
            answer = asyncio.run(self._answer(text))
        return whole_sound(text, answer)

    async def _answer(self, text: str) -> Answer:
        """One connection, one turn; TimeoutError when the server stalls or takes too long."""
        # Of the client's own time limits, the one for reading does not work while it waits for a message.
        messages = []
        now = asyncio.get_running_loop().time
        end = now() + self._patience.limit(text)
        async with asyncio.timeout_at(end) as limit, aclosing(self._client(text).stream()) as stream:
            limit.reschedule(min(end, now() + self._patience.silence))
            async for message in stream:
                messages.append(message)
                limit.reschedule(min(end, now() + self._patience.silence))
        return answer_of(messages)

    def _client(self, text: str) -> Any:
        import edge_tts

        # The client has no setting for the address; the name is imported into this module, so it is set here.
        edge_tts.communicate.WSS_URL = self._url or edge_tts.constants.WSS_URL  # type: ignore[attr-defined]
        return edge_tts.Communicate(text, self._voice, rate=f"{self._rate:+d}%", boundary="SentenceBoundary")


def requests_of(text: str) -> Iterator[str]:
    """The text in pieces that one request may hold, cut at the end of a sentence, else at a comma, else anywhere.

    >>> [len(piece) for piece in requests_of("好" * 500 + "。" + "好" * 400 + "，" + "好" * 900 + "。！")]
    [501, 401, 800, 102]
    """
    while len(text) > REQUEST_CHARACTERS:
        head = text[:REQUEST_CHARACTERS]
        found = next((match for pattern in _BREAKS if (match := pattern.match(head))), None)
        cut = found.end() if found else REQUEST_CHARACTERS
        yield text[:cut]
        text = text[cut:]
    if letters(text):
        yield text


def _other_server(url: str) -> str:
    """The address to which edge-tts can append its own parameters; "" for Microsoft's.

    >>> _other_server("ws://127.0.0.1:80/edge/v1"), _other_server("")
    ('ws://127.0.0.1:80/edge/v1?TrustedClientToken=none', '')
    """
    if not url:
        return ""
    if urlsplit(url).scheme not in ("ws", "wss") or not urlsplit(url).netloc:
        raise UsageError(f"{URL_VARIABLE}={url!r} is not a WebSocket address", "write ws://HOST:PORT/PATH, or unset it")
    return url if "?" in url else f"{url}?TrustedClientToken=none"


def _address(url: str) -> str:
    """A server's address without user, password and query, which may be secret.

    >>> _address("wss://me:secret@voice.example:8443/edge/v1?TrustedClientToken=secret")
    'voice.example:8443/edge/v1'
    """
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2] + parts.path
