"""Who waits for a bank of the scratchpad: stores and loads beside execute instructions.

    reads     execute first; a store's read after it waited 8 cycles
    writes    execute always; a load's word once execute writes another bank

A pass over the program notes when each instruction is at work; in the next pass each looks there
how long it and the others keep each other. An instruction that starts later than in the pass before
finds the others later by as much: they depend on it, or it on them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter

from sw.compiler.timing.execute import ExecuteCost
from sw.compiler.timing.transfer import TransferCost

BUSY_GATHER = 0.9  # share of cycles from which on a gather has no time to spare


@dataclass(frozen=True, kw_only=True)
class ArrayUse:
    """An execute instruction: cycles of its first and last step, of its first and last write."""

    first: int
    last: int
    first_write: int
    end: int
    cost: ExecuteCost


@dataclass(frozen=True, kw_only=True)
class StoreUse:
    """A store: cycles of its first and last read, and in which share of them it reads."""

    begin: int
    end: int
    share: float


@dataclass(kw_only=True)
class BankUse:
    """What a pass saw: first cycle of work by instruction; executes and stores in order."""

    begins: dict[int, int] = field(default_factory=dict)
    executes: list[ArrayUse] = field(default_factory=list)
    stores: list[StoreUse] = field(default_factory=list)

    def cycles_of_store(self, begin: int, cost: TransferCost) -> int:
        """Cycles of a store whose reads begin then."""
        beside = ((use.first, use.last, use.cost.wait) for use in self._executes(begin, "last"))
        return _cycles(begin, cost, beside)

    def cycles_of_load(self, begin: int, cost: TransferCost) -> int:
        """Cycles of a load whose writes begin then."""
        if not cost.dwell:
            return cost.cycles
        beside = (
            (use.first_write, use.end, _wait_of_write(use, cost.dwell))
            for use in self._executes(begin, "end")
        )
        return _cycles(begin, cost, beside)

    def cycles_for_stores(self, first: int, cost: ExecuteCost) -> int:
        """Cycles that stores take from a gather whose steps begin then.

        One with time to spare does not notice; nor does any of a read that finds its bank free.
        """
        if cost.reads <= BUSY_GATHER:
            return 0
        last = first + cost.body - 1
        from_store = bisect_right(self.stores, first, key=attrgetter("end"))
        to_store = bisect_left(self.stores, last, key=attrgetter("begin"))
        words = sum(
            min(use.share, 1 / cost.wait) * max(0, min(last, use.end) - max(first, use.begin))
            for use in self.stores[from_store:to_store]
        )
        return round(words * cost.forced)

    def _executes(self, begin: int, end: str) -> Iterator[ArrayUse]:
        """Those whose ``end`` is not before a cycle; they follow each other in time."""
        place = bisect_left(self.executes, begin, key=attrgetter(end))
        for index in range(place, len(self.executes)):
            yield self.executes[index]


def _wait_of_write(use: ArrayUse, dwell: int) -> float:
    """Cycles a word of a load takes beside an execute instruction."""
    refused = use.cost.refused(dwell) / max(1, use.end - use.first_write)
    return 1 / (1 - refused)


def _cycles(begin: int, cost: TransferCost, beside: Iterable[tuple[float, float, float]]) -> int:
    """Cycles of a transfer: ``beside`` are first cycle, last cycle, cycles a word of others."""
    cycle, words = float(begin), float(cost.words)
    rate = cost.cycles / cost.words
    for first, last, wait in beside:
        quiet = max(0.0, first - cycle)
        if quiet >= words * rate:
            break
        words -= quiet / rate
        cycle = max(cycle, first)
        slow = max(rate, wait)
        done = min(words, (last - cycle) / slow)
        words -= done
        cycle += done * slow
    return round(cycle + words * rate - begin)
