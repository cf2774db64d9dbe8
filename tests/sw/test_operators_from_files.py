"""Every operator from a file: importer and golden network against tflite-micro, then compiled.

The models are those of the golden fuzz test; here they go through the importer and the compiler.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network, run_network
from models.tflite_writer import TfliteWriter
from sw.importer import import_network
from tests.golden.fuzz import difference, judged
from tests.golden.fuzz_file import answers
from tests.golden.fuzz_models import ALL_OPERATORS, make_case
from tests.sw.golden_core import play
from tests.tflm.oracle import Oracle

MODELS_PER_OPERATOR = 12
CONFIGS = ("8x8", "4x4", "16x16")


def _import(folder: Path, model: bytes) -> Network:
    path = folder / "model.tflite"
    path.write_bytes(model)
    return import_network(path)


@pytest.mark.parametrize("operator", ALL_OPERATORS)
def test_operator(operator: str, tmp_path: Path) -> None:
    for number in range(MODELS_PER_OPERATOR):
        case = make_case(operator, np.random.default_rng([91, number]))
        network = _import(tmp_path, case.model)
        for ours, theirs in zip(
            answers(case.model, case.runs or [case.inputs]), judged(case), strict=True
        ):
            assert not difference(ours, theirs, case.oracle), f"model {number}: {case.describe}"
        config = load_config(CONFIGS[number % len(CONFIGS)])
        result = play(config, network, case.inputs)
        assert result.differences == [], f"model {number} on {config.name}: {case.describe}"


def test_constant_operands_equal_tflite_micro(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    for kind in ("ADD", "SUB", "MUL"):
        writer = TfliteWriter(kind)
        x = writer.add_tensor("x", (1, 3, 4, 5), scale=0.1, zero_point=3)
        data = rng.integers(-128, 128, (1, 1, 1, 5)).astype(np.int8)
        k = writer.add_tensor("k", data.shape, data=data, scale=0.05, zero_point=-7)
        y = writer.elementwise("y", kind, x, k, scale=0.15, zero_point=1)
        _compare(tmp_path, writer.finish(inputs=[x], outputs=[y]), [(1, 3, 4, 5)], rng)


def test_splits_equal_tflite_micro(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    writer = TfliteWriter("split")
    x = writer.add_tensor("x", (1, 4, 3, 10), scale=0.1)
    axis = writer.add_tensor("axis", (), dtype="int32", data=np.array(3))
    parts = [writer.add_tensor(f"p{n}", (1, 4, 3, 5), scale=0.1) for n in range(2)]
    writer.add_operator("SPLIT", [axis, x], parts, numSplits=2)
    y = writer.elementwise("y", "MUL", parts[0], parts[1], scale=0.2, zero_point=0)
    _compare(tmp_path, writer.finish(inputs=[x], outputs=[y]), [(1, 4, 3, 10)], rng)


def _compare(
    folder: Path, model: bytes, shapes: list[tuple[int, ...]], rng: np.random.Generator
) -> None:
    network = _import(folder, model)
    inputs = [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
    (expected,) = Oracle(model).run(inputs)
    assert np.array_equal(run_network(network, inputs)[network.outputs[0]], expected)
    assert play(load_config("8x8"), network, inputs).differences == []
