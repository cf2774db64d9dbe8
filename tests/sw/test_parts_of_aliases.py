"""Operations that work on parts of a tensor which a RESHAPE gave another name.

A part of it was taken for a part of a tensor of its own, whose memory nobody wrote: the core read
what lay there.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig
from models.tflite_writer import TfliteWriter
from sw.importer import import_network
from tests.sw.golden_core import play

CORE = CoreConfig(name="core")
QUANTISED: dict[str, Any] = {"scale": 0.05, "zero_point": 7}
Maker = Callable[[TfliteWriter, int], int]


def reduced(name: str) -> Maker:
    """Reduce the middle axis of two images."""

    def make(w: TfliteWriter, source: int) -> int:
        axes = w.add_tensor("axes", (1,), dtype="int32", data=np.array([1]))
        out = w.add_tensor("out", (2, 16), **QUANTISED)
        w.add_operator(name, [source, axes], [out], keepDims=False)
        return out

    make.__name__ = name
    return make


def product(w: TfliteWriter, source: int) -> int:
    """Multiply each of two matrices with itself."""
    out = w.add_tensor("out", (2, 12, 12), scale=0.9, zero_point=3)
    w.add_operator("BATCH_MATMUL", [source, source], [out], adjY=True)
    return out


def convolution(w: TfliteWriter, source: int) -> int:
    """Convolve two images."""
    images = w.reshape("images", source, (2, 3, 4, 16))
    weights = np.random.default_rng(1).integers(-90, 90, (5, 3, 3, 16))
    kernel = w.add_tensor("k", weights.shape, data=weights, scale=0.01)
    return w.conv_2d("c", images, kernel, -1, scale=0.2, zero_point=0)


@pytest.mark.parametrize("computed", [False, True])
@pytest.mark.parametrize(
    "make",
    [*map(reduced, ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN")), product, convolution],
    ids=lambda make: make.__name__,
)
def test_parts_of_a_reshaped_tensor(make: Maker, computed: bool, tmp_path: Path) -> None:
    writer = TfliteWriter("parts")
    first = source = writer.add_tensor("x", (1, 2, 12, 16), **QUANTISED)
    if computed:
        source = writer.elementwise("a", "ADD", source, source, scale=0.05, zero_point=7)
    output = make(writer, writer.reshape("r", source, (2, 12, 16)))
    path = tmp_path / "parts.tflite"
    path.write_bytes(writer.finish([first], [output]))
    network = import_network(path)
    values = np.random.default_rng(2).integers(-128, 128, (1, 2, 12, 16)).astype(np.int8)
    result = play(CORE, network, [values])
    assert result.differences == []
    assert result.elements > 0
