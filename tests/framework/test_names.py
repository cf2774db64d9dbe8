"""A name of a module is bound once: bound again, it changes what stands above without a word."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.framework.test_folders import modules

MODULES = modules()


def bound(statement: ast.stmt) -> Iterator[str]:
    """Names that a statement of a module binds; those of branches and loops are left out."""
    match statement:
        case ast.FunctionDef(decorator_list=[ast.Name(id="overload")]):
            pass  # for the type checker
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Assign(targets=targets):
            for target in targets:
                yield from targeted(target)
        case ast.AnnAssign(target=target):
            yield from targeted(target)
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name) for alias in names)


def targeted(target: ast.expr) -> Iterator[str]:
    """Names in the target of an assignment."""
    match target:
        case ast.Name(id=name):
            yield name
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            for part in parts:
                yield from targeted(part)
        case ast.Starred(value=value):
            yield from targeted(value)


def twice(text: str) -> list[str]:
    """Names that a module binds more than once."""
    count = Counter(name for statement in ast.parse(text).body for name in bound(statement))
    return sorted(name for name, number in count.items() if number > 1 and name != "_")


@pytest.mark.parametrize("module", MODULES)
def test_no_name_of_a_module_is_bound_twice(module: str) -> None:
    assert twice(MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    ["A, B = 1, 2\n(B, *C) = 3, 4", "B = 1\ndef B(): pass", "from a import B\nclass B: pass",
     "B: int = 1\nB = 2"],
)  # fmt: skip
def test_a_name_that_is_bound_twice_is_seen(text: str) -> None:
    assert twice(text) == ["B"]
