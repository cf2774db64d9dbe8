"""Real scales to integer parameters, as TensorFlow Lite Micro's Prepare functions compute them.

Scales come in as the flatbuffer's float32; every product and quotient of them is taken in double.
Published sources of some kernels (fully connected, batch matmul, sub, leaky relu, hard swish) take
one in float32; the released tflite-micro does not, which the scales in
tests/golden/test_scale_precision.py show: there the two precisions give different outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from golden.numerics import Int32, quantize_multiplier, quantize_multipliers


def _exact(scale: float) -> float:
    """The double that holds the flatbuffer's float32 scale."""
    return float(np.float32(scale))


def convolution_multipliers(
    input_scale: float, weight_scales: ArrayLike, output_scale: float
) -> tuple[Int32, Int32]:
    """Multipliers and shifts of CONV_2D, DEPTHWISE_CONV_2D and per-channel FULLY_CONNECTED.

    One int32 each for every weight scale (PopulateConvolutionQuantizationParams).
    """
    scales = np.atleast_1d(np.asarray(weight_scales, dtype=np.float32)).astype(np.float64)
    return quantize_multipliers(_exact(input_scale) * scales / _exact(output_scale))


def matmul_multiplier(
    input_scale: float, weight_scale: float, output_scale: float
) -> tuple[int, int]:
    """Multiplier and shift of per-tensor FULLY_CONNECTED and of BATCH_MATMUL."""
    return quantize_multiplier(_exact(input_scale) * _exact(weight_scale) / _exact(output_scale))


def multiply_multiplier(a_scale: float, b_scale: float, output_scale: float) -> tuple[int, int]:
    """Multiplier and shift of MUL (CalculateOpDataMul)."""
    return matmul_multiplier(input_scale=a_scale, weight_scale=b_scale, output_scale=output_scale)


def rescale_multiplier(
    input_scale: float, output_scale: float, *, factor: float = 1.0
) -> tuple[int, int]:
    """Multiplier and shift of RELU, QUANTIZE and MEAN; ``factor`` is LEAKY_RELU's alpha."""
    return quantize_multiplier(_exact(input_scale) * _exact(factor) / _exact(output_scale))


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


def add_parameters(a_scale: float, b_scale: float, output_scale: float) -> AddParameters:
    """Parameters of ADD (CalculateOpDataAdd) and of SUB, which scales alike.

    Raises ValueError where the kernel aborts: the sum's factor must be below one, that is the
    output scale above 2^-19 of the larger input scale.
    """
    a, b, out = _exact(a_scale), _exact(b_scale), _exact(output_scale)
    twice_max = 2 * max(a, b)
    factors = (a / twice_max, b / twice_max, twice_max / ((1 << ADD_LEFT_SHIFT) * out))
    (a_multiplier, a_shift), (b_multiplier, b_shift), (multiplier, shift) = (
        quantize_multiplier(factor) for factor in factors
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
