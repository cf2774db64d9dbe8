"""Rules on the shapes of operands that hold axes, sizes or paddings: kernels ask for a rank.

tflite-micro refuses another one (reverse.cc, transpose_common.cc, mirror_pad.cc, fill.cc,
broadcast_to.cc, expand_dims.cc and both resizings), LiteRT too (space_to_batch_nd.cc). Where
kernels take any shape of as many elements, nothing is asked here. The sweep in
tests/files/test_shapes.py puts the question for every tensor of every operator.
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
