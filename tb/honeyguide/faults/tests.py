"""Run tests in a tree until the first one fails, and say which and why."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.faults.tree import Tree
from honeyguide.report.junit import JunitCase, read_junit
from honeyguide.sim.supervise import answer
from honeyguide.sim.toolchain import clean_environment

log = logging.getLogger(__name__)

# Words of the project's tests around a message: status, the test's name; and pytest's own.
WRAPPING = re.compile(
    r"^(AssertionError: )?((fail|crash|timeout): )?(\w+\.[\w.]+: )?|\s*\(seed \d+, .*$", re.S
)
NOT_BUILT = re.compile(r"building \w+ failed")
TIMED_OUT = "no end after"  # what honeyguide.sim says when it has ended a simulation
# How pytest begins what an assertion says; and how a bench does that did not come to judge.
BROKEN = ("TypeError", "NameError", "ImportError", "ModuleNotFoundError", "AttributeError")
CHECKS = ("AssertionError", "assert ", "Failed:")
VERDICTS = frozenset({0, 1})  # of pytest's exit codes: all passed, some failed


class BrokenRunError(Exception):
    """pytest did not run to a verdict; the message is its last line."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One test that ran. `message` is its first difference, empty if it passed.

    `named` tells whether a check of the test fell, or the design was refused: an exception of the
    bench, a fixture that broke or the wall clock say nothing about the core.
    """

    test: str
    failed: bool
    message: str = ""
    built: bool = True
    named: bool = True


@dataclass(frozen=True, kw_only=True)
class Failure:
    """The first test that failed.

    Attributes:
        test: its pytest id.
        message: its first difference, one line.
        built: False when the design did not build, so that nothing was simulated.
        passed: how many tests had passed before.
    """

    test: str
    message: str
    built: bool
    passed: int


def first_failure(
    tree: Tree, ids: Sequence[str], *, seed: int = 1, passed: int = 0
) -> Failure | None:
    """Run the tests one after the other; return the first failure, None if all passed.

    Only a check that fell counts. A test that ended in any other way gets a second run, since the
    machine may be to blame; if it ends so again, that is said and the next test is asked.

    Args:
        tree: where.
        ids: pytest ids.
        seed: root seed of the tests.
        passed: tests that passed elsewhere before, to be counted with these.

    Raises:
        BrokenRunError: pytest ended without a verdict, for example by an unknown test.
    """
    left = list(ids)
    while left:
        failure, named = first_of(run_all(tree, ["-x", *left], seed=seed), passed=passed)
        if failure is None or named:
            return failure
        again, named = first_of(run_all(tree, [failure.test], seed=seed), passed=failure.passed)
        if again is not None and named:
            return again
        if again is not None:
            log.warning("%s is no catch, no check fell: %s", again.test, again.message)
        left = left[left.index(failure.test) + 1 :]
        passed = failure.passed + (again is None)
    return None


def first_of(cases: Sequence[Case], *, passed: int) -> tuple[Failure | None, bool]:
    """Return the first failure, and whether it is that of a check."""
    named = next((case.named for case in cases if case.failed), True)
    return failure_in(cases, passed=passed), named


def failure_in(cases: Sequence[Case], *, passed: int = 0) -> Failure | None:
    """Return the first failure among the results."""
    for before, case in enumerate(cases, start=passed):
        if case.failed:
            return Failure(test=case.test, message=case.message, built=case.built, passed=before)
    return None


def run_all(tree: Tree, words: Sequence[str], *, seed: int = 1) -> list[Case]:
    """Run pytest in a tree with these words; return the tests that ran, in order.

    Raises:
        BrokenRunError: it ended without a verdict, or nothing ran.
    """
    junit = tree.root / "build" / "selftest.xml"
    junit.parent.mkdir(parents=True, exist_ok=True)
    junit.unlink(missing_ok=True)
    code, said = answer(
        [
            sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:xdist",
            "--seed", str(seed), "--junit-xml", str(junit), *words,
        ],
        cwd=tree.root, env=clean_environment(),
    )  # fmt: skip
    if code not in VERDICTS:
        raise BrokenRunError(" ".join(said.strip().splitlines()[-1:]))
    return read_cases(junit)


def read_cases(path: Path) -> list[Case]:
    """Return the tests of a JUnit file of pytest, without the skipped ones.

    Raises:
        BrokenRunError: it can't be read or tells of no test at all.
    """
    found = read_junit(path)
    if found is None:
        raise BrokenRunError("pytest left no results")
    cases = [judged(case) for case in found if case.ended != "skipped"]
    if not cases:
        raise BrokenRunError("no test ran")
    return cases


def judged(case: JunitCase) -> Case:
    """Return one test of the file."""
    test = f"{case.classname.replace('.', '/')}.py::{case.name}"
    if not case.failed:
        return Case(test=test, failed=False)
    text = case.message or case.text or "failed"
    built = NOT_BUILT.search(text) is None
    message = one_line(text)
    # pytest's "error" is a fixture that broke; checks are assertions, of the test or of the bench.
    check = case.ended == "failure" and text.startswith(CHECKS)
    named = not built or (check and not message.startswith((TIMED_OUT, *BROKEN)))
    return Case(test=test, failed=True, message=message, built=built, named=named)


def one_line(text: str) -> str:
    """Return what a failure says first, without the words around it."""
    said = WRAPPING.sub("", text.strip())
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[0] if lines else "failed"
