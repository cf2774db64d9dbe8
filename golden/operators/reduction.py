"""Sums, means and extremes over any axes. Source: TensorFlow Lite ``reference/reduce.h``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from golden.numerics import (
    Integers,
    multiply_by_quantized_multiplier,
    narrow,
    wrap_int32,
)


def total(
    x: Integers,
    *,
    axes: Sequence[int],
    keep_dims: bool,
    input_zero_point: int,
    output_zero_point: int,
    multiplier: int,
    shift: int,
) -> Integers:
    """SUM and MEAN of int8 or int16; a mean's division is part of ``multiplier`` and ``shift``."""
    sums = (x.astype(np.int64) - input_zero_point).sum(axis=tuple(axes), keepdims=keep_dims)
    scaled = multiply_by_quantized_multiplier(wrap_int32(sums), multiplier, shift)
    return narrow(wrap_int32(scaled.astype(np.int64) + output_zero_point), str(x.dtype))


def extreme(x: Integers, *, axes: Sequence[int], keep_dims: bool, smallest: bool) -> Integers:
    """REDUCE_MAX or REDUCE_MIN."""
    reduce = np.min if smallest else np.max
    return np.asarray(reduce(x, axis=tuple(axes), keepdims=keep_dims))
