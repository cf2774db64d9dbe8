"""Dependencies between instructions that nothing but the core's own hazard logic keeps."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from honeyguide.agents.axi import Stalls
from honeyguide.project import count
from tb.sequences.hazards import HAZARDS
from tb.sequences.slots import dump, make_slots, prime, random_program
from tb.tests.base import RatelTest

# Memory that is faster than the array, slower, and very slow: each shifts who waits for whom.
MEMORIES = ((0.0, 0), (0.3, 20), (0.8, 60))


@pyuvm.test()
class EveryHazard(RatelTest):
    """Each hazard of the list, with each kind of memory."""

    async def body(self) -> None:
        """Prime, the pair, dump; compare."""
        random = self.seeds.stream("slots")
        for name, pair in HAZARDS.items():
            for stall, latency in MEMORIES:
                self.env.host.set_stalls(Stalls(r=stall, w=stall, b=stall), latency=latency)
                slots = make_slots(self.configuration.core, random, directed=True)
                before = self.env.failures.count
                # The fence empties the queues, so that the pair meets in the engines themselves.
                program = prime(slots, self.env.memory.write, random)
                program += [isa.fence(), *pair(slots), *dump(slots)]
                await self.env.run(program)
                if self.env.failures.count > before:
                    self.env.failures.add(f"that was {name}, memory stall {stall}")
                    return


@pyuvm.test()
class RandomPrograms(RatelTest):
    """RATEL_PROGRAMS random programs of 40 instructions over few resources."""

    async def body(self) -> None:
        """Each program is a job."""
        for index in range(count("RATEL_PROGRAMS", 30)):
            seeds = self.seeds.child(f"program {index}")
            random = seeds.stream("program")
            stall = float(random.choice([0.0, 0.0, 0.2, 0.6]))
            self.env.host.set_stalls(
                Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
                result=float(random.choice([0.0, 0.5])),
                latency=int(random.choice([0, 3, 25])),
            )
            before = self.env.failures.count
            program = random_program(
                self.configuration.core, self.env.memory.write, random, length=40
            )
            await self.env.run(program)
            if self.env.failures.count > before:
                self.env.failures.add(f"that was program {index} of seed {self.seeds.root}")
                return
