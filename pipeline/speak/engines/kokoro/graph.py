"""A model (onnx.ModelProto) comes in as a graph whose tensors can be given new makers; a model goes out."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

OPSET = 20  # of the operators that `emit` writes


class Graph:
    """Tensors by name: who makes each, who takes it, and the values of those that are constant.

    Giving a tensor another maker is all that a rewriting does.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self.makers = {name: node for node in model.graph.node for name in node.output}
        self._takers: dict[str, list[Any]] = {}
        for node in model.graph.node:
            for name in set(node.input):
                self._takers.setdefault(name, []).append(node)
        self._count = 0

    def nodes(self, kind: str) -> list[Any]:
        """The nodes of a kind that make something now, in the model's order."""
        distinct = {id(node): node for node in self.makers.values() if node.op_type == kind}
        return list(distinct.values())

    def maker(self, name: str, kind: str) -> Any:
        """The node that makes a tensor if it is of a kind, else None."""
        node = self.makers.get(name)
        return node if node is not None and node.op_type == kind else None

    def takers(self, name: str, kind: str = "") -> list[Any]:
        """The nodes that take a tensor and make something still, of a kind or all."""
        alive = (node for node in self._takers.get(name, []) if id(self.makers.get(node.output[0])) == id(node))
        return [node for node in alive if not kind or node.op_type == kind]

    def value(self, name: str) -> NDArray[Any] | None:
        """The value of a constant, None for what is computed."""
        from onnx import numpy_helper

        tensor = self._constants.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def constant(self, value: ArrayLike, kind: Any = np.float32) -> str:
        """The name of a constant of this value; equal ones are one."""
        from onnx import numpy_helper

        array = np.asarray(value, kind)
        name = f"constant_{array.dtype}_{array.shape}_{array.tobytes().hex() if array.size < 9 else self._next()}"
        if name not in self._constants:
            self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def emit(self, kind: str, *inputs: str, into: str = "", **attributes: Any) -> str:
        """A new node with one output: the tensor `into`, whose maker it becomes, or a new one. Returns its name."""
        from onnx import helper

        name = into or f"{kind}_{self._next()}"
        node = helper.make_node(kind, list(inputs), [name], name=f"{name}_made", **attributes)
        self.makers[name] = node
        for taken in set(inputs):
            self._takers.setdefault(taken, []).append(node)
        return name

    def forget_unused(self) -> None:
        """Leave out what no output needs."""
        self.makers = {name: node for node in self._needed() for name in node.output}

    def model(self) -> Any:
        """The model of what its outputs need, each node behind those that it takes from."""
        from onnx import helper

        graph, nodes = self._model.graph, list(self._needed())
        taken = {name for node in nodes for name in node.input}
        constants = [tensor for name, tensor in self._constants.items() if name in taken]
        whole = helper.make_graph(nodes, graph.name, graph.input, graph.output, constants)
        return helper.make_model(whole, opset_imports=self._model.opset_import, ir_version=self._model.ir_version)

    def _needed(self) -> Iterator[Any]:
        done: set[int] = set()
        waiting = [self.makers[output.name] for output in reversed(self._model.graph.output)]
        while waiting:
            node = waiting[-1]
            missing = [self.makers[name] for name in node.input if name in self.makers]
            missing = [maker for maker in missing if id(maker) not in done]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            if id(node) not in done:
                done.add(id(node))
                yield node

    def _next(self) -> int:
        self._count += 1
        return self._count
