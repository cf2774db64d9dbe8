"""Nodes whose operands are all constants: what exporters compute shapes and weights with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.movement import bounds, target

Array = NDArray[Any]

MOST_FOLDED = 1 << 22  # elements of a constant that is computed


def _constant(b: Builder, node: Node) -> Array:
    from onnx import numpy_helper

    for name, value in node.attributes.items():
        if name == "value":
            return np.asarray(numpy_helper.to_array(value))
        if name in ("value_int", "value_ints"):
            return np.asarray(value, dtype=np.int64)
        if name in ("value_float", "value_floats"):
            return np.asarray(value, dtype=np.float32)
    raise b.error(node, "its value is neither a tensor nor a number")


def _filled(b: Builder, node: Node) -> Array:
    from onnx import numpy_helper

    shape = b.integers(node, 0) or []
    size = 1
    for n in shape:
        size *= n
    if not 0 <= size <= MOST_FOLDED or min(shape, default=0) < 0:
        raise b.error(node, "it makes a constant that is too large")
    value = node.attributes.get("value")
    one = np.zeros(1, dtype=np.float32) if value is None else numpy_helper.to_array(value)
    return np.full(shape, one.reshape(-1)[0], dtype=one.dtype)


def _range(b: Builder, node: Node) -> Array:
    start, stop, step = (b.constant(node, position).reshape(-1)[0] for position in range(3))
    if step == 0 or abs((stop - start) / step) > MOST_FOLDED:
        raise b.error(node, "it makes a constant that is too large")
    return np.arange(start, stop, step, dtype=np.asarray(start).dtype)


def _cast(b: Builder, node: Node) -> Array:
    from onnx import helper

    return b.constant(node, 0).astype(helper.tensor_dtype_to_np_dtype(node.attributes["to"]))


def _slice(b: Builder, node: Node) -> Array:
    data = b.constant(node, 0)
    index = [slice(None)] * data.ndim
    for start, end, place, step in bounds(b, node, data.ndim):
        # From behind, an end before the first element is further than any that counts.
        last = None if step < 0 and end < -data.shape[place] else end
        index[place] = slice(start, last, step)
    return data[tuple(index)]


def _divide(a: Array, c: Array) -> Array:
    if a.dtype.kind == "f":
        return np.asarray(a / c)
    return np.asarray(np.trunc(a / c)).astype(a.dtype)


def _two(function: Callable[[Array, Array], Any]) -> Callable[[Builder, Node], Array]:
    def folded(b: Builder, node: Node) -> Array:
        _together(b, node, 2)
        return np.asarray(function(b.constant(node, 0), b.constant(node, 1)))

    return folded


def _together(b: Builder, node: Node, count: int) -> None:
    """Refuse operands that are small, and of which broadcasting makes a large one."""
    shape = np.broadcast_shapes(*(b.constant(node, position).shape for position in range(count)))
    if math.prod(shape) > MOST_FOLDED:
        raise b.error(node, "it makes a constant that is too large")


def _one(function: Callable[[Array], Any]) -> Callable[[Builder, Node], Array]:
    return lambda b, node: np.asarray(function(b.constant(node, 0)))


def _reshaped(b: Builder, node: Node) -> Array:
    data = b.constant(node, 0)
    return data.reshape(target(b, node, data.shape))


def _transposed(b: Builder, node: Node) -> Array:
    return np.ascontiguousarray(b.constant(node, 0).transpose(node.attributes.get("perm")))


def _gathered(b: Builder, node: Node) -> Array:
    axis = int(node.attributes.get("axis", 0))
    data, places = b.constant(node, 0), b.constant(node, 1)
    if data.size // max(data.shape[axis], 1) * places.size > MOST_FOLDED:
        raise b.error(node, "it makes a constant that is too large")
    return np.asarray(np.take(data, places, axis=axis))


def _joined(b: Builder, node: Node) -> Array:
    parts = [b.constant(node, position) for position in range(len(node.inputs))]
    return np.concatenate(parts, axis=int(node.attributes["axis"]))


def _where(b: Builder, node: Node) -> Array:
    _together(b, node, 3)
    return np.where(*(b.constant(node, position) for position in range(3)))


FOLDED: dict[str, Callable[[Builder, Node], Array]] = {
    "Constant": _constant,
    "ConstantOfShape": _filled,
    "Range": _range,
    "Cast": _cast,
    "Slice": _slice,
    "Shape": _one(lambda a: np.array(a.shape, dtype=np.int64)),
    "Gather": _gathered,
    "Concat": _joined,
    "Reshape": _reshaped,
    "Flatten": _reshaped,
    "Squeeze": _reshaped,
    "Unsqueeze": _reshaped,
    "Transpose": _transposed,
    "Where": _where,
    "Add": _two(np.add),
    "Sub": _two(np.subtract),
    "Mul": _two(np.multiply),
    "Div": _two(_divide),
    "Equal": _two(np.equal),
    "Identity": _one(np.array),
    "Floor": _one(np.floor),
    "Ceil": _one(np.ceil),
    "Neg": _one(np.negative),
}


def fold(b: Builder, node: Node) -> None:
    """Compute a node of constants. Raises NetworkError if it makes no sense, or too much."""
    if sum(b.constants[name].size for name in node.inputs if name) > MOST_FOLDED:
        raise b.error(node, "it makes a constant that is too large")
    made = FOLDED[node.kind](b, node)
    if made.size > MOST_FOLDED:
        raise b.error(node, "it makes a constant that is too large")
    b.constants[node.outputs[0]] = made
