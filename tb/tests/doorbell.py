"""Instructions through the registers, for hosts without CV-X-IF."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from honeyguide.agents.axi import Stalls
from honeyguide.env.host import offload
from honeyguide.project import count
from tb.sequences.layers import random_layer
from tb.sequences.ports import both_ports, ring
from tb.sequences.slots import random_program
from tb.tests.base import RatelTest


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


@pyuvm.test()
class PortsAtOnce(RatelTest):
    """Each instruction through either port, commits round the moment at which a word arrives."""

    async def body(self) -> None:
        """The order is what the pins showed; with stalled results the other port is never empty."""
        random = self.seeds.stream("program")
        for _ in range(count("RATEL_PROGRAMS", 12)):
            program = random_program(
                self.configuration.core, self.env.memory.write, random, length=15
            )
            self.env.host.set_stalls(Stalls(), result=float(random.choice([0.0, 0.5, 0.9])))
            commands = both_ports(program, random)
            await self.env.play([*commands, *offload([isa.fence()])])
