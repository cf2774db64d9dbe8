"""Shapes that are computed, and images of other layouts and sizes."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.onnx_writer import OnnxWriter
from tests.onnx_networks.strangers.parts import end, image, ints


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
