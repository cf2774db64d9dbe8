"""Order: every tensor that is read is a constant, an input, or was written by an operator before.

A cycle is a tensor that is read before it is written, too.
"""

from __future__ import annotations

from golden.network import NetworkError
from sw.importer.records import FileRecord


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
