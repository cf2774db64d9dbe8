"""Products with int16 activations and int8 weights (16x8): sums of 48 bits, or of 32 that wrap.

The type of the bias decides, as in TensorFlow Lite Micro: int64 biases, or none, go with wide sums,
which round once (``multiply_wide``); int32 biases with int32 sums and double rounding. Zero
points of int16 tensors are 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from golden.numerics import (
    Int8,
    Integers,
    multiply_by_quantized_multiplier,
    multiply_wide,
    narrow,
    wrap_int32,
)
from golden.operators.windows import Window, gather_windows

Int16 = NDArray[np.int16]
Int64 = NDArray[np.int64]


def exact_product(a: Integers, b: Integers) -> Int64:
    """Product of two matrices of at most 16 bits, exact while its sums fit 53 bits."""
    product: Int64 = np.matmul(a.astype(np.float64), b.astype(np.float64)).astype(np.int64)
    return product


def scale_sums(
    sums: Int64,
    *,
    bias: Integers | None,
    multiplier: ArrayLike,
    shift: ArrayLike,
    act_min: int,
    act_max: int,
) -> Int16:
    """Sums [..., channels] and bias [channels] to int16; what kind the bias is decides how."""
    total = sums if bias is None else sums + bias.astype(np.int64)
    if bias is None or bias.dtype == np.int64:
        scaled = multiply_wide(total, multiplier, shift)
    else:
        scaled = multiply_by_quantized_multiplier(wrap_int32(total), multiplier, shift)
    return narrow(scaled, "int16", act_min, act_max)


def convolution_sums(x: Integers, weights: Int8, window: Window) -> Int64:
    """Sums [batch, out_h, out_w, out_c] of x [batch, h, w, in_c] and weights [out_c, kh, kw, c]."""
    out_c, _, _, group_c = weights.shape
    groups = x.shape[3] // group_c
    taps = gather_windows(x, window, fill=0)
    pixels = x.shape[0] * window.out_h * window.out_w
    share = out_c // groups
    made = []
    for group in range(groups):
        columns = taps[..., group * group_c : (group + 1) * group_c].reshape(pixels, -1)
        kernel = weights[group * share : (group + 1) * share].reshape(share, -1)
        made.append(exact_product(columns, kernel.T))
    whole = np.concatenate(made, axis=1)
    return whole.reshape(x.shape[0], window.out_h, window.out_w, out_c)


def depthwise_sums(x: Integers, weights: Int8, window: Window) -> Int64:
    """Sums of x [batch, h, w, in_c] and weights [kh, kw, out_c]; out_c is a multiple of in_c."""
    kernel_h, kernel_w, out_c = weights.shape
    taps = gather_windows(x, window, fill=0)
    sums = np.zeros((x.shape[0], window.out_h, window.out_w, out_c), np.int64)
    for ky in range(kernel_h):
        for kx in range(kernel_w):
            pixels = np.repeat(taps[:, :, :, ky, kx, :], out_c // x.shape[3], axis=3)
            sums += pixels.astype(np.int64) * weights[ky, kx]
    return sums


def fully_connected_sums(x: Integers, weights: Int8) -> Int64:
    """Sums [rows, units] of x, flattened to rows, and weights [units, depth]."""
    return exact_product(x.reshape(-1, weights.shape[1]), weights.T)
