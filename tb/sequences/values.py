"""Random values that hurt: INT8 data, biases, multipliers, shifts, sizes around every tail."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Random = np.random.Generator
INT32_MAX = (1 << 31) - 1


def pick(random: Random, values: Sequence[int]) -> int:
    """Return one of the values; repeat a value to make it likelier."""
    return int(values[int(random.integers(len(values)))])


def chance(random: Random, probability: float) -> bool:
    """Return True with this probability."""
    return bool(random.random() < probability)


def int8_data(random: Random, shape: tuple[int, ...] | int) -> NDArray[np.int8]:
    """Return int8 data of one of several characters: noise, extremes, constants, one-hot."""
    size = int(np.prod(shape))
    character = int(random.integers(8))
    if character == 0:  # products of -128 * -128 in every accumulator
        flat = np.full(size, -128)
    elif character == 1:
        flat = np.zeros(size)
    elif character == 2:
        flat = np.zeros(size)
        flat[random.integers(size)] = random.choice([-128, -1, 1, 127])
    elif character == 3:
        flat = random.choice([-128, -127, -1, 0, 1, 127], size)
    else:
        flat = random.integers(-128, 128, size)
    return flat.astype(np.int8).reshape(shape)


def zero_point(random: Random) -> int:
    """Return an int8 zero point, often an extreme."""
    return pick(random, [0, 0, -128, -128, 127, int(random.integers(-128, 128))])


def biases(random: Random, count: int) -> NDArray[np.int32]:
    """Return int32 biases; one set in four makes accumulators wrap."""
    character = int(random.integers(4))
    if character == 0:
        values = random.choice([-(1 << 31), INT32_MAX, 1 << 30, -(1 << 30), 0], count)
    else:
        reach = 1 << pick(random, [4, 12, 20, 30])
        values = random.integers(-reach, reach, count)
    return values.astype(np.int32)


def multipliers(random: Random, count: int) -> NDArray[np.int32]:
    """Return multipliers: normalised ones mostly, and the ends of the range."""
    values = random.integers(1 << 30, 1 << 31, count)
    odd = random.random(count) < 0.1
    values[odd] = random.choice([0, 1, 1 << 30, INT32_MAX], int(odd.sum()))
    return values.astype(np.int32)


def shifts(random: Random, count: int, *, products: int) -> NDArray[np.int8]:
    """Return shifts that bring a sum of `products` products near int8, and any others."""
    usual = -int(np.ceil(np.log2(max(products, 1)) / 2)) - 6
    values = random.integers(max(usual - 3, -31), usual + 4, count)
    odd = random.random(count) < 0.1
    values[odd] = random.integers(-31, 31, int(odd.sum()))
    return values.astype(np.int8)


def channels(random: Random, cols: int, limit: int) -> int:
    """Return a channel count 1..limit: 1, 3, every tail of a block, several blocks."""
    likely = [1, 3, cols - 1, cols, cols + 1, 2 * cols, int(random.integers(1, 4 * cols + 1))]
    return max(1, min(limit, pick(random, likely)))


def clamp(random: Random) -> tuple[int, int]:
    """Return act_min <= act_max, the full range half of the time."""
    if chance(random, 0.5):
        return -128, 127
    low, high = sorted(int(value) for value in random.integers(-128, 128, 2))
    return low, high
