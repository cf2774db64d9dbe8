"""Instructions through the registers, for hosts without CV-X-IF."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from golden.isa import Instruction
from tb.agents.axil.item import RegisterPoll, RegisterRead, RegisterWrite
from tb.agents.command import Command
from tb.env.registers import offset_of
from tb.env.settings import count
from tb.sequences.layers import random_layer
from tb.sequences.slots import random_program
from tb.tests.base import RatelTest

DOORBELL_PENDING = 1 << 4
BUSY = 1


def ring(*program: Instruction, wait: bool = True) -> list[Command]:
    """Return register accesses that issue a program through the doorbell.

    With `wait`, they end by waiting until the core is idle and reading the last result.
    """
    commands: list[Command] = []
    for item in program:
        commands += [
            RegisterWrite(address=offset_of("DB_RS1"), data=item.rs1),
            RegisterWrite(address=offset_of("DB_RS2"), data=item.rs2),
            RegisterWrite(address=offset_of("DB_INSTR"), data=item.word),
        ]
    if wait:
        commands += [
            RegisterPoll(address=offset_of("STATUS"), mask=DOORBELL_PENDING | BUSY, value=0),
            RegisterRead(address=offset_of("DB_RESULT")),
        ]
    return commands


@pyuvm.test()
class DoorbellLayers(RatelTest):
    """Random layers and programs, all through the doorbell."""

    async def body(self) -> None:
        """Each a job; the instruction index counts on."""
        core = self.configuration.core
        for index in range(count("RATEL_LAYERS", 8)):
            seeds = self.seeds.child(f"layer {index}")
            _, program = random_layer(
                core, self.env.memory.write, seeds, memory_bytes=self.configuration.memory_bytes
            )
            await self.env.play(ring(*program))
            random = seeds.stream("program")
            await self.env.play(
                ring(*random_program(core, self.env.memory.write, random, length=12))
            )


@pyuvm.test()
class BothPorts(RatelTest):
    """The two ports in turn, each job on the other one; state is shared."""

    async def body(self) -> None:
        """Configuration through one port serves instructions of the other."""
        core = self.configuration.core
        random = self.seeds.stream("program")
        for _ in range(count("RATEL_PROGRAMS", 6)):
            program = random_program(core, self.env.memory.write, random, length=10)
            cut = int(random.integers(1, len(program) - 1))
            await self.env.run([*program[:cut], isa.fence()])
            await self.env.play(ring(*program[cut:]))
