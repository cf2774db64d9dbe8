"""A core as after power-up, whatever happened before; all memories are 0, also the external one."""

from __future__ import annotations

import numpy as np

from golden.register_map import offset_of
from honeyguide.agents.axil import RegisterPoll, RegisterWrite
from tb.env.environment import RatelEnvironment
from tb.sequences.ports import BUSY
from tb.sequences.scenario import RESET_PENDING, SOFT_RESET


async def fresh(env: RatelEnvironment) -> None:
    """Reset by the pin, which keeps memories, then by CTRL, which clears them."""
    await env.reset()
    await env.play(
        [
            RegisterWrite(address=offset_of("CTRL"), data=SOFT_RESET),
            RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
        ],
        check=False,
    )
    env.forget_in_flight()
    env.memory.write(0, np.zeros(env.bench.memory_bytes, dtype=np.uint8))
