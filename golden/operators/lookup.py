"""Table lookup int8 -> int8, and the tables of TensorFlow Lite Micro's unary operators.

A table is int8 [256] indexed by the input *byte*: entry i answers input i for i < 128 and input
i - 256 above, so hardware uses the activation byte as the address. Every entry equals what
tflite-micro computes for that input.
"""

from __future__ import annotations

import math

import numpy as np

from golden import fixed_point
from golden.numerics import (
    INT8_MAX,
    INT8_MIN,
    SHIFT_MAX,
    Int8,
    Int32,
    activation_range,
    clamp_int8,
    multiply_by_quantized_multiplier,
    quantize_bound,
    quantize_multiplier,
    requantize,
    rounding_divide_by_pot,
)
from golden.operators.parameters import rescale_multiplier

INPUTS = np.arange(256, dtype=np.uint8).view(np.int8).astype(np.int32)  # input of each entry


def lookup(x: Int8, table: Int8) -> Int8:
    """Replace every element of int8 ``x`` (any shape) by its entry of ``table`` int8 [256]."""
    if table.shape != (256,) or table.dtype != np.int8:
        raise ValueError(f"a lookup table is int8 [256], not {table.dtype} {table.shape}")
    return table[x.view(np.uint8)]


def requantize_table(
    *, input_scale: float, input_zero_point: int, output_scale: float, output_zero_point: int
) -> Int8:
    """QUANTIZE int8 -> int8."""
    multiplier, shift = rescale_multiplier(input_scale, output_scale)
    return requantize(
        INPUTS - input_zero_point,
        multiplier=multiplier,
        shift=shift,
        output_zero_point=output_zero_point,
    )


def relu_table(
    *, input_scale: float, input_zero_point: int, output_scale: float, output_zero_point: int
) -> Int8:
    """RELU as its own operator, with rescaling (CalculateReluOpData)."""
    multiplier, shift = rescale_multiplier(input_scale, output_scale)
    return requantize(
        INPUTS - input_zero_point,
        multiplier=multiplier,
        shift=shift,
        output_zero_point=output_zero_point,
        act_min=max(INT8_MIN, output_zero_point),
    )


def relu6_table(*, input_scale: float, input_zero_point: int) -> Int8:
    """RELU6 as its own operator; it clamps and never rescales (Relu6Prepare)."""
    low, high = activation_range("RELU6", input_scale, input_zero_point)
    return clamp_int8(INPUTS, low, high)


def bounded_table(
    *,
    low: float,
    high: float,
    input_scale: float,
    input_zero_point: int,
    output_scale: float,
    output_zero_point: int,
) -> Int8:
    """RELU_0_TO_1 and RELU_N1_TO_1 as operators of their own, with rescaling (ReluPrepare)."""
    multiplier, shift = rescale_multiplier(input_scale, output_scale)
    bounds = [quantize_bound(real, output_scale, output_zero_point) for real in (low, high)]
    return requantize(
        INPUTS - input_zero_point,
        multiplier=multiplier,
        shift=shift,
        output_zero_point=output_zero_point,
        act_min=min(max(INT8_MIN, bounds[0]), INT8_MAX),
        act_max=max(min(INT8_MAX, bounds[1]), INT8_MIN),
    )


def leaky_relu_table(
    *,
    alpha: float,
    input_scale: float,
    input_zero_point: int,
    output_scale: float,
    output_zero_point: int,
) -> Int8:
    """LEAKY_RELU with 0 <= alpha (leaky_relu_common.cc: one factor on either side of zero)."""
    centred = INPUTS - input_zero_point
    identity = rescale_multiplier(input_scale, output_scale)
    sloped = rescale_multiplier(input_scale, output_scale, factor=alpha)
    kept = requantize(
        centred, multiplier=identity[0], shift=identity[1], output_zero_point=output_zero_point
    )
    leaked = requantize(
        centred, multiplier=sloped[0], shift=sloped[1], output_zero_point=output_zero_point
    )
    return np.where(centred >= 0, kept, leaked).astype(np.int8)


_INPUT_INTEGER_BITS = 4  # logistic and tanh see their input with four integer bits
_MOST_INPUT_SHIFT = 62  # of 1 in a 64-bit number with a sign


