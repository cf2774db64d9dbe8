"""The control of the core with pretended engines: ports, checks, dispatch and registers."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden.config import load_config
from honeyguide.sim import SimBuild, SimRun, build, run
from tb.build import ROOT

CONFIGS = ("8x8", "4x4", "16x4")
MODULES = (
    "checks", "protocol", "hazards", "registers", "owners", "protection", "doorbells", "status",
    "endings",
)  # fmt: skip
OF_ENGINES = (
    "AxiIdWidth", "MaxBurst", "ReadsOutstanding", "WritesOutstanding", "WriteAfterData",
    "ClockGate",
)  # fmt: skip


def bench_build(config: str, **changed: int) -> SimBuild:
    parameters = {**load_config(config).verilog_parameters(), **changed}
    return SimBuild(
        top="ratel_control",
        sources=[ROOT / "rtl/control/ratel_control.v"],
        includes=[ROOT / "rtl/include"],
        library_dirs=[ROOT / "rtl/control"],
        parameters={k: v for k, v in parameters.items() if k not in OF_ENGINES},
        timing=False,
        public=("ratel_counters",),
    )


@pytest.mark.sim
@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    "config",
    [name if name == "8x8" else pytest.param(name, marks=pytest.mark.nightly) for name in CONFIGS],
)
def test_control(config: str, module: str, seed: int, tmp_path: Path) -> None:
    result = run(
        SimRun(
            build=build(bench_build(config)),
            module=f"tests.rtl.control.{module}",
            results_dir=tmp_path / "run",
            seed=seed,
        )
    )
    assert result.passed, result.message


# Cores that no named configuration builds: without users, and with check bits in the memories.
OPTIONS = (("no_users", "Windows", 0), ("memories", "Integrity", 1), ("memories", "Integrity", 2))


@pytest.mark.sim
@pytest.mark.parametrize(("module", "parameter", "value"), OPTIONS)
def test_an_option(module: str, parameter: str, value: int, seed: int, tmp_path: Path) -> None:
    result = run(
        SimRun(
            build=build(bench_build("8x8", **{parameter: value})),
            module=f"tests.rtl.control.{module}",
            results_dir=tmp_path / "run",
            seed=seed,
        )
    )
    assert result.passed, result.message
