"""The self-test of a core that has no pytest tests: its own regression has to find the faults.

All faults are in one simulation, where a file says which of them is there (merge.py); a fault that
can't be chosen so gets a simulation of its own. For each the suite runs until a test fails.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.campaign import Outcome
from honeyguide.faults.edits import merge_faults
from honeyguide.faults.faults import Fault
from honeyguide.faults.merge import NONE, choose
from honeyguide.faults.patches import apply_patch
from honeyguide.faults.tests import Failure
from honeyguide.project import ROOT
from honeyguide.regress.local import run_local
from honeyguide.regress.suite import Run, load_suite
from honeyguide.regress.work import order
from honeyguide.sim import SimBuild, build
from honeyguide.sim.stand_in import stand_in


class Bench:
    """The bench around a copy of the core at `root`, in the default configuration."""

    def __init__(self, root: Path, *, jobs: int) -> None:
        self.root, self._jobs = root, jobs
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(ROOT / core().rtl, root / core().rtl)

    def build(self) -> None:
        """Build it, once the faults are in."""
        wanted = stand_in(core().build(core().default), self.root / core().rtl)
        # A broken core may well have what the search for mistakes finds: that is not the point.
        self.folder = build(SimBuild(**{**wanted, "design": None}))

    def first_failure(self) -> Failure | None:
        """Run the suite until a test fails; None if all pass.

        Raises:
            UserError: a run could not be started.
        """
        runs = [Run(entry=entry, config=core().default, seed=1) for entry in load_suite().entries]
        orders = [
            order(run, build=self.folder, folder=self.root / "runs", waves=False, env={})
            for run in runs
        ]
        stream = run_local(orders, self._jobs)
        passed = 0
        try:
            for done in stream:
                if done.status == "error":
                    raise UserError(f"{done.name} could not be run: {done.message}")
                if not done.passed:
                    return Failure(test=done.name, message=done.message, built=True, passed=passed)
                passed += 1
        finally:
            stream.close()  # type: ignore[attr-defined]
        return None


def simulated(faults: Sequence[Fault], folder: Path, *, jobs: int) -> Iterator[Outcome]:
    """Yield an outcome for each fault.

    Raises:
        UserError: the core without a fault fails, so that a catch means nothing.
    """
    merged = Bench(folder / "merged", jobs=jobs)
    numbered = [fault for fault in faults if not fault.alone]
    merge_faults(numbered, merged.root)
    merged.build()
    choose(merged.root, NONE)
    failure = merged.first_failure()
    if failure is not None:
        raise UserError(f"the core without a fault fails {failure.test}: {failure.message}")
    for fault in faults:
        started = time.monotonic()
        bench = merged
        if fault.alone:
            bench = Bench(folder / "single", jobs=jobs)
            apply_patch(fault.patch, bench.root)
            bench.build()
        else:
            choose(merged.root, numbered.index(fault) + 1)
        failure = bench.first_failure()
        yield Outcome(fault=fault, failure=failure, seconds=time.monotonic() - started)
