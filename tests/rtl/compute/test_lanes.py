from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, SimStatus, build, run
from tb.build import ROOT, rtl_include_dirs


@pytest.mark.sim
@pytest.mark.parametrize("lane", ["requant_lane", "rescale_lane", "average_lane"])
def test_lane_equals_golden_numerics(lane: str, seed: int, tmp_path: Path) -> None:
    made = build(
        SimBuild(
            top=f"ratel_{lane}",
            sources=[ROOT / "rtl" / "compute" / f"ratel_{lane}.v"],
            includes=rtl_include_dirs(),
            library_dirs=[ROOT / "rtl" / "compute"],
        )
    )
    result = run(
        SimRun(
            build=made,
            module="tests.rtl.compute.lane_bench",
            test=lane,
            seed=seed,
            results_dir=tmp_path / "run",
        )
    )
    assert result.status is SimStatus.PASS, result.message
