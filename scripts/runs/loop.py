"""From the edit to the verdict: how long `make sim` takes after one line of the core has changed.

A copy of the core is edited, and the command is run on it as a user would; when each of its lines
appeared tells how long a verdict took, and the logs of builds and runs what took it. All figures
are of one run, beside what Verilator's own build of the same core takes and the bare loop on the
same images, because only ratios mean anything on a machine that does other things too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from golden.config import CoreConfig
from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.report.junit import read_junit
from honeyguide.sim.toolchain import clean_environment, compiler, verilator
from models.mnist import dataset
from models.mnist.evaluate import MODEL_FILE, to_int8
from scripts.runs.bare import run_bare
from scripts.runs.model import load_model
from tb.build import ROOT, rtl_sources

IMAGES = 4
TEST_LINE = re.compile(r"^test (\S+) +(\w+) +([\d.]+) s")
COMMAND_TIME = re.compile(r"^# ([\d.]+) s$", re.MULTILINE)
VERILATOR_TIME = re.compile(r"Verilator: Walltime ([\d.]+) s")
IDS, READS, WRITES = (
    f"memory/{name}.v" for name in ("ratel_bus_ids", "ratel_read_port", "ratel_write_port")
)
CHECK = "control/ratel_check.v"


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One change of the core that leaves it right: (file below rtl/, text, what it becomes)."""

    name: str
    changes: Sequence[tuple[str, str, str]] = ()


