"""Virtual sequences over CV-X-IF, doorbell, memory waits and reset together, and on each port."""

from __future__ import annotations

import pyuvm

from golden.register_map import offset_of
from honeyguide.agents.axil import RegisterRead
from honeyguide.project import count
from tb.sequences.scenario import Scenario
from tb.tests.base import RatelTest


class Storm(Scenario):
    """Five steps in random order, each under its own waits; any may follow any other."""

    async def body(self) -> None:
        """What one step leaves behind must not disturb the next."""
        for step in self.random.permutation(5):
            self.waits(
                memory=float(self.random.choice([0.0, 0.3, 0.7])),
                result=float(self.random.choice([0.0, 0.5])),
                latency=int(self.random.choice([0, 25])),
            )
            match int(step):
                case 0:
                    await self.offload(self.layer())
                case 1:
                    await self.ring(self.program(8))
                case 2:
                    await self.both_ports(self.program(12))
                case 3:
                    await self.cut(self.program(20), after=int(self.random.integers(1, 600)))
                case _:
                    await self.soft_reset(self.program(20))


@pyuvm.test()
class Storms(RatelTest):
    """RATEL_PROGRAMS storms, one after the other on the same core."""

    async def body(self) -> None:
        """Each with a stream of its own."""
        for index in range(count("RATEL_PROGRAMS", 4)):
            await Storm(f"storm {index}", self.env, self.seeds.child(f"storm {index}")).start()


class Apart(Scenario):
    """A program on one port while the other asks how it goes."""

    async def body(self) -> None:
        """Registers that show a core at work, in any order."""
        self.waits(memory=0.3, result=float(self.random.choice([0.0, 0.5])))
        looked_at = self.random.choice(["STATUS", "ERR_CAUSE", "IRQ_STATUS"], 25)
        accesses = [RegisterRead(address=offset_of(str(name))) for name in looked_at]
        await self.apart(self.program(20), accesses)


@pyuvm.test()
class PortsApart(RatelTest):
    """RATEL_PROGRAMS times both ports with sequences of their own."""

    async def body(self) -> None:
        """Each with a stream of its own."""
        for index in range(count("RATEL_PROGRAMS", 6)):
            await Apart(f"apart {index}", self.env, self.seeds.child(f"apart {index}")).start()
