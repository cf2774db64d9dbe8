"""Into and out of the quantised part: QuantizeLinear, DequantizeLinear, constants with scales."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sw.importer.from_onnx import floats, movement, pointwise
from sw.importer.from_onnx.builder import Builder, Handler, turned
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.values import (
    Island,
    Outside,
    Quantised,
    Real,
    Sums,
    Target,
    Value,
    Weights,
)
from sw.importer.unsigned import TOP_BIT


def _quantize(b: Builder, node: Node) -> Value:
    name = node.input(0)
    if name in b.constants:
        return _quantized_weights(b, node)
    scaling = b.scaling(node, 1, 2)
    value = b.known(node, 0)
    if isinstance(value, Sums):
        return value.rounded(scaling)
    if isinstance(value, Real):
        return b.table(node, value.source, value.functions, Target(scaling=scaling))
    if isinstance(value, Island):
        return floats.rounded(b, node, value, Target(scaling=scaling))
    if isinstance(value, Outside):
        operation = pointwise.quantise_input(scaling)
        made = b.compute(node, operation, [value.index], b.tensors[value.index].shape, scaling)
        for move in value.moves:
            made = move(made)
        return made
    raise b.error(node, "its input is quantised already")


def _quantized_weights(b: Builder, node: Node) -> Weights:
    data, scales = b.constants[node.input(0)], b.reals(node, 1).astype(np.float32)
    points = b.optional(node, 2)
    points = np.zeros(scales.shape, dtype=np.uint8) if points is None else points
    axis = int(node.attributes.get("axis", 1))
    wide = _along(b, node, data, scales, points, axis)
    low, high = (0, 255) if points.dtype == np.uint8 else (-128, 127)
    with np.errstate(all="ignore"):
        whole = np.rint(data.astype(np.float32) / scales.reshape(wide))
    whole = np.nan_to_num(whole) + points.reshape(wide).astype(np.float32)
    return _weights(b, node, np.clip(whole, low, high).astype(points.dtype), scales, points, axis)


def _dequantize(b: Builder, node: Node) -> Value | None:
    name = node.input(0)
    if name not in b.constants:
        value = b.known(node, 0)
        if isinstance(value, Weights):  # a constant that QuantizeLinear made
            return _scaled_anew(b, node, value)
        return Real(source=b.rescaled(node, 0, b.scaling(node, 1, 2)))
    data, scales = b.constants[name], b.reals(node, 1).astype(np.float32)
    axis = int(node.attributes.get("axis", 1))
    points = b.optional(node, 2)
    points = np.zeros(scales.shape, dtype=data.dtype) if points is None else points
    if points.dtype != data.dtype:
        raise b.error(node, f"its zero point is {points.dtype}, its data are {data.dtype}")
    wide = _along(b, node, data, scales, points, axis)
    if data.dtype == np.int32:
        if points.any():
            raise b.error(node, "int32 needs a zero point of 0")
        out = node.outputs[0]
        b.constants[f"{out} int32"] = data
        b.constants[out] = (data * scales.reshape(wide)).astype(np.float32)
        return None
    if str(data.dtype) in ("int4", "uint4"):
        data, points = data.astype(np.int8), points.astype(np.int8)
    return _weights(b, node, data, scales, points, axis)


def _scaled_anew(b: Builder, node: Node, value: Weights) -> Weights:
    """A constant under the scales of the node that reads it: those that made it bind nobody."""
    data = value.data.view(np.uint8) ^ np.uint8(TOP_BIT) if value.flipped else value.data
    scales, points = b.reals(node, 1).astype(np.float32), b.optional(node, 2)
    points = np.zeros(scales.shape, dtype=data.dtype) if points is None else points
    if points.dtype != data.dtype:
        raise b.error(node, f"its zero point is {points.dtype}, its data are {data.dtype}")
    axis = int(node.attributes.get("axis", 1))
    _along(b, node, data, scales, points, axis)
    made = _weights(b, node, data, scales, points, axis)
    return replace(made, settled=value.settled)


def _along(
    b: Builder, node: Node, data: np.ndarray, scales: np.ndarray, points: np.ndarray, axis: int
) -> list[int]:
    """Return the shape in which the scales and zero points of a node broadcast to its data."""
    if scales.ndim > 1 or node.attributes.get("block_size", 0):
        raise b.error(node, "scales of blocks are not supported; quantise by channel")
    if points.ndim > 1 or points.size != scales.size:
        raise b.error(node, f"{_shapes(scales, points)} do not go together; they must be the same")
    if scales.size == 1:
        return []
    if not -data.ndim <= axis < data.ndim:
        raise b.error(node, f"axis {axis} does not exist in shape {data.shape}")
    if data.shape[axis] != scales.size:
        raise b.error(node, f"{scales.size} scales do not fit shape {data.shape} along axis {axis}")
    return [-1 if place == axis % data.ndim else 1 for place in range(data.ndim)]


def _shapes(scales: np.ndarray, points: np.ndarray) -> str:
    return f"scales of shape {scales.shape} and zero points of shape {points.shape}"


def _weights(
    b: Builder, node: Node, data: np.ndarray, scales: np.ndarray, points: np.ndarray, axis: int
) -> Weights:
    if str(data.dtype) not in ("int8", "uint8"):
        raise b.error(node, f"constants of {data.dtype} are not supported; quantise them to int8")
    if not data.size:
        raise b.error(node, f"constants of shape {data.shape} have no elements; export it anew")
    b.usable(node, scales)
    if scales.size > 1 and not (-data.ndim <= axis < data.ndim):
        raise b.error(node, f"axis {axis} does not exist in shape {data.shape}")
    if scales.size > 1 and data.shape[axis] != scales.size:
        raise b.error(node, f"{scales.size} scales do not fit shape {data.shape} along axis {axis}")
    flipped = data.dtype == np.uint8
    values = {int(p) for p in points.reshape(-1)}
    if len(values) != 1:
        raise b.error(node, "its zero points differ; quantise its constants with one")
    return Weights(
        data=turned(data), scales=scales.reshape(-1), zero_point=values.pop() - 128 * flipped,
        axis=axis % max(data.ndim, 1), flipped=bool(flipped),
    )  # fmt: skip


def operand_weights(
    b: Builder, node: Node, at: int, scale_at: int, point_at: int, *, axis: int
) -> Weights:
    """Constant weights whose scales and zero points are operands too."""
    if node.input(at) not in b.constants:
        raise b.error(node, f"input {at} must be constant weights")
    data, scales = b.constant(node, at), b.constant(node, scale_at).astype(np.float32)
    points = b.optional(node, point_at)
    points = np.zeros(1, dtype=data.dtype) if points is None else points
    if points.dtype != data.dtype:
        raise b.error(node, f"input {point_at} is {points.dtype}, its weights are {data.dtype}")
    if max(scales.ndim, points.ndim) > 1 or points.size not in (1, scales.size):
        raise b.error(
            node, f"{_shapes(scales, points)} do not go together; one is wanted, or one for each "
            "channel",
        )  # fmt: skip
    return _weights(b, node, data, scales.reshape(-1), points, axis)


def operand(b: Builder, node: Node, at: int) -> Quantised:
    """A tensor or a constant with its scale and zero point behind it."""
    if node.input(at) in b.constants:
        return b.fixed(node, operand_weights(b, node, at, at + 1, at + 2, axis=0))
    return b.rescaled(node, at, b.scaling(node, at + 1, at + 2))


def moved(b: Builder, node: Node, value: Weights) -> Weights:
    """Transpose, Reshape and the like of weights, whose axis of scales goes with them."""
    rank, axis = value.data.ndim, value.axis
    if node.kind == "Transpose":
        axes = [int(a) for a in node.attributes.get("perm", range(rank - 1, -1, -1))]
        if sorted(axes) != list(range(rank)):
            raise b.error(node, f"{axes} is no order of {rank} axes")
        data = np.ascontiguousarray(value.data.transpose(axes))
        return replace(value, data=data, axis=axes.index(axis), settled=False)
    shape = movement.target(b, node, value.data.shape)
    if value.scales.size > 1:
        before = int(np.prod(value.data.shape[:axis]))
        places = [
            place for place, n in enumerate(shape)
            if n == value.scales.size and int(np.prod(shape[:place])) == before
        ]  # fmt: skip
        if not places:
            raise b.error(node, f"shape {shape} tears the axis of its scales apart")
        axis = places[0]
    return replace(value, data=value.data.reshape(shape), axis=axis, settled=False)


HANDLERS: dict[str, Handler] = {
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
}
