"""Lowering of RESIZE_BILINEAR by factors of 1, 2 and 4: a depthwise convolution for each place.

    every pixel becomes 2 x 2 or more, and all those at one place in their pixel are the same
    weighted mean of the pixels around:

    edge pixels repeated -> 3x3 depthwise, weights of place (0, 0) -> every second row and column
                         -> 3x3 depthwise, weights of place (0, 1) -> the columns between ...

The weights are whole, and their sum is 128 or 64. All are even, so that half a sum is whole: the
requantiser's first rounding leaves it as it is, and the second goes to the nearest, away from zero
at one half, as the kernel does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer
from golden.network import operations as ops
from golden.numerics import quantize_multiplier
from golden.operators.windows import Window
from sw.compiler.context import Context
from sw.compiler.operations import ArrayOp, LoweredOp, Scaling
from sw.compiler.positions import separable_boxes_of

FACTORS = (1, 2, 4)
SUMS = (64, 128)  # of all weights of a place: of one pixel alone, and of some
MOST_BOXES = 64


def bilinear(context: Context, layer: Layer, op: ops.ResizeBilinear) -> list[LoweredOp] | str:
    """RESIZE_BILINEAR, where the weights are whole numbers that fit a byte."""
    tensors = context.tensors
    source, output = layer.input, layer.output
    batch, height, width, channels = tensors[source].shape
    factors = (op.size[0] // height, op.size[1] // width)
    whole = (height * factors[0], width * factors[1]) == op.size
    if batch > 1 or op.align_corners or not whole or not set(factors) <= set(FACTORS):
        return "only factors of 1, 2 and 4 of one image, corners not aligned, have whole weights"
    places = [(y, x) for y in range(factors[0]) for x in range(factors[1])]
    shape = (1, height + 2, width + 2, channels)
    positions = np.arange(tensors[source].size).reshape(tensors[source].shape)
    edged = np.pad(positions, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
    runs = separable_boxes_of(edged, MOST_BOXES)
    assert runs is not None, "each axis moves by itself"
    padded = tensors.temporary(f"{tensors[source].name} with its edges twice", shape)
    boxes = [context.strided(source, run.source, run.target, run.dims) for run in runs]
    made: list[LoweredOp] = [context.move(layer, padded, boxes)]
    parts = []
    for y, x in places:
        kernel = place_weights(factors, (y, x), half_pixel=op.half_pixel)
        part = tensors.temporary(f"{tensors[output].name} at {y}, {x}", tensors[source].shape)
        made.append(_place(context, layer, padded, part, kernel))
        dims = (
            (height, width * channels, factors[0] * op.size[1] * channels),
            (width, channels, factors[1] * channels),
            (channels, 1, 1),
        )
        parts.append(context.strided(part, 0, (y * op.size[1] + x) * channels, dims))
    made.append(context.move(layer, output, parts))
    return made


def place_weights(
    factors: tuple[int, int], place: tuple[int, int], *, half_pixel: bool
) -> NDArray[np.int8]:
    """Weights [3, 3] of the pixels around one, for a place in it.

    Shares along an axis sum up to 8 at most, a power of two, so 64 takes whole weights and 128 even
    ones. Where one pixel has all of it, 128 were no byte.
    """
    rows, columns = (
        _along(factor, at, half_pixel=half_pixel) for factor, at in zip(factors, place, strict=True)
    )
    parts = np.outer(rows, columns)
    whole = int(parts.sum())
    alone, shared = SUMS
    total = alone if int(parts.max()) == whole else shared
    weights: NDArray[np.int8] = (parts * (total // whole)).astype(np.int8)
    return weights


def _along(factor: int, at: int, *, half_pixel: bool) -> NDArray[np.int64]:
    """Shares of the pixel before, of this one and of the next, along one axis."""
    if half_pixel and factor > 1:
        whole, away = 2 * factor, 2 * at + 1 - factor
    else:
        whole, away = factor, at
    return np.array([max(-away, 0), whole - abs(away), max(away, 0)])


def _place(
    context: Context, layer: Layer, source: int, output: int, kernel: NDArray[np.int8]
) -> ArrayOp:
    in_shape, out_shape = context.image(source), context.image(output)
    multiplier, shift = quantize_multiplier(1.0 / int(kernel.sum()))
    return ArrayOp(
        layer=layer.index,
        kind="dwconv",
        operands=(source,),
        output=output,
        in_shape=in_shape,
        out_shape=out_shape,
        window=Window(kernel_h=3, kernel_w=3, out_h=out_shape.h, out_w=out_shape.w),
        weights=np.repeat(kernel[:, :, None], in_shape.c, axis=2),
        scaling=Scaling.shared(multiplier, shift),
        scratch=True,
    )
