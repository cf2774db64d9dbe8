"""Scales and zero points of ONNX files: what is accepted, onnxruntime computes alike.

Each small constant of each network that is a scale or a zero point gets another value, by little
and by much: each of them one in a pull request, which by its place and the seed, and all of them at
night. Golden then equals onnxruntime, exactly where it sums whole numbers; or the file is refused
in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.network.operations import Convolution, Depthwise
from models.onnx_networks import NETWORKS
from scripts.fuzz.campaign import refused
from scripts.fuzz.mutate import Mutant
from scripts.fuzz.worker import Ending, judge
from scripts.runs.oracle import Oracles
from sw.importer import import_network

FACTORS = (1.001, 2.0, 1e-3, 1e3)
RUNGS = (2.0**-149, 2.0**-31, 3.3e38)  # at which float32 or int32 is left
STEPS = (1, -1, 100, -100)
SWEPT = ("qdq_asymmetric", "qdq_attention", "qdq_classifier", "qdq_decoder", "qdq_functions")
SMALL = 16  # elements: what has more is no scale


def requantised(name: str, only: str = "", one: int | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield a network with each of its scales multiplied, and each of its zero points moved.

    Args:
        name: of the network.
        only: change this constant alone, all of them if empty.
        one: change each constant in one way, the next constant in the next from this on; None: in
            all ways.
    """
    from onnx import ModelProto, numpy_helper

    raw = NETWORKS[name](1)
    for number, item in enumerate(ModelProto.FromString(raw).graph.initializer):
        array = numpy_helper.to_array(item)
        if array.size > SMALL or (only and item.name != only):
            continue
        changed: list[tuple[float, Any]] = []
        if array.dtype == np.float32:
            changed = [(factor, np.asarray(array * np.float32(factor))) for factor in FACTORS]
            changed += [(rung, np.full(array.shape, rung, np.float32)) for rung in RUNGS]
        elif array.dtype in (np.int8, np.uint8):
            low, high = np.iinfo(array.dtype).min, np.iinfo(array.dtype).max
            moved = [(step, np.clip(array.astype(int) + step, low, high)) for step in STEPS]
            changed = [(step, np.asarray(values).astype(array.dtype)) for step, values in moved]
        if changed and one is not None:
            changed = [changed[(number + one) % len(changed)]]
        for by, values in changed:
            model = ModelProto.FromString(raw)
            model.graph.initializer[number].CopyFrom(numpy_helper.from_array(values, item.name))
            yield f"{item.name} by {by}", model.SerializeToString()


def wrong(
    folder: Path, oracles: Oracles, name: str, only: str = "", one: int | None = None
) -> tuple[int, list[tuple[str, Ending]]]:
    """Return how many changes were accepted and judged, and those that end otherwise than so."""
    judged, found = 0, []
    for number, (what, raw) in enumerate(requantised(name, only, one)):
        mutant = Mutant(number=number, model=name, what=what, raw=raw, suffix=".onnx")
        ending = judge(mutant, folder, ask=True, oracles=oracles)
        if not ending.right or refused(ending):
            found.append((what, ending))
        judged += ending.kind == "network" and not ending.oracle
    return judged, found


@pytest.fixture(scope="module")
def oracles() -> Iterator[Oracles]:
    with Oracles() as asked:
        yield asked


@pytest.mark.fuzz
@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("name", SWEPT)
def test_no_scale_is_taken_for_another(
    name: str, whole: bool, seed: int, oracles: Oracles, tmp_path: Path
) -> None:
    judged, bad = wrong(tmp_path, oracles, name, one=None if whole else seed)
    assert bad == []
    assert judged > 0


@pytest.mark.parametrize("factor", [2.0, 1e-3])
def test_biases_in_steps_of_their_own(factor: float, oracles: Oracles, tmp_path: Path) -> None:
    """They are rounded to steps of the sums, which onnxruntime computes in float32 then."""
    name, scale = "qdq_asymmetric", "scale_9"
    raw = dict(requantised(name, scale))[f"{scale} by {factor}"]
    sound, changed = tmp_path / "sound.onnx", tmp_path / "changed.onnx"
    sound.write_bytes(NETWORKS[name](1))
    changed.write_bytes(raw)
    before, after = (
        next(layer.operation for layer in import_network(path).layers if layer.operator == "Conv")
        for path in (sound, changed)
    )
    assert isinstance(before, Convolution | Depthwise)
    assert isinstance(after, Convolution | Depthwise)
    assert before.bias is not None
    assert after.bias is not None
    assert np.array_equal(after.bias, np.rint(before.bias * factor))
    assert not np.array_equal(after.bias, before.bias)
    judged, found = wrong(tmp_path, oracles, name, scale)
    assert found == []
    assert judged >= len(FACTORS)
