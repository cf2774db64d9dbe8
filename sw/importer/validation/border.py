"""The network's border: what goes in must be int8, and a refusal says what the body is."""

from __future__ import annotations

from golden.network import NetworkError
from sw.importer.records import FileRecord, TensorRecord


def check_border(file: FileRecord) -> None:
    """Raise NetworkError for an input that is not int8."""
    graph = file.graphs[0]
    for index in graph.inputs:
        tensor = graph.tensors[index]
        if tensor.dtype != "int8":
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
    if source.dtype == "uint8" and "uint8" in bodies:
        return (
            " and so is its body, in the older scheme; quantise it to int8 (the converter of "
            "TensorFlow 2 does)"
        )
    return "; quantise it to int8 first"
