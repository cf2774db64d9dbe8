"""Operator sets, and how weights and constants are written down."""

from __future__ import annotations

import numpy as np

from models.onnx_writer import Activation, OnnxWriter
from tests.onnx_networks.strangers.parts import end, image, ints


def operator_set(number: int, w: OnnxWriter) -> bytes:
    """What moved between attributes and inputs from one operator set to the next."""
    x = image(w, 1, 3, 10, 10)
    names = [w.real(x), w.dequantised(*w.weights((8, 3, 3, 3), 0, each=False), 0)]
    (made,) = w.node("Conv", names, kernel_shape=[3, 3])
    if number < 11:
        (made,) = w.node("Clip", [made], min=0.0, max=6.0)
    else:
        (made,) = w.node("Clip", [made, "", w.constant(np.float32(6.0))])
    x = w.quantise(made, (1, 8, 8, 8), 0.03, 3)
    if number < 11:
        (made,) = w.node("Pad", [w.real(x)], pads=[0, 0, 1, 1, 0, 0, 1, 1])
    elif number >= 18:
        (made,) = w.node("Pad", [w.real(x), ints(w, 1, 1, 1, 1), "", ints(w, 2, 3)])
    else:
        (made,) = w.node("Pad", [w.real(x), ints(w, 0, 0, 1, 1, 0, 0, 1, 1)])
    x = w.quantise(made, (1, 8, 10, 10), x.scale, x.point)
    x = w.same("MaxPool", x, [], (1, 8, 5, 5), kernel_shape=[2, 2], strides=[2, 2])
    two = {"axes": [0]} if number < 13 else {}
    more = [] if number < 13 else [ints(w, 0)]
    x = w.same("Unsqueeze", x, more, (1, 1, 8, 5, 5), **two)
    x = w.same("Squeeze", x, more, (1, 8, 5, 5), **two)
    if number < 13:
        parts = w.node("Split", [w.real(x)], outputs=2, axis=1, split=[2, 6])
    else:
        parts = w.node("Split", [w.real(x), ints(w, 2, 6)], outputs=2, axis=1)
    (made,) = w.node("Concat", [parts[1], parts[0]], axis=1)
    x = w.quantise(made, (1, 8, 5, 5), x.scale, x.point)
    if number >= 18:
        (made,) = w.node("ReduceMean", [w.real(x), ints(w, 2, 3)], keepdims=0)
    else:
        (made,) = w.node("ReduceMean", [w.real(x)], axes=[2, 3], keepdims=0)
    x = w.quantise(made, (1, 8), x.scale, x.point)
    (made,) = w.node("Softmax", [w.real(x)], axis=1)
    return end(w, w.quantise(made, (1, 8), 1 / 256, -128))


def axis_of_weights(axis: int, w: OnnxWriter) -> bytes:
    """Scales of a convolution's channels along an axis counted from either end."""
    x = image(w)
    data, scales, zero = w.weights((5, 6, 3, 3), 0)
    return end(w, w.qdq("Conv", [x, w.dequantised(data, scales, zero, axis)], (1, 5, 6, 6),
                        w.spread(x, scales, 54), 0))  # fmt: skip


def gemm(turned: int, axis: int, each: bool, w: OnnxWriter) -> bytes:
    """Gemm with weights either way round; biases float32 of one row."""
    x = w.input("x", (4, 20), 0.03, 4)
    shape = (7, 20) if turned else (20, 7)
    data, scales, zero = w.weights(shape, axis, each=each)
    bias = w.constant(w.rng.normal(0, 0.2, (1, 7)).astype(np.float32))
    operands: list[Activation | str] = [x, w.dequantised(data, scales, zero, axis), bias]
    return end(w, w.qdq("Gemm", operands, (4, 7), w.spread(x, scales, 20), 3, transB=turned))


def gemm_factors(w: OnnxWriter) -> bytes:
    """Gemm with alpha and beta."""
    x = w.input("x", (2, 12), 0.03, 4)
    data, scales, zero = w.weights((12, 5), 1)
    bias = w.constant(w.rng.normal(0, 0.2, 5).astype(np.float32))
    operands: list[Activation | str] = [x, w.dequantised(data, scales, zero, 1), bias]
    return end(w, w.qdq("Gemm", operands, (2, 5), w.spread(x, scales, 9), 3, alpha=0.5, beta=2.0))


def linear_of_pytorch(w: OnnxWriter) -> bytes:
    """Weights [out, in] behind DequantizeLinear, turned by Transpose, then MatMul and Add."""
    x = w.input("x", (2, 5, 16), 0.03, 4)
    data, scales, zero = w.weights((12, 16), 0)
    (turned,) = w.node("Transpose", [w.dequantised(data, scales, zero, 0)], perm=[1, 0])
    (made,) = w.node("MatMul", [w.real(x), turned])
    bias = w.constant(w.rng.normal(0, 0.2, 12).astype(np.float32))
    (made,) = w.node("Add", [bias, made])
    return end(w, w.quantise(made, (2, 5, 12), w.spread(x, scales, 16), 3))


