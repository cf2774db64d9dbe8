"""cocotb tests of who asks: the owner of an instruction, from its port to the engine."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa import Instruction
from golden.isa_builders import (
    cfg_act,
    cfg_in,
    cfg_kernel,
    cfg_out,
    cfg_pitch,
    cfg_scale,
    conv,
    ld_l,
    rdcnt,
)  # fmt: skip
from golden.isa_table import ErrorCode
from golden.machine import OWNERS, Owner, Port
from tb.env.descriptors import unpack
from tests.rtl.control.bench import OKAY, SLVERR, Bench
from tests.rtl.control.registers import OFFSET, get, started

PAGE = 0x1000
USER, MACHINE = 0, 3
MORE_LOADS = 2  # than the dispatcher holds: one is in the check, one waits at CV-X-IF
SWEEP = 4200  # cycles that the memories take, and more


async def ask(
    bench: Bench, owner: Owner, address: int, instruction: Instruction | None = None
) -> None:
    """Let an owner load a table, or execute another instruction."""
    instruction = instruction or ld_l(addr=address)
    if owner.port is Port.XIF:
        if not owner.privileged:
            await bench.write(OFFSET["XIF_CONTEXT"], owner.context)
        bench.dut.x_issue_mode_i.value = MACHINE if owner.privileged else USER
        await bench.issue(instruction)
        bench.dut.x_issue_mode_i.value = MACHINE
        return
    page = PAGE * owner.context
    values = {"DB_RS1": instruction.rs1, "DB_RS2": instruction.rs2, "DB_INSTR": instruction.word}
    for name, value in values.items():  # refused as long as the page's last word waits
        while await bench.write(page + OFFSET[name], value) != OKAY:
            pass


@cocotb.test()
async def every_owner_goes_with_its_instruction(dut: Any) -> None:
    """Mode and context on CV-X-IF, page on AXI4-Lite."""
    bench = await started(dut)
    for turn in range(6):
        for owner in bench.rng.sample(OWNERS, len(OWNERS)):
            before = len(bench.engines["load"].log)
            await ask(bench, owner, 0x100 * turn)
            await bench.step(40 + SWEEP)
            log = bench.engines["load"].log
            assert len(log) == before + 1, owner
            assert unpack("load", log[-1].desc)["owner"] == owner.id, owner


@cocotb.test()
async def the_hart_comes_back_with_the_result(dut: Any) -> None:
    """Of loads and of what overtakes them."""
    bench = await started(dut)
    for hart in (0, 1, 1, 0):
        for instruction in (ld_l(addr=0), rdcnt(index=0)):
            dut.x_issue_hartid_i.value = hart
            await bench.issue(instruction)
            dut.x_issue_hartid_i.value = 1 - hart
            while not int(dut.x_result_valid_o.value):
                await bench.step()
            assert int(dut.x_result_hartid_o.value) == hart
            await bench.step(4)


@cocotb.test()
async def the_context_is_that_of_acceptance(dut: Any) -> None:
    """A change of XIF_CONTEXT behind an instruction that waits does not make it another's."""
    bench = await started(dut)
    bench.engines["load"].frozen = True
    await bench.write(OFFSET["XIF_CONTEXT"], 2)
    dut.x_issue_mode_i.value = 1
    for number in range(3):
        await bench.issue(ld_l(addr=0x100 * number))
    await bench.write(OFFSET["XIF_CONTEXT"], 3)
    assert await bench.write(OFFSET["XIF_CONTEXT"], 0) == SLVERR
    assert await get(bench, "XIF_CONTEXT") == 3
    bench.engines["load"].frozen = False
    await bench.step(200 + SWEEP)
    owners = [unpack("load", job.desc)["owner"] for job in bench.engines["load"].log]
    assert owners == [2] * 3, owners


@cocotb.test()
async def another_owner_finds_nothing(dut: Any) -> None:
    """The core is emptied and swept, every address once; configuration, sums and counters go."""
    bench = await started(dut)
    deepest = max(int(getattr(dut, name).value) for name in ("SpadDepth", "WbufDepth"))
    users = [owner for owner in OWNERS if not owner.privileged]
    held = [
        cfg_in(w=1, h=1, c=1, cbs=1), cfg_out(ow=1, oh=1, oc=1, cbs=1), cfg_pitch(in_p=1, out_p=1),
        cfg_kernel(kw=1, kh=1), cfg_act(), cfg_scale(mult=1, shift=0),
    ]  # fmt: skip
    for owner in (users[0], users[4], users[1]):
        for instruction in (*held, conv(in_base=0, out_base=9, wbase=0, flags=8)):
            await ask(bench, owner, 0, instruction)
        await bench.step(SWEEP)
        other = users[3]
        bench.engines["execute"].frozen = True
        await ask(bench, owner, 0, conv(in_base=0, out_base=9, wbase=0, flags=8))
        await bench.step(30)
        rung = cocotb.start_soon(
            ask(bench, other, 0, conv(in_base=0, out_base=9, wbase=0, flags=4))
        )
        for _ in range(50):
            await bench.step()
            assert not int(dut.sweep_o.value), "swept under a job that runs"
        bench.engines["execute"].frozen = False
        swept = []
        for _ in range(SWEEP):
            await bench.step()
            if int(dut.sweep_o.value):
                swept.append(int(dut.sweep_addr_o.value))
        await rung
        assert swept == list(range(deepest)), f"{len(swept)} addresses"
        await bench.write(OFFSET["ERR_OWNER"], other.id)
        cause = await get(bench, "ERR_CAUSE")
        assert cause & 0xFF == ErrorCode.SIZE, f"{cause:#x}: the configuration is still there"
        await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
        assert await get(bench, "COUNTER", 2) <= 1, "counters are still there"
        for instruction in (*held, conv(in_base=0, out_base=9, wbase=0, flags=4)):
            await ask(bench, other, 0, instruction)
        await bench.step(60)
        cause = await get(bench, "ERR_CAUSE")
        assert cause & 0xFF == ErrorCode.ACC, f"{cause:#x}: the accumulators are still there"
        await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)


@cocotb.test()
async def what_is_refused_stays_refused(dut: Any) -> None:
    """A rdcnt without the right, which is granted while it waits: an error explains its 0."""
    bench = await started(dut)
    for owner in (owner for owner in OWNERS if owner.context == 1):
        await bench.write(OFFSET["USER_RIGHTS"], 0)
        bench.engines["load"].frozen = True
        for _ in range(int(dut.QueueDepth.value) + MORE_LOADS):
            await bench.issue(ld_l(addr=0))
            await bench.step(30)
        await ask(bench, owner, 0, rdcnt(index=2))
        await bench.step(30)
        assert not await get(bench, "ERR_PENDING"), "it was to wait behind the loads"
        await bench.write(OFFSET["USER_RIGHTS"], 1)
        bench.engines["load"].frozen = False
        await bench.step(200)
        await bench.write(OFFSET["ERR_OWNER"], owner.id)
        cause = await get(bench, "ERR_CAUSE")
        assert cause >> 31 and cause & 0xFF == ErrorCode.PRIVILEGE, f"{owner}: {cause:#x}"
        await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
