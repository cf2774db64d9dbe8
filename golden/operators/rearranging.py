"""Operators that only move elements, of any type: stacking, mirroring, gathering, blocks, tiling.

Source: TensorFlow Lite's reference kernels of the same names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def pack(values: Sequence[Array], *, axis: int) -> Array:
    """PACK: tensors of one shape side by side on a new axis."""
    return np.stack(list(values), axis=axis)


def unpack(x: Array, *, axis: int) -> list[Array]:
    """UNPACK: the tensors along an axis, which is gone from each."""
    return [np.ascontiguousarray(np.take(x, i, axis=axis)) for i in range(x.shape[axis])]


def mirror_pad(x: Array, *, paddings: Sequence[tuple[int, int]], with_edge: bool) -> Array:
    """MIRROR_PAD: REFLECT leaves the edge out of the image of itself, SYMMETRIC repeats it."""
    mode = "symmetric" if with_edge else "reflect"
    return np.pad(x, list(paddings), mode=mode)  # type: ignore[call-overload, no-any-return]


def reverse(x: Array, *, axes: Sequence[int]) -> Array:
    """REVERSE_V2."""
    return np.ascontiguousarray(np.flip(x, axis=tuple(axes)))


def tile(x: Array, *, multiples: Sequence[int]) -> Array:
    """TILE."""
    return np.tile(x, tuple(multiples))


def broadcast_to(x: Array, *, shape: Sequence[int]) -> Array:
    """BROADCAST_TO."""
    return np.ascontiguousarray(np.broadcast_to(x, tuple(shape)))


def gather(x: Array, indices: Array, *, axis: int, batch_dims: int) -> Array:
    """GATHER. Raises ValueError for an index outside the axis."""
    _require_inside(indices, x.shape[axis])
    lead = x.shape[:batch_dims]
    parts = [
        np.take(part, index, axis=axis - batch_dims)
        for part, index in zip(
            x.reshape(-1, *x.shape[batch_dims:]),
            indices.reshape(-1, *indices.shape[batch_dims:]),
            strict=True,
        )
    ]
    return np.stack(parts).reshape(*lead, *parts[0].shape)


def gather_nd(x: Array, indices: Array) -> Array:
    """GATHER_ND: each last row of ``indices`` names an element or a slice of ``x``."""
    depth = indices.shape[-1]
    for position in range(depth):
        _require_inside(indices[..., position], x.shape[position])
    return np.ascontiguousarray(x[tuple(indices[..., i] for i in range(depth))])


def space_to_depth(x: Array, *, block: int) -> Array:
    """SPACE_TO_DEPTH of [batch, height, width, channels]."""
    n, h, w, c = x.shape
    split = x.reshape(n, h // block, block, w // block, block, c)
    return split.transpose(0, 1, 3, 2, 4, 5).reshape(n, h // block, w // block, -1)


def depth_to_space(x: Array, *, block: int) -> Array:
    """DEPTH_TO_SPACE of [batch, height, width, channels]."""
    n, h, w, c = x.shape
    split = x.reshape(n, h, w, block, block, c // (block * block))
    return split.transpose(0, 1, 3, 2, 4, 5).reshape(n, h * block, w * block, -1)


def space_to_batch(
    x: Array, *, block: Sequence[int], paddings: Sequence[tuple[int, int]], value: int
) -> Array:
    """SPACE_TO_BATCH_ND of one or two axes behind the batch; padding holds ``value``."""
    axes = len(block)
    pads = [(0, 0), *paddings, *[(0, 0)] * (x.ndim - 1 - axes)]
    padded = np.pad(x, pads, constant_values=value)
    rest = padded.shape[1 + axes :]
    shape: list[int] = [padded.shape[0]]
    for size, step in zip(padded.shape[1 : 1 + axes], block, strict=True):
        shape += [size // step, step]
    split = padded.reshape(*shape, *rest)
    order = [
        *range(2, 2 * axes + 1, 2),
        0,
        *range(1, 2 * axes, 2),
        *range(2 * axes + 1, split.ndim),
    ]
    moved = split.transpose(order)
    sizes = [size // step for size, step in zip(padded.shape[1 : 1 + axes], block, strict=True)]
    return moved.reshape(padded.shape[0] * int(np.prod(block)), *sizes, *rest)


def batch_to_space(x: Array, *, block: Sequence[int], crops: Sequence[tuple[int, int]]) -> Array:
    """BATCH_TO_SPACE_ND, the inverse, with rows and columns cut off."""
    axes = len(block)
    batch = x.shape[0] // int(np.prod(block))
    split = x.reshape(*block, batch, *x.shape[1:])
    order = [axes]
    for axis in range(axes):
        order += [axes + 1 + axis, axis]
    order += range(2 * axes + 1, split.ndim)
    moved = split.transpose(order)
    sizes = [size * step for size, step in zip(x.shape[1 : 1 + axes], block, strict=True)]
    whole = moved.reshape(batch, *sizes, *x.shape[1 + axes :])
    cut = tuple(slice(b, size - a) for (b, a), size in zip(crops, sizes, strict=True))
    return np.ascontiguousarray(whole[(slice(None), *cut)])


def _require_inside(indices: Array, size: int) -> None:
    if indices.size and (indices.min() < 0 or indices.max() >= size):
        raise ValueError(f"an index lies outside 0..{size - 1}")
