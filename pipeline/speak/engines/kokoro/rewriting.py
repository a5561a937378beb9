"""The voice's int8 model comes in; the same voice in less work goes out, or in more of it and finer.

Four rewritings, each of which leaves what is heard as it was:

* The style's normalisations (seven operations over all samples) become InstanceNormalization (one).
* The activation x + sin(ax)^2 / a takes a polynomial for the sine, which ONNX Runtime computes number by number.
* The Fourier transform of the pitch source, done as a table product for each frame, becomes a convolution.
* The convolutions get their input as s8 in place of u8: the same sums, but by the processor's dot-product
  instructions (VNNI), which multiply u8 (here the weights) by s8.

The fifth is for a finer sound: convolutions by the same weights of what is not rounded to 8 bits.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from pipeline.speak.engines.kokoro.graph import Graph

VERSION = 2  # raise it when the graph that comes out changes

# sin(t)^2 for |t| <= pi / 2 is SINE_SQUARED in powers of t^2, from the first, within 0.0008 (minimax, by linear
# programming); the step of the 8-bit numbers it is rounded to next is some twenty times as large.
SINE_SQUARED = (9.93127137e-01, -3.15853085e-01, 3.15085013e-02)
STEP = 1e-6  # the least step of quantised numbers, lest silence be divided by nothing
NOT_ZERO = 1e-20  # added to the parts of a spectrum, lest an angle be 0 / 0


def rewrite(model: Any, form: str) -> Any:
    """The model (onnx.ModelProto) in one of the FORMS."""
    graph = Graph(model)
    for step in FORMS[form]:
        step(graph)
        graph.forget_unused()
    return graph.model()


class Convolution(NamedTuple):
    """A quantised convolution: its input's quantiser, itself, a rounded bias if any, the sum as float, its scaling."""

    quantiser: Any
    node: Any
    bias: Any
    cast: Any
    scaling: Any


def normalise_at_once(graph: Graph) -> None:
    """(x - mean) / sqrt(variance + 1e-5) * scale + shift, over time, as one InstanceNormalization."""
    for centred in graph.nodes("Sub"):
        source = centred.input[0]
        if not _is_mean_over_time(graph, centred.input[1], source):
            continue
        for division in graph.takers(centred.output[0], "Div"):
            for scaled in graph.takers(division.output[0], "Mul"):
                for shifted in graph.takers(scaled.output[0], "Add"):
                    factors = (_other(scaled, division.output[0]), _other(shifted, scaled.output[0]))
                    flat = [graph.emit("Reshape", name, graph.constant([-1], np.int64)) for name in factors]
                    graph.emit("InstanceNormalization", source, *flat, into=shifted.output[0], epsilon=1e-5)


def _is_mean_over_time(graph: Graph, mean: str, source: str) -> bool:
    node = graph.maker(mean, "ReduceMean")
    if node is None or node.input[0] != source:
        return False
    axes = graph.value(node.input[1])
    return axes is not None and axes.tolist() == [2]


def activate_by_polynomial(graph: Graph) -> None:
    """x + sin(ax)^2 / a behind a normalisation as c (u + p(r^2)), with u = x / c and r = u - its nearest period.

    c = s / a, where s makes the leading coefficient of the polynomial p one: p(v) = v ((v + half)^2 + rest).
    """
    first, second, third = SINE_SQUARED
    s = third**-0.2
    half = second * s**3 / 2
    rest = first * s - half**2
    for sine in graph.nodes("Sin"):
        found = _activation(graph, sine)
        if found is None:
            continue
        plain, alpha, end = found
        source, scale, shift = graph.makers[plain].input
        to_u = graph.constant((alpha / s).ravel())
        u = graph.emit(
            "InstanceNormalization",
            source,
            graph.emit("Mul", scale, to_u),
            graph.emit("Mul", shift, to_u),
            epsilon=1e-5,
        )
        period = graph.constant(np.pi / s)
        turns = graph.emit("QuantizeLinear", u, period, graph.constant(0, np.int8))
        r = graph.emit("Sub", u, graph.emit("DequantizeLinear", turns, period))
        v = graph.emit("Mul", r, r)
        moved = graph.emit("Add", v, graph.constant(half))
        lifted = graph.emit("Add", graph.emit("Mul", moved, moved), graph.constant(rest))
        total = graph.emit("Add", graph.emit("Mul", lifted, v), u)
        graph.emit("Mul", total, graph.constant(s / alpha), into=end)


