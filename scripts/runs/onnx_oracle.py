"""Golden against onnxruntime, tensor by tensor: each on what golden has in front of it.

The nodes between one tensor of the file that golden computes and the next are cut out and run on
golden's values, so that each layer answers for itself. Where the layer is exact (moves, maxima,
tables of a rescaling, products whose integers round all sums as float32 does) every bit must be
equal; elsewhere onnxruntime rounds float32 values, golden integers, and one step of the output is
allowed and counted.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Network, run_network
from honeyguide.cli import UserError
from sw.execution import split_inputs
from sw.importer.from_onnx.builder import TO_PLAIN, Checkpoint
from sw.importer.from_onnx.file import load, read_onnx
from sw.importer.from_onnx.network import OnnxNetwork, survey_onnx
from sw.importer.from_onnx.values import IMAGE
from sw.importer.unsigned import TOP_BIT

Array = NDArray[Any]
ALMOST = 1e-5  # how far float32 results may be apart, of 1 or of the value if that is more


class RuntimeRefusedError(Exception):
    """onnxruntime does not run a part of the network; the message says why."""


@dataclass(kw_only=True)
class Compared:
    """What came of the comparison; `near` are values one step apart where that is allowed."""

    tensors: int = 0
    comparisons: int = 0
    mismatches: int = 0
    near: int = 0
    exact: int = 0
    first: str = ""
    ends: int = 0
    ends_differ: int = 0
    ends_most: int = 0


@dataclass(frozen=True, kw_only=True)
class Piece:
    """The nodes that make one tensor, as a session of onnxruntime, and what it reads."""

    checkpoint: Checkpoint
    session: Any
    inputs: tuple[str, ...]


def compare_with_onnxruntime(path: Path, inputs: NDArray[np.generic]) -> Compared:
    """Run golden on inputs, and onnxruntime on each of its layers.

    Raises:
        RuntimeRefusedError: onnxruntime is not there, or does not run the network.
        UserError: golden has no result for an input.
    """
    found, problems = survey_onnx(path)
    if found is None:
        raise RuntimeRefusedError(str(problems[0]))
    pieces, whole = _pieces(path, found)
    result = Compared(tensors=len(pieces))
    network = found.network
    for number, row in enumerate(inputs):
        given = split_inputs(network, row)
        try:
            values = run_network(network, given)
        except ValueError as error:
            raise UserError(f"input {number} of this network has no result: {error}") from None
        known = {network.tensors[i].name: v for i, v in zip(network.inputs, given, strict=True)}
        known |= {p.checkpoint.name: _as_file(found, p.checkpoint, values) for p in pieces}
        judged = {}
        for piece in pieces:
            name = piece.checkpoint.name
            theirs = _run(piece.session, {name: known[name] for name in piece.inputs})[0]
            _compare(result, piece.checkpoint, known[name], theirs, number)
            judged[name] = (piece.checkpoint, theirs)
        ends = zip(network.outputs, [item.name for item in whole.get_outputs()], strict=True)
        for index, name in ends:
            if index in turned(found) and name in judged:
                checkpoint, theirs = judged[name]
                _compare(result, checkpoint, values[index], theirs, number)
        if result.mismatches and saturates(network):
            raise RuntimeRefusedError(
                "this processor has no VNNI, and without it onnxruntime saturates sums of int8 "
                f"products at 16 bits ({result.first})"
            )
        _compare_ends(result, found, values, _run(whole, {n: known[n] for n in _names(whole)}))
    return result


def values_to_judge(found: OnnxNetwork) -> int:
    """Return how many values golden computes of an input that onnxruntime has to judge."""
    wanted = [*(checkpoint.tensor for checkpoint in found.checkpoints), *turned(found)]
    return sum(found.network.tensors[index].size for index in wanted)


def turned(found: OnnxNetwork) -> list[int]:
    """Return the outputs that are no checkpoint: one in another form, as NCHW or uint8."""
    made = {index for layer in found.network.layers for index in layer.outputs}
    judged = {checkpoint.tensor for checkpoint in found.checkpoints}
    return [index for index in found.network.outputs if index in made - judged]


def saturates(network: Network) -> bool:
    """Whether onnxruntime may saturate sums here: int8 activations on x86 without VNNI."""
    info = Path("/proc/cpuinfo")
    if platform.machine().lower() not in ("x86_64", "amd64") or not info.is_file():
        return False
    if "vnni" in info.read_text(encoding="utf-8", errors="replace"):
        return False
    return any(tensor.dtype == "int8" and not tensor.flipped for tensor in network.tensors)


def _pieces(path: Path, found: OnnxNetwork) -> tuple[list[Piece], Any]:
    model, file = load(path), read_onnx(path)
    made_by = {name: node.index for node in file.nodes for name in node.outputs if name}
    ports = {port.name: (port.dtype, port.shape) for port in file.inputs}
    kinds = dict(ports)
    for checkpoint in found.checkpoints:
        tensor = found.network.tensors[checkpoint.tensor]
        dtype = "uint8" if tensor.flipped else tensor.dtype
        kinds[checkpoint.name] = (dtype, checkpoint.shape)
    pieces = []
    for checkpoint in found.checkpoints:
        nodes, read = _behind(file, made_by, kinds, checkpoint.name)
        session = _session(model, nodes, read, [checkpoint.name], kinds)
        pieces.append(Piece(checkpoint=checkpoint, session=session, inputs=tuple(read)))
    outputs = [port.name for port in file.outputs]
    whole = _session(model, range(len(file.nodes)), list(ports), outputs, kinds)
    return pieces, whole


def _behind(
    file: Any, made_by: dict[str, int], known: dict[str, Any], name: str
) -> tuple[list[int], list[str]]:
    """Nodes that make a tensor of known ones, and which of those they read."""
    nodes: set[int] = set()
    read: list[str] = []
    waiting = [made_by[name]]
    while waiting:
        number = waiting.pop()
        if number in nodes:
            continue
        nodes.add(number)
        for operand in file.nodes[number].inputs:
            if operand in known:
                read.append(operand)
            elif operand in made_by:
                waiting.append(made_by[operand])
    return sorted(nodes), list(dict.fromkeys(read))


def _session(
    model: Any, nodes: Sequence[int], read: Sequence[str], made: Sequence[str], kinds: Any
) -> Any:
    try:
        import onnxruntime
    except ModuleNotFoundError:
        raise RuntimeRefusedError("onnxruntime is not installed; make run installs it") from None
    from onnx import ModelProto, helper

    part = ModelProto()
    part.ir_version = model.ir_version
    part.opset_import.extend(model.opset_import)
    chosen = [model.graph.node[number] for number in nodes]
    used = {name for node in chosen for name in node.input} | set(made)
    part.graph.name = "part"
    part.graph.node.extend(chosen)
    part.graph.initializer.extend(i for i in model.graph.initializer if i.name in used)
    for name in read:
        dtype, shape = kinds[name]
        element = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        part.graph.input.append(helper.make_tensor_value_info(name, element, list(shape)))
    outputs = {item.name: item for item in model.graph.output}
    for name in made:
        if name in kinds:
            dtype, shape = kinds[name]
            element = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
            part.graph.output.append(helper.make_tensor_value_info(name, element, list(shape)))
        else:
            part.graph.output.append(outputs[name])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if any(kinds[name][0] == "uint8" for name in read):
        # Else a processor without VNNI saturates sums of two products at 16 bits. Beside int8
        # there is no such setting.
        options.add_session_config_entry("session.x64quantprecision", "1")
    try:
        return onnxruntime.InferenceSession(
            part.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # its exceptions have no common base
        raise RuntimeRefusedError(
            f"it does not run this model: {str(error).splitlines()[0]}"
        ) from error


def _names(session: Any) -> list[str]:
    return [item.name for item in session.get_inputs()]


def _run(session: Any, arrays: dict[str, Array]) -> list[Array]:
    try:
        found: list[Array] = session.run(None, arrays)
    except Exception as error:
        raise RuntimeRefusedError(f"it stops: {str(error).splitlines()[0]}") from error
    return found


def _as_file(found: OnnxNetwork, checkpoint: Checkpoint, values: dict[int, Array]) -> Array:
    """A tensor of golden as the file has it: NCHW, uint8."""
    tensor, array = found.network.tensors[checkpoint.tensor], values[checkpoint.tensor]
    if checkpoint.form == IMAGE:
        array = array.transpose(TO_PLAIN).reshape(checkpoint.shape)
    if tensor.flipped:
        array = array.view(np.uint8) ^ np.uint8(TOP_BIT)
    return np.ascontiguousarray(array)


def _compare(
    result: Compared, checkpoint: Checkpoint, ours: Array, theirs: Array, number: int
) -> None:
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        result.mismatches += ours.size
        result.first = result.first or (
            f"tensor {checkpoint.name!r} of {checkpoint.kind}: onnxruntime has {theirs.dtype} "
            f"{theirs.shape}, golden {ours.dtype} {ours.shape}"
        )
        return
    result.comparisons += ours.size
    if ours.dtype.kind == "f":
        differ = (ours != theirs) & ~(np.isnan(ours) & np.isnan(theirs))
        wrong = differ
        if not checkpoint.exact:  # functions of float32, which libraries round each in their way
            wrong = differ & (np.abs(ours - theirs) > ALMOST * np.maximum(np.abs(theirs), 1))
    else:
        distance = np.abs(ours.astype(np.int32) - theirs.astype(np.int32))
        wrong = distance > (0 if checkpoint.exact else 1)
        result.near += int(((distance == 1) & ~wrong).sum())
    result.exact += ours.size if checkpoint.exact else 0
    result.mismatches += int(wrong.sum())
    if wrong.any() and not result.first:
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        allowed = "must be equal" if checkpoint.exact else "may be one step off"
        result.first = (
            f"input {number}, tensor {checkpoint.name!r} of {checkpoint.kind} at {at}: onnxruntime "
            f"has {theirs[at]}, golden {ours[at]}; it {allowed}"
        )


def _compare_ends(
    result: Compared, found: OnnxNetwork, values: dict[int, Array], theirs: list[Array]
) -> None:
    """How far whole networks are apart at their outputs, in steps; no verdict."""
    for index, other in zip(found.network.outputs, theirs, strict=True):
        ours = values[index]
        step = 1.0
        if ours.dtype.kind == "f":
            makers = [layer for layer in found.network.layers if index in layer.outputs]
            step = found.network.tensors[makers[0].inputs[0]].scale if makers else 1.0
        distance = np.rint(np.abs(ours.astype(np.float64) - other.astype(np.float64)) / step)
        result.ends += ours.size
        result.ends_differ += int((distance > 0).sum())
        result.ends_most = max(result.ends_most, int(distance.max(initial=0)))
