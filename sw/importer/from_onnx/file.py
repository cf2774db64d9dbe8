"""What an .onnx file says: nodes, constants, inputs and outputs, checked to be there and sane."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import NetworkError
from sw.importer.from_onnx.apart import StoppedError, apart
from sw.importer.records import refuse_no_file

Array = NDArray[Any]

MOST_BYTES = 512 << 20  # of a file
MOST_ELEMENTS = 256 << 20  # of a tensor
LONGEST_NAME = 800  # characters, so that a sentence that tells one can be read
NEWEST_OPSET = 25
FLAGS = frozenset({
    "allowzero", "antialias", "ceil_mode", "channels_last", "count_include_pad", "exclude_outside",
    "keepdims", "noop_with_empty_axes", "select_last_index", "transA", "transB",
})  # fmt: skip
CHOICES = {  # what an attribute may say, where no other text is looked for
    "auto_pad": (b"", b"NOTSET", b"VALID", b"SAME_UPPER", b"SAME_LOWER"),
    "approximate": (b"none", b"tanh"),
    "keep_aspect_ratio_policy": (b"stretch", b"not_larger", b"not_smaller"),
}
LONGEST_REASON = 300  # characters of what the library says
OURS = ("", "ai.onnx", "com.microsoft")


@dataclass(frozen=True, kw_only=True)
class Node:
    """An operator; an input that is left out has the name ''."""

    index: int
    kind: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: dict[str, Any]

    def input(self, position: int) -> str:
        """Name of an input, '' for one that is left out."""
        return self.inputs[position] if position < len(self.inputs) else ""


@dataclass(frozen=True, kw_only=True)
class Port:
    """An input or output of the graph; dimensions without a number are 1."""

    name: str
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class OnnxFile:
    """A file that can be read."""

    path: Path
    opset: int
    nodes: list[Node]
    inputs: list[Port]
    outputs: list[Port]
    constants: dict[str, Array] = field(default_factory=dict)


def load(path: Path) -> Any:
    """Return the protobuf of a file.

    Raises NetworkError, with one sentence, for a file that is missing, of another kind or damaged.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ModuleNotFoundError:
        raise NetworkError(
            f"{path}: reading it needs the package onnx; make run, compile and check install it"
        ) from None
    try:
        refuse_no_file(path)
        if path.stat().st_size > MOST_BYTES:
            raise NetworkError(f"{path} is larger than {MOST_BYTES >> 20} MiB, which is too much")
        raw = path.read_bytes()
    except OSError as error:
        raise NetworkError(f"cannot read the network {path}: {error.strerror}") from error
    try:
        model = onnx.ModelProto.FromString(raw)
    except (DecodeError, ValueError, RecursionError) as error:
        raise NetworkError(f"{path} is no ONNX file, or is truncated or damaged") from error
    if not model.HasField("graph") or not model.opset_import:
        raise NetworkError(f"{path} is no ONNX file: it has no graph or no operator set")
    return model


def read_onnx(path: Path) -> OnnxFile:
    """Read an .onnx file. Raises NetworkError, with one sentence, for what cannot be believed."""
    from onnx import numpy_helper

    model = load(path)
    graph = model.graph
    opset = max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)
    wrong = [
        o for o in model.opset_import
        if o.version < 1 or (o.domain == "com.microsoft" and o.version > 1)
    ]  # fmt: skip
    if wrong:
        known = f"operator set {wrong[0].version} of {wrong[0].domain!r} is not known"
        raise NetworkError(f"{path}: {known}; export it anew")
    if not 1 <= opset <= NEWEST_OPSET:
        raise NetworkError(f"{path}: operator set {opset} is not known; export it with 13 or later")
    if model.functions:
        raise NetworkError(f"{path} defines functions of its own; export it without")
    if graph.sparse_initializer:
        raise NetworkError(f"{path} has sparse constants; export it with dense ones")
    _check_texts(path, graph)
    constants: dict[str, Array] = {}
    for item in graph.initializer:
        _check_constant(path, item)
        try:
            constants[item.name] = numpy_helper.to_array(item)
        except (ValueError, TypeError, KeyError, NotImplementedError) as error:
            raise NetworkError(
                f"{path}: constant {item.name!r} does not hold what its shape says: it is damaged"
            ) from error
    nodes = [_node(path, index, node) for index, node in enumerate(graph.node)]
    inputs = [_port(path, item) for item in graph.input if item.name not in constants]
    outputs = [_port(path, item) for item in graph.output]
    file = OnnxFile(
        path=path, opset=opset, nodes=nodes, inputs=inputs, outputs=outputs, constants=constants
    )
    _check(file)
    return file


def check_well_formed(path: Path) -> None:
    """Raise NetworkError where the library that defines the format refuses a file.

    It knows which attributes each operator has, of which type, that an attribute holds one value,
    and which types and shapes operators take: what else is in the message, onnxruntime refuses too.
    """
    import onnx

    model = load(path)

    def check() -> None:
        onnx.checker.check_model(model.SerializeToString())
        # The shapes that a tool noted of results bind nobody: onnxruntime only warns of them.
        del model.graph.value_info[:]
        for port in model.graph.output:
            port.type.tensor_type.ClearField("shape")
        for port in model.graph.input:
            for size in port.type.tensor_type.shape.dim:
                if size.dim_value < 0:  # not known, as _port has it
                    size.ClearField("dim_value")
        onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True)

    refusals = (
        onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError, RuntimeError,
    )  # fmt: skip
    try:
        reason = apart(check, refusals)
    except StoppedError as error:
        reason = f"the package that defines the format stops at it ({error})"
    if reason is not None:
        said = " ".join(reason.split())
        plain = "".join(letter if letter.isprintable() else "?" for letter in said)
        raise NetworkError(
            f"{path} is no well-formed ONNX file: {plain[:LONGEST_REASON]}; export it anew"
        )


