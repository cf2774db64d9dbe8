"""Operators that move int8 data without arithmetic: concatenate, pad, reorder, slice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from golden.numerics import INT8_MAX, INT8_MIN, Int8


def concatenation(tensors: Sequence[Int8], *, axis: int) -> Int8:
    """CONCATENATION; all inputs must have the output's quantisation, as tflite-micro assumes."""
    return np.concatenate(tensors, axis=axis)


def pad(x: Int8, *, paddings: Sequence[tuple[int, int]], value: int) -> Int8:
    """PAD and PADV2: (before, after) elements of ``value`` (PAD: the zero point) on each axis."""
    if len(paddings) != x.ndim or any(n < 0 for pair in paddings for n in pair):
        raise ValueError(f"paddings {paddings} do not fit a tensor of shape {x.shape}")
    return np.pad(x, tuple(tuple(pair) for pair in paddings), constant_values=_int8(value))


def _int8(value: int) -> np.int8:
    if not INT8_MIN <= value <= INT8_MAX:
        raise ValueError(f"fill value {value} is not an int8")
    return np.int8(value)


def transpose(x: Int8, *, permutation: Sequence[int]) -> Int8:
    """TRANSPOSE to a dense tensor: output axis i is input axis permutation[i]."""
    return np.ascontiguousarray(np.transpose(x, tuple(permutation)))


def strided_slice(
    x: Int8, *, begin: Sequence[int], end: Sequence[int], strides: Sequence[int]
) -> Int8:
    """SLICE and STRIDED_SLICE with resolved, non-negative bounds."""
    index = tuple(slice(b, e, s) for b, e, s in zip(begin, end, strides, strict=True))
    return np.ascontiguousarray(x[index])
