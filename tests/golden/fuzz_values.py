"""Random values that int8 arithmetic finds hard: tails, extremes, ties, wrap-around."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

ACTIVATIONS = ("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def choice(rng: np.random.Generator, options: Sequence[Any]) -> Any:
    return options[int(rng.integers(len(options)))]


def int8_tensor(rng: np.random.Generator, shape: Sequence[int]) -> NDArray[np.int8]:
    """Uniform mostly; else small, all extreme, constant, zero, or one-hot."""
    style = choice(
        rng, ("uniform",) * 5 + ("small", "extreme", "lowest", "highest", "zero", "one_hot")
    )
    shape = tuple(shape)
    if style == "uniform":
        return rng.integers(-128, 128, shape, dtype=np.int8)
    if style == "small":
        return rng.integers(-2, 3, shape, dtype=np.int8)
    if style == "extreme":
        return rng.choice(np.array([-128, 127], dtype=np.int8), shape)
    if style in ("lowest", "highest", "zero"):
        value = {"lowest": -128, "highest": 127, "zero": 0}[style]
        return np.full(shape, value, dtype=np.int8)
    tensor = np.zeros(shape, dtype=np.int8)
    tensor.flat[int(rng.integers(tensor.size))] = choice(rng, (-128, -1, 1, 127))
    return tensor


def bias_tensor(rng: np.random.Generator, count: int) -> NDArray[np.int32] | None:
    """None, zero, layer-like, +-2^30, any int32, or so near its ends that accumulators wrap."""
    style = choice(rng, ("none", "zero", "layer", "layer", "layer", "2^30", "any", "ends"))
    if style == "none":
        return None
    if style == "zero":
        return np.zeros(count, dtype=np.int32)
    if style == "layer":
        return rng.integers(-20000, 20000, count, dtype=np.int32)
    if style == "2^30":
        signs = rng.choice(np.array([-1, 1]), count)
        near: NDArray[np.int32] = (signs * (1 << 30) + rng.integers(-9, 9, count)).astype(np.int32)
        return near
    if style == "ends":
        ends = rng.choice(np.array([-(1 << 31), (1 << 31) - 1]), count)
        return np.asarray(ends - np.sign(ends) * rng.integers(0, 20000, count)).astype(np.int32)
    return rng.integers(-(1 << 31), 1 << 31, count, dtype=np.int64).astype(np.int32)


def zero_point(rng: np.random.Generator) -> int:
    return int(choice(rng, (-128, 127, 0, int(rng.integers(-128, 128)))))


def log_uniform(rng: np.random.Generator, low_exponent: float, high_exponent: float) -> float:
    """2^u with u uniform, as the float32 that the flatbuffer will hold; sometimes 2^integer."""
    exponent = rng.uniform(low_exponent, high_exponent)
    if rng.random() < 0.15:
        exponent = round(exponent)
    return float(np.float32(2.0**exponent))


def rescaling(rng: np.random.Generator, spread: float) -> float:
    """Factor from accumulator to output; ``spread`` is the accumulator's typical magnitude.

    Mostly one that lands outputs within int8, else anything from below 2^-31 (which flushes to
    zero) to above 2^29.
    """
    if rng.random() < 0.65:
        return float(2.0 ** rng.uniform(2, 8) / max(spread, 1.0))
    return float(2.0 ** rng.uniform(-33.5, 29.9))
