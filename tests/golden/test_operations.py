"""An operation names an operator of golden, whose parameters are its fields."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import get_args, get_type_hints

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


def parameters(operator: Callable[..., object]) -> dict[str, inspect.Parameter]:
    """By name; `**scaling: Unpack[Scaling]` stands for the keys of Scaling."""
    found: dict[str, inspect.Parameter] = {}
    for name, parameter in inspect.signature(operator).parameters.items():
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD:
            found[name] = parameter
            continue
        (keys,) = get_args(get_type_hints(operator)[name])
        for key in keys.__required_keys__:
            found[key] = inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY)
    return found


@pytest.mark.parametrize("kind", NAMED, ids=lambda kind: kind.__name__)
def test_its_operator_is_there(kind: type[Operation]) -> None:
    assert callable(operator_of(kind.operator))


@pytest.mark.parametrize("kind", PLAIN, ids=lambda kind: kind.__name__)
def test_its_operator_takes_its_fields(kind: type[Operation]) -> None:
    taken = parameters(operator_of(kind.operator))
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


def test_no_operator_is_imported_under_a_planted_mistake() -> None:
    """It would keep what it imports by name, and every later test would see a wrong golden."""
    code = "import sys, tests.golden.planted; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    modules = {f"golden.operators.{path.stem}" for path in (ROOT / "golden/operators").glob("*.py")}
    assert modules - {"golden.operators.__init__"} <= set(done.stdout.split())
