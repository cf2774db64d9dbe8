"""QOperator: nodes that name the scales of their operands and of their result."""

from __future__ import annotations

from dataclasses import replace

from sw.importer.from_onnx import floats, movement, pointwise, products
from sw.importer.from_onnx.builder import Builder, Handler
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.quantising import operand, operand_weights
from sw.importer.from_onnx.rows import along_one_axis, kernel_row, one_row
from sw.importer.from_onnx.values import Real, Target, Value


def _qlinear_conv(b: Builder, node: Node) -> Value:
    x = b.rescaled(node, 0, b.scaling(node, 1, 2))
    w = kernel_row(operand_weights(b, node, 3, 4, 5, axis=0))
    to = Target(scaling=b.scaling(node, 6, 7))
    return along_one_axis(x, products.convolution(b, node, one_row(b, x), w, 8, to))


def _qlinear_matmul(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 6, 7))
    if node.input(3) in b.constants:
        w = operand_weights(b, node, 3, 4, 5, axis=1)
        return products.dense(b, node, x, w, 8, to)
    y = b.rescaled(node, 3, b.scaling(node, 4, 5))
    return products.product(b, node, x, y, to)


def _qgemm(b: Builder, node: Node) -> Value:
    if not node.input(8):
        raise b.error(node, "its output is float32; quantise it")
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), Target(scaling=b.scaling(node, 7, 8))
    turned_round = bool(node.attributes.get("transB", 0))
    w = operand_weights(b, node, 3, 4, 5, axis=0 if turned_round else 1)
    if node.attributes.get("transA", 0) or len(x.shape) != 2:
        raise b.error(node, "only a matrix that is not turned is supported")
    factor = float(node.attributes.get("alpha", 1.0))
    return products.dense(b, node, x, w, 6, to, turned=turned_round, factor=factor)


def _target(b: Builder, node: Node, *places: int) -> Target:
    """What it makes; the scales of its operands and then its own are at these inputs.

    Unlike the operators of ONNX itself, those of onnxruntime take and make one type.
    """
    scalings = [b.scaling(node, at, at + 1) for at in places]
    if len({scaling.flipped for scaling in scalings}) > 1:
        raise b.error(node, "it takes int8 and makes uint8, or so; give all of it one type")
    return Target(scaling=scalings[-1])


def _qlinear_binary(b: Builder, node: Node) -> Value:
    operands = [operand(b, node, at) for at in (0, 3)]
    make = pointwise.multiply if node.kind == "QLinearMul" else pointwise.add
    return make(b, node, operands[0], operands[1], _target(b, node, 1, 4, 6))


def _qlinear_concat(b: Builder, node: Node) -> Value:
    to = Target(scaling=b.scaling(node, 0, 1))
    parts = [operand(b, node, at) for at in range(2, len(node.inputs), 3)]
    if not parts:
        raise b.error(node, "it has no operands")
    return movement.concatenate(b, node, [b.table(node, part, (), to) for part in parts])


def _qlinear_function(b: Builder, node: Node) -> Value:
    x = b.rescaled(node, 0, b.scaling(node, 1, 2))
    plain = replace(node, kind=node.kind.removeprefix("QLinear"), inputs=node.inputs[:1])
    function = pointwise.function_of(b, plain)
    return b.table(node, x, (function,), _target(b, node, 1, 3))


def _qlinear_pool(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), _target(b, node, 1, 3)
    if node.attributes.get("channels_last", 0):
        raise b.error(node, "images with channels last are not supported; export it as NCHW")
    row = one_row(b, x)
    if node.kind == "QLinearAveragePool":
        return along_one_axis(x, products.average_pool(b, node, row, to))
    made = products.mean(b, node, row, tuple(range(2, len(row.shape))), True, to)
    return along_one_axis(x, made)


def _qlinear_softmax(b: Builder, node: Node) -> Value:
    x, to = b.rescaled(node, 0, b.scaling(node, 1, 2)), _target(b, node, 1, 3)
    plain = replace(node, kind="Softmax", inputs=node.inputs[:1])
    opset = int(node.attributes.get("opset", 13))
    made = floats.softmax_of(b, plain, Real(source=x), opset)
    return floats.rounded(b, node, replace(made, kind=node.kind), to)


HANDLERS: dict[str, Handler] = {
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
