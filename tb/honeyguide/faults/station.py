"""A place where one fault after the other is tried: two trees, and the order of the tests.

merged    all faults in one core, chosen by a number: simulations of the whole core, built once
single    one fault's patch applied: tests of the units alone, and faults that can't be merged
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from honeyguide.core import fault_tests
from honeyguide.faults.edits import merge_faults
from honeyguide.faults.faults import Fault
from honeyguide.faults.merge import NONE, choose
from honeyguide.faults.order import ordered
from honeyguide.faults.patches import apply_patch, read_patch
from honeyguide.faults.tests import Failure, first_failure
from honeyguide.faults.tree import FOLDER, Tree


class Station:
    """Runs tests on the core with a fault, and on the core without.

    Attributes:
        merged: the tree with all faults.
        single: the tree with one fault's patch, or none.
    """

    def __init__(
        self, name: str, faults: Sequence[Fault], ids: Sequence[str], *, folder: Path = FOLDER
    ) -> None:
        self.merged = Tree(f"{name}-merged", folder=folder)
        self.single = Tree(f"{name}-single", folder=folder)
        self._ids = ids
        self._numbered = [fault for fault in faults if not fault.alone]
        merge_faults(self._numbered, self.merged.root)

    def broken(self, fault: Fault) -> Failure | None:
        """Return the first failure of a core with the fault; None if every test passes."""
        part = Path(read_patch(fault.patch)[0].path).parent.name
        ids = ordered(self._ids, part, first=fault.alone)
        self.single.reset()
        apply_patch(fault.patch, self.single.root)
        if fault.alone:
            return first_failure(self.single, ids)
        choose(self.merged.root, self._numbered.index(fault) + 1)
        passed = 0
        for whole, group in groupby(ids, key=is_whole):
            some = list(group)
            tree = self.merged if whole else self.single
            failure = first_failure(tree, some, passed=passed)
            if failure is not None:
                return failure
            passed += len(some)
        return None

    def good(self, test: str) -> Failure | None:
        """Run a test on the core without a fault."""
        return first_failure(self.good_tree(test), [test])

    def good_tree(self, test: str | None = None) -> Tree:
        """Return the tree in which a test runs (None: one of the whole core), the core good."""
        choose(self.merged.root, NONE)
        self.single.reset()
        return self.merged if test is None or is_whole(test) else self.single


def is_whole(test: str) -> bool:
    """Tell whether a test simulates the whole core; the others build a unit from its file."""
    return test.startswith(fault_tests().whole)
