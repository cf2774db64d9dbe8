"""Node after node of an ONNX graph into layers; every way it can't be is one sentence.

    QOperator   QLinearConv names its output's scale: the layer is made at once
    QDQ         DequantizeLinear -> Conv -> [Relu] -> QuantizeLinear: the layer is made at the last

A value keeps the name that the file gives it, so that each tensor can be compared with the one that
onnxruntime has there (`Checkpoint`).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from golden.network import Network, NetworkError
from sw.importer.from_onnx import floats
from sw.importer.from_onnx.builder import Builder, Checkpoint, shape_of
from sw.importer.from_onnx.file import Node, check_well_formed, read_onnx
from sw.importer.from_onnx.folding import FOLDED, fold
from sw.importer.from_onnx.handlers import DYNAMIC, HANDLERS
from sw.importer.from_onnx.microsoft import check_schema
from sw.importer.from_onnx.values import (
    PLAIN,
    Island,
    Outside,
    Places,
    Quantised,
    Real,
)

MISTAKES = (
    ValueError, OverflowError, TypeError, IndexError, KeyError, AttributeError, ZeroDivisionError,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class OnnxNetwork:
    """A network, and where its tensors are in the file."""

    network: Network
    checkpoints: list[Checkpoint]


def survey_onnx(path: Path) -> tuple[OnnxNetwork | None, list[NetworkError]]:
    """The network of an .onnx file, or every reason that can be told why there is none.

    Raises NetworkError for a file that can't be read, or of which nothing can be believed.
    """
    file = read_onnx(path)
    problems = [
        NetworkError(
            f"{path}: node {node.index} {node.kind} (output {node.outputs[:1]}) {_why(node)}"
        )
        for node in file.nodes
        if node.kind not in HANDLERS and node.kind not in FOLDED
    ]
    b = Builder(file=file, constants=dict(file.constants))
    for port in file.inputs:
        if port.dtype in ("int8", "uint8"):
            b.values[port.name] = b.border_input(port.name, port.shape, port.dtype)
        elif port.dtype == "float32":
            index = b.tensor(port.shape, name=port.name, dtype="float32")
            b.inputs.append(index)
            b.values[port.name] = Outside(shape=port.shape, index=index)
        else:
            problems.append(
                NetworkError(
                    f"{path}: its input {port.name!r} is {port.dtype}; int8, uint8 and float32 are "
                    "supported"
                )
            )
    for node in file.nodes:
        missing = [n for n in node.inputs if n and n not in b.values and n not in b.constants]
        known = node.kind in HANDLERS or node.kind in FOLDED
        if problems and (missing or not known):
            continue  # it was refused, or reads what one that was refused would have made
        try:
            _read(b, node)
        except NetworkError as error:
            problems.append(error)
        except MISTAKES as error:
            problems.append(b.error(node, f"its attributes or operands make no sense ({error})"))
    if problems:
        return None, problems
    outputs = [_output(b, port.name) for port in file.outputs]
    if len(set(outputs)) != len(outputs):
        raise NetworkError(f"{path}: one tensor is an output twice; export it once")
    network = Network(
        name=path.stem, tensors=tuple(b.tensors), layers=tuple(b.layers),
        inputs=tuple(b.inputs), outputs=tuple(outputs),
    )  # fmt: skip
    if not b.layers:
        raise NetworkError(f"{path} has nothing to compute: its outputs are its inputs")
    check_well_formed(path)  # last, as our own sentences say more
    return OnnxNetwork(network=network, checkpoints=b.checkpoints), []


def _why(node: Node) -> str:
    """Why an operator is refused."""
    if node.kind in DYNAMIC:
        return (
            "belongs to dynamic quantisation, whose scales are known at run time alone; quantise "
            "the network statically, in QDQ form"
        )
    return "is not supported; docs/operators.md lists what is"


def _read(b: Builder, node: Node) -> None:
    if node.kind == "Shape" and node.input(0) in b.values:
        dims = np.array(shape_of(b.values[node.input(0)]), dtype=np.int64)
        start, end = node.attributes.get("start", 0), node.attributes.get("end")
        b.constants[node.outputs[0]] = dims[start:end]
        return
    if node.kind in FOLDED and all(name in b.constants or not name for name in node.inputs):
        fold(b, node)
        return
    if node.kind not in HANDLERS:
        raise b.error(node, "it must depend on constants alone; export its result as one")
    check_schema(b, node)
    made = HANDLERS[node.kind](b, node)
    values = made if isinstance(made, list) else [made] if made is not None else []
    for name, value in zip(node.outputs, values, strict=False):  # optional outputs may be left out
        if not name:
            continue
        b.values[name] = value
        if isinstance(value, Quantised):
            b.checkpoint(name, value)


def _output(b: Builder, name: str) -> int:
    value = b.values.get(name)
    island = floats.as_island(value) if isinstance(value, Real | Island) else None
    if island is not None and any(isinstance(s, Quantised) for s in island.sources):
        made = floats.left_as_float(b, name, island)
        b.checkpoints.append(
            Checkpoint(
                name=name, shape=island.shape, tensor=made, form=PLAIN,
                kind=island.kind or "DequantizeLinear",
                exact=isinstance(value, Real) and not value.functions,
            )
        )  # fmt: skip
        return made
    if isinstance(value, Places):
        return value.index
    if isinstance(value, Quantised) and b.tensors[next(iter(value.forms.values()))].data is None:
        return b.border_output(value, name)
    raise NetworkError(
        f"{b.path}: its output {name!r} is float32 that no QuantizeLinear rounds, or a constant; "
        "quantise it"
    )
