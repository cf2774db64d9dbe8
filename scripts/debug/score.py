"""Measure the first difference: does it name the right instruction and stage for seeded faults?

The faults of scripts/debug/faults.toml are put into a copy of the core below build/debug/, each to
be chosen when a simulation starts. Tests that should catch a fault run with it, and what the first
difference says is compared with what the table expects. Not part of `make test`.

    python -m scripts.debug.score --fault 005,041 --seed 1       writes build/reports/debug.json

Results of faults that were measured before stay in the report; --waves also records waves and makes
a picture of each.
"""

from __future__ import annotations

import json
import re
import shutil
import time
import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.report.files import shown
from honeyguide.runs import locked, own_place
from honeyguide.sim import HdlError, build
from honeyguide.waves.builds import debug_build
from honeyguide.waves.picture import draw
from honeyguide.waves.repeat import Repeat, Repeated, repeat
from scripts.debug.mutants import CHOOSER, put_in
from tb.build import ROOT

TABLE = Path(__file__).resolve().with_name("faults.toml")
PATCHES = ROOT / "tests" / "faults"
FOLDER = BUILD / "debug"
REPORT = BUILD / "reports" / "debug.json"
STAGES_WANTED = 0.8  # share of the faults


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the first difference must say about a fault."""

    fault: str
    stages: tuple[str, ...]
    instruction: str
    tests: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Score:
    """What it said. `said` is empty when no test failed."""

    fault: str
    caught_by: str
    stage: str
    instruction: str
    stage_right: bool
    instruction_right: bool
    said: str
    seconds: float


def load_table(path: Path = TABLE) -> list[Expected]:
    """Read the table."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Expected(
            fault=name, stages=tuple(entry["stages"]), instruction=entry["instruction"],
            tests=tuple(entry["tests"]),
        )
        for name, entry in content.items()
    ]  # fmt: skip


def judge(expected: Expected, difference: dict[str, Any] | None) -> tuple[bool, bool]:
    """Tell whether instruction and stage of a difference are the right ones."""
    if difference is None or not difference["text"]:
        return False, False
    named = re.match(rf"({expected.instruction})", str(difference["text"])) is not None
    return named, difference["stage"] in expected.stages


def build_faulty(table: list[Expected], folder: Path) -> Path:
    """Build one simulation that holds every fault, of sources in `folder`; return where it is.

    Raises:
        UserError: a fault's patch is missing, or can't be put in.
    """
    shutil.rmtree(folder / "rtl", ignore_errors=True)
    shutil.copytree(ROOT / "rtl", folder / "rtl")
    patches = {}
    for entry in table:
        patch = PATCHES / f"{entry.fault}.patch"
        if not patch.is_file():
            raise cli.UserError(f"there is no fault {entry.fault}")
        patches[number_of(entry)] = patch.read_text(encoding="utf-8")
    put_in(folder, patches)
    chooser = folder / "fault_chooser.sv"
    chooser.write_text(CHOOSER, encoding="utf-8")
    wanted = debug_build(None, traced=True, rtl=folder / "rtl")
    return build(replace(wanted, sources=[*wanted.sources, chooser]))


def number_of(entry: Expected) -> int:
    """Number of a fault: its name begins with it."""
    return int(entry.fault.partition("_")[0])


def measure(
    expected: Expected, where: Path, folder: Path, *, seed: int, waves: bool = False
) -> Score:
    """Run a fault's tests until one fails, and judge what is said."""
    started = time.monotonic()
    place = folder / expected.fault
    shutil.rmtree(place, ignore_errors=True)
    done: Repeated | None = None
    caught = ""
    for test in expected.tests:
        file, _, name = test.partition(".")
        done = repeat(
            Repeat(
                module=f"tb.tests.{file}", test=name, seed=seed, folder=place / test,
                build=where, plusargs=(f"+ratel_fault={number_of(expected)}",),
            ),
            waves=waves,
        )  # fmt: skip
        if not done.result.passed or done.difference is not None:
            caught = test
            if waves and done.view is not None:
                draw(done.view, place / "picture.png")
            break
    assert done is not None
    difference = done.difference
    named, staged = judge(expected, difference)
    return Score(
        fault=expected.fault,
        caught_by=caught,
        stage="" if difference is None else str(difference["stage"]),
        instruction="" if difference is None else str(difference["text"]),
        stage_right=staged,
        instruction_right=named,
        said="" if not caught else done.headline,
        seconds=time.monotonic() - started,
    )


def main(argv: list[str]) -> int:
    """Measure; return 1 if fewer than wanted are right."""
    options = cli.parser("debug.score", __doc__)
    cli.add(options, "fault", "seed")
    cli.add(options, "waves", help="record waves, make pictures")
    wanted = options.parse_args(argv)
    words = wanted.fault.split(",")
    chosen = [entry for entry in load_table() if any(word in entry.fault for word in words)]
    if not chosen:
        raise cli.UserError(f"no fault of {shown(TABLE)} has {wanted.fault!r} in its name")
    with own_place(FOLDER) as folder:
        return score_all(chosen, folder, seed=wanted.seed, waves=wanted.waves)


def score_all(chosen: list[Expected], folder: Path, *, seed: int, waves: bool) -> int:
    """Measure the chosen faults in a folder of this process's own; return the exit code."""
    where = build_faulty(load_table(), folder)
    control = Expected(fault="000_none", stages=(), instruction="", tests=("layers.AnyLayers",))
    if measure(control, where, folder, seed=seed).caught_by:
        raise cli.UserError("the core without a fault differs from golden: nothing to measure")
    scores = []
    for entry in chosen:
        score = measure(entry, where, folder, seed=seed, waves=waves)
        scores.append(score)
        marks = "".join("+" if right else "-" for right in (
            score.instruction_right, score.stage_right))  # fmt: skip
        print(f"{marks} {score.fault:<32} {score.caught_by or 'not caught':<28} "
              f"{score.seconds:5.0f} s\n  {score.said}", flush=True)  # fmt: skip
        write(scores)
    named = sum(score.instruction_right for score in scores)
    staged = sum(score.stage_right for score in scores)
    print(f"{len(scores)} faults: instruction right {named}, stage right {staged}")
    return 0 if named == len(scores) and staged >= STAGES_WANTED * len(scores) else 1


def write(scores: list[Score]) -> None:
    """Write the report, with what it had of other faults."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    with locked(REPORT.parent / ".publishing"):
        write_merged(scores)


def write_merged(scores: list[Score]) -> None:
    """Add scores to the report, in one step."""
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.is_file() else []
    merged = {entry["fault"]: entry for entry in [*known, *map(asdict, scores)]}
    text = json.dumps([merged[name] for name in sorted(merged)], indent=1)
    temporary = REPORT.with_suffix(".tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(REPORT)


if __name__ == "__main__":
    cli.run_command(main, HdlError)
