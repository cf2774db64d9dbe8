"""What a .tflite file says, as plain records: nothing here is believed yet.

The file is verified first (`flatbuffer.py`), so that reading it is safe; whether indices, shapes
and quantisation make sense is for `validation`.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import NetworkError
from sw.importer.flatbuffer import DamagedError, verify

IDENTIFIER = b"TFL3"
SCHEMA_VERSION = 3  # every .tflite file since 2017
LONGEST_NAME = 120  # characters of a name that are kept
MOST_FILE_BYTES = 256 << 20  # as much as the bench has memory
MOST_DIMENSIONS = 64  # of a shape that is read at all

_TYPE_NAMES = {
    code: name.lower() for name, code in vars(schema.TensorType).items() if not name.startswith("_")
}
_OPERATOR_NAMES = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")
}
_OPTIONS_NAMES = {
    code: name for name, code in vars(schema.BuiltinOptions).items() if not name.startswith("_")
}


@dataclass(frozen=True, kw_only=True)
class TensorRecord:
    """A tensor: ``dtype`` as the schema names it; ``scales`` float32, ``zero_points`` int64.

    ``details`` is the kind of further quantisation, ``external`` the number of a buffer in another
    file; 0 is none.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    buffer: int
    scales: NDArray[np.float32]
    zero_points: NDArray[np.int64]
    axis: int
    variable: bool
    sparse: bool
    details: int
    external: int


@dataclass(frozen=True, kw_only=True)
class CodeRecord:
    """An entry of the list of operators that a file uses."""

    name: str
    version: int


@dataclass(frozen=True, kw_only=True)
class OperatorRecord:
    """An operator; ``inputs`` may hold -1. ``kind`` is the options' table, empty without one.

    ``custom`` says that it has options of its own besides; ``intermediates`` are tensors of its
    own work.
    """

    index: int
    code: int
    kind: str
    options: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    custom: bool
    intermediates: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class GraphRecord:
    """A subgraph."""

    tensors: Sequence[TensorRecord]
    operators: Sequence[OperatorRecord]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class BufferRecord:
    """Bytes of a constant, empty for none; ``outside`` says that they follow the flatbuffer."""

    data: NDArray[np.uint8]
    outside: bool


@dataclass(frozen=True, kw_only=True)
class FileRecord:
    """A file: the first of its graphs is the network."""

    path: Path
    codes: Sequence[CodeRecord]
    buffers: Sequence[BufferRecord]
    graphs: Sequence[GraphRecord] = field(default_factory=tuple)

    def operator_name(self, operator: OperatorRecord) -> str:
        """Name of an operator as the schema has it."""
        return self.codes[operator.code].name


def refuse_no_file(path: Path) -> None:
    """Raise NetworkError for what has no end, or none yet: a device, a pipe, a socket."""
    if path.exists() and not path.is_dir() and not path.is_file():
        raise NetworkError(f"cannot read the network {path}: it is a device or a pipe, no file")


def read_file(path: Path) -> FileRecord:
    """Read a .tflite file.

    Raises NetworkError, with one sentence, for a file that is missing, of another kind or damaged.
    """
    try:
        refuse_no_file(path)
        with path.open("rb") as file:
            head = file.read(8)
            if head[4:8] != IDENTIFIER:
                mark = IDENTIFIER.decode()
                raise NetworkError(f"{path} is not a TensorFlow Lite file (no {mark} mark)")
            if (size := os.fstat(file.fileno()).st_size) > MOST_FILE_BYTES:
                most = MOST_FILE_BYTES >> 20
                raise NetworkError(f"{path} has {size >> 20} MiB; a network has {most} MiB or less")
            raw = head + file.read()
    except OSError as error:
        raise NetworkError(f"cannot read the network {path}: {error.strerror}") from error
    try:
        verify(raw)
        return _model(path, schema.Model.GetRootAs(raw, 0))
    except (DamagedError, struct.error, IndexError, ValueError, TypeError) as error:
        raise NetworkError(f"{path} is truncated or damaged: {error}") from error


