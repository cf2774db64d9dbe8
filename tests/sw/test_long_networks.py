"""Long networks: placing one takes no more attempts than placing a short one."""

from __future__ import annotations

import numpy as np
import pytest

from golden.config import CoreConfig
from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import resolve_padding
from sw.compiler.compile import compile_network
from sw.compiler.phase import PhasePlan
from sw.compiler.placing import Placing
from tests.sw.golden_core import BASE
from tests.sw.random_networks import Builder

SMALL = CoreConfig(name="small", spad_depth=128)


def _chain(layers: int) -> Network:
    """Depthwise and pointwise convolutions in turn, none of whose tensors fits as a whole."""
    builder = Builder(rng=np.random.default_rng(1))
    first = tensor = builder.tensor((1, 16, 16, 24))
    for number in range(layers):
        kernel = (1, 1) if number % 2 else (3, 3)
        window = resolve_padding(16, 16, kernel=kernel, padding="SAME")
        scales = builder.requantisation(24, 24)
        operation: ops.Operation
        if number % 2:
            operation = ops.Convolution(
                weights=builder.int8((24, 1, 1, 24)),
                bias=None,
                window=window,
                input_zero_point=1,
                requantisation=scales,
            )
        else:
            operation = ops.Depthwise(
                weights=builder.int8((3, 3, 24)),
                bias=None,
                window=window,
                input_zero_point=1,
                requantisation=scales,
            )
        (tensor,) = builder.layer(operation, [tensor], (1, 16, 16, 24))
    return Network(
        name="chain",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(first,),
        outputs=(tensor,),
    )


def _attempts(layers: int) -> int:
    count = 0
    whole = PhasePlan.attempt

    def counted(self: PhasePlan, *given: object) -> object:
        nonlocal count
        count += 1
        return whole(self, *given)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhasePlan, "attempt", counted)
        compile_network(SMALL, _chain(layers), memory_base=BASE)
    return count


def test_a_long_network_takes_as_many_attempts_as_a_short_one() -> None:
    assert 2 < _attempts(48) <= 1.5 * _attempts(12)


def test_one_place_at_a_time_would_take_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Placing, "give_way_everywhere", lambda *_: False)
    assert _attempts(24) > 1.5 * _attempts(12)