def _activation(graph: Graph, sine: Any) -> tuple[str, Any, str] | None:
    """What is activated, its constants a, and the name of the result; None where a sine is something else."""
    angle = graph.maker(sine.input[0], "Mul")
    names = list(angle.input) if angle is not None else []
    plain = next((name for name in names if graph.maker(name, "InstanceNormalization")), "")
    alpha = graph.value(_other(angle, plain)) if plain else None
    squares = graph.takers(sine.output[0], "Pow")
    if alpha is None or not squares:
        return None
    [divided] = graph.takers(squares[0].output[0], "Mul")
    [total] = graph.takers(divided.output[0], "Add")
    return (plain, alpha, total.output[0]) if plain in total.input else None


def convolve_for_spectra(graph: Graph) -> None:
    """A short-time Fourier transform as a convolution with the window's cosines and sines.

    Where nothing sounds, the angles of the higher bins are those of what the transform's rounding leaves; the voice
    was made with them, so that this is added. The mean has no imaginary part, and the angle of a negative one is +pi.
    """
    for node in graph.nodes("STFT"):
        hop, window = (graph.value(name) for name in node.input[1:3])
        assert hop is not None and window is not None
        size, bins = len(window), len(window) // 2 + 1
        angles = 2 * np.pi * np.outer(np.arange(bins), np.arange(size)) / size
        waves = np.concatenate([np.cos(angles), -np.round(np.sin(angles), 12)]) * window
        quiet = graph.emit("Expand", _silence(graph, node.input[0]), graph.constant([1, size], np.int64))
        left = graph.emit("STFT", quiet, *node.input[1:], **_attributes(node))
        flat = graph.emit("Reshape", left, graph.constant([bins, 2], np.int64))
        by_part = graph.emit("Reshape", graph.emit("Transpose", flat, perm=[1, 0]), graph.constant([-1], np.int64))
        higher = np.tile(np.arange(bins) > 1, 2)
        rest = graph.emit("Mul", by_part, graph.constant(higher))
        offsets = graph.emit("Add", rest, graph.constant(NOT_ZERO))
        signal = graph.emit("Unsqueeze", node.input[0], graph.constant([1], np.int64))
        spectra = graph.emit("Conv", signal, graph.constant(waves[:, None]), offsets, strides=[int(hop)])
        parts = graph.emit("Reshape", spectra, graph.constant([1, 2, bins, -1], np.int64))
        graph.emit("Transpose", parts, into=node.output[0], perm=[0, 3, 2, 1])


def _silence(graph: Graph, name: str) -> str:
    """What the pitch source gives where nothing sounds: the bias in Tanh(bias + x) through it; 0 for another signal."""
    while name in graph.makers and not graph.maker(name, "Tanh"):
        name = str(graph.makers[name].input[0])
    source = graph.maker(name, "Tanh")
    added = graph.maker(source.input[0], "Add") if source else None
    constant = next((name for name in added.input if graph.value(name) is not None), "") if added else ""
    return graph.emit("Tanh", constant) if constant else graph.constant([0.0])


def convolve_signed(graph: Graph) -> None:
    """The convolutions' input as s8: every sum stays what it was.

    What is multiplied channel by channel just before is not: the quantiser takes the factors into its steps. And a
    normalisation takes away every bias before it, so that none is added there.
    """
    signed: dict[str, tuple[str, str]] = {}
    for found in _convolutions(graph):
        quantised = found.node.input[0]
        if quantised not in signed:
            signed[quantised] = _signed(graph, found.quantiser)
        values, zero = signed[quantised]
        weights, weights_zero = found.node.input[1], found.node.input[3]
        total = graph.emit(
            "ConvInteger", values, weights, zero, weights_zero, into=found.node.output[0], **_attributes(found.node)
        )
        if found.bias is not None and not _bias_vanishes(graph, found):
            total = found.bias.output[0]
        scale = _other(found.scaling, found.cast.output[0])
        graph.emit("DequantizeLinear", total, scale, into=found.scaling.output[0])


def _bias_vanishes(graph: Graph, found: Convolution) -> bool:
    """Whether only normalisations follow, which take away what is the same at all times."""
    takers = graph.takers(found.scaling.output[0])
    return bool(takers) and all(taker.op_type == "InstanceNormalization" for taker in takers)


