"""Depthwise convolution, int8 NHWC, with depth multiplier."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from golden.numerics import INT8_MAX, INT8_MIN, Int8, Int32, add_bias, requantize
from golden.operators.windows import Window, gather_windows


def depthwise_accumulate(
    x: Int8, weights: Int8, *, window: Window, input_zero_point: int, weight_zero_point: int = 0
) -> Int32:
    """Raw accumulators before the bias, int32 [batch, out_h, out_w, out_c].

    ``x`` int8 [batch, height, width, in_c]; ``weights`` int8 [1, kernel_h, kernel_w, out_c] or
    without the leading 1; out_c = in_c * depth_multiplier, and output channel c reads input channel
    c // depth_multiplier. Raises ValueError when the shapes disagree.
    """
    kernel = weights.reshape(weights.shape[-3:]).astype(np.int32) - np.int32(weight_zero_point)
    kernel_h, kernel_w, out_c = kernel.shape
    in_c = x.shape[3]
    if (kernel_h, kernel_w) != (window.kernel_h, window.kernel_w):
        raise ValueError(f"weights are {kernel_h} x {kernel_w}, the window says otherwise")
    if out_c % in_c:
        raise ValueError(f"{out_c} output channels are no multiple of {in_c} input channels")
    taps = gather_windows(x, window, fill=input_zero_point)
    acc = np.zeros((x.shape[0], window.out_h, window.out_w, out_c), dtype=np.int32)
    # int32 wraps by itself; the loop is over taps, few and each a whole-image operation.
    for ky in range(kernel_h):
        for kx in range(kernel_w):
            pixels = taps[:, :, :, ky, kx, :].astype(np.int32) - np.int32(input_zero_point)
            if out_c != in_c:
                pixels = np.repeat(pixels, out_c // in_c, axis=3)
            acc += pixels * kernel[ky, kx]
    return acc


def depthwise(
    x: Int8,
    weights: Int8,
    *,
    bias: ArrayLike | None,
    window: Window,
    input_zero_point: int,
    output_zero_point: int,
    multiplier: ArrayLike,
    shift: ArrayLike,
    act_min: int = INT8_MIN,
    act_max: int = INT8_MAX,
    weight_zero_point: int = 0,
) -> Int8:
    """DEPTHWISE_CONV_2D: int8 [batch, height, width, in_c] -> int8 [batch, out_h, out_w, out_c].

    ``bias`` int32 [out_c] or None; ``multiplier`` and ``shift`` scalar or [out_c].
    TensorFlow Lite's weights have zero point 0; another one serves products of activations.
    """
    acc = depthwise_accumulate(
        x,
        weights,
        window=window,
        input_zero_point=input_zero_point,
        weight_zero_point=weight_zero_point,
    )
    return requantize(
        add_bias(acc, bias),
        multiplier=multiplier,
        shift=shift,
        output_zero_point=output_zero_point,
        act_min=act_min,
        act_max=act_max,
    )
