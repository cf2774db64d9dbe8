"""Softmax int8 -> int8 over the last axis, in gemmlowp's fixed point. Runs on the host."""

from __future__ import annotations

import math

import numpy as np

from golden.fixed_point import exp_on_negative_values, one_over_one_plus_x
from golden.numerics import (
    Int8,
    Integers,
    limits,
    narrow,
    quantize_multiplier,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
    wrap_int32,
)

_DIFF_INTEGER_BITS = 5
_ACCUMULATOR_INTEGER_BITS = 12


def softmax(
    x: Int8, *, input_scale: float, beta: float = 1.0, output_dtype: str = "int8"
) -> Integers:
    """SOFTMAX of int8 [..., depth]; the output's scale 1/256 and zero point -128 are fixed.

    An int16 output has scale 2^-16 and zero point -32768.

    Source: TensorFlow Lite ``reference/softmax.h``, PreprocessSoftmaxScaling, GetReciprocal.
    Raises ValueError for input_scale * beta <= 2^-26, where tflite-micro aborts.
    """
    real = float(np.float32(beta)) * float(np.float32(input_scale))
    real = min(real * (1 << (31 - _DIFF_INTEGER_BITS)), (1 << 31) - 1.0)
    if real <= 1:
        raise ValueError(f"softmax is not defined for an input scale of {input_scale}")
    multiplier, left_shift = quantize_multiplier(real)
    radius = ((1 << _DIFF_INTEGER_BITS) - 1) * (1 << (31 - _DIFF_INTEGER_BITS)) / (1 << left_shift)
    diff_min = -math.floor(radius)

    rows = x.reshape(-1, x.shape[-1]).astype(np.int32)
    diff = rows - rows.max(axis=1, keepdims=True)
    counted = diff >= diff_min
    shifted = wrap_int32(np.where(counted, diff, 0).astype(np.int64) << left_shift)
    scaled = saturating_rounding_doubling_high_mul(shifted, multiplier)
    exponentials = exp_on_negative_values(scaled, _DIFF_INTEGER_BITS)
    terms = np.where(counted, rounding_divide_by_pot(exponentials, _ACCUMULATOR_INTEGER_BITS), 0)
    sums = wrap_int32(terms.astype(np.int64).sum(axis=1, keepdims=True))

    # GetReciprocal: normalise each sum to [1, 2) by its leading zeros (frexp counts bits exactly).
    leading_zeros = 32 - np.frexp(sums.astype(np.float64))[1].astype(np.int64)
    fraction = wrap_int32((sums.astype(np.int64) << leading_zeros) - (1 << 31))
    reciprocal = one_over_one_plus_x(fraction)
    lowest = limits(output_dtype)[0]
    bits = 8 * np.dtype(output_dtype).itemsize
    exponent = _ACCUMULATOR_INTEGER_BITS - leading_zeros + 31 - bits

    product = saturating_rounding_doubling_high_mul(reciprocal, exponentials)
    result = rounding_divide_by_pot(product, exponent).astype(np.int64) + lowest
    return (
        np.where(counted, narrow(result, output_dtype), lowest)
        .astype(output_dtype)
        .reshape(x.shape)
    )
