"""Run many tests with many seeds over several configurations, each in its own process.

The core's suite says what there is. An interrupted regression goes on where it was when the
same command is given again. Each works in a folder of its own, build/runs/<time>-regress-<n>/, and
build/regress leads to the last: regress.html, regress.json, regress.xml, and a folder for each run.
The quickest failure of each of the first causes is repeated: the page says where RTL and model
part, and links waves (--no-explain: not).
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from honeyguide import cli
from honeyguide.env.tally import FILE as TALLY
from honeyguide.env.tally import add_tallies, tally_lines
from honeyguide.regress.buckets import buckets
from honeyguide.regress.engine import Plan, regress
from honeyguide.regress.explain import Explained
from honeyguide.regress.finish import Further, explaining, finish
from honeyguide.regress.history import failed_runs, flaky, load, read
from honeyguide.regress.suite import (
    check_named,
    chosen_configs,
    chosen_entries,
    deal,
    left_out,
    load_suite,
    repeat_command,
)
from honeyguide.regress.summary import Summary
from honeyguide.report.files import shown
from honeyguide.waves.bundle import publish

RUNS = 100
KEPT = frozenset({"functional.json", TALLY})


def main(argv: list[str], further: Further | None = None) -> int:
    """Run what the command line asks for; return 1 unless everything passed.

    Args:
        argv: the command line.
        further: a part of the page that the project adds.
    """
    options = cli.parser("regress", __doc__)
    cli.add(options, "n", default=RUNS, help=f"runs, default {RUNS}")
    cli.add(options, "jobs", "tests", "cluster")
    cli.add(options, "config", help="configurations, with commas; the suite's by default")
    cli.add(options, "seed", help="seed of the first run")
    cli.add(options, "waves", help="record waves of every run")
    options.add_argument(
        "--no-explain",
        action="store_true",
        help="do not repeat failures for their first difference",
    )
    options.add_argument("--fresh", action="store_true", help="do not go on with an older one")
    options.add_argument(
        "--rerun-failed", action="store_true", help="run only what failed in the latest regression"
    )
    wanted = options.parse_args(argv)
    suite = load_suite()
    before = load(None) if wanted.rerun_failed else None
    if before is not None:
        runs = failed_runs(before, suite)
        entries = tuple({run.entry.name: run.entry for run in runs}.values())
    else:
        entries = chosen_entries(suite, wanted.tests)
        configs = chosen_configs(suite, wanted.config)
        runs = deal(entries, configs, count=wanted.n, seed=wanted.seed)
        check_named(suite, runs, wanted.tests, wanted.config)
    summary = regress(
        Plan(
            runs=runs,
            jobs=wanted.jobs,
            cluster=wanted.cluster,
            waves=wanted.waves,
            fresh=wanted.fresh,
            more=True,
        )
    )
    explained = finish(
        summary, summary.folder, explain=explaining(not wanted.no_explain), further=further
    )
    for told in explained.values():
        if told.made is not None:
            publish(told.made)
    tell(summary, summary.folder, explained)
    if missing := left_out(entries, runs):
        print(missing)
    if before is not None:
        for name in flaky(before, read(summary.folder / "regress.json")):
            print(f"flaky: {name} failed before and passes now, with the same seed and sources")
    tidy(summary)
    return 0 if summary.passed else 1


def tell(summary: Summary, folder: Path, explained: Mapping[str, Explained]) -> None:
    """Print the causes of the failures and the result; `folder` is where the reports are."""
    for bucket in buckets(summary.outcomes):
        first = bucket.outcomes[0]
        print(f"\n{len(bucket.outcomes)} x {bucket.status}: {bucket.cause}")
        print(f"  {repeat_command(summary.runs[first.name])}")
        if first.name in explained:
            told = explained[first.name]
            print(f"  first difference: {told.headline}")
            if told.view is not None:
                print(f"  waves: gtkwave {shown(told.view)}")
            if told.made is not None:
                print(f"  to take away: {shown(told.made)}")
    for line in tally_lines(add_tallies(summary.folders)):
        print(f"\n{line}")
    print(f"\n{summary.sentence}\nreport: {shown(folder / 'regress.html')}")


def tidy(summary: Summary) -> None:
    """Delete the logs of runs that passed, when there are many: nobody reads them."""
    if len(summary.runs) <= RUNS:
        return
    for outcome in summary.outcomes:
        if outcome.passed and outcome.folder:
            for path in Path(outcome.folder).iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
                elif path.name not in KEPT:
                    path.unlink()
