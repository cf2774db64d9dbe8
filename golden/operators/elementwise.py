"""Elementwise add, subtract and multiply of int8 tensors with different quantisations."""

from __future__ import annotations

import numpy as np

from golden.numerics import (
    INT8_MAX,
    INT8_MIN,
    Int8,
    Int32,
    multiply_by_quantized_multiplier,
    requantize,
    wrap_int32,
)
from golden.operators.parameters import ADD_LEFT_SHIFT, AddParameters


def _scaled(x: Int8, zero_point: int, multiplier: int, shift: int) -> Int32:
    centred = (x.astype(np.int64) - zero_point) << ADD_LEFT_SHIFT
    return multiply_by_quantized_multiplier(wrap_int32(centred), multiplier, shift)


def add_accumulate(
    a: Int8,
    b: Int8,
    *,
    a_zero_point: int,
    b_zero_point: int,
    parameters: AddParameters,
    subtract: bool,
) -> Int32:
    """Sum (or difference) of the rescaled operands, before output scaling, as int32."""
    left = _scaled(a, a_zero_point, parameters.a_multiplier, parameters.a_shift)
    right = _scaled(b, b_zero_point, parameters.b_multiplier, parameters.b_shift)
    wide = left.astype(np.int64)
    return wrap_int32(wide - right if subtract else wide + right)


def add(
    a: Int8,
    b: Int8,
    *,
    a_zero_point: int,
    b_zero_point: int,
    output_zero_point: int,
    parameters: AddParameters,
    subtract: bool = False,
    act_min: int = INT8_MIN,
    act_max: int = INT8_MAX,
) -> Int8:
    """ADD or, with ``subtract``, SUB; shapes broadcast as in NumPy."""
    total = add_accumulate(
        a,
        b,
        a_zero_point=a_zero_point,
        b_zero_point=b_zero_point,
        parameters=parameters,
        subtract=subtract,
    )
    return requantize(
        total,
        multiplier=parameters.output_multiplier,
        shift=parameters.output_shift,
        output_zero_point=output_zero_point,
        act_min=act_min,
        act_max=act_max,
    )


def multiply(
    a: Int8,
    b: Int8,
    *,
    a_zero_point: int,
    b_zero_point: int,
    output_zero_point: int,
    multiplier: int,
    shift: int,
    act_min: int = INT8_MIN,
    act_max: int = INT8_MAX,
) -> Int8:
    """MUL; shapes broadcast as in NumPy."""
    product = (a.astype(np.int32) - a_zero_point) * (b.astype(np.int32) - b_zero_point)
    return requantize(
        product,
        multiplier=multiplier,
        shift=shift,
        output_zero_point=output_zero_point,
        act_min=act_min,
        act_max=act_max,
    )
