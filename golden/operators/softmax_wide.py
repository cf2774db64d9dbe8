"""Softmax int16 -> int16 over the last axis, with two tables of 513 entries. Runs on the host.

Source: TensorFlow Lite ``reference/softmax.h`` (SoftmaxInt16) and ``internal/common.h`` (gen_lut,
LUTLookup).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from golden.numerics import (
    Integers,
    multiply_by_quantized_multiplier,
    narrow,
    quantize_multiplier,
    round_half_away,
)

Int16 = NDArray[np.int16]
Float = NDArray[np.float32]
_STEPS = 512
_SCALE = np.float32(32768.0)


def _round(x: Float) -> Float:
    return round_half_away(x).astype(np.float32)


def _table(function: Callable[[Float], Float], low: float, high: float) -> NDArray[np.int64]:
    """Samples of the function over [low, high], each moved by half the error of interpolation."""
    step = np.float32(np.float32(high - low) / np.float32(_STEPS))
    half = np.float32(step / np.float32(2))
    index = np.arange(_STEPS).astype(np.float32)
    start = np.float32(low)
    value = function(start + index * step)
    middle = function(start + index * step + half)
    following = function(start + (index + np.float32(1)) * step)
    sample = _round(value * _SCALE)
    interpolated = _round((following * _SCALE + sample) / np.float32(2))
    bias = _round((interpolated - _round(middle * _SCALE)) / np.float32(2))
    last = _round(function(np.array([high], np.float32)) * _SCALE)
    return narrow(np.concatenate([sample - bias, last]), "int16").astype(np.int64)


@lru_cache(maxsize=1)
def _tables() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    one = np.float32(1)
    return _table(np.exp, -10.0, 0.0), _table(lambda x: one / (one + x), 0.0, 1.0)


def _lookup(value: Integers, table: NDArray[np.int64]) -> NDArray[np.int64]:
    wide = value.astype(np.int64)
    index = 256 + (wide >> 7)
    slope = narrow(table[index + 1] - table[index], "int16").astype(np.int64)
    found: NDArray[np.int64] = table[index] + ((slope * (wide & 0x7F) + 64) >> 7)
    return found


def softmax_int16(x: Int16, input_scale: float, beta: float) -> Int16:
    """SOFTMAX of int16 [..., depth]; the output's scale 2^-15 and zero point 0 are fixed."""
    exponential, reciprocal = _tables()
    factor = float(np.float32(input_scale)) * float(np.float32(beta)) / (10.0 / 65535.0)
    multiplier, shift = quantize_multiplier(factor)
    difference = x.astype(np.int32) - x.max(axis=-1, keepdims=True).astype(np.int32)
    scaled = multiply_by_quantized_multiplier(difference, multiplier, shift).astype(np.int64)
    terms = _lookup(narrow(scaled + 32767, "int16"), exponential)
    sums = terms.sum(axis=-1, keepdims=True)
    leading = 32 - np.frexp(sums.astype(np.float64))[1].astype(np.int64)
    shifted = ((sums << (leading - 1)) + (1 << 13)) >> 14
    inverse = _lookup(narrow(shifted - ((1 << 15) + (1 << 16)), "int16"), reciprocal)
    right = 31 - leading
    result = (terms * inverse + (np.int64(1) << (right - 1))) >> right
    return narrow(np.clip(result, 0, 32767), "int16")
