"""Mutated ONNX files: each ends in a network that onnxruntime judges equal, or in one sentence.

`make fuzz-files ARGS=--onnx` runs as many as wanted; here are some, and the kinds that were found.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.network.graph import NetworkError
from scripts.fuzz.campaign import Tally, campaign
from scripts.fuzz.mutate_onnx import mutants, owners, parsed, seed_files
from scripts.fuzz.worker import judge
from scripts.runs.oracle import Oracles, compare_with_oracle
from scripts.runs.oracle_process import OracleProcess
from sw.importer import import_network
from sw.importer.from_onnx import file as reading
from sw.importer.from_onnx import network
from tests.onnx_networks.test_refusals import node, refill, refusal

FILES, ORACLE_EVERY = 300, 3


@pytest.mark.fuzz
def test_mutated_files_end_in_a_network_or_one_sentence(seed: int) -> None:
    tally = campaign(list(mutants(seed_files(), seed, FILES)), jobs=2, oracle_every=ORACLE_EVERY)
    assert tally.wrong == []
    assert sum(tally.kinds.values()) == FILES
    assert min(tally.kinds["network"], tally.kinds["sentence"]) > FILES // 10
    assert tally.judged > 0


def test_the_same_seed_makes_the_same_files_and_every_field_has_its_turn() -> None:
    files = seed_files()
    made = list(mutants(files, 3, 40))
    assert made == list(mutants(files, 3, 40))
    assert [m.raw for m in mutants(files, 3, 9, first=31)] == [m.raw for m in made[31:]]
    known = set(owners(files))
    fields = {m.what.split()[0] for m in mutants(files, 1, len(known), kinds=("field",))}
    assert fields == known
    assert {"TensorProto.dims", "NodeProto.op_type", "AttributeProto.ints"} <= known


def nothing(*_: object) -> None:
    """Stand for a check that was removed."""


@pytest.mark.parametrize(
    ("module", "check"),
    [(network, "check_well_formed"), (reading, "_check"), (reading, "_check_texts")],
)
def test_without_a_check_mutants_end_wrongly(
    module: Any, check: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, check, nothing)
    tally = Tally()
    with Oracles() as oracles:
        for mutant in mutants(seed_files(), 1, 1200):
            ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
            tally.add(mutant, ending, 0, asked=True)
            if tally.wrong:
                return
    raise AssertionError("nothing was found")


# ---- kinds that the fuzz found


def written(folder: Path, name: str, change: Callable[[Any], object]) -> Path:
    model = parsed(seed_files()[name])
    change(model)
    path = folder / "changed.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def test_an_attribute_that_an_operator_does_not_have(tmp_path: Path) -> None:
    from onnx import helper

    for name, kind in (("qdq_classifier", "Conv"), ("qoperator_matmul", "QLinearSoftmax")):

        def more(model: Any, kind: str = kind) -> None:
            node(model, kind).attribute.append(helper.make_attribute("foreign", 1))

        said = refusal(written(tmp_path, name, more))
        assert "foreign" in said
        assert len(said.splitlines()) == 1


def test_an_attribute_with_two_values(tmp_path: Path) -> None:
    def both(model: Any) -> None:
        node(model, "Conv").attribute[0].f = 1.0

    assert "no well-formed ONNX file" in refusal(written(tmp_path, "qdq_classifier", both))


def test_an_operator_whose_name_is_no_text(tmp_path: Path) -> None:
    for text in ("Re\u2028lu", "\x1b[2J", "a\nb"):

        def rename(model: Any, text: str = text) -> None:
            model.graph.node[0].op_type = text

        path = written(tmp_path, "qdq_functions", rename)
        assert "whose name is no text" in refusal(path)


def test_a_name_that_nobody_reads(tmp_path: Path) -> None:
    path = written(
        tmp_path, "qdq_functions", lambda m: setattr(m.graph.node[0], "op_type", "x" * 5000)
    )
    assert "a name has 5000 characters; 800 are the most" in refusal(path)


def test_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    path = written(tmp_path, "qdq_classifier", nothing)
    raw = path.read_bytes()
    assert b"QuantizeLinear" in raw
    path.write_bytes(raw.replace(b"QuantizeLinear", b"QuantizeL\xffnear", 1))
    assert "is no text (UTF-8)" in refusal(path)


def test_a_text_of_an_attribute_is_shown_as_it_can_be_printed(tmp_path: Path) -> None:
    def odd(model: Any) -> None:
        resize = next(item for item in model.graph.node if item.op_type == "Resize")
        mode = next(a for a in resize.attribute if a.name == "coordinate_transformation_mode")
        mode.s = b"asym\x1b[2J\nmetric"

    with_resize = next(
        name
        for name in seed_files()
        if any(
            item.op_type == "Resize" and item.attribute
            for item in parsed(seed_files()[name]).graph.node
        )
    )
    said = refusal(written(tmp_path, with_resize, odd))
    assert said.isprintable()
    assert str(NetworkError("a\nb \x1b \u2028 \u00e9")) == "a\\nb \\x1b \\u2028 \u00e9"


def test_a_zero_point_of_another_type_than_its_constants(tmp_path: Path) -> None:
    def unsigned(model: Any) -> None:
        constants = {item.name for item in model.graph.initializer}
        for item in model.graph.node:
            if item.op_type == "DequantizeLinear" and item.input[0] in constants:
                points = next(c for c in model.graph.initializer if c.name == item.input[2])
                if points.data_type == 3:
                    points.data_type = 2
                    return

    said = refusal(written(tmp_path, "qdq_classifier", unsigned))
    assert "zero point is uint8, its data are int8" in said


def test_biases_of_a_type_that_the_operator_does_not_take(tmp_path: Path) -> None:
    def real(model: Any) -> None:
        name = node(model, "QLinearConv").input[8]
        values = next(item for item in model.graph.initializer if item.name == name)
        refill(model, name, np.zeros(list(values.dims), dtype=np.float32))

    said = refusal(written(tmp_path, "qoperator_residual", real))
    assert "its biases are float32; only int32 is known" in said


def test_a_crash_of_onnxruntime_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = written(tmp_path, "qoperator_matmul", nothing)
    found = import_network(path)
    inputs = np.zeros((1, *found.tensors[found.inputs[0]].shape), dtype=np.int8)

    def gone(oracle: OracleProcess, *_: object) -> Any:
        oracle._process.kill()
        return oracle._answer()

    monkeypatch.setattr(OracleProcess, "compare", gone)
    result = compare_with_oracle(found, path, inputs)
    assert not result.judged
    assert result.reasons() == ["not judged by onnxruntime: it crashed (signal 9)"]


# ---- constants that nodes hold, or make


def outside(model: Any) -> None:
    """A node whose constant is any file of the machine."""
    from onnx import TensorProto, helper

    item = TensorProto(data_type=1, dims=[1], data_location=TensorProto.EXTERNAL)
    item.external_data.add(key="location", value="../secret")
    model.graph.node.insert(0, helper.make_node("Constant", [], ["made"], value=item))


def endless(model: Any) -> None:
    from onnx import TensorProto, helper

    item = TensorProto(data_type=1, dims=[1 << 40])
    model.graph.node.insert(0, helper.make_node("Constant", [], ["made"], value=item))


def exploding(kind: str) -> Callable[[Any], None]:
    """Return a change: a node that makes much of little."""

    def change(model: Any) -> None:
        from onnx import helper, numpy_helper

        shapes: list[tuple[int, ...]] = [(1 << 20, 1), (1, 1 << 20)]
        if kind == "Gather":
            shapes = [(1, 1 << 20), (1 << 20,)]
        names = [f"part{number}" for number in range(len(shapes))]
        for name, shape in zip(names, shapes, strict=True):
            array = np.zeros(shape, dtype=np.int64)
            model.graph.initializer.append(numpy_helper.from_array(array, name))
        model.graph.node.insert(0, helper.make_node(kind, names, ["made"]))

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (outside, "lies in another file"),
        (endless, "has an impossible shape"),
        (exploding("Add"), "it makes a constant that is too large"),
        (exploding("Equal"), "it makes a constant that is too large"),
        (exploding("Gather"), "it makes a constant that is too large"),
    ],
)
def test_constants_of_nodes_are_bounded_by_the_file(
    change: Callable[[Any], None], said: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(bytes(4))
    folder = tmp_path / "folder"
    folder.mkdir()
    assert said in refusal(written(folder, "qdq_classifier", change))
