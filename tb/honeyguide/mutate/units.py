"""The tests of units alone, as judges of the few changes that all runs of the whole core pass.

A unit is reached where the whole core leads nobody: its pretended surroundings are rude, late and
out of order. Each change needs a build of its own, so they come last. What the self-test gives to a
fault is given here: a catch is a check that fell, and the good core must pass the same test.
"""

from __future__ import annotations

import threading
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core, fault_tests
from honeyguide.faults.order import collect, ordered
from honeyguide.faults.station import is_whole
from honeyguide.faults.tests import Failure, first_failure
from honeyguide.faults.tree import Tree
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied
from honeyguide.project import ROOT


class Units:
    """Tests of units in a configuration, and a copy of the project in `folder` for them to run."""

    def __init__(self, folder: Path, config: str) -> None:
        self.folder, self.config = folder, config
        self._tree: Tree | None = None
        self._ids: list[str] = []
        self._sound: set[str] = set()  # tests that the good core is seen to pass
        self._one = threading.Lock()  # there is one copy

    def broken(self, change: Change) -> str:
        """Return the test that fails on a changed core, with its first difference; or nothing.

        Raises:
            UserError: the good core fails that test.
        """
        if core().fault_tests is None:
            return ""
        path = next(path for path in core().hdl() if path.stem == change.module)
        with self._one:
            ids = self._of(path.parent.name)
            if not ids:
                return ""
            tree = self._good()
            copy = tree.root / path.relative_to(ROOT)
            copy.write_text(applied(path.read_text(encoding="utf-8"), change), encoding="utf-8")
            failure = first_failure(tree, ids)
            if failure is None or not failure.built:
                return ""
            self._control(failure)
            return f"{failure.test}: {failure.message}"

    def _good(self) -> Tree:
        if self._tree is None:
            self._tree = Tree("units", folder=self.folder)
        self._tree.reset()
        return self._tree

    def _of(self, part: str) -> list[str]:
        """Return the tests of the units of a folder, and those that have killed first."""
        if not self._ids:
            self._ids = [name for name in collect(self._good().root) if not is_whole(name)]
        all_own = [name for name in self._ids if f"/{core().rtl}/{part}/" in name]
        # Others are built anew, which takes longer than the tests.
        own = [name for name in all_own if self.config in name] or all_own
        listed = ordered(own, part) if part in fault_tests().by_part else own
        return sorted(listed, key=lambda name: name not in self._sound)

    def _control(self, failure: Failure) -> None:
        if failure.test in self._sound:
            return
        found = first_failure(self._good(), [failure.test])
        if found is not None:
            raise UserError(f"the core without a change fails {found.test}: {found.message}")
        self._sound.add(failure.test)
