"""A network passes only when every element of every tensor was compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from golden.config import load_config
from models.tflite_writer import TfliteWriter
from sw.compiler.fastest import compile_network
from sw.compiler.program import MEMORY_BASE, Program, write_program
from sw.importer import import_network
from tb.env.layer_checker import ComparedElements, compared_elements, gaps, required_elements
from tests.sim.support import simulate


def two_layers(folder: Path) -> tuple[Path, Path]:
    """Write a convolution of several tiles and a PAD behind it, and an input."""
    writer = TfliteWriter("two layers")
    random = np.random.default_rng(1)
    x = writer.add_tensor("image", (1, 12, 12, 8), scale=0.05)
    weights = random.integers(-9, 9, (24, 3, 3, 8))
    w = writer.add_tensor("w", weights.shape, data=weights, scale=0.02)
    c = writer.conv_2d("c", x, w, -1, scale=0.1, zero_point=3)
    y = writer.pad("p", c, [(0, 0), (1, 1), (0, 2), (0, 0)])
    path, inputs = folder / "two.tflite", folder / "inputs.npy"
    path.write_bytes(writer.finish(inputs=[x], outputs=[y]))
    np.save(inputs, random.integers(-128, 128, (2, 1, 12, 12, 8)).astype(np.int8))
    return path, inputs


def compiled(path: Path) -> Program:
    return compile_network(load_config("8x8"), import_network(path), memory_base=MEMORY_BASE)


def test_a_mask_counts_an_element_once() -> None:
    compared = ComparedElements()
    whole = np.zeros((4, 6), np.int8)
    assert compared.mark(7, whole, lambda array: array[:3]) == 18
    assert compared.mark(7, whole, lambda array: array[1:3]) == 0
    assert compared.missing(7, whole.size) == 6
    assert compared.mark(7, whole) == 6
    assert compared.missing(7, whole.size) == 0
    compared.forget()
    assert compared.missing(7, whole.size) == whole.size


def test_gaps_name_the_layer_and_what_is_missing(tmp_path: Path) -> None:
    program = compiled(two_layers(tmp_path)[0])
    made = [layer.outputs[0] for layer in program.network.layers]
    compared = ComparedElements()
    arrays = {index: np.zeros(program.network.tensors[index].shape, np.int8) for index in made}
    assert [line.split(":")[0] for line in gaps(program, compared)] == [
        "layer 0 CONV_2D",
        "layer 1 PAD",
    ]
    compared.mark(made[0], arrays[made[0]])
    compared.mark(made[1], arrays[made[1]], lambda array: array[:, 1:])
    assert gaps(program, compared) == [
        f"layer 1 PAD: {14 * 24} of {14 * 14 * 24} elements were not compared"
    ]
    compared.mark(made[1], arrays[made[1]])
    assert gaps(program, compared) == []
    assert compared_elements(program, compared) == required_elements(program)


@pytest.mark.sim
@pytest.mark.parametrize(
    ("bench", "status", "words"),
    [
        ("Whole", "pass", ""),
        ("LooksAtNothing", "fail", "layer 0 CONV_2D: 3456 of 3456 elements were not compared"),
        ("LooksTwiceAtOnePart", "fail", "layer 0 CONV_2D: 288 of 3456 elements were not"),
    ],
)
def test_a_checker_that_skips_something_fails(
    bench: str, status: str, words: str, seed: int, tmp_path: Path
) -> None:
    path, inputs = two_layers(tmp_path)
    result = simulate(
        "tests.sim.broken_networks", bench, seed=seed, folder=tmp_path / "run",
        env={
            "RATEL_PROGRAM": str(write_program(tmp_path / "program", compiled(path))),
            "RATEL_INPUTS": str(inputs),
            "RATEL_TRACE": "1",
            "RATEL_MEMORY_KIB": str((compiled(path).memory_end >> 10) + 4),
        },
    )  # fmt: skip
    assert str(result.status) == status, result.message
    assert words in result.message
