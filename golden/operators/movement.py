"""Operators that move int8 data without arithmetic: concatenate, pad, fill, copy, reorder."""

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


def fill(shape: Sequence[int], *, value: int) -> Int8:
    """Tensor of one int8 value."""
    return np.full(tuple(shape), _int8(value), dtype=np.int8)


def _int8(value: int) -> np.int8:
    if not INT8_MIN <= value <= INT8_MAX:
        raise ValueError(f"fill value {value} is not an int8")
    return np.int8(value)


def _region(size: int, *, base: int, rows: int, columns: int, pitch: int) -> np.ndarray:
    """Byte addresses [rows, columns] of a strided region, checked against a memory of ``size``."""
    if rows < 1 or columns < 1 or pitch < 0 or base < 0:
        raise ValueError(f"region of {rows} x {columns} bytes, pitch {pitch}, at {base} is illegal")
    if base + (rows - 1) * pitch + columns > size:
        raise ValueError(f"region of {rows} x {columns} bytes, pitch {pitch}, at {base} overruns")
    return base + np.arange(rows)[:, None] * pitch + np.arange(columns)


def copy_region(
    memory: Int8,
    *,
    source: int,
    source_pitch: int,
    destination: int,
    destination_pitch: int,
    rows: int,
    columns: int,
) -> None:
    """Copy a 2-D strided region within int8 ``memory`` [size] in place; pitches in bytes.

    The whole source is read before anything is written, so overlapping regions are defined. Raises
    ValueError, with nothing written, for a region that leaves the memory.
    """
    read = _region(memory.size, base=source, rows=rows, columns=columns, pitch=source_pitch)
    write = _region(
        memory.size, base=destination, rows=rows, columns=columns, pitch=destination_pitch
    )
    memory[write] = memory[read]


def fill_region(
    memory: Int8, *, destination: int, pitch: int, rows: int, columns: int, value: int
) -> None:
    """Fill a 2-D strided region of int8 ``memory`` [size] in place; pitch in bytes."""
    write = _region(memory.size, base=destination, rows=rows, columns=columns, pitch=pitch)
    memory[write] = _int8(value)


def reshape(x: Int8, *, shape: Sequence[int]) -> Int8:
    """RESHAPE, SQUEEZE, EXPAND_DIMS; one dimension may be -1."""
    return x.reshape(tuple(shape))


def transpose(x: Int8, *, permutation: Sequence[int]) -> Int8:
    """TRANSPOSE to a dense tensor: output axis i is input axis permutation[i]."""
    return np.ascontiguousarray(np.transpose(x, tuple(permutation)))


def strided_slice(
    x: Int8, *, begin: Sequence[int], end: Sequence[int], strides: Sequence[int] | None = None
) -> Int8:
    """SLICE and STRIDED_SLICE with resolved, non-negative bounds."""
    steps = strides if strides is not None else [1] * x.ndim
    index = tuple(slice(b, e, s) for b, e, s in zip(begin, end, steps, strict=True))
    return np.ascontiguousarray(x[index])
