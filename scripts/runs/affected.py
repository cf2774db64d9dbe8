"""Which files of tests an edit can touch: those not passed with what their inputs hold now.

    build/tests/known.json
        passed      file of tests, by stage: hash of its inputs when all its tests passed
        reads       file of tests or module: what it read besides (tests/reads.py)
        hashes      what the files held in the run before, so that it is known what was edited

Nothing is taken for granted: a file of tests that has not passed in this checkout runs, so does one
that failed last time. What is edited while tests run is not remembered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from honeyguide.report.junit import read_junit
from scripts.runs.inputs import CODE, Checkout, all_files, digest
from tests.order import file_of

FORMAT = 1
WHY = "left to the full run: nothing that they read or import has changed since they passed"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A test that pytest has found."""

    name: str
    marks: frozenset[str]

    @property
    def file(self) -> str:
        """The file that it is in."""
        return self.name.partition("::")[0]


def read_list(path: Path) -> list[Listed]:
    """Return the tests of a list that `--listed` has written."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return [Listed(name=name, marks=frozenset(marks)) for name, marks in found]


@dataclass(kw_only=True)
class Affected:
    """What is known of the tests of a checkout.

    Attributes:
        checkout: its files as they are now.
        settings: what else decides how tests end, such as the seed.
        passed, last: see above.
    """

    checkout: Checkout
    settings: str = ""
    passed: dict[str, str] = field(default_factory=dict)
    last: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path, root: Path, *, settings: str) -> Affected:
        """Return what runs before have left in a file, if there is one that can be read."""
        known: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            known = json.loads(path.read_text(encoding="utf-8"))
        if known.get("format") != FORMAT:
            known = {}
        checkout = Checkout(root=root, hashes=all_files(root), reads=known.get("reads", {}))
        return cls(
            checkout=checkout, settings=f"{sys.version} {settings}",
            passed=known.get("passed", {}), last=known.get("hashes", {}),
        )  # fmt: skip

    def edited(self) -> list[str]:
        """Return the files that hold something else than in the run before, new ones too."""
        now = self.checkout.hashes
        paths = (path for path in {*now, *self.last} if not path.endswith(CODE))
        return sorted(path for path in paths if self.last and now.get(path) != self.last.get(path))

    def touched(self, stage: str, tests: str, *, simulates: bool) -> bool:
        """Tell whether a file of tests has not passed with what its inputs hold now."""
        return self.passed.get(f"{stage} {tests}") != self.mark(tests, simulates=simulates)

    def mark(self, tests: str, *, simulates: bool) -> str:
        """Return a hash of what decides how the tests of a file end."""
        inputs = self.checkout.inputs(tests, simulates=simulates)
        return digest(f"{self.settings} {self.checkout.content(inputs)}".encode())

    def stage_touched(self, stage: str, unread: Sequence[str] | None) -> bool:
        """Tell whether a stage that is a command has not passed with what the files hold now."""
        return unread is None or self.passed.get(stage) != self.stage_mark(unread)

    def stage_mark(self, unread: Sequence[str]) -> str:
        """Return a hash of all files but those that begin with one of these."""
        paths = [path for path in self.checkout.hashes if not path.startswith(tuple(unread))]
        return digest(f"{self.settings} {self.checkout.content(paths)}".encode())

    def in_order(self, files: Iterable[str], *, simulates: bool) -> list[str]:
        """Return files of tests, those first whose way to an edited file is shortest."""
        edited = self.edited()

        def far(tests: str) -> int:
            inputs = self.checkout.inputs(tests, simulates=simulates)
            ways = (inputs.get(path, inputs.get(f"{path}{CODE}")) for path in edited)
            return min((way for way in ways if way is not None), default=sys.maxsize)

        return sorted(files, key=far)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """A stage that ran: its files of tests, and the JUnit file of what came of them."""

    files: Sequence[str]
    junit: Path
    simulates: bool

    def passed(self) -> dict[str, bool]:
        """Return of each file whether none of its tests failed, and some ran."""
        found = dict.fromkeys(self.files, False)
        told: dict[str, bool] = {}
        for case in read_junit(self.junit) or ():
            name = f"{file_of(case.classname).replace('.', '/')}.py"
            told[name] = told.get(name, True) and not case.failed
        return {**found, **{name: good for name, good in told.items() if name in found}}


def store(
    path: Path, before: Affected, ran: Mapping[str, Ran],
    commands: Mapping[str, Sequence[str] | None], folder: Path,
) -> None:  # fmt: skip
    """Remember which files of tests have passed, and what they have read.

    Args:
        path: the file of what is known.
        before: the checkout as it was when the run started.
        ran: what ran, by stage.
        commands: stages that are commands; of those that passed what they do not read.
        folder: the run's, with what processes of the tests have read.
    """
    reads = {name: set(found) for name, found in before.checkout.reads.items()}
    for part in sorted(folder.glob("reads-*.json")):
        for name, found in json.loads(part.read_text(encoding="utf-8")).items():
            reads.setdefault(name, set()).update(found)
    root = before.checkout.root
    kept = {name: sorted(found) for name, found in sorted(reads.items())}
    checkout = Checkout(root=root, hashes=before.checkout.hashes, reads=kept)
    now = all_files(root)
    same = Checkout(root=root, hashes=now, reads=kept)
    known = Affected(checkout=checkout, settings=before.settings, passed=dict(before.passed))
    for stage, one in ran.items():
        for tests, passed in one.passed().items():
            name = f"{stage} {tests}"
            known.passed.pop(name, None)
            inputs = checkout.inputs(tests, simulates=one.simulates)
            if passed and checkout.content(inputs) == same.content(inputs):
                known.passed[name] = known.mark(tests, simulates=one.simulates)
    for stage, unread in commands.items():
        known.passed.pop(stage, None)
        mark = known.stage_mark(unread or ())
        if unread is not None and mark == replace(known, checkout=same).stage_mark(unread):
            known.passed[stage] = mark
    content = {"format": FORMAT, "passed": known.passed, "reads": kept, "hashes": dict(now)}
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
