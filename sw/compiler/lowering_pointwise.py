"""Lowering of elementwise arithmetic and tables; operands are repeated where shapes differ."""

from __future__ import annotations

import numpy as np

from golden.network import Layer
from golden.network import operations as ops
from sw.compiler.context import Context
from sw.compiler.geometry import Shape
from sw.compiler.lowering_movement import broadcast
from sw.compiler.operations import ArrayOp, LoweredOp, Scaling


def addition(context: Context, layer: Layer, op: ops.Addition) -> list[LoweredOp] | None:
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


def multiplication(
    context: Context, layer: Layer, op: ops.Multiplication
) -> list[LoweredOp] | None:
    """MUL."""
    return _binary(
        context, layer, "mul", scaling=_one(op.multiplier, op.shift), operand_scalings=(), op=op
    )


def lookup(context: Context, layer: Layer, op: ops.Lookup) -> list[LoweredOp] | None:
    """Any table of 256 entries."""
    shape = pixels(context, context.tensors[layer.outputs[0]].shape)
    array_op = ArrayOp(
        layer=layer.index,
        kind="lut",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=shape,
        out_shape=shape,
        table=op.table,
    )
    return [array_op]


def pixels(context: Context, shape: tuple[int, ...]) -> Shape:
    """The tensor as a column of pixels; very long pixels are cut into words."""
    column, cols = Shape.rows_of(shape), context.config.cols
    long = context.config.blocks(column.c) > context.config.spad_depth // 16
    if long and column.c % cols == 0:
        return Shape(h=column.bytes // cols, w=1, c=cols)
    return column


def _binary(
    context: Context,
    layer: Layer,
    kind: str,
    *,
    scaling: Scaling,
    operand_scalings: tuple[tuple[int, int], ...],
    op: ops.Addition | ops.Multiplication,
) -> list[LoweredOp] | None:
    if len(layer.inputs) != 2:
        return None
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
