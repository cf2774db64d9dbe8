"""Rules of persistent variables: handles come from VAR_HANDLE, values have one size."""

from __future__ import annotations

from sw.importer.context import Operator


def handle(op: Operator) -> None:
    """READ_VARIABLE, ASSIGN_VARIABLE: input 0 is a handle, the value is int8."""
    if op.inputs[0] not in op.context.variables:
        raise op.error("it uses a variable that no VAR_HANDLE made")
    if op.record(0).dtype not in ("resource", "int32"):
        raise op.error(
            f"a handle is a resource, not {op.record(0).dtype}; export it anew", tensor=op.tensor(0)
        )
    if op.tensor(0).size != 1:
        raise op.error("a handle is one element; export it anew", tensor=op.tensor(0))
    if op.outputs:
        op.output()
    else:
        op.activation(1)
