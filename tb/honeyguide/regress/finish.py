"""What follows the last run: failures are repeated and explained, reports written."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from honeyguide.core import core
from honeyguide.coverage.functional import FunctionalCoverage, add_runs
from honeyguide.env.tally import add_tallies
from honeyguide.plan.plan import load_plan
from honeyguide.project import ROOT, variable
from honeyguide.regress.explain import Explained, explain_failures
from honeyguide.regress.live import EXPLAINING, REPORTING, Live
from honeyguide.regress.reports import write_reports
from honeyguide.regress.summary import Story, Summary

Further = Callable[[Summary, Path], str]


def explaining(wanted: bool) -> bool:
    """Tell whether failures are to be explained: not with --no-explain or <NAME>_EXPLAIN=0."""
    return wanted and os.environ.get(variable("EXPLAIN"), "1") not in ("", "0")


def finish(
    summary: Summary,
    folder: Path,
    *,
    explain: bool,
    further: Further | None = None,
    code: Sequence[str] = (),
) -> dict[str, Explained]:
    """Write the whole reports; return what was found of failures, by the name of the run.

    Args:
        summary: of the regression, whose short reports are there already.
        folder: where the reports are.
        explain: repeat the first failure of the first few causes.
        further: a part of the page that the project adds.
        code: lines on code coverage, whose page is then beside this one.
    """
    explained: dict[str, Explained] = {}
    explain = explain and any(not outcome.passed for outcome in summary.outcomes)
    live = Live(folder, summary.runs)
    live.start(summary.outcomes, EXPLAINING if explain else REPORTING)
    try:
        if explain:
            print("explaining failures: each cause is repeated with its seed", flush=True)
            explained = explain_failures(summary, folder)
        story = Story(
            explained=explained,
            plan=load_plan() if (ROOT / core().plan).is_file() else (),
            functional=functional_of(summary),
            code=code,
            tallies=add_tallies(summary.folders),
        )
        parts = [] if further is None else [further(summary, folder)]
        write_reports(folder, summary, replace(story, further=parts))
    finally:
        live.end()
    return explained


def functional_of(summary: Summary) -> FunctionalCoverage | None:
    """Return what the runs that passed hit; None if they left nothing."""
    functional, _ = add_runs(summary.folders)
    return functional if functional.files else None
