"""Break the core in one small way after the other, and see which test falls.

Each fault is put into a copy of the core, where tests run until one fails. A fault that no test
catches is a hole in the bench; a catch counts only if the core without the fault passes the same
test. Without --fault the broken benches run too, if there are any: none of them may pass.
"""

from __future__ import annotations

import time
from pathlib import Path

from honeyguide import cli
from honeyguide.core import core
from honeyguide.faults.benches import run_benches
from honeyguide.faults.campaign import Control, campaign, check_patches
from honeyguide.faults.faults import Fault, faults_named, load_faults
from honeyguide.faults.order import collect, ordered
from honeyguide.faults.patches import PatchError
from honeyguide.faults.report import outcome_line, outcome_table, write_json
from honeyguide.faults.simulated import simulated
from honeyguide.faults.station import Station
from honeyguide.faults.tests import BrokenRunError
from honeyguide.faults.tree import FOLDER, Tree
from honeyguide.report.files import Results, shown
from honeyguide.runs import own_place
from honeyguide.sim import HdlError

EXPECTED = (HdlError, BrokenRunError, PatchError)


def main(argv: list[str]) -> int:
    """Run the self-test; return 1 if a fault was not caught."""
    options = cli.parser("selftest", __doc__)
    cli.add(options, "fault", default=None, help="faults, by name or a part of it")
    cli.add(options, "jobs")
    wanted = options.parse_args(argv)
    every = load_faults()
    faults = every if wanted.fault is None else faults_named(wanted.fault, every)
    # Two self-tests in the same trees would break each other's cores.
    with own_place(FOLDER) as folder:
        if core().fault_tests is None:
            return run_simulated(faults, folder=folder, jobs=wanted.jobs)
        return run(every, faults, folder=folder, jobs=wanted.jobs, benches=wanted.fault is None)


def run_simulated(faults: list[Fault], *, folder: Path, jobs: int) -> int:
    """Let the core's regression find the faults; print, report, return the code."""
    results = Results(command="selftest")
    results.start()
    started = time.monotonic()
    outcomes = []
    for outcome in simulated(faults, folder, jobs=jobs):
        outcomes.append(outcome)
        print(outcome_line(outcome, len(outcomes), len(faults)), flush=True)
    missed = [outcome.fault.name for outcome in outcomes if not outcome.caught]
    seconds = time.monotonic() - started
    path = write_json(results, outcomes, benches=None, controls=[], tests=0, seconds=seconds)
    caught = len(outcomes) - len(missed)
    print(f"{caught} of {len(outcomes)} faults caught in {seconds:.0f} s; {shown(path)}")
    print(f"FAIL: not caught: {', '.join(missed)}" if missed else "PASS")
    return 1 if missed else 0


def run(every: list[Fault], faults: list[Fault], *, folder: Path, jobs: int, benches: bool) -> int:
    """Try the chosen faults, and the broken benches if wanted; print, report, return the code."""
    results = Results(command="selftest")
    results.start()
    started = time.monotonic()
    good = Tree("good", folder=folder)
    check_patches(every, good)
    ids = collect(good.root)
    stations = [
        Station(f"station{number}", every, ids, folder=folder)
        for number in range(min(jobs, len(faults)))
    ]
    control = Control()
    control.demand(stations[0], ordered(ids, "rtl")[0])
    print(f"control: the core without a fault passes {control.passed[0]}", flush=True)
    tried = run_benches(stations[0].good_tree()) if benches else None
    if tried is not None:
        print(tried, flush=True)
    outcomes = []
    for outcome in campaign(faults, stations=stations, control=control):
        outcomes.append(outcome)
        print(outcome_line(outcome, len(outcomes), len(faults)), flush=True)
    outcomes.sort(key=lambda outcome: faults.index(outcome.fault))
    print(f"\n{outcome_table(outcomes)}\n")
    seconds = time.monotonic() - started
    path = write_json(
        results,
        outcomes,
        benches=tried,
        controls=control.passed,
        tests=len(ids),
        seconds=seconds,
    )
    print(
        f"{sum(outcome.caught for outcome in outcomes)} of {len(outcomes)} faults caught by "
        f"{len(ids)} tests in {seconds:.0f} s; the core without a fault passes those "
        f"{len(control.passed)} of them that caught one; {shown(path)}"
    )
    missed = [outcome.fault.name for outcome in outcomes if not outcome.caught]
    if missed:
        print(f"FAIL: not caught: {', '.join(missed)}")
    elif tried is not None and not tried.good:
        print(f"FAIL: {tried}")
    else:
        print("PASS")
        return 0
    return 1
