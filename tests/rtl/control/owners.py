"""cocotb tests of who asks: the owner of an instruction, from its port to the engine."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa_builders import ld_l, rdcnt
from golden.machine import OWNERS, Owner, Port
from tb.env.descriptors import unpack
from tests.rtl.control.bench import OKAY, SLVERR, Bench
from tests.rtl.control.registers import OFFSET, get, started

PAGE = 0x1000
USER, MACHINE = 0, 3


async def ask(bench: Bench, owner: Owner, address: int) -> None:
    """Let an owner load a table."""
    instruction = ld_l(addr=address)
    if owner.port is Port.XIF:
        if not owner.privileged:
            await bench.write(OFFSET["XIF_CONTEXT"], owner.context)
        bench.dut.x_issue_mode_i.value = MACHINE if owner.privileged else USER
        await bench.issue(instruction)
        bench.dut.x_issue_mode_i.value = MACHINE
        return
    page = PAGE * owner.context
    assert await bench.write(page + OFFSET["DB_RS1"], instruction.rs1) == OKAY
    assert await bench.write(page + OFFSET["DB_RS2"], instruction.rs2) == OKAY
    assert await bench.write(page + OFFSET["DB_INSTR"], instruction.word) == OKAY


@cocotb.test()
async def every_owner_goes_with_its_instruction(dut: Any) -> None:
    """Mode and context on CV-X-IF, page on AXI4-Lite."""
    bench = await started(dut)
    for turn in range(6):
        for owner in bench.rng.sample(OWNERS, len(OWNERS)):
            before = len(bench.engines["load"].log)
            await ask(bench, owner, 0x100 * turn)
            await bench.step(40)
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
    await bench.step(200)
    owners = [unpack("load", job.desc)["owner"] for job in bench.engines["load"].log]
    assert owners == [2] * 3, owners
