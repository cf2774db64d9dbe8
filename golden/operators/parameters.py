"""Real scales to integer parameters, in the float types TensorFlow Lite Micro computes them in.

Which quotient is taken in float32 and which in double differs from kernel to kernel and shows in
the last bit of a multiplier; each function names the kernel it follows. Scales come in as the
flatbuffer's float32.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from golden.numerics import Int32, quantize_multiplier, quantize_multipliers


def convolution_multipliers(
    input_scale: float, weight_scales: ArrayLike, output_scale: float
) -> tuple[Int32, Int32]:
    """Per-channel multipliers and shifts of CONV_2D, DEPTHWISE_CONV_2D, and FULLY_CONNECTED with
    per-channel weights (PopulateConvolutionQuantizationParams: all in double). Arrays [n scales].
    """
    scales = np.atleast_1d(np.asarray(weight_scales, dtype=np.float32)).astype(np.float64)
    return quantize_multipliers(
        np.float64(np.float32(input_scale)) * scales / np.float64(np.float32(output_scale))
    )


def matmul_multiplier(
    input_scale: float, weight_scale: float, output_scale: float
) -> tuple[int, int]:
    """Multiplier and shift of FULLY_CONNECTED with per-tensor weights and of BATCH_MATMUL.

    GetQuantizedConvolutionMultipler: the product in float32, the quotient in double.
    """
    product = np.float32(input_scale) * np.float32(weight_scale)
    return quantize_multiplier(float(product) / float(np.float32(output_scale)))


def multiply_multiplier(a_scale: float, b_scale: float, output_scale: float) -> tuple[int, int]:
    """Multiplier and shift of MUL (CalculateOpDataMul: all in double)."""
    product = float(np.float32(a_scale)) * float(np.float32(b_scale))
    return quantize_multiplier(product / float(np.float32(output_scale)))


def rescale_multiplier(input_scale: float, output_scale: float) -> tuple[int, int]:
    """Multiplier and shift of RELU, QUANTIZE and MEAN: the quotient in double."""
    return quantize_multiplier(float(np.float32(input_scale)) / float(np.float32(output_scale)))


@dataclass(frozen=True, kw_only=True)
class AddParameters:
    """Integer parameters of ADD and SUB: a multiplier and shift for each operand and the sum."""

    a_multiplier: int
    a_shift: int
    b_multiplier: int
    b_shift: int
    output_multiplier: int
    output_shift: int


ADD_LEFT_SHIFT = 20  # headroom bits given to both operands before they are scaled


def add_parameters(
    a_scale: float, b_scale: float, output_scale: float, *, subtract: bool = False
) -> AddParameters:
    """Parameters of ADD (CalculateOpDataAdd, in double) or SUB (CalculateOpDataSub, in float32).

    Raises ValueError where the kernel aborts: the sum's factor must be below one, that is the
    output scale above 2^-19 of the larger input scale.
    """
    kind = np.float32 if subtract else np.float64
    a, b, out = (kind(np.float32(scale)) for scale in (a_scale, b_scale, output_scale))
    twice_max = kind(2) * max(a, b)
    factors = (a / twice_max, b / twice_max, twice_max / (kind(1 << ADD_LEFT_SHIFT) * out))
    (a_multiplier, a_shift), (b_multiplier, b_shift), (multiplier, shift) = (
        quantize_multiplier(float(factor)) for factor in factors
    )
    if shift > 0:
        raise ValueError(
            f"output scale {output_scale} is too small for inputs {a_scale}, {b_scale}"
        )
    return AddParameters(
        a_multiplier=a_multiplier,
        a_shift=a_shift,
        b_multiplier=b_multiplier,
        b_shift=b_shift,
        output_multiplier=multiplier,
        output_shift=shift,
    )
