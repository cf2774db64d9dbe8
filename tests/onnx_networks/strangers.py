"""Small ONNX files as other people's exporters write them, each with one habit of theirs.

Where `models/onnx_networks.py` has every operator, these have every way to say the same: operator
sets, attributes that became inputs, constants as nodes, weights that are turned round on the way,
shapes that are computed. Each is a function of a fresh writer that returns the finished file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from models.onnx_writer import MICROSOFT, Activation, OnnxWriter

Make = Callable[[OnnxWriter], bytes]


def ints(w: OnnxWriter, *numbers: int) -> str:
    """A constant of whole numbers."""
    return w.constant(np.array(numbers, dtype=np.int64))


def end(w: OnnxWriter, *ends: Activation) -> bytes:
    """The file whose outputs are these, as float32."""
    return w.finish({w.real(one): one.shape for one in ends})


def image(w: OnnxWriter, *shape: int | str) -> Activation:
    """An image, (1, 6, 8, 8) if nothing else is said."""
    point = 120 if w.dtype == "uint8" else 4
    return w.input("image", shape or (1, 6, 8, 8), 0.03, point)


# ---- operator sets


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


# ---- weights


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


# ---- shapes


def computed_shape(w: OnnxWriter) -> bytes:
    """Shape, Gather, Unsqueeze, Concat, Reshape, as PyTorch's view makes them; a dynamic batch."""
    x = image(w, "batch", 6, 8, 8)
    y = w.qdq_conv(x, 8, 3)
    (shape,) = w.node("Shape", [w.real(y)])
    (first,) = w.node("Gather", [shape, w.constant(np.int64(0))], axis=0)
    (last,) = w.node("Gather", [shape, w.constant(np.int64(-1))], axis=0)
    (half,) = w.node("Div", [last, w.constant(np.int64(2))])
    (half,) = w.node("Cast", [half], to=1)
    (half,) = w.node("Floor", [half])
    (half,) = w.node("Cast", [half], to=7)
    parts = [w.node("Unsqueeze", [name, ints(w, 0)])[0] for name in (first, half)]
    (target,) = w.node("Concat", [parts[0], ints(w, -1), parts[1]], axis=0)
    return end(w, w.same("Reshape", y, [target], (1, 96, 3)))


def slice_of_shape(w: OnnxWriter) -> bytes:
    """Shape with start and end, ConstantOfShape, Expand."""
    x = image(w)
    (front,) = w.node("Shape", [w.real(x)], start=0, end=2)
    (target,) = w.node("Concat", [front, ints(w, 64)], axis=0)
    y = w.same("Reshape", x, [target], (1, 6, 64))
    (ones,) = w.node("ConstantOfShape", [ints(w, 3)], value=_tensor(np.array([1], np.int64)))
    (size,) = w.node("Mul", [ones, ints(w, 2, 6, 64)])
    return end(w, w.same("Expand", y, [size], (2, 6, 64)))


def _tensor(array: Any) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(array)


def zeros_and_rests(w: OnnxWriter) -> bytes:
    """Reshape with 0 and -1, Flatten from behind, Squeeze of all ones."""
    x = image(w, 2, 6, 4, 4)
    y = w.same("Reshape", x, [ints(w, 0, 3, -1, 0)], (2, 3, 8, 4))
    y = w.same("Flatten", y, [], (6, 32), axis=-2)
    y = w.same("Reshape", y, [ints(w, 1, -1, 1, 32)], (1, 6, 1, 32))
    y = w.same("Squeeze", y, [], (6, 32))
    return end(w, y)


# ---- images


def channels_last(w: OnnxWriter) -> bytes:
    """An input NHWC that Transpose brings to NCHW before it is quantised, as tf2onnx leaves it."""
    from onnx import TensorProto, helper

    w.inputs.append(helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 8, 8, 6]))
    (turned,) = w.node("Transpose", ["image"], perm=[0, 3, 1, 2])
    x = w.quantise(turned, (1, 6, 8, 8), 0.03, 4)
    x = w.qdq_conv(x, 8, 3)
    (back,) = w.node("Transpose", [w.real(x)], perm=[0, 2, 3, 1])
    return w.finish({back: (1, 6, 6, 8)})


