"""An operation names an operator of golden, whose parameters are its fields."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import fields

import pytest

from golden.network import operations
from golden.network.operations import Operation, Requantisation, operator_of
from tb.build import ROOT

NAMED = [
    kind
    for kind in vars(operations).values()
    if isinstance(kind, type) and issubclass(kind, Operation) and kind.operator
]
PLAIN = [kind for kind in NAMED if kind.evaluate is Operation.evaluate]


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_its_operator_is_there(kind: type[Operation]) -> None:
    assert callable(operator_of(kind.operator))


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_its_operator_takes_its_fields(kind: type[Operation]) -> None:
    taken = inspect.signature(operator_of(kind.operator)).parameters
    given = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    if "requantisation" in given:
        given = given - {"requantisation"} | {field.name for field in fields(Requantisation)}
    assert given <= set(taken)
    missing = {name for name, p in taken.items() if p.kind is p.KEYWORD_ONLY} - given
    assert all(taken[name].default is not inspect.Parameter.empty for name in missing)


def test_there_are_some_of_either_kind() -> None:
    assert len(PLAIN) >= 8
    assert set(PLAIN) < set(NAMED)


def test_an_operator_is_imported_when_it_is_evaluated() -> None:
    code = "import sys, golden.network.operations; print('golden.operators.softmax' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"
