"""Handlers of comparisons, maxima, arguments of maxima, logic and selection."""

from __future__ import annotations

from golden.network.operations import HostFunction, Maximum, Operation
from golden.numerics import quantize_multiplier
from golden.operators import ordering
from sw.importer.context import Operator
from sw.importer.registry import HOST, Entry


def relation(op: Operator) -> Operation:
    """EQUAL and its like; int8 is compared by value, so both get their scale."""
    a, b = op.activation(0), op.activation(1)
    if a.dtype != b.dtype:
        raise op.error(f"it compares {a.dtype} with {b.dtype}")
    op.made("bool")
    if a.dtype != "int8":
        return HostFunction(function=lambda inputs: [ordering.relation(op.name, *inputs)])
    scales = []
    for tensor in (op.quantised(a), op.quantised(b)):
        if tensor.scale >= 1.0:
            raise op.error(f"tensor {tensor.name!r} has a scale of 1 or more")
        multiplier, shift = quantize_multiplier(tensor.scale)
        scales.append({"zero_point": tensor.zero_point, "multiplier": multiplier, "shift": shift})
    return HostFunction(
        function=lambda inputs: [
            ordering.relation(
                op.name,
                *(
                    ordering.comparable(values, **scale)
                    for values, scale in zip(inputs, scales, strict=True)
                ),
            )
        ]
    )


def extreme(op: Operator) -> Operation:
    """MAXIMUM and MINIMUM; both inputs and the output share one quantisation."""
    a, b, output = op.activation(0), op.activation(1), op.output()
    largest = op.name == "MAXIMUM"
    if not a.dtype == b.dtype == output.dtype:
        raise op.error(f"its types {a.dtype}, {b.dtype} and {output.dtype} differ")
    return Maximum(smallest=not largest)


def argument(op: Operator) -> Operation:
    """ARG_MAX and ARG_MIN along a constant axis."""
    source = op.given(0, "int8", "float32")
    rank = len(source.shape)
    (axis,) = op.axes(1, rank)
    op.made("int32")
    largest = op.name == "ARG_MAX"
    return HostFunction(
        function=lambda inputs: [ordering.argument(inputs[0], axis=axis, largest=largest)]
    )


def select(op: Operator) -> Operation:
    """SELECT_V2 by a bool tensor."""
    op.given(0, "bool")
    op.activation(1)
    return HostFunction(function=lambda inputs: [ordering.select(*inputs)])


def logical(op: Operator) -> Operation:
    """LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT."""
    for position in range(len(op.inputs)):
        op.given(position, "bool")
    op.made("bool")
    return HostFunction(function=lambda inputs: [ordering.logical(op.name, *inputs)])


_REAL = frozenset({"float32"})
_OF_BOOL = ("EQUAL", "NOT_EQUAL")
OPERATORS = (
    *(
        Entry(
            name=name,
            handler=relation,
            types=("int8", "int32", "bool") if name in _OF_BOOL else ("int8", "int32"),
            where=HOST,
            constants_are_inputs=True,
            also=_REAL,
        )
        for name in ordering.RELATIONS
    ),
    *(
        Entry(
            name=name,
            handler=extreme,
            types=("int8", "int16", "int32"),
            limits="other types than int8 are the host's",
            constants_are_inputs=True,
            also=_REAL | {"int64"},
        )
        for name in ("MAXIMUM", "MINIMUM")
    ),
    Entry(name="ARG_MAX", handler=argument, where=HOST),
    Entry(name="ARG_MIN", handler=argument, where=HOST),
    Entry(
        name="SELECT_V2",
        handler=select,
        types=("int8", "int16"),
        where=HOST,
        constants_are_inputs=True,
        also=_REAL,
    ),
    *(
        Entry(name=name, handler=logical, types=("bool",), where=HOST, constants_are_inputs=True)
        for name in ("LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT")
    ),
)
