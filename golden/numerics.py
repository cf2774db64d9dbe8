"""Integer arithmetic of TensorFlow Lite Micro, vectorised over NumPy arrays.

Everything here restates gemmlowp's and TensorFlow Lite's fixed-point definitions on int32 values
held in int64 arrays, where no intermediate can overflow unnoticed. Results are int32 arrays.

Requantisation of an accumulator is *double rounding*:

    acc --<< left--> wrap to int32 --x multiplier--> round to the high 32 bits --> round >> right

Sources: gemmlowp ``fixedpoint/fixedpoint.h`` (SaturatingRoundingDoublingHighMul,
RoundingDivideByPOT), TensorFlow Lite ``kernels/internal/common.cc``
(MultiplyByQuantizedMultiplier) and ``quantization_util.cc`` (QuantizeMultiplier).
"""

from __future__ import annotations

import math
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray

Int8 = NDArray[np.int8]
Int32 = NDArray[np.int32]
Integers = NDArray[np.integer]

INT8_MIN, INT8_MAX = -128, 127
INT32_MIN, INT32_MAX = -(1 << 31), (1 << 31) - 1

SHIFT_MIN, SHIFT_MAX = -31, 30


def wrap_int32(x: ArrayLike) -> Int32:
    """Two's complement wrap of integers (any magnitude an int64 holds) to int32."""
    return np.asarray(x, np.int64).astype(np.int32)  # NumPy's narrowing cast is modular


def saturating_rounding_doubling_high_mul(a: ArrayLike, b: ArrayLike) -> Int32:
    """High 32 bits of 2ab, rounded to nearest, ties towards plus infinity.

    ``a`` and ``b`` are int32 values of broadcastable shapes. The one product that does not fit,
    INT32_MIN * INT32_MIN, saturates to INT32_MAX.

    gemmlowp adds a nudge of 2^30 to a product >= 0 and 1 - 2^30 to a negative one, then divides by
    2^31 truncating towards zero. For a negative product that is ceil((ab + 1 - 2^30) / 2^31), which
    equals floor((ab + 2^30) / 2^31): one formula serves both signs.
    """
    product = np.multiply(a, b, dtype=np.int64)
    high: Int32 = np.minimum((product + (1 << 30)) >> 31, INT32_MAX).astype(np.int32)
    return high


def rounding_divide_by_pot(x: ArrayLike, exponent: ArrayLike) -> Int32:
    """Divide int32 x by 2^exponent (0..31), rounded to nearest, ties away from zero."""
    x64, e64 = np.asarray(x, np.int64), np.asarray(exponent, np.int64)
    mask = (np.int64(1) << e64) - 1
    threshold = (mask >> 1) + (x64 < 0)
    return ((x64 >> e64) + ((x64 & mask) > threshold)).astype(np.int32)


def multiply_by_quantized_multiplier(
    x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike
) -> Int32:
    """Scale x by multiplier * 2^(shift - 31) with gemmlowp's double rounding.

    ``x`` int32 of any shape; ``multiplier`` (0..2^31-1) and ``shift`` (-31..30) are scalars or
    arrays that broadcast along the last axis. A positive shift is applied first and wraps: in C++
    ``x * (1 << shift)`` is undefined when it overflows, and the machine code of tflite-micro
    wraps, which the fuzz test observes. Raises ValueError for a multiplier or shift out of range.
    """
    multiplier64 = np.asarray(multiplier, np.int64)
    shift64 = np.asarray(shift, np.int64)
    if multiplier64.size and (multiplier64.min() < 0 or multiplier64.max() > INT32_MAX):
        raise ValueError("a quantised multiplier must lie in 0..2^31-1")
    if shift64.size and (shift64.min() < SHIFT_MIN or shift64.max() > SHIFT_MAX):
        raise ValueError(f"a quantised shift must lie in {SHIFT_MIN}..{SHIFT_MAX}")
    shifted = wrap_int32(np.asarray(x, np.int64) << np.maximum(shift64, 0))
    high = saturating_rounding_doubling_high_mul(shifted, multiplier64)
    return rounding_divide_by_pot(high, np.maximum(-shift64, 0))


def quantize_multiplier(real: float) -> tuple[int, int]:
    """Split a non-negative real factor into (multiplier, shift): real = multiplier * 2^(shift-31).

    The multiplier is 0 or in 2^30..2^31-1; factors below about 2^-32 flush to (0, 0). Rounding is
    half away from zero on the double. Raises ValueError for a negative or non-finite factor.
    A result with shift > 30 is returned as TensorFlow Lite returns it, and is refused on use.
    """
    if not math.isfinite(real) or real < 0:
        raise ValueError(f"a scale factor must be finite and not negative, not {real}")
    if real == 0:
        return 0, 0
    fraction, shift = math.frexp(real)
    multiplier = math.floor(fraction * (1 << 31) + 0.5)  # exact: the product has 22 fraction bits
    if multiplier == 1 << 31:
        multiplier //= 2
        shift += 1
    if shift < SHIFT_MIN:
        return 0, 0
    return multiplier, shift


def quantize_multipliers(reals: ArrayLike) -> tuple[Int32, Int32]:
    """``quantize_multiplier`` of each factor: int32 arrays (multipliers, shifts), shape [n]."""
    pairs = [quantize_multiplier(float(real)) for real in np.atleast_1d(np.asarray(reals))]
    return (
        np.array([multiplier for multiplier, _ in pairs], dtype=np.int32),
        np.array([shift for _, shift in pairs], dtype=np.int32),
    )