def _check_constant(path: Path, item: Any) -> None:
    """Raise NetworkError for a constant in another file, which may be any, or without end."""
    import onnx

    if item.data_location == onnx.TensorProto.EXTERNAL:
        raise NetworkError(
            f"{path}: constant {item.name!r} lies in another file; save it as one file"
        )
    if any(n < 0 for n in item.dims) or _size(item.dims) > MOST_ELEMENTS:
        raise NetworkError(f"{path}: constant {item.name!r} has an impossible shape")


def _check_texts(path: Path, graph: Any) -> None:
    """Raise NetworkError for a name that is no UTF-8, which protobuf gives as bytes."""
    names = [item.name for item in (*graph.initializer, *graph.input, *graph.output)]
    for node in graph.node:
        names += [node.name, node.op_type, node.domain, *node.input, *node.output]
        names += [attribute.name for attribute in node.attribute]
    longest = max(map(len, names), default=0)
    if longest > LONGEST_NAME:
        raise NetworkError(f"{path}: a name has {longest} characters; {LONGEST_NAME} are the most")
    wrong = next((name for name in names if not isinstance(name, str)), None)
    if wrong is not None:
        raise NetworkError(f"{path}: the name {wrong!r} is no text (UTF-8); the file is damaged")


def _node(path: Path, index: int, node: Any) -> Node:
    from onnx import helper

    if not (node.domain + node.op_type).isprintable():
        raise NetworkError(f"{path}: node {index} has an operator whose name is no text")
    domain = f"{node.domain}." if node.domain not in OURS else ""
    where = f"{path}: node {index} {domain}{node.op_type}"
    if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
        raise NetworkError(f"{where} holds a graph (a loop or a branch), which is not supported")
    for attribute in node.attribute:
        for item in (attribute.t, *attribute.tensors):
            _check_constant(path, item)
        if attribute.HasField("sparse_tensor") or attribute.sparse_tensors:
            raise NetworkError(f"{where} has sparse constants; export it with dense ones")
    try:
        attributes = {a.name: helper.get_attribute_value(a) for a in node.attribute}
    except (ValueError, TypeError) as error:
        raise NetworkError(f"{where} has a damaged attribute") from error
    for name in sorted(FLAGS & attributes.keys()):
        if attributes[name] not in (0, 1):  # onnxruntime takes some of them for no, some for yes
            raise NetworkError(f"{where}: attribute {name} is {attributes[name]}, not 0 or 1")
    for name in sorted(CHOICES.keys() & attributes.keys()):
        if attributes[name] not in CHOICES[name]:
            known = ", ".join(choice.decode() for choice in CHOICES[name] if choice)
            raise NetworkError(f"{where}: attribute {name} is none of {known}")
    return Node(
        index=index,
        kind=f"{domain}{node.op_type}",
        name=node.name,
        inputs=tuple(node.input),
        outputs=tuple(node.output),
        attributes=attributes,
    )


def _port(path: Path, item: Any) -> Port:
    from onnx import helper

    tensor = item.type.tensor_type
    try:
        dtype = str(helper.tensor_dtype_to_np_dtype(tensor.elem_type))
    except KeyError:
        raise NetworkError(f"{path}: {item.name!r} is no tensor of a known type") from None
    # A dimension with a name, or without anything, is a batch: one inference at a time.
    shape = tuple(d.dim_value if d.dim_value > 0 else 1 for d in tensor.shape.dim)
    if _size(shape) > MOST_ELEMENTS:
        raise NetworkError(f"{path}: {item.name!r} has the impossible shape {shape}")
    return Port(name=item.name, dtype=dtype, shape=shape)


def _check(file: OnnxFile) -> None:
    """Raise NetworkError unless every name is made once, and before it is read."""
    if not file.nodes:
        raise NetworkError(f"{file.path} holds no network: it has no operators")
    for what, ports in (("input", file.inputs), ("output", file.outputs)):
        if not ports:
            raise NetworkError(f"{file.path}: the network has no {what}; name one when exporting")
    for port in file.inputs:
        if not port.shape:
            raise NetworkError(f"{file.path}: {port.name!r} is a single number; give it an axis")
    known = {port.name for port in file.inputs} | set(file.constants)
    if len(known) != len(file.inputs) + len(file.constants):
        raise NetworkError(f"{file.path}: one name stands for two tensors; the file is damaged")
    for node in file.nodes:
        where = f"{file.path}: node {node.index} {node.kind}"
        for name in node.inputs:
            if name and name not in known:
                raise NetworkError(f"{where} reads {name!r}, which nothing before it makes")
        for name in node.outputs:
            if name and name in known:
                raise NetworkError(f"{where} makes {name!r} a second time; the file is damaged")
            known.add(name)
    for port in file.outputs:
        if port.name not in known:
            raise NetworkError(f"{file.path}: nothing makes the output {port.name!r}")


def _size(shape: Any) -> int:
    size = 1
    for n in shape:
        size *= int(n)
    return size


def as_int64(values: Any) -> list[int]:
    """Whole numbers of an attribute or a constant."""
    return [int(v) for v in np.asarray(values).reshape(-1)]
