"""cocotb tests of a top with its own clock."""

from __future__ import annotations

import ctypes
from typing import Any

import cocotb
from cocotb.triggers import RisingEdge


@cocotb.test()
async def waits_for_done(dut: Any) -> None:
    await RisingEdge(dut.done)
    assert int(dut.cycles.value) == 101


@cocotb.test()
async def calls_cpp(dut: Any) -> None:
    await RisingEdge(dut.clk)
    assert ctypes.CDLL(None).ratel_test_add(2, 3) == 5