def clamp_int8(x: ArrayLike, act_min: int = INT8_MIN, act_max: int = INT8_MAX) -> Int8:
    """Limit to [act_min, act_max], which must lie within int8, and narrow to int8."""
    if not INT8_MIN <= act_min <= act_max <= INT8_MAX:
        raise ValueError(f"activation range [{act_min}, {act_max}] is not within int8")
    return np.minimum(np.maximum(x, act_min), act_max).astype(np.int8)


class Scaling(TypedDict):
    """What ``requantize`` takes beside the accumulators."""

    multiplier: ArrayLike
    shift: ArrayLike
    output_zero_point: int
    act_min: NotRequired[int]
    act_max: NotRequired[int]


def requantize(
    acc: ArrayLike,
    *,
    multiplier: ArrayLike,
    shift: ArrayLike,
    output_zero_point: int,
    act_min: int = INT8_MIN,
    act_max: int = INT8_MAX,
) -> Int8:
    """Accumulators (bias included) to int8: double rounding, output zero point, clamp.

    ``acc`` int32 [..., channels]; ``multiplier`` and ``shift`` scalars or [channels]. The addition
    of the zero point wraps in int32, as the C++ does on a machine.
    """
    scaled = multiply_by_quantized_multiplier(acc, multiplier, shift)
    return clamp_int8(wrap_int32(scaled.astype(np.int64) + output_zero_point), act_min, act_max)


def add_bias(acc: Int32, bias: ArrayLike | None) -> Int32:
    """Accumulators [..., channels] plus bias [channels], wrapping in int32; None adds nothing."""
    if bias is None:
        return acc
    return wrap_int32(acc.astype(np.int64) + np.asarray(bias, np.int64))


def limits(dtype: str) -> tuple[int, int]:
    """Smallest and largest value of an integer type."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def narrow(
    x: ArrayLike, dtype: str, low: int | None = None, high: int | None = None
) -> NDArray[Any]:
    """Limit to the type and to [low, high], and narrow to the type."""
    least, most = limits(dtype)
    bounds = (least if low is None else max(low, least), most if high is None else min(high, most))
    clipped: NDArray[Any] = np.clip(np.asarray(x, np.int64), *bounds).astype(dtype)
    return clipped


def multiply_wide(x: ArrayLike, multiplier: ArrayLike, shift: ArrayLike) -> Int32:
    """Scale sums of 48 bits: the multiplier is rounded to 16 bits, and there is one rounding.

    ``x`` int64 of any shape; the others are scalars or broadcast along the last axis. Source:
    MultiplyByQuantizedMultiplier for int64. Raises ValueError for a shift above 7.
    """
    multiplier64 = np.asarray(multiplier, np.int64)
    shift64 = np.asarray(shift, np.int64)
    if shift64.size and shift64.max() > 7:
        raise ValueError("a wide sum is scaled by a shift of at most 7")
    reduced = np.where(multiplier64 < 0x7FFF0000, (multiplier64 + (1 << 15)) >> 16, 0x7FFF)
    total = 15 - shift64
    product = np.asarray(x, np.int64) * reduced + (np.int64(1) << (total - 1))
    return wrap_int32(product >> total)


def round_half_away(x: ArrayLike) -> NDArray[np.float64]:
    """Nearest integers of floating-point values, ties away from zero."""
    values = np.asarray(x, np.float64)
    return np.copysign(np.floor(np.abs(values) + 0.5), values)


def quantize_bound(real: float, scale: float, zero_point: int) -> int:
    """Quantise a bound of an activation as tflite::Quantize does for any type.

    It divides in float32, rounds half away from zero and narrows through int32. Raises ValueError
    for a result that int32 does not hold, which C does not define.
    """
    with np.errstate(over="ignore"):
        ratio = float(np.float32(real) / np.float32(scale))
    rounded = float(np.floor(abs(ratio) + 0.5))  # infinity stays what it is
    bound = zero_point + (rounded if ratio >= 0 else -rounded)
    if not -INT32_MAX <= bound <= INT32_MAX:
        raise ValueError(f"scale {scale:g} is too small for a bound of {real:g}")
    return int(bound)


def activation_range(
    activation: str, scale: float, zero_point: int, dtype: str = "int8"
) -> tuple[int, int]:
    """Clamp of a fused activation on an output, as CalculateActivationRangeQuantized does.

    ``activation`` is NONE, RELU, RELU6 or RELU_N1_TO_1; ``scale`` is the output's, taken as
    float32 because TensorFlow Lite divides in float32 and rounds half away from zero.
    Raises ValueError for any other activation, and as `quantize_bound`.
    """
    low, high = limits(dtype)
    if activation == "RELU":
        low = max(low, quantize_bound(0.0, scale, zero_point))
    elif activation == "RELU6":
        low = max(low, quantize_bound(0.0, scale, zero_point))
        high = min(high, quantize_bound(6.0, scale, zero_point))
    elif activation == "RELU_N1_TO_1":
        low = max(low, quantize_bound(-1.0, scale, zero_point))
        high = min(high, quantize_bound(1.0, scale, zero_point))
    elif activation != "NONE":
        raise ValueError(f"fused activation {activation} is not supported")
    return low, high
