"""Which functions of the project each test calls, which files it reads, how much CPU it takes.

A function is known by its file and its first line, as the interpreter knows it; line READ is for a
file that a test itself opens, as one does that looks for what is stale. What a test starts
as another process is not seen, so a test that only does so is given no mutant.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

Function = tuple[str, int]  # file, relative to the root; first line
READ = 0


class Reach:
    """A plugin of pytest that writes, for each test that passes, what it calls."""

    def __init__(self, path: Path, root: Path) -> None:
        self.path, self.root = path, f"{root}/"
        self._tests: dict[str, dict[str, Any]] = {}
        self._seen: set[CodeType] = set()
        self._passed: set[str] = set()
        self._read: set[str] = set()
        sys.addaudithook(self._opened)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what is called while a test is set up and runs."""
        self._seen, self._read = set(), set()
        started = time.process_time()
        sys.setprofile(self._called)
        try:
            result = yield
        finally:
            sys.setprofile(None)
        seconds = time.process_time() - started
        own = sorted({named for code in self._seen if (named := self._named(code))})
        own += [(name.removeprefix(self.root), READ) for name in sorted(self._read)]
        self._tests[item.nodeid] = {"seconds": seconds, "calls": own}
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which passed: a test that is skipped, or fails on good code, judges nothing."""
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        passed = {name: row for name, row in self._tests.items() if name in self._passed}
        self.path.write_text(json.dumps(passed), encoding="utf-8")

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            name = arguments[0]
            if name.startswith(self.root) and name.endswith(".py"):
                self._read.add(name)

    def _called(self, frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code not in self._seen and not self._importing(frame):
            self._seen.add(frame.f_code)

    def _importing(self, frame: FrameType) -> bool:
        """Whether a file is being read: what that calls serves all tests, not the first of them."""
        caller = frame.f_back
        while caller is not None:
            name = caller.f_globals.get("__name__", "__main__")  # `exec` may give it none
            if caller.f_code.co_name == "<module>" and name != "__main__":
                return True
            caller = caller.f_back
        return False

    def _named(self, code: CodeType) -> Function | None:
        if not code.co_filename.startswith(self.root) or code.co_name == "<module>":
            return None
        return code.co_filename.removeprefix(self.root), code.co_firstlineno


@dataclass(frozen=True, kw_only=True)
class Tests:
    """What is known of the tests that pass.

    Attributes:
        seconds: CPU time of each.
        of: the tests that call each function, and those that read each file.
    """

    seconds: Mapping[str, float]
    of: Mapping[Function, frozenset[str]]


def read(paths: Sequence[Path]) -> Tests:
    """Return what the plugin wrote."""
    content: dict[str, dict[str, Any]] = {}
    for path in paths:
        content.update(json.loads(path.read_text(encoding="utf-8")))
    seconds = {name: row["seconds"] for name, row in content.items()}
    found: dict[Function, set[str]] = {}
    for name, row in content.items():
        for file, line in row["calls"]:
            found.setdefault((file, line), set()).add(name)
    return Tests(seconds=seconds, of={key: frozenset(names) for key, names in found.items()})
