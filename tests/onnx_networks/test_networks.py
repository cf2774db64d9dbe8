"""Twelve ONNX networks over all operators and both forms: golden as onnxruntime, RTL as golden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import load_config
from golden.network import operations
from models.onnx_networks import NETWORKS
from scripts.runs import onnx_oracle
from scripts.runs.bench import bench
from scripts.runs.model import inputs_of, load_model, random_inputs
from scripts.runs.onnx_oracle import Compared, compare_with_onnxruntime
from scripts.runs.oracle import OracleResult, compare_with_oracle
from scripts.runs.oracle_process import OracleProcess
from scripts.runs.whole import run_whole
from sw.importer import import_network
from sw.importer.from_onnx.network import OnnxNetwork, survey_onnx
from tests.commands.support import command
from tests.golden.planted import rolled

SEEDS = 6


def written(folder: Path, name: str, seed: int = 1) -> Path:
    path = folder / f"{name}.onnx"
    path.write_bytes(NETWORKS[name](seed))
    return path


def judged(path: Path, count: int = 3) -> OracleResult:
    network = import_network(path)
    return compare_with_oracle(network, path, inputs_of(network, count, 1))


def compared_here(path: Path) -> Compared:
    """The same in this process, whose golden model has a mistake."""
    return compare_with_onnxruntime(path, inputs_of(import_network(path), 1, 1))


def test_there_are_twelve_in_both_forms() -> None:
    assert len(NETWORKS) == 12
    forms = {name.partition("_")[0] for name in NETWORKS}
    assert forms == {"qdq", "qoperator"}


@pytest.mark.fuzz
@pytest.mark.parametrize("name", NETWORKS)
def test_golden_equals_onnxruntime(name: str, tmp_path: Path) -> None:
    """Bit for bit where it must, else within one step, of other weights and inputs as well."""
    near = values = 0
    for seed in range(SEEDS):
        result = judged(written(tmp_path, name, seed))
        assert result.judged
        assert result.reasons() == []
        assert result.judge == "onnxruntime"
        near, values = near + result.near, values + result.comparisons
    print(f"{name}: {near} of {values} values are one step off")
    assert near < values // 50


@pytest.mark.parametrize("name", ["qdq_residual", "qoperator_matmul"])
def test_a_layer_that_onnxruntime_was_not_asked_about_is_no_pass(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = written(tmp_path, name)
    assert judged(path, 1).judged
    pieces = onnx_oracle._pieces

    def one_less(path: Path, found: OnnxNetwork) -> tuple[list[onnx_oracle.Piece], Any]:
        made, whole = pieces(path, found)
        return made[:-1], whole

    def without_the_last(path: Path) -> Any:
        found, problems = survey_onnx(path)
        assert found is not None
        return replace(found, checkpoints=found.checkpoints[:-1]), problems

    def here(_: OracleProcess, path: Path, inputs: Any) -> Compared:
        return compare_with_onnxruntime(path, inputs)

    monkeypatch.setattr(OracleProcess, "compare", here)
    monkeypatch.setattr(onnx_oracle, "_pieces", one_less)
    assert "not judged by onnxruntime: " in judged(path, 1).reasons()[0]
    monkeypatch.setattr(onnx_oracle, "_pieces", pieces)
    assert judged(path, 1).judged
    monkeypatch.setattr(onnx_oracle, "survey_onnx", without_the_last)
    assert " values were compared" in judged(path, 1).reasons()[0]


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_they_run_on_the_core(name: str, seed: int, tmp_path: Path) -> None:
    model = load_model(written(tmp_path, name), load_config("8x8"))
    inputs = random_inputs(model, 2, seed)
    result = run_whole(model, inputs, build=bench(model.core), folder=tmp_path, seed=seed)
    assert result.reasons() == []
    assert result.rtl.comparisons > 0
    assert result.rtl.mismatches == 0
    assert result.oracle.judged


@pytest.mark.sim
def test_a_command_says_who_judged_and_how_many_were_a_step_off(tmp_path: Path) -> None:
    path = written(tmp_path, "qoperator_classifier")
    ended = command("run", "--model", path, results=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert "golden equals onnxruntime: " in ended.out
    assert "one step off, as it rounds float32" in ended.out
    assert ended.out.rstrip().endswith("PASS")
    assert ended.report is not None
    assert ended.report["oracle"]["judge"] == "onnxruntime"


MISTAKES: dict[str, tuple[str, str, Callable[..., object]]] = {
    "convolution": ("qoperator_classifier", "Convolution", rolled),
    "depthwise": ("qdq_classifier", "Depthwise", rolled),
    "dense": ("qdq_attention", "FullyConnected", rolled),
    "product": ("qoperator_matmul", "MatrixProduct", rolled),
    "transposed": ("qdq_decoder", "TransposedConvolution", rolled),
    "sum": ("qdq_residual", "Addition", rolled),
    "multiplication": ("qoperator_residual", "Multiplication", rolled),
    "extreme": ("qdq_residual", "Maximum", rolled),
    "table": ("qdq_functions", "Lookup", rolled),
    "maxima": ("qoperator_movement", "Pooling", rolled),
    "mean": ("qdq_classifier", "Mean", rolled),
    "softmax and border": ("qdq_attention", "HostFunction", rolled),
    "transpose": ("qdq_movement", "Transpose", rolled),
    "slice": ("qdq_movement", "Slice", rolled),
    "pad": ("qoperator_movement", "Pad", rolled),
    "concatenation": ("qoperator_residual", "Concatenation", rolled),
    "rearrangement": ("qdq_movement", "Rearrangement", rolled),
    "resize": ("qdq_decoder", "ResizeNearest", rolled),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_golden_is_found(
    mistake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, operation, wrong = MISTAKES[mistake]
    kind = getattr(operations, operation)
    monkeypatch.setattr(kind, "evaluate", wrong(kind.evaluate))
    result = compared_here(written(tmp_path, name))
    assert result.mismatches
    assert "onnxruntime has" in result.first


def test_one_step_where_every_bit_must_be_equal_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine = operations.Pooling.evaluate

    def wrong(self: operations.Pooling, inputs: operations.Arrays, state: operations.State) -> Any:
        made = genuine(self, inputs, state)
        made[0].reshape(-1)[0] ^= 1
        return made

    monkeypatch.setattr(operations.Pooling, "evaluate", wrong)
    result = compared_here(written(tmp_path, "qoperator_movement"))
    assert result.mismatches == 2  # in the tensor and, turned, in what the network puts out
    assert "must be equal" in result.first


def test_most_products_are_exact(tmp_path: Path) -> None:
    """The rule that decides it is tested in test_requantise.py; here it must not go unused."""
    exact = products = 0
    for name in NETWORKS:
        found, _ = survey_onnx(written(tmp_path, name))
        assert found is not None
        for checkpoint in found.checkpoints:
            if checkpoint.kind in ("QLinearConv", "QLinearMatMul", "Conv", "MatMul", "Gemm"):
                products += 1
                exact += checkpoint.exact
    assert 0 < exact < products


def test_images_stay_in_one_order(tmp_path: Path) -> None:
    """Between convolutions nothing is transposed: at the border and for Flatten alone."""
    network = import_network(written(tmp_path, "qdq_classifier"))
    assert sum(layer.operator == "Transpose" for layer in network.layers) == 1


def test_the_same_seed_makes_the_same_file() -> None:
    assert NETWORKS["qdq_ports"](4) == NETWORKS["qdq_ports"](4)
    assert NETWORKS["qdq_ports"](4) != NETWORKS["qdq_ports"](5)
    assert isinstance(np.frombuffer(NETWORKS["qdq_ports"](4), dtype=np.uint8).sum(), np.integer)
