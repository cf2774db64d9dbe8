"""cocotb tests of the counter for the regression engine: what it has to cope with."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import cocotb
from cocotb.triggers import Timer


@cocotb.test()
async def passes(dut: Any) -> None:
    dut.rst_ni.value = 0
    await Timer(10, "ns")
    dut.rst_ni.value = 1
    await Timer(10, "ns")


@cocotb.test()
async def odd_seeds_fail(dut: Any) -> None:
    await Timer(10, "ns")
    seed = int(os.environ["RATEL_SEED"])
    assert seed % 2 == 0, f"seed {seed} is odd, found at {seed * 10} ns in {Path.cwd()}"


@cocotb.test()
async def dies(dut: Any) -> None:
    await Timer(10, "ns")
    os.kill(os.getpid(), signal.SIGKILL)


@cocotb.test()
async def hangs(dut: Any) -> None:
    await Timer(10, "ns")
    time.sleep(600)


@cocotb.test()
async def takes_a_while(dut: Any) -> None:
    await Timer(10, "ns")
    time.sleep(float(os.environ.get("NAP", "1")))
    await Timer(10, "ns")
