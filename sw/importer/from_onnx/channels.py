"""A float32 factor and a summand for each channel: a depthwise convolution of one pixel.

    y = x * factor + summand      x - zero point  ->  * weight, + bias  ->  * multiplier

BatchNormalization that could not be folded into a convolution, and Mul, Add, Sub, Div with one
number a channel; half of PRelu with a slope a channel. The weight is +-127 wherever the factor
decides, so that it is as exact as the
multiplier is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import Depthwise
from golden.operators.windows import Window
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.pointwise import add
from sw.importer.from_onnx.products import image, reach, requantisation
from sw.importer.from_onnx.values import IMAGE, Quantised, Sums, Target

Floats = NDArray[np.float64]
MOST_WEIGHT, MOST_BIAS = 127, 1 << 22


def by_channel(b: Builder, node: Node, x: Quantised) -> Sums | None:
    """The layer of such a node, or None where its numbers are not one a channel."""
    found = _normalised(b, node) if node.kind == "BatchNormalization" else _arithmetic(b, node, x)
    if len(x.shape) != 4 or found is None or found[0].shape != (x.shape[1],):
        return None
    factor, summand = found
    if not (np.isfinite(factor).all() and np.isfinite(summand).all()):
        return None
    return Sums(shape=x.shape, make=lambda to: _make(b, node, x, factor, summand, to))


def sloped(b: Builder, node: Node, x: Quantised) -> Sums | None:
    """PRelu with a slope a channel: what is above zero, and what is below it times the slopes."""
    slopes = b.constant(node, 1).astype(np.float64)
    wide = (1,) * (4 - slopes.ndim) + slopes.shape
    if len(x.shape) != 4 or wide != (1, x.shape[1], 1, 1) or not np.isfinite(slopes).all():
        return None
    factor = slopes.reshape(-1)

    def make(to: Target) -> Quantised:
        whole = Target(scaling=to.scaling)
        above = b.table(node, x, (lambda real: np.maximum(real, 0),), whole)
        below = b.table(node, x, (lambda real: np.minimum(real, 0),), Target(scaling=x.scaling))
        rest = _make(b, node, below, factor, np.zeros_like(factor), whole)
        return add(b, node, above, rest, to)  # exact: one of them is zero

    return Sums(shape=x.shape, make=make)


def _normalised(b: Builder, node: Node) -> tuple[Floats, Floats] | None:
    if any(node.input(position) not in b.constants for position in range(1, 5)):
        return None
    scale, bias, mean, variance = (
        b.constant(node, position).astype(np.float64).reshape(-1) for position in range(1, 5)
    )
    factor = scale / np.sqrt(variance + float(node.attributes.get("epsilon", 1e-5)))
    return factor, bias - mean * factor


def _arithmetic(b: Builder, node: Node, x: Quantised) -> tuple[Floats, Floats] | None:
    first = node.input(0) in b.constants
    constant = b.constants[node.input(0 if first else 1)].astype(np.float64)
    wide = (1,) * (4 - constant.ndim) + constant.shape
    if len(x.shape) != 4 or wide != (1, x.shape[1], 1, 1):
        return None
    number = constant.reshape(-1)
    ones, zeros = np.ones_like(number), np.zeros_like(number)
    match node.kind:
        case "Mul":
            return number, zeros
        case "Div" if not first and (number != 0).all():
            return 1 / number, zeros
        case "Add":
            return ones, number
        case "Sub":
            return (-ones, number) if first else (ones, -number)
    return None


def _make(
    b: Builder, node: Node, x: Quantised, factor: Floats, summand: Floats, to: Target
) -> Quantised:
    source, (n, h, w, c) = image(b, node, x)
    wanted = factor * x.scaling.scale
    unit = np.maximum(np.abs(wanted) / MOST_WEIGHT, np.abs(summand) / MOST_BIAS)
    unit = np.maximum(unit, np.float64(to.scaling.scale) / MOST_BIAS)  # a factor of 0
    weights = np.rint(wanted / unit).astype(np.int8)
    bias = np.rint(summand / unit).astype(np.int32)
    scales = (unit / to.scaling.scale).astype(np.float32)
    sums = reach(weights.astype(np.int64).reshape(c, 1), x, bias)
    requantise, _ = requantisation(b, node, scales, sums, to)
    operation: Any = Depthwise(
        weights=weights.reshape(1, 1, c), bias=bias,
        window=Window(kernel_h=1, kernel_w=1, out_h=h, out_w=w),
        input_zero_point=x.scaling.zero_point, requantisation=requantise,
    )  # fmt: skip
    return b.compute(node, operation, [source], (n, h, w, c), to.scaling, IMAGE, exact=False)
