"""The rule that an abort ends in 1,100 cycles (`abort_states`) passes, and fails when it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimResult, SimRun, SimStatus, build, run
from tb.build import ROOT, bench_build

SEQUENCER = ROOT / "rtl" / "control" / "ratel_soft_reset.v"


def abort_of_a_dead_memory(folder: Path, seed: int, sequencer: Path = SEQUENCER) -> SimResult:
    wanted = bench_build("8x8")
    sources = [sequencer if path == SEQUENCER else path for path in wanted["sources"]]
    return run(
        SimRun(
            build=build(SimBuild(**{**wanted, "sources": sources, "design": None})),
            module="tests.sim.abort_benches",
            test="DeadMemory",
            seed=seed,
            env={"RATEL_CONFIG": "8x8", "RATEL_SPEED": "tile"},
            results_dir=folder / "run",
        )
    )


@pytest.mark.sim
def test_a_dead_memory_is_given_up_in_time(seed: int, tmp_path: Path) -> None:
    result = abort_of_a_dead_memory(tmp_path, seed)
    assert result.passed, f"{result.message} ({result.log})"


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.breaks_core
def test_an_abort_that_takes_longer_is_seen(seed: int, tmp_path: Path) -> None:
    """Memory gets twice the time: nothing else is different, and every job still ends."""
    text = SEQUENCER.read_text(encoding="utf-8")
    count = "      wait_q   <= (state_q == Abort) ? wait_q + 10'd1 : 10'd0;\n"
    assert text.count(count) == 1
    slow = text.replace(
        count, "      half_q <= !half_q;\n" + count.replace("10'd1 :", "{9'd0, half_q} :")
    ).replace("  reg [9:0] wait_q;\n", "  reg [9:0] wait_q;\n  reg half_q;\n")
    path = tmp_path / SEQUENCER.name
    path.write_text(slow, encoding="utf-8")
    result = abort_of_a_dead_memory(tmp_path, seed, path)
    assert result.status is SimStatus.FAIL, f"{result.status}: {result.message}"
    assert "abort_is_bounded" in result.message + result.log.read_text(encoding="utf-8")
