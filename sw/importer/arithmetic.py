"""Handlers of elementwise operators: add, subtract, multiply, tables, softmax, quantise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import (
    Addition,
    HostFunction,
    Lookup,
    Multiplication,
    Operation,
    Softmax,
)
from golden.numerics import clamp_int8
from golden.operators import lookup
from golden.operators.parameters import add_parameters, multiply_multiplier
from sw.importer.context import Operator


def addition(op: Operator) -> Addition:
    """ADD."""
    return _addition(op, subtract=False)


def subtraction(op: Operator) -> Addition:
    """SUB."""
    return _addition(op, subtract=True)


def multiplication(op: Operator) -> Multiplication:
    """MUL; an operand may be a constant."""
    a, b, output = op.activation(0), op.activation(1), op.output()
    multiplier, shift = multiply_multiplier(a.scale, b.scale, output.scale)
    low, high = op.clamp()
    return Multiplication(
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        output_zero_point=output.zero_point,
        multiplier=multiplier,
        shift=shift,
        act_min=low,
        act_max=high,
    )


def softmax(op: Operator) -> Softmax:
    """SOFTMAX; TensorFlow Lite fixes the output's quantisation."""
    output = op.output()
    if (output.scale, output.zero_point) != (1.0 / 256.0, -128):
        raise op.error("its output must have scale 1/256 and zero point -128")
    return Softmax(input_scale=op.activation(0).scale, beta=float(op.options.beta))


def logistic(op: Operator) -> Lookup:
    """LOGISTIC."""
    source = op.activation(0)
    return _table(op, lookup.logistic_table, source.scale, source.zero_point)


def tanh(op: Operator) -> Lookup:
    """TANH."""
    source = op.activation(0)
    return _table(op, lookup.tanh_table, source.scale, source.zero_point)


def hard_swish(op: Operator) -> Lookup:
    """HARD_SWISH."""
    return _rescaling_table(op, lookup.hard_swish_table)


def relu(op: Operator) -> Lookup:
    """RELU as an operator of its own."""
    return _rescaling_table(op, lookup.relu_table)


def relu6(op: Operator) -> Lookup:
    """RELU6 as an operator of its own."""
    source = op.activation(0)
    return _table(op, lookup.relu6_table, source.scale, source.zero_point)


def leaky_relu(op: Operator) -> Lookup:
    """LEAKY_RELU."""
    alpha = float(op.options.alpha)
    return _rescaling_table(op, lambda **scales: lookup.leaky_relu_table(alpha=alpha, **scales))


def quantize(op: Operator) -> Operation:
    """QUANTIZE int8 to int8 (a table) or int8 to uint8 with the same scale (the top bit flips)."""
    source, target = op.activation(0), op.context.tensors[op.outputs[0]]
    if target.dtype == "int8":
        return _rescaling_table(op, lookup.requantize_table)
    if target.dtype == "uint8":
        if target.scale != source.scale or target.zero_point != source.zero_point + 128:
            raise op.error("int8 to uint8 is supported for the same scale and zero point + 128")
        return HostFunction(function=_to_uint8)
    raise op.error(f"conversion from int8 to {target.dtype} is not supported")


def _to_uint8(inputs: Sequence[NDArray[np.generic]]) -> list[NDArray[np.generic]]:
    return [(inputs[0].astype(np.int16) + 128).astype(np.uint8)]


def _addition(op: Operator, *, subtract: bool) -> Addition:
    a, b, output = op.activation(0), op.activation(1), op.output()
    low, high = op.clamp()
    try:
        parameters = add_parameters(a.scale, b.scale, output.scale)
    except ValueError as error:
        raise op.error(str(error)) from error
    return Addition(
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        output_zero_point=output.zero_point,
        parameters=parameters,
        subtract=subtract,
        act_min=low,
        act_max=high,
    )


def _rescaling_table(op: Operator, make: Callable[..., NDArray[np.int8]]) -> Lookup:
    source, output = op.activation(0), op.output()
    try:
        table = make(
            input_scale=source.scale,
            input_zero_point=source.zero_point,
            output_scale=output.scale,
            output_zero_point=output.zero_point,
        )
    except ValueError as error:
        raise op.error(str(error)) from error
    return Lookup(table=table)


def _table(
    op: Operator, make: Callable[..., NDArray[np.int8]], scale: float, zero_point: int
) -> Lookup:
    try:
        return Lookup(table=clamp_int8(make(input_scale=scale, input_zero_point=zero_point)))
    except ValueError as error:
        raise op.error(str(error)) from error
