"""What golden refuses, and that it takes the last value before that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from golden import isa, numerics
from golden.config import CoreConfig
from golden.fixed_point import exp_on_negative_values
from golden.network import Network, Tensor
from golden.network.graph import NetworkError, run_network
from golden.network.operations import FullyConnected, Requantisation
from golden.operators import lookup, matmul, mean, movement, rearranging, sigmoid, softmax, transfer
from golden.operators.convolution import depthwise_accumulate
from golden.operators.windows import Window

ONES = np.ones((1, 4, 4, 2), np.int8)
SCALES = {"input_zero_point": 0, "output_zero_point": 0}


def depthwise(size: int) -> object:
    window = Window(kernel_h=3, kernel_w=size, out_h=2, out_w=2)
    return depthwise_accumulate(
        ONES, np.ones((1, 3, 3, 2), np.int8), window=window, input_zero_point=0
    )


def product(depth: int) -> object:
    return matmul.integer_matmul(np.zeros((0, depth), np.int8), np.zeros((depth, 0), np.int8))


def inside(index: int) -> object:
    rearranging._require_inside(np.array([0, index]), 4)
    return index


def gathered(index: int) -> object:
    return rearranging.gather(ONES, np.array([0, index]), axis=1, batch_dims=0)


def gathered_element(index: int) -> object:
    return rearranging.gather_nd(ONES, np.array([[0, index]]))


# what, the last argument that it takes, the first that it refuses, what it says
CASES: dict[str, tuple[Callable[[Any], object], Any, Any, str]] = {
    "depthwise window": (depthwise, 3, 2, "window says otherwise"),
    "mean of nothing": (lambda n: mean.mean_multiplier(1 << 30, 0, n), 1, 0, "not defined"),
    "index below": (inside, 0, -1, r"outside 0\.\.3"),
    "index above": (inside, 3, 4, r"outside 0\.\.3"),
    "gathered below": (gathered, 0, -1, r"outside 0\.\.3"),
    "gathered above": (gathered, 3, 4, r"outside 0\.\.3"),
    "gathered element below": (gathered_element, 0, -1, r"outside 0\.\.3"),
    "lanes": (lambda n: CoreConfig(cols=16, requant_lanes=n), 4, 2, "must be Cols, Cols/2 or"),
    "half the lanes": (lambda n: CoreConfig(cols=8, requant_lanes=n), 4, 6, "must be Cols, Col"),
    "paddings of other axes": (
        lambda n: movement.pad(ONES, paddings=[(0, 1)] * n, value=0), 4, 3, "do not fit",
    ),
    "padding below": (
        lambda n: movement.pad(ONES, paddings=[(0, n)] * 4, value=0), 0, -1, "do not fit",
    ),
    "fill above": (
        lambda n: movement.pad(ONES, paddings=[(0, 1)] * 4, value=n), 127, 128, "not an int8",
    ),
    "fill below": (
        lambda n: movement.pad(ONES, paddings=[(0, 1)] * 4, value=n), -128, -129, "not an int8",
    ),
    "exact product": (product, matmul._FLOAT64_DEPTH, matmul._FLOAT64_DEPTH + 1, "not exact"),
    "function without an inverse": (
        lambda scale: transfer.real_table("EXP", input_scale=1, output_scale=scale, **SCALES),
        1e-38, 1e-45, "no inverse",
    ),
    "reciprocal root": (
        lambda scale: transfer.rsqrt_table(input_scale=1, output_scale=scale, **SCALES),
        1e-15, 1e-16, "rsqrt is not defined",
    ),
    "sigmoid of int16": (
        lambda scale: sigmoid.int16_argument(scale), 1e5, 1e6, "too large",
    ),
    "softmax": (
        lambda scale: softmax.softmax(ONES, input_scale=scale), 2.0**-25, 2.0**-26, "not defined",
    ),
    "logistic": (
        lambda scale: lookup._logistic_input(scale, 0), 2.0**-28, 2.0**-29, "not defined",
    ),
    "exponential": (
        lambda bits: exp_on_negative_values(np.array([-5], np.int32), bits), 5, 6, "integer bits",
    ),
    "exponential of no bits": (
        lambda bits: exp_on_negative_values(np.array([-5], np.int32), bits), 1, 0, "integer bits",
    ),
    "multiplier": (
        lambda m: numerics.multiply_by_quantized_multiplier(1, m, 0),
        (1 << 31) - 1, 1 << 31, "multiplier must lie in",
    ),
    "negative multiplier": (
        lambda m: numerics.multiply_by_quantized_multiplier(1, m, 0), 0, -1, "multiplier must lie",
    ),
    "wide shift": (lambda s: numerics.multiply_wide(3, 1 << 30, s), 7, 8, "at most 7"),
    "operand": (lambda n: isa.Instruction(0, n, 0), 0xFFFFFFFF, 1 << 32, "unsigned 32-bit"),
    "negative operand": (lambda n: isa.Instruction(0, 0, n), 0, -1, "rs2 must be an unsigned"),
    "register": (lambda n: isa.encode(isa.BY_NAME["fence"], rs1=n), 31, 32, "x0..x31, not x32"),
    "field": (
        lambda name: isa.build("fence", **{name: 1}), "clear", "colour", "no field colour: it has",
    ),
    "instruction": (lambda name: isa.build(name), "fence", "fences", "no instruction fences"),
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_the_last_is_taken_and_the_first_beyond_is_refused(what: str) -> None:
    call, taken, refused, says = CASES[what]
    call(taken)
    with pytest.raises(ValueError, match=says):
        call(refused)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(ValueError, match=r"ld\.w needs addr, count"):
        isa.build("ld.w", first=0)


def test_inputs_of_a_network_must_fit() -> None:
    x = Tensor(index=0, name="x", shape=(1, 2), dtype="int8", scale=1.0, zero_point=0)
    network = Network(name="n", tensors=(x,), layers=(), inputs=(0,), outputs=(0,))
    network.check_inputs([np.zeros((1, 2), np.int8)])
    with pytest.raises(NetworkError, match="takes 1 inputs, 2 were given"):
        network.check_inputs([np.zeros((1, 2), np.int8)] * 2)
    for wrong in (np.zeros((2, 1), np.int8), np.zeros((1, 2), np.uint8)):
        with pytest.raises(NetworkError, match="input 'x' of n is int8"):
            network.check_inputs([wrong])
        with pytest.raises(NetworkError):
            run_network(network, [wrong])


def test_a_network_without_a_state_starts_from_its_variables() -> None:
    x = Tensor(index=0, name="x", shape=(2,), dtype="int8", scale=1.0, zero_point=0)
    assert x.in_file == 0
    assert replace(x, file_index=7).in_file == 7
    operation = SimpleNamespace(evaluate=lambda _, state: [state["memory"]])
    layer = SimpleNamespace(inputs=(), outputs=(0,), operation=operation)
    first = np.array([3, 4], np.int8)
    network = Network(
        name="n", tensors=(x,), layers=(layer,), inputs=(), outputs=(0,),  # type: ignore[arg-type]
        state={"memory": first},
    )  # fmt: skip
    found = run_network(network, [])[0]
    assert found.tolist() == [3, 4]
    found[0] = 5
    assert first.tolist() == [3, 4], "a copy"
    assert run_network(network, [], {"memory": -first})[0].tolist() == [-3, -4]


def test_weights_have_zero_point_zero_unless_told() -> None:
    requantisation = Requantisation(
        multiplier=np.array(1 << 30, np.int32), shift=np.array(1, np.int32), output_zero_point=0
    )
    told: dict[str, Any] = {
        "weights": np.array([[1, 2], [3, 4]], np.int8), "bias": None, "input_zero_point": 0,
        "requantisation": requantisation, "output_shape": (1, 2),
    }  # fmt: skip
    x = np.array([[5, 6]], np.int8)
    made = FullyConnected(**told).evaluate([x], {})[0]
    assert made.tolist() == [[17, 39]]
    assert FullyConnected(**told, weight_zero_point=1).evaluate([x], {})[0].tolist() == [[6, 28]]
