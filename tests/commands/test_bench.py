"""`make bench`: figures by the core's counters, and a target that is missed fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import bench
from scripts.reports import kernels
from scripts.runs.speed import SpeedFigure, ratios
from sw.kernels import KERNELS
from tests.commands.support import command

WANTED = (
    "gemm_64_onchip", "gemm_128_onchip", "gemm_64_memory", "gemm_128_memory", "conv3x3",
    "conv1x1", "conv3x3_c3", "dw3x3_s1", "dw3x3_s2", "fc_640x128",
)  # fmt: skip


def test_the_kernels_that_users_compare_are_there() -> None:
    assert set(WANTED) <= {kernel.name for kernel in KERNELS}
    assert set(kernels.TARGETS) <= set(WANTED)


@pytest.mark.parametrize(("utilisation", "met"), [(0.899, False), (0.90, True)])
def test_a_target_is_met_or_not(utilisation: float, met: bool) -> None:
    kernel = {
        "name": "conv3x3", "config": "8x8", "cycles": 100, "macs": 1, "executes": 1,
        "utilisation": utilisation, "counters": {"steps": 90, "bytes_read": 0, "bytes_written": 0},
    }  # fmt: skip
    kernels.judge(kernel)
    assert kernel["met"] is met
    assert kernel["idle_cycles"] == 10
    assert ("NOT MET" in kernels.kernel_table([kernel], {"conv3x3": "0"})) is not met


def test_targets_are_those_of_one_configuration() -> None:
    kernel = {
        "name": "conv3x3", "config": "4x4", "cycles": 100, "utilisation": 0.1,
        "counters": {"steps": 90},
    }  # fmt: skip
    kernels.judge(kernel)
    assert "met" not in kernel


def test_ratios_of_the_speeds() -> None:
    figures = [
        SpeedFigure(level="bare", cycles=1000, seconds=1.0),
        SpeedFigure(level="tile", cycles=1000, seconds=2.0),
        SpeedFigure(level="pin", cycles=0, seconds=0.0, failure="it hangs"),
    ]
    assert ratios(figures) == {"tile_of_bare": 0.5, "tile_of_pin": 0.0}
    assert "NOT MET" in kernels.ratio_lines(figures)[1]


@pytest.mark.sim
@pytest.mark.xdist_group("make bench")
def test_it_passes_and_reports(tmp_path: Path, seed: int) -> None:
    names = "gemm_64_onchip,conv3x3,dw3x3_s1,fc_640x128,gemm_16_chain_of_8"
    ended = command("bench", "--only", names, "--no-speed", "--seed", seed, results=tmp_path)
    assert ended.code == 0, ended.out + ended.err
    assert ended.report is not None
    assert ended.report["pass"] is True
    kernels = {kernel["name"]: kernel for kernel in ended.report["kernels"]}
    assert ",".join(sorted(kernels)) == ",".join(sorted(names.split(",")))
    for name, kernel in kernels.items():
        assert name in ended.out
        assert kernel["config"] == "8x8"
        peak = kernel["cycles"] * 64
        assert kernel["utilisation"] == pytest.approx(kernel["macs"] / peak)
    assert kernels["gemm_64_onchip"]["macs"] == 64**3
    assert kernels["fc_640x128"]["counters"]["bytes_written"] == 128


@pytest.mark.sim
@pytest.mark.xdist_group("make bench")
def test_the_smallest_core_says_what_does_not_fit(tmp_path: Path) -> None:
    ended = command(
        "bench", "--config", "4x4", "--only", "gemm_128_onchip,gemm_32_onchip", "--no-speed",
        results=tmp_path,
    )  # fmt: skip
    assert ended.code == 0, ended.out + ended.err
    assert ended.report is not None
    ran = [kernel["name"] for kernel in ended.report["kernels"]]
    assert sorted([*ran, *ended.report["left_out"]]) == ["gemm_128_onchip", "gemm_32_onchip"]
    assert "gemm_32_onchip" in ran


def test_a_kernel_that_was_named_and_is_left_out_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {"name": "conv3x3", "left_out": "too large"}
    monkeypatch.setattr(bench, "bench", lambda core: tmp_path)
    monkeypatch.setattr(bench, "measure_kernels", lambda *_, **__: ([gone], ""))
    monkeypatch.setattr(bench, "kernel_figures", lambda kernels: [])
    words = ["--no-speed", "--results", str(tmp_path)]
    assert bench.main(["--only", "conv3x3", *words]) == 1
    assert "FAIL: conv3x3 was asked for by name and is left out" in capsys.readouterr().out
    assert bench.main(words) == 1
    assert "FAIL: no kernel was measured on 8x8" in capsys.readouterr().out
