"""QOperator and integer operators, types of outputs, attention, small moves."""

from __future__ import annotations

import numpy as np

from models.onnx_writer import MICROSOFT, OnnxWriter
from tests.onnx_networks.strangers.parts import end, image, ints


def qlinear_sum(w: OnnxWriter) -> bytes:
    """QLinearAdd and QLinearMul that broadcast a constant and a tensor."""
    x = w.input("x", (1, 6, 8, 8), 0.03, 4, real=False)
    channel = w.constant(w.rng.integers(-100, 100, (1, 6, 1, 1)).astype(np.int8))
    x = w.qlinear("QLinearAdd", x, x.shape, 0.05, 3, channel, *w.scaling(0.02, -4))
    number = w.constant(np.array(77, dtype=np.int8))
    x = w.qlinear("QLinearMul", x, x.shape, 0.04, 0, number, *w.scaling(0.01, 0))
    return w.finish({x.name: x.shape}, quantised=[x.name])


def qlinear_automatic(w: OnnxWriter) -> bytes:
    """QLinearConv with automatic padding, no kernel_shape, no biases."""
    x = w.input("x", (1, 6, 9, 9), 0.03, 4, real=False)
    data, scales, zero = w.weights((8, 6, 3, 3), 0)
    inputs = [*w.triple(x), *w.weight_names(data, scales, zero)]
    inputs += w.scaling(w.spread(x, scales, 54), 3)
    (made,) = w.node("QLinearConv", inputs, auto_pad="SAME_LOWER", strides=[2, 2])
    return w.finish({made: (1, 8, 5, 5)}, quantised=[made])


def integer_product(kind: str, w: OnnxWriter) -> bytes:
    """Products whose int32 sums float32 takes on: dynamic quantisation."""
    from onnx import TensorProto, helper

    w.inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 6, 6]))
    made, scale, point = w.node("DynamicQuantizeLinear", ["x"], outputs=3)
    shape = (3, 4, 3, 3) if kind == "ConvInteger" else (1, 4, 6, 5)
    weights = w.constant(w.rng.integers(-60, 60, shape).astype(np.int8))
    (sums,) = w.node(kind, [made, weights, point])
    (real,) = w.node("Cast", [sums], to=1)
    (real,) = w.node("Mul", [real, scale])
    return w.finish({real: (1, 3, 4, 4) if kind == "ConvInteger" else (1, 4, 6, 5)})


def integer_product_fixed(w: OnnxWriter) -> bytes:
    """MatMulInteger of a quantised input, scaled by constants and quantised again."""
    x = w.input("x", (2, 16), 0.03, 4, real=False)
    data, scales, _ = w.weights((16, 6), 1, each=False)
    points = [w.constant(np.array(x.point, np.int8)), w.constant(np.array(0, np.int8))]
    (sums,) = w.node("MatMulInteger", [x.name, w.constant(data), *points])
    (real,) = w.node("Cast", [sums], to=1)
    factor = np.float32(x.scale) * scales[0]
    (real,) = w.node("Mul", [real, w.constant(np.float32(factor))])
    y = w.quantise(real, (2, 6), w.spread(x, scales, 16), 3)
    return w.finish({y.name: y.shape}, quantised=[y.name])


def sixteen_bits(w: OnnxWriter) -> bytes:
    """Activations of uint16."""
    x = image(w)
    (made,) = w.node("QuantizeLinear", [w.real(x), w.constant(np.float32(0.001)),
                                        w.constant(np.array(7, np.uint16))])  # fmt: skip
    (made,) = w.node("DequantizeLinear", [made, w.constant(np.float32(0.001)),
                                          w.constant(np.array(7, np.uint16))])  # fmt: skip
    return w.finish({made: x.shape})


def half_precision(w: OnnxWriter) -> bytes:
    """Float16 at the border."""
    from onnx import TensorProto, helper

    w.inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT16, [1, 4]))
    (made,) = w.node("Relu", ["x"])
    (made,) = w.node("Cast", [made], to=1)
    return w.finish({made: (1, 4)})


