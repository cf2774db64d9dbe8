"""Run mutant after mutant until each is killed, proved to change nothing, or has passed every run.

What the style of the core forbids (lint) is found before anything runs. Then the good core passes
every run, watched: a mutant whose value never differs in a run can't fail it, and is not given it;
where it differs in reset alone, which is the same in all runs, a few are enough.

    runs       in batches, of those with the fewest; what a batch tells chooses the next one's runs
    a moment   of the solver, then the rules that are proved of its module (rules.py), as soon as a
               mutant has passed PATIENCE runs or has none left; tests of units and of other cores
               (units.py), in a build that all share, when that is so of all. Rules that the first
               FEW of a module did not break are asked behind its tests
    runs       the rest of them
    at last    tests of other cores for what the runs do come to; the solver for as long as it may
               take; the rules of the modules around

What has ended is on disk, so an interrupted campaign goes on; and what was killed or proved once is
kept if that is asked for, so that what survived alone is tried again with more tests or rules.

A kill counts only from a run that the good core passes in the same simulation, which is tried when
the run has killed for the first time. A run may take MUCH times the simulated time of the good core
and a little more; what takes longer hangs.
"""

from __future__ import annotations

import hashlib
import json
import resource
import shutil
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.merge import DIFFERS, NONE, plusargs
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merged_core import Means, MergedCore
from honeyguide.mutate.page import measured
from honeyguide.mutate.report import RULE, Fate, Mutant
from honeyguide.mutate.runs import Killers
from honeyguide.project import variable
from honeyguide.proofs.equivalence import NO_ANSWER, Answer
from honeyguide.regress.cluster import run_on_cluster
from honeyguide.regress.local import run_local
from honeyguide.regress.state import State, parse, sources
from honeyguide.regress.suite import Run
from honeyguide.regress.work import Order, Outcome, order
from honeyguide.sim.workers import threads

# In the names of what is kept on disk.
WATCH, STYLE, SOLVER, RULES, UNITS = "watch", "style", "solver", "rules", "units"
LAST = "-last"  # other cores, solver and rules at the end
VERDICTS = frozenset({"pass", "fail"})  # of a run; anything else says nothing about the core
BATCH = 96  # runs for each job between two looks at what kills
PATIENCE = 5  # passed runs, of which each kills less than the one before, until others are asked
MUCH, LITTLE_US = 3, 200
FEW = 3  # changes of a module, after which its rules are taken to break nothing
LATER = "later"  # what is said of rules that are asked behind tests of units
IN_RESET = 2  # runs of what differs in reset alone
RETRIES = 1  # of a run without a verdict


