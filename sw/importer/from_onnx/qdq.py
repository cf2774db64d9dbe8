"""QDQ: nodes that compute in float32 for the file, and wait for the QuantizeLinear behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sw.importer.from_onnx import movement, pointwise, products
from sw.importer.from_onnx.builder import Builder, Handler
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.values import Quantised, Real, Sums, Target, Value, Weights

RESHAPES = frozenset({"Reshape", "Flatten", "Squeeze", "Unsqueeze"})
Move = Callable[[Builder, Node, Quantised], Quantised]


def _convolution(b: Builder, node: Node) -> Value:
    x, w = b.quantised(node, 0), b.weights(node, 1)
    make = products.convolution if node.kind == "Conv" else products.transposed
    shape = products.result_shape(b, node, x, w)
    return Sums(shape=shape, make=lambda to: make(b, node, x, w, 2, to))


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
    if float(node.attributes.get("beta", 1.0)) != 1 or float(node.attributes.get("alpha", 1)) != 1:
        raise b.error(node, "alpha and beta must be 1; export it so")
    units = w.data.shape[0 if turned_round else -1]
    return Sums(
        shape=(x.shape[0], units),
        make=lambda to: products.dense(b, node, x, w, 2, to, turned=turned_round),
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
    if node.kind != "AveragePool":
        made = products.max_pool(b, node, x)
        return Real(source=made) if isinstance(value, Real) else made
    shape = products.pool_shape(b, node, x)
    return Sums(shape=shape, make=lambda to: products.average_pool(b, node, x, to))


def _mean(b: Builder, node: Node) -> Value:
    x = b.quantised(node, 0)
    if node.kind == "GlobalAveragePool":
        axes, keep = tuple(range(2, len(x.shape))), True
    else:
        told = b.integers(node, 1, "axes") or list(range(len(x.shape)))
        axes = tuple(sorted({movement.axis_of(b, node, a, len(x.shape)) for a in told}))
        keep = bool(node.attributes.get("keepdims", 1))
    if not axes:
        raise b.error(node, f"there is nothing to average in shape {x.shape}")
    shape = np.zeros(x.shape, dtype=np.int8).sum(axis=axes, keepdims=keep).shape
    return Sums(shape=shape, make=lambda to: products.mean(b, node, x, axes, keep, to))


def _function(b: Builder, node: Node) -> Value:
    value = b.known(node, 0 if node.input(0) in b.values else 1)
    if isinstance(value, Sums) and node.kind in ("Relu", "Clip"):
        return value.limited(*pointwise.limits(b, node))
    if isinstance(value, Real):
        function = pointwise.function_of(b, node)
        return Real(source=value.source, functions=(*value.functions, function))
    raise b.error(node, "its input is float32 that no QuantizeLinear rounds; quantise it")


def _binary(b: Builder, node: Node) -> Value:
    for position in (0, 1):
        name = node.input(position)
        other = b.values.get(node.input(1 - position))
        if name not in b.constants:
            continue
        if node.kind == "Add" and isinstance(other, Sums) and other.biased is not None:
            return other.biased(name)
        if b.constants[name].size == 1 and isinstance(other, Real):
            return _function(b, node)
    x, y = b.quantised(node, 0), b.quantised(node, 1)
    if node.kind in ("Max", "Min"):
        if len(node.inputs) != 2:
            raise b.error(node, "only two operands are supported")
        return Real(source=pointwise.extreme(b, node, x, y))
    if node.kind not in ("Add", "Sub", "Mul"):
        raise b.error(node, "one of its operands must be a float32 number")
    make = pointwise.multiply if node.kind == "Mul" else pointwise.add
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise b.error(node, f"shapes {x.shape} and {y.shape} do not broadcast") from None
    return Sums(shape=shape, make=lambda to: make(b, node, x, y, to))


def _softmax(b: Builder, node: Node) -> Value:
    x = b.quantised(node, 0)
    opset = b.file.opset
    make = pointwise.softmax
    return Sums(shape=x.shape, make=lambda to: make(b, node, x, to, opset=opset))


def _moved(move: Move) -> Handler:
    """A node that moves elements, of whatever stands in front of it."""

    def handler(b: Builder, node: Node) -> Value:
        value = b.known(node, 0)
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
    if not isinstance(value, Quantised) or not node.input(2):
        return _moved(movement.pad)(b, node)  # type: ignore[return-value]
    number = int(b.scalar(node, 2)) - 128 * value.scaling.flipped
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
    "GlobalAveragePool": _mean,
    "ReduceMean": _mean,
    **dict.fromkeys(pointwise.FUNCTIONS, _function),
    **dict.fromkeys((*pointwise.WITH_NUMBER, "Max", "Min"), _binary),
    "Softmax": _softmax,
    "Reshape": _moved(movement.reshape),
    "Flatten": _moved(movement.reshape),
    "Squeeze": _moved(movement.reshape),
    "Unsqueeze": _moved(movement.reshape),
    "Transpose": _moved(movement.transpose),
    "Slice": _moved(movement.slices),
    "Pad": _pad,
    "Resize": _moved(movement.resize),
    "Upsample": _moved(movement.resize),
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
