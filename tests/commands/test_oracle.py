"""The comparison of golden with tflite-micro passes on equal networks and names what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.config import load_config
from honeyguide.cli import UserError
from models.tflite_writer import TfliteWriter
from scripts.runs.model import load_model, random_inputs
from scripts.runs.oracle import LITERT, TFLITE_MICRO, OracleResult, compare, compare_with_oracle
from scripts.runs.oracle_process import OracleProcess
from scripts.runs.whole import passed
from scripts.runs.zoo import mnist_inputs
from sw.execution import join_inputs, split_inputs
from sw.importer import import_network
from tests.commands.support import MNIST


def test_the_mnist_network_is_equal() -> None:
    network = import_network(MNIST)
    result = compare_with_oracle(network, MNIST, mnist_inputs()[:3])
    sizes = sum(network.tensors[layer.outputs[0]].size for layer in network.layers)
    assert result.ran
    assert result.mismatches == 0
    assert result.comparisons == 3 * sizes
    assert result.tensors == len(network.layers)


def test_a_changed_weight_is_found_and_placed() -> None:
    network = import_network(MNIST)
    layer = network.layers[1]
    operation: Any = layer.operation
    weights = operation.weights.copy()
    weights[7] = 0
    changed = replace(layer, operation=replace(operation, weights=weights))
    layers = (network.layers[0], changed, *network.layers[2:])
    result = compare_with_oracle(replace(network, layers=layers), MNIST, mnist_inputs()[:1])
    assert result.mismatches > 0
    assert network.tensors[layer.outputs[0]].name in result.first
    assert "7)" in result.first  # the channel
    assert "DIFFERS" in result.sentence()


def one_operator(path: Path, name: str, **options: object) -> Path:
    """Write a network of one operator on 1x4, and return where it is."""
    writer = TfliteWriter("strange")
    x = writer.add_tensor("image", (1, 4), scale=0.1)
    y = writer.add_tensor("result", (1, 4), scale=1 / 256, zero_point=-128)
    writer.add_operator(name, [x], [y], **options)
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    return path


def depthwise_without_bias(path: Path, bias: list[int]) -> Path:
    """Write a depthwise convolution whose inputs end with `bias`."""
    writer = TfliteWriter("depthwise")
    x = writer.add_tensor("image", (1, 4, 4, 2), scale=0.05)
    w = writer.add_tensor("w", (1, 3, 3, 2), data=np.ones((1, 3, 3, 2)), scale=0.05, channel_axis=3)
    y = writer.add_tensor("result", (1, 4, 4, 2), scale=0.1)
    writer.add_operator(
        "DEPTHWISE_CONV_2D", [x, w, *bias], [y], padding="SAME", strideH=1, strideW=1,
        depthMultiplier=1,
    )  # fmt: skip
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    return path


ZEROS = np.zeros((1, 1, 28, 28, 1), np.int8)


def test_a_model_that_the_oracle_refuses_is_said_so(tmp_path: Path) -> None:
    path = one_operator(tmp_path / "strange.tflite", "UNIQUE")
    result = compare_with_oracle(import_network(MNIST), path, ZEROS)
    assert not result.ran
    assert result.comparisons == 0
    assert "does not run this model" in result.sentence()
    assert result.reasons() == [result.sentence()]
    assert result.gap() == ""  # no gap that anybody knows of: it fails


def test_a_crash_of_the_oracle_is_said_and_survived(tmp_path: Path) -> None:
    path = depthwise_without_bias(tmp_path / "crashes.tflite", [-1])
    network = import_network(path)
    inputs = np.zeros((2, 1, 4, 4, 2), np.int8)
    result = compare_with_oracle(network, path, inputs)
    assert result.sentence() == "not judged by TensorFlow Lite Micro: it crashed (signal 11)"
    assert result.reasons() == [result.sentence()]
    assert compare_with_oracle(
        network, depthwise_without_bias(tmp_path / "sound.tflite", []), inputs
    ).judged


def test_a_known_gap_passes_and_is_named(tmp_path: Path) -> None:
    path = depthwise_without_bias(tmp_path / "crashes.tflite", [-1])
    inputs = np.zeros((1, 1, 4, 4, 2), np.int8)
    result = compare_with_oracle(import_network(path), path, inputs, absent="a bias of -1")
    assert result.reasons() == []
    assert "it crashed (signal 11) (known: a bias of -1)" in result.gap()
    assert result.gap() in passed(result)
    assert (result.report()["judged"], result.report()["required"]) == (False, False)


def test_an_oracle_that_is_known_to_be_absent_is_believed_when_it_answers() -> None:
    network = import_network(MNIST)
    layer = network.layers[1]
    operation: Any = layer.operation
    changed = replace(layer, operation=replace(operation, bias=operation.bias + 999))
    layers = (network.layers[0], changed, *network.layers[2:])
    result = compare_with_oracle(
        replace(network, layers=layers), MNIST, mnist_inputs()[:1], absent="said by mistake"
    )
    assert "DIFFERS" in result.reasons()[0]


def test_an_oracle_that_takes_too_long_is_ended() -> None:
    result = compare_with_oracle(import_network(MNIST), MNIST, mnist_inputs()[:1], timeout_s=0.01)
    assert "did not answer within 0.01 s" in result.sentence()


def test_a_skipped_tensor_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    network = import_network(MNIST)
    answer = OracleProcess.infer

    def forgetful(self: OracleProcess, array: Any, tensors: Any) -> dict[int, Any]:
        made = answer(self, array, tensors)
        made.pop(network.layers[2].outputs[0])
        return made

    monkeypatch.setattr(OracleProcess, "infer", forgetful)
    result = compare_with_oracle(network, MNIST, mnist_inputs()[:1])
    assert not result.judged
    assert "values were compared" in result.reasons()[0]


def test_tensors_of_another_size_differ() -> None:
    network = import_network(MNIST)
    result = OracleResult(expected=10)
    index = network.layers[0].outputs[0]
    ours = {index: np.zeros(network.tensors[index].shape, np.int8)}
    compare(result, network, {index: np.zeros(5, np.int8)}, ours, 0)
    assert result.mismatches
    assert "has 5 values" in result.first


def gathering(path: Path) -> Path:
    """Write a network that gathers by indices that it is given."""
    writer = TfliteWriter("gathering")
    x = writer.add_tensor("x", (3, 4), scale=0.1)
    index = writer.add_tensor("index", (2,), dtype="int32")
    y = writer.add_tensor("y", (2, 4), scale=0.1)
    writer.add_operator("GATHER", [x, index], [y], axis=0, batchDims=0)
    path.write_bytes(writer.finish(inputs=[x, index], outputs=[y]))
    return path


def test_random_indices_lead_somewhere(tmp_path: Path) -> None:
    model = load_model(gathering(tmp_path / "gathering.tflite"), load_config("8x8"))
    inputs = random_inputs(model, 20, 1)
    given = [split_inputs(model.network, array)[1] for array in inputs]
    assert {int(index) for array in given for index in array} == {0, 1, 2}
    assert compare_with_oracle(model.network, model.path, inputs).judged


def test_a_part_that_reads_constants_alone_is_judged(tmp_path: Path) -> None:
    """FILL is Micro's and has no input; RELU_N1_TO_1, which reads its result, is LiteRT's."""
    writer = TfliteWriter("two judges")
    x = writer.add_tensor("x", (1, 4), scale=0.1)
    size = writer.add_tensor("size", (2,), dtype="int32", data=np.array([1, 4]))
    value = writer.add_tensor("value", (), scale=0.1, data=np.array(25))
    filled = writer.add_tensor("filled", (1, 4), scale=0.1)
    bounded = writer.add_tensor("bounded", (1, 4), scale=0.1)
    halved = writer.add_tensor("halved", (1, 4), scale=0.2)
    writer.add_operator("FILL", [size, value], [filled])
    writer.add_operator("QUANTIZE", [filled], [halved])
    writer.add_operator("RELU_N1_TO_1", [filled], [bounded])
    path = tmp_path / "judges.tflite"
    path.write_bytes(writer.finish([x], [halved, bounded]))
    result = compare_with_oracle(import_network(path), path, np.zeros((1, 1, 4), np.int8))
    assert result.judged
    assert result.judge == f"{TFLITE_MICRO} and {LITERT}"


def test_an_index_that_leads_nowhere_is_one_sentence(tmp_path: Path) -> None:
    network = import_network(gathering(tmp_path / "gathering.tflite"))
    given: list[NDArray[Any]] = [np.zeros((1, 3, 4), np.int8), np.array([[0, 7]], np.int32)]
    inputs = join_inputs(network, given)
    with pytest.raises(UserError, match="input 0 of this network has no result: an index lies"):
        compare_with_oracle(network, tmp_path / "gathering.tflite", inputs)
