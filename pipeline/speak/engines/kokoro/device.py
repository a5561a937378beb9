"""A wish (auto, cpu, cuda) comes in; where the model is to run here goes out."""

import contextlib
import ctypes
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.errors import EngineError, MissingProgramError

CPU, CUDA, AUTO = "cpu", "cuda", "auto"
PROVIDERS: Mapping[str, Mapping[str, Mapping[str, str]]] = {  # of ONNX Runtime, as they are tried for an operation
    CPU: {"CPUExecutionProvider": {}},
    # Not ONNX Runtime's own choice, which times all of cuDNN's ways anew for each length of sentence.
    CUDA: {
        "CUDAExecutionProvider": {"cudnn_conv_algo_search": "DEFAULT", "use_tf32": "0"},
        "CPUExecutionProvider": {},
    },
}
DRIVER = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
ERROR = 3  # ONNX Runtime's number for: say errors, not warnings
INSTALL = 'pip uninstall onnxruntime; pip install "onnxruntime-gpu[cuda,cudnn]"'


def device_for(wish: str) -> str:
    """The device that a wish comes to on this machine. Raises MissingProgramError for cuda where there is none."""
    if wish == CPU or (wish == AUTO and not _has_driver()):
        return CPU  # without having loaded the runtime
    lacking = unfit_for_cuda()
    if lacking and wish == CUDA:
        raise MissingProgramError(f"--device cuda: {lacking}", "speak on the processor: --device cpu")
    return CPU if lacking else CUDA


def provider_of(device: str) -> str:
    """ONNX Runtime's name for what computes on a device."""
    return next(iter(PROVIDERS[device]))


def opened(model: bytes | str, options: Any, device: str) -> Any:
    """An ONNX Runtime session of a model, on a device. Raises EngineError where the device does not come up."""
    import onnxruntime

    onnxruntime.set_default_logger_severity(ERROR)
    options.log_severity_level = ERROR
    if device == CUDA:
        with contextlib.redirect_stdout(sys.stderr):  # where it says which of NVIDIA's libraries it does not find
            onnxruntime.preload_dlls()
        options.use_deterministic_compute = True
    session = onnxruntime.InferenceSession(model, options, providers=list(PROVIDERS[device].items()))
    if provider_of(device) not in session.get_providers():
        raise EngineError(f"ONNX Runtime cannot start {device} here", f"use the processor: --device cpu; or {INSTALL}")
    return session


def unfit_for_cuda() -> str:
    """Why the model cannot run on a graphics processor here; "" where it can."""
    return missing_for_cuda(_providers(), _has_driver())


def missing_for_cuda(providers: Sequence[str], driver: bool) -> str:
    """What keeps the model from running on a graphics processor; "" when nothing.

    >>> missing_for_cuda(["CPUExecutionProvider"], driver=True)
    'ONNX Runtime is here without CUDA (pip uninstall onnxruntime; pip install "onnxruntime-gpu[cuda,cudnn]")'
    >>> missing_for_cuda(["CUDAExecutionProvider", "CPUExecutionProvider"], driver=False)
    'there is no NVIDIA graphics processor, or no driver for it'
    """
    if provider_of(CUDA) not in providers:
        return f"ONNX Runtime is here without CUDA ({INSTALL})"
    return "" if driver else "there is no NVIDIA graphics processor, or no driver for it"


def _providers() -> list[str]:
    from onnxruntime import get_available_providers

    return list(get_available_providers())


def _has_driver() -> bool:
    """Whether NVIDIA's driver is here and finds a processor (CUDA driver API: cuInit, cuDeviceGetCount)."""
    try:
        driver = ctypes.CDLL(DRIVER)
    except OSError:
        return False
    found = ctypes.c_int(0)
    return driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(found)) == 0 and found.value > 0
