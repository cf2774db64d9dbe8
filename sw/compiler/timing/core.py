"""The whole core as an event model: front end, queues, hazards, engines.

Instructions are taken in program order; each gets the cycle in which its engine starts it and the
cycle in which it is done. Cycle 0 is the first cycle in which the core is busy.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import InstructionClass, MacFlag
from golden.machine.checks import Request
from golden.machine.effects import compute_reads, compute_writes, transfer_lines
from golden.machine.operands import memory_region
from golden.machine.storage import ConfigFile
from sw.compiler.timing.execute import ExecuteCost, execute_cost
from sw.compiler.timing.tiles import TileShape
from sw.compiler.timing.transfer import TransferCost, is_tensor, transfer_cost

# Cycles of the check from taking an instruction to handing it over; it takes the next one after it.
CHECK_TENSOR, CHECK_LINEAR, CHECK_COMPUTE = 12, 3, 17
# A load that finds its engine idle: address, first beat, realigner, word, done.
LOAD_LATENCY = 7
# A store that finds its engine idle: read, gearbox, beat, answer, done.
STORE_LATENCY = 8
WALK_SET_UP = 4  # cycles an instruction keeps the set-up stage of the word walker
STORES_IN_WORK = 4
READ_PATIENCE = 9  # a store's read goes first after waiting 8 cycles
BUSY_GATHER = 0.9  # share of cycles from which on a gather has no time to spare
END = 2  # the last instruction leaves its slot, the fence retires

Range = tuple[str, int, int]


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
    alone = _Core(config, [], [])
    timing = alone.run(program)
    if not alone.stores:
        return timing
    return _Core(config, alone.executes, alone.stores).run(program)


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
        self.executes: list[tuple[int, int, float]] = []  # first step, last step, share of reads
        self.stores: list[tuple[int, int, float]] = []  # first word, last word, share of reads
        self._groups = ConfigFile()
        self._flight: dict[str, list[_InFlight]] = {"load": [], "execute": [], "store": []}
        self._now = 0  # when the front end takes the next instruction
        self._data_end = {"load": 0, "store": 0}
        self._walk_free = {"load": 0, "store": 0}
        self._last_step = -1_000  # long before the first
        self.timing = JobTiming()

    def run(self, program: Sequence[Instruction]) -> JobTiming:
        for index, instruction in enumerate(program):
            self._instruction(index, instruction)
        self.timing.cycles = self._all_done() + END
        return self.timing

    def _all_done(self) -> int:
        return max((flight[-1].span.end for flight in self._flight.values() if flight), default=0)

    def _instruction(self, index: int, instruction: Instruction) -> None:
        item = instruction.format
        if item is None:
            raise ValueError(f"instruction {index} is illegal")
        if item.funct3 == InstructionClass.CFG:
            self._groups.write(item.name.removeprefix("cfg."), instruction.rs1, instruction.rs2)
            self._now += 1
            return
        if item.funct3 == InstructionClass.SYS:
            self._now = max(self._now, self._all_done() + 1) + 1
            return
        request = Request(
            format=item,
            rs1=instruction.rs1,
            rs2=instruction.rs2,
            values=item.unpack(instruction.rs1, instruction.rs2),
            groups=self._groups,
            core=self._config,
            held_shape=None,
        )
        if item.funct3 in (InstructionClass.MAC, InstructionClass.VEC):
            self._execute(index, request)
        else:
            self._transfer(index, request)

    # ------------------------------------------------------------------ dispatch

    def _dispatch(
        self,
        index: int,
        engine: str,
        check: int,
        reads: tuple[Range, ...],
        writes: tuple[Range, ...],
    ) -> int:
        """Cycle in which the instruction may start, engine permitting."""
        handed = self._now + check
        queue = self._flight[engine]
        depth = self._config.queue_depth
        if len(queue) >= depth:
            handed = max(handed, queue[-depth].span.end + 1)
        self._now = handed + 1
        start = handed + 1
        for other, flights in self._flight.items():
            for old in flights[-depth:]:
                if old.span.end > handed and _must_wait(engine, reads, writes, other, old):
                    start = max(start, old.span.end + 1)
        if queue:
            start = max(start, queue[-1].span.start + 1)
        return start

    def _record(
        self,
        index: int,
        engine: str,
        start: int,
        end: int,
        reads: tuple[Range, ...],
        writes: tuple[Range, ...],
    ) -> None:
        span = Span(index=index, engine=engine, start=start, end=end)
        self._flight[engine].append(_InFlight(span=span, reads=reads, writes=writes))
        self.timing.spans.append(span)

    # ------------------------------------------------------------------ engines

    def _transfer(self, index: int, request: Request) -> None:
        cost = transfer_cost(request)
        region = memory_region(request)
        memory: Range = ("memory", region.addr, region.end)
        name = request.format.name
        check = CHECK_TENSOR if is_tensor(request) else CHECK_LINEAR
        if name == "st.t":
            reads, writes = (_range(transfer_lines(request)),), (memory,)
            start = self._dispatch(index, "store", check, reads, writes)
            end, start = self._store(start, cost)
            self._record(index, "store", start, end, reads, writes)
            return
        reads, writes = (memory,), (_destination(request),)
        start = self._dispatch(index, "load", check, reads, writes)
        # Two instructions in work: one scattered, one set up.
        start = max(start, self._walk_free["load"])
        begin = max(start + LOAD_LATENCY, self._data_end["load"])
        self._walk_free["load"] = max(start + WALK_SET_UP, self._data_end["load"] - 1)
        self._data_end["load"] = begin + cost.cycles
        self._record(index, "load", start, begin + cost.cycles, reads, writes)

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
            first, last, share = self._known_executes[place]
            quiet = max(0.0, first - cycle)
            if quiet >= words * rate:
                break
            words -= quiet / rate
            cycle = max(cycle, float(first))
            slow = max(rate, min(READ_PATIENCE, 1 / max(1e-9, 1 - share)))
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

    def _execute(self, index: int, request: Request) -> None:
        cost = _execute_cost(request)
        reads = tuple(_range(r) for r in compute_reads(request))
        writes = tuple(_range(r) for r in compute_writes(request))
        start = self._dispatch(index, "execute", CHECK_COMPUTE, reads, writes)
        flights = self._flight["execute"]
        if len(flights) >= 2:  # two descriptors in flight
            start = max(start, flights[-2].span.end)
        first = max(start + cost.fill, self._last_step + cost.lead)
        self._last_step = first + cost.body - 1
        self._last_step += self._disturbed(first, self._last_step, cost.reads)
        end = self._last_step + cost.tail
        self.executes.append((first, self._last_step, cost.reads))
        self._record(index, "execute", start, end, reads, writes)


def _range(item: object) -> Range:
    return item.what, item.first, item.end  # type: ignore[attr-defined]


def _destination(request: Request) -> Range:
    name, values, core = request.format.name, request.values, request.core
    if name == "ld.t":
        return _range(transfer_lines(request))
    if name == "ld.l":
        return "lut", 0, 256
    first = values["first"]
    if name in ("ld.p", "ld.b"):
        return "pbuf", first, first + values["count"]
    if name == "ld.w":
        return "wbuf", first, first + values["count"]
    shape = request.groups["ld.shape"]
    pixels = shape["h"] * shape["w"]
    if name == "ld.m":
        return "wbuf", first, first + core.blocks(shape["c"]) * pixels
    return "wbuf", first, first + core.blocks(pixels) * shape["c"]


def _must_wait(
    engine: str,
    reads: tuple[Range, ...],
    writes: tuple[Range, ...],
    other: str,
    old: _InFlight,
) -> bool:
    if engine == other:
        # Engines work in order; only an execute may read what one before it still writes.
        return engine == "execute" and _meet(reads, old.writes, only="spad")
    return _meet(reads, old.writes) or _meet(writes, old.reads) or _meet(writes, old.writes)


def _meet(some: tuple[Range, ...], others: tuple[Range, ...], only: str | None = None) -> bool:
    return any(
        a[0] == b[0] and a[1] < b[2] and b[1] < a[2] and (only is None or a[0] == only)
        for a in some
        for b in others
    )


def _execute_cost(request: Request) -> ExecuteCost:
    name, core, groups = request.format.name, request.core, request.groups
    shape, out, kernel, pad = groups["in"], groups["out"], groups["kernel"], groups["pad"]
    window = name in ("conv", "dwconv", "maxpool", "avgpool")
    channels = out["oc"] if name == "conv" else shape["c"]
    words = (1,)
    if name == "conv":
        full, tail = divmod(shape["c"], core.cols)
        words = (core.cols,) * full + ((tail,) if tail else ())
    binary = name in ("add", "sub", "mul")
    tiles = TileShape(
        rows=core.rows,
        in_h=shape["h"],
        in_w=shape["w"],
        in_pitch=groups["pitch"]["in_p"] if name != "fill" else shape["w"],
        out_h=out["oh"] if window else shape["h"],
        out_w=out["ow"] if window else shape["w"],
        kernel=(kernel["kh"], kernel["kw"]) if window else (1, 1),
        stride=(kernel["sy"], kernel["sx"]) if window else (1, 1),
        dilation=(kernel["dy"], kernel["dx"]) if window else (1, 1),
        padding=(pad["pt"], pad["pl"]) if window else (0, 0),
        words=words,
        second_pitch=groups["pitch"]["in2_p"] if binary else 0,
        reads=name != "fill",
    )
    groups_of_lanes = core.cols // core.requant_lanes
    prescaled = name in ("add", "sub", "mul", "avgpool", "lut")
    cost = execute_cost(tiles, core.blocks(channels), groups_of_lanes, prescaled)
    if request.values.get("flags", 0) & MacFlag.HOLD:
        # A hold sends one item through the drain, whatever the tile's size.
        items = tiles.last_rows * groups_of_lanes
        return replace(cost, tail=cost.tail - items + 1)
    return cost
