"""Run every check of the repository: lint, generated files, proofs, tests, fuzz, simulations.

Each stage runs to its end even when an earlier one failed, so one run shows all there is to repair.
JUnit files and the summary are written to build/reports/. With --keyword only the tests that match
are run and the stages that are not tests are left out.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.runs import new_run
from scripts.runs.affected import WHY
from scripts.runs.choice import choose
from scripts.runs.stages import Stage, StageResult, Verdict, run_module, run_tests
from tb.build import ROOT

REPORTS = BUILD / "reports"
KNOWN = BUILD / "tests" / "known.json"


STAGES = (
    Stage(name="lint", about="style and elaboration", module=("scripts.lint",), unread=("docs/",)),
    Stage(name="generated", about="files made from spec/", module=("scripts.generate", "--check")),
    Stage(
        name="proofs",
        about="rules for all time, the quick ones",
        module=("scripts.prove", "--quick"),
        unread=("docs/", "examples/", "golden/", "integration/", "models/", "sw/", "tests/"),
    ),
    Stage(name="unit", about="unit tests", marks="not sim and not fuzz"),
    Stage(name="fuzz", about="golden model against the oracle", marks="fuzz and not sim"),
    Stage(name="sim", about="simulations", marks="sim"),
)


def main(argv: list[str]) -> int:
    """Run the chosen stages; return 1 if one failed."""
    options = cli.parser("check", __doc__)
    options.add_argument("--keyword", metavar="K", help="run the tests that match, as pytest -k")
    cli.add(options, "seed", "jobs")
    options.add_argument(
        "--affected", action="store_true",
        help="leave out files of tests that passed with what they read and import holding the same",
    )  # fmt: skip
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
    choice = choose(
        ROOT, run.path, KNOWN, keyword=wanted.keyword, settings=f"{wanted.seed} {wanted.nightly}",
        only=wanted.affected,
    )  # fmt: skip
    results = []
    for number, stage in enumerate(stages, start=1):
        print(f"\n[{number}/{len(stages)}] {stage.name}: {stage.about}", flush=True)
        result = choice.left_out(stage)
        if result is None and stage.module:
            result = choice.ended(stage, run_module(stage, run.path))
        elif result is None:
            ran = run_tests(
                stage, run.path, keyword=wanted.keyword, seed=wanted.seed, jobs=wanted.jobs,
                asked=[*asked, *choice.words(stage)], reports=REPORTS,
            )  # fmt: skip
            result = choice.ended(stage, ran)
        results.append(result)
    if wanted.keyword is None:
        choice.remember()
    if all(result.verdict is Verdict.LEFT_OUT for result in results):
        if not any(result.not_run for result in results):
            raise UserError(f"no test matches {wanted.keyword!r}")
        print(f"nothing was run: {sum(sum(r.not_run.values()) for r in results)} x {WHY}")
        return 0
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
