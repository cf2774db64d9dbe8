"""Two-dimensional convolution, int8 NHWC, and depthwise convolution with depth multiplier."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from golden.numerics import Int8, Int32, Scaling, add_bias, requantize
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
    weight_zero_point: int = 0,
    **scaling: Unpack[Scaling],
) -> Int8:
    """CONV_2D: int8 [batch, height, width, in_c] -> int8 [batch, out_h, out_w, out_c].

    ``bias`` int32 [out_c] or None; ``scaling`` is that of ``requantize``.
    TensorFlow Lite's weights have zero point 0; another one serves products of activations.
    """
    zero_points = {"input_zero_point": input_zero_point, "weight_zero_point": weight_zero_point}
    acc = convolution_accumulate(x, weights, window=window, **zero_points)
    return requantize(add_bias(acc, bias), **scaling)


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
            acc += np.repeat(pixels, out_c // in_c, axis=3) * kernel[ky, kx]
    return acc


def depthwise(
    x: Int8,
    weights: Int8,
    *,
    bias: ArrayLike | None,
    window: Window,
    input_zero_point: int,
    weight_zero_point: int = 0,
    **scaling: Unpack[Scaling],
) -> Int8:
    """DEPTHWISE_CONV_2D: int8 [batch, height, width, in_c] -> int8 [batch, out_h, out_w, out_c].

    ``bias`` int32 [out_c] or None; ``scaling`` is that of ``requantize``.
    TensorFlow Lite's weights have zero point 0; another one serves products of activations.
    """
    zero_points = {"input_zero_point": input_zero_point, "weight_zero_point": weight_zero_point}
    acc = depthwise_accumulate(x, weights, window=window, **zero_points)
    return requantize(add_bias(acc, bias), **scaling)