def quantised_where_they_are_used(w: OnnxWriter) -> bytes:
    """Float32 weights through QuantizeLinear and DequantizeLinear, then turned round."""
    x = w.input("x", (3, 16), 0.03, 4)
    real = w.rng.normal(0, 0.3, (12, 16)).astype(np.float32)
    pair = w.scaling(float(np.abs(real).max() / 127), 0, "int8")
    (made,) = w.node("QuantizeLinear", [w.constant(real), *pair])
    (made,) = w.node("DequantizeLinear", [made, *pair])
    (made,) = w.node("Transpose", [made], perm=[1, 0])
    (made,) = w.node("MatMul", [w.real(x), made])
    return end(w, w.quantise(made, (3, 12), 0.1, 3))


def shared_weights(w: OnnxWriter) -> bytes:
    """One DequantizeLinear of weights, two convolutions."""
    x = image(w)
    data, scales, zero = w.weights((6, 6, 3, 3), 0)
    kernel = w.dequantised(data, scales, zero, 0)
    spread = w.spread(x, scales, 54)
    x = w.qdq("Conv", [x, kernel], (1, 6, 8, 8), spread, 0, pads=[1] * 4)
    return end(w, w.qdq("Conv", [x, kernel], (1, 6, 6, 6), spread * 3, 9))


def four_bits(dtype: str, each: bool, w: OnnxWriter) -> bytes:
    """Weights of int4 or uint4."""
    import ml_dtypes

    x = image(w)
    low, high, point = (-8, 8, 0) if dtype == "int4" else (0, 16, 7)
    data = w.rng.integers(low, high, (8, 6, 3, 3)).astype(getattr(ml_dtypes, dtype))
    scales = w.rng.uniform(0.02, 0.08, 8 if each else 1).astype(np.float32)
    kernel = w.dequantised(data, scales, point, 0)
    return end(w, w.qdq("Conv", [x, kernel], (1, 8, 6, 6), 0.1, 3))


def blocked_scales(w: OnnxWriter) -> bytes:
    """Scales of blocks of a matrix, as language models have them."""
    x = w.input("x", (1, 32), 0.03, 4)
    data = w.rng.integers(-60, 60, (32, 8)).astype(np.int8)
    names = [w.constant(data), w.constant(np.full((2, 8), 0.01, dtype=np.float32))]
    (made,) = w.node("DequantizeLinear", names, axis=0, block_size=16)
    (made,) = w.node("MatMul", [w.real(x), made])
    return end(w, w.quantise(made, (1, 8), 0.1, 3))


def scales_of_one_element(w: OnnxWriter) -> bytes:
    """Scales and zero points of shape [1], biases int32 with a scale of shape [1]."""
    x = w.input("image", (1, 6, 8, 8), 0.03, 0, real=False)
    one = [w.constant(np.array([0.03], np.float32)), w.constant(np.array([0], np.int8))]
    (real,) = w.node("DequantizeLinear", [x.name, *one])
    data = w.rng.integers(-60, 60, (4, 6, 3, 3)).astype(np.int8)
    pair = [w.constant(np.array([0.01], np.float32)), w.constant(np.array([0], np.int8))]
    (kernel,) = w.node("DequantizeLinear", [w.constant(data), *pair])
    bias = w.rng.integers(-900, 900, 4).astype(np.int32)
    names = [w.constant(bias), w.constant(np.array([0.0003], np.float32))]
    names.append(w.constant(np.array([0], np.int32)))
    (bias_name,) = w.node("DequantizeLinear", names)
    (made,) = w.node("Conv", [real, kernel, bias_name])
    (made,) = w.node("QuantizeLinear", [made, w.constant(np.array([0.1], np.float32)),
                                        w.constant(np.array([2], np.int8))])  # fmt: skip
    return w.finish({made: (1, 4, 6, 6)}, quantised=[made])


def constants_as_nodes(w: OnnxWriter) -> bytes:
    """Every constant a Constant node: weights, scales, zero points, shapes."""
    made = plain_classifier(w)
    from onnx import ModelProto, helper

    model = ModelProto.FromString(made)
    nodes = [
        helper.make_node("Constant", [], [item.name], value=item)
        for item in model.graph.initializer
    ]
    rest = list(model.graph.node)
    del model.graph.node[:], model.graph.initializer[:]
    model.graph.node.extend([*nodes, *rest])
    return bytes(model.SerializeToString())


def constants_as_inputs(w: OnnxWriter) -> bytes:
    """Every constant named among the inputs too, as old files have it."""
    from onnx import ModelProto, helper

    model = ModelProto.FromString(plain_classifier(w))
    model.ir_version = 3
    model.graph.input.extend(
        helper.make_tensor_value_info(item.name, item.data_type, item.dims)
        for item in model.graph.initializer
    )
    return bytes(model.SerializeToString())


def plain_classifier(w: OnnxWriter) -> bytes:
    """Convolution, Relu, average, Flatten, Gemm."""
    x = image(w)
    x = w.qdq_conv(x, 8, 3, then="Relu")
    x = w.qdq("GlobalAveragePool", [x], (1, 8, 1, 1), x.scale, x.point)
    x = w.same("Reshape", x, [ints(w, 0, -1)], (1, 8))
    data, scales, zero = w.weights((8, 5), 1)
    return end(w, w.qdq("Gemm", [x, w.dequantised(data, scales, zero, 1)], (1, 5),
                        w.spread(x, scales, 8), 0))  # fmt: skip
