"""From positions to boxes: what a rearrangement does to 0, 1, 2, ... tells how to copy it.

    positions  0 1 2 3 8 9 10 11 16 17 18 19      runs of 4, step 1, 8 apart
    box        dims (3, 8, 4) (4, 1, 1)           (count, source stride, target stride)

Runs are found first, then runs of equal runs, and so on until nothing joins any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Dims = tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Run:
    """Elements copied together: first position on both sides, and dimensions, outermost first."""

    source: int
    target: int
    dims: Dims


def boxes_of(positions: NDArray[np.int64], most: int) -> list[Run] | None:
    """Runs that copy element ``positions[i]`` to element i; negative positions copy nothing.

    None where more than ``most`` runs would be needed.
    """
    flat = positions.reshape(-1)
    runs = _first_runs(flat)
    while len(runs) > 1:
        joined = _join(runs)
        if len(joined) == len(runs):
            break
        runs = joined
    return runs if len(runs) <= most else None


def _first_runs(flat: NDArray[np.int64]) -> list[Run]:
    """Stretches in which the position grows by one each."""
    breaks = np.flatnonzero(np.diff(flat) != 1) + 1
    starts = np.concatenate([[0], breaks])
    ends = np.concatenate([breaks, [flat.size]])
    runs = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        first = int(flat[start])
        if first < 0:
            # -1, -1, ... never grows by one, so each is a stretch of its own; but -1, 0, 1 does.
            start, first = start - first, 0
            if start >= end:
                continue
        dims = ((end - start, 1, 1),) if end - start > 1 else ()
        runs.append(Run(source=first, target=start, dims=dims))
    return runs


def _join(runs: Sequence[Run]) -> list[Run]:
    """Neighbours with equal dimensions and equal distances become one run with one more."""
    made: list[Run] = []
    at = 0
    while at < len(runs):
        first = runs[at]
        count = 1
        step = (0, 0)
        while at + count < len(runs) and runs[at + count].dims == first.dims:
            before, after = runs[at + count - 1], runs[at + count]
            distance = (after.source - before.source, after.target - before.target)
            if count > 1 and distance != step:
                break
            step = distance
            count += 1
        if count > 1:
            first = Run(
                source=first.source, target=first.target, dims=((count, *step), *first.dims)
            )
        made.append(first)
        at += count
    return made
