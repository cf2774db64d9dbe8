"""The adapter of the CV32E40X alone, between a model of the CPU and one of a coprocessor."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, build, run
from tb.build import ROOT


@pytest.mark.sim
def test_adapter(seed: int, tmp_path: Path) -> None:
    made = build(
        SimBuild(
            top="ratel_cv32e40x",
            sources=[ROOT / "rtl/adapters/ratel_cv32e40x.v"],
            library_dirs=[ROOT / "rtl/control"],
            includes=[ROOT / "rtl/include"],
            timing=False,
        )
    )
    result = run(
        SimRun(
            build=made, module="tests.rtl.adapters.traffic", results_dir=tmp_path / "run", seed=seed
        )
    )
    assert result.passed, f"{result.message}\n{result.log}"
