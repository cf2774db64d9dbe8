"""Lowering of elementwise arithmetic and tables; operands are repeated where shapes differ."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer
from golden.network import operations as ops
from golden.operators.windows import Window
from sw.compiler.context import Context
from sw.compiler.geometry import Shape
from sw.compiler.lowering_movement import broadcast
from sw.compiler.operations import ArrayOp, Box, LoweredOp, Scaling


def addition(context: Context, layer: Layer, op: ops.Addition) -> list[LoweredOp] | str:
    """ADD and SUB."""
    p = op.parameters
    return _binary(
        context,
        layer,
        "sub" if op.subtract else "add",
        scaling=Scaling.shared(p.output_multiplier, p.output_shift),
        operand_scalings=((p.a_multiplier, p.a_shift), (p.b_multiplier, p.b_shift)),
        op=op,
    )


def multiplication(context: Context, layer: Layer, op: ops.Multiplication) -> list[LoweredOp] | str:
    """MUL."""
    return _binary(
        context,
        layer,
        "mul",
        scaling=Scaling.shared(op.multiplier, op.shift),
        operand_scalings=(),
        op=op,
    )


def lookup(context: Context, layer: Layer, op: ops.Lookup) -> list[LoweredOp] | str:
    """Any table of 256 entries."""
    return [_lut(context, layer, layer.inputs[0], layer.output, op.table)]


def pixels(context: Context, shape: tuple[int, ...]) -> Shape:
    """The tensor as a column of pixels; very long pixels are cut into words."""
    column, cols = Shape.rows_of(shape), context.config.cols
    long = context.config.blocks(column.c) > context.config.spad_depth // 16
    if long and column.bytes % cols == 0:
        return Shape(h=column.bytes // cols, w=1, c=cols)
    return column


def maximum(context: Context, layer: Layer, op: ops.Maximum) -> list[LoweredOp] | str:
    """MAXIMUM of two tensors: one above the other, the larger of each pair is a pooling.

    MINIMUM turns all bits over before and after. With a constant of one element both are tables.
    """
    constants = [t for t in layer.inputs if context.tensors[t].data is not None]
    target = context.tensors[layer.output].shape
    if len(constants) == 1 and context.tensors[constants[0]].size == 1:
        (other,) = (t for t in layer.inputs if t not in constants)
        data = context.tensors[constants[0]].data
        assert data is not None
        every = np.arange(256, dtype=np.uint8).view(np.int8)
        pick = np.minimum if op.smallest else np.maximum
        table = pick(every, data.reshape(())).astype(np.int8)
        return [_lut(context, layer, other, layer.output, table)]
    size = prod(target)
    made: list[LoweredOp] = []
    pair = context.tensors.temporary("pair", (2, size))
    boxes = []
    for number, tensor in enumerate(layer.inputs):
        entry = context.tensors[tensor]
        if entry.data is not None:
            data = np.ascontiguousarray(np.broadcast_to(entry.data, target))
            tensor = context.tensors.constant(f"{entry.name} repeated", data)
        elif entry.size != size:
            move, tensor = broadcast(context, layer, tensor, target)
            made.append(move)
        boxes.append(
            Box(
                source=tensor,
                source_offset=0,
                target_offset=number * size,
                dims=((size, 1, 1),),
            )
        )
    made.append(context.move(layer, pair, boxes))
    output = layer.output
    if op.smallest:
        upside_down = context.tensors.temporary("pair turned over", (2, size))
        made.append(turn_over(context, layer, pair, upside_down))
        pair = upside_down
        output = context.tensors.temporary("larger of a pair", (size,))
    width, channels = _rectangle(context, size)
    made.append(
        ArrayOp(
            layer=layer.index,
            kind="maxpool",
            operands=(pair,),
            output=output,
            scratch=op.smallest,
            in_shape=Shape(h=2, w=width, c=channels),
            out_shape=Shape(h=1, w=width, c=channels),
            window=Window(kernel_h=2, kernel_w=1, out_h=1, out_w=width),
        )
    )
    if op.smallest:
        made.append(turn_over(context, layer, output, layer.output))
    return made


def turn_over(context: Context, layer: Layer, source: int, output: int) -> ArrayOp:
    """All bits turned over, so that the largest becomes the smallest."""
    turned = np.arange(256, dtype=np.uint8)[::-1].view(np.int8)
    return _lut(context, layer, source, output, turned)


def _rectangle(context: Context, size: int) -> tuple[int, int]:
    """Pixels and channels that a run of bytes is seen as."""
    for channels in range(context.config.cols, 0, -1):
        if size % channels == 0:
            return size // channels, channels
    return size, 1


def _lut(
    context: Context, layer: Layer, source: int, output: int, table: NDArray[np.int8]
) -> ArrayOp:
    shape = pixels(context, context.tensors[output].shape)
    return ArrayOp(
        layer=layer.index,
        kind="lut",
        operands=(source,),
        output=output,
        scratch=output not in layer.outputs,
        in_shape=shape,
        out_shape=shape,
        table=table,
    )


def _binary(
    context: Context,
    layer: Layer,
    kind: str,
    *,
    scaling: Scaling,
    operand_scalings: tuple[tuple[int, int], ...],
    op: ops.Addition | ops.Multiplication,
) -> list[LoweredOp] | str:
    made: list[LoweredOp] = []
    operands: list[int] = []
    target = context.tensors[layer.output].shape
    known = _with_constant(context, layer, kind, scaling, op)
    if known is not None:
        return [known]
    if any(t in context.channel_pads or t in context.channel_slices for t in layer.inputs):
        return [_of_some_channels(context, layer, kind, scaling, operand_scalings, op)]
    for tensor in layer.inputs:
        entry = context.tensors[tensor]
        if entry.data is not None:
            data = np.ascontiguousarray(np.broadcast_to(entry.data, target))
            operands.append(context.tensors.constant(f"{entry.name} repeated", data))
        elif entry.size == prod(target):
            operands.append(tensor)
        else:
            move, repeated = broadcast(context, layer, tensor, target)
            made.append(move)
            operands.append(repeated)
    shape = pixels(context, target)
    made.append(_pointwise(layer, kind, operands, shape, scaling, operand_scalings, op))
    return made


def _with_constant(
    context: Context,
    layer: Layer,
    kind: str,
    scaling: Scaling,
    op: ops.Addition | ops.Multiplication,
) -> ArrayOp | None:
    """Arithmetic with a constant that need not be repeated to the shape of the other operand.

    One number: a table has all results. Products with one number a channel: a depthwise
    convolution of one tap, whose weights are the constant, computes the same.
    """
    slot = constant_slot(context, layer)
    if slot is None:
        return None
    data = context.tensors[layer.inputs[slot]].data
    assert data is not None
    other = layer.inputs[1 - slot]
    if data.size == 1 and other not in context.channel_slices:
        every = np.arange(256, dtype=np.uint8).view(np.int8)
        values = [every, every]
        values[slot] = np.broadcast_to(data.reshape(()), every.shape)
        (table,) = op.evaluate(values, {})
        return _lut(context, layer, other, layer.output, table.astype(np.int8))
    shape = Shape.rows_of(context.tensors[layer.output].shape)
    if kind != "mul":
        return None
    source, view = context.view(other, shape)
    zero_points = (op.a_zero_point, op.b_zero_point)
    return ArrayOp(
        layer=layer.index,
        kind="dwconv",
        operands=(source,),
        views=() if view.stored == shape.c else (view,),
        output=layer.output,
        in_shape=shape,
        out_shape=shape,
        weights=np.broadcast_to(data.ravel(), (shape.c,)).reshape(1, 1, shape.c),
        scaling=scaling,
        zero_points=(zero_points[1 - slot], zero_points[slot], op.output_zero_point),
        clamp=(op.act_min, op.act_max),
    )


def constant_slot(context: Context, layer: Layer) -> int | None:
    """Which of two operands is one number, or one a channel, for all of the other's pixels."""
    target = context.tensors[layer.output].shape
    entries = [context.tensors[tensor] for tensor in layer.inputs]
    for slot, entry in enumerate(entries):
        other = entries[1 - slot]
        last = target[-1] if target else 1
        if (
            entry.data is not None
            and other.data is None
            and other.size == prod(target)
            and (entry.size == 1 or (entry.size == last and entry.shape[-1] == last))
        ):
            return slot
    return None


