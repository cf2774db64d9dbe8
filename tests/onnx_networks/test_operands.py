"""Attributes, scales and tables that onnxruntime refuses: each was driven, of each operator."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts.fuzz.mutate import Mutant
from scripts.fuzz.mutate_onnx import parsed, seed_files
from scripts.fuzz.worker import judge
from scripts.runs.oracle import Oracles
from sw.importer.from_onnx.microsoft import SCHEMAS, Schema


@cache
def files() -> dict[str, bytes]:
    """Return the files to change, made once the packages that they take are there."""
    return seed_files()


def node_of(model: Any, kind: str) -> Any:
    return next(node for node in model.graph.node if node.op_type == kind)


def attribute(kind: str, name: str, value: int | bytes | list[int]) -> Callable[[Any], None]:
    """Return a change of an attribute of the first node of a kind."""

    def change(model: Any) -> None:
        one = next(a for a in node_of(model, kind).attribute if a.name == name)
        if isinstance(value, int):
            one.i = value
            return
        if isinstance(value, bytes):
            one.s = value
            return
        del one.ints[:]
        one.ints.extend(value)

    return change


def reshaped(kind: str, position: int, shape: tuple[int, ...]) -> Callable[[Any], None]:
    """Return a change of the shape of a constant operand, with as many elements as it takes."""

    def change(model: Any) -> None:
        from onnx import numpy_helper

        name = node_of(model, kind).input[position]
        item = next(item for item in model.graph.initializer if item.name == name)
        array = np.resize(numpy_helper.to_array(item), shape)
        item.CopyFrom(numpy_helper.from_array(array, name))

    return change


def beside_a_pool(kind: str, position: int) -> Callable[[Any], None]:
    """Return a change: an axis for a scale or zero point of a node beside the AveragePool."""

    def change(model: Any) -> None:
        from onnx import numpy_helper

        pool = node_of(model, "AveragePool")
        node = next(
            node
            for node in model.graph.node
            if node.op_type == kind
            and (pool.input[0] in node.output or node.input[0] in pool.output)
        )
        model.graph.initializer.append(
            numpy_helper.from_array(
                next(
                    numpy_helper.to_array(item).reshape(1)
                    for item in model.graph.initializer
                    if item.name == node.input[position]
                ),
                "wide",
            )
        )
        node.input[position] = "wide"

    return change


def left_out(kind: str, position: int) -> Callable[[Any], None]:
    """Return a change: an operand that is not there."""

    def change(model: Any) -> None:
        node_of(model, kind).input[position] = ""

    return change


def without(kind: str, name: str) -> Callable[[Any], None]:
    """Return a change: an attribute that is not there, of the last node of a kind that has it."""

    def change(model: Any) -> None:
        node, place = [
            (node, place)
            for node in model.graph.node
            for place, one in enumerate(node.attribute)
            if (node.op_type, one.name) == (kind, name)
        ][-1]
        del node.attribute[place]

    return change


def ending(model: Any, folder: Path, oracles: Oracles | None = None) -> Any:
    mutant = Mutant(
        number=1, model="changed", what="", raw=model.SerializeToString(), suffix=".onnx"
    )
    return judge(mutant, folder, ask=oracles is not None, oracles=oracles)


REFUSED = {
    "a flag": ("qdq_movement", attribute("ReduceMean", "keepdims", 65536), "not 0 or 1"),
    "pads of a pool": (
        "qdq_asymmetric", attribute("MaxPool", "pads", [9, 0, 0, 0]), "no smaller than its window",
    ),
    "a kernel": (
        "qdq_decoder", attribute("ConvTranspose", "kernel_shape", [4, 3]), "not that of its weights"
    ),
    "a way of padding": (
        "qdq_asymmetric", attribute("Conv", "auto_pad", b"same_upper"), "none of NOTSET, VALID",
    ),
    "a way of Gelu": (
        "qdq_functions", attribute("Gelu", "approximate", b"x" * 5000), "none of none, tanh",
    ),
    "an order of blocks": (
        "qdq_movement", attribute("DepthToSpace", "mode", b"\xff"), "none of DCR, CRD",
    ),
    "a scale": ("qoperator_residual", reshaped("QLinearMul", 1, (1,)), "() is wanted"),
    "a scale in axes": (
        "qoperator_residual", reshaped("QLinearSigmoid", 2, (1, 1)), "(1,) or () is wanted",
    ),
    "repeats": ("qdq_movement", reshaped("Tile", 1, (1, 4)), "not one axis"),
    "ends": ("qdq_movement", reshaped("Slice", 2, (1, 2)), "not one axis"),
    "operand of QGemm": ("qoperator_classifier", left_out("QGemm", 5), "input 5 is left out"),
    "operand of a pool": (
        "qoperator_classifier", left_out("QLinearGlobalAveragePool", 2), "input 2 is left out",
    ),
    "biases of QGemm": (
        "qoperator_classifier", reshaped("QGemm", 6, (1, 1, 7)), "(1, 1, 7) are not one for each",
    ),
    "biases of rows": (
        "qoperator_classifier", reshaped("QGemm", 6, (7, 1)), "(7, 1) are not one for each",
    ),
    "biases of a convolution": (
        "qoperator_classifier", reshaped("QLinearConv", 8, (1, 12)), "are not one for each of 12",
    ),
    "no axes": ("qdq_movement", reshaped("Squeeze", 1, (0,)), "table of axes is empty"),
    "a single axis": ("qdq_movement", reshaped("Squeeze", 1, ()), "not one axis"),
    "no steps": ("qdq_movement", reshaped("Slice", 4, (0,)), "do not fit together"),
    "no axes of a slice": ("qdq_movement", reshaped("Slice", 3, (0,)), "do not fit together"),
    "no axis of scales": (
        "qdq_decoder", without("DequantizeLinear", "axis"), "axis 1 does not exist in shape (4,)",
    ),
    "a zero point in axes": (
        "qdq_asymmetric", reshaped("DequantizeLinear", 2, (1, 1)), "do not go together",
    ),
    "a scale before a pool": (
        "qdq_asymmetric", beside_a_pool("DequantizeLinear", 1), "input 1 has an axis",
    ),
    "a zero point behind a pool": (
        "qdq_asymmetric", beside_a_pool("QuantizeLinear", 2), "input 2 has an axis",
    ),
    "an attribute": ("qoperator_matmul", without("QLinearSoftmax", "opset"), "attribute 'opset'"),
    "zero points": ("qoperator_classifier", reshaped("QGemm", 5, (6,)), "do not go together"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_onnxruntime_refuses_is_refused(name: str, tmp_path: Path) -> None:
    file, change, words = REFUSED[name]
    model = parsed(files()[file])
    change(model)
    found = ending(model, tmp_path)
    assert found.kind == "sentence"
    assert words in found.text


def test_operators_of_onnxruntime_are_known_as_it_declares_them() -> None:
    from onnxruntime.capi.onnxruntime_pybind11_state import get_all_operator_schema

    letters = {"Single": "!", "Optional": "?", "Variadic": "*"}
    declared = {}
    for found in get_all_operator_schema():
        if found.domain == "com.microsoft" and found.name in SCHEMAS:
            required = {name for name, one in found.attributes.items() if one.required}
            declared[found.name] = Schema(
                inputs="".join(letters[one.option.name] for one in found.inputs),
                attributes=frozenset(found.attributes.keys() - required),
                required=frozenset(required),
            )
    assert declared == SCHEMAS


def test_a_type_that_an_operator_does_not_take_is_refused(tmp_path: Path) -> None:
    """Integers where ReduceMean takes real numbers: the format's own inference of types says so."""
    model = parsed(files()["qdq_attention"])
    quantised = node_of(model, "QuantizeLinear").output[0]
    node_of(model, "ReduceMean").input[0] = quantised
    found = ending(model, tmp_path)
    assert found.kind == "sentence"


