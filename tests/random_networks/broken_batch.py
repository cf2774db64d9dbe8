"""A batch of networks in a simulation whose golden model takes MAX_POOL_2D for something else."""

from __future__ import annotations

import numpy as np
import pyuvm

from golden.network import operations
from tb.tests import networks

genuine = operations.Pooling.evaluate


def wrong(
    self: operations.Pooling, inputs: operations.Arrays, state: operations.State
) -> list[np.ndarray]:
    """The last element is another one."""
    made = genuine(self, inputs, state)
    if not self.average:
        made[0].reshape(-1)[-1] ^= 1
    return made


@pyuvm.test()
class Networks(networks.Networks):
    """See the module."""

    async def body(self) -> None:
        operations.Pooling.evaluate = wrong  # type: ignore[method-assign]
        await super().body()
