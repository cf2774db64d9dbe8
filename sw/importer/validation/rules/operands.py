"""Rules that hold for operands of many operators: shapes, and types beside each other.

Operands that hold axes, sizes or paddings, have the rank that kernels ask for:
tflite-micro refuses another one (reverse.cc, transpose_common.cc, mirror_pad.cc, fill.cc,
broadcast_to.cc, expand_dims.cc and both resizings), LiteRT too (space_to_batch_nd.cc). Where
kernels take any shape of as many elements, nothing is asked here. The sweep in
tests/files/test_shapes.py puts the question for every tensor of every operator.

Each operator's entry says which types it takes at all; here is what tflite-micro's kernels refuse
of their combinations. The sweep in tests/files/test_types.py asks it of every operator and type.
"""

from __future__ import annotations

from collections.abc import Callable

from sw.importer.context import Operator


def vector(*positions: int) -> Callable[[Operator], None]:
    """Return the rule that these operands have one dimension."""

    def rule(op: Operator) -> None:
        for position in positions:
            tensor = op.tensor(position)
            if len(tensor.shape) != 1:
                raise op.error(
                    f"it has shape {tensor.shape}, a vector is wanted; export it anew",
                    tensor=tensor,
                )

    return rule


def single(position: int) -> Callable[[Operator], None]:
    """Return the rule that an operand is one number, or a vector of one."""

    def rule(op: Operator) -> None:
        tensor = op.tensor(position)
        if tensor.shape not in ((), (1,)):
            raise op.error(
                f"it has shape {tensor.shape}, one number is wanted; export it anew", tensor=tensor
            )

    return rule


def pairs(position: int) -> Callable[[Operator], None]:
    """Return the rule that an operand has two numbers a row."""

    def rule(op: Operator) -> None:
        tensor = op.tensor(position)
        if len(tensor.shape) != 2 or tensor.shape[1] != 2:
            raise op.error(
                f"it has shape {tensor.shape}, rows of two are wanted; export it anew",
                tensor=tensor,
            )

    return rule


BETWEEN = frozenset({"QUANTIZE"})  # takes one and makes the other
FOUR_BITS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"})
NO_UINT8 = frozenset({
    "ABS", "SQUARED_DIFFERENCE", "SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM", "ZEROS_LIKE", "NEG",
    "LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT", "BROADCAST_TO", "RESIZE_BILINEAR",
    "BATCH_MATMUL",
})  # fmt: skip
SYMMETRIC = frozenset({
    "CONCATENATION", "BATCH_MATMUL", "MUL", "LOGISTIC", "TANH", "RELU", "LEAKY_RELU", "ABS",
    "SQUARED_DIFFERENCE", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "TRANSPOSE_CONV",
})  # fmt: skip


def one_signedness(op: Operator) -> None:
    """No operator but a conversion has uint8 tensors beside int8 ones."""
    if op.name in BETWEEN:
        made, given = op.context.records[op.outputs[0]].dtype, op.record(0).dtype
        if made == "uint8" and given not in ("float32", "int8", "uint8"):
            raise op.error(f"it makes uint8 of {given}, which nothing does; make it int8")
        return
    named = {
        op.context.records[index].dtype: op.context.tensors[index]
        for index in (*op.inputs, *op.outputs)
        if index >= 0
    }
    if "uint8" in named and named.keys() & {"int8", "int4", "int16"}:
        other = next(iter(sorted(named.keys() & {"int8", "int4", "int16"})))
        raise op.error(
            f"it is uint8, another tensor of this operator is {other}; put a QUANTIZE between them",
            tensor=named["uint8"],
        )


def unsigned(op: Operator) -> None:
    """Operators whose kernels know no uint8, neither tflite-micro's nor LiteRT's."""
    for index in (*op.inputs, *op.outputs):
        if op.name in NO_UINT8 and index >= 0 and op.context.records[index].dtype == "uint8":
            raise op.error(
                "it is uint8, which this operator is not known for; quantise it to int8",
                tensor=op.context.tensors[index],
            )


def four_bits(op: Operator) -> None:
    """int4 is for the weights of products alone."""
    for position, index in enumerate(op.inputs):
        weights = op.name in FOUR_BITS and position == 1
        if index >= 0 and not weights and op.record(position).dtype == "int4":
            raise op.error(
                "it is int4, which only weights may be; export it as int8",
                tensor=op.tensor(position),
            )


def symmetric(op: Operator) -> None:
    """Where kernels of int16 leave the zero point out, it is 0."""
    if op.name not in SYMMETRIC:
        return
    for index in (*op.inputs, *op.outputs):
        if index < 0 or op.context.records[index].dtype != "int16":
            continue
        if op.context.records[index].zero_points.any():
            raise op.error(
                "it is int16 with a zero point other than 0; quantise it symmetrically",
                tensor=op.context.tensors[index],
            )


def plain_integers(op: Operator) -> None:
    """ADD and SUB of int32 are of whole numbers, without a scale."""
    for index in (*op.inputs, *op.outputs):
        record = op.context.records[index]
        if record.dtype == "int32" and record.scales.size:
            raise op.error(
                "it is int32 with a scale, which this operator does not heed; export it without",
                tensor=op.context.tensors[index],
            )


EVERYWHERE = (one_signedness, unsigned, four_bits, symmetric)
