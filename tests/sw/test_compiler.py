"""Compiled networks on the golden machine: every part of every tensor equals the golden network."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig, config_names, load_config
from golden.network import Network
from golden.network.operations import (
    Concatenation,
    Convolution,
    Depthwise,
    FullyConnected,
    Transpose,
)
from golden.operators.windows import resolve_padding
from sw.compiler import moves
from sw.compiler.compile import compile_choices
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import LayerError
from sw.compiler.program import HostPhase
from sw.execution import core_phases
from sw.importer import import_network
from sw.kernels import KERNELS, convolution, depthwise, matmul, timed_program
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

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
def test_kernels(kernel: Any) -> None:
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


def _concatenation(seed: int) -> Network:
    builder = Builder(rng=np.random.default_rng(seed))
    a, b = (builder.tensor((1, 5, 4, c)) for c in (3, 6))
    (y,) = builder.layer(Concatenation(axis=3), [a, b], (1, 5, 4, 9))
    return Network(
        name="concatenation",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(a, b),
        outputs=(y,),
    )


def test_the_comparison_notices_a_piece_that_is_not_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    network, config = _concatenation(1), load_config("8x8")
    assert play(config, network, _random_inputs(network, 1)).differences == []
    whole = moves.pieces
    monkeypatch.setattr(moves, "pieces", lambda *a: list(whole(*a))[1:])
    assert play(config, network, _random_inputs(network, 1)).differences


def test_a_load_that_overtakes_the_store_it_reads_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    builder = Builder(rng=np.random.default_rng(4))
    x = builder.tensor((1, 6, 6, 8))
    for _ in range(3):
        (x,) = builder.layer(Transpose(permutation=(0, 2, 1, 3)), [x], (1, 6, 6, 8))
    network = Network(
        name="transposes",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(0,),
        outputs=(x,),
    )
    config = load_config("8x8")
    assert play(config, network, _random_inputs(network, 4)).differences == []
    monkeypatch.setattr("sw.compiler.compile.order_loads", lambda *_: None)
    assert play(config, network, _random_inputs(network, 4)).differences


def test_a_pixel_larger_than_the_scratchpad_is_cut_into_channels() -> None:
    small = CoreConfig(name="small", spad_depth=64)
    network = depthwise(3, 4000)(1)
    assert play(small, network, _random_inputs(network, 1)).differences == []


@pytest.mark.parametrize(("depth", "channels"), [(8, 4000), (400, 500), (8, 510)])
def test_outputs_larger_than_the_scratchpad_are_made_by_the_host(depth: int, channels: int) -> None:
    """And it says why: what is needed is more than there is, also where each buffer would fit."""
    small = CoreConfig(name="small", spad_depth=64)
    builder = Builder(rng=np.random.default_rng(3))
    x = builder.tensor((1, 1, 1, depth))
    operation = Convolution(
        weights=builder.int8((channels, 1, 1, depth)),
        bias=None,
        window=resolve_padding(1, 1, kernel=(1, 1)),
        input_zero_point=1,
        requantisation=builder.requantisation(depth, channels),
    )
    (y,) = builder.layer(operation, [x], (1, 1, 1, channels))
    network = Network(
        name="deep",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(x,),
        outputs=(y,),
    )
    with pytest.raises(LayerError, match=r"^layer 0: "):
        compile_choices(small, network, memory_base=BASE)
    (phase,) = compile_network(small, network, memory_base=BASE).phases
    assert isinstance(phase, HostPhase)
    said = re.search(r"needs (\d+) lines .* has (\d+); .* larger SpadDepth", phase.op.reason)
    assert said is not None, phase.op.reason
    assert int(said[1]) > int(said[2]) == small.spad_depth


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize(("kernel", "channels"), [((5, 7), 4), ((3, 12), 9), ((6, 9), 12)])
def test_a_kernel_beyond_the_weight_buffer_is_computed_in_parts(
    kernel: tuple[int, int], channels: int, stride: int
) -> None:
    small = CoreConfig(name="small", wbuf_depth=64)
    for padding, dilation in (("SAME", 1), ("SAME", 2), ("VALID", 1)):
        builder = Builder(rng=np.random.default_rng(2))
        x = builder.tensor((1, 6, 13, channels))
        window = resolve_padding(
            6,
            13,
            kernel=kernel,
            stride=(stride, stride),
            dilation=(dilation, dilation),
            padding=padding,
        )
        operation = Convolution(
            weights=builder.int8((11, *kernel, channels)),
            bias=None,
            window=window,
            input_zero_point=1,
            requantisation=builder.requantisation(kernel[0] * kernel[1] * channels, 11),
        )
        (y,) = builder.layer(operation, [x], (1, window.out_h, window.out_w, 11))
        network = Network(
            name="wide",
            tensors=tuple(builder.tensors),
            layers=tuple(builder.layers),
            inputs=(x,),
            outputs=(y,),
        )
        program = compile_network(small, network, memory_base=BASE)
        assert not any(isinstance(phase, HostPhase) for phase in program.phases)
        assert play(small, network, _random_inputs(network, 2)).differences == []


def test_a_depthwise_kernel_beyond_the_weight_buffer_is_computed_in_parts() -> None:
    small = CoreConfig(name="small", wbuf_depth=64)
    builder = Builder(rng=np.random.default_rng(2))
    x = builder.tensor((1, 9, 9, 4))
    operation = Depthwise(
        weights=builder.int8((9, 9, 4)),
        bias=None,
        window=resolve_padding(9, 9, kernel=(9, 9)),
        input_zero_point=1,
        requantisation=builder.requantisation(81, 4),
    )
    (y,) = builder.layer(operation, [x], (1, 9, 9, 4))
    network = Network(
        name="wide",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(x,),
        outputs=(y,),
    )
    program = compile_network(small, network, memory_base=BASE)
    assert not any(isinstance(phase, HostPhase) for phase in program.phases)
    assert play(small, network, _random_inputs(network, 2)).differences == []
