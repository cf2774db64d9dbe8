"""RESIZE_BILINEAR on the core: weights of every place, and whole networks on the golden machine."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from sw.compiler.fastest import compile_network
from sw.compiler.lowering_resizing import FACTORS, place_weights
from sw.compiler.program import HostPhase
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

FORMS = [f for f in product(FACTORS, FACTORS) if f != (1, 1)]


def _resized(
    shape: tuple[int, ...], size: tuple[int, int], *, half_pixel: bool, align_corners: bool = False
) -> Network:
    builder = Builder(rng=np.random.default_rng(1))
    source = builder.tensor(shape)
    operation = ops.ResizeBilinear(size=size, align_corners=align_corners, half_pixel=half_pixel)
    (output,) = builder.layer(operation, [source], (shape[0], *size, shape[3]))
    return Network(
        name="resized", tensors=tuple(builder.tensors), layers=tuple(builder.layers),
        inputs=(source,), outputs=(output,),
    )  # fmt: skip


@pytest.mark.parametrize("half_pixel", [True, False])
@pytest.mark.parametrize("factors", FORMS)
@pytest.mark.parametrize("config", ["8x8", "4x4", "16x4"])
def test_it_equals_golden_on_the_core(
    config: str, factors: tuple[int, int], half_pixel: bool, seed: int
) -> None:
    core = load_config(config)
    rng = np.random.default_rng(seed)
    h, w, c = (int(n) for n in rng.integers(1, 8, 3))
    network = _resized((1, h, w, c), (h * factors[0], w * factors[1]), half_pixel=half_pixel)
    values = rng.integers(-128, 128, (1, h, w, c)).astype(np.int8)
    values.flat[: values.size // 3] = rng.choice(np.array([-128, 127], dtype=np.int8))
    result = play(core, network, [values])
    assert result.differences == []
    program = compile_network(core, network, memory_base=BASE)
    assert not any(isinstance(phase, HostPhase) for phase in program.phases)


@pytest.mark.parametrize("half_pixel", [True, False])
def test_weights_of_every_place_are_even_and_make_one_sum(half_pixel: bool) -> None:
    for factors in FORMS:
        for place in product(range(factors[0]), range(factors[1])):
            kernel = place_weights(factors, place, half_pixel=half_pixel)
            assert kernel.sum() == (64 if np.count_nonzero(kernel) == 1 else 128)
            assert not (kernel % 2).any()
            assert kernel.min() >= 0


@pytest.mark.parametrize(
    ("shape", "size", "align_corners"),
    [((1, 3, 3, 4), (7, 6), False), ((2, 3, 3, 4), (6, 6), False), ((1, 3, 3, 4), (6, 6), True)],
)
def test_other_ways_are_the_host_s(
    shape: tuple[int, ...], size: tuple[int, int], align_corners: bool
) -> None:
    network = _resized(shape, size, half_pixel=False, align_corners=align_corners)
    program = compile_network(load_config("8x8"), network, memory_base=BASE)
    (phase,) = program.phases
    assert isinstance(phase, HostPhase)
    assert "whole weights" in phase.op.reason
