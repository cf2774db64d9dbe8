"""What one direction of the bus owes, alone, with ids that run out first and with many."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, build, run
from tb.build import ROOT


@pytest.mark.sim
@pytest.mark.parametrize("width", [1, 4, 8])
def test_ids(width: int, seed: int, tmp_path: Path) -> None:
    made = build(
        SimBuild(
            top="ratel_bus_ids",
            sources=[ROOT / "rtl/memory/ratel_bus_ids.v"],
            parameters={"IdWidth": width},
            timing=False,
        )
    )
    result = run(
        SimRun(
            build=made, module="tests.rtl.memory.bus_ids", results_dir=tmp_path / "run", seed=seed
        )
    )
    assert result.passed, f"{result.message}\n{result.log}"
