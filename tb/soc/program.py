"""Run one firmware program on the system: RATEL_FIRMWARE names its ELF file.

    RATEL_ARGUMENT   a word for the program       RATEL_STALL      wait probability on all buses
    RATEL_CONFIG     configuration of the build   RATEL_EXIT       exit code that is right, 0
    RATEL_SPOIL      1: results come back under a wrong id, which the checkers must notice

Passes when the program ends with that code and nothing differs from the golden machine.
"""

from __future__ import annotations

import os

import pyuvm

from sw.firmware.elf import read_elf
from tb.soc.base import SystemTest, asked_stalls, firmware_path


@pyuvm.test()
class Program(SystemTest):
    """See the module."""

    async def body(self) -> None:
        """Load, boot, and look at how it ends."""
        env = self.env
        env.load(read_elf(firmware_path()).segments)
        stalls, bus = asked_stalls()
        argument = int(os.environ.get("RATEL_ARGUMENT", "0"), 0)
        await env.boot(argument=argument, stalls=stalls, bus_stall=bus)
        env.dut.spoil.value = int(os.environ.get("RATEL_SPOIL", "0"))
        code = await env.run_program()
        wanted = int(os.environ.get("RATEL_EXIT", "0"), 0)
        if code != wanted:
            env.failures.add(f"the program ended with {code:#x}, not {wanted:#x}")
        self.logger.info("%d checks, %s", env.checks, env.cpu.counts())
