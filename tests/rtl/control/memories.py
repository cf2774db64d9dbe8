"""cocotb tests of wrong bits in memories, as the control hears of them (parameter Integrity)."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from golden.isa_builders import cfg_st_pitch, cfg_st_shape, fence, fill, ld_l, st_t
from golden.isa_table import ErrorCode, FieldId
from golden.machine import MACHINE_MODE, SUPERVISOR
from tests.rtl.control.bench import Bench
from tests.rtl.control.endings import forget
from tests.rtl.control.hazards import _GROUPS
from tests.rtl.control.owners import SWEEP
from tests.rtl.control.registers import OFFSET, cause_of, get, record, ring, started

CLEAR_COUNTERS, ABORT = 2, 4
STORE = 4  # bit of mem_bad_i: the scratchpad, for store
PENDING = 1 << 5


async def pulse(bench: Bench, name: str, value: int) -> None:
    """Report something in one cycle."""
    getattr(bench.dut, name).value = value
    await bench.step()
    getattr(bench.dut, name).value = 0


@cocotb.test()
async def memories_are_swept_before_the_first_instruction(dut: Any) -> None:
    """What was never written has no check bits, so a hard reset writes all of it."""
    bench = await started(dut)
    swept = []
    issued = cocotb.start_soon(bench.issue(ld_l(addr=0)))
    for _ in range(SWEEP):
        if int(dut.sweep_o.value):
            swept.append(int(dut.sweep_addr_o.value))
            assert not bench.engines["load"].log, "loaded under the sweep"
        await bench.step()
    await issued
    deepest = max(int(getattr(dut, name).value) for name in ("SpadDepth", "WbufDepth"))
    assert swept[0] <= 4, "this began some cycles after the sweep"
    assert swept == list(range(swept[0], deepest))
    assert len(bench.engines["load"].log) == 1


@cocotb.test()
async def what_was_put_right_is_counted(dut: Any) -> None:
    """Each cycle once, up to the end of the count; the job goes on."""
    bench = await started(dut)
    await bench.step(SWEEP)
    mode = int(dut.Integrity.value) << 30
    for count in range(1, 6):
        await pulse(bench, "mem_fixed_i", 1)
        assert await get(bench, "MEMORY_ERRORS") == mode | count
    dut.mem_fixed_i.value = 1
    await bench.step(1 << 16)
    dut.mem_fixed_i.value = 0
    assert await get(bench, "MEMORY_ERRORS") == mode | 0xFFFF
    assert not await get(bench, "ERR_PENDING")
    await bench.write(OFFSET["CTRL"], CLEAR_COUNTERS)
    assert await get(bench, "MEMORY_ERRORS") == mode


@cocotb.test()
async def a_wrong_word_ends_the_job(dut: Any) -> None:
    """Nothing more goes out from that cycle on; the instruction is named; the next job runs."""
    bench = await started(dut)
    await bench.step(SWEEP)
    await bench.write(OFFSET["IRQ_ENABLE"], 2)
    mode = int(dut.Integrity.value) << 30
    for count, (engine, where) in enumerate(
        (("execute", 0), ("execute", 1), ("execute", 2), ("execute", 3), ("store", STORE)), 1
    ):
        await bench.configure(_GROUPS)
        await bench.issue(cfg_st_shape(w=1, h=1, c=1, cbs=1))
        await bench.issue(cfg_st_pitch(row_pitch=1, pix_pitch=1, p=1))
        instruction = fill(out_base=1) if engine == "execute" else st_t(addr=9, base=3)
        bench.engines[engine].frozen = True
        await bench.issue(instruction)
        await bench.issue(fence())
        await bench.step(60)
        dut.mem_bad_i.value = 1 << where
        await Timer(1, "ns")
        assert int(dut.abort_o.value), "something may get out in this cycle"
        await bench.step()
        dut.mem_bad_i.value = 0
        await bench.step(12)
        assert int(dut.irq_o.value)
        assert not await get(bench, "STATUS") & PENDING, "the abort does not end"
        forget(bench)
        bench.engines[engine].frozen = False
        cause = cause_of(MACHINE_MODE, ErrorCode.INTEGRITY, FieldId.NONE)
        seen = await record(bench, MACHINE_MODE)
        assert seen[:3] == (cause, instruction.word, 1 << where), f"{engine} {where}: {seen}"
        assert await get(bench, "MEMORY_ERRORS") == mode | count << 16
        await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
        before = len(bench.engines["load"].log)
        await bench.issue(ld_l(addr=5))
        assert await bench.value(fence()) == 0, "the core is usable"
        assert len(bench.engines["load"].log) == before + 1


@cocotb.test()
async def a_wrong_word_beside_a_bus_error(dut: Any) -> None:
    """Whichever comes first, or both at once: each owner has a record of what struck it."""
    bench = await started(dut)
    await bench.step(SWEEP)
    for late in range(-2, 4):
        await bench.configure(_GROUPS)
        await bench.issue(cfg_st_shape(w=1, h=1, c=1, cbs=1))
        await bench.issue(cfg_st_pitch(row_pitch=1, pix_pitch=1, p=1))
        load, store = bench.engines["load"], bench.engines["store"]
        store.frozen = load.frozen = True
        load.fail = lambda _job: 0x1230
        struck = st_t(addr=9, base=3)
        await bench.issue(struck)
        await ring(bench, ld_l(addr=0x4000))  # which does not wait for the store
        await bench.step(60)
        for cycle in range(8):
            load.frozen = cycle < 3
            dut.mem_bad_i.value = 1 << STORE if cycle == 3 + late else 0
            await bench.step()
        await bench.step(20)
        forget(bench)
        load.fail = lambda _job: None
        cause, word, *_ = await record(bench, MACHINE_MODE)
        assert (cause & 0xFF, word) == (ErrorCode.INTEGRITY, struck.word), f"{late} cycles late"
        if late > 0:
            cause = (await record(bench, SUPERVISOR))[0]
            assert cause & 0xFF == ErrorCode.BUS_READ, f"{late} cycles late"
        for owner in (MACHINE_MODE, SUPERVISOR):
            await bench.write(OFFSET["ERR_OWNER"], owner.id)
            await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)


@cocotb.test()
async def wrong_words_under_an_abort_are_only_counted(dut: Any) -> None:
    """The job is ended anyway: no record, and no second abort when the first is through."""
    bench = await started(dut)
    await bench.step(SWEEP)
    bench.idle["load"] = False
    await bench.write(OFFSET["CTRL"], ABORT)
    await bench.step(5)
    await pulse(bench, "mem_bad_i", 1)
    bench.idle["load"] = True
    await bench.step(20)
    assert not await get(bench, "ERR_PENDING") and not int(dut.abort_o.value)
    assert await get(bench, "MEMORY_ERRORS") >> 16 & 0xFF == 1
