"""cocotb tests of dispatch: nothing starts before what it needs, nothing waits without need."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cocotb

from golden.isa import Instruction, engine_of
from golden.isa_builders import add, conv, copy, fence, ld_b, ld_l, ld_t, ld_w, lut, st_t
from golden.machine.checks import Request, first_refusal
from golden.machine.operands import compute_reads, compute_writes, memory_region, transfer_lines
from golden.machine.storage import ConfigFile
from tb.env.descriptors import request_of
from tests.rtl.control.bench import Bench, Job
from tests.rtl.control.checks import core_of
from tests.rtl.control.programs import NAMES, random_groups, random_instruction, write_groups

Span = tuple[str, int, int]  # space, first, end


@dataclass(kw_only=True)
class Issued:
    """An instruction on its way, and what it touches."""

    name: str
    engine: str
    reads: list[Span]
    writes: list[Span]
    job: Job | None = None
    older: list[Issued] = field(default_factory=list)


def touches(request: Request) -> tuple[list[Span], list[Span]]:
    """What an instruction reads and writes, scratchpad, buffers and memory."""
    name, values, core = request.format.name, request.values, request.core
    if engine_of(name) == "execute":
        return (
            [(r.what, r.first, r.end) for r in compute_reads(request)],
            [(r.what, r.first, r.end) for r in compute_writes(request)],
        )
    region = memory_region(request)
    memory = [("memory", region.addr, region.end)]
    if name == "st.t":
        lines = transfer_lines(request)
        return [("spad", lines.first, lines.end)], memory
    if name == "ld.t":
        lines = transfer_lines(request)
        return memory, [("spad", lines.first, lines.end)]
    if name == "ld.l":
        return memory, [("lut", 0, 256)]
    if name in ("ld.p", "ld.b"):
        return memory, [("pbuf", values["first"], values["first"] + values["count"])]
    if name == "ld.w":
        return memory, [("wbuf", values["first"], values["first"] + values["count"])]
    shape = request.groups["ld.shape"]
    pixels, channels = shape["h"] * shape["w"], shape["c"]
    words = core.blocks(channels) * pixels if name == "ld.m" else core.blocks(pixels) * channels
    return memory, [("wbuf", values["first"], values["first"] + words)]


def meet(one: list[Span], two: list[Span]) -> bool:
    return any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in one for b in two)


def depends(new: Issued, old: Issued) -> bool:
    """Whether `new` must wait until `old` is complete."""
    if new.engine == old.engine:
        spad = [span for span in old.writes if span[0] == "spad"]
        return new.engine == "execute" and meet(new.reads, spad)
    return (
        meet(new.reads, old.writes) or meet(new.writes, old.reads) or meet(new.writes, old.writes)
    )


@cocotb.test()
async def random_programs(dut: Any) -> None:
    """Crowded programs on slow engines: at every start, all it depends on has ended."""
    bench, core = Bench(dut), core_of(dut)
    await bench.start()
    await bench.step(2)
    rng = bench.rng
    config = ConfigFile()
    flying: list[Issued] = []
    counts = {"starts": 0, "dependencies": 0, "overlapped": 0}

    def started(job: Job) -> None:
        mine = next(i for i in flying if i.engine == job.engine and i.job is None)
        mine.job = job
        counts["starts"] += 1
        for old in mine.older:
            open_ = old.job is None or old.job.end is None or old.job.end >= job.start
            wrong = depends(mine, old)
            counts["dependencies"] += wrong
            counts["overlapped"] += open_ and old.engine != mine.engine
            assert not (wrong and open_), f"{mine.name} started before {old.name} was complete"

    bench.on_start = started
    for name, engine in bench.engines.items():
        engine.ready = 0.7
        engine.latency = lambda: rng.choice((1, 2, 30, 60))
        engine.depth = 2 if name != "store" else 4
    last: dict[str, tuple[int, int]] = {}
    held: tuple[int, int] | None = None
    while counts["starts"] < 700:
        if rng.random() < 0.3:
            groups = random_groups(rng, core)
            groups = {k: v for k, v in groups.items() if last.get(k) != v}
            last.update(groups)
            write_groups(config, groups)
            await bench.configure(groups)
        name = rng.choice(NAMES)
        instruction = random_instruction(rng, core, name)
        if name[:3] in ("ld.", "st."):
            crowded = instruction.rs1 & 0x3FF | 0x8000_0000
            instruction = Instruction(instruction.word, crowded, instruction.rs2)
        request = request_of(instruction, config, core, held)
        if first_refusal(request) is not None:
            continue
        user = engine_of(name)
        reads, writes = touches(request)
        mine = Issued(name=name, engine=user, reads=reads, writes=writes, older=flying[-40:])
        flying.append(mine)
        if user == "execute":
            out = config["out"]
            hold = name == "conv" and request.values["flags"] & 8
            held = (out["oh"] * out["ow"], out["oc"]) if hold else None
        await bench.issue(instruction)
    assert await bench.value(fence()) == 0
    assert all(i.job is not None and i.job.end is not None for i in flying), "fence came early"
    dut._log.info("%s", counts)
    assert counts["dependencies"] > 100
    assert counts["overlapped"] > 100


# One line of 1x1 tensors with one channel, so a base is a line; memory 16 bytes an instruction.
_GROUPS = {
    "ld.shape": (0x0001_0001, 0x0001_0001), "ld.pitch": (1, 0x0001_0001),
    "st.shape": (0x0001_0001, 0x0001_0001), "st.pitch": (1, 0x0001_0001),
    "in": (0x0001_0001, 0x0001_0001), "out": (0x0001_0001, 0x0001_0001),
    "pitch": (0x0001_0001, 0x0001_0001), "kernel": (0x0001_0001, 0x0101_0101),
    "scale": (1 << 30, 0), "scale1": (1 << 30, 0), "scale2": (1 << 30, 0), "act": (0x7F80, 0),
}  # fmt: skip
_BIAS = 2


def _conv(first: int, out: int, *, wbase: int = 40, pbase: int = 4) -> Instruction:
    return conv(in_base=first, out_base=out, wbase=wbase, pbase=pbase, flags=_BIAS)


# what, older, newer that must wait, newer that need not (a neighbour of what the older touches)
_PAIRS = (
    ("load, execute: in", ld_t(addr=0, base=5), copy(in_base=5, out_base=9),
     copy(in_base=6, out_base=9)),
    ("load, execute: in2", ld_t(addr=0, base=5), add(in_base=1, in2_base=5, out_base=9),
     add(in_base=1, in2_base=4, out_base=9)),
    ("load, execute: out", ld_t(addr=0, base=5), copy(in_base=1, out_base=5),
     copy(in_base=1, out_base=4)),
    ("load, execute: weights", ld_w(addr=0, first=41, count=2), _conv(1, 2, wbase=42),
     _conv(1, 2, wbase=43)),
    ("load, execute: parameters", ld_b(addr=0, first=3, count=2), _conv(1, 2, pbase=4),
     _conv(1, 2, pbase=5)),
    ("load, execute: table", ld_l(addr=0), lut(in_base=1, out_base=2),
     copy(in_base=1, out_base=2)),
    ("load, store: lines", ld_t(addr=0, base=5), st_t(addr=512, base=5),
     st_t(addr=512, base=6)),
    ("load, store: memory", ld_l(addr=256), st_t(addr=511, base=5), st_t(addr=512, base=5)),
    ("execute, load: in", copy(in_base=5, out_base=9), ld_t(addr=0, base=5),
     ld_t(addr=0, base=4)),
    ("execute, load: in2", add(in_base=1, in2_base=5, out_base=9), ld_t(addr=0, base=5),
     ld_t(addr=0, base=6)),
    ("execute, load: out", copy(in_base=5, out_base=9), ld_t(addr=0, base=9),
     ld_t(addr=0, base=8)),
    ("execute, load: weights", _conv(1, 2, wbase=40), ld_w(addr=0, first=39, count=2),
     ld_w(addr=0, first=39, count=1)),
    ("execute, load: parameters", _conv(1, 2, pbase=4), ld_b(addr=0, first=4, count=1),
     ld_b(addr=0, first=5, count=1)),
    ("execute, load: table", lut(in_base=1, out_base=2), ld_l(addr=0),
     ld_w(addr=0, first=0, count=1)),
    ("execute, store", copy(in_base=5, out_base=9), st_t(addr=0, base=9), st_t(addr=0, base=5)),
    ("store, load: lines", st_t(addr=512, base=5), ld_t(addr=0, base=5), ld_t(addr=0, base=6)),
    ("store, load: memory", st_t(addr=300, base=5), ld_l(addr=256), ld_l(addr=301)),
    ("store, execute", st_t(addr=0, base=5), copy(in_base=1, out_base=5),
     copy(in_base=5, out_base=1)),
    ("execute, execute: in", copy(in_base=5, out_base=9), copy(in_base=9, out_base=1),
     copy(in_base=5, out_base=9)),
    ("execute, execute: in2", copy(in_base=5, out_base=9),
     add(in_base=1, in2_base=9, out_base=2), copy(in_base=1, out_base=5)),
)  # fmt: skip


def _starts(bench: Bench) -> int:
    return sum(len(engine.log) for engine in bench.engines.values())


@cocotb.test()
async def every_pair_of_engines(dut: Any) -> None:
    """Each resource of each pair: the newer waits for the older's end, its neighbour does not."""
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    await bench.configure(_GROUPS)
    for what, older, dependent, neighbour in _PAIRS:
        for newer, waits in ((dependent, True), (neighbour, False)):
            before = _starts(bench)
            assert older.format is not None
            slow = bench.engines[engine_of(older.format.name)]
            slow.frozen = True
            await bench.issue(older)
            await bench.issue(newer)
            await bench.step(60)
            assert int(dut.cause.value) == 0, f"{what}: refused with {int(dut.cause.value):08x}"
            assert _starts(bench) - before == (1 if waits else 2), f"{what}: waits {waits}"
            slow.frozen = False
            await bench.step(4)
            assert _starts(bench) - before == 2, f"{what}: not started 3 cycles after the end"
            await bench.value(fence())


