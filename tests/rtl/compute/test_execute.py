from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim import SimBuild, SimRun, SimStatus, build, run
from tb.build import ROOT, rtl_include_dirs

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


@pytest.mark.parametrize(
    "shape",
    [
        name if name in ("8x8", "4x8") else pytest.param(name, marks=pytest.mark.nightly)
        for name in SHAPES
    ],
)
def test_random_programs_equal_golden(shape: str, seed: int, tmp_path: Path) -> None:
    play(shape, "random_programs", seed, tmp_path, RATEL_PROGRAMS="60")


@pytest.mark.parametrize(
    "test", ["reads_what_it_needs", "a_wrong_byte_is_seen", "reset_at_any_time"]
)
def test_bench(test: str, seed: int, tmp_path: Path) -> None:
    play("8x8", test, seed, tmp_path)


# Least utilisation on 8x8: the targets for operands on the chip.
LIMITS = {
    "conv3x3": 0.95, "gemm64": 0.97, "gemm32": 0.88, "pointwise": 0.90, "conv_c3": 0.95,
    "dw3x3_s1": 0.90, "dw3x3_s2": 0.45, "add": 0.90, "copy": 0.90,
}  # fmt: skip
MOST_BUBBLE = 4


def test_kernels_reach_their_utilisation(seed: int, tmp_path: Path) -> None:
    folder = play("8x8", "kernel_cycles", seed, tmp_path)
    rows = [line.split() for line in (folder / "cycles.txt").read_text().splitlines()]
    cycles = {name: int(count) for name, count, *_ in rows}
    floor = {name: int(least) for name, _, least, *_ in rows}
    slow = {name: floor[name] / cycles[name] for name in LIMITS}
    slow = {name: share for name, share in slow.items() if share < LIMITS[name]}
    assert not slow, f"below their limits: {slow}"
    for one, many, copies in (("gemm64", "two_gemm64", 2), ("gemm32", "four_gemm32", 4)):
        bubble = (cycles[many] - cycles[one]) / (copies - 1) - floor[one]
        assert bubble <= MOST_BUBBLE, f"{bubble} cycles are lost between two {one}"
