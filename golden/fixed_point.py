"""gemmlowp's fixed-point exponential, reciprocal, logistic and tanh on int32 arrays.

A value with m integer bits is an int32 that stands for raw / 2^(31 - m). These series decide every
bit of TensorFlow Lite Micro's softmax, logistic and tanh, so they are followed operation by
operation. Source: gemmlowp ``fixedpoint/fixedpoint.h``.
"""

from __future__ import annotations

import numpy as np

from golden.numerics import (
    INT32_MAX,
    INT32_MIN,
    Int32,
    rounding_divide_by_pot,
    saturating_rounding_doubling_high_mul,
    wrap_int32,
)

ONE = INT32_MAX  # 1.0 with no integer bits, as near as int32 gets
_EXP_MINUS_EIGHTH = 1895147668  # exp(-1/8)
_ONE_THIRD = 715827883
_48_OVER_17 = 1515870810  # two integer bits
_MINUS_32_OVER_17 = -1010580540  # two integer bits
# exp(-2^e) for e = -2..4, all with no integer bits.
_EXP_POWERS = (
    (-2, 1672461947),
    (-1, 1302514674),
    (0, 790015084),
    (1, 290630308),
    (2, 39332535),
    (3, 720401),
    (4, 242),
)


def _add(a: Int32, b: Int32 | int) -> Int32:
    return wrap_int32(a.astype(np.int64) + b)


def _minus_magnitude(a: Int32) -> Int32:
    """-|a|, which int32 has for every a."""
    return (-np.abs(a.astype(np.int64))).astype(np.int32)


def saturating_shift_left(x: Int32, exponent: int) -> Int32:
    """Multiply x by 2^exponent, saturating to int32 (gemmlowp SaturatingRoundingMultiplyByPOT)."""
    threshold = (1 << (31 - exponent)) - 1
    shifted = wrap_int32(x.astype(np.int64) << exponent)
    return np.where(x > threshold, INT32_MAX, np.where(x < -threshold, INT32_MIN, shifted)).astype(
        np.int32
    )


def _exp_between_minus_quarter_and_zero(a: Int32) -> Int32:
    """Taylor series of exp around -1/8, no integer bits."""
    mul = saturating_rounding_doubling_high_mul
    x = _add(a, 1 << 28)
    x2 = mul(x, x)
    x3 = mul(x2, x)
    x4_over_4 = rounding_divide_by_pot(mul(x2, x2), 2)
    tail = _add(mul(_add(x4_over_4, x3), _ONE_THIRD), x2)
    higher_terms = rounding_divide_by_pot(tail, 1)
    return _add(mul(_EXP_MINUS_EIGHTH, _add(x, higher_terms)), _EXP_MINUS_EIGHTH)


def exp_on_negative_values(a: Int32, integer_bits: int) -> Int32:
    """Exponential of a <= 0 given with ``integer_bits`` (at most 5); no integer bits out."""
    if not 0 < integer_bits <= 5:
        raise ValueError(f"exp is defined for 1..5 integer bits, not {integer_bits}")
    fraction_bits = 31 - integer_bits
    quarter = 1 << (fraction_bits - 2)
    modulo = _add(a & np.int32(quarter - 1), -quarter)
    result = _exp_between_minus_quarter_and_zero(saturating_shift_left(modulo, integer_bits))
    remainder = wrap_int32(modulo.astype(np.int64) - a)
    for exponent, factor in _EXP_POWERS:
        if exponent < integer_bits:
            bit = np.int32(1 << (fraction_bits + exponent))
            scaled = saturating_rounding_doubling_high_mul(result, factor)
            result = np.where(remainder & bit, scaled, result)
    return np.where(a == 0, ONE, result).astype(np.int32)


def _reciprocal_of_half_denominator(a: Int32) -> Int32:
    """Newton-Raphson division: 2 / (1 + a) for 0 <= a < 1, two integer bits out."""
    mul = saturating_rounding_doubling_high_mul
    half_denominator = ((a.astype(np.int64) + ONE + 1) // 2).astype(np.int32)  # a is not negative
    x = _add(mul(half_denominator, _MINUS_32_OVER_17), _48_OVER_17)
    for _ in range(3):
        error = wrap_int32((1 << 29) - mul(half_denominator, x).astype(np.int64))
        x = _add(x, saturating_shift_left(mul(x, error), 2))
    return x


def one_over_one_plus_x(a: Int32) -> Int32:
    """1 / (1 + a) for 0 <= a < 1, no integer bits on either side."""
    return saturating_shift_left(_reciprocal_of_half_denominator(a), 1)


def tanh(a: Int32, integer_bits: int) -> Int32:
    """Hyperbolic tangent; no integer bits out."""
    negative = _minus_magnitude(a)
    # exp(2x): the same raw value read with one more integer bit.
    exponential = exp_on_negative_values(negative, integer_bits + 1)
    ratio = saturating_shift_left(_add(_reciprocal_of_half_denominator(exponential), -(1 << 29)), 2)
    return (np.sign(a) * ratio).astype(np.int32)


def logistic(a: Int32, integer_bits: int) -> Int32:
    """1 / (1 + exp(-a)); no integer bits out."""
    positive = one_over_one_plus_x(exp_on_negative_values(_minus_magnitude(a), integer_bits))
    return np.select([a > 0, a < 0], [positive, ONE - positive], 1 << 30).astype(np.int32)
