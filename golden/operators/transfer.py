"""Tables of functions that tflite-micro or LiteRT compute in floating point, and of RSQRT.

Each step is taken in float32, as the C++ does: the input's value, the function, the rescaling.
Sources: TensorFlow Lite ``activations.cc``, ``elementwise.cc``, ``common.h`` (LUTPopulate).
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable

import numpy as np

from golden.numerics import Int8, multiply_by_quantized_multiplier, narrow, quantize_multiplier
from golden.operators.lookup import INPUTS

_SHIFT = 20  # fraction bits of RSQRT's intermediate


def _elu(x: np.float32) -> np.float32:
    return np.float32(np.exp(x)) - np.float32(1.0) if x < 0 else x


def _gelu(x: np.float32) -> np.float32:
    half = np.float32(0.5)
    inner = np.float32(math.erfc(float(-x) * math.sqrt(0.5)))
    return half * x * inner


def _gelu_approximate(x: np.float32) -> np.float32:
    cubic = np.float32(0.044715) * x * x * x
    inner = np.float32(math.sqrt(2.0 / math.pi)) * (x + cubic)
    return np.float32(0.5) * x * (np.float32(1.0) + np.float32(np.tanh(inner)))


def _exp(x: np.float32) -> np.float32:
    return np.float32(np.exp(x))


def _log(x: np.float32) -> np.float32:
    return np.float32(np.log(x))


FUNCTIONS: dict[str, Callable[[np.float32], np.float32]] = {
    "ELU": _elu,
    "GELU": _gelu,
    "GELU approximate": _gelu_approximate,
    "EXP": _exp,
    "LOG": _log,
}


def real_table(
    name: str,
    *,
    input_scale: float,
    input_zero_point: int,
    output_scale: float,
    output_zero_point: int,
) -> Int8:
    """ELU, GELU, EXP or LOG. LOG of what is not positive is the least value of the output.

    Raises:
        ValueError: the output's scale has no inverse, an input is beyond float32, or ELU leaves
            int32, to which its kernel casts before it clamps: C gives that no value.
    """
    function = FUNCTIONS[name]
    with np.errstate(over="ignore", divide="ignore"):
        inverse = np.float32(1.0) / np.float32(output_scale)
    if not np.isfinite(inverse):
        raise ValueError(f"output scale {output_scale:g} has no inverse in float32")
    table = np.empty(256, dtype=np.int8)
    for index, value in enumerate(INPUTS - input_zero_point):
        with np.errstate(over="ignore"):
            real = np.float32(input_scale) * np.float32(value)
        if not np.isfinite(real):
            raise ValueError(f"{value} steps of input scale {input_scale:g} are beyond float32")
        if name == "LOG" and real <= 0:
            table[index] = -128
            continue
        with np.errstate(over="ignore"):
            rescaled = float(np.float32(function(real)) * inverse)
        if name == "ELU" and not abs(rescaled) < (1 << 31) - 256:
            raise ValueError(f"ELU of {real:g} leaves int32 at output scale {output_scale:g}")
        rounded = math.floor(abs(rescaled) + 0.5) if math.isfinite(rescaled) else sys.maxsize
        total = (rounded if rescaled >= 0 else -rounded) + output_zero_point
        table[index] = min(max(total, -128), 127)
    return table


def rsqrt_table(
    *, input_scale: float, input_zero_point: int, output_scale: float, output_zero_point: int
) -> Int8:
    """RSQRT; at or below the input's zero point the largest value."""
    scale = 1.0 / (math.sqrt(float(np.float32(input_scale))) * float(np.float32(output_scale)))
    multiplier, shift = quantize_multiplier(scale)
    if not -31 <= shift - _SHIFT <= 30:
        raise ValueError(f"rsqrt is not defined for scales {input_scale}, {output_scale}")
    table = np.full(256, 127, dtype=np.int8)
    for index, value in enumerate(INPUTS - input_zero_point):
        if value <= 0:
            continue
        inverse_multiplier, inverse_shift = _inverse_square_root(int(value))
        data = multiply_by_quantized_multiplier(1, inverse_multiplier, inverse_shift + _SHIFT)
        output = multiply_by_quantized_multiplier(data, multiplier, shift - _SHIFT)
        table[index] = narrow(int(output) + output_zero_point, "int8")
    return table


def _inverse_square_root(value: int) -> tuple[int, int]:
    """Multiplier and left shift of 1 / sqrt(value), below 2^9: GetInvSqrtQuantizedMultiplierExp."""
    if value <= 1:
        return (1 << 31) - 1, 0
    shift = 11
    leading = 31 - value.bit_length()  # zeros behind the sign
    pairs = leading // 2 - 1
    shift -= pairs
    value <<= 2 * pairs
    # Newton-Raphson in fixed point: x <- (3x - v x^3) / 2, with three integer bits.
    x = 1 << 28
    three_halves = 3 << 27  # 1.5 with three integer bits
    half = ((value >> 1) + 1) >> 1
    for _ in range(5):
        x3 = _rescale_6(_high_mul(_high_mul(x, x), x))
        x = _rescale_3(_high_mul(three_halves, x) - _high_mul(half, x3))
    result = _high_mul(x, 1518500250)  # sqrt(1/2)
    if shift < 0:
        result <<= -shift
        shift = 0
    return result, -shift


def _high_mul(a: int, b: int) -> int:
    return min((a * b + (1 << 30)) >> 31, (1 << 31) - 1)


def _rescale_6(x: int) -> int:
    """Nine integer bits to three: six to the left."""
    return max(min(x << 6, (1 << 31) - 1), -(1 << 31))


def _rescale_3(x: int) -> int:
    """Six integer bits to three."""
    return max(min(x << 3, (1 << 31) - 1), -(1 << 31))
