"""Read a .tflite file into a Network; every way it can be unusable is one sentence.

bytes -> flatbuffer.py -> records.py -> validation/ -> handlers -> Network
         is it one?       what it says   is it so?     what it does
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, Network, NetworkError, Tensor
from golden.network.operations import (
    AssignVariable,
    HostFunction,
    Operation,
    ReadVariable,
    Recurrent,
)
from sw.importer.context import Context
from sw.importer.records import FileRecord, OperatorRecord, TensorRecord, read_file
from sw.importer.registry import FAMILIES, OPERATORS
from sw.importer.unsigned import border_tensor, flip, flipped
from sw.importer.validation import (
    check_border,
    check_buffers,
    check_operator,
    check_order,
    check_signature,
    check_structure,
    check_tensors,
)

VARIABLES = FAMILIES["variables"][1].split()
NUMPY_TYPES = frozenset({"float32", "int8", "uint8", "int16", "int32", "int64", "bool"})


def import_network(path: Path) -> Network:
    """Network of a .tflite or .onnx file.

    Raises NetworkError, with one sentence, for a file that is missing, damaged, not quantised, or
    that uses an operator golden does not know or in a way that tflite-micro refuses.
    """
    network, problems = survey_network(path)
    if network is None:
        raise problems[0]
    return network


def is_onnx(path: Path) -> bool:
    """Whether a path names an ONNX file."""
    return path.suffix.lower() == ".onnx"


def survey_network(path: Path) -> tuple[Network | None, list[NetworkError]]:
    """Network of a .tflite file, or every reason, operator by operator, why there is none.

    An .onnx file takes another way in (`from_onnx/`). Raises NetworkError for a file that cannot be
    read, or of which nothing can be believed.
    """
    if is_onnx(path):
        # Most networks are none, and need not load the ten files that read one.
        from sw.importer.from_onnx.network import survey_onnx

        found, problems = survey_onnx(path)
        return (None if found is None else found.network), problems
    file = read_file(path)
    check_structure(file)
    graph = file.graphs[0]
    problems = collected(
        [partial(check_border, file)]
        + [partial(check_known, file, operator) for operator in graph.operators]
    )
    signed = []
    for operator in graph.operators:
        if file.operator_name(operator) in OPERATORS:
            refused = collected([partial(check_signature, file, operator)])
            problems += refused
            signed += [] if refused else [operator]
    wrong = collected([partial(check_buffers, file)])
    if not wrong:
        wrong = (check_tensors(file) or []) + collected([partial(check_order, file)])
    if wrong:  # the rules of operators believe their tensors
        return None, problems + wrong
    context = Context(
        path=path,
        tensors=[tensor_of(file, record) for record in graph.tensors],
        records=graph.tensors,
    )
    builder = Builder(context, inputs=graph.inputs, outputs=graph.outputs)
    problems += collected([partial(builder.add, file, record) for record in signed])
    if problems:
        return None, problems
    layers = builder.finished_layers()
    state = dict(context.state)
    if any(file.operator_name(operator) in VARIABLES for operator in graph.operators):
        from sw.importer.variables import check_variables, initial_state  # as other families

        state = initial_state(file, context)
        check_variables(context, layers, state)
    return (
        Network(
            name=path.stem,
            tensors=tuple(context.tensors),
            layers=tuple(layers),
            inputs=tuple(builder.inputs),
            outputs=tuple(builder.outputs),
            state=state,
        ),
        [],
    )


def collected(checks: Iterable[Callable[[], None]]) -> list[NetworkError]:
    """Make all checks; return what they refused."""
    refused = []
    for check in checks:
        try:
            check()
        except NetworkError as error:
            refused.append(error)
    return refused


class Builder:
    """Layers under construction. What depends on constants alone is computed here and now."""

    def __init__(self, context: Context, *, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        self.context = context
        self.layers: list[Layer] = []
        self.inputs = list(inputs)
        self.outputs = list(outputs)
        for index, tensor in enumerate(context.tensors):
            if tensor.dtype == "uint8":
                context.tensors[index] = flipped(tensor)
        for position, index in enumerate(inputs):
            if context.tensors[index].flipped:
                self.inputs[position] = context.add(border_tensor(context.tensors[index]))
                self._append("UINT8", flip("int8"), (self.inputs[position],), (index,))

    def add(self, file: FileRecord, record: OperatorRecord) -> None:
        """Add an operator of the file. Raises NetworkError when it cannot be supported."""
        context, code = self.context, file.codes[record.code]
        entry = OPERATORS[code.name]
        operator = context.operator(code.name, code.version, record, entry.dtypes)
        check_operator(operator)
        try:
            operation = entry.handler(operator)
        except NetworkError:
            raise
        except (ValueError, OverflowError) as error:  # golden refuses the numbers
            raise operator.error(str(error)) from error
        if operation is None:
            return  # bookkeeping of variables, nothing to compute
        operands = tuple(
            i
            for position, i in enumerate(operator.inputs)
            if context.is_activation(i)
            or (entry.constants_are_inputs and i >= 0)
            or (position == entry.data and i >= 0 and context.tensors[i].data is not None)
        )
        if context.ignored & set(operator.outputs):
            operands = ()
        try:
            results = self._constants(operation, operands)
        except (ValueError, IndexError, OverflowError) as error:
            raise operator.error(f"its constants can't be computed with: {error}") from error
        if results is None:
            self._append(code.name, operation, operands, operator.outputs)
        elif set(operator.outputs) & set(self.outputs):
            # An output is made in each inference, by a layer that reads nothing.
            given = HostFunction(function=partial(_given, results))
            self._append(code.name, given, (), operator.outputs)
        else:
            for index, value in zip(operator.outputs, results, strict=True):
                shaped = value.reshape(context.tensors[index].shape)
                context.tensors[index] = replace(context.tensors[index], data=shaped)

    def _constants(
        self, operation: Operation, operands: tuple[int, ...]
    ) -> list[NDArray[np.generic]] | None:
        """The outputs, if all that the operator reads are constants."""
        tensors = self.context.tensors
        values = [tensors[index].data for index in operands]
        stateful = isinstance(operation, ReadVariable | AssignVariable | Recurrent)
        if stateful or any(v is None for v in values):
            return None
        return operation.evaluate([v for v in values if v is not None], {})

    def _append(
        self, name: str, operation: Operation, read: tuple[int, ...], written: tuple[int, ...]
    ) -> None:
        self.layers.append(
            Layer(
                index=len(self.layers),
                operator=name,
                inputs=read,
                outputs=written,
                operation=operation,
            )
        )

    def finished_layers(self) -> list[Layer]:
        """All layers, with those behind them that give uint8 back to who asked for it."""
        tensors = self.context.tensors
        for position, index in enumerate(self.outputs):
            if tensors[index].flipped:
                self.outputs[position] = self.context.add(border_tensor(tensors[index]))
                self._append("UINT8", flip("uint8"), (index,), (self.outputs[position],))
        return self.layers


def _given(
    results: list[NDArray[np.generic]], _: Sequence[NDArray[np.generic]]
) -> list[NDArray[np.generic]]:
    return [value.copy() for value in results]


def check_known(file: FileRecord, operator: OperatorRecord) -> None:
    """Raise NetworkError for an operator that has no handler."""
    name = file.operator_name(operator)
    if name in OPERATORS:
        return
    tensors = file.graphs[0].tensors
    target = repr(tensors[operator.outputs[0]].name) if operator.outputs else "(none)"
    raise NetworkError(
        f"{file.path}: operator {name} (output tensor {target}) is not supported; "
        "docs/operators.md lists what is"
    )


def tensor_of(file: FileRecord, record: TensorRecord) -> Tensor:
    """Return golden's tensor of a record that was checked."""
    one = record.scales.size == 1
    return Tensor(
        index=record.index,
        name=record.name,
        shape=record.shape,
        dtype="int8" if record.dtype == "int4" else record.dtype,
        scale=float(record.scales[0]) if one else 0.0,
        zero_point=int(record.zero_points[0]) if one and record.zero_points.size else 0,
        data=constant_of(file, record),
        channel_scales=record.scales.astype(np.float32) if record.scales.size else None,
    )


def constant_of(file: FileRecord, record: TensorRecord) -> NDArray[Any] | None:
    """Return the value of a constant, None for what is computed or has a type nobody reads.

    A tensor that nobody uses was not checked, and may not fit its bytes: it has no value.
    """
    data = file.buffers[record.buffer].data
    if record.dtype == "int4" and data.size:
        count = int(np.prod(record.shape, dtype=np.int64))
        spread = nibbles(data)[:count]
        return spread.reshape(record.shape) if spread.size == count else None
    if not data.size or record.dtype not in NUMPY_TYPES:
        return None
    kind = np.dtype(record.dtype).newbyteorder("<")
    if data.size != int(np.prod(record.shape, dtype=object)) * kind.itemsize:
        return None
    return np.frombuffer(data.tobytes(), dtype=kind).reshape(record.shape)


def nibbles(data: NDArray[np.uint8]) -> NDArray[np.int8]:
    """Values of four bits, the low half of each byte first, as int8."""
    packed = np.frombuffer(data.tobytes(), dtype=np.int8)
    low, high = (packed << 4).astype(np.int8) >> 4, packed >> 4
    return np.stack([low, high], axis=1).reshape(-1).astype(np.int8)
