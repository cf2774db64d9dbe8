"""Builds what is needed, runs what is left, keeps the books; the command and coverage share it."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import BUILD, variable
from honeyguide.regress.cluster import run_on_cluster
from honeyguide.regress.live import ENDED, REPORTING, Live
from honeyguide.regress.local import run_local
from honeyguide.regress.reports import write_reports
from honeyguide.regress.state import State, key_of
from honeyguide.regress.suite import Run, repeat_command
from honeyguide.regress.summary import Story, Summary
from honeyguide.regress.work import Order, Outcome, order
from honeyguide.report.files import shown
from honeyguide.report.progress import building
from honeyguide.runs import RunFolder, new_run
from honeyguide.sim import HdlError, SimBuild, build

STATE = "state.jsonl"
STEPS = 20  # lines in all where a line can't be written over


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A regression to run.

    Attributes:
        runs: what to run; names are unique.
        jobs: runs at a time on this machine.
        cluster: address of a Dask scheduler; empty to run here.
        waves: record waves of every run.
        command: what runs it; its folder is build/runs/<time>-<command>-<n>, and build/<command>
            leads to the last one.
        folder: another folder to work in, whatever is in it.
        fresh: do not go on with an interrupted regression.
        more: `finish` follows, so the page goes on when all runs have ended.
        env: for every run, on top of its own.
        make_build: what to build for a configuration; the core's own bench when None.
    """

    runs: tuple[Run, ...]
    jobs: int
    command: str = "regress"
    folder: Path | None = None
    cluster: str = ""
    waves: bool = False
    fresh: bool = False
    more: bool = False
    env: Mapping[str, str] = field(default_factory=lambda: {variable("COVERAGE"): "1"})
    make_build: Callable[[str], dict[str, Any]] | None = None
    on_outcome: Callable[[Outcome], None] | None = None


def regress(plan: Plan) -> Summary:
    """Run it and write the reports, also when it is interrupted (the interrupt goes on after that).

    Raises:
        UserError: nothing to run, a build was refused, or the cluster does not answer.
    """
    if not plan.runs:
        raise UserError("nothing is to be run")
    builds = make_builds(plan)
    key = key_of(make_orders(plan, builds, Path()))
    run = run_folder(plan, key) if plan.folder is None else None
    folder = run.path if run is not None else plan.folder or Path()
    orders = make_orders(plan, builds, folder)
    state = State(folder / STATE, key)
    done = {} if plan.fresh else state.load()
    if done:
        print(
            f"going on with an interrupted regression: {len(done)} of {len(orders)} runs are done"
        )
    elif run is None:
        shutil.rmtree(folder, ignore_errors=True)
    state.start(done.values())
    started = time.monotonic()
    left = [wanted for wanted in orders if wanted.name not in done]
    books = Books(plan=plan, folder=folder, outcomes=list(done.values()), started=started)
    live = Live(folder, books.runs, kept=len(done))
    live.start(books.outcomes)
    print(
        f"page: {shown(write_reports(folder, books.summary(), Story(live=True))[-1])}", flush=True
    )
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
        more = plan.more and len(summary.outcomes) == len(orders)
        write_reports(folder, summary, Story(live=more))
        live.end(REPORTING if more else ENDED)
        if run is not None:
            run.publish_as(BUILD / plan.command)
    return summary


def run_folder(plan: Plan, key: str) -> RunFolder:
    """Return a folder for the regression: that of an interrupted one with this key, or a new one.

    Nobody else works in it, and what earlier regressions found stays where it is.
    """

    def interrupted(path: Path) -> bool:
        return bool(State(path / STATE, key).load())

    return new_run(plan.command, BUILD, suits=None if plan.fresh else interrupted)


def make_builds(plan: Plan) -> dict[str, Path]:
    """Build one simulation for each configuration; return where they are."""
    builds: dict[str, Path] = {}
    make = plan.make_build or core().build
    for config in dict.fromkeys(run.config for run in plan.runs):
        try:
            with building(f"simulation of {config}"):
                builds[config] = build(SimBuild(**make(config), traced=plan.waves))
        except HdlError as error:
            raise UserError(f"the simulation of {config} can't be built: {error}") from None
    return builds


def make_orders(plan: Plan, builds: Mapping[str, Path], folder: Path) -> list[Order]:
    """Return an order for each run, which leaves its files in `folder`."""
    return [
        order(run, build=builds[run.config], folder=folder / "runs", waves=plan.waves, env=plan.env)
        for run in plan.runs
    ]


def execute(plan: Plan, orders: Sequence[Order]) -> Generator[Outcome, None, None]:
    """Run the orders where the plan wants it."""
    if plan.cluster and orders:
        yield from run_on_cluster(orders, plan.cluster)
    elif orders:
        yield from run_local(orders, plan.jobs)


class Books:
    """What has come so far, shown as it comes."""

    def __init__(
        self, *, plan: Plan, folder: Path, outcomes: list[Outcome], started: float
    ) -> None:
        self._plan = plan
        self._folder = folder
        self.runs = {run.name: run for run in plan.runs}
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
            print(f"  {repeat_command(self.runs[outcome.name])}", flush=True)
        self._show()
        if self._plan.on_outcome is not None:
            self._plan.on_outcome(outcome)

    def _show(self) -> None:
        done, total = len(self.outcomes), len(self.runs)
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
            runs=self.runs,
            outcomes=self.outcomes,
            seconds=time.monotonic() - self._started,
            jobs=self._plan.jobs,
            where=where,
            folder=self._folder,
        )
