"""Handlers of elementwise functions of one tensor: tables on int8, arithmetic on int16."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import HostFunction, Lookup, Operation, ParametricRelu
from golden.numerics import narrow, quantize_multiplier
from golden.operators import lookup, rescaling, sigmoid, transfer
from golden.operators.parameters import rescale_multiplier
from sw.importer.context import Operator
from sw.importer.registry import LITERT, Entry

_ON_HOST = "int16 is the host's"


def logistic(op: Operator) -> Operation:
    """LOGISTIC."""
    return _sigmoid(op, lookup.logistic_table, sigmoid.logistic_int16)


def tanh(op: Operator) -> Operation:
    """TANH."""
    return _sigmoid(op, lookup.tanh_table, sigmoid.tanh_int16)


def _sigmoid(
    op: Operator,
    table: Callable[..., NDArray[np.int8]],
    function: Callable[..., NDArray[np.int16]],
) -> Operation:
    source = op.quantised(op.given(0, "int8", "int16"))
    op.made(source.dtype)
    if source.dtype == "int8":
        made = op.defined(
            lambda: table(input_scale=source.scale, input_zero_point=source.zero_point)
        )
        return Lookup(table=narrow(made, "int8"))
    multiplier, left_shift = op.defined(lambda: sigmoid.int16_argument(source.scale))
    name = function.__name__
    return HostFunction(
        function=lambda inputs: [
            getattr(sigmoid, name)(inputs[0], multiplier=multiplier, left_shift=left_shift)
        ]
    )


def hard_swish(op: Operator) -> Operation:
    """HARD_SWISH."""
    return _table(op, lookup.hard_swish_table)


def relu(op: Operator) -> Operation:
    """RELU as an operator of its own."""
    if op.tensor(0).dtype == "int8":
        return _table(op, lookup.relu_table)
    source, output = _pair(op)
    scale = rescale_multiplier(source.scale, output.scale)
    low = output.zero_point
    return HostFunction(
        function=lambda inputs: [
            rescaling.rectify(
                inputs[0],
                low=low,
                high=32767,
                zero_point=source.zero_point,
                output_zero_point=output.zero_point,
                scale=scale,
            )
        ]
    )


def relu6(op: Operator) -> Operation:
    """RELU6 as an operator of its own."""
    source = op.int8(0)
    return Lookup(
        table=op.defined(
            lambda: lookup.relu6_table(input_scale=source.scale, input_zero_point=source.zero_point)
        )
    )


def bounded_relu(op: Operator) -> Operation:
    """RELU_0_TO_1 and RELU_N1_TO_1, which rescale."""
    low = 0.0 if op.name == "RELU_0_TO_1" else -1.0
    return _table(op, partial(lookup.bounded_table, low=low, high=1.0))


def leaky_relu(op: Operator) -> Operation:
    """LEAKY_RELU."""
    alpha = float(op.options.alpha)
    if op.tensor(0).dtype == "int8":
        return _table(op, partial(lookup.leaky_relu_table, alpha=alpha))
    source, output = _pair(op)
    positive = rescale_multiplier(source.scale, output.scale)
    negative = rescale_multiplier(source.scale, output.scale, factor=alpha)
    return HostFunction(
        function=lambda inputs: [
            rescaling.leaky(
                inputs[0],
                zero_point=source.zero_point,
                output_zero_point=output.zero_point,
                positive=positive,
                negative=negative,
            )
        ]
    )


def absolute(op: Operator) -> Operation:
    """ABS."""
    source, output = _pair(op)
    scale = None if source.scale == output.scale else rescale_multiplier(source.scale, output.scale)

    def function(x: NDArray[np.integer]) -> NDArray[np.integer]:
        return rescaling.absolute(
            x, zero_point=source.zero_point, output_zero_point=output.zero_point, scale=scale
        )

    if source.dtype == "int16":
        return HostFunction(function=lambda inputs: [function(inputs[0])])
    return Lookup(table=function(lookup.INPUTS.astype(np.int8)).astype(np.int8))


def negate(op: Operator) -> Operation:
    """NEG: LiteRT turns the number round as it stands, tflite-micro runs none of these types.

    So int8 and int16 are defined where that is the real number's negative: zero points of 0, one
    scale. The most negative number stays what it is.
    """
    source = op.given(0, "int8", "int16", "int32", "int64")
    output = op.made(source.dtype)
    if source.zero_point or output.zero_point or source.scale != output.scale:
        raise op.error(
            "its zero points are not 0, or its scales differ, for which no interpreter defines "
            "it; use SUB from 0",
            tensor=source,
        )
    if source.dtype == "int8":
        return Lookup(table=np.negative(lookup.INPUTS.astype(np.int8)))
    return HostFunction(function=lambda inputs: [np.negative(inputs[0])])


def rsqrt(op: Operator) -> Operation:
    """RSQRT; below the zero point it has no value, and tflite-micro stops."""
    source, output = op.int8(0), op.made_int8()
    return Lookup(
        table=op.defined(
            lambda: transfer.rsqrt_table(
                input_scale=source.scale,
                input_zero_point=source.zero_point,
                output_scale=output.scale,
                output_zero_point=output.zero_point,
            )
        ),
        least=source.zero_point,
    )


def real_function(op: Operator) -> Operation:
    """ELU, GELU, EXP, LOG: computed in float32 for each of 256 inputs."""
    name = op.name
    if name == "GELU":
        name = "GELU approximate" if op.options.approximate else "GELU"
    return _table(op, partial(transfer.real_table, name))


def prelu(op: Operator) -> Operation:
    """PRELU; with one constant slope a table."""
    source, output, alpha = op.int8(0), op.made_int8(), op.int8(1)
    parameters: dict[str, Any] = {
        "zero_point": source.zero_point,
        "alpha_zero_point": alpha.zero_point,
        "output_zero_point": output.zero_point,
        "positive": rescale_multiplier(source.scale, output.scale),
        "negative": quantize_multiplier(
            float(np.float32(source.scale))
            * float(np.float32(alpha.scale))
            / float(np.float32(output.scale))
        ),
    }
    slope = alpha.data
    if slope is not None and slope.size == 1:
        inputs = lookup.INPUTS.astype(np.int8)
        table = op.defined(lambda: rescaling.prelu(inputs, slope.reshape(1), **parameters))
        return Lookup(table=table.astype(np.int8))
    return ParametricRelu(**parameters)


def _pair(op: Operator) -> tuple[Any, Any]:
    source = op.quantised(op.given(0, "int8", "int16"))
    return source, op.quantised(op.made(source.dtype))


def _table(op: Operator, make: Callable[..., NDArray[np.int8]]) -> Lookup:
    source, output = op.int8(0), op.made_int8()
    return Lookup(
        table=op.defined(
            lambda: make(
                input_scale=source.scale,
                input_zero_point=source.zero_point,
                output_scale=output.scale,
                output_zero_point=output.zero_point,
            )
        )
    )


_BOTH = ("int8", "int16")
OPERATORS = (
    Entry(name="LOGISTIC", handler=logistic, types=_BOTH, limits=_ON_HOST),
    Entry(name="TANH", handler=tanh, types=_BOTH, limits=_ON_HOST),
    Entry(name="HARD_SWISH", handler=hard_swish),
    Entry(name="RELU", handler=relu, types=_BOTH, limits=_ON_HOST),
    Entry(name="RELU6", handler=relu6),
    Entry(name="RELU_0_TO_1", handler=bounded_relu, judge=LITERT),
    Entry(name="RELU_N1_TO_1", handler=bounded_relu, judge=LITERT),
    Entry(name="LEAKY_RELU", handler=leaky_relu, types=_BOTH, limits=_ON_HOST),
    Entry(
        name="PRELU",
        handler=prelu,
        limits="slopes that are constants, one or one a channel; all else is the host's",
        constants_are_inputs=True,
    ),
    Entry(name="ELU", handler=real_function),
    Entry(name="GELU", handler=real_function, judge=LITERT),
    Entry(name="EXP", handler=real_function, judge=LITERT),
    Entry(name="LOG", handler=real_function, judge=LITERT),
    Entry(name="RSQRT", handler=rsqrt, limits="no input below its zero point"),
    Entry(name="ABS", handler=absolute, types=_BOTH, limits=_ON_HOST),
    Entry(
        name="NEG",
        handler=negate,
        judge=LITERT,
        types=("int8", "int16", "int32"),
        limits="zero points 0 and one scale; other types than int8 are the host's",
    ),
)