class Campaign:
    """Mutants of a merged core under runs; `tell` hears of each mutant as its fate is known.

    `ask` says whether a change changes nothing, `break_rule` which proved rule it breaks; both are
    told whether this is the end. `break_style` says at once which rule of lint falls; `break_unit`
    which test of a unit or of a core with other parameters, and is told whether it shall ask those
    of units, and whether those of other cores. With `again`, what an earlier campaign on the same
    mutants killed or proved stays so, whatever has changed in tests and rules since.

    Attributes:
        most: runs that a mutant is given at most; one that passes them has survived.
        now: nothing more is run or asked: what is not decided has survived.
        kept: how many mutants had their fate from the first try, if this is another one.
        began: date and commit of the campaign that tried all of them, the time of processors that
            it has taken before this start, and how many starts were killed, whose last work that
            time does not hold.
    """

    def __init__(
        self, merged: MergedCore, watched: MergedCore, means: Means,
        tell: Callable[[Mutant], None], ask: Callable[[Change, bool], Answer] | None,
        break_rule: Callable[[Change, bool], str] | None = None,
        break_unit: Callable[[Change, bool, bool], str] | None = None,
        break_style: Callable[[Change], str] | None = None, *, again: bool = False,
        most: int | None = None, now: bool = False,
    ) -> None:  # fmt: skip
        self.most, self.now = most, now
        self.merged, self.watched, self.means = merged, watched, means
        self.tell, self.ask, self.again = tell, ask, again
        self.break_rule, self.break_unit, self.break_style = break_rule, break_unit, break_style
        self.killers = Killers(means.runs, frozenset(means.kept))
        self.passed: dict[int, list[str]] = {number: [] for number in merged.changes}
        self.active: dict[int, set[str]] = {number: set() for number in merged.changes}
        self.in_reset: dict[int, set[str]] = {number: set() for number in merged.changes}
        self.fates: dict[int, Mutant] = {}
        self.kept: int | None = None
        self.began: dict[str, Any] = {}
        self.state = State(means.folder / "state.jsonl", self._key())
        self._answered: set[str] = set()  # names of what solver and rules were asked
        self._unanswered: set[int] = set()  # by the solver, in a moment
        self._later: set[int] = set()  # whose rules are asked behind tests of units
        self._asked: Counter[str] = Counter()  # of each module's changes, by their rules
        self._broke: Counter[str] = Counter()  # those that broke one
        self._controlled: set[str] = set()
        self._limit_us: dict[str, int] = {}

    def run(self) -> list[Mutant]:
        """Return all mutants, those that could not be built among them.

        Raises:
            UserError: the core without a change fails a run.
        """
        known = self.state.load()
        another = (self.again or self.now) and not known
        earlier = self._earlier() if another else {}
        self.state.start([*known.values(), *earlier.values()])
        for outcome in earlier.values():
            self._enter(outcome)
        self._begin(anew=not known and not another, settled=len(self.fates) if another else None)
        try:
            self._judge(known)
        finally:
            self._spent(over=True)
        for number, reason in self.merged.refused.items():
            self._settle(number, Fate.NOT_BUILT, message=reason)
        return [self.fates[number] for number in sorted(self.fates)]

    def _judge(self, known: Mapping[str, Outcome]) -> None:
        """Give every mutant its fate."""
        if self.now:
            for outcome in known.values():
                self._enter(outcome)
            for number in self.alive():
                passed = len(self.passed[number])
                self._settle(
                    number,
                    Fate.SURVIVED,
                    message=f"not decided: {passed} runs passed, then no more",
                )
            return
        if self.break_style and not any(name.endswith(f"-{STYLE}") for name in known):
            self._show(self.alive(), STYLE)
        if self.alive():
            self._control(known)
        for outcome in known.values():
            self._enter(outcome)
        while True:
            self._ask()
            orders = self._next()
            if not orders:
                break
            for outcome in self._execute(orders):
                self._record(outcome)
            self._control_killers()
            self._spent()
        self._last()
        self._control_killers()

    def history(self) -> dict[str, Any]:
        """Return what a report says of the effort, and of an earlier campaign."""
        spent: dict[str, Any] = {
            "cpu_seconds": round(float(self.began["cpu_seconds"]) + cpu_seconds(), 1)
        }
        if self.began.get("broken_off"):
            spent["broken_off"] = self.began["broken_off"]
        began = {name: self.began[name] for name in ("date", "commit")}
        return spent if self.kept is None else {**spent, "began": began, "kept": self.kept}

    def _begin(self, *, anew: bool, settled: int | None) -> None:
        """Learn when the campaign began, what it has taken, how many its first try settled."""
        path = self.means.folder / "began.json"
        first = anew or not path.is_file()
        self.began = (
            {**measured(), "cpu_seconds": 0.0}
            if first
            else json.loads(path.read_text(encoding="utf-8"))
        )
        if self.began.pop("open", False):
            self.began["broken_off"] = int(self.began.get("broken_off", 0)) + 1
        if settled is not None:
            # Of many tries the first alone says what changes of the core would have had.
            self.began.setdefault("kept", settled)
        self.kept = self.began.get("kept")
        self._spent()

    def _spent(self, *, over: bool = False) -> None:
        """Note what was taken until now; it stays open, for the case that this is killed."""
        said = {**self.began, "cpu_seconds": float(self.began["cpu_seconds"]) + cpu_seconds()}
        path = self.means.folder / "began.json"
        path.write_text(json.dumps(said if over else {**said, "open": True}), encoding="utf-8")

    def _earlier(self) -> dict[str, Outcome]:
        """Return what settled mutants in the last campaign, if it had the same ones."""
        path = self.state.path
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        records = [record for line in lines if (record := parse(line)) is not None]
        same = self._key().partition("-")[0]
        if not records or str(records[0].get("key", "")).partition("-")[0] != same:
            raise UserError("there is no earlier campaign on these changes of this core")
        outcomes = [Outcome(**record) for record in records[1:] if "name" in record]
        return {
            outcome.name: outcome
            for outcome in outcomes
            if _settles(outcome) or (self.now and not outcome.name.startswith(WATCH))
        }

    def _control(self, known: Mapping[str, Outcome]) -> None:
        """Run the good core, watched; learn how long runs take and what they reach."""
        orders = [
            replace(self._order(NONE, run, prefix=WATCH), build=str(self.watched.build))
            for run in self.means.runs
        ]
        done = [known[wanted.name] for wanted in orders if wanted.name in known]
        for outcome in self._execute([item for item in orders if item.name not in known]):
            self.state.add(outcome)
            done.append(outcome)
        for outcome in done:
            run = outcome.name.partition("-")[2]
            if not outcome.passed:
                raise UserError(f"the core that is watched fails {run}: {outcome.message}")
            for number, in_reset in seen_in(outcome.tail):
                change = self.merged.changes.get(number)
                if change is not None:
                    there = self.in_reset if in_reset and not change.reset else self.active
                    there[number].add(run)
            self.killers.seconds[run] = outcome.seconds
            self._limit_us[run] = round(MUCH * outcome.sim_us + LITTLE_US)
        unwatched = self.merged.changes.keys() - self.watched.changes.keys()
        for number in unwatched:
            self.active[number] = {run.name for run in self.means.runs}

    def _control_killers(self) -> None:
        """Run on the good core what has killed: a run that always fails kills nothing."""
        killing = {mutant.test for mutant in self.fates.values() if mutant.fate is Fate.KILLED}
        new = [run for run in self.means.runs if run.name in killing - self._controlled]
        for outcome in self._execute([self._order(NONE, run) for run in new]):
            self.state.add(outcome)
            self._enter(outcome)

    def _next(self) -> list[Order]:
        """Return the next batch: of the mutants that are alive, those with the fewest runs."""
        orders: list[Order] = []
        for number in sorted(self.alive(), key=lambda item: (len(self.passed[item]), item)):
            if len(orders) == BATCH * self.means.jobs:
                break
            run = self._best(number)
            if run is not None:
                orders.append(self._order(number, run))
        return orders

    def _last(self) -> None:
        """Ask for the last time about those that are left; what breaks no rule has survived."""
        self._show([number for number in self.alive() if self.active[number]], UNITS + LAST)
        unanswered = [number for number in self.alive() if number in self._unanswered]
        self._show(unanswered, SOLVER + LAST)
        self._show(self.alive(), RULES + LAST)

    def alive(self) -> list[int]:
        """Return the numbers of those whose fate is not known yet."""
        return [number for number in self.merged.changes if number not in self.fates]

    def _best(self, number: int) -> Run | None:
        module = self.merged.changes[number].module
        passed = set(self.passed[number])
        if self.most is not None and len(passed) >= self.most:
            return None
        left = self.active[number] - passed
        # Reset is the same everywhere: what a few runs do not see of it, the others won't.
        others = self.in_reset[number] - self.active[number]
        if not left and len(passed & others) < IN_RESET:
            left = others - passed
        return self.killers.best(module, left, passed=len(passed))

    def _ask(self) -> None:
        """Show those that have lived through enough to solver and rules, at last to units."""
        for what in (SOLVER, RULES, UNITS):
            alive = self.alive()
            due = [number for number in alive if self._has_passed_enough(number)]
            if what == UNITS and len(due) < len(alive):
                continue  # they are built once, of all that are left then
            self._show([n for n in due if f"{n:05d}-{what}" not in self._answered], what)
        later = [n for n in self.alive() if n in self._later]
        if all(f"{n:05d}-{UNITS}" in self._answered for n in later):
            self._show(later, RULES)

    def _has_passed_enough(self, number: int) -> bool:
        return len(self.passed[number]) >= PATIENCE or self._best(number) is None

    def _show(self, due: Sequence[int], what: str) -> None:
        """Show changes to the solver or to rules, some at a time."""

        def answer(number: int) -> Outcome:
            started = time.monotonic()
            status, said = self._said(number, what)
            return Outcome(
                name=f"{number:05d}-{what}", status=status, message=said,
                seconds=time.monotonic() - started, sim_us=0.0, folder="",
                host=socket.gethostname(),
            )  # fmt: skip

        with threads(self.means.jobs) as pool:
            for asked in as_completed([pool.submit(answer, number) for number in due]):
                self._record(asked.result())

    def _said(self, number: int, what: str) -> tuple[str, str]:
        """Return status and words: a rule that falls is a fail, equality a pass."""
        change, last = self.merged.changes[number], what.endswith(LAST)
        if not what.startswith(SOLVER):
            broken = ""
            if what == STYLE:
                broken = self.break_style(change) if self.break_style else ""
            elif what.startswith(UNITS):
                others = last or not self.active[number]
                broken = self.break_unit(change, not last, others) if self.break_unit else ""
            elif self.break_rule is not None:
                module = change.module
                seldom = self._asked[module] >= FEW and not self._broke[module]
                if seldom and self.break_unit and not last and number not in self._later:
                    return "pass", LATER
                broken = self.break_rule(change, last)
                self._asked[module] += not last
                self._broke[module] += bool(broken) and not last
            return ("fail" if broken else "pass"), broken
        if self.ask is None:
            return "error", "not asked"
        said = self.ask(change, last)
        return ("pass" if said.equal else "error"), said.detail

    def _record(self, outcome: Outcome) -> None:
        self.state.add(outcome)
        self._enter(outcome)

    def _order(self, number: int, run: Run, *, prefix: str = "") -> Order:
        wanted = order(run, build=self.merged.build, folder=self.means.folder, waves=False, env={})
        name = f"{prefix or f'{number:05d}'}-{run.name}"
        limit = {} if number == NONE else {variable("TIMEOUT_US"): str(self._limit_us[run.name])}
        return replace(
            wanted, name=name, folder=str(self.means.folder / "runs" / name),
            plusargs=plusargs(number), env={**wanted.env, **limit},
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
                seen = differing(Path(outcome.folder)) if outcome.name.startswith(WATCH) else ""
                shutil.rmtree(self.means.folder / "runs" / outcome.name, ignore_errors=True)
                if outcome.status in VERDICTS or attempt == RETRIES:
                    yield replace(outcome, tail=seen)
                else:
                    again.append(named[outcome.name])
            waiting = again

    def _enter(self, outcome: Outcome) -> None:
        text, _, run = outcome.name.partition("-")
        if text == WATCH:
            return
        if int(text) == NONE:
            if not outcome.passed:
                raise UserError(f"the core without a change fails {run}: {outcome.message}")
            self._controlled.add(run)
            return
        number = int(text)
        if number in self.fates:
            return
        if run.startswith((STYLE, SOLVER, RULES, UNITS)):
            self._heard(number, run, outcome)
            return
        killed = outcome.status == "fail"
        passed = len(self.passed[number])
        module = self.merged.changes[number].module
        self.killers.learn(run, module, killed=killed, passed=passed)
        if killed:
            self._settle(number, Fate.KILLED, test=run, message=outcome.message)
        else:
            self.passed[number].append(run)

    def _heard(self, number: int, what: str, outcome: Outcome) -> None:
        """Enter what solver or rules said of a mutant."""
        self._answered.add(outcome.name)
        if what == RULES and outcome.message == LATER:
            self._later.add(number)
        elif what == RULES:
            self._later.discard(number)
        if what.startswith(SOLVER):
            if outcome.passed:
                self._settle(number, Fate.PROVED, message=outcome.message)
            elif NO_ANSWER in outcome.message:
                self._unanswered.add(number)
        elif not outcome.passed and what.startswith(UNITS):
            test, _, message = outcome.message.partition(": ")
            self._settle(number, Fate.KILLED, test=test, message=message)
        elif not outcome.passed:
            self._settle(number, Fate.KILLED, test=f"{RULE} {outcome.message}")
        elif what == RULES + LAST:
            self._settle(number, Fate.SURVIVED)

    def _settle(self, number: int, fate: Fate, *, test: str = "", message: str = "") -> None:
        change = self.merged.changes.get(number)
        if change is None:
            return
        tried = len(self.passed.get(number, ())) + (fate is Fate.KILLED)
        mutant = Mutant(
            number=number, change=change, fate=fate, test=test, message=message, tried=tried,
            differs=len(self.active.get(number, ())),
        )  # fmt: skip
        self.fates[number] = mutant
        self.tell(mutant)

    def _key(self) -> str:
        """Return a name for the mutants, and behind a dash one for all else that decides."""
        mutants, rest = hashlib.sha256(), hashlib.sha256()
        for number, change in self.merged.changes.items():
            mutants.update(f"{number} {change.name}\n".encode())
        for path in core().hdl():
            mutants.update(path.read_bytes())
        for run in self.means.runs:
            rest.update(json.dumps(asdict(run), sort_keys=True).encode())
        for path in sources():
            rest.update(path.read_bytes())
        return f"{mutants.hexdigest()[:16]}-{rest.hexdigest()[:16]}"


def cpu_seconds() -> float:
    """Return the time of processors that this command has taken, with all it has started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _settles(outcome: Outcome) -> bool:
    """Whether an outcome is a mutant's fate: killed by a run or rule, or proved."""
    number, _, what = outcome.name.partition("-")
    if number == WATCH or int(number) == NONE:
        return False
    return outcome.passed if what.startswith(SOLVER) else outcome.status == "fail"


def differing(folder: Path) -> str:
    """Return the numbers of what a watched run said to differ, with an r if it was in reset."""
    log = folder / "log.txt"
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    return " ".join(sorted({number + "r" * bool(mark) for number, mark in DIFFERS.findall(text)}))


def seen_in(text: str) -> Iterator[tuple[int, bool]]:
    """Yield what `differing` has put together: numbers, and whether that was in reset."""
    for word in text.split():
        yield int(word.rstrip("r")), word.endswith("r")
