"""Measure functional and code coverage: run, merge, grade, and choose the runs worth keeping.

Runs the core's suite on simulations that count lines, branches and toggles, merges
what every run left, and writes coverage.html and coverage.json, and coverage.info (LCOV),
cobertura.xml and functional.xml (UCIS) for other tools; build/coverage leads there. Points
that no test can hit are in the core's list of exclusions, each with a reason. With --keep the
smallest set of runs found that hits the same bins is written to the core's file of runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.core import core
from honeyguide.coverage.code import COUNTS, CodeCoverage, Point
from honeyguide.coverage.exclusions import Exclusion, excluded_points, load_exclusions
from honeyguide.coverage.functional import add_runs, smallest_set
from honeyguide.coverage.page import Bars, CoverageReport, write_coverage
from honeyguide.project import ROOT
from honeyguide.regress.command import tell
from honeyguide.regress.engine import Plan, regress
from honeyguide.regress.finish import explaining, finish
from honeyguide.regress.kept import kept_runs, write_kept
from honeyguide.regress.reach import point_views
from honeyguide.regress.suite import (
    Entry,
    Run,
    check_named,
    chosen_configs,
    chosen_entries,
    deal,
    left_out,
    load_suite,
)
from honeyguide.regress.summary import Summary
from honeyguide.report.files import shown

RUNS = 200
FRAMEWORK_UNCOVERED = Path(__file__).parents[1] / "coverage" / "uncovered.vlt"
NIGHTLY = Bars(functional=100.0, line=98.0, branch=95.0, toggle=90.0)
PULL_REQUEST = Bars(functional=95.0)


def main(argv: list[str]) -> int:
    """Run and merge; return 1 unless every run passed and every bar is reached."""
    options = cli.parser("coverage", __doc__)
    cli.add(options, "n", default=RUNS, help=f"runs, default {RUNS}")
    cli.add(options, "jobs", "tests", "cluster")
    cli.add(options, "config", help="configurations, with commas; the suite's by default")
    cli.add(options, "seed", help="seed of the first run")
    options.add_argument(
        "--functional", action="store_true", help="no code coverage: simulations run at full speed"
    )
    options.add_argument(
        "--pull-request", action="store_true",
        help=f"the runs in {core().kept}, functional coverage only, against the lower bar",
    )  # fmt: skip
    options.add_argument("--keep", action="store_true", help=f"write {core().kept}")
    options.add_argument(
        "--no-explain",
        action="store_true",
        help="do not repeat failures for their first difference",
    )
    options.add_argument("--no-bars", action="store_true", help="report, but ask for nothing")
    wanted = options.parse_args(argv)
    suite = load_suite()
    entries: Sequence[Entry] = ()
    if wanted.pull_request:
        runs: Sequence[Run] = kept_runs(suite)
    else:
        entries = chosen_entries(suite, wanted.tests)
        configs = chosen_configs(suite, wanted.config)
        runs = deal(entries, configs, count=wanted.n, seed=wanted.seed)
        check_named(suite, runs, wanted.tests, wanted.config)
    code = not (wanted.functional or wanted.pull_request)
    extra: dict[str, Any] = {"make_build": covered_build} if code else {}
    plan = Plan(
        runs=tuple(runs),
        jobs=wanted.jobs,
        command="coverage",
        cluster=wanted.cluster,
        more=True,
        **extra,
    )
    summary = regress(plan)
    bars = PULL_REQUEST if wanted.pull_request else NIGHTLY
    if not code:
        bars = Bars(functional=bars.functional)
    report = merge(summary, bars=Bars() if wanted.no_bars else bars, code=code)
    if wanted.keep:
        write_kept([summary.runs[name] for name in report.chosen])
    problems = report.problems()
    files, unwritten = write_coverage(
        summary.folder, report, point_views(report.functional, summary.folder)
    )
    explained = finish(
        summary, summary.folder, explain=explaining(not wanted.no_explain),
        code=report.lines()[1:] if code else (),
    )  # fmt: skip
    tell(summary, summary.folder, explained)
    if missing := left_out(entries, runs):
        print(missing)
    if unwritten:
        print(unwritten)
    print("\n".join([*report.lines(), *problems, f"report: {shown(files[-1])}"]))
    return 0 if summary.passed and not problems else 1


def covered_build(config: str) -> dict[str, Any]:
    """Return what to build of a simulation that counts lines, branches and toggles of the core."""
    wanted = core().build(config)
    uncovered = [FRAMEWORK_UNCOVERED, *(ROOT / name for name in core().uncovered)]
    return {**wanted, "sources": [*uncovered, *wanted["sources"]], "coverage": True}


def merge(summary: Summary, *, bars: Bars, code: bool) -> CoverageReport:
    """Return what all runs hit together. Only runs that passed count."""
    passed = [item for item in summary.outcomes if item.passed]
    folders = [Path(item.folder) for item in passed]
    functional, each = add_runs(folders)
    seconds = {item.name: item.seconds for item in passed}
    chosen = smallest_set(each, {item.name: item.sim_us for item in passed})
    measured = None
    exclusions: Mapping[Exclusion, Sequence[Point]] = {}
    wrong: list[str] = []
    if code:
        measured = CodeCoverage()
        for folder in folders:
            if (folder / COUNTS).is_file():
                measured.add(folder)
        measured.finish()
        exclusions, wrong = excluded_points(measured.counts, load_exclusions())
    return CoverageReport(
        functional=functional,
        code=measured,
        exclusions=exclusions,
        wrong=wrong,
        bars=bars,
        chosen=chosen,
        seconds_all=sum(seconds.values()),
        seconds_chosen=sum(seconds[name] for name in chosen),
    )
