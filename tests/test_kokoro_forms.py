"""The forms of the embedded voice's model: each rewriting on a small graph beside the original, and the whole voice."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime import InferenceSession, get_available_providers

from pipeline.errors import EngineError, MissingProgramError, UsageError
from pipeline.model import Recipe
from pipeline.speak.engines import offers, open_engine
from pipeline.speak.engines.kokoro import Kokoro, inputs_of, model, rewriting
from pipeline.speak.engines.kokoro.device import CUDA, PROVIDERS, device_for, missing_for_cuda, provider_of
from pipeline.speak.engines.kokoro.graph import OPSET, Graph

Floats = NDArray[np.float32]
vnni = pytest.mark.skipif(not model.has_vnni(), reason="without VNNI, s8 products would saturate")
RANDOM = np.random.default_rng(5)
SIGNAL = RANDOM.normal(0.3, 1.5, (1, 8, 400)).astype(np.float32)


def small(nodes: list[Any], constants: Mapping[str, Any], signal: Floats = SIGNAL) -> Any:
    """A model of "x" -> "y" by these nodes."""
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, signal.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)


def answers(whole: Any, *steps: Callable[[Graph], None], signal: Floats = SIGNAL) -> tuple[Floats, Floats, list[str]]:
    """What a model and its rewriting make of a signal, and the kinds of node that the rewriting has."""
    graph = Graph(whole)
    for step in steps:
        step(graph)
        graph.forget_unused()
    rewritten = graph.model()
    before, after = (
        InferenceSession(content.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": signal})[0]
        for content in (whole, rewritten)
    )
    return before, after, [node.op_type for node in rewritten.graph.node]


def node(kind: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    return helper.make_node(kind, inputs.split(), outputs.split(), **attributes)


NORMALISED = [
    node("ReduceMean", "x time", "mean"), node("Sub", "x mean", "d"), node("Mul", "d d", "squares"),
    node("ReduceMean", "squares time", "variance"), node("Add", "variance little", "more"), node("Sqrt", "more", "sd"),
    node("Div", "d sd", "normal"), node("Mul", "scale normal", "scaled"),
]  # fmt: skip
NORMAL_CONSTANTS = {
    "time": np.array([2]),
    "little": np.float32(1e-5),
    "scale": RANDOM.normal(0, 2, (1, 8, 1)).astype(np.float32),
    "shift": RANDOM.normal(0, 2, (1, 8, 1)).astype(np.float32),
}
ALPHA = np.array([2.3, 1.0, 0.5, 0.14, 0.02, 9e-5, 1.6, 0.8], np.float32).reshape(1, 8, 1)


def test_a_normalisation_is_one_operation_and_the_same() -> None:
    whole = small([*NORMALISED, node("Add", "scaled shift", "y")], NORMAL_CONSTANTS)
    before, after, kinds = answers(whole, rewriting.normalise_at_once)
    assert sorted(kinds) == ["InstanceNormalization", "Reshape", "Reshape"]
    np.testing.assert_allclose(before, after, atol=1e-4)


def test_a_mean_over_something_else_than_time_is_left_alone() -> None:
    whole = small([*NORMALISED, node("Add", "scaled shift", "y")], {**NORMAL_CONSTANTS, "time": np.array([1])})
    assert "InstanceNormalization" not in answers(whole, rewriting.normalise_at_once)[2]


def test_the_activation_has_no_sine_and_is_as_exact_as_was_said_for_every_constant() -> None:
    """Over many periods, for the model's largest and least constants; where both are small it is nearer.

    Float's own grain comes on top.
    """
    nodes = [
        *NORMALISED, node("Add", "scaled shift", "plain"), node("Mul", "alpha plain", "angle"),
        node("Sin", "angle", "s"), node("Pow", "s two", "square"), node("Mul", "inverse square", "part"),
        node("Add", "plain part", "y"),
    ]  # fmt: skip
    constants = {**NORMAL_CONSTANTS, "alpha": ALPHA, "inverse": 1 / ALPHA, "two": np.float32(2)}
    constants["scale"] = constants["scale"] * 9
    before, after, kinds = answers(
        small(nodes, constants), rewriting.normalise_at_once, rewriting.activate_by_polynomial
    )
    assert "Sin" not in kinds
    assert (np.abs(before) * ALPHA / np.pi).max() > 5
    centred = SIGNAL - SIGNAL.mean(axis=2, keepdims=True)
    plain = centred / SIGNAL.std(axis=2, keepdims=True) * constants["scale"] + constants["shift"]
    allowed = np.minimum(0.0009 / ALPHA, 0.008 * ALPHA * plain**2)
    grain = 1e-5 * np.abs(before).max(axis=2, keepdims=True)
    assert (np.abs(after - before) <= allowed + grain).all()


def test_another_sine_stays() -> None:
    assert answers(small([node("Sin", "x", "y")], {}), rewriting.activate_by_polynomial)[2] == ["Sin"]


def test_a_spectrum_is_a_convolution_and_the_same_and_never_without_an_angle() -> None:
    signal = np.concatenate([SIGNAL[0, 0], np.full(100, 0.03, np.float32), np.zeros(60, np.float32)])[None]
    constants = {"hop": np.int64(5), "window": np.hanning(21)[:20].astype(np.float32), "length": np.int64(20)}
    before, after, kinds = answers(
        small([node("STFT", "x hop window length", "y", onesided=1)], constants, signal),
        rewriting.convolve_for_spectra,
        signal=signal,
    )
    assert kinds.count("Conv") == 1
    assert before.shape == after.shape
    np.testing.assert_allclose(before, after, atol=1e-4)
    real, imaginary = after[..., 0], after[..., 1]
    assert (np.abs(real) + np.abs(imaginary) > 0).all()


def convolution(*before: Any) -> tuple[list[Any], dict[str, Any]]:
    """A convolution as the quantising tool writes it, of "x" or of what `before` makes of it ("given")."""
    source = "given" if before else "x"
    nodes = [
        *before,
        node("DynamicQuantizeLinear", source, "q step zero"),
        node("Mul", "step weight_step", "scale"),
        node("Div", "bias scale", "b1"), node("Floor", "b1", "b2"), node("Cast", "b2", "b3", to=TensorProto.INT32),
        node("Reshape", "b3 upright", "whole_bias"),
        node("ConvInteger", "q weights zero weights_zero", "sum", pads=[4, 4], dilations=[2], kernel_shape=[5]),
        node("Add", "sum whole_bias", "total"),
        node("Cast", "total", "float", to=TensorProto.FLOAT),
        node("Mul", "float scale", "y"),
    ]  # fmt: skip
    constants = {
        "weights": RANDOM.integers(0, 256, (6, 8, 5)).astype(np.uint8),
        "weights_zero": np.uint8(61),
        "weight_step": np.float32(0.01),
        "bias": RANDOM.normal(0, 1, 6).astype(np.float32),
        "upright": np.array([1, -1, 1]),
    }
    return nodes, constants


@vnni
@pytest.mark.parametrize("shift", [0.0, 30.0, -30.0])
def test_a_signed_convolution_gives_every_number_that_the_unsigned_one_gives(shift: float) -> None:
    nodes, constants = convolution()
    signal = SIGNAL + np.float32(shift)
    before, after, kinds = answers(small(nodes, constants), rewriting.convolve_signed, signal=signal)
    assert "DynamicQuantizeLinear" not in kinds
    np.testing.assert_array_equal(before, after)


@vnni
def test_silence_stays_silence() -> None:
    nodes, constants = convolution()
    signal = np.zeros_like(SIGNAL)
    _, after, _ = answers(small(nodes, constants), rewriting.convolve_signed, signal=signal)
    np.testing.assert_allclose(after, np.broadcast_to(constants["bias"][:, None], after.shape[1:])[None], atol=1e-4)


@vnni
def test_factors_of_the_channels_go_into_the_steps_of_the_quantiser() -> None:
    nodes, constants = convolution(node("Mul", "x factors", "given"))
    factors = np.linspace(0.1, 3, 8, dtype=np.float32).reshape(1, 8, 1)
    before, after, kinds = answers(small(nodes, {**constants, "factors": factors}), rewriting.convolve_signed)
    assert kinds.count("ReduceMax") == 2, "the greatest of each channel, then of all"
    spread = before.max() - before.min()
    assert np.abs(before - after).max() < spread * 0.01
    assert np.abs(before - after).mean() < spread * 1e-4, "but for a rounding here and there they are equal"


def test_a_convolution_in_float_is_what_the_quantised_one_comes_near() -> None:
    nodes, constants = convolution()
    before, after, kinds = answers(small(nodes, constants), rewriting.convolve_in_float)
    assert "ConvInteger" not in kinds and "Conv" in kinds
    weights = (constants["weights"].astype(np.float32) - 61) * 0.01
    padded = np.pad(SIGNAL[0], ((0, 0), (4, 4)))
    views = np.stack([padded[:, 2 * k : 2 * k + 400] for k in range(5)])
    exact = np.einsum("ock,kct->ot", weights, views)[None] + constants["bias"][:, None]
    np.testing.assert_allclose(after, exact, rtol=1e-4, atol=1e-3)
    assert np.abs(before - exact).max() < 0.5


@pytest.mark.parametrize("form", ["unsigned", pytest.param("signed", marks=vnni), "float"])
def test_every_form_says_what_the_stock_model_says(form: str) -> None:
    script = Kokoro().script("他慢慢地说：“不，我不去。”")
    first, second = (loudness(said_by(name, script)) for name in (model.STOCK, form))
    assert len(first) == len(second)
    assert np.corrcoef(first, second)[0, 1] >= 0.99
    assert 0.95 < first.sum() / second.sum() < 1.05


def said_by(form: str, script: str) -> Floats:
    return np.asarray(model.session(form).run(None, inputs_of(script, "zf_xiaobei"))[0], np.float32).ravel()


def loudness(samples: Floats) -> Floats:
    """The course of it, 10 ms by 10 ms."""
    return np.sqrt((samples[: len(samples) // 240 * 240].reshape(-1, 240) ** 2).mean(axis=1))


# What is chosen.


def test_the_form_is_named_in_the_identity_and_a_form_may_be_demanded(monkeypatch: pytest.MonkeyPatch) -> None:
    normal, high = Kokoro().identity(), Kokoro(quality="high").identity()
    assert normal["graph"].split()[0] in ("signed", "unsigned")
    assert high["graph"] == f"float {rewriting.VERSION}"
    assert {key for key in normal if normal[key] != high[key]} == {"graph"}
    monkeypatch.setenv(model.FORM_VARIABLE, model.STOCK)
    assert Kokoro().identity()["graph"] == Kokoro(quality="high").identity()["graph"] == "stock"
    monkeypatch.setenv(model.FORM_VARIABLE, "wonderful")
    with pytest.raises(EngineError, match="wonderful"):
        Kokoro().speak("a")


def test_a_quality_and_a_device_are_refused_by_an_engine_that_has_none() -> None:
    assert open_engine(Recipe("kokoro", "", quality="high")).identity()["graph"].startswith("float")
    for recipe, device, said in (
        (Recipe("tone", "", quality="high"), "", "no choice of quality"),
        (Recipe("edge", "", quality="high"), "", "no choice of quality"),
        (Recipe("tone", ""), "cuda", "no choice of device"),
        (Recipe("kokoro", "", quality="best"), "", "no quality 'best'"),
        (Recipe("kokoro", ""), "tpu", "no device 'tpu'"),
    ):
        with pytest.raises(UsageError, match=said):
            open_engine(recipe, device=device)
    assert offers("kokoro", "device") == ("auto", "cpu", "cuda") and offers("tone", "device") == ()


def test_the_runtime_that_is_here_decides_about_cuda() -> None:
    here = get_available_providers()
    assert device_for("cpu") == "cpu"
    if provider_of(CUDA) in here and not missing_for_cuda(here, driver=True):
        assert missing_for_cuda(here, driver=False).startswith("there is no NVIDIA graphics processor")
        return
    assert "onnxruntime-gpu" in missing_for_cuda(here, driver=True)
    assert device_for("auto") == "cpu"
    with pytest.raises(MissingProgramError, match="--device cuda") as raised:
        Kokoro(device="cuda")
    assert raised.value.remedy == "speak on the processor: --device cpu"


@pytest.mark.skipif(provider_of(CUDA) in get_available_providers(), reason="the runtime here has CUDA")
def test_a_device_that_does_not_come_up_is_an_error_and_not_a_slower_build() -> None:
    with pytest.raises(EngineError, match="cannot start cuda here") as raised:
        model.session("float", CUDA)
    assert "--device cpu" in raised.value.remedy and "onnxruntime-gpu[cuda,cudnn]" in raised.value.remedy


def test_a_graphics_processor_gets_float_and_its_name_is_in_the_identity() -> None:
    assert model.form_for("", CUDA) == model.form_for("high", CUDA) == "float"
    assert list(PROVIDERS[CUDA]) == ["CUDAExecutionProvider", "CPUExecutionProvider"]
    assert missing_for_cuda(list(PROVIDERS[CUDA]), driver=True) == ""
    assert "device" not in Kokoro(device="cpu").identity()
