"""The tests of the bench that a user can name, found without importing them.

A test that says more about itself in its class needs no line anywhere else:

    REGISTERED = {"features": ["load tensor"], "weight": 2, "env": {"ADDER_ROUNDS": "5"}}

The plan's entries of these names have it among their tests, regressions run it by weight (0: not),
with these variables, and so does pytest.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT

REGISTERED = "REGISTERED"
KEYS = frozenset({"features", "weight", "env", "speed", "timeout_s"})


@dataclass(frozen=True, kw_only=True)
class BenchTest:
    """One pyuvm test: the class `name` in a file of the core's tests."""

    file: str
    name: str
    registered: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def module(self) -> str:
        """The module with dots."""
        return f"{core().tests}.{self.file}"

    def __str__(self) -> str:
        return f"{self.file}.{self.name}"


def bench_tests() -> list[BenchTest]:
    """Return every test that can run by itself, sorted by file, then in the order of the file."""
    found = []
    folder = ROOT / core().tests.replace(".", "/")
    for path in sorted(folder.glob("*.py")):
        if path.stem in core().driven:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and any(map(is_test_mark, node.decorator_list)):
                registered = registration(path, node)
                found.append(BenchTest(file=path.stem, name=node.name, registered=registered))
    return found


def registration(path: Path, node: ast.ClassDef) -> Mapping[str, Any] | None:
    """Return what a test says about itself, None if nothing.

    Raises:
        UserError: it is no dictionary of plain values, or has keys that mean nothing.
    """
    for line in node.body:
        if not isinstance(line, ast.Assign) or ast.unparse(line.targets[0]) != REGISTERED:
            continue
        try:
            found = ast.literal_eval(line.value)
        except ValueError:
            found = None
        if not isinstance(found, dict) or set(found) - KEYS or "features" not in found:
            raise UserError(
                f"{path.name}:{line.lineno}: {REGISTERED} of {node.name} must be a dictionary of "
                f"plain values with `features` and at most {', '.join(sorted(KEYS))}"
            )
        return found
    return None


def is_test_mark(node: ast.expr) -> bool:
    """Tell whether a decorator is pyuvm's `test`, called or not."""
    called = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(called) in {"pyuvm.test", "test"}


def tests_named(words: str) -> list[BenchTest]:
    """Return the tests that words, separated by commas, name: a class, a file, or file.class.

    Raises:
        UserError: a word names nothing; the sentence lists what there is.
    """
    known = bench_tests()
    chosen: list[BenchTest] = []
    for word in filter(None, (part.strip() for part in words.split(","))):
        found = [test for test in known if word in {test.file, test.name, str(test)}]
        if not found:
            names = ", ".join([str(test) for test in known])
            raise UserError(f"unknown test {word!r}; there are {names}")
        chosen += [test for test in found if test not in chosen]
    if not chosen:
        raise UserError("TEST names no test")
    return chosen
