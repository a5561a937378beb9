"""The voice's int8 model comes in; the same model with its convolutions as matrix products goes out.

ONNX Runtime computes ConvInteger (u8 x u8) off the processor's dot-product instructions (VNNI), and the model spends
two thirds of its time there. A one-dimensional convolution of kernel K is K shifted views side by side (im2col) times
one matrix; as MatMulInteger with s8 weights it runs on VNNI. Every number stays what it was, but for where the bias
is added: after the scaling, in float, instead of before it, rounded to int32.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

VERSION = 1  # raise it when the graph that comes out changes
END = np.iinfo(np.int64).max


def rewrite(model: Any) -> Any:
    """The model (onnx.ModelProto) with every plain convolution rewritten, its weights shared out anew."""
    from onnx import helper

    graph = model.graph
    writer = _Writer(graph)
    nodes: list[Any] = []
    for node in graph.node:
        if node.op_type == "ConvInteger" and writer.is_plain(node):
            writer.replace(node)
    for node in graph.node:
        nodes += writer.nodes_for(node)
    ordered = list(_in_order(_used(nodes, graph), graph, writer))
    names = {name for node in ordered for name in node.input}
    initializers = [tensor for tensor in (*graph.initializer, *writer.constants.values()) if tensor.name in names]
    whole = helper.make_graph(ordered, graph.name, graph.input, graph.output, initializers)
    return helper.make_model(whole, opset_imports=model.opset_import, ir_version=model.ir_version)


class _Writer:
    """Collects, for each convolution, the nodes that stand in for it and for what follows it up to its scaling."""

    def __init__(self, graph: Any) -> None:
        self._tensors = {tensor.name: tensor for tensor in graph.initializer}
        self._makers = {name: node for node in graph.node for name in node.output}
        self._takers: dict[str, list[Any]] = {}
        for node in graph.node:
            for name in node.input:
                self._takers.setdefault(name, []).append(node)
        self._instead: dict[str, list[Any]] = {}  # the name of the last node of a chain -> what replaces the chain
        self._gone: set[str] = set()
        self._views: dict[tuple[str, ...], str] = {}
        self.constants: dict[str, Any] = {}

    def nodes_for(self, node: Any) -> list[Any]:
        return self._instead.get(node.name, [] if node.name in self._gone else [node])

    def is_plain(self, node: Any) -> bool:
        """One group, no stride, weights that are known: what the rewriting is exact for."""
        given = _attributes(node)
        return given.get("group", 1) == 1 and list(given.get("strides", [1])) == [1] and node.input[1] in self._tensors

    def replace(self, node: Any) -> None:
        """Replace ConvInteger [+ Add bias] + Cast + Mul scale."""
        chain, bias = self._chain(node)
        scale = next(name for name in chain[-1].input if name != chain[-2].output[0])
        nodes, columns = self._columns(node)
        weights, zero = self._weights(node)
        name = node.name
        nodes += [
            _node("MatMulInteger", [columns, weights, node.input[2], zero], f"{name}_product"),
            _node("Cast", [f"{name}_product"], f"{name}_float", to=1),
            _node("Mul", [f"{name}_float", scale], f"{name}_scaled"),
        ]
        last = f"{name}_scaled"
        if bias:
            nodes.append(_node("Add", [last, bias], f"{name}_biased"))
            last = f"{name}_biased"
        nodes.append(_node("Transpose", [last], chain[-1].output[0], perm=[0, 2, 1]))
        self._instead[chain[-1].name] = nodes
        self._gone.update(link.name for link in chain[:-1])

    def _chain(self, node: Any) -> tuple[list[Any], str]:
        """The convolution and what follows it up to the scaling; the float bias that is added on the way."""
        chain, bias = [node, self._taker(node)], ""
        if chain[-1].op_type == "Add":
            start = next(name for name in chain[-1].input if name != node.output[0])
            bias = self._float_bias(start, self._tensors[node.input[1]].dims[0])
            chain.append(self._taker(chain[-1]))
        return [*chain, self._taker(chain[-1])], bias

    def _taker(self, node: Any) -> Any:
        [taker] = self._takers[node.output[0]]
        return taker

    def _float_bias(self, start: str, channels: int) -> str:
        """The float vector that the quantised bias was made of, searched for backwards."""
        waiting, seen = [start], set()
        while waiting:
            name = waiting.pop()
            tensor = self._tensors.get(name)
            if tensor is not None and tensor.data_type == 1 and list(tensor.dims) == [channels] and "scale" not in name:
                return name
            maker = self._makers.get(name)
            if maker is not None and name not in seen and maker.op_type != "DynamicQuantizeLinear":
                waiting += maker.input
            seen.add(name)
        raise ValueError(f"no bias found behind {start}")

    def _columns(self, node: Any) -> tuple[list[Any], str]:
        """Nodes that put the K shifted views of the input side by side: [1, length, K * channels]."""
        given = _attributes(node)
        kernel, step = self._tensors[node.input[1]].dims[2], given.get("dilations", [1])[0]
        nodes, current = self._padded(node.input[0], node.input[2], given.get("pads", [0, 0]))
        if kernel == 1:
            return nodes, current
        views = []
        for k in range(kernel):
            end = -(step * (kernel - 1 - k)) or END
            slice_ends = [self._constant(f"at_{value}", [value]) for value in (k * step, end, 1)]
            views.append(f"{node.name}_view{k}")
            nodes.append(_node("Slice", [current, *slice_ends], views[-1]))
        nodes.append(_node("Concat", views, f"{node.name}_columns", axis=2))
        return nodes, f"{node.name}_columns"

    def _padded(self, source: str, zero: str, pads: list[int]) -> tuple[list[Any], str]:
        """Nodes for the input, time before channels, padded with its zero point; made once for all that share it."""
        nodes = []
        turned = self._views.get((source,))
        if turned is None:
            turned = self._views[(source,)] = f"{source}_turned"
            nodes.append(_node("Transpose", [source], turned, perm=[0, 2, 1]))
        if not any(pads):
            return nodes, turned
        key = (source, *map(str, pads))
        if key not in self._views:
            self._views[key] = f"{turned}_{pads[0]}_{pads[1]}"
            amounts = self._constant(f"pad_{pads[0]}_{pads[1]}", [0, pads[0], 0, 0, pads[1], 0])
            nodes.append(_node("Pad", [turned, amounts, zero], self._views[key], mode="constant"))
        return nodes, self._views[key]

    def _weights(self, node: Any) -> tuple[str, str]:
        """The weights as s8 [K * channels in, channels out] and their zero point, both moved down by 128."""
        from onnx import numpy_helper

        weights, zero = (numpy_helper.to_array(self._tensors[node.input[k]]).astype(np.int16) - 128 for k in (1, 3))
        flat = weights.transpose(2, 1, 0).reshape(-1, weights.shape[0])
        return self._tensor(f"{node.input[1]}_s8", flat.astype(np.int8)), self._tensor(
            f"{node.input[3]}_s8", zero.astype(np.int8)
        )

    def _constant(self, name: str, values: list[int]) -> str:
        return self._tensor(f"im2col_{name}", np.array(values, np.int64))

    def _tensor(self, name: str, array: np.typing.NDArray[Any]) -> str:
        from onnx import numpy_helper

        self.constants.setdefault(name, numpy_helper.from_array(array, name))
        return name


def _node(kind: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    from onnx import helper

    return helper.make_node(kind, inputs, [output], name=f"{output}_node", **attributes)


def _attributes(node: Any) -> dict[str, Any]:
    from onnx import helper

    return {attribute.name: helper.get_attribute_value(attribute) for attribute in node.attribute}


def _used(nodes: list[Any], graph: Any) -> list[Any]:
    """The nodes that something still asks for."""
    while True:
        asked = {name for node in nodes for name in node.input} | {output.name for output in graph.output}
        kept = [node for node in nodes if any(name in asked for name in node.output)]
        if len(kept) == len(nodes):
            return kept
        nodes = kept


def _in_order(nodes: list[Any], graph: Any, writer: _Writer) -> Iterator[Any]:
    """Each node after what it needs: a shared view may have been made for a later user first."""
    there = {tensor.name for tensor in graph.initializer} | set(writer.constants)
    there |= {given.name for given in graph.input} | {""}
    while nodes:
        later = []
        for node in nodes:
            if all(name in there for name in node.input):
                there.update(node.output)
                yield node
            else:
                later.append(node)
        if len(later) == len(nodes):
            raise ValueError("the rewritten graph has a cycle")
        nodes = later
