"""Build the bench once a configuration, run a cocotb test in its own process, judge it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from honeyguide.project import BUILD
from honeyguide.runs import session_run
from honeyguide.sim import SimBuild, SimResult, SimRun, build, run
from tb.build import bench_build
from tests import asked

# What most tests run on; those of the others are few and short, and to optimise their models takes
# longer than to run them without.
OPTIMISED = "8x8"


def bench(config: str, *, traced: bool = False) -> Path:
    """Return the folder of the simulation that tests of a configuration share, built if need be."""
    return build(SimBuild(**bench_build(config), traced=traced, quick=config != OPTIMISED))


def simulate(
    module: str,
    test: str,
    *,
    seed: int,
    config: str = "8x8",
    speed: str = "tile",
    timeout_s: float = 300.0,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    state_seed: int | None = None,
    warm: bool = True,
) -> SimResult:
    """Run `tb.tests.<module>.<test>`, or a module named with dots; return what came of it."""
    waves = asked.waves
    where = bench(config, traced=waves)
    name = f"{module}.{test}-{config}-{speed}-{seed}"
    return run(
        SimRun(
            build=where,
            module=module if "." in module else f"tb.tests.{module}",
            test=test,
            seed=seed,
            state_seed=state_seed,
            warm=warm,
            timeout_s=timeout_s,
            waves=waves,
            env={"RATEL_CONFIG": config, "RATEL_SPEED": speed, **(env or {})},
            results_dir=folder or session_run("pytest", BUILD) / name,
        )
    )


def passes(module: str, test: str, **options: Any) -> SimResult:
    """Run a test that must pass; the assertion's message is its first difference."""
    result = simulate(module, test, **options)
    more = "" if result.passed else explained(result, module, test, **options)
    assert result.passed, (
        f"{result.status}: {result.message} (seed {result.seed}, {result.log}){more}"
    )
    return result


def explained(
    result: SimResult,
    module: str,
    test: str,
    *,
    seed: int,
    config: str = "8x8",
    speed: str = "tile",
    env: Mapping[str, str] | None = None,
    **_: object,
) -> str:
    """Repeat a failed test with its seed, where that is wanted: first difference and waves."""
    if not asked.explain:
        return ""
    from honeyguide.regress import failures

    return failures.explain(
        result, module=module if "." in module else f"tb.tests.{module}", test=test, seed=seed,
        config=config, speed=speed, env=env or {},
    )  # fmt: skip
