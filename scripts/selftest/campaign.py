"""Give every fault to the tests, and trust a catch only if the good core passes the same test."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from threading import Lock
from typing import Protocol

from scripts.cli import UserError
from scripts.selftest.faults import Fault
from scripts.selftest.order import ordered
from scripts.selftest.patches import PatchError, apply_patch, read_patch
from scripts.selftest.tests import Failure


class TreeLike(Protocol):
    """What a campaign needs of a tree."""

    root: Path

    def reset(self) -> None: ...


Runner = Callable[[TreeLike, Sequence[str]], Failure | None]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a fault: the failure that caught it, or None; and the seconds it took."""

    fault: Fault
    failure: Failure | None
    seconds: float

    @property
    def caught(self) -> bool:
        """Whether a test failed on a core that was built."""
        return self.failure is not None and self.failure.built


def check_patches(faults: Sequence[Fault], tree: TreeLike) -> None:
    """Apply each patch once, so that an outdated one is known before an hour has passed.

    Raises:
        UserError: a patch does not apply, with its name.
    """
    for fault in faults:
        try:
            apply_patch(fault.patch, tree.root)
        except PatchError as error:
            raise UserError(f"tests/faults/{fault.name}.patch {error}") from None
        finally:
            tree.reset()


class Control:
    """The good core. Answers, once a test, whether it passes there."""

    def __init__(self, tree: TreeLike, runner: Runner) -> None:
        self._tree = tree
        self._runner = runner
        self._lock = Lock()
        self.passed: list[str] = []

    def demand(self, tests: Sequence[str]) -> None:
        """Run what has not been run yet.

        Raises:
            UserError: the good core fails, so that a catch by this test means nothing.
        """
        with self._lock:
            new = [test for test in tests if test not in self.passed]
            failure = self._runner(self._tree, new) if new else None
            if failure is not None:
                raise UserError(f"the core without a fault fails {failure.test}: {failure.message}")
            self.passed += new


def part_of(fault: Fault) -> str:
    """Return the folder of rtl/ that a fault changes, `rtl` for the top."""
    return Path(read_patch(fault.patch)[0].path).parent.name


def campaign(
    faults: Sequence[Fault],
    *,
    trees: Sequence[TreeLike],
    control: Control,
    ids: Sequence[str],
    runner: Runner,
) -> Iterator[Outcome]:
    """Yield an outcome for each fault as it comes; as many at a time as there are trees.

    Raises:
        UserError: the good core fails a test that caught a fault.
    """
    free: SimpleQueue[TreeLike] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def one(fault: Fault) -> Outcome:
        tree = free.get()
        try:
            started = time.monotonic()
            tree.reset()
            apply_patch(fault.patch, tree.root)
            failure = runner(tree, ordered(ids, part_of(fault)))
            outcome = Outcome(fault=fault, failure=failure, seconds=time.monotonic() - started)
        finally:
            free.put(tree)
        if outcome.caught and failure is not None:
            control.demand([failure.test])
        return outcome

    with ThreadPoolExecutor(max_workers=len(trees)) as pool:
        running = [pool.submit(one, fault) for fault in faults]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            for task in running:
                task.cancel()
