"""Handlers of conversions: QUANTIZE, DEQUANTIZE, CAST."""

from __future__ import annotations

from golden.network.operations import HostFunction, Lookup, Operation
from golden.operators import lookup, rescaling
from golden.operators.parameters import rescale_multiplier
from sw.importer.context import Operator
from sw.importer.registry import HOST, Entry

_INTEGERS = ("int8", "int16", "int32")


def quantize(op: Operator) -> Operation:
    """QUANTIZE from float32, and between int8, int16 and int32; int8 to int8 is a table."""
    source = op.given(0, "float32", *_INTEGERS)
    target = op.quantised(op.made(*_INTEGERS))
    if source.dtype == "float32":
        if target.dtype == "int32":
            raise op.error("conversion from float32 to int32 is not supported")
        return HostFunction(
            function=lambda inputs: [
                rescaling.quantize_float(
                    inputs[0], target.dtype, scale=target.scale, zero_point=target.zero_point
                )
            ]
        )
    op.quantised(source)
    if source.dtype == "int32" and target.dtype == "int32":
        raise op.error("conversion from int32 to int32 is not supported")
    scale = rescale_multiplier(source.scale, target.scale)
    if source.dtype == target.dtype == "int8":
        return Lookup(
            table=op.defined(
                lambda: lookup.requantize_table(
                    input_scale=source.scale,
                    input_zero_point=source.zero_point,
                    output_scale=target.scale,
                    output_zero_point=target.zero_point,
                )
            )
        )
    return HostFunction(
        function=lambda inputs: [
            rescaling.requantize_to(
                inputs[0],
                target.dtype,
                zero_point=source.zero_point,
                scale=scale,
                output_zero_point=target.zero_point,
            )
        ]
    )


def dequantize(op: Operator) -> Operation:
    """DEQUANTIZE of int8 or int16 to float32."""
    source = op.quantised(op.given(0, "int8", "int16"))
    op.made("float32")
    return HostFunction(
        function=lambda inputs: [
            rescaling.dequantize(inputs[0], scale=source.scale, zero_point=source.zero_point)
        ]
    )


def cast(op: Operator) -> Operation:
    """CAST between int8, int16, int32, bool and float32."""
    kinds = ("int8", "int16", "int32", "bool", "float32")
    source, target = op.given(0, *kinds), op.made(*kinds)
    if source.flipped or target.flipped:
        raise op.error("casts of uint8 are not supported")
    return HostFunction(function=lambda inputs: [rescaling.cast(inputs[0], target.dtype)])


OPERATORS = (
    Entry(
        name="QUANTIZE",
        handler=quantize,
        types=(
            "int8",
            "int8 to int16",
            "int16",
            "int16 to int8",
            "int32 to int8",
            "float32 to int8",
        ),
        limits="int8 to int8 is a table on the core; all else is the host's",
    ),
    Entry(
        name="DEQUANTIZE",
        handler=dequantize,
        types=("int8", "int16"),
        where=HOST,
        also=frozenset({"float32"}),
    ),
    Entry(
        name="CAST", handler=cast, types=("int8", "int16", "int32", "bool", "float32"), where=HOST
    ),
)
