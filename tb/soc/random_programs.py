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
from typing import Any

import cocotb
import numpy as np

from golden.config import load_config
from golden.isa import Instruction
from honeyguide.agents.axi.driver import Stalls
from honeyguide.env.failures import FailedRunError
from honeyguide.env.settings import count, results_folder
from sw.firmware.elf import read_elf
from tb.soc.random_program import DATA, DATA_BYTES, ENTRY, LOG, random_program
from tb.soc.system import System

MEMORY_BYTES = 2 << 20
HANDLER_RD = 31  # of custom instructions in the interrupt handler
STALLS = (0.0, 0.0, 0.3, 0.6)
QUIET_CYCLES = 50_000
RATES = (0, 200, 600, 1000)  # interrupts a 65,536 cycles


@cocotb.test()
async def random_programs(dut: Any) -> None:
    """See the module."""
    core = load_config(os.environ.get("RATEL_CONFIG"))
    firmware = read_elf(Path(os.environ["RATEL_FIRMWARE"]))
    system = System(dut, core, memory_bytes=MEMORY_BYTES)
    system.load(firmware.segments)
    dut.quiet_limit.value = QUIET_CYCLES
    root = int(os.environ.get("RATEL_SEED", "1"))
    first = int(os.environ.get("RATEL_FIRST", "0"))
    interrupts = ended = 0
    for number in range(first, first + count("RATEL_COUNT", 10)):
        seed = root * 1_000_003 + number
        draw = random.Random(seed)
        data = draw.randbytes(DATA_BYTES)
        program = random_program(seed, core, data, length=draw.randint(10, 60))
        words = np.array(program.words, dtype="<u4").tobytes()
        log_bytes = 4 * len(program.log)
        system.load([(DATA, data), (ENTRY, words), (LOG, bytes(log_bytes))])
        before = len(system.failures.messages)
        system.committed.clear()
        stall = draw.choice(STALLS)
        bus = (draw.choice(STALLS), draw.choice(STALLS))
        await system.start(
            seed=seed,
            argument=draw.choice(RATES),
            stalls=Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
            bus_stall=bus,
        )
        try:
            code = await system.run()
        except FailedRunError as error:
            raise FailedRunError(f"program {number}: {error}") from None
        if code:
            system.failures.add(f"program {number}: ended with {code:#x}")
        log = system.store.memory[LOG : LOG + log_bytes].copy().view("<u4").tolist()
        if log != program.log:
            at = next(i for i, pair in enumerate(zip(log, program.log, strict=True))
                      if pair[0] != pair[1])  # fmt: skip
            system.failures.add(
                f"program {number}: log word {at}: expected {program.log[at]:#x}, got {log[at]:#x}"
            )
        mine = [item for item in system.committed if item.word >> 7 & 31 != HANDLER_RD]
        interrupts += len(system.committed) - len(mine)
        compare(system, number, program.committed, mine[: len(program.committed)])
        if len(mine) != len(program.committed) + 1:  # and the fence of main()
            system.failures.add(
                f"program {number}: {len(mine) - 1} instructions were committed, "
                f"{len(program.committed)} expected"
            )
        if len(system.failures.messages) > before:
            break
        ended += 1
    counts = {
        "programs": ended,
        "accepted": system.counts.accepted,
        "killed": system.counts.killed - system.counts.refused,
        "abandoned": system.predictor.abandoned,
        "interrupts": interrupts,  # by the custom instruction in their handler
        "comparisons": system.comparisons,
    }
    dut._log.info("%s", counts)
    folder = results_folder() or Path()
    (folder / "random.json").write_text(json.dumps(counts), encoding="utf-8")
    system.finish()


def compare(
    system: System, number: int, expected: list[Instruction], actual: list[Instruction]
) -> None:
    """Compare what was committed with what the program says."""
    for place, (wanted, got) in enumerate(zip(expected, actual, strict=False)):
        same_rs2 = wanted.rs2 == got.rs2 or not wanted.word >> 20 & 31
        if wanted.word != got.word or wanted.rs1 != got.rs1 or not same_rs2:
            system.failures.add(
                f"program {number}: instruction {place}: expected {wanted}, committed {got}"
            )
            return
