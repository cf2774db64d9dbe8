"""Conversions between types and quantisations, and elementwise operators of several types.

Sources: TensorFlow Lite ``reference/requantize.h``, ``quantize.h``, ``dequantize.h``, ``prelu.h``,
``div.h``; TensorFlow Lite Micro ``elementwise.cc``, ``squared_difference.cc``, ``cast.cc``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.fixed_point import one_over_one_plus_x
from golden.numerics import (
    Int32,
    Integers,
    limits,
    multiply_by_quantized_multiplier,
    narrow,
    round_half_away,
    saturating_rounding_doubling_high_mul,
    wrap_int32,
)

Array = NDArray[Any]
Float = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Binary:
    """Integer parameters of an operator on two quantised tensors, and the output's limits."""

    dtype: str
    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    a_scale: tuple[int, int]
    b_scale: tuple[int, int]
    output_scale: tuple[int, int]
    left_shift: int
    act_min: int
    act_max: int


def requantize_to(
    x: Integers, dtype: str, *, zero_point: int, scale: tuple[int, int], output_zero_point: int
) -> Integers:
    """QUANTIZE between integer types; ``scale`` is multiplier and shift."""
    centred = wrap_int32(x.astype(np.int64) - zero_point)
    scaled = multiply_by_quantized_multiplier(centred, *scale).astype(np.int64)
    return narrow(wrap_int32(scaled + output_zero_point), dtype)


def quantize_float(x: Float, dtype: str, *, scale: float, zero_point: int) -> Integers:
    """QUANTIZE of float32: the quotient is taken in float32, and rounded half away from zero."""
    with np.errstate(over="ignore"):
        quotient = x / np.float32(scale)
    rounded = round_half_away(np.nan_to_num(quotient))
    lowest, highest = limits("int32")
    return narrow(np.clip(rounded, lowest, highest).astype(np.int64) + zero_point, dtype)


def dequantize(x: Integers, *, scale: float, zero_point: int) -> Float:
    """DEQUANTIZE to float32: the product is taken in double; beyond float32 it is infinite."""
    centred = x.astype(np.int32) - np.int32(zero_point)
    with np.errstate(over="ignore"):
        return (float(np.float32(scale)) * centred.astype(np.float64)).astype(np.float32)


def cast(x: Array, dtype: str) -> Array:
    """CAST: integers wrap, floating-point values are truncated, bool is 0 or 1."""
    if dtype == "bool":
        truth: NDArray[np.bool_] = x != 0
        return truth
    if x.dtype.kind == "f" and np.dtype(dtype).kind in "iu":
        wide = np.trunc(x.astype(np.float64)).astype(np.int64)
        return wide.astype(dtype)
    return x.astype(dtype)


def add_or_subtract(a: Integers, b: Integers, p: Binary, *, subtract: bool) -> Integers:
    """ADD and SUB of any quantised type."""
    left = _scaled(a, p.a_zero_point, p.a_scale, p.left_shift)
    right = _scaled(b, p.b_zero_point, p.b_scale, p.left_shift)
    total = wrap_int32(left.astype(np.int64) + (-right if subtract else right).astype(np.int64))
    return _finished(total, p)


def multiply_quantized(a: Integers, b: Integers, p: Binary) -> Integers:
    """MUL of any quantised type."""
    product = (a.astype(np.int64) - p.a_zero_point) * (b.astype(np.int64) - p.b_zero_point)
    return _finished(wrap_int32(product), p)


def squared_difference(a: Integers, b: Integers, p: Binary) -> Integers:
    """SQUARED_DIFFERENCE."""
    left = _scaled(a, p.a_zero_point, p.a_scale, p.left_shift)
    right = _scaled(b, p.b_zero_point, p.b_scale, p.left_shift)
    difference = left.astype(np.int64) - right
    return _finished(wrap_int32(difference * difference), p)


def plain(kind: str, a: Array, b: Array, low: int, high: int) -> Array:
    """ADD, SUB, MUL, SQUARED_DIFFERENCE of int32 or int64 without quantisation: they wrap."""
    wide_a, wide_b = a.astype(np.int64), b.astype(np.int64)
    if kind == "ADD":
        result = wide_a + wide_b
    elif kind == "SUB":
        result = wide_a - wide_b
    elif kind == "MUL":
        result = wide_a * wide_b
    else:
        result = (wide_a - wide_b).astype(a.dtype).astype(np.int64) ** 2
    clipped: Array = np.clip(result.astype(a.dtype), low, high).astype(a.dtype)
    return clipped


