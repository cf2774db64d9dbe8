"""Give every fault to the tests, and trust a catch only if the good core passes the same test."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Protocol

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.faults import Fault
from honeyguide.faults.patches import PatchError, apply_patch
from honeyguide.faults.tests import Failure
from honeyguide.sim.workers import threads


class Resettable(Protocol):
    """What check_patches needs of a tree."""

    root: Path

    def reset(self) -> None:
        """Make the core good again."""


class StationLike(Protocol):
    """What a campaign needs of a station."""

    def broken(self, fault: Fault) -> Failure | None:
        """Run the tests on a core with the fault until one fails."""

    def good(self, test: str) -> Failure | None:
        """Run a test on the core without a fault."""


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


def check_patches(faults: Sequence[Fault], tree: Resettable) -> None:
    """Apply each patch once, so that an outdated one is known before anything has run.

    Raises:
        UserError: a patch does not apply, with its name.
    """
    for fault in faults:
        try:
            apply_patch(fault.patch, tree.root)
        except PatchError as error:
            raise UserError(f"{core().faults}/{fault.name}.patch {error}") from None
        finally:
            tree.reset()


class Control:
    """Which tests the good core passes; asks it once for each.

    Attributes:
        passed: the tests, in the order in which they were asked for.
    """

    def __init__(self) -> None:
        self.passed: list[str] = []

    def demand(self, station: StationLike, test: str) -> None:
        """Run the test on the good core, unless that is known to pass.

        Raises:
            UserError: the good core fails, so that a catch by this test means nothing.
        """
        if test in self.passed:
            return
        failure = station.good(test)
        if failure is not None:
            raise UserError(f"the core without a fault fails {failure.test}: {failure.message}")
        self.passed.append(test)


def campaign(
    faults: Sequence[Fault], *, stations: Sequence[StationLike], control: Control
) -> Iterator[Outcome]:
    """Yield an outcome for each fault as it comes; as many at a time as there are stations.

    Raises:
        UserError: the good core fails a test that caught a fault.
    """
    free: SimpleQueue[StationLike] = SimpleQueue()
    for station in stations:
        free.put(station)

    def one(fault: Fault) -> Outcome:
        station = free.get()
        try:
            started = time.monotonic()
            failure = station.broken(fault)
            outcome = Outcome(fault=fault, failure=failure, seconds=time.monotonic() - started)
            if outcome.caught and failure is not None:
                control.demand(station, failure.test)
        finally:
            free.put(station)
        return outcome

    with threads(len(stations)) as pool:
        running = [pool.submit(one, fault) for fault in faults]
        try:
            for done in as_completed(running):
                yield done.result()
        finally:
            for task in running:
                task.cancel()
