"""Estimate: about how many cycles an operation takes, cut into these strips.

Good enough to choose between strips, and quick: a strip takes as long as the slowest of array,
loads and stores, which work at the same time. Of the first load and the last store half is counted,
as neither has always something to hide behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd

from golden.config import CoreConfig
from sw.compiler.geometry import blocks, ceil_div
from sw.compiler.operations import ArrayOp
from sw.compiler.strips import Strip

STRIP_OVERHEAD = 30  # cycles that an instruction of a strip waits for those before it, about


def estimated_cycles(
    config: CoreConfig,
    op: ArrayOp,
    strips: Sequence[Strip],
    *,
    loaded: int,
    stored: bool,
    channels: int = 0,
) -> int:
    """Cycles for all strips; ``loaded`` operands and, if ``stored``, the output are streamed,
    ``channels`` at once (0: all).
    """
    in_blocks, out_blocks = blocks(config, op.in_shape.c), blocks(config, op.out_shape.c)
    steps, again = _steps(config, op), 0
    if op.multiplies and (loaded or stored):
        words = _weight_words(config, op)
        again = words if words > config.wbuf_depth // 2 else 0
    parts = ceil_div(op.in_shape.c, channels) if channels else 1
    # Some channels of a pixel are a run of their own, which may begin inside a bus word.
    extra = parts if channels and op.in_shape.c % config.axi_bytes else 0
    busy = op.kind in ("dwconv", "maxpool", "avgpool")  # its reads leave the stores no bank
    total = first = last = 0
    for number, strip in enumerate(strips):
        tiles = ceil_div(strip.out_pixels, config.rows)
        array = tiles * out_blocks * max(steps, config.rows * config.cols // config.requant_lanes)
        first = loaded * strip.in_pixels * (in_blocks + extra)
        last = strip.out_pixels * (out_blocks + extra) if stored else 0
        array += last if busy else 0
        total += max(array, first + again, last) + STRIP_OVERHEAD * parts
        if number == 0:
            total += first // parts // 2
    return total + last // parts // 2


def _steps(config: CoreConfig, op: ArrayOp) -> int:
    """Steps of a tile, with those in which the gather waits for banks."""
    if not op.has_window:
        return max(1, len(op.operands))
    window = op.window
    taps = window.kernel_h * window.kernel_w
    crowded = gcd(window.stride_w, config.rows)  # rows of a tile that share a bank
    if op.kind != "conv":
        return taps * crowded
    full, rest = divmod(op.in_shape.c, config.cols)
    return taps * (full * max(config.cols, crowded) + (max(rest, crowded) if rest else 0))


def _weight_words(config: CoreConfig, op: ArrayOp) -> int:
    taps = op.window.kernel_h * op.window.kernel_w
    depth = op.in_shape.c if op.kind == "conv" else 1
    return blocks(config, op.out_shape.c) * taps * depth
