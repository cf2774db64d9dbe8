"""Two-dimensional convolution, int8 NHWC."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from golden.numerics import INT8_MAX, INT8_MIN, Int8, Int32, add_bias, requantize
from golden.operators.matmul import integer_matmul
from golden.operators.windows import Window, gather_windows


def convolution_accumulate(
    x: Int8, weights: Int8, *, window: Window, input_zero_point: int, weight_zero_point: int = 0
) -> Int32:
    """Raw accumulators before the bias, sum((x - zx) * (w - zw)): int32.

    The result is [batch, out_h, out_w, out_c].
    ``x`` int8 [batch, height, width, in_c]; ``weights`` int8 [out_c, kernel_h, kernel_w, in_c].
    Pixels outside the image contribute nothing. Raises ValueError when the shapes disagree; in_c
    of the weights may divide that of x, which is TensorFlow Lite's grouped convolution.
    """
    out_c, kernel_h, kernel_w, group_c = weights.shape
    in_c = x.shape[3]
    if (kernel_h, kernel_w) != (window.kernel_h, window.kernel_w):
        raise ValueError(f"weights are {kernel_h} x {kernel_w}, the window says otherwise")
    if in_c % group_c or out_c % (in_c // group_c):
        raise ValueError(f"{in_c} input channels do not fit weights of shape {weights.shape}")
    groups = in_c // group_c
    taps = gather_windows(x, window, fill=input_zero_point)
    pixels = x.shape[0] * window.out_h * window.out_w
    outputs = []
    for group in range(groups):
        columns = taps[..., group * group_c : (group + 1) * group_c].reshape(pixels, -1)
        share = out_c // groups
        kernel = weights[group * share : (group + 1) * share].reshape(share, -1).astype(np.int16)
        centred = columns.astype(np.int16) - np.int16(input_zero_point)
        outputs.append(integer_matmul(centred, kernel.T - np.int16(weight_zero_point)))
    acc = outputs[0] if groups == 1 else np.concatenate(outputs, axis=1)
    return acc.reshape(x.shape[0], window.out_h, window.out_w, out_c)


def convolution(
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
    """CONV_2D: int8 [batch, height, width, in_c] -> int8 [batch, out_h, out_w, out_c].

    ``bias`` int32 [out_c] or None; ``multiplier`` and ``shift`` scalar or [out_c].
    TensorFlow Lite's weights have zero point 0; another one serves products of activations.
    """
    acc = convolution_accumulate(
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
