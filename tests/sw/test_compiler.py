"""Compiled networks on the golden machine: every part of every tensor equals the golden network."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from golden.config import CoreConfig, config_names, load_config
from golden.network import Network
from golden.network.operations import FullyConnected
from sw.compiler import compile_network
from sw.execution import core_phases
from sw.importer import import_network
from sw.kernels import KERNELS, convolution, matmul, timed_program
from tests.sw.golden_core import BASE, play

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("RATEL_MODELS", ROOT / ".." / "shared" / "models")) / "mlperf_tiny"
MLPERF_TINY = ("pretrainedResnet_quant", "vww_96_int8", "kws_ref_model", "ad01_int8")


def _random_inputs(network: Network, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    shapes = [network.tensors[index].shape for index in network.inputs]
    return [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]


@pytest.mark.parametrize("name", config_names())
def test_mnist_network(name: str) -> None:
    network = import_network(ROOT / "models" / "mnist" / "mnist.tflite")
    result = play(load_config(name), network, _random_inputs(network, 1))
    assert result.elements > 20_000
    assert result.differences == []


@pytest.mark.external
@pytest.mark.parametrize("config", config_names())
@pytest.mark.parametrize("name", MLPERF_TINY)
def test_mlperf_tiny_network(name: str, config: str) -> None:
    path = MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine (set RATEL_MODELS to where it is)")
    network = import_network(path)
    result = play(load_config(config), network, _random_inputs(network, 2))
    assert result.elements > 1_000
    assert result.differences == []


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda k: k.name)
def test_kernels(kernel) -> None:  # noqa: ANN001
    network = kernel.make(3)
    config = load_config("8x8")
    result = play(config, network, _random_inputs(network, 3))
    assert result.differences == []
    program = compile_network(config, network, memory_base=BASE)
    assert timed_program(program, on_chip=kernel.on_chip).timed


def test_a_scratchpad_too_small_for_the_tensors_is_worked_in_strips() -> None:
    small = CoreConfig(name="small", spad_depth=128, wbuf_depth=512)
    network = convolution(40, 8, 24)(5)
    program = compile_network(small, network, memory_base=BASE)
    assert program.plans[0].strips > 1
    assert play(small, network, _random_inputs(network, 5)).differences == []


def test_the_comparison_notices_a_wrong_weight(monkeypatch: pytest.MonkeyPatch) -> None:
    network = matmul(5, 24, 11)(6)
    operation = network.layers[0].operation
    assert isinstance(operation, FullyConnected)
    wrong = operation.weights.copy()
    wrong[3, 7] ^= 0x40
    layer = dataclasses.replace(
        network.layers[0], operation=dataclasses.replace(operation, weights=wrong)
    )
    broken = dataclasses.replace(network, layers=(layer,))
    monkeypatch.setattr(
        "tests.sw.golden_core.compile_network",
        lambda config, _network, **kw: compile_network(config, broken, **kw),
    )
    assert play(load_config("8x8"), network, _random_inputs(network, 6)).differences


def test_sums_longer_than_the_weight_buffer_are_held_from_part_to_part() -> None:
    small = CoreConfig(name="small", wbuf_depth=64)
    network = matmul(19, 640, 11)(7)
    assert play(small, network, _random_inputs(network, 7)).differences == []
    network = convolution(10, 24, 10)(8)
    assert play(small, network, _random_inputs(network, 8)).differences == []


def test_an_image_row_wider_than_the_scratchpad_is_worked_in_columns() -> None:
    small = CoreConfig(name="small", spad_depth=64)
    network = convolution(60, 64, 9)(9)
    assert play(small, network, _random_inputs(network, 9)).differences == []


def test_the_same_network_compiles_to_the_same_words() -> None:
    network = import_network(ROOT / "models" / "mnist" / "mnist.tflite")
    programs = [compile_network(load_config("8x8"), network, memory_base=BASE) for _ in range(2)]
    words = [
        [step.instruction for p in core_phases(program) for step in p.steps] for program in programs
    ]
    assert words[0] == words[1]
    assert len(words[0]) > 50
