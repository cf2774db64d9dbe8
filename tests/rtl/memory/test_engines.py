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
FAULTS = (
    "windows_hold",
    "an_error_comes_before_a_refusal",
    "a_window_closes_behind_a_burst",
    "a_lawless_memory",
    "every_single_wrong_answer_is_seen",
    "stale_answers_after_a_hard_reset",
    "a_dead_memory_is_given_up",
    "ids_run_out_and_come_back",
    "beats_come_ahead_of_their_burst",
)
STALE = "stale_answers_after_a_hard_reset"
ALIKE = (
    "4x8",
    "16x4",
)  # bursts of a beat, or whole tables: a stale answer looks like the right one
# What is tried with bursts that are announced only when they are whole.
WHOLE = (
    "random_traffic", "a_write_error_at_every_burst", "windows_hold",
    "an_error_comes_before_a_refusal", "a_lawless_memory",
    "a_dead_memory_is_given_up", "ids_run_out_and_come_back", "a_whole_burst_holds_nobody",
)  # fmt: skip


def bench_build(config: str, *, whole: bool = False) -> SimBuild:
    return SimBuild(
        top="memory_bench",
        sources=[ROOT / "tb/hdl/units/memory_bench.sv"],
        includes=[ROOT / "rtl/include"],
        library_dirs=[ROOT / "rtl/lib", ROOT / "rtl/memory"],
        parameters={
            "SpadDepth": 128,
            "WbufDepth": 128,
            "ParamDepth": 16,
            **CONFIGS[config],
            "WriteAfterData": int(whole),
        },
        timing=False,
    )


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize(
    ("config", "test"),
    [
        (config, test) if config == "8x8" else pytest.param(config, test, marks=pytest.mark.nightly)
        for config in CONFIGS
        for test in (*TESTS, *FAULTS)
        if test != STALE or config not in ALIKE
    ],
)
def test_engines(config: str, test: str, tmp_path: Path) -> None:
    passes(bench_build(config), test, tmp_path)


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.parametrize("test", WHOLE)
def test_writes_after_their_data(test: str, tmp_path: Path) -> None:
    passes(bench_build("8x8", whole=True), test, tmp_path)


def passes(wanted: SimBuild, test: str, tmp_path: Path) -> None:
    made = build(wanted)
    module = "faults" if test in FAULTS else "engines"
    result = run(
        SimRun(
            build=made, module=f"tests.rtl.memory.{module}", test=test,
            results_dir=tmp_path / "run", seed=1, timeout_s=600,
        )
    )  # fmt: skip
    assert result.passed, f"{result.message}\n{result.log}"