EDITS = (
    Edit(name="none"),
    Edit(name="comment", changes=[(IDS, "  // Another burst", "  // A line.\n  // Another burst")]),
    Edit(name="constant", changes=[(IDS, "(&late_q[7:5])", "(late_q > 8'd@limit)")]),
    Edit(
        name="state machine",
        changes=[(CHECK, "Judge:   state_d",
                  "Judge:   if ((step_q != 4'd0) || (rs1_q == 32'd@number)) state_d")],
    ),
    Edit(
        name="port",
        changes=[
            (IDS, "  output wire [4:0]         owed_o,", "  output reg seen_@number_o,\n"
             "  output wire [4:0]         owed_o,"),
            (IDS, "|| (&id_q);", "|| (&id_q) || (seen_@number_o && (&late_q));\n"
             "  always @(posedge clk_i) seen_@number_o <= announce_i;"),
            (READS, ") u_ids (", ") u_ids (\n    .seen_@number_o (),"),
            (WRITES, ") u_ids (", ") u_ids (\n    .seen_@number_o (),"),
        ],
    ),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LoopFigure:
    """Seconds after an edit: until verdicts, and what they were spent on (of the whole run).

    `compile` is the sum over compilers, some of which ran at the same time; `simulate` is that of
    the smoke tests with all their checks, `start` what they took besides.
    """

    edit: str
    first_smoke: float
    smoke: float
    sim: float
    verilator: float
    compile: float
    link: float
    start: float
    simulate: float
    passed: bool


def measure_loop(core: CoreConfig, folder: Path, names: Sequence[str]) -> list[LoopFigure]:
    """Return a figure for each of the edits; the first build of all is not counted.

    Raises:
        UserError: the core has changed so that an edit no longer fits.
    """
    copy = folder / "edited" / "rtl"
    shutil.copytree(ROOT / "rtl", copy)
    run_sim(core, copy, folder / "warm-up", "none")
    number = int(time.time())
    figures = []
    for edit in (edit for edit in EDITS if edit.name in names):
        shutil.rmtree(copy)
        shutil.copytree(ROOT / "rtl", copy)
        apply(edit, copy, number)
        figures.append(run_sim(core, copy, folder / edit.name.replace(" ", "_"), edit.name))
    return figures


def apply(edit: Edit, rtl: Path, number: int) -> None:
    """Change a copy of the core, with a number in it so that no earlier run has compiled the same.

    Raises:
        UserError: the core has changed so that the edit no longer fits.
    """
    for name, old, new in edit.changes:
        text = (rtl / name).read_text(encoding="utf-8")
        if text.count(old) != 1:
            raise UserError(f"the edit {edit.name!r} of the loop no longer fits rtl/{name}")
        new = new.replace("@number", str(number)).replace("@limit", str(192 + number % 32))
        (rtl / name).write_text(text.replace(old, new), encoding="utf-8")


def run_sim(core: CoreConfig, rtl: Path, folder: Path, name: str) -> LoopFigure:
    """Run `make sim` on a core, with what starts Python; note when its lines come."""
    command = [
        "scripts/bootstrap.sh", "sim", os.environ.get("HONEYGUIDE_BUILD", ""), "-m", "scripts.sim",
        "--config", core.name, "--rtl", str(rtl), "--images", str(IMAGES),
        "--results", str(folder),
    ]  # fmt: skip
    clock, started = time.time(), time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=clean_environment(), text=True, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    tests = [
        (time.monotonic() - started, float(found.group(3)))
        for line in process.stdout or ()
        if (found := TEST_LINE.match(line))
    ]
    passed = process.wait() == 0
    total = time.monotonic() - started
    simulated = sum(run_times(folder))
    logs = [path.read_text(encoding="utf-8", errors="replace") for path in build_logs(clock)]
    compiled, linked = command_times(logs)
    return LoopFigure(
        edit=name,
        first_smoke=tests[0][0] if tests else total,
        smoke=tests[-1][0] if tests else total,
        sim=total,
        verilator=max((float(t) for log in logs for t in VERILATOR_TIME.findall(log)), default=0.0),
        compile=compiled,
        link=linked,
        start=max(sum(seconds for _, seconds in tests) - simulated, 0.0),
        simulate=simulated,
        passed=passed and bool(tests),
    )


def build_logs(since: float) -> list[Path]:
    """Return the logs of builds that were made since; `since` is a time of the system's clock."""
    return [
        path for path in (BUILD / "sim").glob("*/build.log") if path.stat().st_mtime >= since
    ]  # fmt: skip


def command_times(logs: Sequence[str]) -> tuple[float, float]:
    """Return the seconds of compilers and of linkers in logs of builds."""
    compiled = linked = 0.0
    for log in logs:
        for part in log.split("\n$ ")[1:]:
            seconds = sum(map(float, COMMAND_TIME.findall(part)))
            if " -c " in part or "c++-header" in part:
                compiled += seconds
            else:
                linked += seconds
    return compiled, linked


def run_times(folder: Path) -> Iterator[float]:
    """Yield the seconds that each smoke test simulated and checked."""
    for path in folder.glob("**/results.xml"):
        if "images" in path.parts:
            continue
        yield from (case.seconds for case in read_junit(path) or ())


def plain_build(core: CoreConfig, folder: Path) -> float:
    """Return the seconds of `verilator --binary` on the core alone, with the same compiler."""
    folder.mkdir(parents=True)
    environment = clean_environment()
    # What the wheel's makefile lacks.
    environment["MAKEFLAGS"] = (
        "CFG_CXXFLAGS_PCH_I=-include CFG_CXXFLAGS_COROUTINES=-fcoroutines "
        "CFG_CXXFLAGS_STD=-std=gnu++20 CFG_LDLIBS_THREADS=-pthread OPT_FAST=-O2 OPT_GLOBAL=-O2 "
        f"CXX={compiler()[-1]} LINK={compiler()[-1]}"
    )
    command = [
        str(verilator()), "--binary", "-Wno-fatal", "--top-module", "ratel_core", "-j", "2",
        "-Mdir", str(folder / "made"), f"-I{ROOT / 'rtl' / 'include'}",
        *(f"-G{name}={value}" for name, value in core.verilog_parameters().items()),
        *map(str, rtl_sources()),
    ]  # fmt: skip
    started = time.monotonic()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"verilator --binary refused the core: {done.stderr.strip()[-300:]}")
    return time.monotonic() - started


def bare_seconds(core: CoreConfig, folder: Path) -> float:
    """Return the seconds of the bare loop for the images that `run_sim` classifies."""
    images = to_int8(dataset.load_test_images().images[:IMAGES])
    result = run_bare(load_model(MODEL_FILE, core), images, folder)
    if result.failure:
        raise UserError(result.failure)
    return result.seconds


def entries(figures: Sequence[LoopFigure], plain: float) -> list[dict[str, object]]:
    """Return figures as JSON values, each verdict also as a ratio to the plain build."""
    return [
        {
            **asdict(figure),
            "of_plain_build": {
                name: round(getattr(figure, name) / plain, 3)
                for name in ("first_smoke", "smoke", "sim")
            },
        }
        for figure in figures
    ]
