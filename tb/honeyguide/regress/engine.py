"""Builds what is needed, runs what is left, keeps the books; the command and coverage share it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.regress.cluster import run_on_cluster
from honeyguide.regress.local import run_local
from honeyguide.regress.state import State, key_of
from honeyguide.regress.suite import Run, repeat_command
from honeyguide.regress.work import Order, Outcome, order
from honeyguide.report.regression import Summary, write_reports
from honeyguide.sim import HdlError, SimBuild, build
from tb.build import bench_build

FOLDER = BUILD / "regress"
STEPS = 20  # lines in all where a line can't be written over


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A regression to run.

    Attributes:
        runs: what to run; names are unique.
        jobs: runs at a time on this machine.
        cluster: address of a Dask scheduler; empty to run here.
        waves: record waves of every run.
        fresh: do not go on with an interrupted regression.
        env: for every run, on top of its own.
        make_build: what to build for a configuration.
    """

    runs: tuple[Run, ...]
    jobs: int
    folder: Path = FOLDER
    cluster: str = ""
    waves: bool = False
    fresh: bool = False
    env: Mapping[str, str] = field(default_factory=lambda: {"RATEL_COVERAGE": "1"})
    make_build: Callable[[str], dict[str, Any]] = bench_build
    on_outcome: Callable[[Outcome], None] | None = None


def regress(plan: Plan) -> Summary:
    """Run it and write the reports, also when it is interrupted (the interrupt goes on after that).

    Raises:
        UserError: nothing to run, a build was refused, or the cluster does not answer.
    """
    if not plan.runs:
        raise UserError("nothing is to be run")
    orders = make_orders(plan)
    state = State(plan.folder / "state.jsonl", key_of(orders))
    done = {} if plan.fresh else state.load()
    if done:
        print(
            f"going on with an interrupted regression: {len(done)} of {len(orders)} runs are done"
        )
    else:
        shutil.rmtree(plan.folder, ignore_errors=True)
    state.start(done.values())
    started = time.monotonic()
    left = [wanted for wanted in orders if wanted.name not in done]
    books = Books(plan=plan, outcomes=list(done.values()), started=started)
    stream = execute(plan, left)
    try:
        for outcome in stream:
            state.add(outcome)
            books.enter(outcome)
        state.finish()
    finally:
        stream.close()
        books.end()
        summary = books.summary()
        write_reports(plan.folder, summary)
    return summary


def make_orders(plan: Plan) -> list[Order]:
    """Build one simulation for each configuration; return an order for each run."""
    builds: dict[str, Path] = {}
    for config in dict.fromkeys(run.config for run in plan.runs):
        print(f"simulation of {config}: ", end="", flush=True)
        started = time.monotonic()
        try:
            builds[config] = build(SimBuild(**plan.make_build(config), traced=plan.waves))
        except HdlError as error:
            print()
            raise UserError(f"the simulation of {config} can't be built: {error}") from None
        seconds = time.monotonic() - started
        print(f"built in {seconds:.0f} s" if seconds > 1 else "already built", flush=True)
    return [
        order(run, build=builds[run.config], folder=plan.folder / "runs", waves=plan.waves,
              env=plan.env)
        for run in plan.runs
    ]  # fmt: skip


def execute(plan: Plan, orders: Sequence[Order]) -> Iterator[Outcome]:
    """Run the orders where the plan wants it."""
    if not orders:
        return iter(())
    if plan.cluster:
        return run_on_cluster(orders, plan.cluster)
    return run_local(orders, plan.jobs)


class Books:
    """What has come so far, shown as it comes."""

    def __init__(self, *, plan: Plan, outcomes: list[Outcome], started: float) -> None:
        self._plan = plan
        self._runs = {run.name: run for run in plan.runs}
        self.outcomes = outcomes
        self._started = started
        self._kept = len(outcomes)
        self._live = sys.stdout.isatty()
        self._step = -1

    def enter(self, outcome: Outcome) -> None:
        """Note an outcome; a failure is shown at once, with the command that repeats it."""
        self.outcomes.append(outcome)
        if not outcome.passed:
            clear = "\r\033[K" if self._live else ""
            print(f"{clear}{outcome.status.upper()} {outcome.name}: {outcome.message}")
            print(f"  {repeat_command(self._runs[outcome.name])}", flush=True)
        self._show()
        if self._plan.on_outcome is not None:
            self._plan.on_outcome(outcome)

    def _show(self) -> None:
        done, total = len(self.outcomes), len(self._runs)
        step = done if self._live else done * STEPS // total
        if step == self._step:
            return
        self._step = step
        seconds = time.monotonic() - self._started
        left = seconds / max(done - self._kept, 1) * (total - done)
        failed = sum(not outcome.passed for outcome in self.outcomes)
        text = f"{done}/{total}, {failed} failed, {left:.0f} s left"
        if self._live:
            filled = done * STEPS // total
            print(f"\r\033[K[{'#' * filled}{'.' * (STEPS - filled)}] {text}", end="", flush=True)
        else:
            print(text, flush=True)

    def end(self) -> None:
        """End the line of the bar."""
        if self._live:
            print(flush=True)

    def summary(self) -> Summary:
        """Return the regression so far."""
        where = self._plan.cluster or f"{self._plan.jobs} processes"
        return Summary(
            runs=self._runs,
            outcomes=self.outcomes,
            seconds=time.monotonic() - self._started,
            jobs=self._plan.jobs,
            where=where,
        )
