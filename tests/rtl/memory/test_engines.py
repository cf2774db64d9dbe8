"""Load and store engines against a byte-by-byte model of the layouts and a checking AXI memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, build, run
from tb.build import ROOT

CONFIGS = {
    "8x8": {"Rows": 8, "Cols": 8, "AxiDataWidth": 64, "MaxBurst": 16},
    "4x4": {"Rows": 4, "Cols": 4, "AxiDataWidth": 64, "MaxBurst": 16},
    "16x16": {"Rows": 16, "Cols": 16, "AxiDataWidth": 64, "MaxBurst": 8},
    "4x8": {"Rows": 4, "Cols": 8, "AxiDataWidth": 32, "MaxBurst": 1},
    "16x4": {"Rows": 16, "Cols": 4, "AxiDataWidth": 128, "MaxBurst": 256},
}
TESTS = (
    "random_traffic",
    "random_traffic_at_the_top_of_memory",
    "a_read_error_at_every_beat",
    "loads_after_a_failed_one_are_whole",
    "a_write_error_at_every_burst",
    "an_abort_at_any_time",
    "a_busy_scratchpad_starves_nobody",
    "throughput",
    "a_wrong_byte_is_seen",
)


def bench_build(config: str) -> SimBuild:
    return SimBuild(
        top="memory_bench",
        sources=[ROOT / "tb/hdl/units/memory_bench.sv"],
        includes=[ROOT / "rtl/include"],
        library_dirs=[ROOT / "rtl/lib", ROOT / "rtl/memory"],
        parameters={"SpadDepth": 128, "WbufDepth": 128, "ParamDepth": 16, **CONFIGS[config]},
        timing=False,
    )


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize(
    "config",
    [name if name == "8x8" else pytest.param(name, marks=pytest.mark.nightly) for name in CONFIGS],
)
def test_engines(config: str, test: str, tmp_path: Path) -> None:
    made = build(bench_build(config))
    result = run(
        SimRun(
            build=made, module="tests.rtl.memory.engines", test=test, results_dir=tmp_path / "run",
            seed=1, timeout_s=600,
        )
    )  # fmt: skip
    assert result.passed, f"{result.message}\n{result.log}"
