"""Which tests are given to a changed file of Python, and in which order.

A change within a function is given the tests that run its statement; one outside of functions, in
what runs when a file is read, or in what is called once and remembered, all tests that run some of
its file or stand in one that imports it. Those come first that have killed in the same function,
then in the same file, then the quick ones.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from honeyguide.core import PythonPart
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.python.reach import READ, Tests
from honeyguide.project import ROOT


class Choice:
    """The tests of a part that pass on the good code, as judges of its changes."""

    def __init__(self, part: PythonPart, tests: Tests) -> None:
        self.part, self._tests = part, tests
        self._kills: dict[tuple[str, int] | str, Counter[str]] = {}
        self._importers: dict[str, set[str]] = {}  # test files, by module
        self.seconds = tests.seconds

    def tests(self, change: Change) -> list[str]:
        """Return the tests for a change, those most likely to see it first."""
        place = _place(change)
        lines = [(change.module, line) for line in place.lines]
        named = {name for line in lines for name in self._tests.of.get(line, ())}
        # What runs when a file is read, or once and is remembered, is not seen in all who need it.
        if not place.function or place.once or not self._tests.importing.isdisjoint(lines):
            named |= self._tests.of_file(change.module) | self._importing(change.module)
        if not named:
            named = set(
                self._tests.of.get(
                    (change.module, READ), () if place.function else self._tests.seconds
                )
            )
        first = self._kills.get((change.module, place.function), Counter())
        by_file = self._kills.get(change.module, Counter())
        return sorted(
            named, key=lambda name: (-first[name], -by_file[name], self._tests.seconds[name], name)
        )

    def _importing(self, module: str) -> set[str]:
        """Return the tests in files that import a module: one may run nothing, only read it."""
        if module not in self._importers:
            self._importers[module] = {
                file for file in test_files(self.part) if module in _imported(ROOT / file)
            }
        files = self._importers[module]
        return {name for name in self._tests.seconds if name.partition("::")[0] in files}

    def learn(self, change: Change, test: str) -> None:
        """Hear which test has killed a change: it is asked sooner."""
        for key in ((change.module, _place(change).function), change.module):
            self._kills.setdefault(key, Counter())[test] += 1


def test_files(part: PythonPart) -> Iterator[str]:
    """Yield the files of a part's tests, without those that its options ignore."""
    ignored = {option.removeprefix("--ignore=") for option in part.options}
    for name in part.tests:
        path = ROOT / name
        found = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
        names = (str(file.relative_to(ROOT)) for file in found)
        yield from (one for one in names if one not in ignored)


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the files, relative to the root, that a file of tests imports itself."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{item.name}" for item in node.names)]
        elif isinstance(node, ast.Import):
            names = [item.name for item in node.names]
        else:
            continue
        found |= {f"{name.replace('.', '/')}.py" for name in names}
        found |= {f"{name.replace('.', '/')}/__init__.py" for name in names}
    return frozenset(found)


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a change lies: first line of the innermost function with a name, READ for none; whether
    that is cached; the lines of the statement, without those that stand below it.
    """

    function: int
    once: bool
    lines: range


def _place(change: Change) -> _Place:
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    lines = range(change.line, change.line + 1)
    size = None
    for node in ast.walk(ast.parse((ROOT / change.module).read_text(encoding="utf-8"))):
        if not isinstance(node, ast.stmt):
            continue
        assert node.end_lineno is not None
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # What stands in the head is computed when it is defined.
            inside = node.body[0].lineno <= change.line <= node.end_lineno
            if inside and (function is None or node.lineno > function.lineno):
                function = node
        end = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno
        if node.lineno <= change.line <= end and (size is None or end - node.lineno < size):
            lines, size = range(node.lineno, end + 1), end - node.lineno
    if function is None:
        return _Place(function=READ, once=False, lines=lines)
    once = any("cache" in ast.unparse(item) for item in function.decorator_list)
    return _Place(function=function.lineno, once=once, lines=lines)
