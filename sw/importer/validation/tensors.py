"""Tensors: shapes, types, bytes of constants, scales and zero points."""

from __future__ import annotations

import math

import numpy as np

from golden.network import NetworkError
from sw.importer.records import FileRecord, GraphRecord, TensorRecord

MOST_DIMENSIONS = 6  # tflite-micro keeps no more
MOST_BYTES = 256 << 20  # of all tensors that are computed

# Bits of an element, and limits of its zero point, of the types that are looked into.
ELEMENT_BITS = {
    "int4": 4, "int8": 8, "uint8": 8, "bool": 8, "int16": 16, "uint16": 16, "float16": 16,
    "int32": 32, "uint32": 32, "float32": 32, "int64": 64, "uint64": 64, "float64": 64,
}  # fmt: skip
CONSTANTS = frozenset({"int4", "int8", "uint8", "bool", "int16", "int32", "int64", "float32"})
ZERO_POINTS = {
    "int4": (-8, 7),
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "int32": (-(1 << 31), (1 << 31) - 1),
}


def check_tensors(file: FileRecord) -> list[NetworkError]:
    """Return a NetworkError for each tensor that cannot be what the file says.

    Shapes, bytes and scales are looked at only of tensors that somebody uses: converters leave
    others behind.
    """
    problems = []
    for graph in file.graphs:
        for tensor in graph.tensors:
            try:
                _check_kind(file, tensor)
            except NetworkError as error:
                problems.append(error)
        computed = 0
        for index in sorted(used(graph)):
            tensor = graph.tensors[index]
            try:
                _check_shape(file, tensor)
                _check_data(file, tensor)
                _check_quantisation(file, tensor)
            except NetworkError as error:
                problems.append(error)
                continue
            computed += math.prod(tensor.shape) * ELEMENT_BITS.get(tensor.dtype, 8) // 8
            if computed > MOST_BYTES:
                problems.append(
                    NetworkError(
                        f"{file.path}: up to tensor {tensor.name!r} of shape {tensor.shape} the "
                        f"tensors take {computed >> 20} MiB, {MOST_BYTES >> 20} are the most; "
                        "use a smaller network"
                    )
                )
                break
    return problems


def used(graph: GraphRecord) -> set[int]:
    """Return the tensors that are read or written."""
    found = {*graph.inputs, *graph.outputs}
    for operator in graph.operators:
        found.update(operator.inputs, operator.outputs)
    return found & set(range(len(graph.tensors)))


def _refuse(file: FileRecord, tensor: TensorRecord, what: str) -> NetworkError:
    return NetworkError(f"{file.path}: {user(file, tensor)}tensor {tensor.name!r} {what}")


def user(file: FileRecord, tensor: TensorRecord) -> str:
    """Return the first operator that reads or writes a tensor, to name it in a sentence."""
    for graph in file.graphs:
        if any(other is tensor for other in graph.tensors):
            for operator in graph.operators:
                if tensor.index in (*operator.inputs, *operator.outputs):
                    return f"operator {operator.index} {file.operator_name(operator)}: "
    return ""


def _check_kind(file: FileRecord, tensor: TensorRecord) -> None:
    if tensor.details:
        what = f"is quantised with details of kind {tensor.details}, which nothing here reads"
        raise _refuse(file, tensor, f"{what}; quantise it with scales and zero points")
    if tensor.external:
        what = f"keeps its bytes in another file (external buffer {tensor.external})"
        raise _refuse(file, tensor, f"{what}; export one file")


def _check_shape(file: FileRecord, tensor: TensorRecord) -> None:
    if len(tensor.shape) > MOST_DIMENSIONS:
        what = f"has {len(tensor.shape)} or more dimensions"
        raise _refuse(file, tensor, f"{what}; {MOST_DIMENSIONS} are the most")
    if any(size < 1 for size in tensor.shape):
        what = f"has shape {tensor.shape}: sizes must be 1 or more"
        raise _refuse(file, tensor, f"{what}; export the network with fixed shapes")


def _check_data(file: FileRecord, tensor: TensorRecord) -> None:
    buffer = file.buffers[tensor.buffer]
    if buffer.outside:
        raise _refuse(
            file, tensor, "keeps its bytes behind the flatbuffer; export a file below 2 GiB"
        )
    if tensor.sparse:
        raise _refuse(file, tensor, "is sparse; export dense weights")
    if tensor.dtype == "int4" and not buffer.data.size:
        raise _refuse(
            file, tensor, "is int4 and computed; only constants may be, export it as int8"
        )
    if not buffer.data.size:
        return
    if tensor.dtype not in CONSTANTS:
        what = f"is a constant of type {tensor.dtype}, which nothing here reads"
        raise _refuse(file, tensor, f"{what}; export it as int8, int32 or float32")
    wanted = -(-math.prod(tensor.shape) * ELEMENT_BITS[tensor.dtype] // 8)
    if buffer.data.size != wanted:
        what = f"of shape {tensor.shape} and type {tensor.dtype} needs {wanted} bytes"
        raise _refuse(file, tensor, f"{what}, its buffer has {buffer.data.size}: it is damaged")


def _check_quantisation(file: FileRecord, tensor: TensorRecord) -> None:
    scales, points = tensor.scales, tensor.zero_points
    if tensor.dtype not in ZERO_POINTS or not (scales.size or points.size):
        return
    if scales.size != points.size:
        what = f"has {scales.size} scales and {points.size} zero points"
        raise _refuse(file, tensor, f"{what}; export one zero point for each scale")
    wrong = np.flatnonzero(~(np.isfinite(scales) & (scales > 0)))
    if wrong.size:
        what = f"has scale {float(scales[wrong[0]])!r}"
        raise _refuse(file, tensor, f"{what}; scales must be finite and above 0: quantise it again")
    low, high = ZERO_POINTS[tensor.dtype]
    outside = np.flatnonzero((points < low) | (points > high))
    if outside.size:
        what = f"has zero point {int(points[outside[0]])}, outside of {tensor.dtype}"
        raise _refuse(file, tensor, f"{what} ({low}..{high}); quantise it again")
    if scales.size == 1 and not tensor.axis:
        return
    if not 0 <= tensor.axis < len(tensor.shape):
        what = f"is quantised along axis {tensor.axis} of {len(tensor.shape)}"
        raise _refuse(file, tensor, f"{what}; quantise it again")
    if scales.size not in (1, tensor.shape[tensor.axis]):
        what = (
            f"has {scales.size} scales for {tensor.shape[tensor.axis]} channels on axis "
            f"{tensor.axis}"
        )
        raise _refuse(file, tensor, f"{what}; give it one scale, or one for each channel")
