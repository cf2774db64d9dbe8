"""Repeat one run of the bench with its seed: once to find the first difference, once for waves.

    run --> difference.json, trace.log       nothing but the recorder of stages
        --> waves.vcd (or .fst), view.gtkw   the cycles around the first difference, then it stops

Both use the same simulation, which has waves compiled in; the tests' own simulations do not.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import variable
from honeyguide.sim import SimResult, SimRun, run
from honeyguide.sim.launcher import built_description, waves_name
from honeyguide.waves.builds import built
from honeyguide.waves.save_file import write_views

BEFORE, AFTER = 40, 60  # cycles of waves around what is looked for
# An assertion may be the echo of a wrong value: it is told, and the run goes on to find that.
GO_ON = "+verilator+error+limit+1000"
LONGEST = 4000  # cycles of waves: more than anybody reads, and a few MB


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """What to repeat.

    Attributes:
        module, test, seed, env: as they were given to the launcher.
        folder: emptied and filled.
        config, speed: of the bench.
        rtl: a folder to take the core from instead of `rtl/`.
        build: a simulation made before, with the recorders; then `rtl` plays no part.
        plusargs: further words for the simulator.
        window: first and last cycle to record; around the first difference when None, or
            everything if there is no difference.
    """

    module: str
    test: str | None
    seed: int
    folder: Path
    config: str | None = None
    speed: str = "tile"
    env: Mapping[str, str] = field(default_factory=dict)
    rtl: Path | None = None
    build: Path | None = None
    plusargs: tuple[str, ...] = ()
    window: tuple[int, int] | None = None
    timeout_s: float = 900.0


@dataclass(frozen=True, kw_only=True)
class Repeated:
    """What came of it.

    Attributes:
        result: of the first of the two runs.
        difference: difference.json, None if model and RTL agree.
        waves: the wave file, None if none was made.
        view: GTKWave's save file.
        note: why there is no view although there are waves.
        seconds: building, finding, recording.
    """

    result: SimResult
    difference: dict[str, Any] | None
    folder: Path
    waves: Path | None = None
    view: Path | None = None
    note: str = ""
    seconds: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def headline(self) -> str:
        """The first difference, or how the run ended."""
        if self.difference is not None:
            return str(self.difference["sentences"])
        return self.result.message or "no difference"


def repeat(wanted: Repeat, *, waves: bool = True) -> Repeated:
    """Find the first difference of a run and record waves around it.

    Raises:
        HdlError: the simulation can't be built.
    """
    started = time.monotonic()
    build = wanted.build or built(wanted.config, traced=waves, rtl=wanted.rtl)
    after_build = time.monotonic()
    result = run(sim_run(wanted, build, "run", dict(core().observed), [GO_ON]))
    difference = read_difference(wanted, result)
    found = time.monotonic()
    if not waves:
        return Repeated(
            result=result, difference=difference, folder=wanted.folder,
            seconds=(after_build - started, found - after_build, 0.0),
        )  # fmt: skip
    first, last = wanted.window or window_of(difference)
    name = waves_name(built_description(build))
    target = wanted.folder.resolve() / name
    target.unlink(missing_ok=True)
    plusargs = [f"+honeyguide_waves={target}", f"+honeyguide_waves_from={first}"]
    if last is not None:
        plusargs.append(f"+honeyguide_waves_to={last}")
    run(sim_run(wanted, build, "waves", {}, plusargs))
    recorded = target if target.is_file() else None
    view, note = None, ""
    if recorded is not None:
        try:
            view = write_views(
                recorded, config=wanted.config or core().default, difference=difference,
                first=first, last=last,
            )  # fmt: skip
        except UserError as error:  # FST without the tool that reads it
            note = str(error)
    ended = time.monotonic()
    return Repeated(
        result=result, difference=difference, folder=wanted.folder, waves=recorded, view=view,
        note=note,
        seconds=(after_build - started, found - after_build, ended - found),
    )  # fmt: skip


def sim_run(
    wanted: Repeat,
    build: Path,
    part: str,
    env: Mapping[str, str],
    plusargs: list[str] | None = None,
) -> SimRun:
    """One of the two runs."""
    return SimRun(
        build=build,
        module=wanted.module,
        test=wanted.test,
        seed=wanted.seed,
        timeout_s=wanted.timeout_s,
        results_dir=wanted.folder / part,
        plusargs=[*wanted.plusargs, *(plusargs or ())],
        env={
            variable("CONFIG"): wanted.config or core().default,
            variable("SPEED"): wanted.speed,
            **wanted.env,
            **env,
        },
    )


def read_difference(wanted: Repeat, result: SimResult) -> dict[str, Any] | None:
    """The difference that the run found; or, if the simulator died, what its log says.

    Of an assertion and a difference, the earlier one: after an assertion little need be right.
    """
    file = wanted.folder / "run" / "difference.json"
    found = dict(json.loads(file.read_text(encoding="utf-8"))) if file.is_file() else None
    if result.passed or (found is not None and "%Error" not in result.message):
        return found
    said = (core().crash or crash_difference)(wanted.folder / "run", result)
    if found is not None and int(found["cycle"]) < int(said["cycle"]):
        return {**found, "sentences": f"{found['sentences']}\n  then {result.message}"}
    return said


def crash_difference(folder: Path, result: SimResult) -> dict[str, Any]:
    """What the message alone tells: a cycle, if it names one."""
    del folder
    told = re.search(r"\bcycle (\d+)", result.message)
    cycle = int(told.group(1)) if told else 0
    return {"stage": "", "sentences": result.message, "cycle": cycle}


def window_of(difference: Mapping[str, Any] | None) -> tuple[int, int | None]:
    """First and last cycle to record: from the issue of the instruction to what went wrong."""
    if difference is None:
        return 0, None
    cycle = int(difference["cycle"])
    issued = difference.get("issued")
    first = cycle if issued is None else min(int(issued), cycle)
    first = max(first - BEFORE, cycle - LONGEST, 1)
    return first, cycle + AFTER
