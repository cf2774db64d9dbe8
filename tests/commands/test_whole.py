"""The judge that run, networks and sim share: whatever is not whole is no pass."""

from __future__ import annotations

from typing import Any

import pytest

from golden.config import load_config
from scripts.reports.classified import verdict
from scripts.runs.model import Model, load_model
from scripts.runs.networks import NetworkResult
from scripts.runs.oracle import OracleResult
from scripts.runs.whole import WholeResult
from scripts.runs.zoo import mnist_inputs
from tests.commands.support import MNIST


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(MNIST, load_config("8x8"))


def result(model: Model, *, missing: int = 0, inputs: int = 2, **oracle: Any) -> WholeResult:
    """Return what a run of two inputs would leave, with so many elements of layer 1 not seen."""
    network = model.network
    layers = [
        {
            "where": "npu",
            "comparisons": 2 * network.tensors[layer.outputs[0]].size - missing * (place == 1),
            "mismatches": 0,
        }
        for place, layer in enumerate(network.layers)
    ]
    return WholeResult(
        model=model,
        inputs=mnist_inputs()[:2],
        stall=0.0,
        rtl=NetworkResult(inputs=inputs, layers=layers),
        oracle=OracleResult(**{"expected": 5, "comparisons": 5, "tensors": 1, **oracle}),
    )


def test_what_is_whole_and_judged_passes(model: Model) -> None:
    assert result(model).reasons() == []
    assert result(model).verdict() == ["PASS"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"missing": 1}, "elements were compared"),
        ({"inputs": 1}, "only 1 of 2 inputs"),
        ({"comparisons": 4}, "4 of 5 values were compared"),
        ({"comparisons": 0, "expected": 0}, "0 of 0 values"),
        ({"ran": False, "reason": "it crashed (signal 11)"}, "it crashed (signal 11)"),
        ({"mismatches": 1, "first": "there"}, "DIFFERS"),
        ({"mismatches": 1, "first": "there", "absent": "known"}, "DIFFERS"),
    ],
)
def test_anything_less_fails_in_every_command(
    model: Model, wrong: dict[str, Any], words: str
) -> None:
    whole = result(model, **wrong)
    assert words in whole.reasons()[0]
    assert whole.verdict()[0].startswith("FAIL: ")
    assert words in verdict(whole, (), (), 1.0)[0]
