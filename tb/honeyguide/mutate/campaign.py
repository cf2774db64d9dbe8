"""Run mutant after mutant until each is killed or has passed every run.

A batch gives some of those that are alive their next run, which may end in any order, on this
machine or on a cluster; what it tells about the runs chooses those of the next batch. What has
ended is on disk, so an interrupted campaign goes on.

A kill counts only from a run that the core without a change passes: those runs come first.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.merge import DIFFERS, NONE, PACKAGE, plusargs
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import merge_changes
from honeyguide.mutate.report import Fate, Mutant
from honeyguide.mutate.runs import Killers
from honeyguide.project import ROOT
from honeyguide.regress.cluster import run_on_cluster
from honeyguide.regress.local import run_local
from honeyguide.regress.state import State, sources
from honeyguide.regress.suite import Run
from honeyguide.regress.work import Order, Outcome, order
from honeyguide.sim import HdlError, SimBuild, build
from honeyguide.sim.stand_in import stand_in

VERDICTS = frozenset({"pass", "fail"})  # of a run; anything else says nothing about the core
BATCH = 24  # runs for each job between two looks at what kills
RETRIES = 1  # of a run without a verdict
_PLACE = re.compile(r"(\w+)\.v:(\d+):")
_NUMBER = re.compile(rf"{PACKAGE}::which [!=]= (\d+)")


@dataclass(frozen=True, kw_only=True)
class Means:
    """Where and with how much."""

    config: str
    runs: Sequence[Run]
    folder: Path
    jobs: int
    cluster: str = ""
    kept: Collection[str] = ()


class MergedCore:
    """A copy of the core with all changes that can be built, and its simulation.

    Attributes:
        changes: those that are in it, by number.
        refused: those that no tool takes, with what it says.
        build: the folder of the simulation.
    """

    def __init__(
        self, changes: Mapping[int, Change], means: Means, *, watched: bool = False
    ) -> None:
        self.root = means.folder / ("watched" if watched else "core")
        self.changes = dict(changes)
        self._watched = watched
        self.refused: dict[int, str] = {}
        self.build = self._built(means.config)

    def _built(self, config: str) -> Path:
        while True:
            shutil.rmtree(self.root, ignore_errors=True)
            shutil.copytree(ROOT / core().rtl, self.root / core().rtl)
            merge_changes(self.changes, self.root, watched=self._watched)
            wanted = stand_in(core().build(config), self.root / core().rtl)
            try:
                return build(SimBuild(**{**wanted, "design": None}))
            except HdlError as error:
                blamed = self._blamed(str(error))
                if not blamed:
                    raise
                for number in blamed:
                    self.refused[number] = str(error).splitlines()[0]
                    del self.changes[number]

    def _blamed(self, said: str) -> list[int]:
        """Return the changes on the lines that an error names."""
        found: list[int] = []
        for module, line in _PLACE.findall(said):
            for path in (self.root / core().rtl).glob(f"**/{module}.v"):
                lines = path.read_text(encoding="utf-8").splitlines()
                if int(line) <= len(lines):
                    found += [int(text) for text in _NUMBER.findall(lines[int(line) - 1])]
        return sorted({number for number in found if number in self.changes})


class Campaign:
    """Mutants of a merged core under runs; `tell` hears of each mutant as its fate is known."""

    def __init__(self, merged: MergedCore, means: Means, tell: Callable[[Mutant], None]) -> None:
        self.merged, self.means, self.tell = merged, means, tell
        self.killers = Killers(means.runs, frozenset(means.kept))
        self.passed: dict[int, list[str]] = {number: [] for number in merged.changes}
        self.fates: dict[int, Mutant] = {}
        self.state = State(means.folder / "state.jsonl", self._key())
        self._unfit: list[str] = []

    def run(self) -> list[Mutant]:
        """Return all mutants, those that could not be built among them.

        Raises:
            UserError: the core without a change fails a run.
        """
        known = self.state.load()
        self.state.start(known.values())
        self._control(known)
        for outcome in known.values():
            self._enter(outcome)
        while orders := self._next():
            for outcome in self._execute(orders):
                self.state.add(outcome)
                self._enter(outcome)
        for number, reason in self.merged.refused.items():
            self._settle(number, Fate.NOT_BUILT, message=reason)
        return [self.fates[number] for number in sorted(self.fates)]

    def _control(self, known: Mapping[str, Outcome]) -> None:
        orders = [self._order(NONE, run) for run in self.means.runs]
        done = [known[wanted.name] for wanted in orders if wanted.name in known]
        left = [wanted for wanted in orders if wanted.name not in known]
        for outcome in self._execute(left):
            self.state.add(outcome)
            done.append(outcome)
        for outcome in done:
            if not outcome.passed:
                raise UserError(
                    f"the core without a change fails {outcome.name}: {outcome.message}"
                )
            self.killers.seconds[outcome.name.partition("-")[2]] = outcome.seconds

    def _next(self) -> list[Order]:
        """Return the next batch: of the mutants that are alive, those with the fewest runs."""
        alive = [number for number in self.merged.changes if number not in self.fates]
        alive.sort(key=lambda number: (len(self.passed[number]), number))
        orders: list[Order] = []
        for number in alive:
            if len(orders) == BATCH * self.means.jobs:
                break
            run = self.killers.best(self.merged.changes[number].module, self.passed[number])
            if run is None:
                self._settle(number, Fate.SURVIVED)
            else:
                orders.append(self._order(number, run))
        return orders

    def _order(self, number: int, run: Run) -> Order:
        wanted = order(run, build=self.merged.build, folder=self.means.folder, waves=False, env={})
        name = f"{number:05d}-{run.name}"
        return replace(
            wanted, name=name, folder=str(self.means.folder / "runs" / name),
            plusargs=plusargs(number),
        )  # fmt: skip

    def _execute(self, orders: Sequence[Order]) -> Iterator[Outcome]:
        """Yield the outcomes; a run without a verdict is tried again, and then taken as it is."""
        waiting = list(orders)
        for attempt in range(RETRIES + 1):
            again = []
            named = {wanted.name: wanted for wanted in waiting}
            stream = (
                run_on_cluster(waiting, self.means.cluster)
                if self.means.cluster
                else run_local(waiting, self.means.jobs)
            )
            for outcome in stream if waiting else ():
                shutil.rmtree(self.means.folder / "runs" / outcome.name, ignore_errors=True)
                if outcome.status in VERDICTS or attempt == RETRIES:
                    yield replace(outcome, tail="")
                else:
                    again.append(named[outcome.name])
            waiting = again

    def _enter(self, outcome: Outcome) -> None:
        text, _, run = outcome.name.partition("-")
        number = int(text)
        if number == NONE or number in self.fates:
            return
        killed = outcome.status == "fail"
        self.killers.learn(run, self.merged.changes[number].module, killed=killed)
        if killed:
            self._settle(number, Fate.KILLED, test=run, message=outcome.message)
        else:
            self.passed[number].append(run)
            if not outcome.passed:  # no verdict, twice
                self._unfit.append(f"{outcome.name}: {outcome.message}")

    def _settle(self, number: int, fate: Fate, *, test: str = "", message: str = "") -> None:
        change = self.merged.changes.get(number)
        if change is None:
            return
        tried = len(self.passed.get(number, ())) + (fate is Fate.KILLED)
        mutant = Mutant(
            number=number, change=change, fate=fate, test=test, message=message, tried=tried
        )
        self.fates[number] = mutant
        self.tell(mutant)

    def watch(self, survivors: Sequence[Mutant]) -> list[Mutant]:
        """Return the survivors with the number of runs in which their places differ."""
        watched = MergedCore(
            {item.number: item.change for item in survivors}, self.means, watched=True
        )
        counts = dict.fromkeys(watched.changes, 0)
        for run in self.means.runs:
            wanted = self._order(NONE, run)
            for outcome in run_local([replace(wanted, build=str(watched.build))], 1):
                log = Path(outcome.folder) / "log.txt"
                text = log.read_text(encoding="utf-8") if log.is_file() else ""
                for number in {int(found) for found in DIFFERS.findall(text)}:
                    counts[number] += 1
        return [replace(item, differs=counts.get(item.number)) for item in survivors]

    def _key(self) -> str:
        digest = hashlib.sha256()
        for number, change in self.merged.changes.items():
            digest.update(f"{number} {change.name}\n".encode())
        for run in self.means.runs:
            digest.update(json.dumps(asdict(run), sort_keys=True).encode())
        for path in [*core().hdl(), *sources()]:
            digest.update(path.read_bytes())
        return digest.hexdigest()[:24]
