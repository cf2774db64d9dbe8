"""Lowering of PRELU with a slope for each channel: two tables, a product and a sum.

x -> table: what is above zero, scaled; else zero ------------------------> sum, exact, as one
  -> table: what is below zero, else zero -> depthwise, the slopes ------->      side is zero
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer
from golden.network import operations as ops
from golden.numerics import multiply_by_quantized_multiplier
from golden.operators.parameters import add_parameters
from sw.compiler.context import Context
from sw.compiler.geometry import Shape
from sw.compiler.lowering_pointwise import constant_slot
from sw.compiler.operations import ArrayOp, LoweredOp, Scaling

EVERY = np.arange(256, dtype=np.uint8).view(np.int8)


def parametric_relu(
    context: Context, layer: Layer, op: ops.ParametricRelu
) -> list[LoweredOp] | str:
    """PRELU."""
    tensors, (source, alpha), (output,) = context.tensors, layer.inputs, layer.outputs
    slopes = tensors[alpha].data
    if constant_slot(context, layer) != 1 or slopes is None:
        return "its slopes are not constants, one for each channel"
    target = tensors[output].shape
    shape = Shape.rows_of(target)
    above, below, sloped = (
        tensors.temporary(f"{tensors[output].name} {what}", target)
        for what in ("above zero", "below zero", "sloped")
    )
    value = EVERY.astype(np.int32) - op.zero_point
    kept = multiply_by_quantized_multiplier(np.maximum(value, 0), *op.positive).astype(np.int64)
    high = np.clip(kept + op.output_zero_point, -128, 127).astype(np.int8)
    low = np.minimum(EVERY, np.int8(op.zero_point))
    channels = np.broadcast_to(slopes.ravel(), (shape.c,)).reshape(1, 1, shape.c)
    point = op.output_zero_point
    same = add_parameters(1.0, 1.0, 1.0)
    return [
        _table(layer, source, above, shape, high),
        _table(layer, source, below, shape, low),
        ArrayOp(
            layer=layer.index,
            kind="dwconv",
            operands=(below,),
            output=sloped,
            in_shape=shape,
            out_shape=shape,
            weights=channels,
            scaling=Scaling.shared(*op.negative),
            zero_points=(op.zero_point, op.alpha_zero_point, point),
            scratch=True,
        ),
        ArrayOp(
            layer=layer.index,
            kind="add",
            operands=(above, sloped),
            output=output,
            in_shape=shape,
            out_shape=shape,
            scaling=Scaling.shared(same.output_multiplier, same.output_shift),
            operand_scalings=(
                (same.a_multiplier, same.a_shift),
                (same.b_multiplier, same.b_shift),
            ),
            zero_points=(point, point, point),
        ),
    ]


def _table(
    layer: Layer, source: int, output: int, shape: Shape, table: NDArray[np.int8]
) -> ArrayOp:
    return ArrayOp(
        layer=layer.index,
        kind="lut",
        operands=(source,),
        output=output,
        in_shape=shape,
        out_shape=shape,
        table=table,
        scratch=True,
    )
