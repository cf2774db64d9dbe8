"""The whole scratchpad, stored and compared byte by byte after work that touched any of it."""

from __future__ import annotations

import numpy as np
import pyuvm

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import Instruction
from honeyguide.project import count
from tb.sequences.layers import random_layer
from tb.tests.base import RatelTest

IMAGE = 0x80000  # where the scratchpad's image is loaded from and stored to


def shape(core: CoreConfig) -> tuple[dict[str, int], dict[str, int]]:
    """Return shape and pitches with which one transfer covers every byte of every bank."""
    row = core.rows * core.cols
    return (
        {"w": core.rows, "h": core.spad_depth, "c": core.cols, "cbs": 1},
        {"row_pitch": row, "pix_pitch": core.cols, "p": core.rows},
    )


def fill_all(core: CoreConfig) -> list[Instruction]:
    """Return a program that loads the whole scratchpad."""
    size, pitch = shape(core)
    return [
        isa.cfg_ld_shape(**size),
        isa.cfg_ld_pitch(**pitch),
        isa.ld_t(addr=IMAGE, base=0),
        isa.fence(),
    ]


def store_all(core: CoreConfig) -> list[Instruction]:
    """Return a program that stores the whole scratchpad."""
    size, pitch = shape(core)
    return [
        isa.cfg_st_shape(**size),
        isa.cfg_st_pitch(**pitch),
        isa.st_t(addr=IMAGE, base=0),
        isa.fence(),
    ]


@pyuvm.test()
class WholeScratchpad(RatelTest):
    """Layers on a known scratchpad: not a byte outside their tensors may change."""

    async def body(self) -> None:
        """Fill, some layers, store all; compare."""
        core = self.configuration.core
        size = core.rows * core.cols * core.spad_depth
        noise = self.seeds.stream("scratchpad").integers(0, 256, size, dtype=np.uint8)
        self.env.memory.write(IMAGE, noise)
        await self.env.run(fill_all(core))
        for index in range(count("RATEL_LAYERS", 20)):
            seeds = self.seeds.child(f"layer {index}")
            _, program = random_layer(core, self.env.memory.write, seeds, memory_bytes=IMAGE)
            await self.env.run(program)
            if index % 5 == 4:
                await self.env.run(store_all(core))
                known = self.env.machine.storage.spad_known
                assert known.all(), "the golden machine lost track of the scratchpad"
