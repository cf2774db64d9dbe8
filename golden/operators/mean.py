"""Mean over any axes, int8."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from golden.numerics import Int8, Int32, requantize, wrap_int32


def mean_multiplier(multiplier: int, shift: int, count: int) -> tuple[int, int]:
    """Fold a division by ``count`` into a multiplier and shift (QuantizedMeanOrSum).

    The multiplier is shifted left as far as the count's leading one, or as far as the total shift
    stays at -31, and then divided, truncating.
    """
    if count < 1:
        raise ValueError(f"a mean over {count} elements is not defined")
    left = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << left) // count, shift - left


def reduce_accumulate(
    x: Int8, *, axes: Sequence[int], input_zero_point: int, keep_dims: bool = False
) -> tuple[Int32, int]:
    """Sum of x - z over ``axes``, int32, and the number of elements in each sum."""
    axes = tuple(sorted({axis % x.ndim for axis in axes}))
    count = math.prod(x.shape[axis] for axis in axes)
    total = x.astype(np.int64).sum(axis=axes, keepdims=keep_dims)
    return wrap_int32(total - input_zero_point * count), count


def mean(
    x: Int8,
    *,
    axes: Sequence[int],
    input_zero_point: int,
    output_zero_point: int,
    multiplier: int,
    shift: int,
    keep_dims: bool = False,
) -> Int8:
    """MEAN over ``axes``; ``multiplier`` and ``shift`` express input scale / output scale."""
    total, count = reduce_accumulate(
        x, axes=axes, input_zero_point=input_zero_point, keep_dims=keep_dims
    )
    folded, folded_shift = mean_multiplier(multiplier, shift, count)
    return requantize(
        total, multiplier=folded, shift=folded_shift, output_zero_point=output_zero_point
    )
