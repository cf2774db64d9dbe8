"""Transposed convolution, int8 or int16 NHWC: every input pixel adds a kernel to the output.

Source: TensorFlow Lite ``reference/integer_ops/transpose_conv.h``. It equals a convolution of the
input with zeros between its pixels and the kernel turned by half a turn, which the core computes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.numerics import Int8, Integers

Int64 = NDArray[np.int64]


def transposed_sums(
    x: Integers,
    weights: Int8,
    *,
    stride: tuple[int, int],
    padding: tuple[int, int],
    size: tuple[int, int],
    zero_point: int,
) -> Int64:
    """Sums [batch, *size, out_c] of x [batch, h, w, in_c] and weights [out_c, kh, kw, in_c].

    ``padding`` are the rows and columns cut off before the first one of the output.
    """
    out_c, kernel_h, kernel_w, _ = weights.shape
    batch, height, width, _ = x.shape
    whole_h = max((height - 1) * stride[0] + kernel_h, padding[0] + size[0])
    whole_w = max((width - 1) * stride[1] + kernel_w, padding[1] + size[1])
    whole = np.zeros((batch, whole_h, whole_w, out_c), np.int64)
    centred = x.astype(np.float64) - zero_point
    for ky in range(kernel_h):
        for kx in range(kernel_w):
            product = centred @ weights[:, ky, kx, :].T.astype(np.float64)
            rows = slice(ky, ky + (height - 1) * stride[0] + 1, stride[0])
            columns = slice(kx, kx + (width - 1) * stride[1] + 1, stride[1])
            whole[:, rows, columns] += product.astype(np.int64)
    top, left = padding
    return whole[:, top : top + size[0], left : left + size[1]]
