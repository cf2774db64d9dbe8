"""Structure: what stands for something else stands for one that exists, and is written before.

Every count and index is checked; every tensor that is read is a constant, an input, or was written
by an operator before (a cycle is a tensor that is read before it is written, too). At the border,
what goes in must be of a known type; float32 may stand in front of QUANTIZE, or where values are
only moved.
"""

from __future__ import annotations

from golden.network import NetworkError
from sw.importer.records import FileRecord, GraphRecord, OperatorRecord, TensorRecord


def check_structure(file: FileRecord) -> None:
    """Raise NetworkError for an index that points nowhere, or a file without a network."""
    if not file.graphs or not file.graphs[0].operators:
        raise NetworkError(f"{file.path} holds no network: it is damaged or has no operators")
    for graph in file.graphs:
        for operator in graph.operators:
            _check_operator(file, graph, operator)
    main = file.graphs[0]
    for what, indices in (("input", main.inputs), ("output", main.outputs)):
        if not indices:
            raise NetworkError(f"{file.path}: the network has no {what}; name one when exporting")
        for index in indices:
            if not 0 <= index < len(main.tensors):
                raise NetworkError(
                    f"{file.path}: the network's {what} is tensor {index}, the file has "
                    f"{len(main.tensors)}: it is damaged"
                )
        if len(set(indices)) != len(indices):
            raise NetworkError(f"{file.path}: one tensor is an {what} twice; export it once")


def check_buffers(file: FileRecord) -> None:
    """Raise NetworkError for a tensor whose buffer is not there."""
    for graph in file.graphs:
        for tensor in graph.tensors:
            if not 0 <= tensor.buffer < len(file.buffers):
                raise NetworkError(
                    f"{file.path}: tensor {tensor.name!r} has buffer {tensor.buffer}, the file has "
                    f"{len(file.buffers)}: it is damaged"
                )


def _check_operator(file: FileRecord, graph: GraphRecord, operator: OperatorRecord) -> None:
    if not 0 <= operator.code < len(file.codes):
        raise NetworkError(
            f"{file.path}: operator {operator.index} has code {operator.code}, the file lists "
            f"{len(file.codes)}: it is damaged"
        )
    where = f"{file.path}: operator {operator.index} {file.operator_name(operator)}"
    for what, indices, least in (("input", operator.inputs, -1), ("output", operator.outputs, 0)):
        for position, index in enumerate(indices):
            if not least <= index < len(graph.tensors):
                raise NetworkError(
                    f"{where}: {what} {position} is tensor {index}, the file has "
                    f"{len(graph.tensors)}: it is damaged"
                )
    if graph is not file.graphs[0] and (operator.custom or operator.intermediates):
        raise NetworkError(
            f"{where}: in a graph that is called once it must not have custom options or "
            "intermediate tensors; export it anew"
        )
    if operator.kind == "CallOnceOptions":
        called = operator.options.initSubgraphIndex
        if graph is not file.graphs[0] or not 1 <= called < len(file.graphs):
            raise NetworkError(
                f"{where}: it calls graph {called} of {len(file.graphs)} once; export it anew"
            )
    if len(set(operator.outputs)) != len(operator.outputs):
        raise NetworkError(f"{where}: it writes one tensor twice; the file is damaged")


def check_order(file: FileRecord) -> None:
    """Raise NetworkError for what is read too early, written twice, or never computed."""
    graph = file.graphs[0]

    def constant(index: int) -> bool:
        return bool(file.buffers[graph.tensors[index].buffer].data.size)

    def named(index: int) -> str:
        return f"{graph.tensors[index].name!r}"

    for index in graph.inputs:
        if constant(index):
            raise NetworkError(f"{file.path}: input {named(index)} is a constant; export it anew")
    writers = {t: operator for operator in graph.operators for t in operator.outputs}
    known = {t.index for t in graph.tensors if constant(t.index) or t.variable} | {*graph.inputs}
    written: set[int] = set()
    for operator in graph.operators:
        where = f"{file.path}: operator {operator.index} {file.operator_name(operator)}"
        for index in operator.inputs:
            if index < 0 or index in known or index in written:
                continue
            later = writers.get(index)
            if later is None:
                raise NetworkError(
                    f"{where}: no operator writes tensor {named(index)} that it reads"
                )
            raise NetworkError(
                f"{where}: it reads tensor {named(index)} before operator {later.index} "
                f"{file.operator_name(later)} writes it; put the operators in order of execution"
            )
        for index in operator.outputs:
            if index in known or index in written:
                kind = "is a constant or an input" if index in known else "was written before"
                raise NetworkError(f"{where}: it writes tensor {named(index)}, which {kind}")
            written.add(index)
    for index in graph.outputs:
        if index not in written:
            kind = "is a constant" if constant(index) else "is computed by no operator"
            raise NetworkError(
                f"{file.path}: output {named(index)} {kind}; name a tensor that an operator writes"
            )


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
            f"{tensor.dtype}{_advice(file, tensor)}"
        )


def _advice(file: FileRecord, source: TensorRecord) -> str:
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
