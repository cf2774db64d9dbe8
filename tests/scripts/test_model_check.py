"""`make check`: what a network would do, or every reason at once why it can't."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from golden.config import load_config
from models.tflite_writer import TfliteWriter
from scripts import model_check
from scripts.reports.networks import over_budget
from scripts.runs.floors import budget
from sw.compiler.fastest import compile_network
from sw.importer import import_network

ROOT = Path(__file__).resolve().parents[2]
MNIST = ROOT / "models" / "mnist" / "mnist.tflite"


def test_a_network_that_runs_is_told_with_memory_and_cycles() -> None:
    answer, lines = model_check.check(MNIST, load_config("8x8"))
    assert answer["runs"] and answer["predicted_cycles"] > 0 and answer["memory_bytes"] > 0
    assert sum(entry["layers"] for entry in answer["operators"]) == answer["layers"]
    assert any("cycles of the core" in line for line in lines)
    assert answer["budget"] == int(1.35 * answer["floor_compute"]) + 150 * answer["layers"]
    assert answer["share_of_budget"] == answer["predicted_cycles"] / answer["budget"]
    assert answer["seconds"] > 0


def test_a_network_that_takes_more_than_its_budget_is_told() -> None:
    program = compile_network(load_config("8x8"), import_network(MNIST), memory_base=0)
    assert over_budget(budget(program), program) == []
    (reason,) = over_budget(budget(program) + 1, program)
    assert str(budget(program)) in reason


def test_a_layer_of_the_host_is_told_with_its_reason(tmp_path: Path) -> None:
    writer = TfliteWriter("soft")
    x = writer.add_tensor("x", (1, 10), scale=0.1)
    path = tmp_path / "soft.tflite"
    path.write_bytes(writer.finish([x], [writer.softmax("y", x)]))
    answer, _ = model_check.check(path, load_config("8x8"))
    assert answer["on_host"] == ["on the host layer 0 SOFTMAX: the core has no instruction for it"]


def test_every_reason_is_told_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    writer = TfliteWriter("strange")
    x = writer.add_tensor("x", (1, 4), scale=0.1)
    y = writer.add_tensor("cosine", (1, 4), scale=0.1)
    z = writer.add_tensor("square", (1, 4), scale=0.1)
    writer.add_operator("COS", [x], [y])
    writer.add_operator("SQUARE", [y], [z])
    path = tmp_path / "strange.tflite"
    path.write_bytes(writer.finish([x], [z]))
    assert model_check.main(["--model", str(path), "--results", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().out
    assert "2 reason(s)" in said and "operator COS" in said and "operator SQUARE" in said
    reports = list((tmp_path / "out").rglob("check.json"))
    assert reports
    assert all(len(json.loads(report.read_text())["reasons"]) == 2 for report in reports)
