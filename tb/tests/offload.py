"""CV-X-IF: kills, drops, refusals, missing operands, commits from the cycle of issue on, waits."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from golden.isa import Instruction
from honeyguide.agents.axi import Stalls
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command, offload
from honeyguide.project import count
from tb.sequences.layers import random_layer
from tb.sequences.refusals import illegal_words
from tb.sequences.slots import random_program
from tb.sequences.values import Random
from tb.tests.base import RatelTest


def scramble(program: list[Instruction], random: Random, *, noise: list[int]) -> list[Command]:
    """Mix a program with killed and dropped copies of itself, illegal words and random waits."""
    commands: list[Command] = []
    for item in program:
        while random.random() < 0.3:
            victim = program[int(random.integers(len(program)))]
            commands.append(
                Offload(
                    instruction=victim,
                    kill=True,
                    gap=int(random.integers(3)),
                    commit_delay=int(random.integers(12)),
                )
            )
        while random.random() < 0.15:
            victim = program[int(random.integers(len(program)))]
            commands.append(
                Offload(
                    instruction=victim,
                    dropped=True,
                    gap=int(random.integers(3)),
                    rs_valid=int(random.choice([3, 3, 1, 0])),
                )
            )
        if random.random() < 0.1:
            word = noise[int(random.integers(len(noise)))]
            commands.append(
                Offload(
                    instruction=Instruction(word, 0, 0),
                    kill=bool(random.random() < 0.5),
                    dropped=bool(random.random() < 0.2),
                    commit_delay=int(random.integers(6)),
                )
            )
        commands.append(
            Offload(
                instruction=item,
                gap=int(random.choice([0, 0, 0, 1, 7])),
                commit_delay=int(random.choice([0, 0, 1, 1, 2, 3, 15])),
                rs_valid=int(random.choice([3, 3, 3, 0, 1, 2])),
            )
        )
    return commands


@pyuvm.test()
class KillsAndWaits(RatelTest):
    """Layers and random programs between killed and refused instructions."""

    async def body(self) -> None:
        """Each program is a job under its own result back-pressure."""
        core, noise = self.configuration.core, illegal_words()
        for index in range(count("RATEL_PROGRAMS", 12)):
            seeds = self.seeds.child(f"program {index}")
            random = seeds.stream("program")
            if index % 2:
                _, program = random_layer(
                    core, self.env.memory.write, seeds,
                    memory_bytes=self.configuration.memory_bytes,
                )  # fmt: skip
            else:
                program = random_program(core, self.env.memory.write, random, length=20)
            self.env.host.set_stalls(Stalls(), result=float(random.choice([0, 0.3, 0.9])))
            await self.env.play([*scramble(program, random, noise=noise), *offload([isa.fence()])])


@pyuvm.test()
class OnlyKilled(RatelTest):
    """A program that is killed as a whole leaves no trace; then it runs."""

    async def body(self) -> None:
        """Memory must not be touched, the error registers neither."""
        random = self.seeds.stream("program")
        core = self.configuration.core
        program = random_program(core, self.env.memory.write, random, length=20)
        killed: list[Command] = [
            Offload(instruction=item, kill=True, commit_delay=int(random.integers(9)))
            for item in [*program, isa.rdcnt(index=99), isa.fence(clear=1, done=1)]
        ]
        await self.env.play([*killed, *offload([isa.fence()])])
        assert not self.env.bursts, "a killed program used the memory port"
        await self.env.run(program)
