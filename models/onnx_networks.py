"""Twelve quantised ONNX networks with random weights: all operators that are read, both forms.

python -m models.onnx_networks FOLDER [SEED]     writes them as <name>.onnx
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.onnx_writer import MICROSOFT, Activation, OnnxWriter


def _ints(w: OnnxWriter, *numbers: int) -> str:
    return w.constant(np.array(numbers, dtype=np.int64))


def _end(w: OnnxWriter, *ends: Activation) -> bytes:
    """The file whose outputs are these, as float32."""
    return w.finish({w.real(end): end.shape for end in ends})


def qdq_classifier(seed: int) -> bytes:
    """uint8, float32 in and out: convolutions per channel, Relu, Clip, pooling, Gemm."""
    w = OnnxWriter(seed=seed, dtype="uint8")
    x = w.input("image", (1, 3, 20, 18), 0.02, 115)
    x = w.qdq_conv(x, 8, 3, pads=1, then="Relu", point=0)
    x = w.same("MaxPool", x, [], (1, 8, 10, 9), kernel_shape=[2, 2], strides=[2, 2])
    x = w.qdq_conv(x, 8, 3, pads=1, group=8, then="Clip", limits=(0.0, 6.0), point=0)
    x = w.qdq_conv(x, 20, 1, with_bias=False)
    x = w.qdq_conv(x, 12, 3, stride=2)
    x = w.qdq("GlobalAveragePool", [x], (1, 12, 1, 1), x.scale * 0.7, 90)
    x = w.same("Flatten", x, [], (1, 12))
    data, scales, zero = w.weights((10, 12), 0, each=False)
    bias, bias_scales = w.bias(x, scales, 10)
    operands: list[Activation | str] = [
        x,
        w.dequantised(data, scales, zero, 0),
        w._bias_name(bias, bias_scales),
    ]
    x = w.qdq("Gemm", operands, (1, 10), w.spread(x, scales, 12), 128, transB=1)
    return _end(w, x)


def qoperator_classifier(seed: int) -> bytes:
    """uint8 in and out: QLinearConv, MaxPool, QLinearGlobalAveragePool, QGemm."""
    w = OnnxWriter(seed=seed, dtype="uint8")
    x = w.input("image", (1, 4, 17, 15), 0.03, 128, real=False)
    x = w.qlinear_conv(x, 12, 3, pads=1)
    (made,) = w.node("MaxPool", [x.name], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    x = Activation(name=made, shape=(1, 12, 9, 8), scale=x.scale, point=x.point)
    x = w.qlinear_conv(x, 12, 5, pads=2, group=12, each=False)
    x = w.qlinear_conv(x, 16, 3, group=2, pads=1)
    x = w.qlinear_conv(x, 10, 3, dtype="uint8", each=False, dilations=[2, 2])
    x = w.qlinear("QLinearGlobalAveragePool", x, (1, 10, 1, 1), x.scale * 0.5, 77, channels_last=0)
    (made,) = w.node("Flatten", [x.name])
    x = Activation(name=made, shape=(1, 10), scale=x.scale, point=x.point)
    data, scales, zero = w.weights((10, 7), 1)
    bias = w.constant(w.bias(x, scales, 7)[0])
    middle = [*w.weight_names(data, scales, zero), bias]
    x = w.qlinear("QGemm", x, (1, 7), w.spread(x, scales, 10), 120, *middle, alpha=1.0)
    return w.finish({x.name: x.shape}, quantised=[x.name])


def qdq_residual(seed: int) -> bytes:
    """int8 blocks with Add, Sub, Mul, Concat of several scales, AveragePool, Max and Min."""
    w = OnnxWriter(seed=seed)
    x = w.input("image", (1, 6, 12, 12), 0.03, -5)
    a = w.qdq_conv(x, 8, 3, pads=1, then="Relu", point=-128)
    b = w.qdq_conv(x, 8, 1)
    s = w.qdq("Add", [a, b], a.shape, (a.scale + b.scale) * 0.8, 3)
    m = w.qdq("Mul", [s, a], s.shape, s.scale * a.scale * 90, -20)
    d = w.qdq("Sub", [m, b], m.shape, m.scale + b.scale, 0)
    c = w.qdq("Concat", [d, a, s], (1, 24, 12, 12), d.scale, -3, axis=1)
    p = w.qdq(
        "AveragePool", [c], (1, 24, 6, 6), c.scale * 0.6, 4, kernel_shape=[2, 2], strides=[2, 2]
    )
    q = w.same(
        "AveragePool", p, [], (1, 24, 6, 6), kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]
    )
    low = w.qdq("Min", [p, Activation(name=q.name, shape=q.shape, scale=p.scale, point=p.point)],
                p.shape, p.scale, p.point)  # fmt: skip
    high = w.qdq("Max", [p, low], p.shape, p.scale, p.point)
    channel = w.dequantised(
        w.rng.integers(-100, 100, (1, 24, 1, 1)).astype(np.int8),
        np.array([0.02], dtype=np.float32),
        3,
        0,
    )
    y = w.qdq("Mul", [high, channel], high.shape, high.scale * 1.2, 9)
    return _end(w, y)


def qoperator_residual(seed: int) -> bytes:
    """QLinearAdd, -Mul, -Concat, -AveragePool, -LeakyRelu, -Sigmoid on int8."""
    w = OnnxWriter(seed=seed)
    x = w.input("image", (1, 5, 11, 13), 0.04, 7, real=False)
    a, b = w.qlinear_conv(x, 8, 3, pads=1), w.qlinear_conv(x, 8, 1)
    s = w.qlinear("QLinearAdd", a, a.shape, a.scale + b.scale, -7, *w.triple(b))
    leaky = w.qlinear("QLinearLeakyRelu", s, s.shape, s.scale * 0.8, -60, alpha=0.1)
    gate = w.qlinear("QLinearSigmoid", b, b.shape, 1 / 256, -128)
    m = w.qlinear("QLinearMul", leaky, s.shape, leaky.scale * 0.7, 11, *w.triple(gate))
    p = w.qlinear(
        "QLinearAveragePool", m, (1, 8, 5, 6), m.scale * 0.5, 0, kernel_shape=[2, 2], strides=[2, 2]
    )
    q = w.qlinear_conv(p, 6, 1)
    inputs = [*w.scaling(p.scale, 5), *w.triple(p), *w.triple(q)]
    (made,) = w.node("QLinearConcat", inputs, domain=MICROSOFT, axis=1)
    x = Activation(name=made, shape=(1, 14, 5, 6), scale=p.scale, point=5)
    x = w.qlinear_conv(x, 9, 3, stride=2)
    return w.finish({x.name: x.shape}, quantised=[x.name])


def qdq_functions(seed: int) -> bytes:
    """Every function of one tensor."""
    w = OnnxWriter(seed=seed, opset=20)
    x = w.input("x", (1, 7, 6, 5), 0.05, 10)
    plain: dict[str, dict[str, Any]] = {
        "LeakyRelu": {"alpha": 0.2}, "Sigmoid": {}, "Tanh": {}, "HardSigmoid": {}, "HardSwish": {},
        "Elu": {}, "Softplus": {}, "Exp": {}, "Abs": {}, "Neg": {}, "Erf": {}, "Relu": {},
        "Gelu": {"approximate": "tanh"},
    }  # fmt: skip
    ends = []
    for kind, options in plain.items():
        scale = 1 / 256 if kind in ("Sigmoid", "HardSigmoid") else 0.03
        ends.append(w.qdq(kind, [x], x.shape, scale, w.point(), **options))
    positive = ends[-2]
    ends.append(w.qdq("Sqrt", [positive], x.shape, 0.01, -128))
    ends.append(w.qdq("Gelu", [x], x.shape, 0.03, -100))
    exponential = ends[7]
    shifted = w.qdq("Add", [exponential, w.constant(np.float32(0.5))], x.shape, 0.03, -120)
    ends.append(w.qdq("Log", [shifted], x.shape, 0.02, 0))
    slope = w.constant(np.array([0.3], dtype=np.float32))
    ends.append(w.qdq("PRelu", [x, slope], x.shape, 0.04, 5))
    bounds = [w.constant(np.float32(v)) for v in (-1.0, 2.5)]
    ends.append(w.qdq("Clip", [x, *bounds], x.shape, 0.03, -20))
    for kind, value in (("Mul", 0.7), ("Sub", 0.2), ("Div", 1.7), ("Pow", 2.0)):
        ends.append(w.qdq(kind, [x, w.constant(np.float32(value))], x.shape, 0.06, -10))
    return _end(w, *ends)


def qdq_movement(seed: int) -> bytes:
    """What only moves elements, behind DequantizeLinear."""
    w = OnnxWriter(seed=seed, dtype="uint8")
    x = w.input("x", (1, 8, 6, 4), 0.05, 100)
    a = w.qdq_conv(x, 8, 3, pads=1)
    t = w.same("Transpose", a, [], (1, 6, 4, 8), perm=[0, 2, 3, 1])
    r = w.same("Reshape", t, [_ints(w, 1, -1, 16)], (1, 12, 16))
    u = w.same("Unsqueeze", r, [_ints(w, 1)], (1, 1, 12, 16))
    s = w.same("Squeeze", u, [_ints(w, 1)], (1, 12, 16))
    cut = [_ints(w, 10, -9), _ints(w, -20, 1 << 30), _ints(w, 1, 2), _ints(w, -2, 3)]
    sliced = w.same("Slice", s, cut, (1, 6, 3))
    padded = w.same("Pad", a, [_ints(w, 0, 0, 1, 2, 0, 0, 0, 1)], (1, 8, 7, 7))
    mirrored = w.same("Pad", a, [_ints(w, 0, 0, 2, 1, 0, 0, 1, 2)], (1, 8, 9, 7), mode="reflect")
    edges = w.same("Pad", a, [_ints(w, 0, 1, 0, 1, 0, 0, 1, 1)], (1, 9, 7, 6), mode="edge")
    names = w.node("Split", [w.real(a), _ints(w, 3, 5)], outputs=2, axis=1)
    parts = [
        w.quantise(name, (1, n, 6, 4), a.scale, a.point)
        for name, n in zip(names, (3, 5), strict=True)
    ]
    back = w.qdq("Concat", [parts[1], parts[0]], (1, 8, 6, 4), a.scale, a.point, axis=1)
    rows = w.same("Gather", back, [_ints(w, 5, 0, -1)], (1, 8, 3, 4), axis=2)
    deep = w.same("SpaceToDepth", back, [], (1, 32, 3, 2), blocksize=2)
    wide = w.same("DepthToSpace", deep, [], (1, 8, 6, 4), blocksize=2, mode="CRD")
    tiled = w.same("Tile", rows, [_ints(w, 1, 1, 2, 1)], (1, 8, 6, 4))
    mean = w.qdq("ReduceMean", [wide], (1, 8, 1, 4), wide.scale, 90, axes=[2], keepdims=1)
    spread = w.same("Expand", mean, [_ints(w, 1, 8, 6, 4)], (1, 8, 6, 4))
    total = w.qdq("Add", [tiled, spread], (1, 8, 6, 4), wide.scale * 2, 128)
    flat = w.same("Flatten", total, [], (1, 192))
    last = w.same("Identity", flat, [], (1, 192))
    return _end(w, sliced, padded, mirrored, edges, last)


def qoperator_movement(seed: int) -> bytes:
    """The same on int8 tensors themselves, between QLinear operators."""
    w = OnnxWriter(seed=seed)
    x = w.input("x", (1, 6, 8, 8), 0.05, -9, real=False)
    a = w.qlinear_conv(x, 8, 3, pads=1)
    (t,) = w.node("Transpose", [a.name], perm=[0, 1, 3, 2])
    (s,) = w.node("Slice", [t, _ints(w, 1), _ints(w, 7), _ints(w, 2)])
    (p,) = w.node("Pad", [s, _ints(w, 0, 0, 1, 1, 0, 0, 1, 0), w.constant(np.int8(a.point))])
    (c,) = w.node("Concat", [p, p], axis=1)
    (r,) = w.node("Reshape", [c, _ints(w, 0, 8, -1, 9)])
    b = w.qlinear_conv(Activation(name=r, shape=(1, 8, 16, 9), scale=a.scale, point=a.point), 5, 3)
    (big,) = w.node(
        "Resize", [b.name, "", w.constant(np.array([1, 1, 2, 2], dtype=np.float32))],
        coordinate_transformation_mode="asymmetric", nearest_mode="floor", mode="nearest",
    )  # fmt: skip
    (m,) = w.node("MaxPool", [big], kernel_shape=[3, 2], strides=[2, 3], ceil_mode=1)
    return w.finish({m: (1, 5, 14, 5)}, quantised=[m])


def qdq_decoder(seed: int) -> bytes:
    """Resize to the nearest pixel in several ways, ConvTranspose, a skip by Concat."""
    w = OnnxWriter(seed=seed)
    x = w.input("x", (1, 8, 5, 6), 0.05, 0)
    a = w.qdq_conv(x, 8, 3, pads=1, then="Relu", point=-128)
    doubled = w.constant(np.array([1, 1, 2, 2], dtype=np.float32))
    big = w.same(
        "Resize", a, ["", doubled], (1, 8, 10, 12), mode="nearest", nearest_mode="floor",
        coordinate_transformation_mode="asymmetric",
    )  # fmt: skip
    data, scales, zero = w.weights((8, 6, 3, 3), 1)
    kernel = w.dequantised(data, scales, zero, 1)
    up = w.qdq(
        "ConvTranspose", [a, kernel], (1, 6, 10, 12), w.spread(a, scales, 18), 4,
        strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1], kernel_shape=[3, 3],
    )  # fmt: skip
    joined = w.qdq("Concat", [big, up], (1, 14, 10, 12), big.scale, -50, axis=1)
    b = w.qdq_conv(joined, 4, 3, pads=1)
    odd = w.same(
        "Resize", b, ["", "", _ints(w, 1, 4, 13, 7)], (1, 4, 13, 7), mode="nearest",
        coordinate_transformation_mode="half_pixel", nearest_mode="round_prefer_floor",
    )  # fmt: skip
    return _end(w, odd)


def qdq_attention(seed: int) -> bytes:
    """uint8: MatMul with biases, MatMul of two tensors, Softmax, ReduceMean."""
    w = OnnxWriter(seed=seed, dtype="uint8")
    x = w.input("tokens", (1, 9, 16), 0.04, 131)
    heads = []
    for _ in range(3):
        data, scales, zero = w.weights((16, 12), 1)
        (product,) = w.node("MatMul", [w.real(x), w.dequantised(data, scales, zero, 1)])
        heads.append(w.quantise(product, (1, 9, 12), w.spread(x, scales, 16), w.point()))
    q, k, v = heads
    turned = w.same("Transpose", k, [], (1, 12, 9), perm=[0, 2, 1])
    scores = w.qdq("MatMul", [q, turned], (1, 9, 9), 60 * q.scale * k.scale * np.sqrt(12), 128)
    shares = w.qdq("Softmax", [scores], (1, 9, 9), 1 / 255, 0, axis=-1)
    mixed = w.qdq("MatMul", [shares, v], (1, 9, 12), v.scale * 0.8, v.point)
    data, scales, zero = w.weights((12, 16), 1, each=False)
    (product,) = w.node("MatMul", [w.real(mixed), w.dequantised(data, scales, zero, 1)])
    bias = w.constant((w.rng.normal(0, 0.3, 16)).astype(np.float32))
    (summed,) = w.node("Add", [product, bias])
    out = w.quantise(summed, (1, 9, 16), w.spread(mixed, scales, 12), 125)
    total = w.qdq("Add", [out, x], (1, 9, 16), out.scale + x.scale, 128)
    mean = w.qdq("ReduceMean", [total], (1, 16), total.scale * 0.5, 120, axes=[1], keepdims=0)
    return _end(w, mean)


def qoperator_matmul(seed: int) -> bytes:
    """QLinearMatMul with constants and of two tensors, QLinearSoftmax."""
    w = OnnxWriter(seed=seed)
    x = w.input("x", (2, 7, 10), 0.05, -3, real=False)
    data, scales, zero = w.weights((10, 12), 1)
    inputs = [*w.triple(x), *w.weight_names(data, scales, zero)]
    a_scale = w.spread(x, scales, 10)
    (made,) = w.node("QLinearMatMul", [*inputs, *w.scaling(a_scale, 6)])
    a = Activation(name=made, shape=(2, 7, 12), scale=a_scale, point=6)
    (turned,) = w.node("Transpose", [a.name], perm=[0, 2, 1])
    b_scale = 70 * a.scale**2 * np.sqrt(12)
    inputs = [*w.triple(a), turned, *w.scaling(a.scale, a.point), *w.scaling(b_scale, -4)]
    (made,) = w.node("QLinearMatMul", inputs)
    b = Activation(name=made, shape=(2, 7, 7), scale=b_scale, point=-4)
    y = w.qlinear("QLinearSoftmax", b, b.shape, 1 / 256, -128, axis=-1, opset=17)
    return w.finish({y.name: y.shape}, quantised=[y.name])


def qdq_asymmetric(seed: int) -> bytes:
    """uint8 weights with zero points, automatic padding, dilation, several windows."""
    w = OnnxWriter(seed=seed, dtype="uint8")
    x = w.input("x", (1, 3, 15, 16), 0.02, 140)
    x = w.qdq_conv(x, 9, 3, each=False, dtype="uint8", auto_pad="SAME_UPPER", stride=2)
    x = w.qdq_conv(x, 9, 3, pads=2, each=False, dtype="uint8", dilations=[2, 2], then="Relu")
    x = w.qdq_conv(x, 9, 2, each=False, dtype="uint8", group=9, auto_pad="SAME_LOWER")
    x = w.same(
        "MaxPool", x, [], (1, 9, 4, 4), kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1],
    )  # fmt: skip
    y = w.qdq("GlobalMaxPool", [x], (1, 9, 1, 1), x.scale * 1.1, 100)
    z = w.qdq(
        "AveragePool", [x], (1, 9, 2, 2), x.scale * 0.9, 128, kernel_shape=[3, 3],
        pads=[1, 1, 0, 0], strides=[2, 2], count_include_pad=1,
    )  # fmt: skip
    total = w.qdq("Add", [y, z], (1, 9, 2, 2), y.scale + z.scale, 118)
    return _end(w, total)


def qdq_ports(seed: int) -> bytes:
    """Two inputs, two outputs, a dynamic batch, shapes that are computed, float32 weights."""
    w = OnnxWriter(seed=seed)
    a = w.input("left", ("batch", 4, 6, 6), 0.04, 3)
    b = w.input("right", ("batch", 4, 6, 6), 0.05, -12)
    s = w.qdq("Add", [a, b], (1, 4, 6, 6), 0.08, 1)
    real = w.rng.normal(0, 0.3, (6, 4, 3, 3)).astype(np.float32)
    scales = (np.abs(real).max(axis=(1, 2, 3)) / 127).astype(np.float32)
    pair = [w.constant(scales), w.constant(np.zeros(6, dtype=np.int8))]
    (quantised,) = w.node("QuantizeLinear", [w.constant(real), *pair], axis=0)
    (kernel,) = w.node("DequantizeLinear", [quantised, *pair], axis=0)
    c = w.qdq("Conv", [s, kernel], (1, 6, 4, 4), 0.1, -30, kernel_shape=[3, 3])
    batch = w.node("Gather", [w.node("Shape", [c.name])[0], _ints(w, 0)], axis=0)[0]
    shape = w.node("Concat", [batch, _ints(w, -1)], axis=0)[0]
    flat = w.same("Reshape", c, [shape], (1, 96))
    data, weight_scales, zero = w.weights((96, 5), 1)
    operands: list[Activation | str] = [flat, w.dequantised(data, weight_scales, zero, 1)]
    y = w.qdq("MatMul", operands, (1, 5), w.spread(flat, weight_scales, 96), 0)
    return _end(w, y, c)


NETWORKS: dict[str, Callable[[int], bytes]] = {
    make.__name__: make
    for make in (
        qdq_classifier, qoperator_classifier, qdq_residual, qoperator_residual, qdq_functions,
        qdq_movement, qoperator_movement, qdq_decoder, qdq_attention, qoperator_matmul,
        qdq_asymmetric, qdq_ports,
    )
}  # fmt: skip


def main() -> None:
    """Write all of them into a folder."""
    folder, seed = Path(sys.argv[1]), int((sys.argv[2:] or ["1"])[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in NETWORKS.items():
        (folder / f"{name}.onnx").write_bytes(make(seed))


if __name__ == "__main__":
    main()
