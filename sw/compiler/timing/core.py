"""The whole core as an event model: front end, queues, hazards, engines.

Instructions are taken in program order; each gets the cycle in which its engine starts it and the
cycle in which it is done. Cycle 0 is the first cycle in which the core is busy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from golden.config import CoreConfig
from golden.isa import Instruction
from sw.compiler.timing.decode import Decoded, Range, decode
from sw.compiler.timing.execute import READ_PATIENCE
from sw.compiler.timing.transfer import TransferCost

# A load that finds its engine idle: address, first beat, realigner, word, done.
LOAD_LATENCY = 7
# A store that finds its engine idle: read, gearbox, beat, answer, done.
STORE_LATENCY = 8
WALK_SET_UP = 4  # cycles an instruction keeps the set-up stage of the word walker
STORES_IN_WORK = 4
BUSY_GATHER = 0.9  # share of cycles from which on a gather has no time to spare
END = 2  # the last instruction leaves its slot, the fence retires


@dataclass(frozen=True, kw_only=True)
class Span:
    """One instruction in an engine: ``index`` in the program, first and last cycle."""

    index: int
    engine: str
    start: int
    end: int


@dataclass(kw_only=True)
class _InFlight:
    span: Span
    reads: tuple[Range, ...]
    writes: tuple[Range, ...]


@dataclass(kw_only=True)
class JobTiming:
    """Spans of all load, execute and store instructions, and the cycles the job takes (BUSY)."""

    spans: list[Span] = field(default_factory=list)
    cycles: int = 0


def simulate(config: CoreConfig, program: Sequence[Instruction]) -> JobTiming:
    """Timing of a job of legal instructions that starts on an idle core.

    Stores and execute instructions share the banks, and either may start first: a first pass finds
    out when each is at work, the second lets them disturb each other.
    """
    decoded = decode(config, program)
    alone = _Core(config, [], [])
    timing = alone.run(decoded)
    if not alone.stores:
        return timing
    return _Core(config, alone.executes, alone.stores).run(decoded)


class _Core:
    def __init__(
        self,
        config: CoreConfig,
        executes: list[tuple[int, int, float]],
        stores: list[tuple[int, int, float]],
    ) -> None:
        self._config = config
        self._known_executes = executes
        self._known_stores = stores
        # Both follow each other in time, so those that meet an interval are neighbours.
        self._execute_ends = [last for _, last, _ in executes]
        self._store_begins = [begin for begin, _, _ in stores]
        self._store_ends = [end for _, end, _ in stores]
        self.executes: list[tuple[int, int, float]] = []  # first step, last step, cycles of a read
        self.stores: list[tuple[int, int, float]] = []  # first word, last word, share of reads
        self._flight: dict[str, list[_InFlight]] = {"load": [], "execute": [], "store": []}
        self._now = 0  # when the front end takes the next instruction
        self._data_end = {"load": 0, "store": 0}
        self._walk_free = {"load": 0, "store": 0}
        self._last_step = -1_000  # long before the first
        self.timing = JobTiming()

    def run(self, program: Sequence[Decoded]) -> JobTiming:
        for index, item in enumerate(program):
            if item.engine == "cfg":
                self._now += 1
            elif item.engine == "sys":
                self._now = max(self._now, self._all_done() + 1) + 1
            elif item.engine == "execute":
                self._execute(index, item)
            else:
                self._transfer(index, item)
        self.timing.cycles = self._all_done() + END
        return self.timing

    def _all_done(self) -> int:
        return max((flight[-1].span.end for flight in self._flight.values() if flight), default=0)

    # ------------------------------------------------------------------ dispatch

    def _dispatch(self, item: Decoded) -> int:
        """Cycle in which the instruction may start, engine permitting."""
        handed = self._now + item.check
        queue = self._flight[item.engine]
        depth = self._config.queue_depth
        if len(queue) >= depth:
            handed = max(handed, queue[-depth].span.end + 1)
        self._now = handed + 1
        start = handed + 1
        for other, flights in self._flight.items():
            for old in flights[-depth:]:
                if old.span.end > handed and old.span.end >= start and _must_wait(item, other, old):
                    start = old.span.end + 1
        if queue:
            start = max(start, queue[-1].span.start + 1)
        return start

    def _record(self, index: int, item: Decoded, start: int, end: int) -> None:
        span = Span(index=index, engine=item.engine, start=start, end=end)
        flight = _InFlight(span=span, reads=item.reads, writes=item.writes)
        self._flight[item.engine].append(flight)
        self.timing.spans.append(span)

    # ------------------------------------------------------------------ engines

    def _transfer(self, index: int, item: Decoded) -> None:
        cost = item.transfer
        assert cost is not None
        start = self._dispatch(item)
        if item.engine == "store":
            end, start = self._store(start, cost)
            self._record(index, item, start, end)
            return
        # Two instructions in work: one scattered, one set up.
        start = max(start, self._walk_free["load"])
        begin = max(start + LOAD_LATENCY, self._data_end["load"])
        self._walk_free["load"] = max(start + WALK_SET_UP, self._data_end["load"] - 1)
        self._data_end["load"] = begin + cost.cycles
        self._record(index, item, start, begin + cost.cycles)

    def _store(self, start: int, cost: TransferCost) -> tuple[int, int]:
        flights = self._flight["store"]
        if len(flights) >= STORES_IN_WORK:
            start = max(start, flights[-STORES_IN_WORK].span.end)
        start = max(start, self._walk_free["store"])
        begin = max(start + STORE_LATENCY, self._data_end["store"])
        self._walk_free["store"] = max(start + WALK_SET_UP, self._data_end["store"] - STORE_LATENCY)
        end = begin + self._contended(begin - STORE_LATENCY, cost)
        self.stores.append((begin, end, cost.words / max(1, end - begin)))
        self._data_end["store"] = end
        return end, start

    def _contended(self, begin: int, cost: TransferCost) -> int:
        """Cycles of a store whose reads share the banks with the execute instructions."""
        cycle, words = float(begin), float(cost.words)
        rate = cost.cycles / cost.words
        for place in range(bisect_left(self._execute_ends, begin), len(self._known_executes)):
            first, last, wait = self._known_executes[place]
            quiet = max(0.0, first - cycle)
            if quiet >= words * rate:
                break
            words -= quiet / rate
            cycle = max(cycle, float(first))
            slow = max(rate, wait)
            done = min(words, (last - cycle) / slow)
            words -= done
            cycle += done * slow
            if words <= 0:
                return round(cycle - begin)
        return round(cycle + words * rate - begin)

    def _disturbed(self, first: int, last: int, share: float) -> int:
        """Cycles that stores take from the gather; a gather with time to spare does not notice."""
        if share <= BUSY_GATHER:
            return 0
        from_store = bisect_right(self._store_ends, first)
        to_store = bisect_left(self._store_begins, last)
        words = sum(
            min(density, 1 / READ_PATIENCE) * max(0, min(last, end) - max(first, begin))
            for begin, end, density in self._known_stores[from_store:to_store]
        )
        return round(words)

    def _execute(self, index: int, item: Decoded) -> None:
        cost = item.execute
        assert cost is not None
        start = self._dispatch(item)
        flights = self._flight["execute"]
        if len(flights) >= 2:  # two descriptors in flight
            start = max(start, flights[-2].span.end)
        first = max(start + cost.fill, self._last_step + cost.lead)
        self._last_step = first + cost.body - 1
        self._last_step += self._disturbed(first, self._last_step, cost.reads)
        end = self._last_step + cost.tail
        self.executes.append((first, self._last_step, cost.wait))
        self._record(index, item, start, end)


def _must_wait(item: Decoded, other: str, old: _InFlight) -> bool:
    if item.engine == other:
        # Engines work in order; only an execute may read what one before it still writes.
        return other == "execute" and _meet(item.reads, old.writes, only="spad")
    return (
        _meet(item.reads, old.writes)
        or _meet(item.writes, old.reads)
        or _meet(item.writes, old.writes)
    )


def _meet(some: tuple[Range, ...], others: tuple[Range, ...], only: str = "") -> bool:
    for what, first, end in some:
        for other_what, other_first, other_end in others:
            if (
                what == other_what
                and first < other_end
                and other_first < end
                and (not only or what == only)
            ):
                return True
    return False
