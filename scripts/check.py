"""Run every check of the repository: lint, generated files, proofs, tests, fuzz, simulations.

Each stage runs to its end even when an earlier one failed, so one run shows all there is to repair.
JUnit files and the summary are written to build/reports/. With --keyword only the tests that match
are run and the stages that are not tests are left out.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.report.junit import read_junit
from honeyguide.runs import new_run
from honeyguide.sim.toolchain import clean_environment
from tb.build import ROOT

REPORTS = BUILD / "reports"
SOME_FAILED, NOTHING_COLLECTED = 1, 5  # exit codes of pytest


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One part of the checks: a module that is run, or a selection of tests by their marks."""

    name: str
    about: str
    module: tuple[str, ...] = ()
    marks: str = ""


STAGES = (
    Stage(name="lint", about="style and elaboration", module=("scripts.lint",)),
    Stage(name="generated", about="files made from spec/", module=("scripts.generate", "--check")),
    Stage(
        name="proofs",
        about="rules for all time, the quick ones",
        module=("scripts.prove", "--quick"),
    ),
    Stage(name="unit", about="unit tests", marks="not sim and not fuzz"),
    Stage(name="fuzz", about="golden model against the oracle", marks="fuzz and not sim"),
    Stage(name="sim", about="simulations", marks="sim"),
)


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


def main(argv: list[str]) -> int:
    """Run the chosen stages; return 1 if one failed."""
    options = cli.parser("check", __doc__)
    options.add_argument("--keyword", metavar="K", help="run the tests that match, as pytest -k")
    cli.add(options, "seed", "jobs")
    options.add_argument(
        "--nightly", action="store_true", help="also the tests that a pull request leaves out"
    )
    cli.add(options, "waves", help="record waves of simulations")
    options.add_argument(
        "--explain", action="store_true",
        help="repeat a failing simulation: first difference, waves, view",
    )  # fmt: skip
    cli.add(options, "only", help="run only these stages, with commas")
    wanted = options.parse_args(argv)
    stages = chosen(wanted.only.split(",") if wanted.only else None, keyword=wanted.keyword)
    if not wanted.nightly:
        stages = [without_nightly(stage) for stage in stages]
    run = new_run("test", REPORTS.parent)
    asked = [*(["--explain"] if wanted.explain else []), *(["--waves"] if wanted.waves else [])]
    results = []
    for number, stage in enumerate(stages, start=1):
        print(f"\n[{number}/{len(stages)}] {stage.name}: {stage.about}", flush=True)
        results.append(
            run_module(stage, run.path)
            if stage.module
            else run_tests(
                stage,
                run.path,
                keyword=wanted.keyword,
                seed=wanted.seed,
                jobs=wanted.jobs,
                asked=asked,
            )
        )
    if all(result.verdict is Verdict.LEFT_OUT for result in results):
        raise UserError(f"no test matches {wanted.keyword!r}")
    code = summarise(results, run.path)
    run.publish(sorted([*run.path.glob("junit-*.xml"), run.path / "test.json"]))
    return code


def chosen(names: Sequence[str] | None, *, keyword: str | None) -> list[Stage]:
    """Return the stages to run, in the order of STAGES."""
    known = [stage.name for stage in STAGES]
    for name in names or ():
        if name not in known:
            raise UserError(f"unknown stage {name!r}; there are {', '.join(known)}")
    stages = [stage for stage in STAGES if stage.name in (names or known)]
    if keyword is not None:
        stages = [stage for stage in stages if stage.marks]
        if not stages:
            raise UserError("--keyword chooses tests, and no chosen stage has tests")
    return stages


def without_nightly(stage: Stage) -> Stage:
    """Return the stage as a pull request runs it."""
    return replace(stage, marks=f"{stage.marks} and not nightly") if stage.marks else stage


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
    stage: Stage, folder: Path, *, keyword: str | None, seed: int, jobs: int, asked: Sequence[str]
) -> StageResult:
    """Run the tests of a stage with pytest; `asked` are options of tests/conftest.py."""
    junit = junit_path(folder, stage.name)
    command = [
        sys.executable, "-m", "pytest", "-q", "-m", stage.marks, "--seed", str(seed),
        "-o", f"junit_suite_name={stage.name}", "--junit-xml", str(junit), "-n", str(jobs),
        # tests go to whoever is free, but those of an xdist_group stay together: they share a build
        "--dist", "loadgroup", *asked,
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


def summarise(results: Sequence[StageResult], folder: Path) -> int:
    """Print and write into `folder` what came of each stage; return the exit code."""
    good = all(result.verdict is not Verdict.FAIL for result in results)
    print("\nstage       verdict    passed failed skipped  seconds")
    for result in results:
        numbers = f"{result.passed:>6} {result.failed:>6} {result.skipped:>7}"
        print(
            f"{result.name:<11} {result.verdict:<10} {numbers} {result.seconds:>8.1f}"
            f"  {result.reason}".rstrip()
        )
    seconds = sum(result.seconds for result in results)
    not_run = sum((Counter(result.not_run) for result in results), Counter[str]())
    if not_run:
        print("\nnot run, and so not judged:")
    for why, count in sorted(not_run.items()):
        print(f"{count:>6} x {why}")
    without = f", {sum(not_run.values())} checks were not run" if not_run else ""
    verdict = "PASS" if good else "FAIL"
    print(f"\n{verdict} in {seconds:.0f} s{without}; reports in {REPORTS}")
    report = {
        "pass": good,
        "seconds": seconds,
        "not_run": dict(not_run),
        "stages": [asdict(result) for result in results],
    }
    (folder / "test.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    cli.run_command(main)
