"""Short clips come in; what Whisper writes down of them in a first, cheap pass goes out.

Whisper was trained on windows of 30 s, and a clip of seven is padded to that: most of the encoder's work, and of the
decoder's attention to it, is spent on silence. Here a clip is padded to the next multiple of GRID_S only, and clips
of one length go through the model together, which reads its weights once for all of them. Now and then the decoder,
used to a longer silence, runs on in a circle: so what is heard here counts only where it is right.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.model import Audio
from pipeline.sound import FULL_SCALE, resampled

RATE = 16_000  # samples a second, as Whisper takes them
WINDOW_S = 30  # the most that Whisper takes at once
GRID_S = 3  # what a clip is padded to a multiple of, so that what is heard depends on the clip alone, not on its batch
SILENCE_S = 1  # at least this much after the clip: without it the decoder does not find the end
BATCH = 4  # more gain nothing on one core
TOKENS_A_SECOND = 12  # twice what the fastest Chinese takes


class ShortWindowPass:
    """The first pass with a faster-whisper model; `recipe` is all else that changes what is written down."""

    batch = BATCH

    def __init__(self, model: Callable[[], Any], prompt: str, beam: int, recipe: Mapping[str, Any]) -> None:
        self._model, self._prompt, self._beam, self._recipe = model, prompt, beam, recipe

    def identity(self) -> Mapping[str, Any]:
        """All that changes what is written down of the same sound."""
        return {**self._recipe, "grid": GRID_S, "silence": SILENCE_S, "tokens": TOKENS_A_SECOND}

    def window(self, clip: Path) -> int:
        """The seconds a clip is padded to; 0 if it is too long to be heard here."""
        import soundfile

        padded = -(-(soundfile.info(clip).duration + SILENCE_S) // GRID_S) * GRID_S
        return int(padded) if padded <= WINDOW_S else 0

    def heard(self, clips: Sequence[Path]) -> list[str]:
        """What is written down of clips that are padded to the same length."""
        from ctranslate2 import StorageView

        seconds = self.window(clips[0])
        whisper, (prompt, tokenizer) = self._model(), self._asked
        features = np.stack([self._features(pcm_of(clip), seconds) for clip in clips])
        results = whisper.model.generate(
            whisper.model.encode(StorageView.from_array(features), to_cpu=False),
            [prompt] * len(clips),
            beam_size=self._beam,
            max_length=min(len(prompt) + seconds * TOKENS_A_SECOND, whisper.max_length),
        )
        return [str(tokenizer.decode(result.sequences_ids[0])).strip() for result in results]

    def _features(self, samples: npt.NDArray[np.float32], seconds: int) -> npt.NDArray[np.float32]:
        padded = np.pad(samples, (0, seconds * RATE - len(samples)))
        return np.asarray(self._model().feature_extractor(padded, padding=0), dtype=np.float32)

    @cached_property
    def _asked(self) -> tuple[list[int], Any]:
        """The tokens that the decoder starts from, and the tokenizer that reads what it writes."""
        from faster_whisper.tokenizer import Tokenizer

        whisper = self._model()
        tokenizer = Tokenizer(whisper.hf_tokenizer, whisper.model.is_multilingual, task="transcribe", language="zh")
        leading = tokenizer.encode(f" {self._prompt}")
        return whisper.get_prompt(tokenizer, leading, without_timestamps=True), tokenizer


def pcm_of(clip: Path) -> npt.NDArray[np.float32]:
    """A clip's samples as Whisper takes them."""
    import soundfile

    samples, rate = soundfile.read(clip, dtype="int16")
    return resampled(Audio(samples, rate), RATE).samples.astype(np.float32) / FULL_SCALE
