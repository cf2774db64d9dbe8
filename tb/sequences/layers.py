"""Random layers: each loads everything it needs, computes, stores, and can be replayed alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from golden.config import CoreConfig
from golden.isa import Instruction
from honeyguide.env.configuration import Seeds
from tb.sequences import mac_layers, vector_layers
from tb.sequences.program import DoesNotFitError, Program, Write

Layer = Callable[[Program], None]

MAC: dict[str, Layer] = {
    "convolution": mac_layers.convolution,
    "depthwise": mac_layers.depthwise,
    "matmul": mac_layers.matmul,
    "split_k": mac_layers.split_k,
    "one_pixel": mac_layers.one_pixel,
}
VECTOR: dict[str, Layer] = {
    "elementwise": vector_layers.elementwise,
    "pooling": vector_layers.pooling,
    "movement": vector_layers.movement,
}
LAYERS = MAC | VECTOR
WEIGHTS = {"convolution": 6, "depthwise": 4, "matmul": 4, "one_pixel": 2}  # the others 1
TRIES = 200


def random_layer(
    core: CoreConfig,
    write: Write,
    seeds: Seeds,
    *,
    kinds: Sequence[str] = tuple(LAYERS),
    memory_bytes: int,
) -> tuple[str, list[Instruction]]:
    """Return the kind and the program of the layer that `seeds` stands for.

    Raises:
        DoesNotFitError: no draw fitted the core in many tries.
    """
    random = seeds.stream("layer")
    bag = [kind for kind in kinds for _ in range(WEIGHTS.get(kind, 1))]
    kind = bag[int(random.integers(len(bag)))]
    for _ in range(TRIES):
        start = int(random.integers(256))
        program = Program(core, write, random, (start, memory_bytes))
        try:
            LAYERS[kind](program)
        except DoesNotFitError:
            continue
        return kind, program.finish()
    raise DoesNotFitError(f"no {kind} fitted in {TRIES} tries")
