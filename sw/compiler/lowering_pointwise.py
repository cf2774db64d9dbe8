"""Lowering of elementwise arithmetic and tables; operands are repeated where shapes differ."""

from __future__ import annotations

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
        scaling=_one(p.output_multiplier, p.output_shift),
        operand_scalings=((p.a_multiplier, p.a_shift), (p.b_multiplier, p.b_shift)),
        op=op,
    )


def multiplication(context: Context, layer: Layer, op: ops.Multiplication) -> list[LoweredOp] | str:
    """MUL."""
    return _binary(
        context, layer, "mul", scaling=_one(op.multiplier, op.shift), operand_scalings=(), op=op
    )


def lookup(context: Context, layer: Layer, op: ops.Lookup) -> list[LoweredOp] | str:
    """Any table of 256 entries."""
    return [_lut(context, layer, layer.inputs[0], layer.outputs[0], op.table)]


def pixels(context: Context, shape: tuple[int, ...]) -> Shape:
    """The tensor as a column of pixels; very long pixels are cut into words."""
    column, cols = Shape.rows_of(shape), context.config.cols
    long = context.config.blocks(column.c) > context.config.spad_depth // 16
    if long and column.c % cols == 0:
        return Shape(h=column.bytes // cols, w=1, c=cols)
    return column


def maximum(context: Context, layer: Layer, op: ops.Maximum) -> list[LoweredOp] | str:
    """MAXIMUM of two tensors: one above the other, the larger of each pair is a pooling.

    MINIMUM turns all bits over before and after. With a constant of one element both are tables.
    """
    constants = [t for t in layer.inputs if context.tensors[t].data is not None]
    target = context.tensors[layer.outputs[0]].shape
    if len(constants) == 1 and context.tensors[constants[0]].size == 1:
        (other,) = (t for t in layer.inputs if t not in constants)
        data = context.tensors[constants[0]].data
        if data is not None and context.tensors[other].size == prod(target):
            every = np.arange(256, dtype=np.uint8).view(np.int8)
            pick = np.minimum if op.smallest else np.maximum
            table = pick(every, data.reshape(())).astype(np.int8)
            return [_lut(context, layer, other, layer.outputs[0], table)]
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
    output = layer.outputs[0]
    turned = np.arange(256, dtype=np.uint8)[::-1].view(np.int8)
    if op.smallest:
        upside_down = context.tensors.temporary("pair turned over", (2, size))
        made.append(_lut(context, layer, pair, upside_down, turned))
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
        made.append(_lut(context, layer, output, layer.outputs[0], turned))
    return made


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
    operands = []
    target = context.tensors[layer.outputs[0]].shape
    for tensor in layer.inputs:
        entry = context.tensors[tensor]
        if entry.data is not None:
            data = np.ascontiguousarray(np.broadcast_to(entry.data, target))
            operands.append(context.tensors.constant(f"{entry.name} repeated", data))
        elif entry.size == int(np.prod(target, dtype=np.int64)):
            operands.append(tensor)
        else:
            move, repeated = broadcast(context, layer, tensor, target)
            made.append(move)
            operands.append(repeated)
    shape = pixels(context, target)
    made.append(
        ArrayOp(
            layer=layer.index,
            kind=kind,
            operands=tuple(operands),
            output=layer.outputs[0],
            in_shape=shape,
            out_shape=shape,
            scaling=scaling,
            operand_scalings=operand_scalings,
            zero_points=(op.a_zero_point, op.b_zero_point, op.output_zero_point),
            clamp=(op.act_min, op.act_max),
        )
    )
    return made


def _one(multiplier: int, shift: int) -> Scaling:
    return Scaling(
        multiplier=np.array([multiplier], dtype=np.int32), shift=np.array([shift], dtype=np.int32)
    )
