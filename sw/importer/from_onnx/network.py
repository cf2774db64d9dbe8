"""Node after node of an ONNX graph into layers; every way it can't be is one sentence.

    QOperator   QLinearConv names its output's scale: the layer is made at once
    QDQ         DequantizeLinear -> Conv -> [Relu] -> QuantizeLinear: the layer is made at the last

A value keeps the name that the file gives it, so that each tensor can be compared with the one that
onnxruntime has there (`Checkpoint`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from golden.network import Network, NetworkError
from sw.importer.from_onnx import movement, pointwise, products
from sw.importer.from_onnx.builder import Builder, Checkpoint, shape_of, turned
from sw.importer.from_onnx.file import Node, read_onnx
from sw.importer.from_onnx.folding import FOLDED, fold
from sw.importer.from_onnx.values import (
    PLAIN,
    Outside,
    Quantised,
    Real,
    Sums,
    Target,
    Value,
    Weights,
)

Handler = Callable[[Builder, Node], Value | list[Value] | None]

MISTAKES = (
    ValueError, OverflowError, TypeError, IndexError, KeyError, AttributeError, ZeroDivisionError,
)  # fmt: skip
RESHAPES = frozenset({"Reshape", "Flatten", "Squeeze", "Unsqueeze"})


@dataclass(frozen=True, kw_only=True)
class OnnxNetwork:
    """A network, and where its tensors are in the file."""

    network: Network
    checkpoints: list[Checkpoint]


def survey_onnx(path: Path) -> tuple[OnnxNetwork | None, list[NetworkError]]:
    """The network of an .onnx file, or every reason that can be told why there is none.

    Raises NetworkError for a file that can't be read, or of which nothing can be believed.
    """
    file = read_onnx(path)
    problems = [
        NetworkError(
            f"{path}: node {node.index} {node.kind} (output {node.outputs[:1]}) is not supported; "
            "docs/operators.md lists what is"
        )
        for node in file.nodes
        if node.kind not in HANDLERS and node.kind not in FOLDED
    ]
    b = Builder(file=file, constants=dict(file.constants))
    for port in file.inputs:
        if port.dtype in ("int8", "uint8"):
            b.values[port.name] = b.border_input(port.name, port.shape, port.dtype)
        elif port.dtype == "float32":
            index = b.tensor(port.shape, name=port.name, dtype="float32")
            b.inputs.append(index)
            b.values[port.name] = Outside(shape=port.shape, index=index)
        else:
            problems.append(
                NetworkError(
                    f"{path}: its input {port.name!r} is {port.dtype}; int8, uint8 and float32 are "
                    "supported"
                )
            )
    for node in file.nodes:
        missing = [n for n in node.inputs if n and n not in b.values and n not in b.constants]
        known = node.kind in HANDLERS or node.kind in FOLDED
        if problems and (missing or not known):
            continue  # it was refused, or reads what one that was refused would have made
        try:
            _read(b, node)
        except NetworkError as error:
            problems.append(error)
        except (
            ValueError,
            OverflowError,
            TypeError,
            IndexError,
            KeyError,
            AttributeError,
        ) as error:
            problems.append(b.error(node, f"its attributes or operands make no sense ({error})"))
    if problems:
        return None, problems
    outputs = [_output(b, port.name) for port in file.outputs]
    if len(set(outputs)) != len(outputs):
        raise NetworkError(f"{path}: one tensor is an output twice; export it once")
    network = Network(
        name=path.stem, tensors=tuple(b.tensors), layers=tuple(b.layers),
        inputs=tuple(b.inputs), outputs=tuple(outputs),
    )  # fmt: skip
    if not b.layers:
        raise NetworkError(f"{path} has nothing to compute: its outputs are its inputs")
    return OnnxNetwork(network=network, checkpoints=b.checkpoints), []


def _read(b: Builder, node: Node) -> None:
    if node.kind == "Shape" and node.input(0) in b.values:
        dims = np.array(shape_of(b.values[node.input(0)]), dtype=np.int64)
        start, end = node.attributes.get("start", 0), node.attributes.get("end")
        b.constants[node.outputs[0]] = dims[start:end]
        return
    if node.kind in FOLDED and all(name in b.constants or not name for name in node.inputs):
        fold(b, node)
        return
    if node.kind not in HANDLERS:
        raise b.error(node, "it must depend on constants alone; export its result as one")
    made = HANDLERS[node.kind](b, node)
    values = made if isinstance(made, list) else [made] if made is not None else []
    for name, value in zip(node.outputs, values, strict=False):
        if not name:
            continue
        b.values[name] = value
        if isinstance(value, Quantised):
            b.checkpoint(name, value)


def _output(b: Builder, name: str) -> int:
    value = b.values.get(name)
    if isinstance(value, Real) and not value.functions:
        source = value.source
        index = b.form(source, PLAIN) if len(source.shape) == 4 else source.forms[PLAIN]
        made = b.tensor(source.shape, name=name, dtype="float32")
        operation = pointwise.dequantise_output(source.scaling)
        b.layer("DequantizeLinear", operation, [index], [made])
        b.checkpoints.append(
            Checkpoint(name=name, tensor=made, form=PLAIN, kind="DequantizeLinear", exact=True)
        )
        return made
    if isinstance(value, Quantised) and b.tensors[next(iter(value.forms.values()))].data is None:
        return b.border_output(value, name)
    raise NetworkError(
        f"{b.path}: its output {name!r} is float32 that no QuantizeLinear rounds, or a constant; "
        "quantise it"
    )


# ---- the border of the quantised part


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
    if isinstance(value, Outside):
        operation = pointwise.quantise_input(scaling)
        return b.compute(node, operation, [value.index], value.shape, scaling)
    raise b.error(node, "its input is quantised already")


def _quantized_weights(b: Builder, node: Node) -> Weights:
    data, scales = b.constants[node.input(0)], b.constant(node, 1).astype(np.float32)
    points = b.optional(node, 2)
    points = np.zeros(scales.shape, dtype=np.uint8) if points is None else points
    axis = int(node.attributes.get("axis", 1))
    wide = [-1 if a == axis % data.ndim else 1 for a in range(data.ndim)] if scales.size > 1 else []
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
            return value
        return Real(source=b.rescaled(node, 0, b.scaling(node, 1, 2)))
    data, scales = b.constants[name], b.constant(node, 1).astype(np.float32)
    axis = int(node.attributes.get("axis", 1))
    if data.dtype == np.int32:
        out = node.outputs[0]
        b.constants[f"{out} int32"] = data
        b.constants[out] = (data * scales.reshape(-1)).astype(np.float32)
        return None
    points = b.optional(node, 2)
    points = np.zeros(scales.shape, dtype=data.dtype) if points is None else points
    if str(data.dtype) in ("int4", "uint4"):
        data, points = data.astype(np.int8), points.astype(np.int8)
    return _weights(b, node, data, scales, points, axis)


def _weights(
    b: Builder, node: Node, data: np.ndarray, scales: np.ndarray, points: np.ndarray, axis: int
) -> Weights:
    if str(data.dtype) not in ("int8", "uint8"):
        raise b.error(node, f"constants of {data.dtype} are not supported; quantise them to int8")
    if not np.isfinite(scales).all() or not (scales > 0).all() or not data.size:
        raise b.error(node, "its scales are not all positive numbers; quantise it anew")
    if scales.ndim > 1 or node.attributes.get("block_size", 0):
        raise b.error(node, "scales of blocks are not supported; quantise by channel")
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


# ---- QDQ: what waits for a QuantizeLinear


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


Move = Callable[[Builder, Node, Quantised], Quantised]


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


# ---- QOperator: each names its scales


def _qlinear_conv(b: Builder, node: Node) -> Value:
    x = b.rescaled(node, 0, b.scaling(node, 1, 2))
    w = _operand_weights(b, node, 3, 4, 5, axis=0)
    return products.convolution(b, node, x, w, 8, Target(scaling=b.scaling(node, 6, 7)))


def _operand_weights(
    b: Builder, node: Node, at: int, scale_at: int, point_at: int, *, axis: int
) -> Weights:
    if node.input(at) not in b.constants:
        raise b.error(node, f"input {at} must be constant weights")
    data, scales = b.constant(node, at), b.constant(node, scale_at).astype(np.float32)
    points = b.optional(node, point_at)
    points = np.zeros(1, dtype=data.dtype) if points is None else points
    if points.dtype != data.dtype:
        raise b.error(node, f"input {point_at} is {points.dtype}, its weights are {data.dtype}")
    return _weights(b, node, data, scales.reshape(-1), points, axis)


def _qlinear_matmul(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 6, 7))
    if node.input(3) in b.constants:
        w = _operand_weights(b, node, 3, 4, 5, axis=1)
        return products.dense(b, node, x, w, 8, to)
    y = b.rescaled(node, 3, b.scaling(node, 4, 5))
    return products.product(b, node, x, y, to)


def _qgemm(b: Builder, node: Node) -> Value:
    if len(node.inputs) < 9:
        raise b.error(node, "its output is float32; quantise it")
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 7, 8))
    turned_round = bool(node.attributes.get("transB", 0))
    w = _operand_weights(b, node, 3, 4, 5, axis=0 if turned_round else 1)
    if node.attributes.get("transA", 0) or len(x.shape) != 2:
        raise b.error(node, "only a matrix that is not turned is supported")
    factor = float(node.attributes.get("alpha", 1.0))
    return products.dense(b, node, x, w, 6, to, turned=turned_round, factor=factor)


def _qlinear_binary(b: Builder, node: Node) -> Value:
    operands = [_operand(b, node, at) for at in (0, 3)]
    make = pointwise.multiply if node.kind == "QLinearMul" else pointwise.add
    return make(b, node, operands[0], operands[1], Target(scaling=b.scaling(node, 6, 7)))


def _operand(b: Builder, node: Node, at: int) -> Quantised:
    """A tensor or a constant with its scale and zero point behind it."""
    if node.input(at) in b.constants:
        return b.fixed(node, _operand_weights(b, node, at, at + 1, at + 2, axis=0))
    return b.rescaled(node, at, b.scaling(node, at + 1, at + 2))


def _qlinear_concat(b: Builder, node: Node) -> Value:
    to = Target(scaling=b.scaling(node, 0, 1))
    parts = [_operand(b, node, at) for at in range(2, len(node.inputs), 3)]
    if not parts:
        raise b.error(node, "it has no operands")
    return movement.concatenate(b, node, [b.table(node, part, (), to) for part in parts])


def _qlinear_function(b: Builder, node: Node) -> Value:
    x = b.rescaled(node, 0, b.scaling(node, 1, 2))
    plain = replace(node, kind=node.kind.removeprefix("QLinear"), inputs=node.inputs[:1])
    function = pointwise.function_of(b, plain)
    return b.table(node, x, (function,), Target(scaling=b.scaling(node, 3, 4)))


def _qlinear_pool(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 3, 4))
    if node.attributes.get("channels_last", 0):
        raise b.error(node, "images with channels last are not supported; export it as NCHW")
    if node.kind == "QLinearAveragePool":
        return products.average_pool(b, node, x, to)
    return products.mean(b, node, x, tuple(range(2, len(x.shape))), True, to)


def _qlinear_softmax(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 3, 4))
    return pointwise.softmax(b, node, x, to, opset=int(node.attributes.get("opset", 13)))


# How golden answers to onnxruntime. SEARCHED: in every bit where the integers that were found round
# all sums as float32 does. STEPPED: within one step. All others: in every bit.
SEARCHED = frozenset({"Conv", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "QGemm"})
STEPPED = frozenset(
    {
        *pointwise.FUNCTIONS, *pointwise.WITH_NUMBER, "ConvTranspose", "AveragePool",
        "GlobalAveragePool", "ReduceMean", "Softmax", "QLinearAdd", "QLinearMul", "QLinearSigmoid",
        "QLinearLeakyRelu", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax",
    }
)  # fmt: skip
ON_HOST = frozenset({"Softmax", "QLinearSoftmax"})

HANDLERS: dict[str, Handler] = {
    "QuantizeLinear": _quantize,
    "DequantizeLinear": _dequantize,
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
    "QLinearConv": _qlinear_conv,
    "QLinearMatMul": _qlinear_matmul,
    "QGemm": _qgemm,
    "QLinearAdd": _qlinear_binary,
    "QLinearMul": _qlinear_binary,
    "QLinearConcat": _qlinear_concat,
    "QLinearSigmoid": _qlinear_function,
    "QLinearLeakyRelu": _qlinear_function,
    "QLinearAveragePool": _qlinear_pool,
    "QLinearGlobalAveragePool": _qlinear_pool,
    "QLinearSoftmax": _qlinear_softmax,
}
