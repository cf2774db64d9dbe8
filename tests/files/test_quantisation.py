"""Scales and zero points: what the importer accepts, tflite-micro accepts too, and computes alike.

Each quantised tensor of each seed network gets another scale (off by a little, by much) and
another zero point. Kernels check relations of them when they prepare: a bias against input times
weights, an output against its input, fixed outputs, zero points of weights. It is the oracle that
is asked, so that a relation which no rule states is seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.config import load_config
from golden.network import run_network
from models.tflite_writer import packed
from scripts.fuzz.campaign import refused
from scripts.fuzz.mutate import Mutant
from scripts.fuzz.worker import Ending, judge
from scripts.runs.model import load_model, random_inputs
from scripts.runs.oracle import Oracles
from sw.importer.validation.operators import SIGNATURES, Rule
from sw.importer.validation.rules import convolutional, operands, pointwise, recurrent
from tests.files.support import MODELS, changed, operand, operator, refusal

FACTORS = (1.001, 1.01, 1.1, 2.0, 0.5, 1e-3, 1e3, 1e6)
STEPS = (1, -1, 100, -100)
RUNGS = (2.0**-64, 2.0**-31, 2.0**40, 3.3e38)  # scales at which a kernel leaves its integers


def groups(model: Any) -> list[tuple[int, ...]]:
    """Return each quantised tensor by itself, and together with those quantised like it."""
    alike: dict[object, list[int]] = {}
    for index, tensor in enumerate(model.subgraphs[0].tensors):
        found = tensor.quantization
        if found is not None and found.scale is not None and len(found.scale):
            points = () if found.zeroPoint is None else tuple(found.zeroPoint)
            alike.setdefault((tensor.type, tuple(found.scale), points), []).append(index)
    ones = {(index,) for indices in alike.values() for index in indices}
    return sorted(ones | {tuple(indices) for indices in alike.values()})


def requantised(
    raw: bytes, wanted: Sequence[tuple[int, ...]] | None = None
) -> Iterator[tuple[str, bytes]]:
    """Yield a network with scales of tensors multiplied or far off, and zero points moved."""
    for indices in wanted or groups(schema.ModelT.InitFromPackedBuf(raw, 0)):
        for change, values in (("scale", FACTORS), ("rung", RUNGS), ("zero point", STEPS)):
            for value in values:
                model = schema.ModelT.InitFromPackedBuf(raw, 0)
                for index in indices:
                    one = model.subgraphs[0].tensors[index].quantization
                    if change == "scale":
                        one.scale = [float(np.float32(scale * value)) for scale in one.scale]
                    elif change == "rung":
                        one.scale = [float(np.float32(value))] * len(one.scale)
                    else:
                        points = [0] * len(one.scale) if one.zeroPoint is None else one.zeroPoint
                        one.zeroPoint = [int(point) + value for point in points]
                yield f"{change} of tensors {list(indices)} by {value}", packed(model)


def wrong(
    folder: Path,
    oracles: Oracles,
    seed_model: str,
    wanted: Sequence[tuple[int, ...]] | None = None,
) -> tuple[int, list[tuple[str, Ending]]]:
    """Return how many changes were accepted and judged, and those that end otherwise than so."""
    judged, found = 0, []
    for number, (what, raw) in enumerate(requantised(MODELS[seed_model], wanted)):
        mutant = Mutant(number=number, model=seed_model, what=what, raw=raw)
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


def index_of(model: str, name: str, position: int) -> int:
    tables = schema.ModelT.InitFromPackedBuf(MODELS[model], 0)
    return int(operator(tables, name).inputs[position])


@pytest.mark.parametrize(
    ("model", "name", "rule", "position"),
    [
        ("SVDF", "SVDF", recurrent.svdf_bias, 3),
        ("SPACE_TO_BATCH_ND", "SPACE_TO_BATCH_ND", pointwise.same_quantisation, 0),
        ("SOFTMAX int16", "SOFTMAX", pointwise.softmax_beta, 0),
        ("SQUARED_DIFFERENCE int16", "SQUARED_DIFFERENCE", operands.symmetric, 0),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", recurrent.lstm_shapes, 3),
        ("classifier", "FULLY_CONNECTED", convolutional.bias, 2),
    ],
)
def test_without_its_rule_it_is_seen(
    model: str, name: str, rule: Rule, position: int, oracles: Oracles,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    if rule in operands.EVERYWHERE:
        others = tuple(r for r in operands.EVERYWHERE if r != rule)
        monkeypatch.setattr(operands, "EVERYWHERE", others)
    else:
        rules = SIGNATURES[name].rules
        assert rule in rules
        changed_signature = replace(SIGNATURES[name], rules=tuple(r for r in rules if r != rule))
        monkeypatch.setitem(SIGNATURES, name, changed_signature)
    assert wrong(tmp_path, oracles, model, [(index_of(model, name, position),)])[1]


def test_an_input_below_those_that_a_function_has_values_for(tmp_path: Path) -> None:
    """RSQRT stops tflite-micro there; a network that computes no such input is fine."""
    change = lambda m: setattr(operand(m, "RSQRT", 0).quantization, "zeroPoint", [-100])  # noqa: E731
    model = load_model(changed(tmp_path, "RSQRT", change), load_config("8x8"))
    shape = model.network.tensors[model.network.inputs[0]].shape
    run_network(model.network, [np.full(shape, -100, np.int8)])
    with pytest.raises(ValueError, match="no value for an input below -100"):
        run_network(model.network, [np.full(shape, -101, np.int8)])


@pytest.mark.parametrize("model", ["SVDF", "SVDF int16 state"])
def test_a_bias_of_svdf_in_other_steps(model: str, tmp_path: Path) -> None:
    def other(tables: Any) -> None:
        operand(tables, "SVDF", 3).quantization.scale = [1.0]

    assert "is not state scale times time weights' scale" in refusal(
        changed(tmp_path, model, other)
    )


@pytest.mark.parametrize("model", ["TANH int16", "LOGISTIC int16"])
@pytest.mark.parametrize("scale", [2.0**-133, 1000.0])
def test_products_beyond_int32_wrap(
    model: str, scale: float, oracles: Oracles, tmp_path: Path
) -> None:
    name = model.split()[0]
    change = lambda m: setattr(operand(m, name, 0).quantization, "scale", [scale])  # noqa: E731
    raw = changed(tmp_path, model, change).read_bytes()
    mutant = Mutant(number=1, model=model, what=f"scale {scale}", raw=raw)
    ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
    assert (ending.kind, ending.oracle) == ("network", "")


@pytest.mark.parametrize(
    ("model", "name", "position", "scale", "said"),
    [
        ("LOGISTIC", "LOGISTIC", 0, 2.0**-29, "not defined for an input scale"),
        ("LOGISTIC", "LOGISTIC", 0, 2.0**-64, "not defined for an input scale"),
        ("LOGISTIC", "LOGISTIC", 0, 2.0**35, "not defined for an input scale"),
        ("TANH", "TANH", 0, 3e38, "not defined for an input scale"),
        ("RELU6", "RELU6", 0, 2.0**-31, "too small for a bound of 6"),
        ("GELU", "GELU", 0, 3e38, "are beyond float32"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", 19, 2.0**-44, "2^-43"),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", 19, 2.0**18, "to 2^17"),
    ],
)
def test_scales_at_which_the_kernel_leaves_its_integers_are_refused(
    model: str, name: str, position: int, scale: float, said: str, tmp_path: Path
) -> None:
    change = lambda m: setattr(operand(m, name, position).quantization, "scale", [scale])  # noqa: E731
    assert said in refusal(changed(tmp_path, model, change))


@pytest.mark.parametrize("name", ["RELU_0_TO_1", "RELU_N1_TO_1"])
def test_bounds_beyond_int32_are_refused(name: str, tmp_path: Path) -> None:
    def change(tables: Any) -> None:
        made = operator(tables, name).outputs[0]
        tables.subgraphs[0].tensors[made].quantization.scale = [2.0**-31]

    assert "too small for a bound of 1" in refusal(changed(tmp_path, name, change))


@pytest.mark.parametrize(
    ("model", "name", "position", "scale"),
    [
        ("LOGISTIC", "LOGISTIC", 0, 2.0**-28),
        ("TANH", "TANH", 0, 2.0**34),
        ("RELU6", "RELU6", 0, 2.0**-28),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", 19, 2.0**-43),
        ("UNIDIRECTIONAL_SEQUENCE_LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", 19, 2.0**17),
    ],
)
def test_the_scales_next_to_them_are_exact(
    model: str, name: str, position: int, scale: float, oracles: Oracles, tmp_path: Path
) -> None:
    change = lambda m: setattr(operand(m, name, position).quantization, "scale", [scale])  # noqa: E731
    raw = changed(tmp_path, model, change).read_bytes()
    mutant = Mutant(number=1, model=model, what=f"scale {scale}", raw=raw)
    ending = judge(mutant, tmp_path, ask=True, oracles=oracles)
    assert (ending.kind, ending.oracle) == ("network", "")


def test_random_inputs_of_a_huge_scale_are_finite(tmp_path: Path) -> None:
    def change(tables: Any) -> None:
        made = operator(tables, "QUANTIZE").outputs[0]
        tables.subgraphs[0].tensors[made].quantization.scale = [3.3e38]

    path = changed(tmp_path, "QUANTIZE float32 to int8", change)
    model = load_model(path, load_config("8x8"))
    assert np.isfinite(random_inputs(model, 2, 1)).all()
