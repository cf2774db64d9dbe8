"""Random programs on the system, many a simulation: RATEL_COUNT of them from RATEL_FIRST on.

Each is loaded, the whole system is reset, and what the CPU committed, logged and stored is compared
with what the program's maker and the golden machine expect. Leaves random.json in the results
folder: what was run and compared.
"""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import numpy as np
import pyuvm

from golden.isa import Instruction
from honeyguide.agents.axi import Stalls
from honeyguide.project import count, results_folder
from sw.firmware.elf import read_elf
from tb.soc.base import SystemTest, firmware_path
from tb.soc.environment import SystemEnvironment
from tb.soc.random_program import DATA, DATA_BYTES, ENTRY, LOG, random_program

HANDLER_RD = 31  # of custom instructions in the interrupt handler
STALLS = (0.0, 0.0, 0.3, 0.6)
RATES = (0, 200, 600, 1000)  # interrupts a 65,536 cycles


@pyuvm.test()
class RandomPrograms(SystemTest):
    """See the module."""

    quiet_cycles = 50_000

    async def body(self) -> None:
        """One program after the other, up to the first that is wrong."""
        self.env.load(read_elf(firmware_path()).segments)
        self.interrupts = self.ended = 0
        first = int(os.environ.get("RATEL_FIRST", "0"))
        for number in range(first, first + count("RATEL_COUNT", 10)):
            await self.one(number)
            if self.env.failures.count:
                break
            self.ended += 1

    async def one(self, number: int) -> None:
        """Run one program and compare what it committed and logged."""
        env = self.env
        env.doing = f"program {number}: "
        seed = self.seeds.root * 1_000_003 + number
        draw = random.Random(seed)
        data = draw.randbytes(DATA_BYTES)
        program = random_program(seed, self.configuration.core, data, length=draw.randint(10, 60))
        words = np.array(program.words, dtype="<u4").tobytes()
        log_bytes = 4 * len(program.log)
        env.load([(DATA, data), (ENTRY, words), (LOG, bytes(log_bytes))])
        env.cpu.committed.clear()
        stall = draw.choice(STALLS)
        bus = (draw.choice(STALLS), draw.choice(STALLS))
        await env.boot(
            seed=seed,
            argument=draw.choice(RATES),
            stalls=Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
            bus_stall=bus,
        )
        before = env.failures.count
        code = await env.run_program()
        if env.failures.count > before:
            env.failures.add(f"that was program {number}")
        if code:
            env.failures.add(f"program {number}: ended with {code:#x}")
        log = env.store.memory[LOG : LOG + log_bytes].copy().view("<u4").tolist()
        if log != program.log:
            at = next(i for i, pair in enumerate(zip(log, program.log, strict=True))
                      if pair[0] != pair[1])  # fmt: skip
            env.failures.add(
                f"program {number}: log word {at}: expected {program.log[at]:#x}, got {log[at]:#x}"
            )
        mine = [item for item in env.cpu.committed if item.word >> 7 & 31 != HANDLER_RD]
        self.interrupts += len(env.cpu.committed) - len(mine)
        compare(env, number, program.committed, mine[: len(program.committed)])
        if len(mine) != len(program.committed) + 1:  # and the fence of main()
            env.failures.add(
                f"program {number}: {len(mine) - 1} instructions were committed, "
                f"{len(program.committed)} expected"
            )

    def report_phase(self) -> None:
        """Leave how much was run and compared."""
        super().report_phase()
        env = self.env
        counts = {
            "programs": self.ended,
            "accepted": env.cpu.accepted,
            "killed": env.cpu.killed,
            "interrupts": self.interrupts,  # by the custom instruction in their handler
            "comparisons": env.comparisons,
        }
        self.logger.info("%s", counts)
        folder = results_folder() or Path()
        (folder / "random.json").write_text(json.dumps(counts), encoding="utf-8")


def compare(
    env: SystemEnvironment, number: int, expected: list[Instruction], actual: list[Instruction]
) -> None:
    """Compare what was committed with what the program says."""
    pairs = zip(expected, actual, strict=False)  # their lengths are compared below
    for place, (wanted, got) in enumerate(pairs):
        same_rs2 = wanted.rs2 == got.rs2 or not wanted.word >> 20 & 31
        if wanted.word != got.word or wanted.rs1 != got.rs1 or not same_rs2:
            env.failures.add(
                f"program {number}: instruction {place}: expected {wanted}, committed {got}"
            )
            return
