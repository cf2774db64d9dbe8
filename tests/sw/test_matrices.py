"""A matrix that is computed, not constant: the array reads it from memory as it reads weights."""

from __future__ import annotations

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from sw.compiler.fastest import compile_network
from sw.execution import core_phases
from tests.sw.golden_core import BASE, play
from tests.sw.layers import conv
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")


@pytest.mark.parametrize("columns", [16, 150])
def test_a_matrix_is_in_memory_before_it_is_read_in_the_phase_that_computes_it(
    columns: int,
) -> None:
    b = Builder(rng=np.random.default_rng(1))
    x, y = b.tensor((1, 4, 9, 10)), b.tensor((1, 4, 10, 8))
    matrix = conv(b, y, columns)
    scales = b.requantisation(10, 1)
    product = ops.MatrixProduct(
        a_zero_point=1, b_zero_point=0, adjoint_a=False, adjoint_b=False,
        requantisation=ops.Requantisation(
            multiplier=scales.multiplier[:1], shift=scales.shift[:1], output_zero_point=0
        ),
    )  # fmt: skip
    (z,) = b.layer(product, [x, matrix], (1, 4, 9, columns))
    network = Network(
        name="product", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(x, y),
        outputs=(z,),
    )  # fmt: skip
    program = compile_network(CONFIG, network, memory_base=BASE)
    (phase,) = core_phases(program)
    assert len(phase.ops) > 1
    rng = np.random.default_rng(2)
    for _ in range(2):
        values = [
            rng.integers(-128, 128, network.tensors[t].shape).astype(np.int8)
            for t in network.inputs
        ]
        assert play(CONFIG, network, values, program=program).differences == []
