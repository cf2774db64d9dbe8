"""Limits, functions, reductions and normalisations, whole and in parts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.onnx_writer import OnnxWriter
from tests.onnx_networks.strangers.parts import end, image, ints


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