def normalised_input(w: OnnxWriter) -> bytes:
    """Bytes to mean 0 and deviation 1 in float32, before the input is quantised."""
    from onnx import TensorProto, helper

    w.inputs.append(helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 8, 8]))
    mean = np.array([0.4, 0.5, 0.6], dtype=np.float32).reshape(1, 3, 1, 1)
    (made,) = w.node("Div", ["image", w.constant(np.float32(2.0))])
    (made,) = w.node("Sub", [made, w.constant(mean)])
    (made,) = w.node("Div", [made, w.constant(mean / 2)])
    x = w.quantise(made, (1, 3, 8, 8), 0.03, 4)
    return end(w, w.qdq_conv(x, 8, 3))


def turned_and_back(w: OnnxWriter) -> bytes:
    """NCHW to NHWC and back between two convolutions."""
    x = w.qdq_conv(image(w), 8, 3)
    x = w.same("Transpose", x, [], (1, 6, 6, 8), perm=[0, 2, 3, 1])
    x = w.same("Transpose", x, [], (1, 8, 6, 6), perm=[0, 3, 1, 2])
    return end(w, w.qdq_conv(x, 4, 3))


def one_dimension(w: OnnxWriter) -> bytes:
    """Convolutions and pooling along one axis, as audio has them."""
    x = w.input("wave", (1, 4, 40), 0.03, 4)
    data, scales, zero = w.weights((8, 4, 5), 0)
    options: dict[str, Any] = {"kernel_shape": [5], "strides": [2], "pads": [2, 2]}
    x = w.qdq("Conv", [x, w.dequantised(data, scales, zero, 0)], (1, 8, 20),
              w.spread(x, scales, 20), 3, then="Relu", **options)  # fmt: skip
    data, scales, zero = w.weights((8, 1, 3), 0)
    x = w.qdq("Conv", [x, w.dequantised(data, scales, zero, 0)], (1, 8, 20),
              w.spread(x, scales, 3), 3, group=8, pads=[1, 1], dilations=[1])  # fmt: skip
    x = w.same("MaxPool", x, [], (1, 8, 10), kernel_shape=[2], strides=[2])
    x = w.qdq("AveragePool", [x], (1, 8, 5), x.scale, x.point, kernel_shape=[2], strides=[2])
    x = w.qdq("GlobalAveragePool", [x], (1, 8, 1), x.scale, x.point)
    return end(w, x)


def one_dimension_qlinear(w: OnnxWriter) -> bytes:
    """QLinearConv along one axis."""
    x = w.input("wave", (1, 4, 40), 0.03, 4, real=False)
    data, scales, zero = w.weights((8, 4, 5), 0)
    inputs = [*w.triple(x), *w.weight_names(data, scales, zero)]
    inputs += w.scaling(w.spread(x, scales, 20), 3)
    (made,) = w.node("QLinearConv", inputs, pads=[2, 2])
    return w.finish({made: (1, 8, 40)}, quantised=[made])


def resized(mode: str, how: str, nearest: str, sizes: bool | None, w: OnnxWriter) -> bytes:
    """Resize in one of its ways: to a size, by 2 and 3, or (None) by 2 and 4."""
    x = w.qdq_conv(image(w), 4, 3)
    out = (1, 4, 9, 15) if sizes else (1, 4, 12, 18 if sizes is False else 24)
    operands = ["", "", ints(w, *out)]
    if sizes is False:
        operands = ["", w.constant(np.array([1, 1, 2, 3], dtype=np.float32))]
    return end(w, w.same("Resize", x, operands, out, mode=mode,
                         coordinate_transformation_mode=how, nearest_mode=nearest))  # fmt: skip


