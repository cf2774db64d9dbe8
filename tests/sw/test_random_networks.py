"""Random networks, compiled for several cores, equal the golden network part by part."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.network import Network
from golden.network.operations import Convolution
from golden.operators.windows import resolve_padding
from sw.compiler.compile import compile_choices
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import CompileError
from sw.compiler.program import HostPhase
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import KINDS, Builder, random_network

CORES = (
    load_config("8x8"),
    load_config("4x4"),
    load_config("16x16"),
    load_config("4x8"),
    load_config("16x4"),
    CoreConfig(name="tiny", spad_depth=64, wbuf_depth=256, param_depth=8),
    CoreConfig(name="tiny 4x16", rows=4, cols=16, spad_depth=64, wbuf_depth=128, param_depth=8),
    CoreConfig(name="tiny 16x4", rows=16, cols=4, spad_depth=128, wbuf_depth=256, param_depth=8),
)
NAMED = 5  # of the cores, the first ones, are supported configurations
GROUPS, GROUP = 16, 16


def _inputs(network: Network, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = [network.tensors[index].shape for index in network.inputs]
    return [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]


@pytest.mark.parametrize("group", range(GROUPS))
def test_random_networks(group: int) -> None:
    for seed in range(group * GROUP, (group + 1) * GROUP):
        network = random_network(seed)
        state = {name: value.copy() for name, value in network.state.items()}
        for step in range(2 if state else 1):
            result = play(CORES[seed % len(CORES)], network, _inputs(network, step), state)
            assert result.differences == [], f"network {seed}: {result.differences[0]}"


def test_every_alternative_gives_the_same_result() -> None:
    tried: Counter[str] = Counter()
    for seed in range(300):
        network, core = random_network(seed), CORES[seed % NAMED]
        _, possible = compile_choices(core, network, memory_base=BASE)
        for choice in possible:
            try:
                program, _ = compile_choices(
                    core, network, memory_base=BASE, choices=frozenset({choice})
                )
            except CompileError:
                continue  # joined operations may need more room than there is
            result = play(core, network, _inputs(network, 0), program=program)
            assert result.differences == [], f"network {seed}, {choice}: {result.differences[0]}"
            tried[choice[0]] += 1
    assert tried["join"] >= 8


def test_folded_columns_give_the_same_result() -> None:
    folded = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        stride, channels = int(rng.integers(2, 4)), int(rng.integers(1, 6))
        width = stride * int(rng.integers(2, 9))
        builder = Builder(rng=rng)
        x = builder.tensor((1, int(rng.integers(3, 12)), width, channels))
        kernel = (int(rng.integers(1, 4)), int(rng.integers(1, min(6, width))))
        w = resolve_padding(
            builder.shape(x)[1],
            width,
            kernel=kernel,
            stride=(int(rng.integers(1, 3)), stride),
            padding="SAME" if rng.random() < 0.7 else "VALID",
        )
        operation = Convolution(
            weights=builder.int8((7, *kernel, channels)),
            bias=builder.bias(7),
            window=w,
            input_zero_point=builder.integer(-128, 127),
            requantisation=builder.requantisation(kernel[0] * kernel[1] * channels, 7),
        )
        (y,) = builder.layer(operation, [x], (1, w.out_h, w.out_w, 7))
        network = Network(
            name="fold",
            tensors=tuple(builder.tensors),
            layers=tuple(builder.layers),
            inputs=(x,),
            outputs=(y,),
        )
        core = CORES[seed % len(CORES)]
        choices = frozenset({("fold", 0)})
        program, possible = compile_choices(core, network, memory_base=BASE, choices=choices)
        folded += ("fold", 0) in possible
        result = play(core, network, _inputs(network, 0), program=program)
        assert result.differences == [], f"network {seed}: {result.differences[0]}"
    assert folded >= 30


def test_the_networks_have_every_operator_and_only_softmax_runs_on_the_host() -> None:
    names: set[str] = set()
    on_host: set[str] = set()
    for seed in range(GROUPS * GROUP):
        network = random_network(seed)
        names |= {layer.operator for layer in network.layers}
        # The tiny cores lack weight words for some kernels.
        program = compile_network(CORES[seed % NAMED], network, memory_base=BASE)
        hosts = [phase for phase in program.phases if isinstance(phase, HostPhase)]
        on_host |= {network.layers[phase.op.layer].operator for phase in hosts}
    assert len(names) >= len(KINDS)
    assert on_host == {"Softmax"}
