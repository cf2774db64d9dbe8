"""Parts of the checks: commands, and selections of tests by their marks, with a JUnit file each."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from honeyguide.report.junit import read_junit
from honeyguide.sim.toolchain import clean_environment
from tb.build import ROOT

SOME_FAILED, NOTHING_COLLECTED = 1, 5  # exit codes of pytest


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One part of the checks: a module that is run, or a selection of tests by their marks.

    `unread` is how paths begin that the module does not read; None if that is not known.
    """

    name: str
    about: str
    module: tuple[str, ...] = ()
    marks: str = ""
    unread: tuple[str, ...] | None = None

    @property
    def simulates(self) -> bool:
        """Whether its tests start simulations."""
        return not self.module and self.has(["sim"])

    def has(self, marks: Iterable[str]) -> bool:
        """Tell whether a test with these marks belongs here."""
        given = defaultdict(bool, dict.fromkeys(marks, True))
        return bool(eval(self.marks, {}, given))  # such an expression is one of Python's, too


class Verdict(StrEnum):
    """How a stage ended. Left out: nothing in it matches --keyword."""

    PASS = "pass"
    FAIL = "FAIL"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """What came of a stage; the counts are of tests and 0 for a stage that has none.

    `not_run` counts what was left out by the reason that was given for it.
    """

    name: str
    verdict: Verdict
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reason: str = ""
    not_run: dict[str, int] = field(default_factory=dict)


def run_module(stage: Stage, folder: Path) -> StageResult:
    """Run a stage that is a command; its exit code decides, its output becomes the JUnit text."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", *stage.module],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    )  # fmt: skip
    lines = []
    for line in process.stdout or ():
        print(line, end="", flush=True)
        lines.append(line)
    code = process.wait()
    seconds = time.monotonic() - started
    write_junit(folder, stage.name, "".join(lines), failed=code != 0, seconds=seconds)
    return StageResult(
        name=stage.name,
        verdict=Verdict.FAIL if code else Verdict.PASS,
        seconds=seconds,
        reason=f"exit code {code}" if code else "",
        not_run=left_out("".join(lines)),
    )


def run_tests(
    stage: Stage, folder: Path, *, keyword: str | None, seed: int, jobs: int, asked: Sequence[str],
    reports: Path,
) -> StageResult:  # fmt: skip
    """Run the tests of a stage with pytest; `asked` are words for it and tests/conftest.py.

    What failed in the last run, whose report is in `reports`, comes first.
    """
    junit = junit_path(folder, stage.name)
    last = junit_path(reports, stage.name)
    command = [
        sys.executable, "-m", "pytest", "-q", "-m", stage.marks, "--seed", str(seed),
        "-o", f"junit_suite_name={stage.name}", "--junit-xml", str(junit), "-n", str(jobs),
        # tests go to whoever is free, but those of an xdist_group stay together: they share a build
        "--dist", "loadgroup", *asked,
        # in one word: of a path alone pytest would think that tests are in it
        *([f"--last={last}"] if last.is_file() else []),
    ]  # fmt: skip
    if keyword is not None:
        command += ["-k", keyword]
    started = time.monotonic()
    # pytest's own folder would stay in /tmp
    temporary = Path(tempfile.mkdtemp(prefix=f"ratel-{stage.name}-"))
    code = -1
    try:
        code = subprocess.run(
            [*command, "--basetemp", str(temporary / "tests")],
            cwd=ROOT, stdin=subprocess.DEVNULL, env=clean_environment(), check=False,
        ).returncode  # fmt: skip
    finally:
        if code == SOME_FAILED:
            print(f"temporary files of these tests: {temporary}")
        else:
            shutil.rmtree(temporary, ignore_errors=True)
    seconds = time.monotonic() - started
    if code == NOTHING_COLLECTED and keyword is not None:
        return StageResult(name=stage.name, verdict=Verdict.LEFT_OUT, seconds=seconds)
    cases = read_junit(junit) or []
    failed = sum(case.failed for case in cases)
    skips = Counter(
        case.message or "no reason was given" for case in cases if case.ended == "skipped"
    )
    passed = len(cases) - failed - skips.total()
    reason = ""
    if code:
        repeat = shlex.join(command[1:7])
        reason = f"{failed} failed" if failed else f"pytest exited with {code} ({repeat})"
    elif not passed:
        reason = "no test was run, so nothing was shown"
    return StageResult(
        name=stage.name,
        verdict=Verdict.FAIL if reason else Verdict.PASS,
        seconds=seconds,
        passed=passed,
        failed=failed,
        skipped=skips.total(),
        reason=reason,
        not_run=dict(skips),
    )


def list_tests(path: Path, *, keyword: str | None) -> bool:
    """Let pytest write into a file which tests there are (tests/reads.py); False if it can't.

    One look at the tests for all stages; what it can't read, the stages will say.
    """
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", f"--listed={path}"]
    done = subprocess.run(
        [*command, *(["-k", keyword] if keyword is not None else [])],
        cwd=ROOT, stdin=subprocess.DEVNULL, env=clean_environment(), check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode in (0, NOTHING_COLLECTED) and path.is_file()


def junit_path(folder: Path, stage: str) -> Path:
    """Return where a stage's JUnit file is written."""
    return folder / f"junit-{stage}.xml"


def write_junit(folder: Path, stage: str, output: str, *, failed: bool, seconds: float) -> None:
    """Write a JUnit file with one test for a stage that is a command."""
    suite = ElementTree.Element(
        "testsuite", name=stage, tests="1", failures=str(int(failed)), errors="0", skipped="0",
        time=f"{seconds:.3f}",
    )  # fmt: skip
    case = ElementTree.SubElement(
        suite, "testcase", classname="check", name=stage, time=f"{seconds:.3f}"
    )
    if failed:
        ElementTree.SubElement(case, "failure", message=f"{stage} failed").text = output
    root = ElementTree.Element("testsuites")
    root.append(suite)
    file = junit_path(folder, stage)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def left_out(output: str) -> dict[str, int]:
    """Return the steps that a command left out, from its lines `step   left out: why`."""
    found = re.findall(r"^ +([\w-]+) +left out: (.+)$", output, re.MULTILINE)
    return dict(Counter(f"{step}: {why}" for step, why in found))
