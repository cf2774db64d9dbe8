"""uint8 files: turned over at the border, computed as int8, averages that go up at one half."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Layer, Network, Tensor, run_network
from golden.network.operations import Pooling, Slice
from golden.operators.windows import resolve_padding
from models.tflite_writer import TfliteWriter
from sw.compiler.fastest import compile_network
from sw.compiler.operations import ArrayOp
from sw.execution import core_phases
from sw.importer import import_network
from tests.sw.golden_core import BASE, play
from tests.tflm.litert import run_litert


def pooled(kernel: int, channels: int) -> Network:
    """A network of one average pooling of a uint8 file."""
    window = resolve_padding(9, 9, kernel=(kernel, kernel), stride=(2, 2), padding="VALID")
    shapes = [(1, 9, 9, channels), (1, window.out_h, window.out_w, channels)]
    tensors = [
        Tensor(index=i, name=f"t{i}", shape=s, dtype="int8", scale=0.1, zero_point=0)
        for i, s in enumerate(shapes)
    ]
    operation = Pooling(window=window, average=True, act_min=-128, act_max=127, half_up=True)
    layer = Layer(
        index=0, operator="AVERAGE_POOL_2D", inputs=(0,), outputs=(1,), operation=operation
    )
    return Network(name="pool", tensors=tuple(tensors), layers=(layer,), inputs=(0,), outputs=(1,))


@pytest.mark.parametrize("kernel", range(1, 10))
def test_averages_go_up_at_one_half_on_the_core(kernel: int) -> None:
    """Every sum that a window of few taps has: bytes 0 and 1 beside larger ones."""
    rng = np.random.default_rng(kernel)
    network = pooled(kernel, 40)
    for high in (-126, -100, 128):
        x = rng.integers(-128, high, (1, 9, 9, 40)).astype(np.int8)
        x[0, :, :, :8] = rng.integers(-128, -126, (9, 9, 8))
        assert play(load_config("8x8"), network, [x]).differences == []


def test_an_average_of_some_channels_reads_them_where_they_are() -> None:
    """It goes up at one half; what cuts the channels out before it moves nothing."""
    whole = pooled(3, 24)
    wide = replace(whole.tensors[0], index=2, name="wide", shape=(1, 9, 9, 40))
    channels = (slice(None), slice(None), slice(None), slice(8, 32))
    cut = Layer(
        index=0, operator="SLICE", inputs=(2,), outputs=(0,),
        operation=Slice(slices=(channels,), output_shapes=((1, 9, 9, 24),)),
    )  # fmt: skip
    network = replace(
        whole, tensors=(*whole.tensors, wide), inputs=(2,),
        layers=(cut, replace(whole.layers[0], index=1)),
    )  # fmt: skip
    program = compile_network(load_config("8x8"), network, memory_base=BASE)
    assert [type(op) for phase in core_phases(program) for op in phase.ops] == [ArrayOp]
    x = np.random.default_rng(3).integers(-128, 128, (1, 9, 9, 40)).astype(np.int8)
    assert play(load_config("8x8"), network, [x], program=program).differences == []


def test_a_uint8_file_equals_litert(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    writer = TfliteWriter("uint8")
    x = writer.add_tensor("x", (1, 9, 9, 5), dtype="uint8", scale=0.02, zero_point=130)
    data = rng.integers(0, 256, (7, 3, 3, 5)).astype(np.uint8)
    w = writer.add_tensor("w", data.shape, dtype="uint8", data=data, scale=0.01, zero_point=121)
    bias = rng.integers(-500, 500, 7).astype(np.int32)
    b = writer.add_tensor("b", (7,), dtype="int32", data=bias, scale=0.02 * 0.01)
    y = writer.add_tensor("y", (1, 5, 5, 7), dtype="uint8", scale=0.03, zero_point=120)
    writer.add_operator(
        "CONV_2D", [x, w, b], [y], padding="SAME", strideH=2, strideW=2,
        dilationHFactor=1, dilationWFactor=1,
    )  # fmt: skip
    z = writer.add_tensor("z", (1, 2, 2, 7), dtype="uint8", scale=0.03, zero_point=120)
    writer.add_operator(
        "AVERAGE_POOL_2D", [y], [z], padding="VALID", strideH=2, strideW=2,
        filterHeight=2, filterWidth=2,
    )  # fmt: skip
    path = tmp_path / "uint8.tflite"
    path.write_bytes(writer.finish([x], [z]))
    network = import_network(path)
    for seed in range(10):
        given = np.random.default_rng(seed).integers(0, 256, (1, 9, 9, 5)).astype(np.uint8)
        (wanted,) = run_litert(path.read_bytes(), [[given]])
        assert np.array_equal(run_network(network, [given])[network.outputs[0]], wanted)
        assert play(load_config("8x8"), network, [given]).differences == []
