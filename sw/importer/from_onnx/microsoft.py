"""What nodes of com.microsoft must have: the library that defines the format knows none of them."""

from __future__ import annotations

from dataclasses import dataclass

from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node


@dataclass(frozen=True, kw_only=True)
class Schema:
    """An operator as onnxruntime declares it; a test compares each with that.

    Attributes:
        inputs: one letter each: ``!`` it must be there, ``?`` it may be left out, ``*`` any number.
        attributes: those that it may have.
        required: those that it must have.
    """

    inputs: str
    attributes: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()


SCHEMAS: dict[str, Schema] = {
    "QLinearAdd": Schema(inputs="!!?!!?!?"),
    "QLinearMul": Schema(inputs="!!?!!?!?"),
    "QLinearSigmoid": Schema(inputs="!!?!?"),
    "QLinearLeakyRelu": Schema(inputs="!!?!?", attributes=frozenset({"alpha"})),
    "QLinearSoftmax": Schema(
        inputs="!!?!!", attributes=frozenset({"axis"}), required=frozenset({"opset"})
    ),
    "QLinearConcat": Schema(inputs="!!*", required=frozenset({"axis"})),
    "QLinearGlobalAveragePool": Schema(inputs="!!!!!", attributes=frozenset({"channels_last"})),
    "QLinearAveragePool": Schema(
        inputs="!!?!?",
        attributes=frozenset({
            "auto_pad", "ceil_mode", "channels_last", "count_include_pad", "pads", "strides",
        }),
        required=frozenset({"kernel_shape"}),
    ),
    "QGemm": Schema(inputs="!!!!!!???", attributes=frozenset({"alpha", "transA", "transB"})),
}  # fmt: skip


def check_schema(b: Builder, node: Node) -> None:
    """Raise NetworkError for a node that lacks what its operator needs, or has what it has not."""
    schema = SCHEMAS.get(node.kind)
    if schema is None:
        return
    given = node.attributes.keys()
    if foreign := sorted(given - schema.attributes - schema.required):
        raise b.error(node, f"it has an attribute {foreign[0]!r}, which it must not")
    if missing := sorted(schema.required - given):
        raise b.error(node, f"it has no attribute {missing[0]!r}, which it needs; export it anew")
    for position, needed in enumerate(schema.inputs):
        if needed == "!" and not node.input(position):
            raise b.error(node, f"input {position} is left out, which it needs; export it anew")
    if len(node.inputs) > len(schema.inputs) and "*" not in schema.inputs:
        raise b.error(node, f"it has {len(node.inputs)} inputs; {len(schema.inputs)} are the most")
    if len(node.outputs) != 1:
        raise b.error(node, f"it has {len(node.outputs)} outputs, not one")
