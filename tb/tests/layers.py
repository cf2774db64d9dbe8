"""Random layers, each a job: load, compute, store, compare every byte."""

from __future__ import annotations

import logging
import os

import pyuvm

from honeyguide.agents.axi import Stalls
from honeyguide.env.configuration import Seeds
from honeyguide.project import count
from tb.sequences.layers import LAYERS, MAC, VECTOR, random_layer
from tb.tests.base import RatelTest

log = logging.getLogger("ratel.layers")


class LayerTest(RatelTest):
    """RATEL_LAYERS layers; layer i of seed s is layer 0 of the seed that the log names."""

    kinds: tuple[str, ...] = tuple(LAYERS)
    layers = 50

    async def body(self) -> None:
        """Run the layers one after the other, checking each before the next."""
        alone = os.environ.get("RATEL_LAYER_SEED")
        number = 1 if alone else count("RATEL_LAYERS", self.layers)
        for index in range(number):
            seeds = Seeds(int(alone)) if alone else self.seeds.child(f"layer {index}")
            random = seeds.stream("conditions")
            level = float(random.choice([0.0, 0.0, 0.1, 0.5]))
            self.env.host.set_stalls(
                Stalls(ar=level, r=level, aw=level, w=level, b=level),
                latency=int(random.choice([0, 4, 30])),
            )
            kind, program = random_layer(
                self.configuration.core, self.env.memory.write, seeds, kinds=self.kinds,
                memory_bytes=self.configuration.memory_bytes,
            )  # fmt: skip
            before = self.env.failures.count
            await self.env.run(program)
            if self.env.failures.count > before:
                self.env.failures.add(
                    f"that was layer {index}, {kind}: RATEL_LAYER_SEED={seeds.root}"
                )
                return


@pyuvm.test()
class MacLayers(LayerTest):
    """Convolution, depthwise, matrix product, split K."""

    kinds = tuple(MAC)


@pyuvm.test()
class VectorLayers(LayerTest):
    """Elementwise, pooling, table, copy, fill."""

    kinds = tuple(VECTOR)


@pyuvm.test()
class AnyLayers(LayerTest):
    """All of them mixed."""