def transposed(w: OnnxWriter, **options: Any) -> bytes:
    """ConvTranspose with other options."""
    x = image(w)
    group = options.get("group", 1)
    data, scales, zero = w.weights((6, 4 // group, 3, 3), 1, each=group == 1)
    kernel = w.dequantised(data, scales, zero, 1)
    size = options.pop("size")
    return end(w, w.qdq("ConvTranspose", [x, kernel], (1, 4, size, size),
                        w.spread(x, scales, 12), 3, **options))  # fmt: skip


# ---- limits, functions, reductions


def fused_limits(w: OnnxWriter) -> bytes:
    """Relu and Clip between convolution, sum or pooling and QuantizeLinear; two on end."""
    x = image(w)
    a = w.qdq_conv(x, 6, 3, pads=1, then="Clip", limits=(-1.0, 1.0))
    s = w.qdq("Add", [a, x], a.shape, 0.05, 0, then="Relu")
    p = w.qdq("AveragePool", [s], (1, 6, 4, 4), s.scale, 7, then="Clip", limits=(0.1, 2.0),
              kernel_shape=[2, 2], strides=[2, 2])  # fmt: skip
    (made,) = w.node("Relu", [w.real(p)])
    (made,) = w.node("Clip", [made, w.constant(np.float32(0.0)), w.constant(np.float32(1.5))])
    (made,) = w.node("Mul", [made, w.constant(np.float32(1 / 3))])
    return end(w, w.quantise(made, p.shape, 0.01, -100))


def hard_swish_in_parts(w: OnnxWriter) -> bytes:
    """X * clip(x + 3, 0, 6) / 6, each step quantised, as older PyTorch writes it."""
    x = w.qdq_conv(image(w), 6, 3)
    a = w.qdq("Add", [x, w.constant(np.float32(3.0))], x.shape, x.scale, -128, then="Clip",
              limits=(0.0, 6.0))  # fmt: skip
    d = w.qdq("Div", [a, w.constant(np.float32(6.0))], x.shape, 1 / 255, -128)
    return end(w, w.qdq("Mul", [x, d], x.shape, x.scale, x.point))


def swish(w: OnnxWriter) -> bytes:
    """X * Sigmoid(x) without a step between."""
    x = w.qdq_conv(image(w), 6, 3)
    real = w.real(x)
    (gate,) = w.node("Sigmoid", [real])
    (made,) = w.node("Mul", [real, gate])
    return end(w, w.quantise(made, x.shape, x.scale, x.point))


def weighted(w: OnnxWriter) -> bytes:
    """X * Softmax(x) without a step between: of one tensor, and yet no function of each element."""
    x = w.input("x", (1, 5, 7), 0.02, 10)
    real = w.real(x)
    (shares,) = w.node("Softmax", [real], axis=-1)
    (made,) = w.node("Mul", [real, shares])
    return end(w, w.quantise(made, x.shape, 0.01, 0))


def squares(w: OnnxWriter) -> bytes:
    """A product of itself, twenty times over: every step doubles what has to be computed."""
    x = w.input("x", (1, 5), 0.02, 10)
    (made,) = w.node("Tanh", [w.real(x)])
    for _ in range(20):
        (made,) = w.node("Mul", [made, made])
    return end(w, w.quantise(made, x.shape, 0.01, 0))


def functions(kinds: Sequence[str], w: OnnxWriter) -> bytes:
    """Functions of one tensor."""
    x = w.input("x", (1, 5, 7), 0.02, 10)
    return end(w, *(w.qdq(kind, [x], x.shape, 0.03, 5) for kind in kinds))


def reduction(kind: str, axes: Sequence[int], keep: int, w: OnnxWriter) -> bytes:
    """A reduction over some axes."""
    x = w.qdq_conv(image(w), 8, 3)
    shape = np.zeros(x.shape).sum(axis=tuple(axes), keepdims=bool(keep)).shape
    (made,) = w.node(kind, [w.real(x), ints(w, *axes)], keepdims=keep)
    wide = 6 if kind == "ReduceSum" else 1
    return end(w, w.quantise(made, shape, x.scale * wide, x.point))


def softmax(kind: str, axis: int, w: OnnxWriter) -> bytes:
    """Softmax along any axis."""
    x = w.qdq_conv(image(w), 8, 3)
    scale, point = (1 / 256, -128) if kind == "Softmax" else (0.05, 127)
    return end(w, w.qdq(kind, [x], x.shape, scale, point, axis=axis))


def normalisation(kind: str, w: OnnxWriter) -> bytes:
    """A normalisation with float32 constants between DequantizeLinear and QuantizeLinear."""
    x = w.qdq_conv(image(w), 8, 3)
    count = 6 if kind == "LayerNormalization" else 8
    numbers = 4 if kind == "BatchNormalization" else 2
    operands = [
        w.constant(w.rng.uniform(0.5, 1.5, count).astype(np.float32)) for _ in range(numbers)
    ]
    return end(w, w.qdq(kind, [x, *operands], x.shape, 0.03, 3))


def slopes(shape: Sequence[int], w: OnnxWriter) -> bytes:
    """PRelu with a slope a channel, or more."""
    x = w.qdq_conv(image(w), 8, 3)
    slope = w.constant(w.rng.uniform(-0.1, 0.5, shape).astype(np.float32))
    return end(w, w.qdq("PRelu", [x, slope], x.shape, x.scale, x.point))


def by_channel(kind: str, w: OnnxWriter) -> bytes:
    """A float32 constant of each channel, which nobody quantised."""
    x = w.qdq_conv(image(w), 8, 3)
    number = w.constant(w.rng.uniform(0.5, 1.5, (1, 8, 1, 1)).astype(np.float32))
    return end(w, w.qdq(kind, [x, number], x.shape, 0.05, x.point))


def quotient(w: OnnxWriter) -> bytes:
    """One tensor divided by another."""
    x = image(w)
    a = w.qdq_conv(x, 6, 3)
    b = w.qdq("Sigmoid", [a], a.shape, 1 / 256, -128)
    return end(w, w.qdq("Div", [a, b], a.shape, 0.2, 3))


def many_operands(kind: str, w: OnnxWriter) -> bytes:
    """Max, Min, Sum of three tensors."""
    x = image(w)
    parts = [w.qdq_conv(x, 6, 3) for _ in range(3)]
    alike = [w.qdq("Identity", [p], p.shape, 0.05, 1) for p in parts]
    return end(w, w.qdq(kind, alike, alike[0].shape, 0.05, 1))


# ---- the border


def float_end(kind: str, w: OnnxWriter, **options: Any) -> bytes:
    """A function that is left in float32 at the output."""
    x = plain_logits(w)
    (made,) = w.node(kind, [w.real(x)], **options)
    return w.finish({made: x.shape})


def places(w: OnnxWriter) -> bytes:
    """Where the extremes are, at the end of a network that cuts out or classifies."""
    from onnx import TensorProto, helper

    x = w.qdq_conv(image(w), 8, 3)
    (first,) = w.node("ArgMax", [w.real(x)], axis=1)
    (last,) = w.node("ArgMin", [w.real(x)], axis=-1, keepdims=0, select_last_index=1)
    model = helper.make_model(
        helper.make_graph(
            w.nodes, "network", w.inputs,
            [
                helper.make_tensor_value_info(first, TensorProto.INT64, [1, 1, 6, 6]),
                helper.make_tensor_value_info(last, TensorProto.INT64, [1, 8, 6]),
            ],
            w.constants,
        ),
        opset_imports=[helper.make_opsetid("", w.opset)], ir_version=10,
    )  # fmt: skip
    return bytes(model.SerializeToString())


def plain_logits(w: OnnxWriter) -> Activation:
    """What a classifier ends with."""
    x = w.input("x", (1, 12), 0.03, 4)
    data, scales, zero = w.weights((12, 5), 1)
    return w.qdq("Gemm", [x, w.dequantised(data, scales, zero, 1)], (1, 5),
                 w.spread(x, scales, 12), 0)  # fmt: skip


def quantised_nowhere_behind(w: OnnxWriter) -> bytes:
    """A last product that nobody quantises: float32 comes out of it."""
    x = w.input("x", (1, 12), 0.03, 4)
    data, scales, zero = w.weights((12, 5), 1)
    (made,) = w.node("Gemm", [w.real(x), w.dequantised(data, scales, zero, 1)])
    return w.finish({made: (1, 5)})


def one_tensor_twice(w: OnnxWriter) -> bytes:
    """The same tensor under two names at the output, and one from the middle."""
    x = w.qdq_conv(image(w), 8, 3)
    y = w.qdq_conv(x, 8, 3)
    return w.finish({w.real(y): y.shape, w.real(x): x.shape, w.real(y): y.shape})


def several_ports(w: OnnxWriter) -> bytes:
    """int8 and float32 inputs side by side, an output that an input passes through."""
    a = w.input("a", (1, 6, 8, 8), 0.03, 4, real=False)
    b = w.input("b", (1, 6, 8, 8), 0.05, -9)
    s = w.qdq("Sub", [a, b], a.shape, 0.06, 2)
    moved = w.same("Transpose", b, [], (1, 8, 8, 6), perm=[0, 2, 3, 1])
    return w.finish({s.name: s.shape, w.real(moved): moved.shape}, quantised=[s.name])


def old_habits(w: OnnxWriter) -> bytes:
    """Dropout and Identity, an empty name for an input that is left out, an unused node."""
    x = w.qdq_conv(image(w), 8, 3, with_bias=False)
    (made, _) = w.node("Dropout", [w.real(x), w.constant(np.float32(0.5))], outputs=2)
    (made,) = w.node("Identity", [made])
    w.node("Relu", [made])
    x = w.quantise(made, x.shape, x.scale, x.point)
    data, scales, zero = w.weights((4, 8, 1, 1), 0)
    operands = [w.real(x), w.dequantised(data, scales, zero, 0), ""]
    (made,) = w.node("Conv", operands)
    return end(w, w.quantise(made, (1, 4, 6, 6), w.spread(x, scales, 8), 1))


# ---- QOperator


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


RUN: dict[str, tuple[dict[str, Any], Make]] = {
    **{f"opset {n}": ({"opset": n}, partial(operator_set, n)) for n in (10, *range(11, 22), 23)},
    **{f"axis {n}": ({}, partial(axis_of_weights, n)) for n in (0, -4)},
    "Gemm": ({}, partial(gemm, 0, 1, True)),
    "Gemm from behind": ({}, partial(gemm, 0, -1, True)),
    "Gemm transB": ({}, partial(gemm, 1, 0, True)),
    "Gemm one scale": ({}, partial(gemm, 1, 0, False)),
    "Gemm alpha beta": ({}, gemm_factors),
    "PyTorch linear": ({}, linear_of_pytorch),
    "weights quantised in place": ({}, quantised_where_they_are_used),
    "shared weights": ({}, shared_weights),
    "int4": ({"opset": 21}, partial(four_bits, "int4", False)),
    "int4 by channel": ({"opset": 21}, partial(four_bits, "int4", True)),
    "uint4": ({"opset": 21}, partial(four_bits, "uint4", False)),
    "scales of one element": ({}, scales_of_one_element),
    "constants as nodes": ({}, constants_as_nodes),
    "constants as inputs": ({"opset": 13}, constants_as_inputs),
    "computed shape": ({}, computed_shape),
    "slice of a shape": ({}, slice_of_shape),
    "zeros and rests": ({}, zeros_and_rests),
    "channels last": ({}, channels_last),
    "normalised input": ({}, normalised_input),
    "turned and back": ({}, turned_and_back),
    "one dimension": ({}, one_dimension),
    "one dimension, QLinearConv": ({}, one_dimension_qlinear),
    **{
        f"Resize {mode} {how} {rule} {sizes}": (
            {"opset": 19}, partial(resized, mode, how, rule, sizes),
        )
        for mode, how, rule, sizes in (
            ("nearest", "half_pixel", "round_prefer_floor", False),
            ("nearest", "asymmetric", "floor", True),
            ("nearest", "asymmetric", "ceil", True),
            ("nearest", "align_corners", "round_prefer_ceil", True),
            ("nearest", "half_pixel_symmetric", "round_prefer_floor", True),
            ("linear", "half_pixel", "floor", False),
            ("linear", "half_pixel", "ceil", None),
            ("linear", "asymmetric", "ceil", None),
            ("linear", "pytorch_half_pixel", "floor", True),
            ("linear", "align_corners", "floor", True),
            ("linear", "asymmetric", "floor", False),
        )
    },
    "ConvTranspose groups": ({}, partial(transposed, size=10, group=2)),
    "ConvTranspose depthwise stride": ({}, partial(transposed, size=17, group=2, strides=[2, 2])),
    "ConvTranspose dilation": ({}, partial(transposed, size=12, dilations=[2, 2])),
    "ConvTranspose same": (
        {}, partial(transposed, size=16, auto_pad="SAME_UPPER", strides=[2, 2]),
    ),
    "ConvTranspose shape": (
        {}, partial(transposed, size=16, output_shape=[16, 16], strides=[2, 2]),
    ),
    "fused limits": ({}, fused_limits),
    "hard swish in parts": ({}, hard_swish_in_parts),
    "swish": ({}, swish),
    "weighted by Softmax": ({}, weighted),
    "functions": (
        {"opset": 22},
        partial(functions, ("Selu", "Celu", "Softsign", "ThresholdedRelu", "Mish", "Sin", "Cos",
                            "Atan", "Sinh", "Reciprocal", "Sign", "Floor", "Ceil", "Round")),
    ),
    **{
        f"{kind} {axes} {keep}": ({"opset": 18}, partial(reduction, kind, axes, keep))
        for kind, axes, keep in (
            ("ReduceMean", (-2, -1), 0), ("ReduceMean", (1,), 1), ("ReduceMax", (2, 3), 1),
            ("ReduceMin", (-1,), 0), ("ReduceMax", (1,), 1),
        )
    },
    "ReduceSum": ({"opset": 13}, partial(reduction, "ReduceSum", (2, 3), 1)),
    **{f"Softmax {n}": ({}, partial(softmax, "Softmax", n)) for n in (1, -1, 3)},
    "LogSoftmax": ({}, partial(softmax, "LogSoftmax", 1)),
    **{
        kind: ({}, partial(normalisation, kind))
        for kind in ("BatchNormalization", "LayerNormalization", "InstanceNormalization")
    },
    "slopes": ({}, partial(slopes, (8, 1, 1))),
    "slopes of pixels": ({}, partial(slopes, (8, 6, 6))),
    **{
        f"{kind} by channel": ({}, partial(by_channel, kind))
        for kind in ("Mul", "Add", "Sub", "Div")
    },
    "quotient": ({}, quotient),
    **{f"{kind} of three": ({}, partial(many_operands, kind)) for kind in ("Max", "Min", "Sum")},
    "float Softmax at the end": ({}, partial(float_end, "Softmax")),
    "float Sigmoid at the end": ({}, partial(float_end, "Sigmoid")),
    "places of extremes": ({}, places),
    "several ports": ({}, several_ports),
    "one tensor twice": ({}, one_tensor_twice),
    "old habits": ({}, old_habits),
    "QLinear sums": ({}, qlinear_sum),
    "QLinearConv automatic": ({}, qlinear_automatic),
    "output type": ({"opset": 21}, output_type),
    "contributed": ({}, contributed),
    "attention": ({}, attention),
    "batched product": ({}, batched_product),
    "small moves": ({"opset": 18}, small_moves),
}  # fmt: skip

REFUSED: dict[str, tuple[dict[str, Any], Make, str]] = {
    "squares": ({}, squares, "too much float32"),
    "blocked scales": ({"opset": 21}, blocked_scales, "scales of blocks"),
    "MatMulInteger": ({}, partial(integer_product, "MatMulInteger"), "dynamic"),
    "ConvInteger": ({}, partial(integer_product, "ConvInteger"), "dynamic"),
    "MatMulInteger with constants": ({}, integer_product_fixed, "dynamic"),
    "ReduceMean of all": (
        {"opset": 18},
        partial(reduction, "ReduceMean", (0, 1, 2, 3), 0),
        "must keep its dimensions",
    ),
    "cubic": (
        {},
        partial(resized, "cubic", "half_pixel", "floor", False),
        "only nearest and linear",
    ),
    "sixteen bits": ({"opset": 21}, sixteen_bits, "uint16"),
    "half precision": ({}, half_precision, "float16"),
    "quantised nowhere behind": ({}, quantised_nowhere_behind, "no QuantizeLinear rounds"),
}
