"""Mutants of Python: each is put into a copy of the project and given the tests that reach it.

First all tests run once on the good code; a test that does not pass there judges nothing. A mutant
of a function is given the tests that run the changed statement, the quick ones first and before
them those that have killed in the same function; one outside of functions, in what runs when a file
is read, or in what is called once and remembered, all tests that run something of its file or stand
in one that imports it. A kill is a rule of lint about what is computed, a test that fails, a
module that can't be imported any more, or a test that takes MUCH times the CPU time that all of
them took, and a little more. A test kills only if it passes on the good code once more, tried when
it has killed for the first time; one that does not is asked no more. What the clock or the machine
ended has no verdict.

As many mutants are tried at a time as there are processors, each in a lane of its own: a copy of
the project with a station.
"""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from queue import SimpleQueue

from honeyguide.cli import UserError
from honeyguide.core import PythonPart
from honeyguide.faults.tree import Tree
from honeyguide.lint.python import zip_rule
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied
from honeyguide.mutate.python.kinds import changes
from honeyguide.mutate.python.reach import READ, Tests, read
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
    _kills: dict[tuple[str, int] | str, Counter[str]] = field(default_factory=dict)
    _importers: dict[str, set[str]] = field(default_factory=dict)  # test files, by module
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
            tests = self._tests(free, pool)

            def tried(number: int, change: Change) -> Mutant:
                row = known.get(change.name)
                if row is None:
                    with _taken(free) as lane:
                        row = _style_broken(change) or self._tried(lane, tests, change)
                    with self._lock, state.open("a", encoding="utf-8") as stream:
                        stream.write(json.dumps({"name": change.name, **row}) + "\n")
                return Mutant(
                    number=number, change=change, fate=Fate(str(row["fate"])),
                    test=str(row["test"]), message=str(row["message"]), tried=int(row["tried"]),
                )  # fmt: skip

            for done in as_completed([pool.submit(tried, *item) for item in numbered]):
                mutant = done.result()
                if mutant.fate is Fate.KILLED:
                    self._learn(mutant.change, mutant.test)
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
        files = list(_test_files(self.part))

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

    def _tried(self, lane: _Lane, tests: Tests, change: Change) -> dict[str, str | int]:
        """Return what becomes of a change; a kill counts if the good code passes the same test."""
        while True:
            row = self._row_of(lane, tests, change)
            test = str(row["test"])
            if row["fate"] != Fate.KILLED or test not in tests.seconds:
                return row
            if test not in self._steady:
                log = lane.folder / "control.txt"
                limit = MUCH * tests.seconds[test] + LITTLE_S
                ran = lane.station.run([*_OPTIONS, test], log, cpu_s=limit)
                self._steady[test] = ran.code == 0
            if self._steady[test]:
                return row
            print(f"judges no more, the good code fails it now and then: {test}", flush=True)

    def _row_of(self, lane: _Lane, tests: Tests, change: Change) -> dict[str, str | int]:
        """Return what the tests say of a change."""
        chosen = self._chosen(tests, change)
        if not chosen:
            return _row(Fate.SURVIVED, message="no test calls it", tried=0)
        path = lane.root / change.module
        good = path.read_text(encoding="utf-8")
        path.write_text(applied(good, change), encoding="utf-8")
        try:
            for some in _batches(chosen, tests.seconds):
                row = self._judged(lane, some, tests)
                if row is not None:
                    return {**row, "tried": chosen.index(some[-1]) + 1}
        finally:
            path.write_text(good, encoding="utf-8")
        return _row(Fate.SURVIVED, message="", tried=len(chosen))

    def _judged(
        self, lane: _Lane, some: Sequence[str], tests: Tests
    ) -> dict[str, str | int] | None:
        """Run some tests on what is changed; None if they pass."""
        station, log = lane.station, lane.folder / "mutant.txt"
        limit = MUCH * sum(tests.seconds[name] for name in some) + LITTLE_S
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

    def _chosen(self, tests: Tests, change: Change) -> list[str]:
        """Return the tests for a change, those most likely to see it first."""
        place = _place(change)
        lines = [(change.module, line) for line in place.lines]
        named = {name for line in lines for name in tests.of.get(line, ())}
        # What runs when a file is read, or once and is remembered, is not seen in all who need it.
        if not place.function or place.once or not tests.importing.isdisjoint(lines):
            named |= tests.of_file(change.module) | self._importing(tests, change.module)
        if not named:
            named = set(
                tests.of.get((change.module, READ), () if place.function else tests.seconds)
            )
        named -= {name for name, steady in self._steady.copy().items() if not steady}
        first = self._kills.get((change.module, place.function), Counter())
        by_file = self._kills.get(change.module, Counter())
        return sorted(
            named, key=lambda name: (-first[name], -by_file[name], tests.seconds[name], name)
        )

    def _importing(self, tests: Tests, module: str) -> set[str]:
        """Return the tests in files that import a module: one may run nothing, only read it."""
        if module not in self._importers:
            self._importers[module] = {
                file for file in _test_files(self.part) if module in _imported(ROOT / file)
            }
        files = self._importers[module]
        return {name for name in tests.seconds if name.partition("::")[0] in files}

    def _learn(self, change: Change, test: str) -> None:
        for key in ((change.module, _place(change).function), change.module):
            self._kills.setdefault(key, Counter())[test] += 1


@contextmanager
def _taken(free: SimpleQueue[_Lane]) -> Iterator[_Lane]:
    lane = free.get()
    try:
        yield lane
    finally:
        free.put(lane)


def _test_files(part: PythonPart) -> Iterator[str]:
    """Yield the files of a part's tests, without those that its options ignore."""
    ignored = {option.removeprefix("--ignore=") for option in part.options}
    for name in part.tests:
        path = ROOT / name
        found = [path] if path.is_file() else sorted(path.rglob("test_*.py"))
        names = (str(file.relative_to(ROOT)) for file in found)
        yield from (one for one in names if one not in ignored)


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the files, relative to the root, that a file of tests imports itself."""
    found = set[str]()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{item.name}" for item in node.names)]
        elif isinstance(node, ast.Import):
            names = [item.name for item in node.names]
        else:
            continue
        found |= {f"{name.replace('.', '/')}.py" for name in names}
        found |= {f"{name.replace('.', '/')}/__init__.py" for name in names}
    return frozenset(found)


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


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a change lies: first line of the innermost function with a name, READ for none; whether
    that is cached; the lines of the statement, without those that stand below it.
    """

    function: int
    once: bool
    lines: range


def _place(change: Change) -> _Place:
    function: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    lines = range(change.line, change.line + 1)
    size = None
    for node in ast.walk(ast.parse((ROOT / change.module).read_text(encoding="utf-8"))):
        if not isinstance(node, ast.stmt):
            continue
        assert node.end_lineno is not None
        body = getattr(node, "body", None)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # What stands in the head is computed when it is defined.
            inside = node.body[0].lineno <= change.line <= node.end_lineno
            if inside and (function is None or node.lineno > function.lineno):
                function = node
        end = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno
        if node.lineno <= change.line <= end and (size is None or end - node.lineno < size):
            lines, size = range(node.lineno, end + 1), end - node.lineno
    if function is None:
        return _Place(function=READ, once=False, lines=lines)
    once = any("cache" in ast.unparse(item) for item in function.decorator_list)
    return _Place(function=function.lineno, once=once, lines=lines)
