"""Comparisons, maxima, arguments of maxima, logic and selection. Shapes broadcast as in NumPy.

Source: TensorFlow Lite ``reference/comparisons.h``, ``maximum_minimum.h``, ``arg_min_max.h``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.numerics import Int32, multiply_by_quantized_multiplier

Array = NDArray[Any]
Bool = NDArray[np.bool_]

RELATIONS: dict[str, Callable[[Array, Array], Bool]] = {
    "EQUAL": np.equal,
    "NOT_EQUAL": np.not_equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
}

_LEFT_SHIFT = 8  # headroom given to int8 values before their scales are applied


def comparable(x: Array, *, zero_point: int, multiplier: int, shift: int) -> Int32:
    """int8 values as int32 of a scale that both sides of a comparison share."""
    shifted = (x.astype(np.int32) - zero_point) << _LEFT_SHIFT
    return multiply_by_quantized_multiplier(shifted, multiplier, shift)


def relation(kind: str, a: Array, b: Array) -> Bool:
    """Comparison by operator name."""
    return RELATIONS[kind](a, b)


def maximum(a: Array, b: Array) -> Array:
    """MAXIMUM of values of one quantisation."""
    return np.maximum(a, b)


def minimum(a: Array, b: Array) -> Array:
    """MINIMUM of values of one quantisation."""
    return np.minimum(a, b)


def argument(x: Array, *, axis: int, largest: bool) -> Int32:
    """ARG_MAX or ARG_MIN: the first index of the extreme along ``axis``, as int32."""
    found = np.argmax(x, axis=axis) if largest else np.argmin(x, axis=axis)
    return np.asarray(found, dtype=np.int32)


def select(condition: Bool, a: Array, b: Array) -> Array:
    """SELECT_V2: ``a`` where the condition holds, else ``b``."""
    return np.where(condition, a, b)


def logical(kind: str, a: Bool, b: Bool | None = None) -> Bool:
    """LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT."""
    if b is None:
        return np.logical_not(a)
    return np.logical_and(a, b) if kind == "LOGICAL_AND" else np.logical_or(a, b)
