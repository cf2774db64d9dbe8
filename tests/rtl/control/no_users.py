"""cocotb tests of a core without users (Windows 0): all is privileged, one page, no windows."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa_builders import ld_l
from golden.register_map import PAGE, PAGES, WINDOW_ARRAYS
from golden.registers_table import REGISTERS
from tb.env.descriptors import unpack
from tests.rtl.control.bench import OKAY, SLVERR
from tests.rtl.control.owners import USER
from tests.rtl.control.registers import get, ring, started


@cocotb.test()
async def there_is_one_page(dut: Any) -> None:
    """User pages and windows answer SLVERR at once, and nothing of them has an effect."""
    bench = await started(dut)
    for register in REGISTERS:
        for page in range(1, PAGES):
            address = PAGE * page + register.offset
            assert (await bench.read(address))[1] == SLVERR, f"read of {address:#x}"
            assert await bench.write(address, 0xFFFFFFFF) == SLVERR, f"write to {address:#x}"
        gone = register.name in WINDOW_ARRAYS
        assert (await bench.read(register.offset))[1] == (SLVERR if gone else OKAY), register.name
        if gone or register.name in ("XIF_CONTEXT", "USER_RIGHTS"):
            assert await bench.write(register.offset, 3) == SLVERR, register.name
    assert await get(bench, "DB_RS1") == 0 and not bench.engines["load"].log
    assert not await get(bench, "ERR_PENDING")
    dut.exec_wrapped_i.value = 0xFF
    await bench.step()
    dut.exec_wrapped_i.value = 0
    await bench.step(2)
    assert await get(bench, "WRAPPED") == 0x11, "users are none"


@cocotb.test()
async def every_mode_is_privileged(dut: Any) -> None:
    """User mode asks as machine mode does, and no change of mode empties the core."""
    bench = await started(dut)
    for number, mode in enumerate((3, USER, 1, 3)):
        dut.x_issue_mode_i.value = mode
        await bench.issue(ld_l(addr=number))
        for _ in range(60):
            assert not int(dut.sweep_o.value), "swept for nobody"
            await bench.step()
        assert unpack("load", bench.engines["load"].log[-1].desc)["owner"] == 0
    await ring(bench, ld_l(addr=9))
    await bench.step(60)
    assert unpack("load", bench.engines["load"].log[-1].desc)["owner"] == 4
    assert len(bench.engines["load"].log) == 5
