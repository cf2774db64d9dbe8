"""Cycles, by the core's own counters."""

from __future__ import annotations

import logging

import numpy as np
import pyuvm

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import Counter
from golden.register_map import COUNTERS, offset_of
from honeyguide.agents.axil import RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.env.host import offload
from tb.tests.base import RatelTest

log = logging.getLogger("ratel.performance")
CLEAR_COUNTERS = 2
MAX_BUBBLE = 4  # cycles between jobs that do not depend on each other


@pyuvm.test()
class BackToBack(RatelTest):
    """Layers that follow each other lose at most MAX_BUBBLE cycles each."""

    JOBS = 12

    async def body(self) -> None:
        """The same convolution many times into different places, operands on chip."""
        core = self.configuration.core
        c, h, w = 2 * core.cols, 4, 2 * core.rows
        blocks = core.blocks(c)
        lines = h * w // core.rows * blocks
        data = self.seeds.stream("data")
        size = max(h * w * c, blocks * 9 * c * core.cols)
        self.env.memory.write(0x1000, data.integers(0, 256, size, dtype=np.uint8))
        shape = {"w": w, "h": h, "c": c, "cbs": blocks}
        setup = [
            isa.cfg_ld_shape(**shape),
            isa.cfg_ld_pitch(row_pitch=w * c, pix_pitch=c, p=w),
            isa.ld_t(addr=0x1000, base=0),
            isa.ld_w(addr=0x1000, first=0, count=blocks * 9 * c),
            isa.cfg_in(**shape),
            isa.cfg_out(ow=w, oh=h, oc=c, cbs=blocks),
            isa.cfg_pitch(in_p=w, out_p=w),
            isa.cfg_kernel(kw=3, kh=3),
            isa.cfg_pad(pl=1, pt=1),
            isa.cfg_act(),
            isa.cfg_scale(mult=1 << 30, shift=-8),
        ]
        await self.env.run([*setup, isa.fence()])
        one = await self.cycles([isa.conv(in_base=0, out_base=lines, wbase=0)])
        many = await self.cycles(
            [
                isa.conv(in_base=0, out_base=lines * (1 + index % 2), wbase=0)
                for index in range(self.JOBS)
            ]
        )
        steps = h * w // core.rows * blocks * 9 * c
        bubble = (many - one) / (self.JOBS - 1) - steps
        log.info("%d steps a layer, one takes %d cycles, bubble %.2f", steps, one, bubble)
        assert one >= steps, f"{one} cycles for {steps} steps can't be"
        assert bubble <= MAX_BUBBLE, f"{bubble:.2f} cycles are lost between jobs"

    async def cycles(self, program: list[Instruction]) -> int:
        """Return the cycles in which the execute engine was busy with a program."""
        clear = RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS)
        self.env.registers_read.clear()
        await self.env.play([clear, *offload([*program, isa.fence()])])
        read = RegisterRead(address=COUNTERS + 4 * Counter.EXECUTE_BUSY)
        await self.env.play([*offload([isa.fence()]), Barrier(), read])
        return next(item.data for item in self.env.registers_read if item.address == read.address)
