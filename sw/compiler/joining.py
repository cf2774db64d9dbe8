"""Joining: strips of two operations take turns while the input of the first is being loaded.

    load     [ rows 0.. ][ rows 12.. ][ rows 24.. ][ ...
    first                [ strip 0   ][ strip 1   ]          waits for rows now and then
    second                                         [strip 0] fills the gaps, one strip behind

One strip behind, because the second would otherwise wait for the first to drain.
"""

from __future__ import annotations

from golden.config import CoreConfig
from sw.compiler.geometry import blocks
from sw.compiler.operations import ArrayOp, CoreOp
from sw.compiler.packing import weight_parts
from sw.compiler.strips import Strip
from sw.compiler.units import Unit


def can_join(config: CoreConfig, first: CoreOp, second: CoreOp) -> bool:
    """Whether the second operation reads only what the first writes, and both in one chunk."""
    return (
        isinstance(first, ArrayOp)
        and isinstance(second, ArrayOp)
        and second.operands == (first.output,)
        and second.in_shape == first.out_shape
        and not (first.views or second.views)
        and second.out_shape.h > 1
        and all(_one_chunk(config, op) for op in (first, second))
    )


def can_take_turns(config: CoreConfig, first: CoreOp, second: CoreOp) -> bool:
    """Whether the second operation reads what the first writes, row by row, both in one chunk."""
    if not (isinstance(first, ArrayOp) and isinstance(second, ArrayOp)):
        return False
    return (
        first.output in second.operands
        and not second.views
        and second.in_shape.pixels == first.out_shape.pixels
        and (second.in_shape.w == first.out_shape.w or not second.has_window)
        and second.out_shape.h > 1
        and all(_one_chunk(config, op) for op in (first, second))
    )


def _one_chunk(config: CoreConfig, op: ArrayOp) -> bool:
    if op.matrix is not None or len(weight_parts(config, op)) > 1:
        return False
    steps = op.window.kernel_h * op.window.kernel_w * (op.in_shape.c if op.kind == "conv" else 1)
    count = blocks(config, op.out_shape.c)
    words = count * steps if op.multiplies else 0
    return words <= config.wbuf_depth // 8 and count <= config.param_depth // 4


def take_turns(
    first: list[Unit], first_strips: list[Strip], second: list[Unit], second_strips: list[Strip]
) -> list[Unit]:
    """Units of both in one order; nothing moves where an operation has several chunks."""
    if len(first) % len(first_strips) or len(second) % len(second_strips):
        return [*first, *second]
    each, other = len(first) // len(first_strips), len(second) // len(second_strips)
    made, wanted = first[0].op, second[0].op
    assert isinstance(made, ArrayOp) and isinstance(wanted, ArrayOp)
    order: list[Unit] = []
    position, ready = 0, 0  # pixels that the first has written
    for number, strip in enumerate(first_strips):  # all columns
        order += first[number * each : (number + 1) * each]
        while (
            position < len(second_strips)
            and second_strips[position].y.b * wanted.in_shape.w <= ready
        ):
            order += second[position * other : (position + 1) * other]
            position += 1
        ready = strip.y.end * made.out_shape.w
    return [*order, *second[position * other :]]
