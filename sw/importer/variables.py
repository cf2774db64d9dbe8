"""Persistent variables of streaming networks: handles, reads, assignments, initial values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, NetworkError
from golden.network.operations import AssignVariable, ReadVariable
from sw.importer.context import Context, Operator
from sw.importer.records import FileRecord, GraphRecord
from sw.importer.registry import NOWHERE, Entry

HANDLE_TYPES = ("resource", "int32")


def var_handle(op: Operator) -> None:
    """VAR_HANDLE: its output tensor stands for the variable of that name from now on."""
    op.context.variables[op.outputs[0]] = _shared_name(op.options)


def call_once(op: Operator) -> None:
    """CALL_ONCE: the subgraph it names sets initial values, which ``initial_state`` reads."""


def read_variable(op: Operator) -> ReadVariable:
    """READ_VARIABLE."""
    return ReadVariable(variable=_name(op))


def assign_variable(op: Operator) -> AssignVariable:
    """ASSIGN_VARIABLE."""
    return AssignVariable(variable=_name(op))


def _name(op: Operator) -> str:
    name = op.context.variables.get(op.inputs[0])
    if name is None:
        raise op.error("it uses a variable that no VAR_HANDLE made")
    return name


def initial_state(file: FileRecord, context: Context) -> dict[str, NDArray[Any]]:
    """Value of each variable before the first inference.

    Read from the constants that the once-called subgraphs assign. Raises NetworkError for a
    variable that is never initialised, or not with an int8 constant.
    """
    state: dict[str, NDArray[Any]] = dict(context.state)
    called = {
        operator.options.initSubgraphIndex
        for operator in file.graphs[0].operators
        if operator.kind == "CallOnceOptions"
    }
    for graph in (file.graphs[index] for index in sorted(called)):
        handles: dict[int, str] = {}
        for operator in graph.operators:
            name = file.operator_name(operator)
            if name == "VAR_HANDLE" and operator.kind == "VarHandleOptions" and operator.outputs:
                handles[operator.outputs[0]] = _shared_name(operator.options)
            elif name == "ASSIGN_VARIABLE":
                if (
                    len(operator.inputs) != 2
                    or operator.inputs[0] not in handles
                    or graph.tensors[operator.inputs[0]].dtype not in HANDLE_TYPES
                ):
                    raise NetworkError(
                        f"{context.path}: an initial value goes to no variable; export it anew"
                    )
                variable = handles[operator.inputs[0]]
                if variable not in context.variables.values():
                    raise NetworkError(
                        f"{context.path}: variable {variable[:40]!r} is given a value and never "
                        "used; export it without"
                    )
                state[variable] = _constant(file, graph, operator.inputs[1], variable)
    for name in context.variables.values():
        if name not in state:
            raise NetworkError(
                f"{context.path}: variable {name[:40]!r} has no initial value; export it with one"
            )
    return state


def _constant(file: FileRecord, graph: GraphRecord, index: int, variable: str) -> NDArray[np.int8]:
    tensor = graph.tensors[index] if index >= 0 else None
    data = None if tensor is None else file.buffers[tensor.buffer].data
    if tensor is None or tensor.dtype != "int8" or data is None or not data.size:
        raise NetworkError(
            f"{file.path}: the initial value of {variable[:40]!r} is no int8 constant; export it so"
        )
    return np.frombuffer(data.tobytes(), dtype=np.int8).reshape(tensor.shape)


def check_variables(
    context: Context, layers: Sequence[Layer], state: dict[str, NDArray[Any]]
) -> None:
    """Raise NetworkError where a variable is read or assigned in another shape than it has."""
    for layer in layers:
        match layer.operation:
            case ReadVariable(variable=name):
                tensor = context.tensors[layer.outputs[0]]
            case AssignVariable(variable=name):
                if len(layer.inputs) != 1:
                    raise NetworkError(
                        f"{context.path}: variable {name[:40]!r} is assigned a constant; assign it "
                        "something that is computed"
                    )
                tensor = context.tensors[layer.inputs[0]]
            case _:
                continue
        if tensor.shape != state[name].shape:
            raise NetworkError(
                f"{context.path}: tensor {tensor.name!r} has shape {tensor.shape}, its variable "
                f"{name[:40]!r} has {state[name].shape}; export it anew"
            )


def _shared_name(options: Any) -> str:
    """Name of a variable: container and name, each as C reads it, up to its first 0.

    What is no plain letter is written as %XX, so that no two variables share a name here.
    """
    parts = []
    for text in (options.container, options.sharedName):
        raw = text if isinstance(text, bytes) else str(text or "").encode()
        parts.append(quote(raw.partition(b"\0")[0], safe=" "))
    container, name = parts
    return f"{container}/{name}" if container else name


OPERATORS = (
    Entry(name="VAR_HANDLE", handler=var_handle, where=NOWHERE),
    Entry(name="CALL_ONCE", handler=call_once, where=NOWHERE),
    Entry(name="READ_VARIABLE", handler=read_variable),
    Entry(name="ASSIGN_VARIABLE", handler=assign_variable, data=1),
)