@cocotb.test()
async def independent_jobs_follow_without_a_bubble(dut: Any) -> None:
    """Queued jobs start in consecutive cycles when their engine is ready."""
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    await bench.configure(_GROUPS)
    engine = bench.engines["execute"]
    engine.ready = 0.0
    engine.depth = 8
    depth = int(dut.QueueDepth.value)
    for _ in range(depth):
        await bench.issue(copy(in_base=5, out_base=9))
        await bench.step(40)
    assert not engine.log
    engine.ready = 1.0
    await bench.step(20)
    starts = [job.start for job in engine.log]
    assert starts == list(range(starts[0], starts[0] + depth)), starts


@cocotb.test()
async def the_check_is_quick(dut: Any) -> None:
    """Cycles from the commit to the start on an idle engine: linear load, tensor, mac."""
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    await bench.configure(_GROUPS)
    await bench.step(20)
    times = {}
    for name, instruction in (
        ("linear", ld_w(addr=0, first=0, count=1)),
        ("tensor", ld_t(addr=0, base=1)),
        ("mac", _conv(1, 2)),
    ):
        before = _starts(bench)
        await bench.issue(instruction)
        taken = bench.cycle
        for _ in range(60):
            if _starts(bench) > before:
                break
            await bench.step()
        times[name] = bench.cycle - taken
        await bench.value(fence())
    dut._log.info("cycles from commit to start: %s", times)
    assert times["linear"] <= 6
    assert times["tensor"] <= 16
    assert times["mac"] <= 20
