"""cocotb tests of the counter, one for each way in which a run can end."""

from __future__ import annotations

import os
import random
import signal
import time
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, Timer


async def count(dut: Any, cycles: int) -> int:
    """Reset, count for some cycles, return what the counter shows."""
    dut.rst_ni.value = 0
    Clock(dut.clk_i, 10, "ns").start()
    await Timer(25, "ns")
    dut.rst_ni.value = 1
    await ClockCycles(dut.clk_i, cycles)
    await Timer(1, "ns")
    return int(dut.count_o.value)


@cocotb.test()
async def passes(dut: Any) -> None:
    cycles = int(os.environ.get("CYCLES", "10"))
    step = int(os.environ.get("STEP", "1"))
    assert await count(dut, cycles) == cycles * step
    cocotb.log.info("drawn %d", random.getrandbits(32))


@cocotb.test()
async def shows_its_start(dut: Any) -> None:
    await count(dut, 3)
    cocotb.log.info("started with %08x", int(dut.start_o.value))


@cocotb.test()
async def fails(dut: Any) -> None:
    assert await count(dut, 10) == 11, "the counter should be 11"


@cocotb.test()
async def hangs(dut: Any) -> None:
    await count(dut, 1)
    time.sleep(60)


@cocotb.test()
async def crashes(dut: Any) -> None:
    await count(dut, 1)
    os.kill(os.getpid(), signal.SIGSEGV)


@cocotb.test()
async def leaves(dut: Any) -> None:
    await count(dut, 1)
    os._exit(0)
