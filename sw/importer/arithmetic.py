"""Handlers of elementwise arithmetic of two tensors, and of softmax."""

from __future__ import annotations

import numpy as np

from golden.network.operations import Addition, HostFunction, Multiplication, Operation, Softmax
from golden.numerics import limits, quantize_multiplier
from golden.operators import rescaling, softmax_wide
from golden.operators.parameters import add_parameters, multiply_multiplier
from golden.operators.rescaling import Binary
from sw.importer.context import Operator
from sw.importer.registry import HOST, Entry

_WHOLE = ("int32", "int64")
_TYPES = ("int8", "int16", *_WHOLE)


def addition(op: Operator) -> Operation:
    """ADD and SUB; an operand may be a constant."""
    subtract = op.name == "SUB"
    dtype = _dtype(op)
    if dtype in _WHOLE:
        return _plain(op, dtype)
    if dtype == "int16":
        binary = _binary(op, left_shift=15)
        return HostFunction(
            function=lambda inputs: [
                rescaling.add_or_subtract(inputs[0], inputs[1], binary, subtract=subtract)
            ]
        )
    a, b, output = op.int8(0), op.int8(1), op.made_int8()
    low, high = op.clamp()
    return Addition(
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        output_zero_point=output.zero_point,
        parameters=op.defined(lambda: add_parameters(a.scale, b.scale, output.scale)),
        subtract=subtract,
        act_min=low,
        act_max=high,
    )


def multiplication(op: Operator) -> Operation:
    """MUL; an operand may be a constant."""
    dtype = _dtype(op)
    if dtype in _WHOLE:
        return _plain(op, dtype)
    if dtype == "int16":
        binary = _binary(op)
        return HostFunction(
            function=lambda inputs: [rescaling.multiply_quantized(inputs[0], inputs[1], binary)]
        )
    a, b, output = op.int8(0), op.int8(1), op.made_int8()
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


def squared_difference(op: Operator) -> Operation:
    """SQUARED_DIFFERENCE."""
    dtype = _dtype(op)
    if dtype in _WHOLE:
        return _plain(op, dtype)
    binary = _binary(op, left_shift=7 if dtype == "int8" else 0, square=True)
    return HostFunction(
        function=lambda inputs: [rescaling.squared_difference(inputs[0], inputs[1], binary)]
    )


def division(op: Operator) -> Operation:
    """DIV of int8."""
    op.int8(0)
    binary = _binary(op, quotient=True)
    return HostFunction(function=lambda inputs: [rescaling.divide(inputs[0], inputs[1], binary)])


def softmax(op: Operator) -> Operation:
    """SOFTMAX; TensorFlow Lite fixes the output's quantisation."""
    source = op.quantised(op.given(0, "int8", "int16"))
    output = op.quantised(op.made("int8", "int16"))
    beta = float(op.options.beta)
    wanted = {
        ("int8", "int8"): (1.0 / 256.0, -128),
        ("int8", "int16"): (1.0 / 65536.0, -32768),
        ("int16", "int16"): (1.0 / 32768.0, 0),
    }.get((source.dtype, output.dtype))
    if wanted is None:
        raise op.error(f"conversion from {source.dtype} to {output.dtype} is not supported")
    if (output.scale, output.zero_point) != wanted:
        raise op.error(
            f"its output must have scale 1/{round(1 / wanted[0])} and zero point {wanted[1]}"
        )
    if source.dtype == "int16":
        scale = source.scale
        return HostFunction(
            function=lambda inputs: [softmax_wide.softmax_int16(inputs[0], scale, beta)]
        )
    return Softmax(input_scale=source.scale, beta=beta, output_dtype=output.dtype)


def _dtype(op: Operator) -> str:
    """Type of both operands and of the output, which must agree."""
    a, b, output = op.given(0, *_TYPES), op.given(1, *_TYPES), op.made(*_TYPES)
    if not a.dtype == b.dtype == output.dtype:
        raise op.error(f"its types {a.dtype}, {b.dtype} and {output.dtype} differ")
    return a.dtype


def _plain(op: Operator, dtype: str) -> HostFunction:
    low, high = limits(dtype)
    code = getattr(op.options, "fusedActivationFunction", 0) if op.options else 0
    if code:
        raise op.error("a fused activation on whole numbers is not supported")
    kind = op.name
    return HostFunction(
        function=lambda inputs: [rescaling.plain(kind, inputs[0], inputs[1], low, high)]
    )


def _binary(
    op: Operator, *, left_shift: int = 0, square: bool = False, quotient: bool = False
) -> Binary:
    """Parameters as CalculateOpDataAdd, -Mul, -Div and SQUARED_DIFFERENCE's Prepare have them."""
    a, b = op.quantised(op.tensor(0)), op.quantised(op.tensor(1))
    output = op.quantised(op.made(a.dtype))
    scales = [float(np.float32(tensor.scale)) for tensor in (a, b, output)]
    low, high = limits(a.dtype) if square else op.clamp()
    ones = (quantize_multiplier(1.0), quantize_multiplier(1.0))
    if quotient:
        pairs, factor = ones, scales[0] / (scales[1] * scales[2])
    elif left_shift or square:
        twice = 2 * max(scales[:2])
        pairs = (quantize_multiplier(scales[0] / twice), quantize_multiplier(scales[1] / twice))
        if square:
            with np.errstate(over="ignore"):  # an infinite divisor makes a factor of 0, as in C
                divisor = float(np.float32((1 << left_shift * 2) * np.float32(scales[2])))
            factor = twice * twice / divisor
        else:
            factor = twice / ((1 << left_shift) * scales[2])
            if quantize_multiplier(factor)[1] > 0:
                raise op.error(f"output scale {output.scale} is too small for its inputs")
    else:
        pairs, factor = ones, scales[0] * scales[1] / scales[2]
    return Binary(
        dtype=a.dtype,
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        output_zero_point=output.zero_point,
        a_scale=pairs[0],
        b_scale=pairs[1],
        output_scale=quantize_multiplier(factor),
        left_shift=left_shift,
        act_min=low,
        act_max=high,
    )


_THREE = ("int8", "int16", "int32")
OPERATORS = (
    *(
        Entry(
            name=name,
            handler=addition if name != "MUL" else multiplication,
            types=_THREE,
            limits="other types than int8 are the host's",
            constants_are_inputs=True,
        )
        for name in ("ADD", "SUB", "MUL")
    ),
    Entry(
        name="SQUARED_DIFFERENCE",
        handler=squared_difference,
        types=_THREE,
        where=HOST,
        constants_are_inputs=True,
    ),
    Entry(
        name="DIV",
        handler=division,
        where=HOST,
        limits="no divisor of zero; below a factor of 64 small quotients are as far off as the "
        "kernel's, whose shift C++ leaves open",
        constants_are_inputs=True,
    ),
    Entry(
        name="SOFTMAX",
        handler=softmax,
        types=("int8", "int8 to int16", "int16"),
        where=HOST,
    ),
)
