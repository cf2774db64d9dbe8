"""Random elementwise operators, tables over all 256 inputs, and softmax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.operators import elementwise, lookup, parameters, softmax
from models.tflite_writer import TfliteWriter
from tests.golden.fuzz_case import Case, RedrawError, activation_of, check_shifts, shift_features
from tests.golden.fuzz_values import choice, int8_tensor, log_uniform, rescaling, zero_point


def elementwise_case(rng: np.random.Generator, operator: str) -> Case:
    shape = [int(rng.integers(1, 6)) for _ in range(4)]
    other = list(shape)
    if rng.random() < 0.3:
        other[int(rng.integers(4))] = 1
    if rng.random() < 0.1:
        other = [1, 1, 1, shape[3]]
    a, b = int8_tensor(rng, shape), int8_tensor(rng, other)
    a_point, b_point, y_point = (zero_point(rng) for _ in range(3))
    a_scale = log_uniform(rng, -12, 4)
    b_scale = float(np.float32(a_scale * log_uniform(rng, *choice(rng, ((-2, 2), (-34, 34))))))
    if operator == "MUL":
        y_scale = float(np.float32(a_scale * b_scale / rescaling(rng, 5000)))
        multiplier, shift = parameters.multiply_multiplier(a_scale, b_scale, y_scale)
        check_shifts(shift)
    else:
        spread = choice(rng, ((-2, 2), (-18.9, 14)))
        y_scale = float(np.float32(max(a_scale, b_scale) * log_uniform(rng, *spread)))
        subtract = operator == "SUB"
        try:
            add_parameters = parameters.add_parameters(a_scale, b_scale, y_scale)
        except ValueError as error:
            raise RedrawError from error
        shift = add_parameters.output_shift
    activation, act_min, act_max = activation_of(rng, y_scale, y_point)

    writer = TfliteWriter("fuzz")
    a_id = writer.add_tensor("a", a.shape, scale=a_scale, zero_point=a_point)
    b_id = writer.add_tensor("b", b.shape, scale=b_scale, zero_point=b_point)
    y_id = writer.elementwise(
        "y", operator, a_id, b_id, scale=y_scale, zero_point=y_point, activation=activation
    )

    def golden() -> NDArray[np.int8]:
        common = {
            "a_zero_point": a_point,
            "b_zero_point": b_point,
            "output_zero_point": y_point,
            "act_min": act_min,
            "act_max": act_max,
        }
        if operator == "MUL":
            return elementwise.multiply(a, b, multiplier=multiplier, shift=shift, **common)
        return elementwise.add(a, b, parameters=add_parameters, subtract=subtract, **common)

    return Case(
        operator=operator,
        model=writer.finish([a_id, b_id], [y_id]),
        inputs=[a, b],
        golden=golden,
        describe=f"a {a.shape} z {a_point} s {a_scale!r}, b {b.shape} z {b_point} s {b_scale!r}, "
        f"y z {y_point} s {y_scale!r}, {activation}",
        features=shift_features(shift) | {activation, "same" if other == shape else "broadcast"},
    )


def table_case(rng: np.random.Generator, operator: str) -> Case:
    """All 256 inputs at once, so equality is equality of the whole table."""
    x = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 8, 8)
    x_point, y_point = zero_point(rng), zero_point(rng)
    x_scale = log_uniform(rng, *choice(rng, ((-8, 0), (-27.9, 6))))
    y_scale = float(np.float32(x_scale / rescaling(rng, 100)))
    options: dict[str, float] = {}
    pair = {"input_scale": x_scale, "input_zero_point": x_point}
    both = {**pair, "output_scale": y_scale, "output_zero_point": y_point}
    if operator in ("LOGISTIC", "TANH"):
        y_scale, y_point = (1 / 256, -128) if operator == "LOGISTIC" else (1 / 128, 0)
        build: Callable[..., Any] = (
            lookup.logistic_table if operator == "LOGISTIC" else lookup.tanh_table
        )
        arguments: dict[str, Any] = pair
    elif operator == "RELU6":
        y_scale, y_point = x_scale, x_point
        build, arguments = lookup.relu6_table, pair
    elif operator == "LEAKY_RELU":
        options["alpha"] = float(np.float32(choice(rng, (0.0, 0.1, 0.3, 1.0, 1.7))))
        build, arguments = lookup.leaky_relu_table, {**both, **options}
    else:
        build = {
            "RELU": lookup.relu_table,
            "QUANTIZE": lookup.requantize_table,
            "HARD_SWISH": lookup.hard_swish_table,
        }[operator]
        arguments = both
    try:
        build(**arguments)
    except ValueError as error:
        raise RedrawError from error
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=x_scale, zero_point=x_point)
    y_id = writer.add_tensor("y", x.shape, scale=y_scale, zero_point=y_point)
    writer.add_operator(operator, [x_id], [y_id], **options)
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: lookup.lookup(x, build(**arguments)),
        describe=f"{arguments}",
    )


def softmax_case(rng: np.random.Generator, operator: str) -> Case:
    shape = (int(rng.integers(1, 4)), int(choice(rng, (1, 2, 3, 10, 33, 120))))
    x = int8_tensor(rng, shape)
    scale, point = log_uniform(rng, *choice(rng, ((-8, 1), (-24, 6)))), zero_point(rng)
    beta = float(np.float32(choice(rng, (1.0, 1.0, 0.5, 2.3))))
    if scale * beta * 2**26 <= 1:
        raise RedrawError
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", shape, scale=scale, zero_point=point)
    y_id = writer.softmax("y", x_id, beta=beta)
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: softmax.softmax(x, input_scale=scale, beta=beta),
        describe=f"x {shape} s {scale!r}, beta {beta}",
    )
