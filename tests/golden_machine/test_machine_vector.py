"""Instructions of class vec against the operators on NHWC arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from golden.config import config_names
from golden.isa import Instruction
from golden.isa_builders import (
    add,
    avgpool,
    cfg_act,
    cfg_kernel,
    cfg_pad,
    cfg_scale,
    cfg_scale1,
    cfg_scale2,
    copy,
    fill,
    lut,
    maxpool,
    mul,
    sub,
)
from golden.machine import Tensor
from golden.machine.storage import dense
from golden.operators import elementwise, pooling
from golden.operators.parameters import AddParameters
from golden.operators.windows import Window
from tests.golden_machine.machine_harness import Harness

CONFIGS = config_names()


def tensors(harness: Harness, h: int, w: int, c: int) -> tuple[Tensor, Tensor, Tensor]:
    """Two inputs and an output of one shape with different gaps."""
    blocks, third = harness.config.blocks(c), harness.config.spad_depth // 4
    return (
        Tensor(base=1, h=h, w=w, c=c, p=w, cbs=blocks),
        Tensor(base=third, h=h, w=w, c=c, p=w + 2, cbs=blocks + 1),
        Tensor(base=2 * third, h=h, w=w, c=c, p=w + 1, cbs=blocks + 2),
    )


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("channels", [1, 7, 16, 19])
@pytest.mark.parametrize("name", ["add", "sub", "mul"])
@pytest.mark.parametrize("in_place", [False, True])
def test_elementwise_equals_the_operator(
    config: str, channels: int, name: str, in_place: bool
) -> None:
    harness = Harness(config, seed=channels)
    first, second, third = tensors(harness, 3, 5, channels)
    target = second if in_place else third
    x, y = harness.int8(3, 5, channels), harness.int8(3, 5, channels)
    x[0, 0, 0], y[0, 0, 0] = -128, -128
    harness.load(first, x)
    harness.load(second, y)
    low, high = -120, 115
    harness.ok(
        *harness.operands(first, target, second),
        cfg_pad(zin=-128, zw=127, zout=-3),
        cfg_act(act_min=low, act_max=high),
        cfg_scale(mult=1975612345, shift=-17),
        cfg_scale1(mult=1075612345, shift=-1),
        cfg_scale2(mult=1 << 30, shift=0),
        {"add": add, "sub": sub, "mul": mul}[name](
            in_base=first.base, out_base=target.base, in2_base=second.base
        ),
    )
    common = {
        "a_zero_point": -128,
        "b_zero_point": 127,
        "output_zero_point": -3,
        "act_min": low,
        "act_max": high,
    }
    if name == "mul":
        reference = elementwise.multiply(x, y, multiplier=1975612345, shift=-17, **common)
    else:
        parameters = AddParameters(
            a_multiplier=1075612345,
            a_shift=-1,
            b_multiplier=1 << 30,
            b_shift=0,
            output_multiplier=1975612345,
            output_shift=-17,
        )
        reference = elementwise.add(x, y, parameters=parameters, subtract=name == "sub", **common)
    assert np.array_equal(harness.store(target), reference)
    if not in_place:
        assert np.array_equal(harness.store(second), y)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("number", range(8))
@pytest.mark.parametrize("name", ["maxpool", "avgpool"])
def test_pooling_equals_the_operator(config: str, number: int, name: str) -> None:
    harness = Harness(config, seed=number)
    rng = harness.rng
    h, w, c = (int(rng.integers(3, 9)) for _ in range(3))
    window = Window(
        kernel_h=int(rng.integers(2, 5)),
        kernel_w=int(rng.integers(2, 5)),
        stride_h=int(rng.integers(1, 3)),
        stride_w=int(rng.integers(1, 3)),
        pad_top=1,
        pad_left=1,
        out_h=(h + 1) // 2,
        out_w=(w + 1) // 2,
    )
    source = dense(harness.config, base=0, h=h, w=w, c=c)
    target = dense(harness.config, base=60, h=window.out_h, w=window.out_w, c=c)
    x = harness.int8(h, w, c)
    harness.load(source, x)
    build, operator = {
        "maxpool": (maxpool, pooling.max_pool),
        "avgpool": (avgpool, pooling.average_pool),
    }[name]
    harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=window.kernel_h, kw=window.kernel_w, sy=window.stride_h, sx=window.stride_w),
        cfg_pad(pl=1, pt=1),
        cfg_act(act_min=-90, act_max=100),
        build(in_base=0, out_base=60),
    )
    reference = operator(x[None], window=window, act_min=-90, act_max=100)[0]
    assert np.array_equal(harness.store(target), reference)


def test_a_window_without_a_tap_gives_the_clamp_of_its_start() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=1, c=2)
    target = dense(harness.config, base=9, h=1, w=3, c=2)
    harness.load(source, np.array([[[5, -100]]], dtype=np.int8))
    harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=65535, kw=1, dx=200),
        cfg_pad(pl=1),
        cfg_act(act_min=7, act_max=100),
        avgpool(in_base=0, out_base=9),
    )
    assert harness.store(target)[0].tolist() == [[7, 7], [7, 7], [7, 7]]
    harness.ok(cfg_act(act_min=-90, act_max=-1), avgpool(in_base=0, out_base=9))
    assert harness.store(target)[0].tolist() == [[-1, -1], [-1, -90], [-1, -1]]
    harness.ok(cfg_act(), maxpool(in_base=0, out_base=9))
    assert harness.store(target)[0].tolist() == [[-128, -128], [5, -100], [-128, -128]]


def test_average_rounds_half_away_from_zero() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=2, c=4)
    target = dense(harness.config, base=9, h=1, w=1, c=4)
    harness.load(source, np.array([[[1, -1, 2, -2], [2, -2, 3, -3]]], dtype=np.int8))
    harness.ok(
        *harness.operands(source, target),
        cfg_kernel(kh=1, kw=2),
        cfg_act(),
        avgpool(in_base=0, out_base=9),
    )
    assert harness.store(target)[0].tolist() == [[2, -2, 3, -3]]


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("in_place", [False, True])
def test_table_copy_and_fill(config: str, in_place: bool) -> None:
    harness = Harness(config)
    source, _, other = tensors(harness, 4, 3, 9)
    target = source if in_place else other
    x, table = harness.int8(4, 3, 9), harness.int8(256)
    harness.load(source, x)
    harness.table(table)
    harness.ok(
        *harness.operands(source, target),
        cfg_act(act_min=0, act_max=0, fill=-77),  # the clamp does not apply
        copy(in_base=source.base, out_base=target.base),
    )
    assert np.array_equal(harness.store(target), x)
    harness.ok(lut(in_base=source.base, out_base=target.base))
    assert np.array_equal(harness.store(target), table[x.view(np.uint8)])
    harness.ok(fill(out_base=target.base))
    assert np.array_equal(harness.store(target), np.full((4, 3, 9), -77))


def test_an_unknown_table_entry_makes_its_results_unknown() -> None:
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=2, c=1)
    harness.load(source, np.array([[[-1], [4]]], dtype=np.int8))
    harness.table(harness.int8(256))
    harness.machine.storage.lut_known[255] = False
    harness.ok(*harness.operands(source, source), lut(in_base=0, out_base=0))
    assert harness.machine.storage.spad_known[0, :2, 0].tolist() == [False, True]


@pytest.mark.parametrize("name", ["add", "maxpool", "avgpool", "copy"])
def test_unknown_inputs_make_unknown_outputs(name: str) -> None:
    harness = Harness("8x8")
    first = dense(harness.config, base=0, h=1, w=4, c=1)
    second = dense(harness.config, base=9, h=1, w=4, c=1)
    target = dense(harness.config, base=20, h=1, w=4, c=1)
    harness.load(first, harness.int8(1, 4, 1))
    harness.load(second, harness.int8(1, 4, 1))
    harness.machine.storage.spad_known[0, 1] = False
    harness.machine.storage.spad_known[9, 2] = False
    build: Callable[[], Instruction] = {
        "add": lambda: add(in_base=0, out_base=20, in2_base=9),
        "maxpool": lambda: maxpool(in_base=0, out_base=20),
        "avgpool": lambda: avgpool(in_base=0, out_base=20),
        "copy": lambda: copy(in_base=0, out_base=20),
    }[name]
    harness.ok(*harness.operands(first, target, second), cfg_kernel(kh=1, kw=2), cfg_act(), build())
    expected = {
        "add": [True, False, False, True],
        "maxpool": [False, False, True, True],
        "avgpool": [False, False, True, True],
        "copy": [True, False, True, True],
    }[name]
    assert harness.machine.storage.spad_known[20, :4, 0].tolist() == expected
