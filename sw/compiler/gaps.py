"""Room in memory and scratchpad: the lowest place that is free, the most that is ever taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import accumulate


def first_gap(taken: Iterable[tuple[int, int]], size: int) -> int:
    """Lowest start of ``size`` free places beside stretches that are ``taken``.

    A stretch is its first place and the first one behind it; they come in the order of their starts
    and may overlap. Behind the last of them all is free.
    """
    start = 0
    for first, end in taken:
        if start + size <= first:
            return start
        start = max(start, end)
    return start


def most_at_once(lives: Iterable[tuple[int, int, int]]) -> int:
    """Most places that are taken at the same time, of what lives from ... to ... with a size."""
    change: Counter[int] = Counter()
    for first, last, size in lives:
        change[first] += size
        change[last + 1] -= size
    return max(accumulate(change[when] for when in sorted(change)), default=0)
