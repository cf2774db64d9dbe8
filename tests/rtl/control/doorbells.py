"""cocotb tests of the doorbells: a word of each page waits, a write for as long as is said."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa_builders import fence, ld_l, rdcnt
from golden.register_map import PAGE, PAGES
from tb.env.descriptors import unpack
from tests.rtl.control.bench import OKAY, SLVERR
from tests.rtl.control.owners import SWEEP
from tests.rtl.control.protection import STATUS_DOORBELL, page_get, page_ring
from tests.rtl.control.registers import OFFSET, started

DOORBELL_WAIT = 63  # cycles that a write waits for a full doorbell
ANSWERED = 3  # cycles from an offer to its answer, when nothing waits


@cocotb.test()
async def every_page_has_a_doorbell(dut: Any) -> None:
    """Words of all pages wait at once, run in the order of their writes, each with its operands."""
    bench = await started(dut)
    load = bench.engines["load"]
    for turn in range(8):
        await page_ring(bench, 0, rdcnt(index=0))
        await bench.step(3)
        assert await page_get(bench, 0, "DB_RESULT")
        load.frozen = True
        await bench.issue(ld_l(addr=1))
        await bench.issue(fence())
        order = bench.rng.sample(range(PAGES), PAGES)
        for page in order:
            await page_ring(bench, page, ld_l(addr=0x100 * (page + 1) + turn))
            await bench.write(PAGE * ((page + 1) % PAGES) + OFFSET["DB_INSTR"], 0, strobes=7)
        for page in range(PAGES):
            assert await page_get(bench, page, "STATUS") & STATUS_DOORBELL
            assert await page_get(bench, page, "DB_RESULT") == 0, "of another word"
        load.frozen = False
        await bench.step(150 + (PAGES + 1) * SWEEP)  # the first load was another tenant's
        seen = [unpack("load", job.desc) for job in load.log[-PAGES:]]
        assert [(d["owner"], d["addr"]) for d in seen] == [
            (4 + page, 0x100 * (page + 1) + turn) for page in order
        ]


@cocotb.test()
async def a_write_waits_for_the_doorbell_and_no_longer(dut: Any) -> None:
    """For 63 cycles, each anew: after rest, behind one that was refused, and one that was not."""
    bench = await started(dut)
    for refused in (True, True, False, True):
        bench.engines["load"].frozen = True
        await bench.issue(ld_l(addr=0))
        await bench.issue(fence())
        await page_ring(bench, 0, ld_l(addr=0x100))
        for rest in (0, 40, 0):
            await bench.step(rest)
            began = bench.cycle
            bench.engines["load"].frozen = refused
            response = await bench.write(OFFSET["DB_RS1"], 5)
            assert response == (SLVERR if refused else OKAY)
            waited = bench.cycle - began - ANSWERED
            assert (waited == DOORBELL_WAIT) if refused else (waited < DOORBELL_WAIT), waited
        bench.engines["load"].frozen = False
        await bench.step(100)
