"""Bursts that are announced and not answered, of the whole core; `test_options.py` runs it."""

from __future__ import annotations

import cocotb
import pyuvm
from cocotb.triggers import Timer

from golden import isa_builders as isa
from honeyguide.agents.axi import Stalls
from tb.tests.base import RatelTest
from tests.sim.memory_benches import SpoiledTest

OUTSTANDING = {"ReadsOutstanding": 5, "WritesOutstanding": 6}
LONG_NS = 30_000  # many times what all bursts of a job take
SIZE = 4096  # bytes of a job: thirty bursts


@pyuvm.test()
class Announced(SpoiledTest, RatelTest):
    """A memory that is silent is asked as often as the parameters say, and not once more."""

    async def body(self) -> None:
        """A load, then a store, and the answers at last."""
        env, core = self.env, self.configuration.core
        shape = {"w": SIZE // core.cols, "h": 1, "c": core.cols, "cbs": 1}
        pitch = {"row_pitch": SIZE, "pix_pitch": core.cols, "p": SIZE // core.cols}
        load = [isa.cfg_ld_shape(**shape), isa.cfg_ld_pitch(**pitch), isa.ld_t(addr=0x1000, base=0)]
        store = [
            isa.cfg_st_shape(**shape), isa.cfg_st_pitch(**pitch), isa.st_t(addr=0x4000, base=0),
        ]  # fmt: skip
        silent = {"ReadsOutstanding": Stalls(r=1.0), "WritesOutstanding": Stalls(b=1.0)}
        for (name, most), program in zip(OUTSTANDING.items(), (load, store), strict=True):
            env.host.set_stalls(silent[name])
            before = len(env.bursts)
            job = cocotb.start_soon(env.run([*program, isa.fence()]))
            await Timer(LONG_NS, "ns")
            env.drain()
            announced = len(env.bursts) - before
            if announced != most:
                env.failures.add(f"{name} is {most}, and {announced} bursts were announced")
            env.host.set_stalls(Stalls())
            await job
