"""Scales and zero points: what the importer accepts, tflite-micro accepts too, and computes alike.

Each quantised tensor of each seed network gets another scale (off by a little, by much) and
another zero point. Kernels check relations of them when they prepare: a bias against input times
weights, an output against its input, fixed outputs, zero points of weights. It is the oracle that
is asked, so that a relation which no rule states is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from scripts.fuzz.campaign import REFUSED
from scripts.fuzz.mutate import Mutant
from scripts.fuzz.seeds import packed
from scripts.fuzz.worker import Ending, judge
from scripts.runs.oracle import Oracles
from sw.importer.validation.operators import SIGNATURES
from sw.importer.validation.rules import recurrent
from tests.files.support import MODELS, changed, operand, refusal

FACTORS = (1.001, 1.01, 1.1, 2.0, 0.5, 1e-3, 1e3)
STEPS = (1, -1, 100, -100)


def requantised(raw: bytes, tensors: tuple[int, ...] | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield a network with each tensor's scales multiplied, and with its zero points moved."""
    sound = schema.ModelT.InitFromPackedBuf(raw, 0)
    for index, tensor in enumerate(sound.subgraphs[0].tensors):
        found = tensor.quantization
        if found is None or found.scale is None or not len(found.scale):
            continue
        if tensors is not None and index not in tensors:
            continue
        for change, values in (("scale", FACTORS), ("zero point", STEPS)):
            for value in values:
                model = schema.ModelT.InitFromPackedBuf(raw, 0)
                one = model.subgraphs[0].tensors[index].quantization
                if change == "scale":
                    one.scale = [float(np.float32(scale * value)) for scale in one.scale]
                else:
                    points = [0] * len(one.scale) if one.zeroPoint is None else one.zeroPoint
                    one.zeroPoint = [int(point) + value for point in points]
                yield f"{change} of tensor {index} {tensor.name} by {value}", packed(model)


def wrong(
    folder: Path, oracles: Oracles, seed_model: str, tensors: tuple[int, ...] | None = None
) -> tuple[int, list[tuple[str, Ending]]]:
    """Return how many changes were accepted and judged, and those that end otherwise than so."""
    judged, found = 0, []
    for number, (what, raw) in enumerate(requantised(MODELS[seed_model], tensors)):
        mutant = Mutant(number=number, model=seed_model, what=what, raw=raw)
        ending = judge(mutant, folder, ask=True, oracles=oracles)
        if not ending.right or REFUSED in ending.oracle:
            found.append((what, ending))
        judged += ending.kind == "network" and not ending.oracle
    return judged, found


@pytest.fixture(scope="module")
def oracles() -> Iterator[Oracles]:
    with Oracles() as asked:
        yield asked


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(8))
def test_no_quantisation_is_accepted_that_the_oracle_refuses(
    part: int, oracles: Oracles, tmp_path: Path
) -> None:
    bad, accepted = {}, 0
    for name in sorted(MODELS)[part::8]:
        judged, found = wrong(tmp_path, oracles, name)
        accepted += judged
        if found:
            bad[name] = found
    assert bad == {}
    assert accepted > 50


def test_without_the_rule_on_a_bias_of_svdf_it_is_seen(
    oracles: Oracles, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert recurrent.svdf_bias in SIGNATURES["SVDF"].rules
    kept = tuple(rule for rule in SIGNATURES["SVDF"].rules if rule is not recurrent.svdf_bias)
    monkeypatch.setitem(vars(SIGNATURES["SVDF"]), "rules", kept)
    tables = schema.ModelT.InitFromPackedBuf(MODELS["SVDF"], 0)
    (bias,) = (int(o.inputs[3]) for o in tables.subgraphs[0].operators)
    assert [ending.kind for _, ending in wrong(tmp_path, oracles, "SVDF", (bias,))[1]]


@pytest.mark.parametrize("model", ["SVDF", "SVDF int16 state"])
def test_a_bias_of_svdf_in_other_steps(model: str, tmp_path: Path) -> None:
    def other(tables: Any) -> None:
        operand(tables, "SVDF", 3).quantization.scale = [1.0]

    assert "is not state scale times time weights' scale" in refusal(
        changed(tmp_path, model, other)
    )
