"""Run one cocotb test in a process of its own, and say what came of it.

    <results_dir>/log.txt  results.xml  coverage.dat (covered build)  waves.fst|vcd (when recorded)

A run passes only if the simulator exited by itself with 0, wrote its results, at least one test
ran, and none failed. Everything else has a name: fail, crash, timeout.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, BinaryIO

from honeyguide.core import core
from honeyguide.place import full, plain
from honeyguide.project import ROOT, SECTION, VARIABLE, variable
from honeyguide.report.junit import read_junit
from honeyguide.sim.builder import SimBuild, build
from honeyguide.sim.environment import simulation_environment as cocotb_environment
from honeyguide.sim.errors import HdlError
from honeyguide.sim.supervise import supervise
from honeyguide.sim.warm import KeeperError, run_warm

logger = logging.getLogger(__name__)
SEED_RANGE = 2**31 - 1


class SimStatus(StrEnum):
    """How a run ended."""

    PASS = "pass"
    FAIL = "fail"  # a test failed, an assertion fired, or nothing ran
    CRASH = "crash"  # the simulator died or left no results
    TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class SimRun:
    """One test to run.

    Attributes:
        build: what `build` returned, or a SimBuild, which is then built first.
        module: the Python module that holds the cocotb tests, with dots.
        test: one test's name; every test of the module when None.
        seed: of Python's `random`, of the simulator's start values, and given as <NAME>_SEED.
        timeout_s: wall clock seconds until the process is ended.
        plusargs: words for the simulator, each with its plus sign.
        env: further environment variables.
        results_dir: emptied and filled by the run.
        python_path: further folders to import from.
        waves: record waves; the build must be a traced one.
        randomise: start registers and memories with random values instead of zeros.
        state_seed: of those values alone; None for the seed of the run.
        warm: let a simulator that has loaded Python already fork the run, see warm.py.
    """

    build: SimBuild | Path
    module: str
    results_dir: Path
    test: str | None = None
    seed: int = 1
    timeout_s: float = 600.0
    plusargs: Sequence[str] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    python_path: Sequence[Path] = ()
    waves: bool = False
    randomise: bool = True
    state_seed: int | None = None
    warm: bool = True


@dataclass(frozen=True, kw_only=True)
class TestOutcome:
    """One test of a run. `message` is empty when it passed."""

    __test__ = False  # not a pytest class

    name: str
    status: SimStatus
    message: str
    sim_time_ns: float


@dataclass(frozen=True, kw_only=True)
class SimResult:
    """What came of a run. `message` is one line, empty when it passed."""

    status: SimStatus
    message: str
    tests: tuple[TestOutcome, ...]
    seed: int
    seconds: float
    returncode: int | None
    log: Path
    results_xml: Path | None
    coverage: Path | None
    waves: Path | None

    @property
    def passed(self) -> bool:
        """Whether the run passed."""
        return self.status is SimStatus.PASS


def run(wanted: SimRun) -> SimResult:
    """Run the test and return its result; a failing test is a result, not an exception.

    Raises:
        HdlError: the run can't be started: bad build folder, or waves without a traced build.
    """

    def start(command: list[str], environment: dict[str, str], results: Path) -> int | None:
        with (results / "log.txt").open("wb") as stream:
            return simulate(wanted, command, environment, results, stream)

    return outcome_of(wanted, start)


def run_here(wanted: SimRun) -> SimResult:
    """Run the test in this terminal, for a debugger in it: no log, no time-out, no warm simulator.

    Raises:
        HdlError: as for `run`.
    """

    def start(command: list[str], environment: dict[str, str], results: Path) -> int:
        (results / "log.txt").touch()
        hook = {name: os.environ[name] for name in ("PYTHONBREAKPOINT",) if name in os.environ}
        environment = {**environment, **hook, "COCOTB_PDB_ON_EXCEPTION": "1"}
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is the debugger's
        try:
            return subprocess.run(
                command, env=environment, cwd=results, check=False,
                preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
            ).returncode  # fmt: skip
        finally:
            signal.signal(signal.SIGINT, before)

    return outcome_of(wanted, start)


def outcome_of(
    wanted: SimRun, start: Callable[[list[str], dict[str, str], Path], int | None]
) -> SimResult:
    """Prepare a run, let `start` do it and judge it; `start` returns the exit code."""
    folder = build(wanted.build) if isinstance(wanted.build, SimBuild) else Path(wanted.build)
    made = built_description(folder)
    if wanted.waves and not made["traced"]:
        raise HdlError(f"waves need a traced build, and {folder.name} is not one")
    results = Path(wanted.results_dir).resolve()
    shutil.rmtree(results, ignore_errors=True)
    results.mkdir(parents=True)
    command = simulation_command(wanted, folder, made, results)
    environment = simulation_environment(wanted, made, results)
    log = results / "log.txt"
    started = time.monotonic()
    returncode = start(command, environment, results)
    seconds = time.monotonic() - started
    tests = read_outcomes(results / "results.xml")
    status, message = judge(wanted, returncode, tests, log)
    if nothing_left := full(results):  # what was written may be cut short, whatever it says
        status, message = SimStatus.CRASH, nothing_left
    return SimResult(
        status=status,
        message=message,
        tests=tests or (),
        seed=wanted.seed,
        seconds=seconds,
        returncode=returncode,
        log=log,
        results_xml=existing(results / "results.xml"),
        coverage=existing(results / "coverage.dat"),
        waves=existing(results / waves_name(made)),
    )


def simulate(
    wanted: SimRun, command: list[str], environment: dict[str, str], cwd: Path, output: BinaryIO
) -> int | None:
    """Run the simulation; return its exit code, None after a time-out."""
    if wanted.warm:
        try:
            return run_warm(
                command, env=environment, cwd=cwd, output=output, timeout_s=wanted.timeout_s,
                imports=early_imports(),
            )  # fmt: skip
        except KeeperError as error:
            logger.warning("%s; the run starts without", error)
    return supervise(command, env=environment, cwd=cwd, output=output, timeout_s=wanted.timeout_s)


@lru_cache(maxsize=1)
def early_imports() -> tuple[str, ...]:
    """Return the modules that a warm simulator imports before it is asked for a run."""
    if not (described := str(SECTION.get("core", ""))):
        return ("pygpi.entry", "cocotb.regression")
    return ("pygpi.entry", "cocotb.regression", described.partition(":")[0], *core().warm)


def existing(path: Path) -> Path | None:
    """Return the path if it is a file, else None."""
    return path if path.is_file() else None


def built_description(folder: Path) -> dict[str, Any]:
    """Return what the simulation in `folder` was built from."""
    stamp = folder / "build.json"
    if not stamp.is_file():
        raise HdlError(f"no finished simulation in {folder}")
    made: dict[str, Any] = json.loads(stamp.read_text(encoding="utf-8"))["build"]
    return made


def waves_name(made: Mapping[str, Any]) -> str:
    """Return the name of the wave file that this build writes."""
    return "waves.fst" if made["fst"] else "waves.vcd"


def simulation_command(
    wanted: SimRun, folder: Path, made: Mapping[str, Any], results: Path
) -> list[str]:
    """Return the command line of the simulation."""
    command = [str(folder / made["top"])]
    if wanted.waves:
        command += ["--trace", "--trace-file", str(results / waves_name(made))]
    # Verilator takes seed 0 as "choose one", so ours is moved into 1 .. 2^31 - 1.
    mode = 2 if wanted.randomise else 0
    start = wanted.seed if wanted.state_seed is None else wanted.state_seed
    command += [
        f"+verilator+rand+reset+{mode}",
        f"+verilator+seed+{start % SEED_RANGE + 1}",
    ]
    if made["coverage"]:
        command.append(f"+verilator+coverage+file+{results / 'coverage.dat'}")
    return [*command, *wanted.plusargs]


def simulation_environment(
    wanted: SimRun, made: Mapping[str, Any], results: Path
) -> dict[str, str]:
    """Return the environment of the simulation; the caller's own `env` wins."""
    environment = cocotb_environment(top=made["top"], module=wanted.module)
    environment["COCOTB_RESULTS_FILE"] = str(results / "results.xml")
    environment["COCOTB_RANDOM_SEED"] = str(wanted.seed)
    environment[variable("SEED")] = str(wanted.seed)
    environment[VARIABLE] = str(ROOT)  # the simulation runs in its results' folder
    environment[variable("RESULTS_DIR")] = str(results)
    environment["PYTHONHASHSEED"] = "0"  # sets iterate in the same order in every run
    environment["PYTHONUNBUFFERED"] = "1"  # a killed run keeps its last lines
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # cocotb wants its assertions alone
    environment["OPENBLAS_NUM_THREADS"] = "1"  # there are as many runs as cores
    paths: list[Path | str] = [*wanted.python_path, ROOT, *filter(None, sys.path)]
    environment["PYTHONPATH"] = os.pathsep.join(str(plain(path)) for path in paths)
    if wanted.test is not None:
        environment["COCOTB_TEST_FILTER"] = rf"(^|\.){re.escape(wanted.test)}(/.*)?$"
    return {**environment, **wanted.env}


