"""Memory of tensors: who needs some from when to when, and addresses that nobody shares meanwhile.

    bytes |  [ a      ][ c        ]          the bound is what is needed at the busiest moment;
          |  [ b                  ][ d ]     no plan does with less
          +------------------------------- operations

First fit in several orders; the first that reaches the bound ends the search. The lines of the
scratchpad are given in the same way (placement.py).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter

SHUFFLES = 60
SHUFFLED_TENSORS = 400  # with more, only the fixed orders are tried: time grows with the square


@dataclass(kw_only=True)
class Life:
    """A tensor's bytes, needed from operation ``first`` to operation ``last``."""

    tensor: int
    size: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class MemoryUse:
    """Bytes that a program needs: ``constants`` and variables, ``tensors`` of which ``bound`` are
    needed at once, and lines of the scratchpad, of which ``line_bound`` are needed at once.
    """

    constants: int
    tensors: int
    bound: int
    lines: int
    line_bound: int


@dataclass(kw_only=True)
class Lives:
    """Lives of all tensors in memory, found by noting each use."""

    by_tensor: dict[int, Life] = field(default_factory=dict)

    def note(self, tensor: int, size: int, position: int) -> None:
        """Note that an operation needs the tensor's memory."""
        life = self.by_tensor.setdefault(
            tensor, Life(tensor=tensor, size=size, first=position, last=position)
        )
        life.first, life.last = min(life.first, position), max(life.last, position)

    def extend(self, tensor: int, position: int) -> None:
        """Let a tensor live until then, or from then on, if it is in memory at all."""
        if tensor in self.by_tensor:
            self.note(tensor, 0, position)

    def ends_before(self, tensor: int, position: int) -> bool:
        """Whether a tensor in memory is not needed at that time any more."""
        return tensor in self.by_tensor and self.by_tensor[tensor].last < position

    def plan(self, alignment: int) -> tuple[dict[int, int], int, int]:
        """Offset of each tensor, bytes in all, and the bound."""
        lives = [
            Life(
                tensor=life.tensor,
                size=-(-life.size // alignment) * alignment,
                first=life.first,
                last=life.last,
            )
            for life in self.by_tensor.values()
        ]
        bound = most_at_once((life.first, life.last, life.size) for life in lives)
        orders = [
            sorted(lives, key=lambda a: -a.size),
            sorted(lives, key=lambda a: a.first),
        ]
        shuffler = random.Random(0)  # the same program must come out each time
        if len(lives) <= SHUFFLED_TENSORS:
            for _ in range(SHUFFLES):
                weights = {a.tensor: a.size * shuffler.uniform(0.3, 1.0) for a in lives}
                orders.append(sorted(lives, key=lambda a, w=weights: -w[a.tensor]))  # type: ignore[misc]
        tried = []
        for order in orders:
            found = first_fit(order)
            if found[1] == bound:
                return (*found, bound)
            tried.append(found)
        return (*min(tried, key=itemgetter(1)), bound)


def first_fit(order: list[Life]) -> tuple[dict[int, int], int]:
    """Each tensor at the lowest offset that is free for its whole life; offsets and the end."""
    placed: list[tuple[int, Life]] = []
    offsets: dict[int, int] = {}
    for life in order:
        meanwhile = [
            (start, start + other.size)
            for start, other in placed
            if other.first <= life.last and life.first <= other.last
        ]
        at = first_gap(sorted(meanwhile), life.size)
        placed.append((at, life))
        offsets[life.tensor] = at
    return offsets, max((at + life.size for at, life in placed), default=0)


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
