"""A wish (auto, cpu, cuda) comes in; where the model is to run here goes out."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pipeline.errors import MissingProgramError

CPU, CUDA, AUTO = "cpu", "cuda", "auto"
PROVIDERS: Mapping[str, Sequence[str]] = {  # of ONNX Runtime, in the order they are tried, operation by operation
    CPU: ("CPUExecutionProvider",),
    CUDA: ("CUDAExecutionProvider", "CPUExecutionProvider"),
}
DRIVER = Path("/proc/driver/nvidia/gpus")


def device_for(wish: str) -> str:
    """The device that a wish comes to on this machine. Raises MissingProgramError for cuda where there is none."""
    if wish == CPU or (wish == AUTO and not _has_driver()):
        return CPU  # without having loaded the runtime
    lacking = unfit_for_cuda()
    if lacking and wish == CUDA:
        raise MissingProgramError(f"--device cuda: {lacking}", "speak on the processor: --device cpu")
    return CPU if lacking else CUDA


def unfit_for_cuda() -> str:
    """Why the model cannot run on a graphics processor here; "" where it can."""
    return missing_for_cuda(_providers(), _has_driver())


def missing_for_cuda(providers: Sequence[str], driver: bool) -> str:
    """What keeps the model from running on a graphics processor; "" when nothing.

    >>> missing_for_cuda(["CPUExecutionProvider"], driver=True)
    'ONNX Runtime is here without CUDA (pip uninstall onnxruntime; pip install onnxruntime-gpu)'
    >>> missing_for_cuda(["CUDAExecutionProvider", "CPUExecutionProvider"], driver=False)
    'there is no NVIDIA graphics processor, or no driver for it'
    """
    if PROVIDERS[CUDA][0] not in providers:
        return "ONNX Runtime is here without CUDA (pip uninstall onnxruntime; pip install onnxruntime-gpu)"
    return "" if driver else "there is no NVIDIA graphics processor, or no driver for it"


def _providers() -> list[str]:
    from onnxruntime import get_available_providers

    return list(get_available_providers())


def _has_driver() -> bool:
    return DRIVER.is_dir() and any(DRIVER.iterdir())