def read_outcomes(path: Path) -> tuple[TestOutcome, ...] | None:
    """Return the outcome of each test that ran; None when there is no readable results file."""
    cases = read_junit(path)
    if cases is None:
        return None
    return tuple(
        TestOutcome(
            name=f"{case.classname}.{case.name}",
            status=SimStatus.FAIL if case.failed else SimStatus.PASS,
            message=one_line(case.message or case.text or "failed") if case.failed else "",
            sim_time_ns=float(case.properties.get("sim_time_duration") or 0.0),
        )
        for case in cases
        if case.ended != "skipped"
    )


def one_line(text: str) -> str:
    """Return a text's first line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0] if lines else ""


def judge(
    wanted: SimRun, returncode: int | None, tests: tuple[TestOutcome, ...] | None, log: Path
) -> tuple[SimStatus, str]:
    """Return the status of a run and one line on why it is not a pass."""
    if returncode is None:
        return SimStatus.TIMEOUT, f"no end after {wanted.timeout_s:g} s; log: {log}"
    failed = [test for test in tests or () if test.status is not SimStatus.PASS]
    hdl_error = find_line(log, "%Error") or find_line(log, "Assertion failed")
    if hdl_error is not None:
        return SimStatus.FAIL, hdl_error
    if failed:
        more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
        return SimStatus.FAIL, f"{failed[0].name}: {failed[0].message}{more}"
    if returncode < 0:
        name = signal.Signals(-returncode).name
        return SimStatus.CRASH, f"the simulator died of {name}; log: {log}"
    if tests is None:
        reason = find_line(log, "Error") or "it left no results"
        return SimStatus.CRASH, f"the simulator ended early with {returncode}: {reason}; log: {log}"
    if not tests:
        what = f"test {wanted.test!r}" if wanted.test else "any test"
        return SimStatus.FAIL, f"nothing ran: {wanted.module} does not have {what}"
    if returncode:
        return SimStatus.FAIL, f"the simulator exited with {returncode}; log: {log}"
    return SimStatus.PASS, ""


def find_line(log: Path, text: str) -> str | None:
    """Return the first line of the log that contains `text`."""
    with log.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if text in line:
                return line.strip()
    return None
