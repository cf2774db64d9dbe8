"""QDQ: nodes that compute in float32 for the file, and wait for the QuantizeLinear behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sw.importer.from_onnx import floats, movement, pointwise, products, quantising, resizing
from sw.importer.from_onnx.builder import Builder, Handler
from sw.importer.from_onnx.channels import by_channel, sloped
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.rows import along_one_axis, kernel_row, one_row
from sw.importer.from_onnx.values import (
    PLAIN,
    Island,
    Outside,
    Places,
    Quantised,
    Real,
    Sums,
    Target,
    Value,
    Weights,
)

RESHAPES = frozenset({"Reshape", "Flatten", "Squeeze", "Unsqueeze"})
Move = Callable[[Builder, Node, Quantised], Quantised]


def _convolution(b: Builder, node: Node) -> Value:
    x, w = b.quantised(node, 0), kernel_row(b.weights(node, 1))
    row = one_row(b, x)
    make = products.convolution if node.kind == "Conv" else products.transposed
    shape = products.result_shape(b, node, row, w)
    return along_one_axis(x, Sums(shape=shape, make=lambda to: make(b, node, row, w, 2, to)))


def _matmul(b: Builder, node: Node) -> Value:
    x, y = b.quantised(node, 0), b.known(node, 1)
    if not isinstance(y, Weights):
        right = b.quantised(node, 1)
        shape = (*x.shape[:-1], right.shape[-1]) if right.shape else ()
        return Sums(shape=shape, make=lambda to: products.product(b, node, x, right, to))
    shape = (*x.shape[:-1], y.data.shape[-1])

    def biased(name: str) -> Sums:
        """The same with biases, which an Add behind it names."""
        with_bias = replace(node, inputs=(*node.inputs[:2], name))
        return Sums(shape=shape, make=lambda to: products.dense(b, with_bias, x, y, 2, to))

    return replace(biased(""), biased=biased)


def _gemm(b: Builder, node: Node) -> Value:
    x, w, turned_round = _gemm_operands(b, node)
    factor = float(node.attributes.get("alpha", 1.0))
    share = float(node.attributes.get("beta", 1.0))
    if not (np.isfinite(factor) and factor > 0 and np.isfinite(share)):
        raise b.error(node, f"alpha {factor} must be positive, beta {share} a number")
    if share != 1 and node.input(2):
        scaled = f"{node.outputs[0]} biases"
        b.constants[scaled] = b.constant(node, 2).astype(np.float32) * np.float32(share)
        node = replace(node, inputs=(*node.inputs[:2], scaled))
    units = w.data.shape[0 if turned_round else -1]
    return Sums(
        shape=(x.shape[0], units),
        make=lambda to: products.dense(b, node, x, w, 2, to, turned=turned_round, factor=factor),
    )


def _gemm_operands(b: Builder, node: Node) -> tuple[Quantised, Weights, bool]:
    x, w = b.quantised(node, 0), b.weights(node, 1)
    if node.attributes.get("transA", 0) or len(x.shape) != 2 or w.data.ndim != 2:
        raise b.error(node, "only a matrix that is not turned, times constants, is supported")
    return x, w, bool(node.attributes.get("transB", 0))


def _pool(b: Builder, node: Node) -> Value:
    """AveragePool, whose result has another scale, and maxima, which keep it."""
    value = b.known(node, 0)
    x = b.quantised(node, 0)
    row = one_row(b, x)
    if node.kind != "AveragePool":
        made = along_one_axis(x, products.max_pool(b, node, row))
        return Real(source=made) if isinstance(value, Real) else made
    _refuse_scales_with_an_axis(b, node)
    shape = products.pool_shape(b, node, row)
    make = products.average_pool
    return along_one_axis(x, Sums(shape=shape, make=lambda to: make(b, node, row, to)))


def _refuse_scales_with_an_axis(b: Builder, node: Node) -> None:
    """Raise NetworkError for a scale or zero point of shape (1,) around an AveragePool.

    onnxruntime makes a QLinearAveragePool of the three, which takes single numbers alone.
    """
    for other in b.file.nodes:
        before = other.kind == "DequantizeLinear" and node.input(0) in other.outputs
        behind = other.kind == "QuantizeLinear" and other.input(0) in node.outputs
        for position in (1, 2) if before or behind else ():
            if other.input(position) and b.constant(other, position).shape:
                raise b.error(
                    other, f"input {position} has an axis; beside AveragePool, () is wanted"
                )


def _reduce(b: Builder, node: Node) -> Value:
    """Means and sums, whose results have another scale, and extremes, which keep it."""
    value = b.known(node, 0)
    if floats.is_float(value):
        return floats.reduced(b, node)
    x = b.quantised(node, 0)
    if node.kind == "GlobalAveragePool":
        x = one_row(b, x)
        axes, keep = tuple(range(2, len(x.shape))), True
    else:
        axes = movement.reduced_axes(b, node, len(x.shape))
        keep = bool(node.attributes.get("keepdims", 1))
    if not axes:
        raise b.error(node, f"there is nothing to average in shape {x.shape}")
    if node.kind in ("ReduceMax", "ReduceMin"):
        made = products.extreme(b, node, x, axes, keep)
        return Real(source=made) if isinstance(value, Real) else made
    shape = np.zeros(x.shape, dtype=np.int8).sum(axis=axes, keepdims=keep).shape
    whole = Sums(shape=shape, make=lambda to: products.mean(b, node, x, axes, keep, to))
    return along_one_axis(b.quantised(node, 0), whole)


def _function(b: Builder, node: Node) -> Value:
    value = b.known(node, 0 if node.input(0) in b.values else 1)
    if isinstance(value, Sums) and node.kind in ("Relu", "Clip"):
        return value.limited(*pointwise.limits(b, node))
    if node.kind == "PRelu" and b.constant(node, 1).size > 1:
        plain = isinstance(value, Real) and not value.functions
        sums = sloped(b, node, b.quantised(node, 0)) if plain else None
        return floats.slopes(b, node) if sums is None else sums
    if isinstance(value, Real):
        function = pointwise.function_of(b, node)
        floats.refuse_much(b, node, value.cost + 1)
        return replace(value, functions=(*value.functions, function), cost=value.cost + 1)
    if floats.is_float(value):
        function = pointwise.function_of(b, node)
        return floats.of_one(b, node, 0 if node.input(0) in b.values else 1, function)
    raise b.error(node, "its input is float32 that no QuantizeLinear rounds; quantise it")


def _binary(b: Builder, node: Node) -> Value:
    names = node.inputs
    values = [b.values.get(name) for name in names]
    fixed = [name in b.constants for name in names]
    if len(names) == 2 and any(fixed):
        name, other = (names[0], values[1]) if fixed[0] else (names[1], values[0])
        if node.kind == "Add" and isinstance(other, Sums) and other.biased is not None:
            return other.biased(name)
        number = b.constants[name].size == 1
        if number and isinstance(other, Real) and node.kind in pointwise.WITH_NUMBER:
            return _function(b, node)
        if isinstance(other, Real) and not other.functions:
            sums = by_channel(b, node, other.source)
            if sums is not None:
                return sums
    if any(fixed) or any(value is not None and floats.is_float(value) for value in values):
        return floats.binary(b, node)
    operands = [b.quantised(node, position) for position in range(len(names))]
    if node.kind in ("Max", "Min") and len({x.scaling for x in operands}) == 1:
        made = operands[0]
        for x in operands[1:]:
            made = pointwise.extreme(b, node, made, x)
        return Real(source=made)
    if node.kind not in ("Add", "Sub", "Mul", "Sum") or len(operands) != 2:
        return floats.binary(b, node)
    x, y = operands
    make = pointwise.multiply if node.kind == "Mul" else pointwise.add
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise b.error(node, f"shapes {x.shape} and {y.shape} do not broadcast") from None
    return Sums(shape=shape, make=lambda to: make(b, node, x, y, to))


def _places(b: Builder, node: Node) -> Value:
    x = b.quantised(node, 0)
    axis = movement.axis_of(b, node, int(node.attributes.get("axis", 0)), len(x.shape))
    keep, last = bool(node.attributes.get("keepdims", 1)), node.attributes.get("select_last_index")
    shape = np.zeros(x.shape, dtype=np.int8).sum(axis=axis, keepdims=keep).shape
    if not shape:
        raise b.error(node, "its result has no axis; keep one")
    index = b.tensor(shape, name=node.outputs[0], dtype="int64")
    operation = pointwise.places(axis, keep=keep, last=bool(last), largest=node.kind == "ArgMax")
    source = b.form(x, PLAIN)
    b.layer(node.kind, operation, [source], [index])
    b.checkpoint_of(node.outputs[0], shape, index, node.kind)
    return Places(shape=shape, index=index)


def _normalisation(b: Builder, node: Node) -> Value:
    value = b.known(node, 0)
    if node.kind == "BatchNormalization" and isinstance(value, Real) and not value.functions:
        sums = by_channel(b, node, value.source)
        if sums is not None:
            return sums
    return floats.normalisation(b, node)


def _softmax(b: Builder, node: Node) -> Value:
    return floats.softmax(b, node, b.file.opset)


def _resize(b: Builder, node: Node) -> Value:
    if resizing.mode_of(node) == "nearest":
        return _moved(resizing.resize)(b, node)  # type: ignore[return-value]
    return floats.resize(b, node)


def _moved(move: Move) -> Handler:
    """A node that moves elements, of whatever stands in front of it."""

    def handler(b: Builder, node: Node) -> Value:
        value = b.known(node, 0)
        if isinstance(value, Weights) and node.kind in (*RESHAPES, "Transpose"):
            return quantising.moved(b, node, value)
        if isinstance(value, Island | Outside) and node.kind in (*RESHAPES, "Transpose"):
            return floats.moved(b, node, value)
        if isinstance(value, Real):
            if value.functions and node.kind == "Pad":
                raise b.error(node, "its input is float32 that no QuantizeLinear rounds")
            return replace(value, source=move(b, node, value.source))
        if isinstance(value, Sums) and node.kind in RESHAPES:
            return replace(
                value, shape=movement.target(b, node, value.shape), biased=None,
                make=lambda to: move(b, node, value.make(to)),
            )  # fmt: skip
        return move(b, node, b.quantised(node, 0))

    return handler


def _pad(b: Builder, node: Node) -> Value:
    value = b.known(node, 0)
    if not isinstance(value, Quantised):
        return _moved(movement.pad)(b, node)  # type: ignore[return-value]
    # Of a tensor of bytes the number itself, and 0 where there is none.
    number = (int(b.scalar(node, 2)) if node.input(2) else 0) - 128 * value.scaling.flipped
    return movement.pad(b, node, value, min(max(number, -128), 127))


def _split(b: Builder, node: Node) -> list[Value]:
    value = b.known(node, 0)
    parts = movement.split(b, node, b.quantised(node, 0))
    return [Real(source=p) if isinstance(value, Real) else p for p in parts]


def _concat(b: Builder, node: Node) -> Value:
    values = [b.known(node, position) for position in range(len(node.inputs))]
    parts = [b.quantised(node, position) for position in range(len(values))]
    if len({part.scaling for part in parts}) == 1:
        made = movement.concatenate(b, node, parts)
        return made if all(isinstance(v, Quantised) for v in values) else Real(source=made)
    axis = movement.axis_of(b, node, int(node.attributes.get("axis", 0)), len(parts[0].shape))
    shape = list(parts[0].shape)
    shape[axis] = sum(part.shape[axis] if len(part.shape) > axis else 0 for part in parts)

    def make(to: Target) -> Quantised:
        return movement.concatenate(b, node, [b.table(node, part, (), to) for part in parts])

    return Sums(shape=tuple(shape), make=make)


def _alias(b: Builder, node: Node) -> Value:
    if node.kind == "Cast" and node.attributes.get("to") != 1:
        raise b.error(node, "only a conversion to float32 is supported")
    return b.known(node, 0)


HANDLERS: dict[str, Handler] = {
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "MatMul": _matmul,
    "Gemm": _gemm,
    "AveragePool": _pool,
    "MaxPool": _pool,
    "GlobalMaxPool": _pool,
    "GlobalAveragePool": _reduce,
    **dict.fromkeys(("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"), _reduce),
    **dict.fromkeys(pointwise.FUNCTIONS, _function),
    **dict.fromkeys((*pointwise.WITH_NUMBER, "Max", "Min", "Sum"), _binary),
    **dict.fromkeys(("Softmax", "LogSoftmax"), _softmax),
    **dict.fromkeys(("ArgMax", "ArgMin"), _places),
    **dict.fromkeys(
        ("BatchNormalization", "InstanceNormalization", "LayerNormalization"), _normalisation
    ),
    "Reshape": _moved(movement.reshape),
    "Flatten": _moved(movement.reshape),
    "Squeeze": _moved(movement.reshape),
    "Unsqueeze": _moved(movement.reshape),
    "Transpose": _moved(movement.transpose),
    "Slice": _moved(movement.slices),
    "Pad": _pad,
    "Resize": _resize,
    "Upsample": _resize,
    "Gather": _moved(movement.gather),
    "DepthToSpace": _moved(movement.blocks),
    "SpaceToDepth": _moved(movement.blocks),
    "Expand": _moved(movement.expand),
    "Tile": _moved(movement.expand),
    "Split": _split,
    "Concat": _concat,
    "Identity": _alias,
    "Dropout": _alias,
    "Cast": _alias,
}
