"""The queue, the memory wrapper, the gearbox, check bits and the clock gate, each alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, build, run
from tb.build import ROOT

CASES = [
    *[("ratel_fifo", "fifo", {"Width": 9, "Depth": depth}) for depth in (1, 2, 3, 8)],
    ("ratel_fifo", "fifo_full_rate", {"Width": 9, "Depth": 2}),
    ("ratel_fifo", "fifo_full_rate", {"Width": 9, "Depth": 8}),
    ("ratel_sram", "sram", {"Width": 64, "Depth": 32}),
    ("ratel_sram", "sram", {"Width": 8, "Depth": 16}),
    ("ratel_sram", "sram", {"Width": 39, "Depth": 16, "Lane": 13}),
    ("code_bench", "parity", {"Lanes": 3, "Integrity": 1}),
    ("code_bench", "secded", {"Lanes": 3, "Integrity": 2}),
    ("ratel_clock_gate", "clock_gate", {}),
    ("ratel_gearbox", "gearbox", {"InBytes": 8, "OutBytes": 8, "Capacity": 24}),
    ("ratel_gearbox", "gearbox", {"InBytes": 16, "OutBytes": 4, "Capacity": 36}),
]


def source(top: str) -> Path:
    """The file of a module of rtl/lib, or of a bench around some of them."""
    alone = ROOT / "rtl/lib" / f"{top}.v"
    return alone if alone.is_file() else ROOT / "tb/hdl/units" / f"{top}.sv"


@pytest.mark.sim
@pytest.mark.parametrize(("top", "test", "parameters"), CASES)
def test_unit(top: str, test: str, parameters: dict[str, int], tmp_path: Path) -> None:
    made = build(
        SimBuild(
            top=top,
            sources=[source(top)],
            library_dirs=[ROOT / "rtl/lib"],
            parameters=parameters,
            timing=False,
        )
    )
    result = run(
        SimRun(
            build=made, module="tests.rtl.lib.units", test=test, results_dir=tmp_path / "run",
            seed=1, timeout_s=120,
        )
    )  # fmt: skip
    assert result.passed, f"{result.message}\n{result.log}"
