"""From positions to boxes: what a rearrangement does to 0, 1, 2, ... tells how to copy it.

    positions  0 1 2 3 8 9 10 11 16 17 18 19      runs of 4, step 1, 8 apart
    box        dims (3, 8, 4) (4, 1, 1)           (count, source stride, target stride)

Runs are found first, then runs of equal runs, and so on until nothing joins any more.

Most rearrangements move along each axis by itself: then a position is a sum of one number an axis,
and each axis is cut into stretches of equal steps, or into every second, third, ... index.

    rows doubled   0 0 1 1 2 2    =    0 . 1 . 2 .   and   . 0 . 1 . 2
    mirrored       2 1 0 1 2 3    =    2 1 . . . .   and   . . 0 1 2 3
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

Dims = tuple[tuple[int, int, int], ...]

MOST_APART = 8  # of an axis whose every n-th index goes together


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
    flat = positions.ravel()
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


@dataclass(frozen=True, kw_only=True)
class _Stretch:
    """Indices of an axis that go together: from `first` on, `count` of them."""

    first: int
    count: int
    apart: int  # indices
    step: int  # positions

    @property
    def pieces(self) -> int:
        """Rectangles it takes: what is repeated or goes backwards is copied one by one."""
        return 1 if self.step > 0 else self.count


def separable_boxes_of(positions: NDArray[np.int64], most: int) -> list[Run] | None:
    """The same runs axis by axis; None where an element's position is no sum over its axes."""
    shape = [n for n in positions.shape if n > 1]
    array = positions.reshape(shape)
    if not shape or (positions < 0).any():
        return None
    base = int(array.flat[0])
    moves = [array[tuple(slice(None) if a == k else 0 for a in range(len(shape)))] - base
             for k in range(len(shape))]  # fmt: skip
    if not np.array_equal(sum(np.ix_(*moves), start=np.int64(base)), array):
        return None
    axes = [_stretches(move) for move in moves]
    if prod(len(axis) for axis in axes) > most:
        return None
    strides = [prod(shape[k + 1 :]) for k in range(len(shape))]
    runs = []
    for chosen in product(*axes):
        source = base + sum(int(m[s.first]) for m, s in zip(moves, chosen, strict=True))
        target = sum(s.first * stride for s, stride in zip(chosen, strides, strict=True))
        dims = tuple(
            (s.count, s.step, s.apart * stride)
            for s, stride in zip(chosen, strides, strict=True)
            if s.count > 1
        )
        runs.append(Run(source=source, target=target, dims=dims))
    return runs


def _stretches(move: NDArray[np.int64]) -> list[_Stretch]:
    """Stretches of an axis that take the fewest rectangles."""
    best = _following(move)
    for apart in range(2, min(MOST_APART + 1, len(move))):
        classes = [_even(move[first::apart], first, apart) for first in range(apart)]
        found = [stretch for stretch in classes if stretch is not None]
        if len(found) == apart and sum(s.pieces for s in found) < sum(s.pieces for s in best):
            best = found
    return best


def _even(move: NDArray[np.int64], first: int, apart: int) -> _Stretch | None:
    steps = set(np.diff(move).tolist())
    if len(steps) > 1:
        return None
    return _Stretch(first=first, count=len(move), apart=apart, step=steps.pop() if steps else 1)


def _following(move: NDArray[np.int64]) -> list[_Stretch]:
    """Neighbours as long as the step stays the same; a step that ends one may begin the next."""
    made = []
    first = 0
    while first < len(move):
        end = first + 1
        step = int(move[end] - move[first]) if end < len(move) else 1
        while end < len(move) and move[end] - move[end - 1] == step:
            end += 1
        if end - first > 1 and end < len(move) and move[end] - move[end - 1] > 0 >= step:
            end -= 1  # the last one begins a stretch that goes forwards
        count = end - first
        made.append(_Stretch(first=first, count=count, apart=1, step=step if count > 1 else 1))
        first = end
    return made
