"""Which changes of a watched core each test comes to: pytest's plugin, and what asks it.

The core appends what would differ to a file (faults/merge.py), which is emptied before each test.
A test in which a change never differs can't fail on it, and need not be given it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from honeyguide.faults.merge import DIFFERS, seen_file
from honeyguide.faults.tests import BrokenRunError, run_all
from honeyguide.faults.tree import Tree
from honeyguide.project import ROOT

_WRITTEN = "build/reach.json"


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What a test comes to.

    Attributes:
        numbers: of the changes that differ in it, be it in reset alone.
        seconds: how long it takes, with the build if it was the first to want it.
    """

    numbers: frozenset[int]
    seconds: float


def reach_of(tree: Tree, ids: Sequence[str]) -> Mapping[str, Reach]:
    """Return what the tests come to that pass on the watched core of a tree.

    A test that does not pass is missing: nothing is known of it.

    Raises:
        BrokenRunError: pytest ended without a verdict.
    """
    path = tree.root / _WRITTEN
    path.unlink(missing_ok=True)
    cases = run_all(tree, ["-p", __name__, *ids])
    if not path.is_file():
        raise BrokenRunError("pytest left no word of what is reached")
    noted = json.loads(path.read_text(encoding="utf-8"))
    passed = {case.test for case in cases if not case.failed}
    return {
        test: Reach(numbers=frozenset(row["numbers"]), seconds=row["seconds"])
        for test, row in noted.items()
        if test in passed
    }


class Plugin:
    """Notes after each test what the core has said since it began."""

    def __init__(self, seen: Path, written: Path) -> None:
        self.seen, self.written = seen, written
        self._rows: dict[str, dict[str, object]] = {}
        self._seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Empty the file before a test, and read it after."""
        self.seen.unlink(missing_ok=True)
        result = yield
        text = self.seen.read_text(encoding="utf-8") if self.seen.is_file() else ""
        numbers = sorted({int(number) for number, _ in DIFFERS.findall(text)})
        seconds = self._seconds.get(item.nodeid, 0.0)
        self._rows[item.nodeid] = {"numbers": numbers, "seconds": seconds}
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how long a test took."""
        if report.when == "call":
            self._seconds[report.nodeid] = report.duration

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        self.written.write_text(json.dumps(self._rows), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Take part, in the tree that pytest was started in."""
    config.pluginmanager.register(Plugin(seen_file(ROOT), ROOT / _WRITTEN))
