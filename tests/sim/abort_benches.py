"""An abort while memory is dead, which takes as long as one may; `test_abort_bound.py` runs it."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from golden.register_map import offset_of
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterWrite
from honeyguide.env.host import offload
from tb.tests.memory_port import ABORT, BUSY, RESET_PENDING, FaultTest


@pyuvm.test()
class DeadMemory(FaultTest):
    """A load that is never answered is aborted; then memory lives again, and a job is exact."""

    async def body(self) -> None:
        """Load, die, abort."""
        env = self.env
        env.host.set_stalls(Stalls(r=1.0))
        await env.play(offload([isa.ld_w(addr=0x1000, first=0, count=8)]), check=False)
        await env.play(
            [
                RegisterWrite(address=offset_of("CTRL"), data=ABORT, gap=40),
                RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
            ],
            check=False,
        )
        env.cut_off()
        env.host.set_stalls(Stalls())
        await env.run([isa.ld_w(addr=0x2000, first=0, count=8), isa.fence()])