def _logistic_input(input_scale: float, input_zero_point: int) -> tuple[Int32, Int32, int]:
    """Centred inputs, the same with four integer bits, and the radius beyond which they saturate.

    The multiplier is 31 bits of the scale's fraction, never 0: logistic_common.cc and tanh.cc call
    frexp themselves. Raises ValueError for a scale below 2^-28 or from 2^35 on, where the kernel
    shifts a 64-bit number by an amount that C does not define.
    """
    fraction, shift = math.frexp(float(np.float32(input_scale)) * (1 << (31 - _INPUT_INTEGER_BITS)))
    multiplier = int(fraction * (1 << 31))  # exact: the fraction has 24 bits
    if not 0 <= shift <= _MOST_INPUT_SHIFT:
        raise ValueError(f"logistic and tanh are not defined for an input scale of {input_scale}")
    # CalculateInputRadius with 31 signed bits.
    radius = math.floor(((1 << _INPUT_INTEGER_BITS) - 1) * (1 << (31 - 4)) / (1 << shift))
    centred = INPUTS - input_zero_point
    # From a scale of 8 on the shift exceeds what int32 takes, but the radius is 0: all saturate.
    q4 = multiply_by_quantized_multiplier(centred, multiplier, min(shift, SHIFT_MAX))
    return centred, q4, radius


def _saturate_beyond(values: Int32, centred: Int32, radius: int) -> Int8:
    low = np.where(centred <= -radius, INT8_MIN, np.clip(values, INT8_MIN, INT8_MAX))
    # The kernel tests the lower bound first, which matters for a radius of zero.
    return np.where((centred >= radius) & (centred > -radius), INT8_MAX, low).astype(np.int8)


def logistic_table(*, input_scale: float, input_zero_point: int) -> Int8:
    """LOGISTIC; the output's scale 1/256 and zero point -128 are fixed."""
    centred, q4, radius = _logistic_input(input_scale, input_zero_point)
    output = rounding_divide_by_pot(fixed_point.logistic(q4, _INPUT_INTEGER_BITS), 23) - 128
    return _saturate_beyond(output, centred, radius)


def tanh_table(*, input_scale: float, input_zero_point: int) -> Int8:
    """TANH; the output's scale 1/128 and zero point 0 are fixed."""
    centred, q4, radius = _logistic_input(input_scale, input_zero_point)
    output = rounding_divide_by_pot(fixed_point.tanh(q4, _INPUT_INTEGER_BITS), 24)
    return _saturate_beyond(output, centred, radius)


def _downscale_to_int16(multiplier: int) -> int:
    """DownScaleInt32ToInt16Multiplier: the upper half of a multiplier, rounded, saturating."""
    return min((multiplier + (1 << 15)) >> 16, 32767)


def _wrap_int16(x: Int32) -> Int32:
    return x.astype(np.int16).astype(np.int32)


def _rounding_high_mul_int16(a: Int32, b: int) -> Int32:
    """SaturatingRoundingDoublingHighMul on int16 values (b is a multiplier, never -32768)."""
    product = a.astype(np.int64) * b
    nudged = product + np.where(product >= 0, 1 << 14, 1 - (1 << 14))
    halved: Int32 = (np.sign(nudged) * (np.abs(nudged) >> 15)).astype(np.int32)
    return halved


def _saturating_shift_left_int16(x: Int32, amount: int) -> Int32:
    shifted: Int32 = np.clip(x.astype(np.int64) << amount, -32768, 32767).astype(np.int32)
    return shifted


def hard_swish_table(
    *, input_scale: float, input_zero_point: int, output_scale: float, output_zero_point: int
) -> Int8:
    """HARD_SWISH, x * relu6(x + 3) / 6 in int16 arithmetic (hard_swish.h, hard_swish_common.cc).

    Raises ValueError where tflite-micro refuses (output scale below 1/128 of the input's) and where
    its int16 shift is undefined (by more than 15).
    """
    hires_scale = float(np.float32(input_scale)) / 128
    output_multiplier, output_exponent = quantize_multiplier(
        hires_scale / float(np.float32(output_scale))
    )
    reluish_multiplier, reluish_exponent = quantize_multiplier(hires_scale / (3 / 32768))
    if not -15 <= output_exponent <= 0 or reluish_exponent < -15:
        raise ValueError(f"hard swish is not defined for scales {input_scale}, {output_scale}")
    hires = _wrap_int16((INPUTS - input_zero_point) * (1 << 7))
    preshift_input = _rounding_high_mul_int16(hires, _downscale_to_int16(output_multiplier))
    # Rescale so that 3.0 is 32768, keeping one left shift for last: only there may it saturate.
    reluish = hires
    if reluish_exponent > 0:
        reluish = _saturating_shift_left_int16(reluish, reluish_exponent - 1)
    reluish = _rounding_high_mul_int16(reluish, _downscale_to_int16(reluish_multiplier))
    if reluish_exponent > 0:
        reluish = _saturating_shift_left_int16(reluish, 1)
    else:
        reluish = rounding_divide_by_pot(reluish, -reluish_exponent)
    gate = (reluish + (1 << 15)) >> 1  # [-1, 1] to [0, 1]
    product = gate.astype(np.int64) * preshift_input
    preshift_output = (np.sign(product) * (np.abs(product) >> 15)).astype(np.int32)  # truncates
    output = rounding_divide_by_pot(preshift_output, -output_exponent)
    return clamp_int8(_wrap_int16(output + output_zero_point))
