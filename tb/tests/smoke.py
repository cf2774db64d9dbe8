"""The shortest test that goes through every engine."""

from __future__ import annotations

import numpy as np
import pyuvm

from golden import isa_builders as isa
from tb.tests.base import RatelTest


@pyuvm.test()
class FenceAlone(RatelTest):
    """A fence returns, and the status registers are those of a fresh core."""

    async def body(self) -> None:
        await self.env.run([isa.fence()])


@pyuvm.test()
class LoadAndStore(RatelTest):
    """A small tensor goes in and comes out again."""

    async def body(self) -> None:
        data = self.seeds.stream("data").integers(0, 256, 5 * 7 * 13, dtype=np.uint8)
        self.env.memory.write(0x1003, data)
        blocks = self.configuration.core.blocks(13)
        await self.env.run(
            [
                isa.cfg_ld_shape(w=7, h=5, c=13, cbs=blocks),
                isa.cfg_ld_pitch(row_pitch=7 * 13, pix_pitch=13, p=7),
                isa.ld_t(addr=0x1003, base=3),
                isa.cfg_st_shape(w=7, h=5, c=13, cbs=blocks),
                isa.cfg_st_pitch(row_pitch=7 * 13, pix_pitch=13, p=7),
                isa.st_t(addr=0x2001, base=3),
                isa.fence(done=1),
            ]
        )