def test_a_shape_that_a_tool_noted_of_a_result_binds_nobody(tmp_path: Path) -> None:
    model = parsed(files()["qoperator_movement"])
    model.graph.output[0].type.tensor_type.shape.dim[-1].dim_value += 1
    with Oracles() as oracles:
        found = ending(model, tmp_path, oracles)
    assert (found.kind, found.oracle) == ("network", "")


def test_a_pad_of_bytes_without_a_value_is_of_zeros(tmp_path: Path) -> None:
    """It was of the zero point, as a pad of real numbers is."""
    model = parsed(files()["qoperator_movement"])
    node_of(model, "Pad").input[2] = ""
    with Oracles() as oracles:
        found = ending(model, tmp_path, oracles)
    assert (found.kind, found.oracle) == ("network", "")


def of_a_quantised_constant(model: Any) -> Any:
    """Return the DequantizeLinear behind a QuantizeLinear of a constant."""
    constants = {item.name for item in model.graph.initializer}
    made = {n.output[0]: n for n in model.graph.node if n.input[0] in constants}
    return next(
        node
        for node in model.graph.node
        if node.op_type == "DequantizeLinear"
        and node.input[0] in made
        and made[node.input[0]].op_type == "QuantizeLinear"
    )


def test_scales_that_read_a_constant_count_and_not_those_that_made_it(tmp_path: Path) -> None:
    from onnx import numpy_helper

    model = parsed(files()["qdq_ports"])
    node = of_a_quantised_constant(model)
    scales = next(item for item in model.graph.initializer if item.name == node.input[1])
    wide = numpy_helper.to_array(scales) * np.float32(3)
    model.graph.initializer.append(numpy_helper.from_array(wide, "wide"))
    node.input[1] = "wide"
    with Oracles() as oracles:
        found = ending(model, tmp_path, oracles)
    assert (found.kind, found.oracle) == ("network", "")


def test_an_axis_that_reads_a_constant_must_fit_it(tmp_path: Path) -> None:
    model = parsed(files()["qdq_ports"])
    of_a_quantised_constant(model).attribute[0].i = 2
    found = ending(model, tmp_path)
    assert found.kind == "sentence"
    assert "do not fit shape" in found.text
