"""The network's border: what goes in must be of a known type, and a refusal says what the body is.

float32 may stand in front of QUANTIZE, or where values are only moved.
"""

from __future__ import annotations

from golden.network import NetworkError
from sw.importer.records import FileRecord, TensorRecord

INTEGERS = frozenset({"int8", "uint8", "int16", "int32", "int64", "bool"})
BORDER = frozenset({"QUANTIZE", "CAST", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE"})


def check_border(file: FileRecord) -> None:
    """Raise NetworkError for an input of a type that nothing behind it can take."""
    graph = file.graphs[0]
    for index in graph.inputs:
        tensor = graph.tensors[index]
        readers = {file.operator_name(o) for o in graph.operators if index in o.inputs}
        if tensor.dtype in INTEGERS or (tensor.dtype == "float32" and readers <= BORDER):
            continue
        raise NetworkError(
            f"{file.path} is not an int8 network: its input {tensor.name!r} is "
            f"{tensor.dtype}{advice(file, tensor)}"
        )


def advice(file: FileRecord, source: TensorRecord) -> str:
    """Return what to do about an input, which depends on what is behind it."""
    graph = file.graphs[0]
    bodies = {
        graph.tensors[operator.outputs[0]].dtype
        for operator in graph.operators
        if operator.outputs and file.operator_name(operator) not in ("QUANTIZE", "DEQUANTIZE")
    }
    if "int8" in bodies:
        return (
            ", though its body is int8; convert it again with inference_input_type=tf.int8 (and "
            "inference_output_type), so that no conversion stands at its border"
        )
    return "; quantise it to int8 first"
