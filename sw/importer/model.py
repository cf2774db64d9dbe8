"""Read a .tflite file into a Network; every way it can be unusable is one sentence.

bytes -> flatbuffer.py -> records.py -> validation/ -> handlers -> Network
         is it one?       what it says   is it so?     what it does
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, Network, NetworkError, Tensor
from sw.importer.context import Context, Operator
from sw.importer.records import FileRecord, OperatorRecord, TensorRecord, read_file
from sw.importer.registry import CONSTANT_OPERANDS, HANDLERS
from sw.importer.validation import (
    check_border,
    check_buffers,
    check_operator,
    check_order,
    check_signature,
    check_structure,
    check_tensors,
)
from sw.importer.variables import check_variables, initial_state

NUMPY_TYPES = frozenset({"float32", "int8", "uint8", "int16", "int32", "int64", "bool"})


def import_network(path: Path) -> Network:
    """Network of a .tflite file.

    Raises NetworkError, with one sentence, for a file that is missing, damaged, not int8, or that
    uses an operator golden does not know or in a way that tflite-micro refuses.
    """
    file = read_file(path)
    check_structure(file)
    check_border(file)
    graph = file.graphs[0]
    for operator in graph.operators:
        check_known(file, operator)
        check_signature(file, operator)
    check_buffers(file)
    check_tensors(file)
    check_order(file)
    tensors = tuple(tensor_of(file, record) for record in graph.tensors)
    context = Context(path=path, tensors=tensors, records=graph.tensors)
    layers: list[Layer] = []
    for record in graph.operators:
        code = file.codes[record.code]
        layer = layer_of(context.operator(code.name, code.version, record), len(layers))
        if layer is not None:
            layers.append(layer)
    state = initial_state(file, context)
    check_variables(context, layers, state)
    return Network(
        name=path.stem,
        tensors=tensors,
        layers=tuple(layers),
        inputs=graph.inputs,
        outputs=graph.outputs,
        state=state,
    )


def check_known(file: FileRecord, operator: OperatorRecord) -> None:
    """Raise NetworkError for an operator that has no handler."""
    name = file.operator_name(operator)
    if name in HANDLERS:
        return
    tensors = file.graphs[0].tensors
    target = repr(tensors[operator.outputs[0]].name) if operator.outputs else "(none)"
    raise NetworkError(
        f"{file.path}: operator {name} (output tensor {target}) is not supported; "
        f"supported are {', '.join(sorted(HANDLERS))}"
    )


def layer_of(operator: Operator, index: int) -> Layer | None:
    """Check an operator and return its layer, None for bookkeeping of variables."""
    check_operator(operator)
    try:
        operation = HANDLERS[operator.name](operator)
    except NetworkError:
        raise
    except (ValueError, OverflowError) as error:  # golden refuses the numbers
        raise operator.error(str(error)) from error
    if operation is None:
        return None
    operands = tuple(
        i
        for i in operator.inputs
        if operator.context.is_activation(i) or (operator.name in CONSTANT_OPERANDS and i >= 0)
    )
    return Layer(
        index=index,
        operator=operator.name,
        inputs=operands,
        outputs=operator.outputs,
        operation=operation,
    )


def tensor_of(file: FileRecord, record: TensorRecord) -> Tensor:
    """Return golden's tensor of a record that was checked."""
    one = record.scales.size == 1
    return Tensor(
        index=record.index,
        name=record.name,
        shape=record.shape,
        dtype=record.dtype,
        scale=float(record.scales[0]) if one else 0.0,
        zero_point=int(record.zero_points[0]) if one and record.zero_points.size else 0,
        data=constant_of(file, record),
        channel_scales=record.scales.astype(np.float32) if record.scales.size else None,
    )


def constant_of(file: FileRecord, record: TensorRecord) -> NDArray[np.generic] | None:
    """Return the value of a constant, None for what is computed or has a type nobody reads.

    A tensor that nobody uses was not checked, and may not fit its bytes: it has no value.
    """
    data = file.buffers[record.buffer].data
    if not data.size or record.dtype not in NUMPY_TYPES:
        return None
    kind = np.dtype(record.dtype).newbyteorder("<")
    if data.size != int(np.prod(record.shape, dtype=object)) * kind.itemsize:
        return None
    return np.frombuffer(data.tobytes(), dtype=kind).reshape(record.shape)
