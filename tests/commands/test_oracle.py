"""The comparison of golden with tflite-micro passes on equal networks and names what differs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from models.tflite_writer import TfliteWriter
from scripts.runs.oracle import compare_with_oracle
from scripts.runs.zoo import mnist_inputs
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
    weights = layer.operation.weights.copy()
    weights[7] = 0
    changed = replace(layer, operation=replace(layer.operation, weights=weights))
    layers = (network.layers[0], changed, *network.layers[2:])
    result = compare_with_oracle(replace(network, layers=layers), MNIST, mnist_inputs()[:1])
    assert result.mismatches > 0
    assert network.tensors[layer.outputs[0]].name in result.first
    assert "7)" in result.first  # the channel
    assert "DIFFERS" in result.sentence()


def test_a_model_that_the_oracle_refuses_is_said_so(tmp_path: Path) -> None:
    network = import_network(MNIST)
    path = tmp_path / "strange.tflite"
    writer = TfliteWriter("strange")
    x = writer.add_tensor("image", (1, 4), scale=0.1)
    y = writer.add_tensor("result", (1, 4), scale=0.1)
    writer.add_operator("UNIQUE", [x], [y])
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    result = compare_with_oracle(network, path, np.zeros((1, 1, 28, 28, 1), np.int8))
    assert not result.ran
    assert result.comparisons == 0
    assert "does not run this model" in result.sentence()
