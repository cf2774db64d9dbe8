"""Virtual sequences: a subclass writes `body` in terms of whole steps, one after the other.

    class Storm(Scenario):
        async def body(self):
            self.waits(memory=0.4, result=0.5)
            await self.both_ports(self.program(15))
            await self.cut(self.program(20), after=300)
            await self.offload(self.program(10))

    await Storm("storm", env, seeds).start()

It runs on the environment's virtual sequencer, which takes whole jobs and holds the sequencers of
CV-X-IF and AXI4-Lite where agents drive them, so the same scenario runs at both speeds. A step ends
when the core is idle and everything was compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import cocotb
from cocotb.triggers import RisingEdge
from pyuvm import uvm_sequence

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.register_map import offset_of
from honeyguide.agents.agent import PortSequence
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterWrite
from honeyguide.env.configuration import Seeds
from honeyguide.env.host import Command, JobSequence, VirtualSequencer, offload
from tb.env.environment import RatelEnvironment
from tb.sequences.layers import random_layer
from tb.sequences.ports import BUSY, both_ports, ring
from tb.sequences.slots import random_program

SOFT_RESET = 1  # of CTRL
RESET_PENDING = 1 << 5  # of STATUS


class Scenario(uvm_sequence):
    """Steps on an environment. Every random choice comes from the stream `scenario` of `seeds`."""

    def __init__(self, name: str, env: RatelEnvironment, seeds: Seeds) -> None:
        super().__init__(name)
        self.env = env
        self.seeds = seeds
        self.random = seeds.stream("scenario")
        self._layers = 0

    async def start(self, seqr: VirtualSequencer | None = None, call_pre_post: bool = True) -> None:
        """Run on the environment's virtual sequencer, or on another."""
        await super().start(seqr or self.env.sequencer, call_pre_post)

    # ---- what to play

    def program(self, length: int) -> list[Instruction]:
        """Return a random program over few resources, its data in memory."""
        core = self.env.bench.core
        return random_program(core, self.env.memory.write, self.random, length=length)

    def layer(self) -> list[Instruction]:
        """Return a random layer that loads all it needs, its data in memory."""
        self._layers += 1
        _, program = random_layer(
            self.env.bench.core, self.env.memory.write,
            self.seeds.child(f"layer {self._layers}"),
            memory_bytes=self.env.bench.memory_bytes,
        )  # fmt: skip
        return program

    # ---- steps

    def waits(self, *, memory: float = 0.0, result: float = 0.0, latency: int = 0) -> None:
        """From now on: probability of a wait on each memory channel and on results, 0..0.9."""
        stalls = Stalls(ar=memory, r=memory, aw=memory, w=memory, b=memory)
        self.env.host.set_stalls(stalls, result=result, latency=latency)

    async def offload(self, program: Sequence[Instruction]) -> None:
        """Issue a program over CV-X-IF, commits some cycles later."""
        await self.play(offload(program))

    async def ring(self, program: Sequence[Instruction]) -> None:
        """Issue a program through the doorbell."""
        await self.play(ring(*program))

    async def both_ports(self, program: Sequence[Instruction]) -> None:
        """Issue each instruction through either port."""
        await self.play(both_ports(program, self.random))

    async def apart(self, program: Sequence[Instruction], accesses: Sequence[Command]) -> None:
        """Let each port play a sequence of its own, at once; at the tile level one after the other.

        Args:
            program: for CV-X-IF; it need not end with a fence.
            accesses: of registers that do not matter to it.
        """
        ports = self.sequencer.ports
        if not ports:
            await self.play([*offload(program), *accesses])
            return
        cpu = PortSequence("cpu", offload(program)).start(ports["cvxif"])
        both = cocotb.start_soon(cpu)
        await PortSequence("registers", accesses).start(ports["axil"])
        await both
        await self.play([])

    async def play(self, commands: Sequence[Command]) -> None:
        """Play commands of any kind, then a fence, and compare everything."""
        await self.env.play([*commands, *offload([isa.fence()])])

    async def cut(self, program: Sequence[Instruction], *, after: int) -> None:
        """Issue a program over CV-X-IF and pull the reset pin `after` cycles."""
        job = cocotb.start_soon(JobSequence("cut", offload(program)).start(self.sequencer))
        rise = RisingEdge(self.env.dut.clk)
        for _ in range(after):
            await rise
        await self.env.reset()
        await job

    async def soft_reset(self, program: Sequence[Instruction]) -> None:
        """Issue a program over CV-X-IF and, while the engines still work, write CTRL.

        Fences and counter reads are left out: one that the reset flushes returns 0.
        """
        engines = [item for item in program if item.format and not item.format.result]
        reset: list[Command] = [
            RegisterWrite(address=offset_of("CTRL"), data=SOFT_RESET),
            RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
        ]
        await self.env.play([*offload(engines), *reset], check=False)
        self.env.forget_in_flight()
