"""cocotb tests of what the core says of itself: STATUS, and when its clocks may stop."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa_builders import fence, fill, ld_l, st_t
from golden.register_map import PAGES
from tests.rtl.control.bench import Bench
from tests.rtl.control.hazards import _GROUPS
from tests.rtl.control.owners import SWEEP
from tests.rtl.control.protection import page_get
from tests.rtl.control.registers import get, started

CHECKED = 40  # cycles in which an instruction is checked, dispatched and ended
SETTLED = 200  # cycles after which idle_o has risen, if nothing keeps it low


@cocotb.test()
async def busy_while_a_fence_waits(dut: Any) -> None:
    """A committed fence behind a result that the CPU does not take: engines idle, STATUS busy."""
    bench = await started(dut)
    dut.x_result_ready_i.value = 0
    await bench.issue(fence())
    await bench.issue(fence())
    await bench.step(30)
    assert await get(bench, "STATUS") & 1
    dut.x_result_ready_i.value = 1
    await bench.step(10)
    assert not await get(bench, "STATUS")


@cocotb.test()
async def busy_from_the_offer_to_the_end(dut: Any) -> None:
    """STATUS.BUSY does not fall between an instruction's queue, its check and its engine."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    for gap in range(CHECKED):
        bench.engines["store"].frozen = True
        await bench.issue(st_t(addr=0, base=3))
        await bench.step(gap)
        assert await get(bench, "STATUS") & 1, f"not busy {gap} cycles after the offer"
        bench.engines["store"].frozen = False
        await bench.step(CHECKED)
        assert not await get(bench, "STATUS") & 1


@cocotb.test()
async def users_see_no_engine(dut: Any) -> None:
    """STATUS of a user's page says nothing of what others have in the engines; page 0 does."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    for name, instruction in (
        ("load", ld_l(addr=0)), ("execute", fill(out_base=1)), ("store", st_t(addr=0, base=3)),
    ):  # fmt: skip
        bench.engines[name].frozen = True
        await bench.issue(instruction)
        await bench.step(30)
        working = 1 | 2 << ("load", "execute", "store").index(name)
        assert await get(bench, "STATUS") == working
        for page in range(1, PAGES):
            assert await page_get(bench, page, "STATUS") == 0, f"page {page} shows {name}"
        bench.engines[name].frozen = False
        await bench.step(30)


async def rests(bench: Bench) -> None:
    """Wait until the core says that its clocks may stop."""
    for _ in range(2 * SWEEP + SETTLED):
        if int(bench.dut.idle_o.value):
            return
        await bench.step()
    raise AssertionError("clocks may never stop")


@cocotb.test()
async def idle_waits_for_each_alone(dut: Any) -> None:
    """idle_o stays low for one engine that is not idle, or for one result that is not taken."""
    bench = await started(dut)
    await rests(bench)
    for what in ("load", "store", "execute", "result"):
        if what in bench.idle:
            bench.idle[what] = False
        elif what == "execute":
            dut.execute_idle_i.value = 0
        else:
            dut.x_result_ready_i.value = 0
            await bench.issue(ld_l(addr=0))
        await bench.step(4)
        for _ in range(SETTLED):
            assert not int(dut.idle_o.value), f"clocks may stop although {what} is not at rest"
            await bench.step()
        bench.idle = dict.fromkeys(bench.idle, True)
        dut.execute_idle_i.value = 1
        dut.x_result_ready_i.value = 1
        await rests(bench)
