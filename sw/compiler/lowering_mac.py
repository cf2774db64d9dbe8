"""Lowering of convolutions, fully connected layers, pooling and means to array operations.

The arithmetic is the layer's own: no scale is touched here. A function returns the reason, as a
sentence, for what the core cannot do, which the host then does.
"""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer
from golden.network import operations as ops
from golden.numerics import quantize_multiplier
from golden.operators.windows import Window
from sw.compiler.context import Context
from sw.compiler.geometry import Shape
from sw.compiler.operations import ArrayOp, LoweredOp, Scaling

MOST_IMAGES = 256  # of a batch; each is an operation of its own
MOST_ZEROS = 2 << 20  # bytes of weights that stand between those of a sparse product
NO_IMAGES = f"it does not work on images, {MOST_IMAGES} at most"


def convolution(context: Context, layer: Layer, op: ops.Convolution) -> list[LoweredOp] | str:
    """CONV_2D; a grouped one becomes a dense one with zeros."""
    image = _image(context, layer.input)
    if image is None:
        return NO_IMAGES
    source, in_shape, window = _unpadded(context, layer, image, op.window)
    if sparse := _too_sparse(context, op.weights.size, in_shape.c // op.weights.shape[3]):
        return sparse
    weights = _dense_groups(op.weights, in_shape.c)
    out_shape = _result(context, layer)
    made = _mac(context, layer, "conv", source, in_shape, out_shape, op, window, weights)
    return _each_image(context, layer, made)


def _image(context: Context, tensor: int) -> Shape | None:
    """Shape of one image of a tensor that is some images."""
    shape = context.network.tensors[tensor].shape
    return Shape.of((1, *shape[1:])) if len(shape) == 4 and shape[0] <= MOST_IMAGES else None


def _result(context: Context, layer: Layer) -> Shape:
    """Shape of one image of the output, which has as many as the input."""
    shape = _image(context, layer.output)
    assert shape is not None
    return shape


def _each_image(context: Context, layer: Layer, made: list[ArrayOp]) -> list[LoweredOp]:
    """What is made for one image, for each of the batch: a stretch of input and output."""
    tensors, output = context.tensors, layer.output
    batch = tensors[output].shape[0]
    if batch == 1:
        return list(made)

    def image(tensor: int, number: int, shape: Shape) -> int:
        return context.part(tensor, number * shape.bytes, (1, shape.h, shape.w, shape.c))

    each: list[LoweredOp] = []
    for number in range(batch):
        for op in made:
            (source,) = op.operands
            each.append(
                replace(
                    op,
                    operands=(image(source, number, op.view(0).whole),),
                    output=image(output, number, op.out_shape),
                    whole=output,
                    first_row=number * op.out_shape.h,
                )
            )
    return each


def _unpadded(
    context: Context, layer: Layer, image: Shape, window: Window
) -> tuple[int, Shape, Window]:
    """Tensor, image and window without an explicit PAD in front, which padding does as well."""
    pad = context.folded_pads.get(layer.input)
    if pad is None:
        return layer.input, image, window
    window = replace(window, pad_top=window.pad_top + pad.top, pad_left=window.pad_left + pad.left)
    return pad.source, context.image(pad.source), window


def _too_sparse(context: Context, weights: int, groups: int) -> str:
    """Why a product of so many groups is not the core's; empty if it is.

    With more groups than the array has cells, it does less than one product that counts a cycle.
    """
    if groups <= context.config.rows * context.config.cols or weights * groups <= MOST_ZEROS:
        return ""
    return f"its {weights:,} weights would have zeros in between, {weights * groups:,} bytes"


def _dense_groups(weights: NDArray[np.int8], in_c: int) -> NDArray[np.int8]:
    """Weights of a grouped convolution with zeros where a filter does not look."""
    out_c, kernel_h, kernel_w, group_c = weights.shape
    dense = np.zeros((out_c, kernel_h, kernel_w, in_c), dtype=np.int8)
    share = out_c // (in_c // group_c)
    for channel in range(out_c):
        first = channel // share * group_c
        dense[channel, :, :, first : first + group_c] = weights[channel]
    return dense


def depthwise(context: Context, layer: Layer, op: ops.Depthwise) -> list[LoweredOp] | str:
    """DEPTHWISE_CONV_2D."""
    image = _image(context, layer.input)
    if image is None:
        return NO_IMAGES
    source, in_shape, window = _unpadded(context, layer, image, op.window)
    out_shape = _result(context, layer)
    taps = window.kernel_h * window.kernel_w
    if in_shape.c == out_shape.c and taps <= context.config.wbuf_depth:
        made = _mac(context, layer, "dwconv", source, in_shape, out_shape, op, window, op.weights)
        return _each_image(context, layer, made)
    # A depth multiplier, or a kernel that needs parts: every output channel looks at one input
    # channel, so a convolution whose other weights are zero computes the same sums. With one input
    # channel nothing is wasted.
    multiplier = out_shape.c // in_shape.c
    kernel_h, kernel_w, out_c = op.weights.shape
    if sparse := _too_sparse(context, op.weights.size, in_shape.c):
        return sparse
    dense = np.zeros((out_c, kernel_h, kernel_w, in_shape.c), dtype=np.int8)
    for channel in range(out_c):
        dense[channel, :, :, channel // multiplier] = op.weights[:, :, channel]
    made = _mac(context, layer, "conv", source, in_shape, out_shape, op, window, dense)
    return _each_image(context, layer, made)


def fully_connected(
    context: Context, layer: Layer, op: ops.FullyConnected
) -> list[LoweredOp] | str:
    """FULLY_CONNECTED: a convolution over the image it flattens, or over a column of rows."""
    units, depth = op.weights.shape
    source = context.alias_root(layer.input)
    image = context.image(source)
    words = image.pixels * min(image.c, context.config.cols)
    if image.pixels > 1 and image.bytes == depth and words <= context.config.wbuf_depth:
        # A flattened image: a convolution whose kernel covers it reads the same bytes in the same
        # order, straight from where the image already lies.
        window = Window(kernel_h=image.h, kernel_w=image.w, out_h=1, out_w=1)
        weights = op.weights.reshape(units, image.h, image.w, image.c)
        out_shape = Shape(h=1, w=1, c=units)
        return [*_mac(context, layer, "conv", source, image, out_shape, op, window, weights)]
    # Matrix rows stand one below the other, so that strips can cut between any two of them.
    rows = context.network.tensors[layer.input].size // depth
    window = Window(kernel_h=1, kernel_w=1, out_h=rows, out_w=1)
    in_shape, out_shape = Shape(h=rows, w=1, c=depth), Shape(h=rows, w=1, c=units)
    weights = op.weights.reshape(units, 1, 1, depth)
    made = _mac(context, layer, "conv", layer.input, in_shape, out_shape, op, window, weights)
    return [*made]


def _mac(
    context: Context,
    layer: Layer,
    kind: str,
    source: int,
    in_shape: Shape,
    out_shape: Shape,
    op: ops.Convolution | ops.Depthwise | ops.FullyConnected | ops.TransposedConvolution,
    window: Window,
    weights: NDArray[np.int8],
) -> list[ArrayOp]:
    requantisation = op.requantisation
    source, view = context.view(source, in_shape)
    array_op = ArrayOp(
        layer=layer.index,
        kind=kind,
        operands=(source,),
        views=() if view.stored == in_shape.c else (view,),
        output=layer.output,
        in_shape=in_shape,
        out_shape=out_shape,
        window=window,
        weights=weights,
        bias=op.bias,
        scaling=Scaling(multiplier=requantisation.multiplier, shift=requantisation.shift),
        zero_points=(
            op.input_zero_point,
            getattr(op, "weight_zero_point", 0),
            requantisation.output_zero_point,
        ),
        clamp=(requantisation.act_min, requantisation.act_max),
        # The file's weights: [outputs, taps and inputs] or, depthwise, [taps, outputs].
        macs=out_shape.pixels * int(op.weights.size),
    )
    return [array_op]


def matrix_product(context: Context, layer: Layer, op: ops.MatrixProduct) -> list[LoweredOp] | str:
    """BATCH_MATMUL: one product a batch, the second factor loaded from memory as weights.

    A transposed first factor is rearranged in memory first.
    """
    tensors = context.tensors
    output = layer.output
    a_shape, b_shape = (tensors[t].shape for t in layer.inputs)
    a, b = (context.alias_root(t) for t in layer.inputs)
    rows, depth = a_shape[-2:][::-1] if op.adjoint_a else a_shape[-2:]
    units = b_shape[-2] if op.adjoint_b else b_shape[-1]
    a_batches = np.arange(prod(a_shape[:-2])).reshape(a_shape[:-2])
    b_batches = np.arange(prod(b_shape[:-2])).reshape(b_shape[:-2])
    pairs = np.broadcast_arrays(a_batches, b_batches)
    requantisation = op.requantisation
    made: list[LoweredOp] = []
    if op.adjoint_a:
        swapped = tensors.temporary(f"{tensors[a].name} transposed", (*a_shape[:-2], rows, depth))
        count = rows * depth
        dims = ((a_batches.size, count, count), (rows, 1, depth), (depth, rows, 1))
        made.append(context.move(layer, swapped, [context.strided(a, 0, 0, dims)]))
        a = swapped
    single = pairs[0].size == 1
    for number, (at, bt) in enumerate(zip(pairs[0].flat, pairs[1].flat, strict=True)):
        whole = a_batches.size == 1
        left = a if whole else context.part(a, int(at) * rows * depth, (rows, depth))
        right = context.part(b, int(bt) * depth * units, (depth, units))
        out = output if single else context.part(output, number * rows * units, (rows, units))
        made.append(
            ArrayOp(
                layer=layer.index,
                kind="conv",
                operands=(left,),
                matrix=right,
                transposed=op.adjoint_b,
                output=out,
                whole=output,
                first_row=number * rows,
                in_shape=Shape(h=rows, w=1, c=depth),
                out_shape=Shape(h=rows, w=1, c=units),
                scaling=Scaling(multiplier=requantisation.multiplier, shift=requantisation.shift),
                zero_points=(op.a_zero_point, op.b_zero_point, requantisation.output_zero_point),
                clamp=(requantisation.act_min, requantisation.act_max),
                macs=rows * depth * units,
            )
        )
    return made


def pooling(context: Context, layer: Layer, op: ops.Pooling) -> list[LoweredOp] | str:
    """AVERAGE_POOL_2D and MAX_POOL_2D."""
    image = _image(context, layer.input)
    if image is None:
        return NO_IMAGES
    if op.half_up:
        return _average_half_up(context, layer, op, image)
    source, view = context.view(layer.input, image)
    array_op = ArrayOp(
        layer=layer.index,
        kind="avgpool" if op.average else "maxpool",
        operands=(source,),
        views=() if view.stored == image.c else (view,),
        output=layer.output,
        in_shape=image,
        out_shape=_result(context, layer),
        window=op.window,
        clamp=(op.act_min, op.act_max),
    )
    return _each_image(context, layer, [array_op])


def _average_half_up(
    context: Context, layer: Layer, op: ops.Pooling, image: Shape
) -> list[LoweredOp] | str:
    """AVERAGE_POOL_2D of a uint8 file: a depthwise convolution of bytes that are not negative.

    All weights are 64 and the factor is 1 / (64 * taps). The quotient then has at least six bits
    below the point when it is first rounded, so that the second rounding alone decides, and what is
    half goes up, away from zero.
    """
    window = op.window
    taps = window.kernel_h * window.kernel_w
    last_row = (window.out_h - 1) * window.stride_h + window.kernel_h
    last_column = (window.out_w - 1) * window.stride_w + window.kernel_w
    if window.pad_top or window.pad_left or last_row > image.h or last_column > image.w:
        return "its windows reach outside the image, and uint8 averages go up at one half"
    if taps > min(context.config.wbuf_depth, 256):
        return f"its window of {taps} pixels is too large for an average that goes up at one half"
    multiplier, shift = quantize_multiplier(1.0 / (64 * taps))
    source, view = context.view(layer.input, image)
    array_op = ArrayOp(
        layer=layer.index,
        kind="dwconv",
        operands=(source,),
        views=() if view.stored == image.c else (view,),
        output=layer.output,
        in_shape=image,
        out_shape=_result(context, layer),
        window=window,
        weights=np.full((window.kernel_h, window.kernel_w, image.c), 64, dtype=np.int8),
        scaling=Scaling.shared(multiplier, shift),
        zero_points=(-128, 0, -128),
        clamp=(op.act_min, op.act_max),
    )
    return _each_image(context, layer, [array_op])


def transposed_convolution(
    context: Context, layer: Layer, op: ops.TransposedConvolution
) -> list[LoweredOp] | str:
    """TRANSPOSE_CONV: a convolution over the image with zero points between its pixels.

    The kernel is turned by half a turn. What lies outside the spread image is the convolution's
    own padding.
    """
    image = _image(context, layer.input)
    if image is None or context.tensors[layer.input].shape[0] > 1:
        return "the batch is not 1"
    out_c, kernel_h, kernel_w, _ = op.weights.shape
    spread = Shape(
        h=(image.h - 1) * op.stride[0] + 1, w=(image.w - 1) * op.stride[1] + 1, c=image.c
    )
    source = layer.input
    made: list[LoweredOp] = []
    if spread != image:
        wide = context.tensors.temporary(
            f"{context.tensors[source].name} spread", (1, spread.h, spread.w, spread.c)
        )
        dims = (
            (image.h, image.w * image.c, op.stride[0] * spread.w * image.c),
            (image.w, image.c, op.stride[1] * image.c),
            (image.c, 1, 1),
        )
        box = context.strided(source, 0, 0, dims)
        made.append(context.move(layer, wide, [box], fill=op.input_zero_point))
        source = wide
    out_h, out_w = op.size
    window = Window(
        kernel_h=kernel_h,
        kernel_w=kernel_w,
        pad_top=kernel_h - 1 - op.padding[0],
        pad_left=kernel_w - 1 - op.padding[1],
        out_h=out_h,
        out_w=out_w,
    )
    if window.pad_top < 0 or window.pad_left < 0:
        return "it cuts off more rows than its kernel adds"
    weights = np.ascontiguousarray(op.weights[:, ::-1, ::-1, :])
    out_shape = Shape(h=out_h, w=out_w, c=out_c)
    done = _mac(context, layer, "conv", source, spread, out_shape, op, window, weights)
    return [*made, *done]
