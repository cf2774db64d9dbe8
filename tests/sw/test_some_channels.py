"""Operands that are some channels of a tensor, constants as they are, parts and strips."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.network import Network
from golden.network import operations as ops
from golden.operators.parameters import add_parameters
from golden.operators.windows import resolve_padding
from sw.compiler.compile import PAIRS, compile_choices
from sw.compiler.fastest import compile_network
from sw.compiler.operations import ArrayOp, CoreOp
from sw.compiler.program import HostPhase, Program
from sw.execution import core_phases
from sw.kernels import depthwise, matmul
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")
ZERO_POINTS = {"a_zero_point": 3, "b_zero_point": -7, "output_zero_point": 5}


def _built(builder: Builder, inputs: tuple[int, ...], output: int) -> Network:
    return Network(
        name="some channels",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=inputs,
        outputs=(output,),
    )


def _operations(program: Program) -> list[CoreOp]:
    return [op for phase in core_phases(program) for op in phase.ops]


def _right(config: CoreConfig, network: Network, seed: int) -> bool:
    rng = np.random.default_rng(seed)
    inputs = [
        rng.integers(-128, 128, network.tensors[t].shape).astype(np.int8) for t in network.inputs
    ]
    result = play(config, network, inputs)
    return result.elements > 0 and result.differences == []


def _sum(builder: Builder, operands: list[int], shape: tuple[int, ...], *, product: bool) -> int:
    limits = {"act_min": -110, "act_max": 120}
    if product:
        operation: ops.Operation = ops.Multiplication(
            multiplier=1_500_000_000, shift=-5, **ZERO_POINTS, **limits
        )
    else:
        operation = ops.Addition(
            parameters=add_parameters(0.1, 0.12, 0.15), subtract=True, **ZERO_POINTS, **limits
        )
    (y,) = builder.layer(operation, operands, shape)
    return y


def _padded(channels: tuple[int, int], total: int, *, product: bool = False) -> Network:
    builder = Builder(rng=np.random.default_rng(1))
    inputs, operands = [], []
    for count in channels:
        x = builder.tensor((1, 9, 7, count))
        inputs.append(x)
        if count < total:
            paddings = ((0, 0), (0, 0), (0, 0), (0, total - count))
            (x,) = builder.layer(
                ops.Pad(paddings=paddings, value=-len(inputs)), [x], (1, 9, 7, total)
            )
        operands.append(x)
    return _built(
        builder, tuple(inputs), _sum(builder, operands, (1, 9, 7, total), product=product)
    )


@pytest.mark.parametrize("channels", [(24, 28), (28, 32), (32, 28), (5, 13), (3, 5), (16, 16)])
@pytest.mark.parametrize("product", [False, True])
def test_operands_padded_along_the_channels_are_read_as_they_are(
    channels: tuple[int, int], product: bool
) -> None:
    for total in (max(channels), 41):
        network = _padded(channels, total, product=product)
        for config in (CONFIG, load_config("4x8"), CoreConfig(name="small", spad_depth=64)):
            made = _operations(compile_network(config, network, memory_base=BASE))
            assert [op.kind for op in made] == ["mul" if product else "sub"]
            assert _right(config, network, 2)


def test_a_wrong_table_of_padded_channels_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    network = _padded((24, 28), 28)
    known = ops.Addition.evaluate

    def wrong(
        self: ops.Addition, inputs: list[np.ndarray], state: dict[str, Any]
    ) -> list[np.ndarray]:
        made = known(self, inputs, state)
        return [made[0] ^ 1] if inputs[0].ndim == 1 else made

    monkeypatch.setattr(ops.Addition, "evaluate", wrong)
    assert not _right(CONFIG, network, 2)


@pytest.mark.parametrize(("first", "end"), [(0, 8), (8, 21), (16, 24), (8, 16)])
def test_slices_that_begin_a_block_are_read_where_they_lie(first: int, end: int) -> None:
    builder = Builder(rng=np.random.default_rng(4))
    x = builder.tensor((1, 8, 9, 24))
    shape = (1, 8, 9, end - first)
    index = (*(slice(None),) * 3, slice(first, end))
    (part,) = builder.layer(ops.Slice(slices=(index,), output_shapes=(shape,)), [x], shape)
    factor = builder.tensor((end - first,), builder.int8((end - first,)))
    scaled = _sum(builder, [part, factor], shape, product=True)
    window = resolve_padding(8, 9, kernel=(3, 3), padding="SAME")
    operation = ops.Convolution(
        weights=builder.int8((end - first, 3, 3, end - first)),
        bias=None,
        window=window,
        input_zero_point=4,
        requantisation=builder.requantisation(9 * (end - first), end - first),
    )
    (convolved,) = builder.layer(operation, [part], shape)
    network = _built(builder, (x,), _sum(builder, [scaled, convolved], shape, product=False))
    for config in (CONFIG, load_config("16x4"), CoreConfig(name="small", spad_depth=64)):
        made = _operations(compile_network(config, network, memory_base=BASE))
        if first % config.cols == 0:
            assert [op.kind for op in made] == ["dwconv", "conv", "sub"]
        assert _right(config, network, 5)


@pytest.mark.parametrize("slot", [0, 1])
def test_a_constant_is_a_table_or_the_weights_of_one_tap(slot: int) -> None:
    for product, size, kind in ((False, 1, "lut"), (True, 1, "lut"), (True, 19, "dwconv")):
        builder = Builder(rng=np.random.default_rng(6))
        x = builder.tensor((1, 6, 5, 19))
        constant = builder.tensor((size,), builder.int8((size,)))
        operands = [x, constant] if slot else [constant, x]
        network = _built(builder, (x,), _sum(builder, operands, (1, 6, 5, 19), product=product))
        (op,) = _operations(compile_network(CONFIG, network, memory_base=BASE))
        assert op.kind == kind
        assert _right(CONFIG, network, 7)


def test_weights_of_one_tile_are_loaded_while_others_are_used() -> None:
    network = matmul(1, 1280, 80)(8)
    program = compile_network(CONFIG, network, memory_base=BASE)
    assert program.predicted_cycles < 1.1 * 1280 * 10
    assert _right(CONFIG, network, 9)


def test_a_depthwise_convolution_takes_few_channels_and_many_rows() -> None:
    small = CoreConfig(name="small", spad_depth=256)
    network = depthwise(32, 64)(10)
    program = compile_network(small, network, memory_base=BASE)
    (plan,) = program.plans.values()
    weights = 2_000
    assert plan.bytes_read < 1.5 * 32 * 32 * 64 + weights  # two rows in three would be 3 times
    assert _right(small, network, 11)


def test_views_say_what_an_operand_is() -> None:
    network = _padded((24, 28), 28)
    (op,) = _operations(compile_network(CONFIG, network, memory_base=BASE))
    assert isinstance(op, ArrayOp) and op.is_padded
    assert [view.shape.c for view in op.views] == [24, 28]
    assert not dataclasses.replace(op, views=()).is_padded


def _chain(*, summed: bool = True) -> Network:
    """A depthwise convolution that waits for the bus, then one that the array is busy with."""
    builder = Builder(rng=np.random.default_rng(12))
    x = builder.tensor((1, 64, 64, 24))
    window = resolve_padding(64, 64, kernel=(3, 3), padding="SAME")
    (y,) = builder.layer(
        ops.Depthwise(
            weights=builder.int8((3, 3, 24)),
            bias=None,
            window=window,
            input_zero_point=4,
            requantisation=builder.requantisation(9, 24),
        ),
        [x],
        (1, 64, 64, 24),
    )
    made = 24 if summed else 64
    (z,) = builder.layer(
        ops.Convolution(
            weights=builder.int8((made, 1, 1, 24)),
            bias=None,
            window=resolve_padding(64, 64, kernel=(1, 1)),
            input_zero_point=4,
            requantisation=builder.requantisation(24, made),
        ),
        [y],
        (1, 64, 64, made),
    )
    if summed:
        z = _sum(builder, [y, z], (1, 64, 64, 24), product=False)
    return _built(builder, (x,), z)


def test_strips_of_two_operations_take_turns_where_that_is_faster() -> None:
    network = _chain()
    apart, possible = compile_choices(CONFIG, network, memory_base=BASE)
    assert PAIRS in possible
    paired, found = compile_choices(CONFIG, network, memory_base=BASE, choices=frozenset({PAIRS}))
    pairs = [choice for choice in found if choice[0] == "pair"]
    assert pairs
    assert paired.predicted_cycles < 0.95 * apart.predicted_cycles
    assert compile_network(CONFIG, network, memory_base=BASE).predicted_cycles <= (
        paired.predicted_cycles
    )
    assert _right(CONFIG, network, 13)
    layers = [step.layer for phase in core_phases(paired) for step in phase.steps if step.part]
    changes = sum(a != b for a, b in pairwise(layers))
    assert changes > 2 * len(network.layers)


def test_memory_of_a_pair_is_not_shared_while_its_strips_take_turns() -> None:
    network = _chain(summed=False)
    program, found = compile_choices(CONFIG, network, memory_base=BASE, choices=frozenset({PAIRS}))
    assert any(choice[0] == "pair" for choice in found)
    inputs = [np.random.default_rng(14).integers(-128, 128, (1, 64, 64, 24)).astype(np.int8)]
    assert play(CONFIG, network, inputs, program=program).differences == []


def test_a_batch_is_computed_image_by_image() -> None:
    builder = Builder(rng=np.random.default_rng(15))
    x = builder.tensor((3, 9, 7, 12))
    window = resolve_padding(9, 7, kernel=(3, 3), padding="SAME")
    shape = (3, 9, 7, 12)
    scales = builder.requantisation(9, 12)
    depthwise_op = ops.Depthwise(
        weights=builder.int8((3, 3, 12)),
        bias=None,
        window=window,
        input_zero_point=4,
        requantisation=scales,
    )
    (y,) = builder.layer(depthwise_op, [x], shape)
    convolution_op = ops.Convolution(
        weights=builder.int8((12, 3, 3, 12)),
        bias=None,
        window=window,
        input_zero_point=4,
        requantisation=scales,
    )
    (z,) = builder.layer(convolution_op, [y], shape)
    pool = ops.Pooling(average=False, window=window, act_min=-128, act_max=127)
    (pooled,) = builder.layer(pool, [z], shape)
    network = _built(builder, (x,), _sum(builder, [y, pooled], shape, product=False))
    for config in (CONFIG, load_config("4x8"), CoreConfig(name="small", spad_depth=64)):
        program = compile_network(config, network, memory_base=BASE)
        assert not any(isinstance(phase, HostPhase) for phase in program.phases)
        assert _right(config, network, 16)


def test_what_is_kept_in_a_variable_can_still_be_read_image_by_image() -> None:
    """The slice may not be written to the variable alone: each pooling reads a part of it."""
    builder = Builder(rng=np.random.default_rng(5))
    whole, shape = builder.tensor((4, 6, 5, 5)), (2, 6, 5, 5)
    builder.state["kept"] = builder.int8(shape)
    cut = ops.Slice(slices=((slice(2, 4),),), output_shapes=(shape,))
    (new,) = builder.layer(cut, [whole], shape)
    builder.layer(ops.AssignVariable(variable="kept"), [new])
    window = resolve_padding(6, 5, kernel=(2, 2), stride=(1, 1), dilation=(1, 1), padding="VALID")
    pool = ops.Pooling(window=window, average=False, act_min=-128, act_max=127)
    (output,) = builder.layer(pool, [new], (2, 5, 4, 5))
    network = dataclasses.replace(_built(builder, (whole,), output), state=builder.state)
    assert _right(CONFIG, network, 3)


def test_what_the_host_does_first_hides_no_later_pad() -> None:
    network = _padded((5, 6), 24)
    program, _ = compile_choices(
        CONFIG, network, memory_base=BASE, choices=frozenset(), refused={0: "as asked"}
    )
    assert isinstance(program.phases[0], HostPhase)
    (op,) = _operations(program)
    assert isinstance(op, ArrayOp)  # the sum pads the other itself
    assert network.layers[0].outputs[0] in op.operands  # and reads what the host has made
