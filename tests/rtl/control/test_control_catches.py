"""The tests of the control fail when the control is wrong: one mutant for each of them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from honeyguide.sim import SimRun, SimStatus, build, run
from tb.build import ROOT
from tests.rtl.control.test_control import bench_build

# module and test, file, text, its replacement
MUTANTS = (
    ("protocol", "random_traffic", "ratel_xif_entry.v",
     "dead_q      <= commit_kill_i;", "dead_q      <= 1'b0;"),
    ("hazards", "random_programs", "ratel_slot.v",
     "used_q && !free_i && overlap", "used_q && !waiting_q && !free_i && overlap"),
    ("hazards", "every_pair_of_engines", "ratel_interval.v",
     "(a_lo_i < b_hi_i)", "(a_lo_i <= b_hi_i)"),
    ("checks", "every_verdict_and_descriptor", "ratel_derive_transfer.v",
     "c_o = {18'd0, base_i} + {18'd0, blocks_i};", "c_o = {18'd0, base_i};"),
    ("registers", "bus_errors", "ratel_error.v",
     "(free[load_owner] || (load_may && open[load_owner]))", "free[load_owner]"),
)  # fmt: skip


@pytest.mark.sim
@pytest.mark.slow
@pytest.mark.nightly
@pytest.mark.parametrize(
    ("module", "test", "file", "text", "wrong"), MUTANTS, ids=[f"{m[0]}-{m[1]}" for m in MUTANTS]
)
def test_a_mutant_is_caught(
    module: str, test: str, file: str, text: str, wrong: str, seed: int, tmp_path: Path
) -> None:
    folder = tmp_path / "control"
    shutil.copytree(ROOT / "rtl/control", folder)
    path = folder / file
    source = path.read_text(encoding="utf-8")
    assert source.count(text) == 1, f"{file} no longer has {text!r}"
    path.write_text(source.replace(text, wrong), encoding="utf-8")
    wanted = replace(
        bench_build("8x8"), sources=[folder / "ratel_control.v"], library_dirs=[folder],
        args=["-Wno-fatal"],
    )  # fmt: skip
    result = run(
        SimRun(
            build=build(wanted, root=tmp_path / "build"),
            module=f"tests.rtl.control.{module}",
            test=test,
            results_dir=tmp_path / "run",
            seed=seed,
        )
    )
    assert result.status is SimStatus.FAIL, f"{result.status}: {result.message}"
