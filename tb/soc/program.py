"""Run one firmware program on the system: RATEL_FIRMWARE names its ELF file.

    RATEL_ARGUMENT   a word for the program       RATEL_STALL      wait probability on all buses
    RATEL_CONFIG     configuration of the build   RATEL_EXIT       exit code that is right, 0
    RATEL_SPOIL      1: results come back under a wrong id, which the checkers must notice

Passes when the program ends with that code and nothing differs from the golden machine.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cocotb

from golden.config import load_config
from honeyguide.agents.axi.driver import Stalls
from honeyguide.env.settings import results_folder
from sw.firmware.elf import read_elf
from tb.soc.system import System

MEMORY_BYTES = 2 << 20


@cocotb.test()
async def program(dut: Any) -> None:
    """See the module."""
    core = load_config(os.environ.get("RATEL_CONFIG"))
    system = System(dut, core, memory_bytes=MEMORY_BYTES)
    system.load(read_elf(Path(os.environ["RATEL_FIRMWARE"])).segments)
    stall = float(os.environ.get("RATEL_STALL", "0"))
    await system.start(
        seed=int(os.environ.get("RATEL_SEED", "1")),
        argument=int(os.environ.get("RATEL_ARGUMENT", "0"), 0),
        stalls=Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
        bus_stall=(stall, stall),
    )
    dut.spoil.value = int(os.environ.get("RATEL_SPOIL", "0"))
    code = await system.run()
    folder = results_folder()
    if folder is not None:
        (folder / "console.txt").write_text(system.console, encoding="utf-8")
    wanted = int(os.environ.get("RATEL_EXIT", "0"), 0)
    if code != wanted:
        system.failures.add(f"the program ended with {code:#x}, not {wanted:#x}")
    system.finish()
    system.dut._log.info(
        "%d comparisons, %d checks, %s", system.comparisons, system.checks, system.counts
    )
