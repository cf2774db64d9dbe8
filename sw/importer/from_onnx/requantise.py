"""Integer multipliers that round sums as float32 does.

onnxruntime scales an int32 sum in float32 and rounds half to even:

    q(sum) = rint(float32(sum) * float32(s)) + zero point, limited

The core multiplies by an integer and shifts. Both never fall as the sum grows, so that both are
known by their steps: the smallest sum t_k whose result is k. The core with a multiplier M and a
shift of -n to the right reaches k at ceil(N_k / M):

    N_k = (2k - 1) 2^(n+30)  less (k > 0) or plus (k <= 0) 2^30 if n > 0, as it rounds twice

so each step allows M from ceil(N_k / t_k) to ceil(N_k / (t_k - 1)) - 1. The M that most steps allow
is taken, and n = 0 is tried first: then the core rounds once. Where all steps that a sum can reach
allow one M, the two rules are one, and the layer is exact; where none does, single sums at a step
differ by one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.numerics import Int32, quantize_multiplier

_MOST_RIGHT = 22  # shifts to the right that are tried: 64 bits hold N_k
_LIMIT = 1 << 31

Int64 = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Rounding:
    """Multipliers and shifts, one a channel, and which of them round all sums as float32 does."""

    multiplier: Int32
    shift: Int32
    exact: NDArray[np.bool_]


def float_result(sums: Int64, scale: np.float32) -> Int64:
    """What float32 makes of sums, before the zero point."""
    product = sums.astype(np.float32) * scale
    return np.asarray(np.rint(np.clip(product, -1e6, 1e6)), dtype=np.int64)


def rounding(
    scales: NDArray[np.float32],
    *,
    least: Int64,
    most: Int64,
    zero_point: int,
    low: int,
    high: int,
) -> Rounding:
    """Return the best integers for float32 scales [channels].

    Args:
        scales: what sums are multiplied by.
        least: the smallest sum of each channel.
        most: the largest one.
        zero_point: of the output.
        low: the smallest output.
        high: the largest one.

    Raises:
        ValueError: sums would overflow.
    """
    parts = [
        _channel(np.float32(s), max(int(a), -_LIMIT), min(int(b), _LIMIT - 1),
                 low - zero_point, high - zero_point)
        for s, a, b in zip(scales, least, most, strict=True)
    ]  # fmt: skip
    return Rounding(
        multiplier=np.array([m for m, _, _ in parts], dtype=np.int32),
        shift=np.array([shift for _, shift, _ in parts], dtype=np.int32),
        exact=np.array([exact for _, _, exact in parts]),
    )


def _channel(
    scale: np.float32, least: int, most: int, low: int, high: int
) -> tuple[int, int, bool]:
    """(multiplier, shift, exact) of one channel; low and high are without the zero point."""
    multiplier, shift = quantize_multiplier(float(scale))
    results = np.arange(low + 1, high + 1, dtype=np.int64)
    steps = _steps(results, scale, least, most)
    # A step at the smallest sum, or behind the largest, is none.
    real = (steps > least) & (steps <= most)
    results, steps = results[real], steps[real]
    if not results.size:
        return multiplier, shift, _constant(scale, least, multiplier, shift, low, high)
    best = (-1, multiplier, shift)
    if shift > 0:
        if max(-least, most) << shift >= _LIMIT:
            raise ValueError(f"its sums are scaled by {float(scale):g}, beyond what int32 holds")
        found = _reached(results, multiplier, 0, shift) == steps
        best = (int(found.sum()), multiplier, shift)
    for right in range(min(-shift, _MOST_RIGHT) + 1) if shift <= 0 else ():
        count, found_multiplier = _most_allowed(results, steps, right, float(scale))
        if count > best[0]:
            best = (count, found_multiplier, -right)
        if count == results.size:
            break
    return best[1], best[2], best[0] == results.size


def _steps(results: Int64, scale: np.float32, least: int, most: int) -> Int64:
    """The smallest sum in least..most for each result; most + 1 where there is none."""
    below = np.full(results.shape, least - 1, dtype=np.int64)
    above = np.full(results.shape, most + 1, dtype=np.int64)
    while (above - below > 1).any():
        middle = (below + above) // 2
        reaches = float_result(middle, scale) >= results
        above = np.where(reaches, middle, above)
        below = np.where(reaches, below, middle)
    return above


def _numerators(results: Int64, right: int) -> Int64:
    whole = (2 * results - 1) << (right + 30)
    if right == 0:
        return whole
    return whole + np.where(results > 0, -(1 << 30), 1 << 30)


def _reached(results: Int64, multiplier: int, right: int, left: int = 0) -> Int64:
    """The smallest sum for which the core gives each result."""
    if not multiplier:
        return np.full(results.shape, _LIMIT, dtype=np.int64)
    return -(-_numerators(results, right) // (multiplier << left))


def _most_allowed(results: Int64, steps: Int64, right: int, scale: float) -> tuple[int, int]:
    """(steps that allow it, multiplier) of the multiplier that most steps allow."""
    numerators = _numerators(results, right)
    before = steps - 1
    lowest = np.ones(results.shape, dtype=np.int64)
    highest = np.full(results.shape, _LIMIT - 1, dtype=np.int64)
    # sum * M >= N at the step:
    up, down = steps > 0, steps < 0
    lowest[up] = np.maximum(lowest[up], -(-numerators[up] // steps[up]))
    highest[down] = np.minimum(highest[down], numerators[down] // steps[down])
    impossible = (steps == 0) & (numerators > 0)
    # (sum - 1) * M < N before it:
    up, down = before > 0, before < 0
    highest[up] = np.minimum(highest[up], -(-numerators[up] // before[up]) - 1)
    lowest[down] = np.maximum(lowest[down], numerators[down] // before[down] + 1)
    impossible |= (before == 0) & (numerators <= 0)
    fine = ~impossible & (lowest <= highest)
    lowest, highest = lowest[fine], highest[fine]
    nearest = min(max(int(np.floor(scale * 2.0 ** (31 + right) + 0.5)), 1), _LIMIT - 1)
    candidates = np.unique(np.concatenate([[nearest], lowest, highest]))
    starts, ends = np.sort(lowest), np.sort(highest)
    cover = np.searchsorted(starts, candidates, "right") - np.searchsorted(ends, candidates, "left")
    best = int(cover.max(initial=0))
    chosen = candidates[cover == best]
    return best, int(chosen[np.argmin(np.abs(chosen - nearest))])


def _constant(
    scale: np.float32, least: int, multiplier: int, shift: int, low: int, high: int
) -> bool:
    """Whether the core gives the one result that all sums have."""
    from golden.numerics import multiply_by_quantized_multiplier

    wanted = np.clip(float_result(np.array([least]), scale), low, high)
    found = np.clip(multiply_by_quantized_multiplier([least], multiplier, shift), low, high)
    return bool((wanted == found).all())
