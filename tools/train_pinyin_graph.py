"""The weights of the two memories and of the layers on them come in; one ONNX graph goes out.

Inputs: `signs` (n + 2, 1, 64), g2pM's vectors of the signs with its marks for both ends; `seen` (n, 1, 200), all else.
Outputs: `hidden` (n, 128), what our net makes of both; `verdict` (n, 32), what g2pM makes of its own states.
"""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

GATES = (0, 3, 1, 2)  # PyTorch has in, forget, cell, out; ONNX in, out, forget, cell


def graph_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """The graph, weights as float16 inside."""
    nodes, weights = [], []
    for name in ("old", "net"):
        for letter, what in (("W", "in"), ("R", "on"), ("B", "bias")):
            both = np.stack([_turned(arrays[f"{way}_{what}"]) for way in (name, f"{name}_back")])
            if what == "bias":
                both = np.concatenate([both, np.zeros_like(both)], axis=1)
            weights.append(numpy_helper.from_array(both.astype(np.float16), f"{name}_{letter}16"))
            nodes.append(helper.make_node("Cast", [f"{name}_{letter}16"], [f"{name}_{letter}"], to=TensorProto.FLOAT))
    flat = numpy_helper.from_array(np.array([0, 0, -1]), "flat")
    cut = [numpy_helper.from_array(np.array([k]), name) for name, k in (("one", 1), ("last", -1), ("axis", 0))]
    nodes += [
        *_memory("old", "signs", 32),
        helper.make_node("Slice", ["old_all", "one", "last", "axis"], ["old_inside"]),
        helper.make_node("Concat", ["seen", "old_inside"], ["all"], axis=2),
        *_memory("net", "all", arrays["net_on"].shape[1]),
        helper.make_node("Concat", ["net_all", "all"], ["state"], axis=2),
        *_layer("hidden", "state", "Tanh", "hidden"),
        *_layer("old_hidden", "old_inside", "Relu", "verdict"),
    ]
    squeezed = numpy_helper.from_array(np.array([1]), "squeezed")
    for name in ("hidden", "old_hidden"):
        weights.append(numpy_helper.from_array(arrays[name].T.astype(np.float16), f"{name}_W16"))
        weights.append(numpy_helper.from_array(arrays[f"{name}_bias"].astype(np.float16), f"{name}_B16"))
    graph = helper.make_graph(
        nodes,
        "pinyin",
        [_value("signs", ["m", 1, 64]), _value("seen", ["n", 1, arrays["net_in"].shape[1] - 64])],
        [_value("hidden", ["n", len(arrays["hidden"])]), _value("verdict", ["n", len(arrays["old_hidden"])])],
        [*weights, flat, squeezed, *cut],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _turned(array: np.ndarray) -> np.ndarray:
    return np.concatenate([np.split(array, 4)[k] for k in GATES])


def _memory(name: str, source: str, size: int) -> list[onnx.NodeProto]:
    """A two-way LSTM whose states come out as (n, 1, 2 x size): forward beside backward."""
    weights = [f"{name}_{letter}" for letter in "WRB"]
    return [
        helper.make_node("LSTM", [source, *weights], [f"{name}_raw"], direction="bidirectional", hidden_size=size),
        helper.make_node("Transpose", [f"{name}_raw"], [f"{name}_turned"], perm=[0, 2, 1, 3]),
        helper.make_node("Reshape", [f"{name}_turned", "flat"], [f"{name}_all"]),
    ]


def _layer(name: str, source: str, bend: str, target: str) -> list[onnx.NodeProto]:
    """A dense layer on one row a sign."""
    casts = [helper.make_node("Cast", [f"{name}_{x}16"], [f"{name}_{x}"], to=TensorProto.FLOAT) for x in "WB"]
    return [
        *casts,
        helper.make_node("Squeeze", [source, "squeezed"], [f"{name}_rows"]),
        helper.make_node("MatMul", [f"{name}_rows", f"{name}_W"], [f"{name}_product"]),
        helper.make_node("Add", [f"{name}_product", f"{name}_B"], [f"{name}_sum"]),
        helper.make_node(bend, [f"{name}_sum"], [target]),
    ]


def _value(name: str, shape: list[str | int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
