"""Axes longer than the fields and buffers of the core: in parts on the core, or on the host."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import resolve_padding
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import MAX_EXTENT
from sw.compiler.program import HostPhase
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

LONG = 70_001  # more than 16 bits hold, in no words without a rest


def network(
    operation: ops.Operation, made: tuple[int, ...], *inputs: tuple[int, ...]
) -> tuple[Network, list[np.ndarray]]:
    """A network of one layer, and inputs for it."""
    builder = Builder(rng=np.random.default_rng(1))
    read = [builder.tensor(shape) for shape in inputs]
    outputs = builder.layer(operation, read, made)
    return Network(
        name="long",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=tuple(read),
        outputs=tuple(outputs),
    ), [builder.int8(shape) for shape in inputs]


def convolution(channels: int, width: int) -> ops.Convolution:
    """Of one tap, to two channels."""
    builder = Builder(rng=np.random.default_rng(2))
    return ops.Convolution(
        weights=builder.int8((2, 1, 1, channels)),
        bias=None,
        window=resolve_padding(1, width, kernel=(1, 1)),
        input_zero_point=3,
        requantisation=builder.requantisation(channels, 2),
    )


def depthwise(channels: int) -> ops.Depthwise:
    """Of one tap, with a scale a channel."""
    builder = Builder(rng=np.random.default_rng(2))
    scales = builder.requantisation(16, channels)
    return ops.Depthwise(
        weights=builder.int8((1, 1, channels)),
        bias=builder.rng.integers(-500, 500, channels).astype(np.int32),
        window=resolve_padding(1, 1, kernel=(1, 1)),
        input_zero_point=3,
        requantisation=replace(
            scales,
            multiplier=builder.rng.integers(1 << 30, 1 << 31, channels).astype(np.int32),
            shift=np.full(channels, -7, dtype=np.int32),
        ),
    )


MEAN = ops.Mean(
    axes=(1, 2),
    keep_dims=False,
    multiplier=1 << 30,
    shift=1,
    input_zero_point=3,
    output_zero_point=-2,
)
ON_CORE = {
    "minimum": network(ops.Maximum(smallest=True), (1, LONG, 1), (1, LONG, 1), (1, LONG, 1)),
    "table": network(
        ops.Lookup(table=np.arange(-128, 128).astype(np.int8)[::-1].copy()), (8, LONG), (8, LONG)
    ),
    "mean": network(MEAN, (1,), (1, LONG // 3, 3)),
    "mean of more than a pixel's pitch": network(MEAN, (1,), (1, LONG, 2)),
    "convolution": network(convolution(LONG, 1), (1, 1, 1, 2), (1, 1, 1, LONG)),
    **{
        f"depthwise of {channels}": network(
            depthwise(channels), (1, 1, 1, channels), (1, 1, 1, channels)
        )
        for channels in (6000, 9000, LONG)
    },
}


@pytest.mark.parametrize("core", ["8x8", "16x4"])
@pytest.mark.parametrize("name", ON_CORE)
def test_the_core_takes_it_in_parts(name: str, core: str) -> None:
    config = load_config(core)
    made, inputs = ON_CORE[name]
    program = compile_network(config, made, memory_base=BASE)
    assert not any(isinstance(phase, HostPhase) for phase in program.phases)
    result = play(config, made, inputs, program=program)
    assert result.differences == []
    assert result.elements >= made.tensors[made.outputs[0]].size


def test_what_no_field_can_say_is_the_hosts() -> None:
    """Two pixels further apart than the pitch between them can be."""
    config = load_config("8x8")
    made, inputs = network(convolution(LONG, 2), (1, 1, 2, 2), (1, 1, 2, LONG))
    program = compile_network(config, made, memory_base=BASE)
    (phase,) = program.phases
    assert isinstance(phase, HostPhase)
    assert f"pix_pitch must lie in 0..{MAX_EXTENT}, not {LONG}" in phase.op.reason
    assert play(config, made, inputs, program=program).differences == []


def _doubled(
    kind: type[ops.Convolution | ops.Depthwise], shape: tuple[int, ...], channels: int
) -> Network:
    """A layer of 3x4 taps that makes two channels of each."""
    builder = Builder(rng=np.random.default_rng(2))
    operation = kind(
        weights=builder.int8(shape),
        bias=None,
        window=resolve_padding(1, 1, kernel=(3, 4), padding="SAME"),
        input_zero_point=3,
        requantisation=builder.requantisation(12, 2 * channels),
    )
    made, _ = network(operation, (1, 1, 1, 2 * channels), (1, 1, 1, channels))
    return made


def _multiplied(channels: int) -> Network:
    """A depthwise convolution with a depth multiplier of 2."""
    return _doubled(ops.Depthwise, (3, 4, 2 * channels), channels)


def _grouped(groups: int) -> Network:
    """A convolution from one channel a group to two."""
    return _doubled(ops.Convolution, (2 * groups, 3, 4, 1), groups)


@pytest.mark.parametrize("make", [_multiplied, _grouped])
def test_weights_that_are_nearly_all_zeros_are_the_hosts(make: Callable[[int], Network]) -> None:
    """Of 2,264 channels they took 123 MB, and 1,200 times the cycles of the floor."""
    config = load_config("8x8")
    (phase,) = compile_network(config, make(2264), memory_base=BASE).phases
    assert isinstance(phase, HostPhase)
    wanted = "its 54,336 weights would have zeros in between, 123,016,704 bytes"
    assert phase.op.reason == wanted
    (phase,) = compile_network(config, make(200), memory_base=BASE).phases
    assert not isinstance(phase, HostPhase)
