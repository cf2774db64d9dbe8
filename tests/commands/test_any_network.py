"""Networks of a kind that once got a wrong verdict, and public ones where they are at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import load_config
from models.tflite_writer import TfliteWriter
from scripts.runs.bench import bench
from scripts.runs.model import load_model, random_inputs
from scripts.runs.whole import WholeResult, run_whole
from scripts.runs.zoo import models_folder
from tests.commands.support import command

PUBLIC = (
    "image_recognition", "face_detection", "hps_74ops", "mobilenet_v1_025_128_uint8",
    "vww_float_border", "mnist_lstm_int8",
    pytest.param("mobilenet_v2_224", marks=pytest.mark.nightly),  # minutes
)  # fmt: skip
QUANTISED: dict[str, Any] = {"scale": 0.04, "zero_point": -128}


def run(path: Path, folder: Path, seed: int, *, count: int = 2) -> WholeResult:
    """Run a network on random inputs."""
    model = load_model(path, load_config("8x8"))
    inputs = random_inputs(model, count, seed)
    return run_whole(model, inputs, build=bench(model.core), folder=folder, seed=seed)


def every_element(result: WholeResult) -> int:
    """Return how many elements core and host write, for all inputs."""
    network = result.model.network
    return len(result.inputs) * sum(
        network.tensors[index].size
        for layer, measured in zip(network.layers, result.rtl.layers, strict=True)
        if measured["where"] in ("npu", "host")
        for index in layer.outputs
    )


def pad_alone(w: TfliteWriter) -> tuple[int, int]:
    x = w.add_tensor("x", (1, 4, 4, 8), **QUANTISED)
    return x, w.pad("p", x, [(0, 0), (0, 0), (0, 0), (0, 8)])


def pad_of_channels_added_to_itself(w: TfliteWriter) -> tuple[int, int]:
    x, p = pad_alone(w)
    return x, w.elementwise("z", "ADD", p, p, scale=0.05, zero_point=-128)


def pad_of_the_image_added_to_itself(w: TfliteWriter) -> tuple[int, int]:
    x = w.add_tensor("x", (1, 4, 4, 8), **QUANTISED)
    p = w.pad("p", x, [(0, 0), (1, 1), (1, 1), (0, 0)])
    return x, w.elementwise("z", "ADD", p, p, scale=0.05, zero_point=-128)


def pad_of_channels_beside_a_convolution(w: TfliteWriter) -> tuple[int, int]:
    x = w.add_tensor("x", (1, 8, 8, 24), **QUANTISED)
    weights = np.random.default_rng(1).integers(-99, 99, (28, 1, 1, 24))
    k = w.add_tensor("k", weights.shape, data=weights, scale=[0.01] * 28)
    c = w.conv_2d("c", x, k, -1, scale=0.09, zero_point=44)
    p = w.pad("p", x, [(0, 0), (0, 0), (0, 0), (2, 2)])
    return x, w.elementwise("z", "ADD", c, p, scale=0.05, zero_point=-128)


Maker = Callable[[TfliteWriter], tuple[int, int]]
PADS = (
    pad_alone, pad_of_channels_added_to_itself, pad_of_the_image_added_to_itself,
    pad_of_channels_beside_a_convolution,
)  # fmt: skip


@pytest.mark.sim
@pytest.mark.parametrize("make", PADS, ids=lambda make: make.__name__)
def test_a_pad_that_is_not_folded_is_compared_and_passes(
    make: Maker, seed: int, tmp_path: Path
) -> None:
    writer = TfliteWriter("pad")
    source, target = make(writer)
    path = tmp_path / "pad.tflite"
    path.write_bytes(writer.finish(inputs=[source], outputs=[target]))
    result = run(path, tmp_path / "runs", seed)
    assert result.reasons() == []
    assert result.rtl.comparisons == every_element(result) > 0
    assert result.oracle.judged


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_network_passes_with_every_tensor_compared(
    name: str, seed: int, tmp_path: Path
) -> None:
    path = models_folder() / "public" / f"{name}.tflite"
    if not path.is_file():
        pytest.skip(f"{name} is not in {path.parent} (RATEL_MODELS names the folder above it)")
    result = run(path, tmp_path, seed, count=1)
    assert result.reasons() == []
    assert result.rtl.comparisons == every_element(result) > 0
    assert result.oracle.judged


def lone_softmax(path: Path) -> Path:
    writer = TfliteWriter("softmax")
    x = writer.add_tensor("x", (1, 4, 6), **QUANTISED)
    path.write_bytes(writer.finish(inputs=[x], outputs=[writer.softmax("y", x)]))
    return path


def test_a_network_without_work_for_the_core_is_judged_by_the_oracle(tmp_path: Path) -> None:
    model = load_model(lone_softmax(tmp_path / "softmax.tflite"), load_config("8x8"))
    inputs = random_inputs(model, 3, 1)
    result = run_whole(model, inputs, build=tmp_path / "not built", folder=tmp_path / "runs")
    assert not model.runs_on_core
    assert result.reasons() == []
    assert result.oracle.comparisons == 3 * 24
    assert any("no layer of this network runs on the core" in line for line in result.judges())
    assert result.rtl.outputs[0].shape == (3, 1, 4, 6)


@pytest.mark.sim
def test_its_run_says_so_and_passes(tmp_path: Path) -> None:
    ended = command("run", "--model", lone_softmax(tmp_path / "softmax.tflite"), results=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "no layer of this network runs on the core" in ended.out
    assert ended.out.rstrip().endswith("PASS")
    assert ended.report is not None
    assert ended.report["oracle"]["judged"]


@pytest.mark.sim
def test_a_crash_of_the_oracle_ends_in_a_verdict(tmp_path: Path) -> None:
    writer = TfliteWriter("depthwise")
    x = writer.add_tensor("x", (1, 4, 4, 2), scale=0.05)
    w = writer.add_tensor("w", (1, 3, 3, 2), data=np.ones((1, 3, 3, 2)), scale=0.05, channel_axis=3)
    y = writer.add_tensor("y", (1, 4, 4, 2), scale=0.1)
    writer.add_operator(
        "DEPTHWISE_CONV_2D", [x, w, -1], [y], padding="SAME", strideH=1, strideW=1,
        depthMultiplier=1,
    )  # fmt: skip
    path = tmp_path / "crashes.tflite"
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    words = "not judged by TensorFlow Lite Micro: it crashed (signal 11)"
    ended = command("run", "--model", path, results=tmp_path / "a")
    assert ended.code == 1
    assert f"FAIL: {words}" in ended.out
    assert ended.report is not None
    assert ended.report["comparisons"] == 32
    accepted = command("run", "--model", path, "--no-oracle", "bias -1", results=tmp_path / "b")
    assert accepted.code == 0
    assert accepted.out.rstrip().endswith(f"PASS, {words} (known: bias -1)")