def _pointwise(
    layer: Layer,
    kind: str,
    operands: list[int],
    shape: Shape,
    scaling: Scaling,
    operand_scalings: tuple[tuple[int, int], ...],
    op: ops.Addition | ops.Multiplication,
) -> ArrayOp:
    return ArrayOp(
        layer=layer.index,
        kind=kind,
        operands=tuple(operands),
        output=layer.output,
        in_shape=shape,
        out_shape=shape,
        scaling=scaling,
        operand_scalings=operand_scalings,
        zero_points=(op.a_zero_point, op.b_zero_point, op.output_zero_point),
        clamp=(op.act_min, op.act_max),
    )


def _of_some_channels(
    context: Context,
    layer: Layer,
    kind: str,
    scaling: Scaling,
    operand_scalings: tuple[tuple[int, int], ...],
    op: ops.Addition | ops.Multiplication,
) -> ArrayOp:
    """Arithmetic of slices, or of tensors with fewer channels than their padded forms.

    What is added to or multiplied by the padding's value depends on one byte, so a table has it.
    """
    shape = Shape.rows_of(context.tensors[layer.output].shape)
    found = [context.view(tensor, shape) for tensor in layer.inputs]
    views = tuple(view for _, view in found)
    made = _pointwise(layer, kind, [t for t, _ in found], shape, scaling, operand_scalings, op)
    made = replace(made, views=views)
    if not made.is_padded:
        return made
    counts = [view.shape.c for view in views]
    values = [
        np.array([context.channel_pads[t].value if t in context.channel_pads else 0], dtype=np.int8)
        for t in layer.inputs
    ]
    both = op.evaluate(list(values), {})[0]
    every = np.arange(256, dtype=np.uint8).view(np.int8)
    values[counts.index(max(counts))] = every
    (table,) = op.evaluate([np.broadcast_to(v, every.shape) for v in values], {})
    return replace(made, table=table.astype(np.int8), fill=int(both[0]))
