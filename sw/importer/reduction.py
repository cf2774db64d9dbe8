"""Handlers of reductions over constant axes."""

from __future__ import annotations

from typing import Any

from golden.network.operations import Extreme, HostFunction, Mean, Operation, Total
from golden.operators import reduction
from golden.operators.mean import mean_multiplier
from golden.operators.parameters import rescale_multiplier
from sw.importer.context import Operator
from sw.importer.registry import Entry


def mean(op: Operator) -> Operation:
    """MEAN and SUM."""
    source = op.quantised(op.given(0, "int8", "int16"))
    output = op.quantised(op.made(source.dtype))
    multiplier, shift = rescale_multiplier(source.scale, output.scale)
    axes = op.axes(1, len(source.shape))
    keep = bool(op.options.keepDims)
    if op.name == "MEAN" and source.dtype == "int8":
        return Mean(
            axes=axes,
            keep_dims=keep,
            input_zero_point=source.zero_point,
            output_zero_point=output.zero_point,
            multiplier=multiplier,
            shift=shift,
        )
    if op.name == "MEAN":
        count = 1
        for axis in axes:
            count *= source.shape[axis]
        multiplier, shift = mean_multiplier(multiplier, shift, count)
    parameters: dict[str, Any] = {
        "axes": axes,
        "keep_dims": keep,
        "output_zero_point": output.zero_point,
        "multiplier": multiplier,
        "shift": shift,
    }
    if source.dtype == "int8":
        return Total(input_zero_point=source.zero_point, **parameters)
    point = source.zero_point
    return HostFunction(
        function=lambda inputs: [reduction.total(inputs[0], input_zero_point=point, **parameters)]
    )


def extreme(op: Operator) -> Operation:
    """REDUCE_MAX and REDUCE_MIN; input and output share one quantisation."""
    source = op.given(0, "int8", "int16", "int32", "float32")
    op.made(source.dtype)
    return Extreme(
        axes=op.axes(1, len(source.shape)),
        keep_dims=bool(op.options.keepDims),
        smallest=op.name == "REDUCE_MIN",
    )


_LIMITS = "at most 255 rows, and 64 groups in front of the axes; int16 is the host's"
OPERATORS = (
    Entry(name="MEAN", handler=mean, types=("int8", "int16"), limits=_LIMITS),
    Entry(name="SUM", handler=mean, types=("int8", "int16"), limits=_LIMITS),
    Entry(name="REDUCE_MAX", handler=extreme, limits=_LIMITS),
    Entry(name="REDUCE_MIN", handler=extreme, limits=_LIMITS),
)
