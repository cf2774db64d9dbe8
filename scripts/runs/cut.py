"""Cut operators out of a .tflite file: a network of these alone, with the tensors where they were.

What they read and nobody among them makes becomes an input. `compacted` then drops what is not used
any more, and with it the old places.
"""

from __future__ import annotations

from collections.abc import Collection

from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.tflite_writer import packed


class CutError(ValueError):
    """These operators make no network."""


def read_model(raw: bytes) -> schema.ModelT:
    """Return a file as objects that can be changed."""
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(raw, 0))


def operators(raw: bytes) -> list[str]:
    """Return the names of a network's operators, without those that only name a variable."""
    model = read_model(raw)
    names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
    codes = [names[model.operatorCodes[o.opcodeIndex].builtinCode] for o in _main(model).operators]
    return [name for name in codes if name not in ("VAR_HANDLE", "CALL_ONCE")]


def _main(model: schema.ModelT) -> schema.SubGraphT:
    return model.subgraphs[0]


def cut(raw: bytes, chosen: Collection[int]) -> bytes:
    """Return the network of the operators of these numbers.

    Handles of variables, and the graph that sets their values, come along where they are used.

    Raises:
        CutError: they have nothing to compute, or nothing to compute it from.
    """
    model = read_model(raw)
    graph = model.subgraphs[0]
    whole = list(graph.operators)
    handles = {
        int(index): number
        for number, operator in enumerate(whole)
        for index in _list(operator.outputs)
        if graph.tensors[index].type == schema.TensorType.RESOURCE
    }
    wanted = {n for n in chosen if _list(whole[n].outputs) and n not in handles.values()}
    wanted |= {n for n in chosen if not _list(whole[n].outputs) and len(_list(whole[n].inputs)) > 1}
    if not wanted:
        raise CutError("nothing is computed")
    used = {index for n in wanted for index in _list(whole[n].inputs)} & set(handles)
    if used:
        wanted |= {handles[index] for index in used}
        wanted |= {n for n, operator in enumerate(whole) if _calls(operator)}
    else:
        model.subgraphs = [graph]
    kept = [whole[n] for n in sorted(wanted)]
    read = [index for operator in kept for index in _list(operator.inputs) if index >= 0]
    made = [index for operator in kept for index in _list(operator.outputs)]
    needed = [
        index
        for index in dict.fromkeys(read)
        if index not in made and not _constant(model, index) and not graph.tensors[index].isVariable
    ]
    # What reads constants and variables alone is asked with the network's own inputs.
    graph.inputs = needed or [index for index in _list(graph.inputs) if index not in made]
    ends = [index for index in made if index not in read and index not in handles]
    graph.outputs = ends or [index for index in made if index not in handles][-1:]
    if not graph.outputs or not graph.inputs:
        raise CutError("it has no input or no output")
    graph.operators = kept
    _drop_codes(model)  # LiteRT refuses a file for one that it does not know, used or not
    model.signatureDefs = None
    model.metadata = None
    return packed(model)


def compacted(raw: bytes) -> bytes:
    """Return the same network without the tensors, codes and bytes that nothing uses."""
    model = read_model(raw)
    _drop_codes(model)
    buffers = {0: 0}
    for graph in model.subgraphs:
        used = {*_list(graph.inputs), *_list(graph.outputs)}
        for operator in graph.operators:
            used |= {*_list(operator.inputs), *_list(operator.outputs)} - {-1}
        place = {index: number for number, index in enumerate(sorted(used))}
        place[-1] = -1
        graph.tensors = [graph.tensors[index] for index in sorted(used)]
        for tensor in graph.tensors:
            tensor.buffer = buffers.setdefault(tensor.buffer, len(buffers))
        for item in (graph, *graph.operators):
            item.inputs = [place[index] for index in _list(item.inputs)]
            item.outputs = [place[index] for index in _list(item.outputs)]
    model.buffers = [model.buffers[old] for old in buffers]
    return packed(model)


def input_tensors(raw: bytes) -> list[int]:
    """Return the tensors that are the network's inputs."""
    graph = schema.Model.GetRootAs(raw, 0).Subgraphs(0)
    return [int(graph.Inputs(i)) for i in range(graph.InputsLength())]


def _drop_codes(model: schema.ModelT) -> None:
    codes: dict[int, int] = {}
    for graph in model.subgraphs:
        for operator in graph.operators:
            operator.opcodeIndex = codes.setdefault(operator.opcodeIndex, len(codes))
    model.operatorCodes = [model.operatorCodes[old] for old in codes]


def _calls(operator: schema.OperatorT) -> bool:
    return bool(operator.builtinOptionsType == schema.BuiltinOptions.CallOnceOptions)


def _constant(model: schema.ModelT, index: int) -> bool:
    data = model.buffers[model.subgraphs[0].tensors[index].buffer].data
    return data is not None and len(data) > 0


def _list(indices: object) -> list[int]:
    return [] if indices is None else [int(index) for index in indices]  # type: ignore[attr-defined]