def _convolutions(graph: Graph) -> list[Convolution]:
    """The quantised convolutions, as the quantising tool writes them: [Add bias,] Cast, Mul by the scale."""
    found = []
    for node in graph.nodes("ConvInteger"):
        quantiser = graph.maker(node.input[0], "DynamicQuantizeLinear")
        adding = graph.takers(node.output[0], "Add")
        [cast] = graph.takers(adding[0].output[0] if adding else node.output[0], "Cast")
        [scaling] = graph.takers(cast.output[0], "Mul")
        found.append(Convolution(quantiser, node, adding[0] if adding else None, cast, scaling))
    return found


def _signed(graph: Graph, quantiser: Any) -> tuple[str, str]:
    """A tensor [1, channels, time] as s8, and its zero point: what DynamicQuantizeLinear makes of it, less 128."""
    source, factors = _before_factors(graph, quantiser.input[0])
    over_time, zero = graph.constant([2], np.int64), graph.constant(0.0)
    ends = [graph.emit(kind, source, over_time) for kind in ("ReduceMin", "ReduceMax")]
    if factors:
        ends = [graph.emit("Mul", end, factors) for end in ends]
    low, high = (
        graph.emit(kind, graph.emit(f"Reduce{kind}", end, keepdims=0), zero)
        for kind, end in zip(("Min", "Max"), ends, strict=True)
    )
    step = graph.emit("Div", graph.emit("Sub", high, low), graph.constant(255.0))
    shared = any(node.op_type != "ConvInteger" for node in graph.takers(quantiser.output[0]))
    step = graph.emit("Max", step, graph.constant(STEP), into="" if shared else quantiser.output[1])
    middle = graph.emit("Round", graph.emit("Neg", graph.emit("Div", low, step)))
    at = graph.emit("Cast", graph.emit("Sub", middle, graph.constant(128.0)), to=3)
    if not factors:
        return graph.emit("QuantizeLinear", source, step, at), at
    steps = graph.emit("Reshape", graph.emit("Div", step, factors), graph.constant([-1], np.int64))
    each = graph.emit("Expand", at, graph.emit("Shape", steps))
    return graph.emit("QuantizeLinear", source, steps, each, axis=1), at


def _before_factors(graph: Graph, name: str) -> tuple[str, str]:
    """The tensor that is multiplied by one positive constant a channel to make `name`, and these; else "" for them."""
    scaled = graph.maker(name, "Mul")
    for source, factors in zip(scaled.input, reversed(scaled.input), strict=True) if scaled is not None else ():
        value = graph.value(factors)
        if value is not None and value.ndim == 3 and value.shape[::2] == (1, 1) and (value > 0).all():
            return source, factors
    return name, ""


def _other(node: Any, name: str) -> str:
    """The one of a node's two inputs that is not `name`."""
    first, second = node.input
    return str(second if first == name else first)


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def convolve_in_float(graph: Graph) -> None:
    """The convolutions of what is not rounded: the weights stay as few bytes as they are, and are scaled on loading."""
    for found in _convolutions(graph):
        source, factors = _before_factors(graph, found.quantiser.input[0])
        weights = _scaled_weights(graph, found)
        if factors:
            weights = graph.emit("Mul", weights, factors)
        bias = [] if found.bias is None or _bias_vanishes(graph, found) else [_float_bias(graph, found.bias)]
        given = _attributes(found.node)
        graph.emit("Conv", source, weights, *bias, into=found.scaling.output[0], **given)


def _scaled_weights(graph: Graph, found: Convolution) -> str:
    """The weights as float: of constants, so that the runtime computes them once."""
    whole, zero = (graph.emit("Cast", name, to=1) for name in (found.node.input[1], found.node.input[3]))
    scales = graph.makers[_other(found.scaling, found.cast.output[0])]
    return graph.emit("Mul", graph.emit("Sub", whole, zero), _other(scales, found.quantiser.output[1]))


def _float_bias(graph: Graph, adding: Any) -> str:
    """The bias before it was rounded: Reshape(Cast(Floor(Div(bias, scale))))."""
    [reshaped] = [node for name in adding.input if (node := graph.maker(name, "Reshape")) is not None]
    name = str(reshaped.input[0])
    while graph.value(name) is None:
        name = str(graph.makers[name].input[0])
    return name


LIGHTER = (normalise_at_once, activate_by_polynomial, convolve_for_spectra)
FORMS: Mapping[str, tuple[Callable[[Graph], None], ...]] = {
    "signed": (*LIGHTER, convolve_signed),  # for processors with VNNI
    "unsigned": LIGHTER,
    "float": (*LIGHTER, convolve_in_float),  # finer
}
