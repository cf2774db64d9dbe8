"""The whole core as an event model: front end, queues, hazards, engines.

Instructions are taken in program order; each gets the cycle in which its engine starts it and the
cycle in which it is done. Cycle 0 is the first cycle in which the core is busy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from golden.config import CoreConfig
from golden.isa import Instruction
from sw.compiler.timing.banks import ArrayUse, BankUse, StoreUse
from sw.compiler.timing.decode import Decoded, Range, decode
from sw.compiler.timing.transfer import TransferCost

# A load that finds its engine idle: address, first beat, realigner, word, done.
LOAD_LATENCY = 7
# A store that finds its engine idle: read, gearbox, beat, answer, done.
STORE_LATENCY = 8
WALK_SET_UP = 4  # cycles an instruction keeps the set-up stage of the word walker
PASSES = 12  # at most; most programs are settled after three
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

    Instructions share the banks, and those that disturb each other may start in either order: a
    pass takes from the one before when the others are at work, until none moves any more. What is
    right in one pass is right in all later ones, so it settles from the first instruction on.
    """
    decoded = decode(config, program)
    core = _Core(config, BankUse())
    core.run(decoded)
    for _ in range(PASSES - 1):
        before, core = core, _Core(config, core.use)
        core.run(decoded)
        if core.timing.spans == before.timing.spans:
            break
    return core.timing


class _Core:
    def __init__(self, config: CoreConfig, before: BankUse) -> None:
        self._config = config
        self._before = before  # what the pass before saw
        self.use = BankUse()
        self._flight: dict[str, list[_InFlight]] = {"load": [], "execute": [], "store": []}
        self._now = 0  # when the front end takes the next instruction
        self._data_end = {"load": 0, "store": 0}
        self._walk_free = {"load": 0, "store": 0}
        self._last_step = -1_000  # long before the first
        self._follow = 0  # cycles from it to the first step of the next instruction, at least
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
                if old.span.end >= start and _must_wait(item, other, old):
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
            end, start = self._store(index, start, cost)
            self._record(index, item, start, end)
            return
        # Two instructions in work: one scattered, one set up.
        start = max(start, self._walk_free["load"])
        begin = max(start + LOAD_LATENCY, self._data_end["load"])
        self._walk_free["load"] = max(start + WALK_SET_UP, self._data_end["load"] - 1)
        self.use.begins[index] = begin
        then = self._before.begins.get(index, begin)
        end = begin + self._before.cycles_of_load(then, cost)
        self._data_end["load"] = end
        self._record(index, item, start, end)

    def _store(self, index: int, start: int, cost: TransferCost) -> tuple[int, int]:
        start = max(start, self._walk_free["store"])
        begin = max(start + STORE_LATENCY, self._data_end["store"])
        self._walk_free["store"] = max(start + WALK_SET_UP, self._data_end["store"] - STORE_LATENCY)
        self.use.begins[index] = begin
        then = self._before.begins.get(index, begin)
        end = begin + self._before.cycles_of_store(then - STORE_LATENCY, cost)
        share = cost.words / max(1, end - begin)
        self.use.stores.append(StoreUse(begin=begin, end=end, share=share))
        self._data_end["store"] = end
        return end, start

    def _execute(self, index: int, item: Decoded) -> None:
        cost = item.execute
        assert cost is not None
        start = self._dispatch(item)
        flights = self._flight["execute"]
        if len(flights) >= 2:  # two descriptors in flight
            start = max(start, flights[-2].span.end)
        first = max(start + cost.fill, self._last_step + max(cost.lead, self._follow))
        self._follow = cost.follow
        self._last_step = first + cost.body - 1
        self.use.begins[index] = first
        then = self._before.begins.get(index, first)
        self._last_step += self._before.cycles_for_stores(then, cost)
        end = self._last_step + cost.tail
        self.use.executes.append(
            ArrayUse(
                first=first,
                last=self._last_step,
                first_write=min(first + cost.until_write, end),
                end=end,
                cost=cost,
            )
        )
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
