"""Programs with pauses between them, whose log says when each ended: for `test_options.py`."""

from __future__ import annotations

import pyuvm
from cocotb.triggers import ClockCycles

from golden.register_map import offset_of
from honeyguide.agents.axil import RegisterWrite
from honeyguide.env.host import offload
from honeyguide.project import count
from tb.sequences.layers import random_layer
from tb.sequences.slots import random_program
from tb.tests.memory_port import AbortInJob


@pyuvm.test()
class Pauses(AbortInJob):
    """Layers, and random programs that are aborted, after pauses of all lengths."""

    async def body(self) -> None:
        """Write down the cycle in which each has ended."""
        core, env = self.configuration.core, self.env
        random = self.seeds.stream("pauses")
        idle = 0
        for index in range(count("RATEL_PROGRAMS", 24)):
            await ClockCycles(env.dut.clk, int(random.integers(1, 2000)))
            idle += int(env.dut.idle.value)
            seeds = self.seeds.child(f"program {index}")
            if index % 4 == 3:
                program = random_program(core, env.memory.write, seeds.stream("program"), length=20)
                await env.play(offload(program[:-1]), check=False)
                await self.abort(int(random.integers(0, 60)), soft=index % 8 == 7)
            else:
                _, layer = random_layer(
                    core, env.memory.write, seeds, memory_bytes=self.configuration.memory_bytes
                )
                await env.run(layer)
            if index % 5 == 0:
                await ClockCycles(env.dut.clk, 100)
                command = RegisterWrite(address=offset_of("IRQ_STATUS"), data=1)
                await env.play([command], check=False)
            env.log.note(f"program {index} ended in cycle {int(env.dut.cycle.value)}")
        assert idle > 4, "the core is hardly ever idle"
        cycles, edges = int(env.dut.cycle.value), int(env.dut.core_edges.value)
        if edges:
            assert edges < 0.8 * cycles, f"the clock ran in {edges} of {cycles} cycles"
