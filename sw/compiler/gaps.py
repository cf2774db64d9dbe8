"""First fit: the lowest place that is free, for tensors in memory and buffers in the scratchpad."""

from __future__ import annotations

from collections.abc import Iterable


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
