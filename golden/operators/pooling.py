"""Average and maximum pooling, int8 NHWC; padding is not counted."""

from __future__ import annotations

import numpy as np

from golden.numerics import (
    INT8_MAX,
    INT8_MIN,
    Int8,
    Int32,
    Integers,
    clamp_int8,
    limits,
    narrow,
)
from golden.operators.windows import Window, gather_windows


def average_pool_accumulate(x: Int8, *, window: Window) -> tuple[Int32, Int32]:
    """Sums int32 [batch, out_h, out_w, channels] and counts int32 [out_h, out_w] of each window.

    Counts are of pixels inside the image.
    """
    taps = gather_windows(x, window, fill=0)
    inside = gather_windows(np.ones((1, *x.shape[1:3], 1), dtype=np.int8), window, fill=0)
    sums = taps.sum(axis=(3, 4), dtype=np.int32)
    return sums, inside.sum(axis=(3, 4), dtype=np.int32)[0, :, :, 0]


def divide_rounding(sums: Integers, counts: Integers) -> Int32:
    """Divide by positive counts, rounded to nearest, ties away from zero.

    Written as the C++ does it: half the count (floored) is added with the sign of the sum, then
    the division truncates. For an odd count no tie exists, so the floor does no harm.
    """
    total = sums.astype(np.int64)
    magnitude = (np.abs(total) + counts // 2) // counts
    signed: Int32 = (np.sign(total) * magnitude).astype(np.int32)
    return signed


def average_pool(
    x: Int8,
    *,
    window: Window,
    act_min: int = INT8_MIN,
    act_max: int = INT8_MAX,
    allow_empty: bool = False,
) -> Int8:
    """AVERAGE_POOL_2D: int8 [batch, height, width, channels] -> [batch, out_h, out_w, channels].

    Raises ValueError when a window lies wholly outside the image, which tflite-micro refuses too;
    with ``allow_empty`` such a window averages to 0 (before the clamp), as the hardware has it.
    """
    sums, counts = average_pool_accumulate(x, window=window)
    if not counts.all():
        if not allow_empty:
            raise ValueError("an average-pooling window covers no pixel of the image")
        counts = np.maximum(counts, 1)
    return clamp_int8(divide_rounding(sums, counts[:, :, None]), act_min, act_max)


def average_pool_half_up(
    x: Int8, *, window: Window, act_min: int = INT8_MIN, act_max: int = INT8_MAX
) -> Int8:
    """AVERAGE_POOL_2D of a uint8 file: the bytes are not negative there, so ties go up."""
    sums, counts = average_pool_accumulate(x, window=window)
    shares = counts[:, :, None].astype(np.int64)
    averages = (sums + 128 * shares + shares // 2) // shares - 128
    return clamp_int8(averages, act_min, act_max)


def pool_any(x: Integers, *, window: Window, average: bool, act_min: int, act_max: int) -> Integers:
    """Both poolings of any integer type."""
    lowest = limits(str(x.dtype))[0]
    taps = gather_windows(x, window, fill=0 if average else lowest)
    if not average:
        return narrow(taps.max(axis=(3, 4)), str(x.dtype), act_min, act_max)
    inside = gather_windows(np.ones((1, *x.shape[1:3], 1), dtype=np.int8), window, fill=0)
    counts = inside.sum(axis=(3, 4), dtype=np.int32)[0, :, :, 0]
    sums = taps.astype(np.int64).sum(axis=(3, 4))
    return narrow(divide_rounding(sums, counts[:, :, None]), str(x.dtype), act_min, act_max)


def max_pool(x: Int8, *, window: Window, act_min: int = INT8_MIN, act_max: int = INT8_MAX) -> Int8:
    """MAX_POOL_2D: int8 [batch, height, width, channels] -> [batch, out_h, out_w, channels]."""
    taps = gather_windows(x, window, fill=INT8_MIN)
    return clamp_int8(taps.max(axis=(3, 4)), act_min, act_max)