def output_type(w: OnnxWriter) -> bytes:
    """QuantizeLinear that names its type by an attribute, without a zero point."""
    x = image(w)
    scale = w.constant(np.float32(0.04))
    (made,) = w.node("QuantizeLinear", [w.real(x), scale], output_dtype=3)
    return w.finish({made: x.shape}, quantised=[made])


def contributed(w: OnnxWriter) -> bytes:
    """QuantizeLinear and DequantizeLinear of com.microsoft."""
    x = image(w)
    pair = w.scaling(0.04, 2)
    (real,) = w.node("DequantizeLinear", [x.name, *w.scaling(x.scale, x.point)], domain=MICROSOFT)
    (made,) = w.node("QuantizeLinear", [real, *pair], domain=MICROSOFT)
    return w.finish({made: x.shape}, quantised=[made])


def attention(w: OnnxWriter) -> bytes:
    """Two heads: Reshape, Transpose, MatMul of rank 4, a scale, Softmax, and back."""
    x = w.input("tokens", (1, 6, 16), 0.04, 3)
    heads = []
    for _ in range(3):
        data, scales, zero = w.weights((16, 16), 1)
        (made,) = w.node("MatMul", [w.real(x), w.dequantised(data, scales, zero, 1)])
        h = w.quantise(made, (1, 6, 16), w.spread(x, scales, 16), 2)
        h = w.same("Reshape", h, [ints(w, 0, 0, 2, 8)], (1, 6, 2, 8))
        heads.append(h)
    q, v = (w.same("Transpose", h, [], (1, 2, 6, 8), perm=[0, 2, 1, 3]) for h in heads[::2])
    k = w.same("Transpose", heads[1], [], (1, 2, 8, 6), perm=[0, 2, 3, 1])
    scores = w.qdq("MatMul", [q, k], (1, 2, 6, 6), 60 * q.scale * k.scale * 3, 0)
    scores = w.qdq("Mul", [scores, w.constant(np.float32(8**-0.5))], scores.shape,
                   scores.scale * 0.35, 0)  # fmt: skip
    shares = w.qdq("Softmax", [scores], scores.shape, 1 / 256, -128, axis=-1)
    mixed = w.qdq("MatMul", [shares, v], (1, 2, 6, 8), v.scale, v.point)
    back = w.same("Transpose", mixed, [], (1, 6, 2, 8), perm=[0, 2, 1, 3])
    return end(w, w.same("Reshape", back, [ints(w, 0, 0, -1)], (1, 6, 16)))


def batched_product(w: OnnxWriter) -> bytes:
    """MatMul whose second operand is shared by the whole batch."""
    a = w.input("a", (3, 4, 8), 0.03, 4)
    b = w.input("b", (8, 5), 0.03, -4)
    return end(w, w.qdq("MatMul", [a, b], (3, 4, 5), 0.2, 1))


def small_moves(w: OnnxWriter) -> bytes:
    """Concat with a constant, Gather of one place, Slice from behind, Split in unequal thirds."""
    x = image(w, 1, 7, 4, 4)
    token = w.dequantised(w.rng.integers(-99, 99, (1, 1, 4, 4)).astype(np.int8),
                          np.array([x.scale], np.float32), x.point, 0)  # fmt: skip
    (made,) = w.node("Concat", [token, w.real(x)], axis=1)
    y = w.quantise(made, (1, 8, 4, 4), x.scale, x.point)
    one = w.same("Gather", y, [w.constant(np.int64(-1))], (1, 4, 4), axis=1)
    back = w.same("Slice", y, [ints(w, -1), ints(w, -(1 << 62)), ints(w, 1), ints(w, -3)],
                  (1, 3, 4, 4))  # fmt: skip
    names = w.node("Split", [w.real(y)], outputs=3, axis=-3, num_outputs=3)
    third = w.quantise(names[2], (1, 2, 4, 4), x.scale, x.point)
    return end(w, one, back, third)
