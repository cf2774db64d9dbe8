"""Which lines of a part each test runs, which files it reads, how much CPU it takes.

Line READ is for a file that a test itself opens, as one does that looks for what is stale. What
runs while a file is being read serves all tests, not the first of them: it is kept apart. What a
test starts as another process is not seen, so a test that only does so is given no mutant.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

Line = tuple[str, int]  # file, relative to the root; line
READ = 0
_OFTEN = 64  # calls of a function after which is looked whether all of its lines are known
_Tracer = Callable[[FrameType, str, object], Any]


class Reach:
    """A plugin of pytest that writes, for each test that passes, which lines of files it runs."""

    def __init__(self, path: Path, root: Path, files: Collection[str]) -> None:
        self.path, self.root = path, f"{root}/"
        self._files = {self.root + name: name for name in files}
        self._tests: dict[str, dict[str, Any]] = {}
        self._passed: set[str] = set()
        self._read: set[str] = set()
        self._importing = {name: set[int]() for name in self._files}
        self._lines: dict[str, set[int]] = {}  # of the test that runs
        self._calls: Counter[CodeType] = Counter()
        self._known: set[CodeType] = set()  # all of its lines are
        sys.addaudithook(self._opened)
        sys.settrace(self._called)  # also while test files are read

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what runs while a test is set up and runs."""
        self._lines = {name: set() for name in self._files}
        self._calls, self._known, self._read = Counter(), set(), set()
        started = time.process_time()
        sys.settrace(self._called)
        try:
            result = yield
        finally:
            sys.settrace(None)
        seconds = time.process_time() - started
        own = _listed({self._files[name]: lines for name, lines in self._lines.items()})
        own += [(name.removeprefix(self.root), READ) for name in sorted(self._read)]
        self._tests[item.nodeid] = {"seconds": seconds, "lines": own}
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which passed: a test that is skipped, or fails on good code, judges nothing."""
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        sys.settrace(None)
        passed = {name: row for name, row in self._tests.items() if name in self._passed}
        importing = _listed({self._files[name]: lines for name, lines in self._importing.items()})
        document = {"tests": passed, "importing": importing}
        self.path.write_text(json.dumps(document), encoding="utf-8")

    def _opened(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            name = arguments[0]
            if name.startswith(self.root) and name.endswith(".py"):
                self._read.add(name)

    def _called(self, frame: FrameType, event: str, _: object) -> _Tracer | None:
        code = frame.f_code
        file = code.co_filename
        if file not in self._files or code in self._known or code.co_name == "<module>":
            return None
        self._calls[code] += 1
        if self._calls[code] == 1 and (not self._lines or _is_read(frame)):
            del self._calls[code]
            return _adds(self._importing[file])
        lines = self._lines[file]
        if self._calls[code] % _OFTEN == 0 and lines.issuperset(_lines_of(code)):
            self._known.add(code)
        return _adds(lines)


def _adds(lines: set[int]) -> _Tracer:
    """Return what notes the lines of a frame."""

    def ran(frame: FrameType, event: str, _: object) -> _Tracer:
        lines.add(frame.f_lineno)
        return ran

    return ran


def _is_read(frame: FrameType) -> bool:
    """Whether a file is being read, and what it calls with it."""
    caller = frame.f_back
    while caller is not None:
        name = caller.f_globals.get("__name__", "__main__")  # `exec` may give it none
        if caller.f_code.co_name == "<module>" and name != "__main__":
            return True
        caller = caller.f_back
    return False


def _lines_of(code: CodeType) -> set[int]:
    return {line for _, _, line in code.co_lines() if line is not None}


def _listed(lines: Mapping[str, set[int]]) -> list[Line]:
    return [(name, line) for name, some in sorted(lines.items()) for line in sorted(some)]


@dataclass(frozen=True, kw_only=True)
class Tests:
    """What is known of the tests that pass.

    Attributes:
        seconds: CPU time of each.
        of: the tests that run each line, and those that read each file.
        importing: lines that run while files are read.
    """

    seconds: Mapping[str, float]
    of: Mapping[Line, frozenset[str]]
    importing: frozenset[Line]

    def of_file(self, name: str) -> set[str]:
        """Return the tests that run some of a file."""
        return {test for (file, _), tests in self.of.items() if file == name for test in tests}


def read(paths: Sequence[Path]) -> Tests:
    """Return what the plugin wrote."""
    content: dict[str, dict[str, Any]] = {}
    importing: set[Line] = set()
    for path in paths:
        document = json.loads(path.read_text(encoding="utf-8"))
        content.update(document["tests"])
        importing |= {(file, line) for file, line in document["importing"]}
    seconds = {name: row["seconds"] for name, row in content.items()}
    found: dict[Line, set[str]] = {}
    for name, row in content.items():
        for file, line in row["lines"]:
            found.setdefault((file, line), set()).add(name)
    return Tests(
        seconds=seconds, of={key: frozenset(names) for key, names in found.items()},
        importing=frozenset(importing),
    )  # fmt: skip
