"""Lowering of reductions: a window that covers what is reduced slides nowhere.

    MEAN, SUM        depthwise convolution with weights of one, exactly; over the last axes,
                     whose elements follow each other, a product with a column of ones
    REDUCE_MAX       maximum pooling; REDUCE_MIN turns all bits over before and after

Reduced axes are brought together as the rows of one image a group, whose channels are the axes
behind them:

    [a, R, R, c]  ->  a images of R*R rows, 1 column, c channels
"""

from __future__ import annotations

from math import prod

import numpy as np

from golden.network import Layer
from golden.network import operations as ops
from golden.operators.mean import mean_multiplier
from golden.operators.windows import Window
from sw.compiler.context import Context, strides
from sw.compiler.geometry import Shape
from sw.compiler.lowering_pointwise import turn_over
from sw.compiler.operations import ArrayOp, LoweredOp, Scaling

MOST_TAPS = 255  # a kernel's height has 8 bits
MOST_GROUPS = 64  # each is an operation of its own


def mean(context: Context, layer: Layer, op: ops.Mean) -> list[LoweredOp] | str:
    """MEAN."""
    shape = context.network.tensors[layer.input].shape
    count = prod(shape[axis] for axis in op.axes)
    return _sum(context, layer, op, *mean_multiplier(op.multiplier, op.shift, count))


def total(context: Context, layer: Layer, op: ops.Total) -> list[LoweredOp] | str:
    """SUM."""
    return _sum(context, layer, op, op.multiplier, op.shift)


def _sum(
    context: Context, layer: Layer, op: ops.Mean | ops.Total, multiplier: int, shift: int
) -> list[LoweredOp] | str:
    if not -31 <= shift <= 30:
        return f"its scale needs a shift of {shift}"
    scaling = Scaling.shared(multiplier, shift)
    zero_points = (op.input_zero_point, 0, op.output_zero_point)
    shape = context.tensors[layer.input].shape
    if op.axes == tuple(range(op.axes[0], len(shape))):
        depth = prod(shape[op.axes[0] :])
        rows = prod(shape) // depth
        column = ArrayOp(
            layer=layer.index,
            kind="conv",
            operands=layer.inputs,
            output=layer.output,
            in_shape=Shape(h=rows, w=1, c=depth),
            out_shape=Shape(h=rows, w=1, c=1),
            weights=np.ones((1, 1, 1, depth), dtype=np.int8),
            scaling=scaling,
            zero_points=zero_points,
        )
        return [column]
    groups = _groups(context, layer, op.axes, layer.input, layer.output)
    if isinstance(groups, str):
        return groups
    made, images = groups
    for source, output, first_row, image, window in images:
        if image.pixels > context.config.wbuf_depth:
            return f"its window of {image.pixels} pixels exceeds the weight buffer"
        made.append(
            ArrayOp(
                layer=layer.index,
                kind="dwconv",
                operands=(source,),
                output=output,
                whole=layer.output,
                first_row=first_row,
                in_shape=image,
                out_shape=Shape(h=1, w=1, c=image.c),
                window=window,
                weights=np.ones((image.h, image.w, image.c), dtype=np.int8),
                scaling=scaling,
                zero_points=zero_points,
            )
        )
    return made


def extreme(context: Context, layer: Layer, op: ops.Extreme) -> list[LoweredOp] | str:
    """REDUCE_MAX and REDUCE_MIN."""
    tensors, source, result = context.tensors, layer.input, layer.output
    turned: list[LoweredOp] = []
    if op.smallest:
        upside_down = tensors.temporary("turned over", tensors[source].shape)
        turned.append(turn_over(context, layer, source, upside_down))
        source, result = upside_down, tensors.temporary("largest", tensors[result].shape)
    groups = _groups(context, layer, op.axes, source, result)
    if isinstance(groups, str):
        return groups
    made, images = [*turned, *groups[0]], groups[1]
    for source, output, first_row, image, window in images:
        made.append(
            ArrayOp(
                layer=layer.index,
                kind="maxpool",
                operands=(source,),
                output=output,
                whole=layer.output,
                scratch=op.smallest,
                first_row=first_row,
                in_shape=image,
                out_shape=Shape(h=1, w=1, c=image.c),
                window=window,
            )
        )
    if op.smallest:
        made.append(turn_over(context, layer, result, layer.output))
    return made


Images = list[tuple[int, int, int, Shape, Window]]


def _groups(
    context: Context, layer: Layer, axes: tuple[int, ...], source: int, output: int
) -> tuple[list[LoweredOp], Images] | str:
    """Moves that bring the axes together, and the images to reduce: source, output, row, shape."""
    tensors = context.tensors
    shape = tensors[source].shape
    kept = [axis for axis in range(len(shape)) if axis not in axes]
    made: list[LoweredOp] = []
    before = list(range(axes[0]))
    behind = list(range(axes[-1] + 1, len(shape)))
    extents = [shape[axis] for axis in axes]
    if len(before) + len(behind) < len(kept) or not behind:
        # Reduced axes that are not neighbours, or are the last, come to the front.
        order = [*axes, *kept]
        steps = strides(shape)
        moved = tuple(shape[axis] for axis in order)
        dims = [(shape[a], steps[a], t) for a, t in zip(order, strides(moved), strict=True)]
        swapped = tensors.temporary(f"{tensors[source].name} transposed", moved)
        made.append(context.move(layer, swapped, [context.strided(source, 0, 0, dims)]))
        source, before, behind = swapped, [], kept
    groups = prod(shape[axis] for axis in before)
    channels = prod(shape[axis] for axis in behind)
    rows, columns = (extents[0], prod(extents[1:])) if len(extents) > 1 else (extents[0], 1)
    if rows > MOST_TAPS or columns > MOST_TAPS:
        return f"its window of {rows} x {columns} exceeds {MOST_TAPS}"
    if groups > MOST_GROUPS:
        return f"it has {groups} groups, more than {MOST_GROUPS}"
    image = Shape(h=rows, w=columns, c=channels)
    window = Window(kernel_h=rows, kernel_w=columns, out_h=1, out_w=1)
    if groups == 1:
        return made, [(source, output, 0, image, window)]
    images = []
    for group in range(groups):
        part = context.part(source, group * image.bytes, (rows, columns, channels))
        result = context.part(output, group * channels, (1, channels))
        images.append((part, result, group, image, window))
    return made, images
