"""Persistent variables of streaming networks: handles, reads, assignments, initial values."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import NetworkError
from golden.network.operations import AssignVariable, ReadVariable
from sw.importer.context import Context, Operator


def var_handle(op: Operator) -> None:
    """VAR_HANDLE: its output tensor stands for the variable of that name from now on."""
    name = op.options.sharedName
    op.context.variables[op.outputs[0]] = name.decode() if isinstance(name, bytes) else str(name)


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


def initial_state(model: schema.ModelT, context: Context) -> dict[str, NDArray[np.int8]]:
    """Value of each variable before the first inference.

    Read from the constants that the once-called subgraph assigns. Raises NetworkError for a
    variable that is never initialised.
    """
    state: dict[str, NDArray[np.int8]] = {}
    for subgraph in model.subgraphs[1:]:
        handles: dict[int, str] = {}
        for operator in subgraph.operators or []:
            code = model.operatorCodes[operator.opcodeIndex]
            number = max(code.builtinCode, code.deprecatedBuiltinCode)
            if number == schema.BuiltinOperator.VAR_HANDLE:
                handles[int(operator.outputs[0])] = operator.builtinOptions.sharedName.decode()
            elif number == schema.BuiltinOperator.ASSIGN_VARIABLE:
                handle, value = (int(i) for i in operator.inputs)
                tensor = subgraph.tensors[value]
                data = model.buffers[tensor.buffer].data
                shape = [int(n) for n in tensor.shape]
                if data is None or len(data) == 0:
                    raise NetworkError(
                        f"{context.path}: the initial value of {handles[handle]!r} is empty"
                    )
                state[handles[handle]] = np.frombuffer(bytes(data), dtype=np.int8).reshape(shape)
    for name in context.variables.values():
        if name not in state:
            raise NetworkError(f"{context.path}: variable {name!r} has no initial value")
    return state