def divide(a: Integers, b: Integers, p: Binary) -> Integers:
    """DIV. Raises ValueError for a divisor of zero, where the kernel stops the process."""
    numerator = a.astype(np.int64) - p.a_zero_point
    divisor = b.astype(np.int64) - p.b_zero_point
    if not divisor.all():
        raise ValueError("DIV has no answer for a divisor of zero")
    numerator, divisor = np.broadcast_arrays(np.where(divisor < 0, -numerator, numerator), divisor)
    divisor = np.abs(divisor)
    leading = 32 - np.frexp(divisor.astype(np.float64))[1].astype(np.int64)  # zeros in front
    fraction = ((divisor << leading) - (1 << 31)).astype(np.int32)
    reciprocal = one_over_one_plus_x(fraction)
    recip_shift = 31 - leading
    headroom = _leading_sign_bits(numerator)
    quotient = multiply_by_quantized_multiplier(
        wrap_int32(numerator << headroom), reciprocal, np.zeros_like(headroom)
    )
    multiplier, shift = p.output_scale
    total = shift - recip_shift - headroom
    scaled = _divide_by_any_pot(saturating_rounding_doubling_high_mul(quotient, multiplier), -total)
    return narrow(
        wrap_int32(scaled.astype(np.int64) + p.output_zero_point), p.dtype, p.act_min, p.act_max
    )


def absolute(
    x: Integers, *, zero_point: int, output_zero_point: int, scale: tuple[int, int] | None
) -> Integers:
    """ABS; ``scale`` is None where input and output have the same."""
    value = np.abs(x.astype(np.int32) - zero_point)
    if scale is not None:
        value = multiply_by_quantized_multiplier(value, *scale)
    return narrow(value.astype(np.int64) + output_zero_point, str(x.dtype))


def prelu(
    x: Integers,
    alpha: Integers,
    *,
    zero_point: int,
    alpha_zero_point: int,
    output_zero_point: int,
    positive: tuple[int, int],
    negative: tuple[int, int],
) -> Integers:
    """PRELU: alpha broadcasts; ``positive`` and ``negative`` scale either side of zero."""
    value = x.astype(np.int32) - zero_point
    slope = alpha.astype(np.int32) - alpha_zero_point
    kept = multiply_by_quantized_multiplier(value, *positive)
    leaked = multiply_by_quantized_multiplier(value * slope, *negative)
    chosen = np.where(value >= 0, kept, leaked)
    return narrow(chosen.astype(np.int64) + output_zero_point, str(x.dtype))


def rectify(
    x: Integers,
    *,
    low: int,
    high: int,
    zero_point: int,
    output_zero_point: int,
    scale: tuple[int, int],
) -> Integers:
    """RELU of any type, with rescaling, between two bounds of the output."""
    scaled = multiply_by_quantized_multiplier(x.astype(np.int32) - zero_point, *scale)
    return narrow(scaled.astype(np.int64) + output_zero_point, str(x.dtype), low, high)


def leaky(
    x: Integers,
    *,
    zero_point: int,
    output_zero_point: int,
    positive: tuple[int, int],
    negative: tuple[int, int],
) -> Integers:
    """LEAKY_RELU of any type."""
    value = x.astype(np.int32) - zero_point
    kept = multiply_by_quantized_multiplier(value, *positive)
    leaked = multiply_by_quantized_multiplier(value, *negative)
    chosen = np.where(value >= 0, kept, leaked)
    return narrow(chosen.astype(np.int64) + output_zero_point, str(x.dtype))


def _scaled(x: Integers, zero_point: int, scale: tuple[int, int], left_shift: int) -> Int32:
    centred = wrap_int32((x.astype(np.int64) - zero_point) << left_shift)
    return multiply_by_quantized_multiplier(centred, *scale)


def _finished(total: Int32, p: Binary) -> Integers:
    scaled = multiply_by_quantized_multiplier(total, *p.output_scale).astype(np.int64)
    return narrow(wrap_int32(scaled + p.output_zero_point), p.dtype, p.act_min, p.act_max)


def _divide_by_any_pot(x: Int32, exponent: NDArray[np.int64]) -> Int32:
    """RoundingDivideByPOT with any exponent, as DIV calls it.

    Beyond 0..31 (a small numerator over a large divisor, a factor below 2^6) C++ leaves the answer
    open. The machine code of x86-64 and AArch64 alike takes 64-bit shifts modulo 64 and 32-bit
    ones modulo 32, so that such quotients are far off: what tflite-micro gives, not what is right.
    """
    mask = wrap_int32(~(np.int64(-1) << (exponent & 63))).astype(np.int64)
    threshold = (mask >> 1) + (x < 0)
    return wrap_int32((x.astype(np.int64) >> (exponent & 31)) + ((x & mask) > threshold))


def _leading_sign_bits(x: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bits below the sign that repeat it, of int32 values."""
    folded = np.where(x < 0, ~x, x)
    return 31 - np.frexp(folded.astype(np.float64))[1].astype(np.int64)
