"""Network number `index` of a seed: up to 30 operators, several inputs and outputs, branches.

Every tenth has fewer operators and tensors that do not fit the scratchpad.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from scripts.random_networks import movement, pointwise, products
from scripts.random_networks.draft import LARGE, SMALL, Draft, UnsuitableError

LARGE_EVERY = 10
TRIES = 40

Maker = Callable[[Draft], None]

# How often each is drawn: what the core computes rather than what the host does.
KINDS: dict[Maker, float] = {
    products.convolution: 6,
    products.depthwise: 4,
    products.fully_connected: 2,
    products.transposed_convolution: 1,
    products.matrix_product: 2,
    products.pooling: 3,
    products.lstm: 0.4,
    products.svdf: 0.4,
    pointwise.arithmetic: 6,
    pointwise.division: 0.4,
    pointwise.extreme: 1,
    pointwise.comparison: 0.7,
    pointwise.logical: 0.5,
    pointwise.select: 0.5,
    pointwise.function: 4,
    pointwise.inverse_root: 0.4,
    pointwise.negation: 0.2,
    pointwise.prelu: 0.7,
    pointwise.softmax: 0.6,
    pointwise.conversion: 1.2,
    pointwise.border: 0.3,
    pointwise.reduction: 2,
    pointwise.position: 0.4,
    movement.reshape: 1.5,
    movement.concatenation: 3,
    movement.pad: 2.5,
    movement.transpose: 1,
    movement.slices: 2,
    movement.split: 1.5,
    movement.pack: 0.7,
    movement.repeat: 1,
    movement.gather: 0.7,
    movement.blocks: 1.5,
    movement.resize: 1,
    movement.made_of_nothing: 0.3,
    movement.variable: 0.7,
}
BY_NAME = {maker.__name__: maker for maker in KINDS}


def random_network(seed: int, index: int, only: Collection[str] = ()) -> bytes:
    """Return the file; ``only`` names the kinds of operators to draw from, all without."""
    extent = LARGE if index % LARGE_EVERY == LARGE_EVERY - 1 else SMALL
    d = Draft(rng=np.random.default_rng([seed, index]), extent=extent)
    makers = [BY_NAME[name] for name in only] if only else list(KINDS)
    shares = np.array([KINDS[maker] for maker in makers])
    for _ in range(d.integer(1, 3)):
        _input(d)
    count, tries = d.integer(1, extent.operators), 0
    while d.operators < count and tries < TRIES * extent.operators:
        tries += 1
        maker = makers[int(d.rng.choice(len(makers), p=shares / shares.sum()))]
        before = d.operators
        try:
            maker(d)
        except UnsuitableError:
            if d.operators == before and d.chance(0.05):
                _input(d)  # nothing fits: more to choose from
    if all(index in d.read for index in d.made):  # all goes into variables, or there is nothing
        d.reshaped(d.pool[0], [1, *d.pool[0].shape])
    return d.finish()


def _input(d: Draft) -> None:
    kind = d.rng.random()
    batch = 1 if d.chance(0.85) else 2
    sides = [d.integer(1, d.extent.side) for _ in "hw"]
    shape = [batch, *sides, d.integer(1, d.extent.depth)]
    while int(np.prod(shape)) > d.extent.elements:
        axis = d.integer(1, 3)
        shape[axis] = -(-shape[axis] // 2)
    if d.extent.long and d.chance(d.extent.long):
        shape = [1] * d.integer(1, 4)
        shape[d.integer(0, len(shape) - 1)] = d.integer(1, 3)
        shape[d.integer(0, len(shape) - 1)] = d.integer(1, d.extent.elements // 3)
    if kind < 0.1 and len(shape) == 4:
        shape = shape[d.integer(1, 3) :]
    if 0.1 < kind < 0.17:
        d.input(shape, "float32", 0.0, 0)
    elif 0.17 < kind < 0.22:
        d.input(shape, "int16", d.scale(-12, -8), 0)
    elif 0.22 < kind < 0.24:
        d.input(shape[-2:], "bool", 0.0, 0)
    else:
        d.input(shape, "int8", d.scale(), d.point())
