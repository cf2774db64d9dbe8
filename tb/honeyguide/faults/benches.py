"""The other half of the self-test: benches with one thing wrong, none of which may pass.

They are pytest tests; each succeeds when its bench fails as it must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from honeyguide.core import fault_tests
from honeyguide.faults.tests import Case, run_all
from honeyguide.faults.tree import Tree

BROKEN = "test_broken_"  # the others show that the unbroken bench passes


@dataclass(frozen=True, kw_only=True)
class Benches:
    """How the broken benches fared.

    Attributes:
        caught: broken benches that failed as they must.
        wrong: tests that failed: a broken bench that passes, or the good one that does not.
    """

    caught: tuple[str, ...]
    wrong: tuple[Case, ...]

    @property
    def good(self) -> bool:
        """Whether all were caught, and there are enough of them to mean something."""
        return not self.wrong and len(self.caught) >= fault_tests().broken_wanted

    def __str__(self) -> str:
        wanted = fault_tests().broken_wanted
        text = f"{len(self.caught)} broken benches caught, at least {wanted} are wanted"
        return text + "".join(f"\n  {case.test}: {case.message}" for case in self.wrong)


def run_benches(tree: Tree) -> Benches:
    """Run them in a tree with the good core."""
    return judge(run_all(tree, [fault_tests().broken_benches]))


def judge(cases: Sequence[Case]) -> Benches:
    """Return what the tests' results say about the benches."""
    broken = [case for case in cases if BROKEN in case.test]
    caught = [case.test.partition("[")[2].rstrip("]") for case in broken if not case.failed]
    return Benches(caught=tuple(caught), wrong=tuple(case for case in cases if case.failed))
