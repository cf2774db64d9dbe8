"""What follows the last run: failures are repeated and explained, cycles measured, reports written.

Runs that passed cost nothing of it but the measurement of cycles, a few seconds a regression.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from honeyguide.coverage.functional import FunctionalCoverage, add_runs
from honeyguide.plan.plan import load_plan
from honeyguide.regress.explain import Explained, explain_failures
from honeyguide.report.regression import Summary, write_reports
from honeyguide.sim import HdlError, SimBuild, build
from scripts.reports.details import coverage_part, plan_part, trends_part
from scripts.runs.bench import configuration
from scripts.runs.cycles import (
    kernel_figures,
    load_baseline,
    measure_kernels,
    measure_network,
    trends,
)
from tb.build import bench_build

CYCLES_S = 120.0  # a core that hangs must not hold up the report


def explaining(wanted: bool) -> bool:
    """Tell whether failures are to be explained: unless --no-explain or RATEL_EXPLAIN=0 says no."""
    return wanted and os.environ.get("RATEL_EXPLAIN", "1") not in ("", "0")


def finish(
    summary: Summary, folder: Path, *, explain: bool, cycles: bool, code: Sequence[str] = ()
) -> dict[str, Explained]:
    """Write the whole reports; return what was found of failures, by the name of the run.

    Args:
        summary: of the regression, whose short reports are there already.
        folder: where the reports are.
        explain: repeat the first failure of the first few causes.
        cycles: measure cycles and compare them with the baseline.
        code: lines on code coverage, whose page is then beside this one.
    """
    explained: dict[str, Explained] = {}
    if explain and any(not outcome.passed for outcome in summary.outcomes):
        print("explaining failures: each cause is repeated with its seed", flush=True)
        explained = explain_failures(summary, folder)
    functional = functional_of(summary)
    parts = [plan_part(summary, load_plan(), functional), coverage_part(functional, code)]
    if cycles:
        parts.append(cycles_part(summary, folder))
    write_reports(folder, summary, explained, parts)
    return explained


def functional_of(summary: Summary) -> FunctionalCoverage | None:
    """Return what the runs that passed hit; None if they left nothing."""
    passed = [Path(item.folder) for item in summary.outcomes if item.passed and item.folder]
    functional, _ = add_runs(passed)
    return functional if functional.files else None


def cycles_part(summary: Summary, folder: Path) -> str:
    """Measure on the first configuration of the regression; return the part of the page."""
    core = configuration(next(iter(summary.runs.values())).config)
    place = folder / "cycles"
    try:
        where = build(SimBuild(**bench_build(core.name)))
        kernels, failure = measure_kernels(core, where, place, timeout_s=CYCLES_S)
        network, other = measure_network(core, where, place, timeout_s=CYCLES_S)
    except HdlError as error:
        kernels, network, failure, other = [], [], str(error), ""
    found = trends([*kernel_figures(kernels), *network], load_baseline(core.name))
    return trends_part(core.name, found, [reason for reason in (failure, other) if reason])
