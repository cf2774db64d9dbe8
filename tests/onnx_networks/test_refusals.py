"""Each way an ONNX file can be wrong is one sentence; what is damaged ends in one too."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.network import NetworkError
from models.onnx_networks import NETWORKS
from models.onnx_writer import OnnxWriter
from sw.importer import import_network
from sw.importer.model import survey_network
from tests.commands.support import command_here


def model_of(name: str) -> Any:
    import onnx

    return onnx.ModelProto.FromString(NETWORKS[name](1))


def node(model: Any, kind: str) -> Any:
    return next(node for node in model.graph.node if node.op_type == kind)


def constant(model: Any, name: str) -> Any:
    return next(item for item in model.graph.initializer if item.name == name)


def attribute(model: Any, kind: str, name: str, value: Any) -> None:
    from onnx import helper

    one = node(model, kind)
    kept = [a for a in one.attribute if a.name != name]
    del one.attribute[:]
    one.attribute.extend([*kept, helper.make_attribute(name, value)])


def refill(model: Any, name: str, array: np.ndarray) -> None:
    from onnx import numpy_helper

    constant(model, name).CopyFrom(numpy_helper.from_array(array, name))


def _real_axes(model: Any) -> None:
    node(model, "Squeeze").input[1] = node(model, "QuantizeLinear").input[1]


def _bias_scale(model: Any) -> None:
    biases = node(model, "Gemm").input[2]
    made = next(one for one in model.graph.node if biases in one.output)
    refill(model, made.input[1], np.array(0.5, dtype=np.float32))


def _whole_scale(model: Any) -> None:
    one = node(model, "DequantizeLinear")
    refill(model, one.input[1], np.array(3, dtype=np.int8))


def _domain(model: Any) -> None:
    from onnx import helper

    model.opset_import.append(helper.make_opsetid("com.microsoft", -1))


def _long_shape(model: Any) -> None:
    refill(model, node(model, "Reshape").input[1], np.full(3000, -12, dtype=np.int64))


def _later(model: Any) -> None:
    _domain(model)
    model.opset_import[-1].version = 2


def _two_types(model: Any) -> None:
    refill(model, node(model, "QLinearSoftmax").input[4], np.array(0, dtype=np.uint8))


def _no_axis(model: Any) -> None:
    del model.graph.input[0].type.tensor_type.shape.dim[:]


def _kind(kind: str, other: str) -> Callable[[Any], None]:
    return lambda model: setattr(node(model, kind), "op_type", other)


def _scale(value: float) -> Callable[[Any], None]:
    return lambda m: refill(
        m, node(m, "QuantizeLinear").input[1], np.array(value, dtype=np.float32)
    )


def _int16(model: Any) -> None:
    refill(model, node(model, "QuantizeLinear").input[2], np.array(3, dtype=np.int16))


def _no_output(model: Any) -> None:
    del model.graph.output[:]


def _float_output(model: Any) -> None:
    model.graph.output[0].name = node(model, "Conv").output[0]


def _external(model: Any) -> None:
    model.graph.initializer[0].data_location = 1


def _short(model: Any) -> None:
    weights = max(model.graph.initializer, key=lambda item: len(item.raw_data))
    weights.raw_data = weights.raw_data[:-3]


def _huge(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 1 << 40


def _loop(model: Any) -> None:
    from onnx import helper

    graph = helper.make_graph([], "body", [], [])
    node(model, "Conv").attribute.append(helper.make_attribute("body", graph))


def _swap(model: Any) -> None:
    first = model.graph.node[0]
    later = model.graph.node[-1]
    copy = type(first).FromString(first.SerializeToString())
    first.CopyFrom(later)
    later.CopyFrom(copy)


def _opset(model: Any) -> None:
    for item in model.opset_import:
        item.version = 99


def _weights(model: Any) -> None:
    fixed = {item.name for item in model.graph.initializer}
    reals = [n for n in model.graph.node if n.op_type == "DequantizeLinear"]
    node(model, "Conv").input[1] = next(n for n in reals if n.input[0] not in fixed).output[0]


def _bounds(low: float) -> Callable[[Any], None]:
    return lambda m: refill(m, node(m, "Clip").input[1], np.array(low, dtype=np.float32))


def _mean_scale(value: float) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        made = node(model, "GlobalAveragePool").output[0]
        rounds = next(one for one in model.graph.node if made in one.input)
        refill(model, rounds.input[1], np.array(value, dtype=np.float32))

    return change


CHANGES: dict[str, tuple[str, Callable[[Any], None], str]] = {
    "unknown operator": ("qdq_classifier", _kind("Conv", "Einsum"), "Einsum (output"),
    "control flow": ("qdq_classifier", _loop, "holds a graph"),
    "no output": ("qdq_classifier", _no_output, "has no output"),
    "output in the middle": ("qdq_classifier", _float_output, "that no QuantizeLinear rounds"),
    "negative scale": ("qdq_classifier", _scale(-1.0), "is not a positive number"),
    "scale without a number": ("qdq_classifier", _scale(float("nan")), "is not a positive number"),
    "subnormal scale": ("qdq_classifier", _scale(2.0**-127), "leaves float32"),
    "scale of infinite steps": ("qdq_classifier", _scale(2.0**120), "leaves float32"),
    "bounds the wrong way round": ("qdq_classifier", _bounds(64.0), "swap them"),
    "a bound that is no number": ("qdq_classifier", _bounds(float("nan")), "swap them"),
    "a mean of much more": ("qdq_classifier", _mean_scale(2.0**-31), "beyond what int32 holds"),
    "a mean of nothing": ("qdq_classifier", _mean_scale(2.0**64), "beyond what onnxruntime"),
    "int16": ("qdq_classifier", _int16, "it quantises to int16"),
    "external data": ("qdq_classifier", _external, "lies in another file"),
    "short constant": ("qdq_classifier", _short, "does not hold what its shape says"),
    "huge input": ("qdq_classifier", _huge, "impossible shape"),
    "order": ("qdq_classifier", _swap, "which nothing before it makes"),
    "weights of another place": ("qdq_classifier", _weights, "must be constant weights"),
    "stride of 0": (
        "qdq_classifier", lambda m: attribute(m, "Conv", "strides", [0, 1]), "below 1",
    ),
    "groups": (
        "qdq_classifier", lambda m: attribute(m, "Conv", "group", 7), "do not fit",
    ),
    "kernel": (
        "qoperator_movement", lambda m: attribute(m, "MaxPool", "kernel_shape", [99, 99]),
        "its window does not fit",
    ),
    "cubic resize": (
        "qdq_decoder", lambda m: attribute(m, "Resize", "mode", "cubic"), "only nearest",
    ),
    "permutation": (
        "qdq_movement", lambda m: attribute(m, "Transpose", "perm", [0, 2, 3, 9]), "is no order",
    ),
    "gather": (
        "qdq_movement", lambda m: attribute(m, "Gather", "axis", 9), "axis 9 does not exist",
    ),
    "real axes": ("qdq_movement", _real_axes, "input 1 must be whole numbers, not float32"),
    "a real attribute": (
        "qdq_movement", lambda m: attribute(m, "ReduceMean", "axes", [1.0]), "axes must be whole",
    ),
    "biases of a Gemm": (
        "qdq_classifier", _bias_scale, "the scale of its biases is not input scale times",
    ),
    "one number for two axes": (
        "qoperator_movement", lambda m: attribute(m, "MaxPool", "kernel_shape", [2]),
        "are not of one number of axes",
    ),
    "another kernel": (
        "qdq_classifier", lambda m: attribute(m, "Conv", "kernel_shape", [9, 1]),
        "is not that of its weights",
    ),
    "whole scales": ("qdq_classifier", _whole_scale, "must be float numbers, not int8"),
    "a set of another domain": ("qdq_classifier", _domain, "operator set -1 of 'com.microsoft'"),
    "a shape without an end": ("qdq_movement", _long_shape, "can't be made of"),
    "a later set of another domain": ("qdq_classifier", _later, "operator set 2 of 'com.micro"),
    "int8 and uint8": ("qoperator_matmul", _two_types, "give all of it one type"),
    "no axis": ("qdq_ports", _no_axis, "is a single number; give it an axis"),
    "two float operators": ("qdq_classifier", _kind("Clip", "Sigmoid"), "no QuantizeLinear rounds"),
    "opset": ("qdq_classifier", _opset, "operator set 99"),
}  # fmt: skip


def refusal(path: Path) -> str:
    with pytest.raises(NetworkError) as caught:
        import_network(path)
    return str(caught.value)


@pytest.mark.parametrize("what", CHANGES)
def test_each_refusal_is_one_sentence_that_names_the_file(what: str, tmp_path: Path) -> None:
    name, change, words = CHANGES[what]
    model = model_of(name)
    change(model)
    path = tmp_path / "wrong.onnx"
    path.write_bytes(model.SerializeToString())
    said = refusal(path)
    assert words in said
    assert str(path) in said
    assert len(said.splitlines()) == 1
    assert len(said) < 1200


def test_all_reasons_are_told_at_once(tmp_path: Path) -> None:
    model = model_of("qdq_classifier")
    for one in model.graph.node:
        if one.op_type in ("Conv", "Gemm"):
            one.op_type = "LSTM"
    path = tmp_path / "wrong.onnx"
    path.write_bytes(model.SerializeToString())
    network, problems = survey_network(path)
    assert network is None
    assert len(problems) == 5
    ended = command_here("model_check", "--model", path, results=tmp_path)
    assert ended.code == 1
    assert ended.out.count("LSTM") == 5


def test_a_check_of_a_network_that_runs(tmp_path: Path) -> None:
    path = tmp_path / "right.onnx"
    path.write_bytes(NETWORKS["qdq_attention"](1))
    ended = command_here("model_check", "--model", path, results=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "MatMul (core)" in ended.out
    assert "Softmax (host)" in ended.out
    assert "predicted" in ended.out


def test_a_file_that_is_not_there_or_of_another_kind(tmp_path: Path) -> None:
    assert "cannot read the network" in refusal(tmp_path / "none.onnx")
    other = tmp_path / "other.onnx"
    for content in (b"", b"TFL3 is another one", bytes(1000), bytes(range(256)) * 9):
        other.write_bytes(content)
        assert str(other) in refusal(other)


def test_a_float_network_is_refused(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    w = OnnxWriter(seed=1)
    w.inputs.append(helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4]))
    (y,) = w.node("Relu", ["x"])
    path = tmp_path / "float.onnx"
    path.write_bytes(w.finish({y: (1, 4)}))
    assert "float32" in refusal(path)


FILES = 400


@pytest.mark.fuzz
@pytest.mark.parametrize("name", ["qdq_ports", "qoperator_residual", "qdq_movement"])
def test_damaged_files_end_in_a_network_or_one_sentence(
    name: str, seed: int, tmp_path: Path
) -> None:
    raw, rng, path = NETWORKS[name](1), random.Random(seed), tmp_path / "damaged.onnx"
    refused = 0
    for _ in range(FILES):
        damaged = bytearray(raw)
        kind = rng.randrange(4)
        if kind == 0:
            damaged = damaged[: rng.randrange(len(damaged))]
        elif kind == 1:
            damaged = bytearray(rng.randbytes(rng.randrange(1, 2000)))
        else:
            for _ in range(rng.randrange(1, 12)):
                damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(damaged))
        try:
            import_network(path)
        except NetworkError as error:
            refused += 1
            assert str(path) in str(error)
            assert len(str(error).splitlines()) == 1, error
    assert FILES // 4 < refused < FILES


def test_a_library_that_stops_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package asserts in C++: its signal must not end the importer."""
    import onnx

    def stopped(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(onnx.shape_inference, "infer_shapes", stopped)
    path = tmp_path / "sound.onnx"
    path.write_bytes(NETWORKS["qdq_classifier"](1))
    with pytest.raises(NetworkError, match=r"the package that defines .* stops at it \(SIGKILL\)"):
        import_network(path)


def test_a_negative_size_is_not_known(tmp_path: Path) -> None:
    """As onnxruntime has it; the package's inference of shapes asserts that there is none."""
    model = model_of("qdq_movement")
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = -1
    path = tmp_path / "unknown.onnx"
    path.write_bytes(model.SerializeToString())
    network = import_network(path)
    assert network.tensors[network.inputs[0]].shape[0] == 1
