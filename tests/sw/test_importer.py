"""The importer: networks equal tflite-micro tensor by tensor; bad files get one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tflite_micro.python.tflite_micro import runtime

from golden.network import NetworkError, run_network
from models.mnist import dataset
from models.mnist.evaluate import to_int8
from models.tflite_writer import TfliteWriter
from sw.importer import import_network

ROOT = Path(__file__).resolve().parents[2]
MNIST = ROOT / "models" / "mnist" / "mnist.tflite"


def test_every_tensor_of_the_mnist_network_equals_tflite_micro() -> None:
    network = import_network(MNIST)
    interpreter = runtime.Interpreter.from_file(
        str(MNIST),
        intrepreter_config=runtime.InterpreterConfig.kPreserveAllTensors,
        arena_size=1_000_000,
    )
    images = to_int8(dataset.load_test_images().images[:10])
    compared = 0
    for image in images:
        array = image.reshape(network.tensors[network.inputs[0]].shape)
        interpreter.set_input(array, 0)
        interpreter.invoke()
        for index, value in run_network(network, [array]).items():
            if index in network.inputs:
                continue
            wanted = interpreter.GetTensor(index, 0)["tensor_data"]
            assert np.array_equal(np.asarray(wanted).reshape(-1), value.reshape(-1))
            compared += value.size
    assert compared > 100_000


def test_a_missing_file_is_named() -> None:
    with pytest.raises(NetworkError, match=r"cannot read the network .*nowhere\.tflite"):
        import_network(Path("nowhere.tflite"))


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    path = tmp_path / "picture.tflite"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" * 10)
    with pytest.raises(NetworkError, match="is not a TensorFlow Lite file"):
        import_network(path)


@pytest.mark.parametrize("length", [9, 100, 2_000, 20_000, 24_000])
def test_a_truncated_file_is_refused_in_a_sentence(tmp_path: Path, length: int) -> None:
    path = tmp_path / "short.tflite"
    path.write_bytes(MNIST.read_bytes()[:length])
    with pytest.raises(NetworkError, match=r"short\.tflite.*(truncated|damaged)"):
        import_network(path)


def test_a_float_network_is_refused_in_a_sentence(tmp_path: Path) -> None:
    writer = TfliteWriter("float")
    x = writer.add_tensor("image", (1, 4), dtype="float32")
    y = writer.add_tensor("result", (1, 4), dtype="float32")
    writer.add_operator("RELU", [x], [y])
    path = tmp_path / "float.tflite"
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    with pytest.raises(NetworkError, match="'image' is float32; quantise it to int8"):
        import_network(path)


def test_an_unknown_operator_is_named_with_its_tensor(tmp_path: Path) -> None:
    writer = TfliteWriter("strange")
    x = writer.add_tensor("image", (1, 4), scale=0.1)
    y = writer.add_tensor("spectrum", (1, 4), scale=0.1)
    writer.add_operator("COS", [x], [y])
    path = tmp_path / "strange.tflite"
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    with pytest.raises(NetworkError, match=r"operator COS .*spectrum.* is not supported"):
        import_network(path)
