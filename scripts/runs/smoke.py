"""Tests of the bench by name, as a command runs them: each in its own process, a line for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

from golden.config import CoreConfig
from honeyguide.plan.catalogue import BenchTest
from honeyguide.report.command import make_command
from honeyguide.report.files import Results, shown
from honeyguide.sim import SimResult, SimRun, run
from honeyguide.sim.workers import threads

# One of each kind: the ports, the engines, errors, some layers.
SMOKE = "smoke,registers.ResetValues,instructions.ErrorRegisters,layers.AnyLayers"
SMOKE_LAYERS = "6"
TEST_TIMEOUT_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the command line asks for, and the simulation made for it."""

    core: CoreConfig
    build: Path
    seed: int
    waves: bool
    rtl: Path | None
    results: Results


def run_tests(
    tests: Sequence[BenchTest], settings: Settings, *, layers: str | None
) -> list[SimResult]:
    """Run tests of the bench, each in its own process, two at a time; print a line for each.

    They are waited for in threads, so that one warm simulator forks them all.
    """
    jobs = [
        SimRun(
            build=settings.build,
            module=test.module,
            test=test.name,
            results_dir=settings.results.runs / str(test),
            seed=settings.seed,
            timeout_s=TEST_TIMEOUT_S,
            waves=settings.waves,
            env={
                "RATEL_CONFIG": settings.core.name,
                **({"RATEL_LAYERS": layers} if layers else {}),
            },
        )
        for test in tests
    ]
    results = []
    with threads(min(len(jobs), cpu_count() or 1)) as pool:
        running = [pool.submit(run, job) for job in jobs]
        for test, done in zip(tests, running, strict=True):
            result = done.result()
            print(f"test {test!s:<32} {result.status:<7} {result.seconds:5.1f} s", flush=True)
            if not result.passed:
                print(f"  {result.message}\n  log: {shown(result.log)}", flush=True)
                print(f"  {waves_command(str(test), settings, layers=layers)}", flush=True)
            if result.waves is not None:
                print(f"  waves: {shown(result.waves)}", flush=True)
            results.append(result)
    return results


def waves_command(
    test: str,
    settings: Settings,
    inputs: Path | None = None,
    number: str | None = None,
    layers: str | None = None,
) -> str:
    """Return the command that repeats a run, finds its first difference and opens its waves."""
    words = []
    if inputs is not None:
        words = ["--input", shown(inputs), "--env", f"RATEL_FIRST={number or 0}"]
    if layers is not None:
        words += ["--env", f"RATEL_LAYERS={layers}"]
    if settings.rtl is not None:
        words += ["--rtl", str(settings.rtl)]
    names = {"TEST": test, "SEED": settings.seed, "CONFIG": settings.core.name}
    return make_command("waves", names, words)
