"""Resizing of images [batch, height, width, channels], nearest neighbour and bilinear.

Sources: TensorFlow Lite ``reference/resize_nearest_neighbor.h``, ``resize_bilinear.h``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.numerics import Integers, round_half_away

Int64 = NDArray[np.int64]
_ONE = 1 << 10  # 1.0 in the bilinear weights


def nearest_rows(size: int, out: int, *, align_corners: bool, half_pixel: bool) -> Int64:
    """Input row (or column) of each of ``out`` output ones; computed in float32 as the C++ does."""
    positions = np.arange(out).astype(np.float32)
    if align_corners and out > 1:
        scale = np.float32(size - 1) / np.float32(out - 1)
    else:
        scale = np.float32(size) / np.float32(out)
    exact = (positions + np.float32(0.5 if half_pixel else 0.0)) * scale
    chosen = round_half_away(exact) if align_corners else np.floor(exact)
    rows: Int64 = np.minimum(chosen.astype(np.int64), size - 1)  # none is negative
    return rows


def resize_nearest(
    x: Integers, size: tuple[int, int], *, align_corners: bool, half_pixel: bool
) -> Integers:
    """RESIZE_NEAREST_NEIGHBOR to (height, width)."""
    rows, columns = (
        nearest_rows(old, new, align_corners=align_corners, half_pixel=half_pixel)
        for old, new in zip(x.shape[1:3], size, strict=True)
    )
    return x[:, rows][:, :, columns]


def _weights(
    size: int, out: int, align_corners: bool, half_pixel: bool
) -> tuple[Int64, Int64, Int64, Int64]:
    """Lower and upper neighbour of each output, and the weights of both."""
    scale = (_ONE * size + out // 2) // out
    if align_corners and out > 1:
        scale = (_ONE * (size - 1) + (out - 1) // 2) // (out - 1)
    place = np.arange(out) * scale
    if half_pixel:
        place = place + scale // 2 - _ONE // 2
    # C++ divides towards zero.
    lower = np.maximum((np.sign(place) * (np.abs(place) // _ONE)), 0)
    above = place + _ONE - 1
    upper = np.minimum(np.sign(above) * (np.abs(above) // _ONE), size - 1)
    share = place - _ONE * lower
    return lower, upper, _ONE - share, share


def resize_bilinear(
    x: Integers, size: tuple[int, int], *, align_corners: bool, half_pixel: bool
) -> Integers:
    """RESIZE_BILINEAR to (height, width), in integers."""
    y0, y1, wy0, wy1 = _weights(x.shape[1], size[0], align_corners, half_pixel)
    x0, x1, wx0, wx1 = _weights(x.shape[2], size[1], align_corners, half_pixel)
    wide = x.astype(np.int64)
    sums = np.zeros((x.shape[0], *size, x.shape[3]), np.int64)
    for rows, by_row in ((y0, wy0), (y1, wy1)):
        for columns, by_column in ((x0, wx0), (x1, wx1)):
            pixels = wide[:, rows][:, :, columns]
            sums += pixels * by_row[:, None, None] * by_column[None, :, None]
    rounded = sums + (np.sign(sums) << 19)  # half of 2^20, away from zero
    result: Integers = (np.sign(rounded) * (np.abs(rounded) >> 20)).astype(x.dtype)
    return result
