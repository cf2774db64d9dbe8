"""Pitch of a loaded tensor: free pixels after each row move the next row to other banks."""

from __future__ import annotations

from golden.config import CoreConfig
from sw.compiler.geometry import blocks
from sw.compiler.operations import ArrayOp
from sw.compiler.timing.execute import execute_cost
from sw.compiler.timing.tiles import TileShape


def spread_pitch(config: CoreConfig, op: ArrayOp) -> int:
    """Pitch, at least the width, with which the operation takes the fewest cycles.

    The width itself where no other is better, or where the tensor would become much larger.
    """
    shape, window = op.in_shape, op.window
    if not op.has_window or window.kernel_h * window.kernel_w == 1:
        return shape.w
    best, least = shape.w, _cycles(config, op, shape.w)
    widest = min(shape.w + config.rows - 1, (shape.w * 5 + 16) // 4)
    for pitch in range(shape.w + 1, widest + 1):
        cycles = _cycles(config, op, pitch)
        if cycles < least:
            best, least = pitch, cycles
    return best


def _cycles(config: CoreConfig, op: ArrayOp, pitch: int) -> int:
    window = op.window
    full, tail = divmod(op.in_shape.c, config.cols)
    words = (config.cols,) * full + ((tail,) if tail else ()) if op.kind == "conv" else (1,)
    shape = TileShape(
        rows=config.rows,
        in_h=op.in_shape.h,
        in_w=op.in_shape.w,
        in_pitch=pitch,
        out_h=op.out_shape.h,
        out_w=op.out_shape.w,
        kernel=(window.kernel_h, window.kernel_w),
        stride=(window.stride_h, window.stride_w),
        dilation=(window.dilation_h, window.dilation_w),
        padding=(window.pad_top, window.pad_left),
        words=words,
    )
    groups = config.cols // config.requant_lanes
    return execute_cost(shape, blocks(config, op.out_shape.c), groups, False).body
