"""PRELU with a slope for each channel, on the golden machine against golden."""

from __future__ import annotations

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from golden.numerics import quantize_multiplier
from sw.compiler.fastest import compile_network
from sw.compiler.program import HostPhase
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder


def _network(
    rng: np.random.Generator, shape: tuple[int, ...], alpha: tuple[int, ...]
) -> tuple[Network, np.ndarray]:
    builder = Builder(rng=rng)
    source = builder.tensor(shape)
    slopes = builder.tensor(alpha, data=builder.int8(alpha))
    scale, slope, out = 2.0 ** rng.uniform(-7, -1, 3)
    operation = ops.ParametricRelu(
        zero_point=int(rng.integers(-128, 128)), alpha_zero_point=int(rng.integers(-128, 128)),
        output_zero_point=int(rng.integers(-128, 128)),
        positive=quantize_multiplier(scale / out),
        negative=quantize_multiplier(scale * slope / out),
    )  # fmt: skip
    (output,) = builder.layer(operation, [source, slopes], shape)
    network = Network(
        name="prelu", tensors=tuple(builder.tensors), layers=tuple(builder.layers),
        inputs=(source,), outputs=(output,),
    )  # fmt: skip
    return network, builder.int8(shape)


@pytest.mark.parametrize("number", range(12))
def test_it_equals_golden_on_the_core(number: int, seed: int) -> None:
    core = load_config(("8x8", "4x4", "16x4")[number % 3])
    rng = np.random.default_rng([seed, number])
    channels = int(rng.integers(1, 20))
    shape = (1, int(rng.integers(1, 9)), int(rng.integers(1, 9)), channels)
    network, values = _network(rng, shape, (1, 1, channels))
    values.reshape(-1)[: values.size // 2] = rng.integers(-128, 128, values.size // 2)
    assert play(core, network, [values]).differences == []
    program = compile_network(core, network, memory_base=BASE)
    assert not any(isinstance(phase, HostPhase) for phase in program.phases)


def test_a_slope_for_each_pixel_is_the_host_s() -> None:
    network, values = _network(np.random.default_rng(2), (1, 3, 4, 5), (3, 4, 5))
    assert play(load_config("8x8"), network, [values]).differences == []
    (phase,) = compile_network(load_config("8x8"), network, memory_base=BASE).phases
    assert isinstance(phase, HostPhase)
    assert "one for each channel" in phase.op.reason