def _model(path: Path, model: Any) -> FileRecord:
    if model.Version() != SCHEMA_VERSION:
        raise NetworkError(
            f"{path} is written in version {model.Version()} of the format, {SCHEMA_VERSION} is "
            "known; export it anew"
        )
    return FileRecord(
        path=path,
        codes=[_code(model.OperatorCodes(i)) for i in range(model.OperatorCodesLength())],
        buffers=[_buffer(model.Buffers(i)) for i in range(model.BuffersLength())],
        graphs=[_graph(model.Subgraphs(i)) for i in range(model.SubgraphsLength())],
    )


def _code(code: Any) -> CodeRecord:
    # Old files hold the code in the deprecated byte, new ones in the int32: the larger one counts.
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
    name = _OPERATOR_NAMES.get(number, f"number {number}")
    if number == schema.BuiltinOperator.CUSTOM:
        name = f"CUSTOM({_text(code.CustomCode(), '?')})"
    return CodeRecord(name=name, version=code.Version())


def _buffer(buffer: Any) -> BufferRecord:
    empty = buffer.DataIsNone() or not buffer.DataLength()
    data = np.zeros(0, dtype=np.uint8) if empty else buffer.DataAsNumpy()
    return BufferRecord(data=data, outside=buffer.Offset() > 1 or buffer.Size() > 1)


def _graph(graph: Any) -> GraphRecord:
    return GraphRecord(
        tensors=[_tensor(i, graph.Tensors(i)) for i in range(graph.TensorsLength())],
        operators=[_operator(i, graph.Operators(i)) for i in range(graph.OperatorsLength())],
        inputs=_indices(graph.Inputs, graph.InputsLength()),
        outputs=_indices(graph.Outputs, graph.OutputsLength()),
    )


def _tensor(index: int, tensor: Any) -> TensorRecord:
    quantization = tensor.Quantization()
    scaled = quantization is not None and quantization.ScaleLength()
    pointed = quantization is not None and quantization.ZeroPointLength()
    shape = _indices(tensor.Shape, min(tensor.ShapeLength(), MOST_DIMENSIONS))
    return TensorRecord(
        index=index,
        name=_text(tensor.Name(), f"tensor{index}"),
        shape=shape,
        dtype=_TYPE_NAMES.get(tensor.Type(), f"type {tensor.Type()}"),
        buffer=tensor.Buffer(),
        scales=quantization.ScaleAsNumpy() if scaled else np.zeros(0, dtype=np.float32),
        zero_points=quantization.ZeroPointAsNumpy() if pointed else np.zeros(0, dtype=np.int64),
        axis=quantization.QuantizedDimension() if quantization is not None else 0,
        variable=bool(tensor.IsVariable()),
        sparse=tensor.Sparsity() is not None,
        details=quantization.DetailsType() if quantization is not None else 0,
        external=tensor.ExternalBuffer(),
    )


def _operator(index: int, operator: Any) -> OperatorRecord:
    kind = _OPTIONS_NAMES.get(operator.BuiltinOptionsType(), "")
    table = operator.BuiltinOptions()
    options = None
    if table is not None and hasattr(schema, f"{kind}T"):
        view = getattr(schema, kind)()
        view.Init(table.Bytes, table.Pos)
        options = getattr(schema, f"{kind}T").InitFromObj(view)
    return OperatorRecord(
        index=index,
        code=operator.OpcodeIndex(),
        kind=kind if options is not None else "",
        options=options,
        inputs=_indices(operator.Inputs, operator.InputsLength()),
        outputs=_indices(operator.Outputs, operator.OutputsLength()),
        custom=not operator.CustomOptionsIsNone(),
        intermediates=_indices(operator.Intermediates, operator.IntermediatesLength()),
    )


def _indices(element: Any, count: int) -> tuple[int, ...]:
    return tuple(int(element(i)) for i in range(count))


def _text(text: bytes | None, otherwise: str) -> str:
    return text.decode(errors="replace")[:LONGEST_NAME] if text else otherwise
