"""Mutants of Python: each is put into a copy of the project and given the tests that reach it.

First all tests run once on the good code; a test that does not pass there judges nothing. A mutant
is given those that choice.py chooses. A kill is a rule of lint about what is computed, a test that
fails, a module that can't be imported any more, or a test that takes MUCH times the CPU time that
all of them took, and a little more. A test kills only if it passes on the good code once more,
tried when it has killed for the first time; one that does not is asked no more. What the clock or
the machine ended has no verdict.

As many mutants are tried at a time as there are processors, each in a lane of its own: a copy of
the project with a station.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from honeyguide.cli import UserError
from honeyguide.core import PythonPart
from honeyguide.faults.tree import Tree
from honeyguide.lint.python import zip_rule
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied
from honeyguide.mutate.python.choice import Choice, test_files
from honeyguide.mutate.python.kinds import changes
from honeyguide.mutate.python.reach import Tests, read
from honeyguide.mutate.python.station import OUT_OF_CLOCK, OUT_OF_TIME, Station
from honeyguide.mutate.report import RULE, Fate, Mutant
from honeyguide.project import ROOT
from honeyguide.regress.state import parse
from honeyguide.sim.workers import threads

STYLE = "style.zip"  # a rule of lint
MUCH, LITTLE_S, MOST_S = 5, 20.0, 3600.0
FIRST_S, GROWS = 0.5, 6  # CPU time of the first group of tests; the next has so much more
FAILED = re.compile(r"^(?:FAILED|ERROR) (.*?)(?: - (.*))?$", re.M)
_OPTIONS = ("-q", "-x", "--no-header", "--tb=line", "-p", "no:xdist", "-p", "no:randomly")
UNKNOWN = 4  # of pytest: what it was asked for is not there
_NO_VERDICT = frozenset({OUT_OF_CLOCK, -int(signal.SIGKILL)})  # perhaps for want of memory
_BAD_CODE = frozenset({1, 2})  # of pytest: a test failed, a file could not be imported


def files_of(part: PythonPart) -> list[Path]:
    """Return the Python files of a part, sorted."""
    found = {path for pattern in part.files for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if "__pycache__" not in path.parts)


def changes_of(part: PythonPart) -> list[Change]:
    """Return every change of a part; a module is named by its path."""
    return [
        change for path in files_of(part) for change in changes(path, str(path.relative_to(ROOT)))
    ]


@dataclass(frozen=True, kw_only=True)
class _Lane:
    """A copy of the project, a station in it, and a folder for what its tests say."""

    root: Path
    station: Station
    folder: Path


@dataclass(kw_only=True)
class PythonCampaign:
    """Changes of a part, and what becomes of them; `tell` hears of each, one at a time."""

    part: PythonPart
    changes: Sequence[Change]
    folder: Path
    tell: Callable[[Mutant], None]
    jobs: int = os.cpu_count() or 1
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _steady: dict[str, bool] = field(default_factory=dict)  # killers: do they pass on good code?

    def run(self) -> list[Mutant]:
        """Return all mutants.

        Raises:
            UserError: no test passes on the good code.
        """
        state = self.folder / "state.jsonl"
        known = self._known(state)
        found: list[Mutant] = []
        numbered = list(enumerate(self.changes, start=1))
        with ExitStack() as stack:
            free: SimpleQueue[_Lane] = SimpleQueue()
            lanes = [self._lane(number, stack) for number in range(max(1, self.jobs))]
            for lane in lanes:
                free.put(lane)
            pool = stack.enter_context(threads(len(lanes)))
            stack.callback(pool.shutdown, cancel_futures=True)  # what is not begun, if one fails
            choice = Choice(self.part, self._tests(free, pool))

            def tried(number: int, change: Change) -> Mutant:
                row = known.get(change.name)
                if row is None:
                    with _taken(free) as lane:
                        row = _style_broken(change) or self._tried(lane, choice, change)
                    with self._lock, state.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps({"name": change.name, **row}) + "\n")
                return Mutant(
                    number=number, change=change, fate=Fate(str(row["fate"])),
                    test=str(row["test"]), message=str(row["message"]), tried=int(row["tried"]),
                )  # fmt: skip

            for done in as_completed([pool.submit(tried, *item) for item in numbered]):
                mutant = done.result()
                if mutant.fate is Fate.KILLED:
                    choice.learn(mutant.change, mutant.test)
                found.append(mutant)
                self.tell(mutant)
        return sorted(found, key=lambda mutant: mutant.number)

    def _lane(self, number: int, stack: ExitStack) -> _Lane:
        folder = self.folder / f"lane{number}"
        tree = Tree("tree", folder=folder)
        station = stack.enter_context(Station(tree.root, self.part.preload))
        return _Lane(root=tree.root, station=station, folder=folder)

    def _known(self, state: Path) -> dict[str, dict[str, str | int]]:
        """Return what an interrupted campaign on the same files has found, by change."""
        key = self._key()
        lines = state.read_text(encoding="utf-8").splitlines() if state.is_file() else []
        rows = [row for line in lines if (row := parse(line)) is not None]
        if not rows or rows[0].get("key") != key:
            rows = [{"key": key}]
        state.parent.mkdir(parents=True, exist_ok=True)
        state.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return {str(row["name"]): row for row in rows[1:]}

    def _key(self) -> str:
        digest = hashlib.sha256()
        tests = {
            path for name in self.part.tests for path in (ROOT / name).parent.glob("**/*.py")
        }  # also what the tests import of their own folders
        for path in sorted({*files_of(self.part), *tests, *Path(__file__).parent.glob("*.py")}):
            digest.update(path.read_bytes())
        return digest.hexdigest()[:24]

    def _tests(self, free: SimpleQueue[_Lane], pool: ThreadPoolExecutor) -> Tests:
        """Run everything on the good code, and see what it reaches.

        File by file, each kept as it ends: an interrupt loses one of them.
        """
        folder = self.folder / f"reach-{self._key()}"
        folder.mkdir(exist_ok=True)
        files = list(test_files(self.part))

        def reach(file: str) -> bool:
            made = folder / f"{file.replace('/', '.')}.json"
            if made.is_file():
                return False
            with _taken(free) as lane:
                _reached(lane.station, self.part, file, made)
            return True

        new = any(list(pool.map(reach, files)))
        tests = read(sorted(folder.glob("*.json")))
        if new:
            passed = len(tests.seconds)
            print(f"on good code {passed} tests of {len(files)} files pass; they judge", flush=True)
        if not tests.seconds:
            raise UserError(f"no test of this part passes on the good code: {folder}")
        return tests

    def _tried(self, lane: _Lane, choice: Choice, change: Change) -> dict[str, str | int]:
        """Return what becomes of a change; a kill counts if the good code passes the same test."""
        while True:
            row = self._row_of(lane, choice, change)
            test = str(row["test"])
            if row["fate"] != Fate.KILLED or test not in choice.seconds:
                return row
            if test not in self._steady:
                log = lane.folder / "control.txt"
                limit = MUCH * choice.seconds[test] + LITTLE_S
                ran = lane.station.run([*_OPTIONS, test], log, cpu_s=limit)
                self._steady[test] = ran.code == 0
            if self._steady[test]:
                return row
            print(f"judges no more, the good code fails it now and then: {test}", flush=True)

    def _row_of(self, lane: _Lane, choice: Choice, change: Change) -> dict[str, str | int]:
        """Return what the tests say of a change."""
        chosen = [name for name in choice.tests(change) if self._steady.get(name, True)]
        if not chosen:
            return _row(Fate.SURVIVED, message="no test calls it", tried=0)
        path = lane.root / change.module
        good = path.read_text(encoding="utf-8")
        path.write_text(applied(good, change), encoding="utf-8")
        try:
            for some in _batches(chosen, choice.seconds):
                row = self._judged(lane, some, choice.seconds)
                if row is not None:
                    return {**row, "tried": chosen.index(some[-1]) + 1}
        finally:
            path.write_text(good, encoding="utf-8")
        return _row(Fate.SURVIVED, message="", tried=len(chosen))

    def _judged(
        self, lane: _Lane, some: Sequence[str], seconds: Mapping[str, float]
    ) -> dict[str, str | int] | None:
        """Run some tests on what is changed; None if they pass."""
        station, log = lane.station, lane.folder / "mutant.txt"
        limit = MUCH * sum(seconds[name] for name in some) + LITTLE_S
        ran = station.run([*_OPTIONS, *some], log, cpu_s=limit)
        if ran.code in _NO_VERDICT:
            ran = station.run([*_OPTIONS, *some], log, cpu_s=limit)
        if ran.code in _NO_VERDICT:
            return _row(
                Fate.SURVIVED, message="no verdict: clock or machine ended the tests, twice",
                tried=len(some),
            )  # fmt: skip
        if ran.code == UNKNOWN:  # a test of that name is not there any more: why?
            files = list(dict.fromkeys(name.partition("::")[0] for name in some))
            ran = station.run([*_OPTIONS, *self.part.options, *files], log, cpu_s=limit)
        if ran.code == 0:
            return None
        if ran.code == OUT_OF_TIME:
            return _row(Fate.KILLED, test="time", message="does not end", tried=len(some))
        if ran.code in _BAD_CODE or ran.code < 0:
            said = FAILED.search(log.read_text(encoding="utf-8", errors="replace"))
            name = said[1] if said else "the interpreter"
            message = (said[2] or "" if said else f"it ended with {ran.code}")[:200]
            return _row(Fate.KILLED, test=name, message=message, tried=len(some))
        return _row(Fate.NOT_BUILT, message=f"pytest ended with {ran.code}", tried=len(some))


@contextmanager
def _taken(free: SimpleQueue[_Lane]) -> Iterator[_Lane]:
    lane = free.get()
    try:
        yield lane
    finally:
        free.put(lane)


def _style_broken(change: Change) -> dict[str, str | int] | None:
    """Return a kill if a change breaks the one rule of lint that speaks of what is computed."""
    text = (ROOT / change.module).read_text(encoding="utf-8")
    if {said for _, said in zip_rule(applied(text, change))} - {said for _, said in zip_rule(text)}:
        return _row(Fate.KILLED, test=f"{RULE} {STYLE}", message="a zip may end early", tried=0)
    return None


def _reached(station: Station, part: PythonPart, file: str, reach: Path) -> None:
    """Run a file of tests on the good code, and leave what its tests reach."""
    log, made = reach.with_suffix(".txt"), reach.with_suffix(".new")
    options = [word for word in _OPTIONS if word != "-x"]
    files = [str(path.relative_to(ROOT)) for path in files_of(part)]
    ran = station.run([*options, *part.options, file], log, cpu_s=MOST_S, reach=made, files=files)
    # 5: it has no test of this part.
    if ran.code not in (0, 1, 5) or not made.is_file():
        raise UserError(f"the tests of this part can't be run: {log}")
    made.replace(reach)


def _batches(chosen: Sequence[str], seconds: Mapping[str, float]) -> Iterator[list[str]]:
    """Yield the tests in groups, each of more time than the one before.

    A group is a pytest of its own: what falls early is not made to collect the files of all, and
    what does not end is not waited for as long as all would take.
    """
    limit, used, group = FIRST_S, 0.0, list[str]()
    for name in chosen:
        if group and used + seconds[name] > limit:
            yield group
            limit, used, group = limit * GROWS, 0.0, []
        group.append(name)
        used += seconds[name]
    if group:
        yield group


def _row(fate: Fate, *, message: str, tried: int, test: str = "") -> dict[str, str | int]:
    return {"fate": str(fate), "message": message, "tried": tried, "test": test}
