"""One run on whatever machine it lands on. What goes in and comes out is plain data."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.coverage.code import compact
from honeyguide.project import variable
from honeyguide.regress.suite import Run
from honeyguide.sim import HdlError, SimRun, SimStatus, run

TAIL = 4000  # characters of the log that a failure brings home


@dataclass(frozen=True, kw_only=True)
class Order:
    """Everything a worker needs. Paths must be the same on every machine that works."""

    name: str
    module: str
    test: str
    config: str
    seed: int
    timeout_s: float
    build: str
    folder: str
    waves: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    plusargs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run. `message` and `tail` are empty when it passed.

    `status` is pass, fail, crash, timeout, or error when the run could not be started.
    """

    name: str
    status: str
    message: str
    seconds: float
    sim_us: float
    folder: str
    host: str
    tail: str = ""

    @property
    def passed(self) -> bool:
        """Whether it passed."""
        return self.status == SimStatus.PASS


def order(run: Run, *, build: Path, folder: Path, waves: bool, env: Mapping[str, str]) -> Order:
    """Return the order for a run that leaves its files below `folder`."""
    return Order(
        name=run.name,
        module=run.entry.module,
        test=run.entry.test,
        config=run.config,
        seed=run.seed,
        timeout_s=run.entry.timeout_s,
        build=str(build),
        folder=str(folder / run.name),
        waves=waves,
        env={
            variable("CONFIG"): run.config,
            variable("SPEED"): run.entry.speed,
            **run.entry.env,
            **env,
        },
    )


def perform(wanted: Order) -> Outcome:
    """Run it. Never raises: a worker that can't even start the run says so in the outcome.

    The run works in a folder of its own and takes its final name at the end, so a second attempt
    is not disturbed by a simulation that a killed worker left behind.
    """
    final = Path(wanted.folder)
    scratch = final.with_name(f".{final.name}.{socket.gethostname()}.{os.getpid()}")
    started = time.monotonic()
    try:
        result = run(
            SimRun(
                build=Path(wanted.build),
                module=wanted.module,
                test=wanted.test,
                seed=wanted.seed,
                timeout_s=wanted.timeout_s,
                waves=wanted.waves,
                env=wanted.env,
                plusargs=wanted.plusargs,
                results_dir=scratch,
            )
        )
    except (HdlError, OSError) as error:
        return Outcome(
            name=wanted.name, status="error", message=str(error),
            seconds=time.monotonic() - started, sim_us=0.0, folder="", host=socket.gethostname(),
        )  # fmt: skip
    tail = "" if result.passed else log_tail(result.log)
    shutil.rmtree(final, ignore_errors=True)
    scratch.rename(final)
    if result.coverage is not None:
        compact(final)
    return Outcome(
        name=wanted.name,
        status=str(result.status),
        message=result.message.replace(str(scratch), str(final)),
        seconds=result.seconds,
        sim_us=sum(test.sim_time_ns for test in result.tests) / 1000,
        folder=str(final),
        host=socket.gethostname(),
        tail=tail,
    )


def log_tail(log: Path) -> str:
    """Return the end of a log."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return text[-TAIL:]


def perform_plain(wanted: dict[str, Any]) -> dict[str, Any]:
    """Do `perform` on plain dictionaries, for what crosses machines."""
    return asdict(perform(Order(**wanted)))
