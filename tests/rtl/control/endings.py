"""cocotb tests of the ways out of a job: abort, watchdog, stop on error, a bus that is dead."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa_builders import (
    cfg_in,
    cfg_ld_pitch,
    cfg_ld_shape,
    cfg_st_pitch,
    cfg_st_shape,
    fence,
    ld_l,
    ld_t,
    rdcnt,
    st_t,
)
from golden.isa_table import ErrorCode
from golden.machine import SUPERVISOR
from tests.rtl.control.bench import ENGINES, OKAY, Bench
from tests.rtl.control.hazards import _GROUPS
from tests.rtl.control.registers import OFFSET, STATUS_PENDING, get, ring, started

ABORT, WATCHED = 4, 300
BOUND = 2048  # cycles that an abort may take with a live memory
ANSWERS = 1000  # cycles that memory has to answer under an abort
VALID = 1 << 31


async def abort(bench: Bench) -> int:
    """Write CTRL.ABORT, wait for its end and return the cycles it took."""
    before = bench.cycle
    assert await bench.write(OFFSET["CTRL"], ABORT) == OKAY
    while await get(bench, "STATUS") & STATUS_PENDING:
        assert bench.cycle - before < BOUND
    return bench.cycle - before


def forget(bench: Bench) -> None:
    """Let the pretended engines forget, as the real ones do in reset."""
    for name in ENGINES:
        bench.engines[name].running.clear()
        bench.engines[name].frozen = False


@cocotb.test()
async def abort_keeps_what_was_found(dut: Any) -> None:
    """Errors, counters, registers and the number of the next instruction stay; the job goes."""
    bench = await started(dut)
    await bench.write(OFFSET["IRQ_ENABLE"], 3)
    await bench.write(OFFSET["WINDOW_CTRL"], 7)
    await bench.write(OFFSET["ERR_OWNER"], SUPERVISOR.id)
    await ring(bench, st_t(addr=0, base=0))  # SIZE: nothing is configured
    await bench.step(30)
    cause, number = await get(bench, "ERR_CAUSE"), await get(bench, "ERR_INDEX")
    assert cause & VALID
    for name in ENGINES:
        bench.engines[name].frozen = True
    await bench.configure(_GROUPS)
    for address in range(3):
        await ring(bench, ld_l(addr=address))
    counted = await get(bench, "COUNTER", 2)
    await ring(bench, fence())
    cycles = await abort(bench)
    forget(bench)
    assert cycles < 60, cycles
    assert await get(bench, "ERR_CAUSE") == cause
    assert await get(bench, "ERR_INDEX") == number
    assert await get(bench, "IRQ_ENABLE") == 3
    assert await get(bench, "WINDOW_CTRL") == 7
    assert await get(bench, "DB_RESULT") == VALID | ErrorCode.RESET, "the fence was cut off"
    assert await get(bench, "COUNTER", 2) >= counted
    await bench.write(OFFSET["ERR_CAUSE"], VALID)
    await ring(bench, st_t(addr=0, base=0))
    await bench.step(30)
    assert await get(bench, "ERR_CAUSE") & 0xFF == ErrorCode.SIZE, "the configuration is 0 again"
    assert await get(bench, "ERR_INDEX") > number + 1, "instructions are counted on"
    await bench.write(OFFSET["ERR_CAUSE"], VALID)
    before = len(bench.engines["load"].log)
    await ring(bench, ld_l(addr=0x40))
    await bench.step(40)
    assert len(bench.engines["load"].log) == before + 1, "the next job runs"


async def until_given_up(bench: Bench) -> int:
    """Return for how many cycles an abort has waited when it gives the bus up."""
    waited = 0
    for _ in range(BOUND):
        await bench.step()
        if int(bench.dut.abandon_o.value):
            return waited
        waited += int(bench.dut.reset_pending.value)
    raise AssertionError("the core never comes back")


async def issue_some(bench: Bench, count: int) -> None:
    """Issue so many instructions, one after another."""
    for _ in range(count):
        await bench.issue(cfg_in(w=1, h=1, c=1, cbs=1))


@cocotb.test()
async def nothing_is_taken_once_an_abort_is_pending(dut: Any) -> None:
    """An instruction that comes in the cycle in which an abort begins is dropped, too."""
    bench = await started(dut)
    offered = 0
    for turn in range(24):
        issuing = cocotb.start_soon(issue_some(bench, 30))
        await bench.step(10 + turn // 2)
        ending = cocotb.start_soon(bench.write(OFFSET["CTRL"], ABORT))
        pending = []
        for _ in range(60):
            if int(dut.reset_pending.value):
                pending.append(int(dut.in_valid.value))
                assert not int(dut.in_ready.value), "an instruction is taken in an ending job"
            await bench.step()
        assert pending, "the abort never begins"
        offered += pending[0]
        assert await ending == OKAY
        await issuing
    assert offered, "no instruction ever came just then"


@cocotb.test()
async def a_dead_bus_is_given_up(dut: Any) -> None:
    """Abort and soft reset wait for each engine, and end if it never says that it is quiet."""
    bench = await started(dut)
    for value, busy in ((ABORT, "load"), (1, "store"), (ABORT, "store"), (1, "load")):
        bench.engines["load"].frozen = True
        bench.idle[busy] = False
        await bench.issue(ld_l(addr=0))
        await bench.step(30)
        before = bench.cycle
        waiting = cocotb.start_soon(until_given_up(bench))
        assert await bench.write(OFFSET["CTRL"], value) == OKAY
        waited = await waiting
        assert waited == ANSWERS, f"memory had {waited} cycles to answer"
        while await get(bench, "STATUS") & STATUS_PENDING:
            assert bench.cycle - before < BOUND, "the core never comes back"
        forget(bench)
        bench.idle[busy] = True
        await bench.step(4200)
        before = len(bench.engines["load"].log)
        await bench.issue(ld_l(addr=8))
        await bench.step(40)
        assert len(bench.engines["load"].log) == before + 1


@cocotb.test()
async def the_watchdog_barks(dut: Any) -> None:
    """A job without progress is ended and named, of the owner whose it is, and only then."""
    bench = await started(dut)
    await bench.write(OFFSET["IRQ_ENABLE"], 2)
    await bench.write(OFFSET["WATCHDOG"], WATCHED)
    bench.engines["load"].latency = lambda: WATCHED - 20
    for address in range(4):
        await bench.issue(ld_l(addr=address))
    await bench.step(4 * WATCHED)
    assert await get(bench, "ERR_PENDING") == 0, "slow is not stuck"
    bench.engines["load"].latency = lambda: 1
    for name in ("load", "store"):
        await bench.configure(_GROUPS)
        await bench.issue(cfg_st_shape(w=1, h=1, c=1, cbs=1))
        await bench.issue(cfg_st_pitch(row_pitch=1, pix_pitch=1, p=1))
        bench.engines[name].frozen = True
        instruction = ld_l(addr=0x77) if name == "load" else st_t(addr=0x77, base=3)
        await bench.issue(instruction)
        began = bench.cycle
        await bench.issue(fence())
        while not await get(bench, "ERR_PENDING"):
            assert bench.cycle - began < 2 * WATCHED, "the watchdog sleeps"
        assert bench.cycle - began >= WATCHED
        assert int(dut.irq_o.value)
        await bench.step(40)
        forget(bench)
        await bench.write(OFFSET["ERR_OWNER"], 0)
        assert await get(bench, "ERR_CAUSE") & 0xFF == ErrorCode.WATCHDOG
        assert await get(bench, "ERR_INSTR") == instruction.word
        assert await get(bench, "ERR_DETAIL") == WATCHED
        await bench.write(OFFSET["ERR_CAUSE"], VALID)
        assert await bench.value(fence()) == 0, "the core is usable"
    assert await bench.value(rdcnt(index=0)) > 0


@cocotb.test()
async def what_depends_on_a_failed_load_is_refused(dut: Any) -> None:
    """With STOP_ON_ERROR nothing of the owner starts until its record is cleared; others go on."""
    bench = await started(dut)
    for stop in (0, 1):
        await bench.write(OFFSET["OPTIONS"], stop)
        await bench.configure(_GROUPS)
        for engine in bench.engines.values():
            engine.log.clear()
        bench.engines["load"].fail = lambda _job: 0x1230
        await bench.issue(ld_t(addr=0x1000, base=0))
        await bench.issue(st_t(addr=0x2000, base=0))
        result = await bench.value(fence())
        assert result & 0xFF == ErrorCode.BUS_READ
        assert len(bench.engines["store"].log) == 1 - stop, "the store of a failed load's lines"
        await bench.issue(ld_l(addr=0x40))
        await bench.step(40)
        assert len(bench.engines["load"].log) == 2 - stop
        bench.engines["load"].fail = lambda _job: None
        await ring(bench, cfg_ld_shape(w=1, h=1, c=1, cbs=1))
        await ring(bench, cfg_ld_pitch(row_pitch=1, pix_pitch=1, p=1))
        await ring(bench, ld_l(addr=0x80))
        await bench.step(40)
        assert len(bench.engines["load"].log) == 3 - stop, "another owner's goes on"
        await bench.value(fence(clear=1))
        await bench.issue(ld_l(addr=0x40))
        await bench.step(40)
        assert len(bench.engines["load"].log) == 4 - stop, "it goes on when the record is cleared"
        await bench.issue(cfg_in(w=1, h=1, c=1, cbs=1))
