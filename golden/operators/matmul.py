"""Fully connected layers and matrix products, weights or activations on the right-hand side."""

from __future__ import annotations

from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from golden.numerics import Int8, Int32, Scaling, add_bias, requantize, wrap_int32

# Largest sum of products of two 9-bit values that stays exact in each float type.
_MAX_PRODUCT = 255 * 255
_FLOAT32_DEPTH = (1 << 24) // _MAX_PRODUCT
_FLOAT64_DEPTH = (1 << 53) // _MAX_PRODUCT


def integer_matmul(a: NDArray[np.integer], b: NDArray[np.integer]) -> Int32:
    """Product of two matrices in int32, for values of 9 bits (int8 with a zero point removed).

    Hot path of every network: NumPy has no fast integer product, so BLAS does it in the narrowest
    float type whose mantissa holds every partial sum, which makes the result exact.
    """
    depth = a.shape[-1]
    if depth <= _FLOAT32_DEPTH:
        product = np.matmul(a.astype(np.float32), b.astype(np.float32))
    elif depth <= _FLOAT64_DEPTH:
        product = np.matmul(a.astype(np.float64), b.astype(np.float64))
    else:
        raise ValueError(f"a product of depth {depth} is not exact in float64")
    return wrap_int32(product.astype(np.int64))


def matmul_accumulate(a: Int8, b: Int8, *, a_zero_point: int = 0, b_zero_point: int = 0) -> Int32:
    """Raw accumulators sum((a - za) * (b - zb)): int8 [..., M, K] by [..., K, N] -> [..., M, N]."""
    if a.shape[-1] != b.shape[-2]:
        raise ValueError(f"matrix shapes {a.shape} and {b.shape} do not multiply")
    return integer_matmul(
        a.astype(np.int16) - np.int16(a_zero_point), b.astype(np.int16) - np.int16(b_zero_point)
    )


def matmul(
    a: Int8,
    b: Int8,
    *,
    a_zero_point: int,
    b_zero_point: int,
    bias: ArrayLike | None = None,
    **scaling: Unpack[Scaling],
) -> Int8:
    """Product of two int8 matrices with zero points: [..., M, K] by [..., K, N] -> [..., M, N].

    ``bias`` int32 [N] or None; ``scaling`` is that of ``requantize``.
    """
    acc = matmul_accumulate(a, b, a_zero_point=a_zero_point, b_zero_point=b_zero_point)
    return requantize(add_bias(acc, bias), **scaling)


def fully_connected_accumulate(
    x: Int8, weights: Int8, *, input_zero_point: int, weight_zero_point: int = 0
) -> Int32:
    """Raw accumulators before the bias: x [batch, depth], weights [units, depth] -> [batch, units].

    ``x`` of another rank is flattened to rows of ``depth``, as TensorFlow Lite does.
    """
    return matmul_accumulate(
        x.reshape(-1, weights.shape[1]),
        weights.T,
        a_zero_point=input_zero_point,
        b_zero_point=weight_zero_point,
    )


def fully_connected(
    x: Int8,
    weights: Int8,
    *,
    bias: ArrayLike | None,
    input_zero_point: int,
    weight_zero_point: int = 0,
    **scaling: Unpack[Scaling],
) -> Int8:
    """FULLY_CONNECTED: int8 x [batch, depth], weights [units, depth] -> int8 [batch, units].

    ``bias`` int32 [units] or None; ``scaling`` is that of ``requantize``.
    """
    acc = fully_connected_accumulate(
        x, weights, input_zero_point=input_zero_point, weight_zero_point=weight_zero_point
    )
    return requantize(add_bias(acc, bias), **scaling)
