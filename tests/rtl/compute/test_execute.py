from __future__ import annotations

from pathlib import Path

import pytest

from scripts.hdl import ROOT, SimBuild, SimRun, SimStatus, build, rtl_include_dirs, run

pytestmark = pytest.mark.sim

SOURCES = [
    *sorted((ROOT / "rtl" / "compute").glob("*.v")),
    *sorted((ROOT / "rtl" / "lib").glob("*.v")),
    *(ROOT / "rtl" / "memory" / f"ratel_{name}.v" for name in ("spad", "wbuf", "pbuf", "lut")),
    ROOT / "tb" / "hdl" / "units" / "compute_bench.sv",
]
SHAPES = {
    "8x8": {"Rows": 8, "Cols": 8},
    "8x8l4": {"Rows": 8, "Cols": 8, "RequantLanes": 4},
    "8x8l2": {"Rows": 8, "Cols": 8, "RequantLanes": 2},
    "4x4": {"Rows": 4, "Cols": 4, "SpadDepth": 2048, "ParamDepth": 128},
    "4x8": {"Rows": 4, "Cols": 8, "SpadDepth": 2048, "RequantLanes": 4},
    "16x4": {"Rows": 16, "Cols": 4, "SpadDepth": 512, "ParamDepth": 128},
    "16x16": {"Rows": 16, "Cols": 16, "SpadDepth": 256, "WbufDepth": 1024},
}


def built(shape: str) -> Path:
    return build(
        SimBuild(
            top="compute_bench",
            sources=SOURCES,
            includes=rtl_include_dirs(),
            parameters=SHAPES[shape],
            args=["-Wno-fatal"],
        )
    )


def play(shape: str, test: str, seed: int, folder: Path, **env: str) -> Path:
    result = run(
        SimRun(
            build=built(shape),
            module="tests.rtl.compute.execute_bench",
            test=test,
            seed=seed,
            results_dir=folder / "run",
            plusargs=[f"+dir={folder / 'run'}"],
            env=env,
        )
    )
    assert result.status is SimStatus.PASS, result.message
    return folder / "run"


@pytest.mark.parametrize("shape", SHAPES)
def test_random_programs_equal_golden(shape: str, seed: int, tmp_path: Path) -> None:
    play(shape, "random_programs", seed, tmp_path, RATEL_PROGRAMS="60")
