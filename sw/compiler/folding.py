"""Folding: a strided convolution with few channels reads s neighbouring pixels as one of s*C.

    image row   | x0 | x1 | x2 | x3 | x4 | x5 |      C channels, stride 2
    folded      |  x0 x1  |  x2 x3  |  x4 x5  |      2C channels, stride 1

Memory holds the same bytes either way, so the load does it for nothing, and writes s times fewer
words. Rows of a tile then lie in different banks. The kernel is packed anew, with zeros where a
folded pixel sticks out of it: more steps, which may or may not be worth it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from golden.config import CoreConfig
from sw.compiler.geometry import Shape
from sw.compiler.operations import ArrayOp


def can_fold(config: CoreConfig, op: ArrayOp) -> bool:
    """Whether the columns of the operation's input can be folded by its stride."""
    stride = op.window.stride_w
    return (
        op.kind == "conv"
        and not op.views
        and stride > 1
        and op.window.dilation_w == 1
        and op.in_shape.w % stride == 0
        and op.in_shape.c * stride <= config.cols
    )


def fold_columns(op: ArrayOp) -> ArrayOp:
    """The same convolution on folded columns. Raises ValueError for an operation without weights.

    Output column ox reads columns ox*s - pad .. ox*s - pad + kernel-1, which lie in the folded
    columns ox - ceil(pad/s) .. ox + floor((kernel-1-pad)/s).
    """
    if op.weights is None:
        raise ValueError(f"{op.kind} has no weights")
    window, stride, channels = op.window, op.window.stride_w, op.in_shape.c
    before = -(-window.pad_left // stride)
    after = (window.kernel_w - 1 - window.pad_left) // stride
    width = before + after + 1
    out_c, kernel_h, kernel_w, _ = op.weights.shape
    weights = np.zeros((out_c, kernel_h, width * stride, channels), dtype=np.int8)
    first = before * stride - window.pad_left
    weights[:, :, first : first + kernel_w] = op.weights
    return replace(
        op,
        in_shape=Shape(h=op.in_shape.h, w=op.in_shape.w // stride, c=channels * stride),
        window=replace(window, kernel_w=width, stride_w=1, pad_left=before),
        weights=weights.reshape(out_c, kernel_h, width, stride * channels),
        choice=f"{stride} columns folded",
    )
