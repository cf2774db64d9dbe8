"""A new test is one file: suite, plan and pytest find it by what its class says."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.plan.catalogue import BenchTest, registration
from honeyguide.plan.plan import Entry, with_registered
from honeyguide.regress import suite as suites
from honeyguide.regress.suite import Entry as Run
from honeyguide.regress.suite import registered
from scripts import new_test
from scripts.new_test import main

SAID = {"features": ["load tensor"], "weight": 3, "env": {"N": "2"}}
TEST = BenchTest(file="wide", name="Columns", registered=SAID)
PLAN = [Entry(name="load tensor", feature="f", stage="V1", tests=("a.B",), coverage=("c",))]


def of_class(text: str) -> object:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    return registration(Path("wide.py"), node)


def test_a_class_says_where_it_belongs() -> None:
    assert of_class(f"class A:\n  REGISTERED = {SAID!r}") == SAID
    assert of_class("class A:\n  other = 1") is None
    for wrong in ("{'weight': 1}", "{'features': [], 'colour': 1}", "f()", "3"):
        with pytest.raises(UserError, match=r"wide\.py:2: REGISTERED of A must be a dictionary"):
            of_class(f"class A:\n  REGISTERED = {wrong}")


def test_the_suite_runs_it_unless_it_is_listed_or_weighs_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(suites, "bench_tests", lambda: [TEST])
    (made,) = registered([], 9.0)
    assert (made.name, made.weight, made.env, made.timeout_s) == (
        "wide.Columns", 3, {"N": "2"}, 9.0
    )  # fmt: skip
    assert registered([Run(name="wide.Columns@pin", timeout_s=1.0)], 9.0) == []
    silent = BenchTest(file="wide", name="Columns", registered={**SAID, "weight": 0})
    monkeypatch.setattr(suites, "bench_tests", lambda: [silent])
    assert registered([], 9.0) == []


def test_the_plan_has_it_among_the_tests_of_its_entry() -> None:
    (entry,) = with_registered(PLAN, [TEST, BenchTest(file="x", name="Y")])
    assert entry.tests == ("a.B", "wide.Columns")
    lost = BenchTest(file="x", name="Y", registered={"features": ["load tenso"]})
    with pytest.raises(UserError, match=r"the plan has no entry .*did you mean load tensor"):
        with_registered(PLAN, [lost])


def test_the_command_writes_a_test_that_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(new_test, "FOLDER", tmp_path)
    assert main(["--name", "wide.Columns", "--feature", "load tensor"]) == 0
    assert "make sim TEST=wide.Columns" in capsys.readouterr().out
    tree = ast.parse((tmp_path / "wide.py").read_text(encoding="utf-8"))
    (node,) = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    assert registration(tmp_path / "wide.py", node) == {"features": ["load tensor"], "weight": 1}
    with pytest.raises(UserError, match="already: add the class"):
        main(["--name", "wide.Rows"])
    for name, said in (("Columns", "is not file.Class"), ("wide2.AnyLayers", "a test AnyLayers")):
        with pytest.raises(UserError, match=said):
            main(["--name", name])
    with pytest.raises(UserError, match="no entry 'load tensr'; did you mean"):
        main(["--name", "more.Rows", "--feature", "load tensr"])
