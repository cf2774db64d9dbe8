"""Logistic function and hyperbolic tangent of int16 values, by a table and interpolation.

    sigmoid(i / 24) for i = 0..255, times 2^16          tanh(x) = 2 sigmoid(2x) - 1

The input counts in 2^-12 units, three of which are one of the table's argument times 2^-9.
Source: TensorFlow Lite ``reference/integer_ops/logistic.h`` and ``tanh.h``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from golden.numerics import wrap_int32

Int16 = NDArray[np.int16]
Int64 = NDArray[np.int64]

# The C++ table is not the nearest integers: these entries are one more, which halves the error of
# the interpolation between them.
# fmt: off
_RAISED = (
    4, 8, 12, 14, 15, 16, 17, 19, 20, 21, 22, 25, 27, 28, 29, 30, 31, 33, 34, 35, 37, 39, 40,
    41, 43, 44, 45, 46, 49, 50, 54, 62, 63, 64, 66, 82, 86, 93, 100, 103, 112, 116, 135, 255,
)
# fmt: on


def _table() -> Int64:
    exact = 65536 / (1 + np.exp(-np.arange(256) / 24))
    table = np.minimum(np.floor(exact + 0.5), 65535).astype(np.int64)
    table[list(_RAISED)] += 1
    return table


_TABLE = _table()
_LAST = 255


def _argument(x: Int16, multiplier: int, left_shift: int) -> Int64:
    if multiplier == 0:  # a power of two
        return wrap_int32(x.astype(np.int64) * (3 << left_shift)).astype(np.int64)
    rounding = 1 << (left_shift - 1) if left_shift > 0 else 0
    # A scale above 5 goes beyond int32 here, as one next to 0 does above: it wraps.
    return wrap_int32(x.astype(np.int64) * multiplier + rounding).astype(np.int64) >> left_shift


def _interpolated(magnitude: Int64, fraction_bits: int, saturated: int) -> Int64:
    index = magnitude >> fraction_bits
    place = np.minimum(index, _LAST - 1)
    low, high = _TABLE[place], _TABLE[place + 1]
    fraction = magnitude & ((1 << fraction_bits) - 1)
    return np.where(index >= _LAST, saturated, (low << fraction_bits) + fraction * (high - low))


def logistic_int16(x: Int16, *, multiplier: int = 0, left_shift: int = 0) -> Int16:
    """LOGISTIC of int16: output scale 2^-15. Without ``multiplier`` the input's is 2^-12."""
    argument = _argument(x, multiplier, left_shift)
    result = _interpolated(np.abs(argument), 9, 0x7FFF << 10)
    half = 1 << 9
    folded = np.where(argument >= 0, result + half, (1 << 25) - result + half - 1)
    return (folded >> 10).astype(np.int16)


def tanh_int16(x: Int16, *, multiplier: int = 0, left_shift: int = 0) -> Int16:
    """TANH of int16: output scale 2^-15.

    Without ``multiplier`` the input's scale is 2^(left_shift - 12); a negative shift is one to the
    right.
    """
    if left_shift < 0 and multiplier == 0:
        multiplier, left_shift = 3, -left_shift
    argument = _argument(x, multiplier, left_shift)
    result = _interpolated(np.abs(argument), 8, 0xFFFF << 8)
    one, half = 1 << 23, 1 << 7
    folded = np.where(argument >= 0, result - one + half, -result + one + half - 1)
    return (folded >> 8).astype(np.int16)


def int16_argument(scale: float) -> tuple[int, int]:
    """Multiplier (0: none) and left shift of LOGISTIC and TANH for an input of that scale.

    Source: ``logistic_common.cc`` and ``tanh.cc``. Raises ValueError for a scale that needs a
    multiplier beyond int32.
    """
    fraction, exponent = math.frexp(float(np.float32(scale)))
    shift = 12 + exponent - 1
    if fraction == 0.5 and shift in (0, 1):
        return 0, shift
    multiplier, left_shift = float(np.float32(scale)) * 4096.0 * 3.0, 0
    while multiplier <= 32767.0 / 2.0 and left_shift <= 30:
        left_shift += 1
        multiplier *= 2.0
    if multiplier >= 1 << 31:
        raise ValueError(f"an input scale of {scale} is too large")
    return int(multiplier), left_shift
